//! From the queries a user chose to requests: finds targets and formats, reads pipelines.
//!
//! A pipeline that is not sound is never passed over: its mistakes are findings, and every query
//! that asks for it is refused, because without the pipeline it would be another query.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use crate::config::{KnownQueries, KnownTarget, PipelineChoice, QueryChoice, QueryConfig};
use crate::load;
use crate::model::pipeline::Pipeline;
use crate::query::{self, Chain, Compat, Request, Target, built_in_pipelines};
use crate::report::Findings;
use crate::source::{FileRole, ReadError, SourceFile, SourceSet, named};
use crate::text::FileId;

/// What `[queries]` of a configuration may name.
pub fn known_queries() -> KnownQueries {
    let known = |target: &Target| KnownTarget {
        name: target.name,
        title: target.title,
        formats: target.formats.iter().map(|format| format.name).collect(),
    };
    KnownQueries {
        targets: query::targets().iter().map(known).collect(),
        pipelines: built_in_pipelines().iter().map(|pipeline| pipeline.name).collect(),
    }
}

/// One request for each query that is shown, in order; what is wrong with the pipelines they name.
///
/// Files of pipelines join `sources`, for findings to point into. Paths are taken from `root`.
///
/// # Errors
/// If a file cannot be read.
pub fn requests(
    config: &QueryConfig,
    root: &Path,
    sources: &mut SourceSet,
) -> Result<(Vec<Request>, Findings), ReadError> {
    let compat = Compat::named(&config.compat).unwrap_or_default();
    let mut shelf =
        Shelf { root, placeholders: &config.placeholders, chains: HashMap::new(), findings: Findings::new() };
    let mut requests = Vec::with_capacity(config.show.len());
    for choice in &config.show {
        let Some(target) = query::target(&choice.target) else { continue };
        let usual = Request::new(target);
        let format = choice.format.as_deref().and_then(|name| target.format(name)).unwrap_or(usual.format);
        requests.push(Request { format, compat, chain: shelf.chain(choice, sources)?, ..usual });
    }
    Ok((requests, shelf.findings))
}

/// The chains made so far, by target and pipelines: what shares its pipelines shares their work.
struct Shelf<'c> {
    root: &'c Path,
    placeholders: &'c BTreeMap<String, Vec<String>>,
    chains: HashMap<(Option<&'c str>, &'c [PipelineChoice]), Arc<Chain>>,
    findings: Findings,
}

impl<'c> Shelf<'c> {
    fn chain(&mut self, choice: &'c QueryChoice, sources: &mut SourceSet) -> Result<Arc<Chain>, ReadError> {
        // Without pipelines the target makes no difference.
        let target = (!choice.pipelines.is_empty()).then_some(choice.target.as_str());
        let key = (target, choice.pipelines.as_slice());
        if let Some(chain) = self.chains.get(&key) {
            return Ok(Arc::clone(chain));
        }
        let mut pipelines = Vec::with_capacity(choice.pipelines.len());
        for named in &choice.pipelines {
            let pipeline = self.pipeline(named, sources)?;
            let refused = match &pipeline {
                None => Some(format!("the pipeline `{}` cannot be used: it has mistakes", named.name())),
                Some(pipeline) if !pipeline.allows(&choice.target) => {
                    Some(format!("the pipeline `{}` is not for the target `{}`", named.name(), choice.target))
                }
                Some(_) => None,
            };
            pipelines.push(match refused {
                Some(reason) => refusing(&reason),
                None => pipeline.unwrap_or_default(),
            });
        }
        let placeholders = self.placeholders.iter().map(|(name, values)| (name.clone(), values.clone()));
        let mut chain = Chain::new(pipelines).placeholders(placeholders);
        if let Some(target) = target {
            chain = chain.var("backend", target);
        }
        let chain = Arc::new(chain);
        self.chains.insert(key, Arc::clone(&chain));
        Ok(chain)
    }

    fn pipeline(&mut self, choice: &PipelineChoice, sources: &mut SourceSet) -> Result<Option<Pipeline>, ReadError> {
        let (path, text) = match choice {
            PipelineChoice::BuiltIn(name) => {
                let found = built_in_pipelines().iter().find(|pipeline| pipeline.name == name);
                // Built-in pipelines are sound: a test reads them all.
                return Ok(found.and_then(|pipeline| load::pipeline(FileId(0), pipeline.text).0));
            }
            PipelineChoice::File(path) => {
                // Shown as the files of content are: from the project's folder.
                let shown = path.strip_prefix(self.root).unwrap_or(path).display().to_string();
                (shown.replace('\\', "/"), named::text(&self.root.join(path))?)
            }
        };
        let known = sources.iter().find(|(_, file)| file.role == FileRole::Pipeline && file.path == path);
        let known = known.map(|(id, _)| id);
        let id = known.unwrap_or_else(|| {
            let file = SourceFile { role: FileRole::Pipeline, within: path.clone(), path, text: text.clone() };
            sources.add(file)
        });
        let (pipeline, findings) = load::pipeline(id, &text);
        if known.is_none() {
            self.findings.append(findings);
        }
        Ok(pipeline)
    }
}

/// A pipeline that refuses every rule for this reason.
fn refusing(reason: &str) -> Pipeline {
    // JSON strings are YAML.
    let message = serde_json::Value::from(reason);
    let text = format!("transformations:\n  - type: rule_failure\n    message: {message}\n");
    load::pipeline(FileId(0), &text).0.unwrap_or_default()
}
