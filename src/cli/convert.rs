//! `purplebook convert`: the queries of rules for one target.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;

use crate::config::{list, nearest};
use crate::convert::{Conversion, Request, target, targets};
use crate::report::render::SourceText;
use crate::text::visible_in_json;

use super::args::ConvertArgs;
use super::failure::Failure;
use super::terminal::Terminal;
use super::{CLEAN, FINDINGS, report};

/// Prints the queries of all rule files under the given paths.
pub(super) fn run(args: &ConvertArgs, terminal: Terminal) -> Result<u8, Failure> {
    if args.list {
        io::stdout().write_all(table().as_bytes())?;
        return Ok(CLEAN);
    }
    let request = chosen(args)?;
    let done = crate::convert::convert(&args.paths, &request).map_err(|error| Failure::new(error.to_string()))?;
    if let Some(path) = args.paths.iter().find(|path| nothing_under(path, &done.files)) {
        let help = "rule files end in .yml or .yaml";
        return Err(Failure::help(format!("no rule file in {}", path.display()), help));
    }
    let mut text = String::new();
    for file in &done.files {
        if args.jsonl {
            text.push_str(&line(file, &request)?);
        } else {
            for query in file.outcome.iter().flatten() {
                text.push_str(query.trim_end_matches('\n'));
                text.push('\n');
            }
        }
    }
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

fn nothing_under(path: &Path, files: &[Conversion]) -> bool {
    let path = path.strip_prefix(".").unwrap_or(path);
    files.iter().all(|file| !Path::new(&file.path).starts_with(path))
}

/// What was asked for; target, format and pipelines must be known.
fn chosen(args: &ConvertArgs) -> Result<Request, Failure> {
    let name = args.target.as_deref().unwrap_or_default();
    let Some(found) = target(name) else {
        return Err(unknown("target", name, targets().iter().map(|target| target.name).collect()));
    };
    let mut request = Request::new(found);
    request.compat = args.compat.into();
    // sigma-cli's name for the first format of a target.
    if args.format != "default" {
        request.format = found.format(&args.format).ok_or_else(|| {
            let known = found.formats.iter().map(|format| format.name).collect();
            unknown(&format!("format of {name}"), &args.format, known)
        })?;
    }
    match args.pipeline.first() {
        Some(pipeline) => Err(unknown("pipeline", pipeline, Vec::new())),
        None => Ok(request),
    }
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
    let mut text = String::new();
    for target in targets() {
        let formats: Vec<&str> = target.formats.iter().map(|format| format.name).collect();
        let _ = writeln!(text, "{:<14} {} (formats: {})", target.name, target.description, formats.join(", "));
    }
    text
}

#[derive(Serialize)]
struct Line<'a> {
    path: &'a str,
    id: Option<&'a str>,
    title: Option<&'a str>,
    target: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    queries: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a str>,
}

fn line(file: &Conversion, request: &Request) -> Result<String, Failure> {
    let line = Line {
        path: &file.path,
        id: file.id.as_deref(),
        title: file.title.as_deref(),
        target: request.target.name,
        queries: file.outcome.as_deref().ok(),
        error: file.outcome.as_ref().err().map(String::as_str),
    };
    let json = serde_json::to_string(&line).map_err(|error| Failure::new(error.to_string()))?;
    Ok(format!("{}\n", visible_in_json(&json)))
}
