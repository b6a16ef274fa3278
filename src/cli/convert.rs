//! `purplebook convert`: the queries of rules for one target.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};

use crate::config::{PipelineChoice, QueryChoice, discover, list, nearest};
use crate::convert::{
    Conversion, Request, built_in_pipelines, known_queries, pipeline_names, sigmac_configs, target, targets,
};
use crate::report::render::SourceText;
use crate::text::visible_in_json;

use super::args::ConvertArgs;
use super::failure::Failure;
use super::terminal::Terminal;
use super::{CLEAN, FINDINGS, report};

/// Prints the queries of all rule files under the given paths.
pub(super) fn run(args: ConvertArgs, terminal: Terminal) -> Result<u8, Failure> {
    if args.list {
        io::stdout().write_all(table().as_bytes())?;
        return Ok(CLEAN);
    }
    let choice = chosen(&args)?;
    let mut queries = discover(&args.location.overrides(), &known_queries())?.queries;
    queries.show = vec![choice];
    args.compat.name().clone_into(&mut queries.compat);
    let done = crate::convert::convert(&args.paths, &queries).map_err(|error| Failure::new(error.to_string()))?;
    let Some(request) = &done.request else { return Ok(CLEAN) };
    if let Some(path) = args.paths.iter().find(|path| nothing_under(path, &done.files)) {
        let help = "rule files end in .yml or .yaml";
        return Err(Failure::help(format!("no rule file in {}", path.display()), help));
    }
    let text = if args.jsonl { lines(&done.files, request)? } else { texts(&done.files, request)? };
    io::stdout().write_all(text.as_bytes())?;
    if done.findings.is_empty() {
        return Ok(CLEAN);
    }
    if !args.jsonl {
        let lookup = |id| SourceText { path: &done.sources.file(id).path, text: &done.sources.file(id).text };
        // The queries are written; if nobody reads standard error, the exit code says the rest.
        let _ = report::human(&done.findings, &lookup, terminal.err(), &mut io::stderr().lock());
    }
    Ok(FINDINGS)
}

/// All queries as one output.
fn texts(files: &[Conversion], request: &Request) -> Result<String, Failure> {
    let queries = files.iter().flat_map(|file| file.outcome.iter().flatten().cloned()).collect();
    let mut text = String::new();
    for query in finalized(queries, request)? {
        text.push_str(if text.is_empty() { request.format.head() } else { "" });
        text.push_str(query.trim_end_matches('\n'));
        text.push('\n');
    }
    Ok(text)
}

fn lines(files: &[Conversion], request: &Request) -> Result<String, Failure> {
    let mut text = String::new();
    for file in files {
        text.push_str(&line(file, request)?);
    }
    Ok(text)
}

fn finalized(queries: Vec<String>, request: &Request) -> Result<Vec<String>, Failure> {
    let finalized = request.chain.finalize(queries);
    finalized.map_err(|why| Failure::new(format!("a finalizer of the pipelines failed: {why}")))
}

fn nothing_under(path: &Path, files: &[Conversion]) -> bool {
    let path = path.strip_prefix(".").unwrap_or(path);
    files.iter().all(|file| !Path::new(&file.path).starts_with(path))
}

/// What was asked for; target, format and pipelines must be known.
fn chosen(args: &ConvertArgs) -> Result<QueryChoice, Failure> {
    let name = args.target.as_deref().unwrap_or_default();
    let Some(found) = target(name) else {
        return Err(unknown("target", name, targets().iter().map(|target| target.name).collect()));
    };
    // sigma-cli's name for the first format of a target.
    let format = (args.format != "default").then(|| args.format.clone());
    if let Some(format) = &format
        && found.format(format).is_none()
    {
        let known = found.formats.iter().map(|format| format.name).collect();
        return Err(unknown(&format!("format of {name}"), format, known));
    }
    let is_again = |(at, name): (usize, &String)| args.pipeline[..at].contains(name);
    if let Some((_, name)) = args.pipeline.iter().enumerate().find(|pipeline| is_again(*pipeline)) {
        return Err(Failure::new(format!("the pipeline `{name}` is named twice")));
    }
    let pipelines = args.pipeline.iter().map(|name| pipeline(name)).collect::<Result<_, _>>()?;
    Ok(QueryChoice { target: name.to_owned(), title: found.title.to_owned(), format, pipelines })
}

fn pipeline(name: &str) -> Result<PipelineChoice, Failure> {
    if pipeline_names().contains(&name) {
        return Ok(PipelineChoice::BuiltIn(name.to_owned()));
    }
    if name.contains(['/', '\\', '.']) {
        return Ok(PipelineChoice::File(PathBuf::from(name)));
    }
    Err(unknown("pipeline", name, pipeline_names()))
}

fn unknown(what: &str, name: &str, known: Vec<&str>) -> Failure {
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? Known are {}", list(known)),
        None if known.is_empty() => "this version knows none".to_owned(),
        None => format!("known are {}", list(known)),
    };
    Failure::help(format!("unknown {what} `{name}`"), help)
}

fn table() -> String {
    let mut text = "Targets and their formats:\n".to_owned();
    for target in targets() {
        let _ = writeln!(text, "  {:<18} {}", target.name, target.description);
        for format in target.formats.iter().skip(1) {
            let _ = writeln!(text, "  {:<18}   -f {:<20} {}", "", format.name, format.description);
        }
    }
    text.push_str("\nPipelines:\n");
    for pipeline in built_in_pipelines() {
        let _ = writeln!(text, "  {:<18} {}", pipeline.name, pipeline.description);
    }
    text.push_str("\nConfigurations of the 2019 converter, for rules of that language:\n");
    for name in sigmac_configs() {
        let _ = writeln!(text, "  {name}");
    }
    text
}

/// JSON without the white space between its tokens.
fn one_line(json: &str) -> String {
    let (mut in_string, mut escaped) = (false, false);
    let keep = |c: &char| {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = in_string,
            '"' => in_string = !in_string,
            _ => {}
        }
        in_string || !c.is_ascii_whitespace()
    };
    json.chars().filter(keep).collect()
}

#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    id: Option<&'a str>,
    title: Option<&'a str>,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    queries: Option<Vec<Box<RawValue>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

fn line(file: &Conversion, request: &Request) -> Result<String, Failure> {
    let broken = |error: serde_json::Error| Failure::new(error.to_string());
    let queries = match &file.outcome {
        Ok(queries) => Some(finalized(queries.clone(), request)?),
        Err(_) => None,
    };
    // What is JSON already is not wrapped into a string.
    let raw = |query: String| match request.format.language {
        "json" => RawValue::from_string(one_line(&query)),
        _ => to_raw_value(&query),
    };
    let queries = queries.map(|queries| queries.into_iter().map(raw).collect::<Result<_, _>>());
    let line = Line {
        path: &file.path,
        id: file.id.as_deref(),
        title: file.title.as_deref(),
        target: request.target.name,
        queries: queries.transpose().map_err(broken)?,
        error: file.outcome.as_ref().err().map(String::as_str),
    };
    let json = serde_json::to_string(&line).map_err(broken)?;
    Ok(format!("{}\n", visible_in_json(&json)))
}
