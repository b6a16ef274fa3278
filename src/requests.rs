//! From the queries a user chose to requests: finds targets and formats, reads pipelines.
//!
//! A pipeline that is not sound is never passed over: its mistakes are findings, and every query
//! that asks for it is refused, because without the pipeline it would be another query.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use crate::config::{KnownQueries, KnownTarget, PipelineChoice, QueryChoice, QueryConfig};
use crate::load;
use crate::model::SigmacConfig;
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
    KnownQueries { targets: query::targets().iter().map(known).collect(), pipelines: pipeline_names() }
}

/// The names of all built-in pipelines, and of the configurations of the 2019 converter, which
/// are named in the same place.
pub fn pipeline_names() -> Vec<&'static str> {
    let pipelines = built_in_pipelines().iter().map(|pipeline| pipeline.name);
    let mut names: Vec<&str> = pipelines.chain(load::sigmac_configs()).collect();
    names.sort_unstable();
    names.dedup();
    names
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
    // What Defender has no table for, or EQL cannot say, is no news to teams without it.
    let is_chosen = config.is_chosen();
    let mut shelf = Shelf {
        root,
        placeholders: &config.placeholders,
        chains: HashMap::new(),
        told: BTreeSet::new(),
        findings: Findings::new(),
    };
    let mut requests = Vec::with_capacity(config.show.len());
    for choice in &config.show {
        let Some(target) = query::target(&choice.target) else { continue };
        let format = choice.format.as_deref().and_then(|name| target.format(name)).unwrap_or(&target.formats[0]);
        let config = if target.reads_2019() { shelf.config(choice, sources)? } else { None };
        let chain = shelf.chain(choice, sources)?;
        requests.push(Request { target, format, compat, chain, config, label: label(choice), is_chosen });
    }
    Ok((requests, shelf.findings))
}

/// The configurations ATC gave the converter of 2020, by name. They are sound: a test reads them.
pub fn configs_of_2020() -> BTreeMap<&'static str, SigmacConfig> {
    let config = |name: &'static str| {
        let text = load::sigmac_config_of_2020(name)?;
        Some((name, load::sigmac_config(FileId(0), text).0?))
    };
    query::sigmac2020::BACKENDS.iter().filter_map(|backend| config(backend.config?)).collect()
}

/// What findings call a query.
fn label(choice: &QueryChoice) -> String {
    let names: Vec<String> = choice.pipelines.iter().map(PipelineChoice::name).collect();
    if names.is_empty() { choice.target.clone() } else { format!("{} with {}", choice.target, names.join(", ")) }
}

/// The chains made so far, by target and pipelines: what shares its pipelines shares their work.
struct Shelf<'c> {
    root: &'c Path,
    placeholders: &'c BTreeMap<String, Vec<String>>,
    chains: HashMap<(Option<&'c str>, &'c [PipelineChoice]), Arc<Chain>>,
    /// The files whose mistakes are told.
    told: BTreeSet<FileId>,
    findings: Findings,
}

impl<'c> Shelf<'c> {
    fn chain(&mut self, choice: &'c QueryChoice, sources: &mut SourceSet) -> Result<Arc<Chain>, ReadError> {
        let mut depends = false;
        for named in &choice.pipelines {
            depends |= self.text(named, sources)?.depends_on_target();
        }
        let target = depends.then_some(choice.target.as_str());
        let key = (target, choice.pipelines.as_slice());
        if let Some(chain) = self.chains.get(&key) {
            return Ok(Arc::clone(chain));
        }
        let mut pipelines = Vec::with_capacity(choice.pipelines.len());
        for named in &choice.pipelines {
            pipelines.extend(self.usable(named, choice, sources)?);
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

    /// A pipeline, or one that refuses every rule because this one cannot be used; none if the
    /// name is that of a configuration of 2019 alone, for a target that knows those.
    fn usable(
        &mut self,
        named: &PipelineChoice,
        choice: &QueryChoice,
        sources: &mut SourceSet,
    ) -> Result<Option<Pipeline>, ReadError> {
        let (target, name) = (&choice.target, named.name());
        let reads_2019 = query::target(target).is_some_and(Target::reads_2019);
        let pipeline = match self.text(named, sources)? {
            Text::Pipeline(id, text) => self.read(id, &text, load::pipeline),
            Text::Config(id, text) if reads_2019 => {
                let sound = self.read(id, &text, load::sigmac_config).is_some();
                let refused = || refusing(&format!("the configuration `{name}` cannot be used: it has mistakes"));
                return Ok((!sound).then(refused));
            }
            Text::Config(..) => {
                let reason =
                    format!("`{name}` is a configuration of the 2019 converter, which had no target `{target}`");
                return Ok(Some(refusing(&reason)));
            }
        };
        Ok(Some(match pipeline {
            None => refusing(&format!("the pipeline `{name}` cannot be used: it has mistakes")),
            Some(pipeline) if !pipeline.allows(target) => {
                refusing(&format!("the pipeline `{name}` is not for the target `{target}`"))
            }
            Some(pipeline) => pipeline,
        }))
    }

    /// The configuration of 2019 among the pipelines of a query.
    fn config(
        &mut self,
        choice: &QueryChoice,
        sources: &mut SourceSet,
    ) -> Result<Option<Arc<SigmacConfig>>, ReadError> {
        for named in &choice.pipelines {
            let shipped = match named {
                PipelineChoice::BuiltIn(name) => load::shipped_sigmac_config(name),
                PipelineChoice::File(_) => None,
            };
            let config = match shipped {
                Some(text) => load::sigmac_config(FileId(0), text).0,
                None => match self.text(named, sources)? {
                    Text::Config(id, text) => self.read(id, &text, load::sigmac_config),
                    Text::Pipeline(..) => None,
                },
            };
            if let Some(config) = config {
                return Ok(Some(Arc::new(config)));
            }
        }
        Ok(None)
    }

    fn text(&mut self, named: &PipelineChoice, sources: &mut SourceSet) -> Result<Text, ReadError> {
        let path = match named {
            PipelineChoice::BuiltIn(name) => {
                let pipeline = built_in_pipelines().iter().find(|pipeline| pipeline.name == name);
                let shipped = load::shipped_sigmac_config(name).unwrap_or_default();
                return Ok(match pipeline {
                    Some(pipeline) => Text::Pipeline(None, pipeline.text.to_owned()),
                    None => Text::Config(None, shipped.to_owned()),
                });
            }
            PipelineChoice::File(path) => path,
        };
        // Shown as the files of content are: from the project's folder.
        let shown = path.strip_prefix(self.root).unwrap_or(path).display().to_string().replace('\\', "/");
        let known = sources.iter().find(|(_, file)| file.role == FileRole::Pipeline && file.path == shown);
        let (id, text) = if let Some((id, file)) = known {
            (id, file.text.clone())
        } else {
            let text = named::text(&self.root.join(path))?;
            let file = SourceFile { role: FileRole::Pipeline, within: shown.clone(), path: shown, text: text.clone() };
            (sources.add(file), text)
        };
        let is_config = |line: &str| ["fieldmappings:", "logsources:"].iter().any(|key| line.starts_with(key));
        Ok(if text.lines().any(is_config) { Text::Config(Some(id), text) } else { Text::Pipeline(Some(id), text) })
    }

    /// Reads a file; what is wrong with it is told once. Built-in ones are sound: a test reads
    /// them all.
    fn read<T>(
        &mut self,
        id: Option<FileId>,
        text: &str,
        read: fn(FileId, &str) -> (Option<T>, Findings),
    ) -> Option<T> {
        let (read, findings) = read(id.unwrap_or(FileId(0)), text);
        if let Some(id) = id
            && self.told.insert(id)
        {
            self.findings.append(findings);
        }
        read
    }
}

/// A file of a user's or of ours, which is in the set of sources if it is a user's.
enum Text {
    /// A processing pipeline.
    Pipeline(Option<FileId>, String),
    /// A configuration of the 2019 converter.
    Config(Option<FileId>, String),
}

impl Text {
    /// Whether it may do something else for another target: by the variable `backend` (of templates, and of
    /// placeholders), by naming its targets, or by being of 2019.
    fn depends_on_target(&self) -> bool {
        match self {
            Self::Pipeline(_, text) => text.contains("backend") || text.contains("_placeholders"),
            Self::Config(..) => true,
        }
    }
}

/// A pipeline that refuses every rule for this reason.
fn refusing(reason: &str) -> Pipeline {
    // JSON strings are YAML.
    let message = serde_json::Value::from(reason);
    let text = format!("transformations:\n  - type: rule_failure\n    message: {message}\n");
    load::pipeline(FileId(0), &text).0.unwrap_or_default()
}
