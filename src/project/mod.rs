//! The stages, composed once: from a configuration to a linked project, and from there to a site.

mod coverage;
mod edition;
mod external;
mod memory;
mod mends;
mod output;
mod release;
mod site;

pub use crate::load::attack::Import;
pub use edition::Edition;
pub use memory::Memory;
pub use mends::Mendable;
pub use output::{AskSite, WrittenSite, build, check_folder};
pub use release::{Release, Upgrading, at_hand, import, releases};

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::check::policy::{self, Policy};
use crate::check::{self, CheckInput};
use crate::config::{Config, MarkdownProfile};
use crate::graph::{DataNeededProfile, Graph};
use crate::load::attack;
use crate::model::{Attack, Kind, Tally};
use crate::query::{Compiled, Request};
use crate::render::ThemeError;
use crate::report::render::SourceText;
use crate::report::{Findings, Progress, Stage};
use crate::site::{LinkIndex, OutPath, PlanInput, SitePlan};
use crate::source::{self, FileRole, Folder, ReadError, SourceFile, SourceSet};
use crate::text::FileId;
use crate::write::WriteError;

/// Why a project could not be opened or written: the environment, never the content.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Content could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The built-in ATT&CK has no such version.
    #[error(transparent)]
    AttackVersion(#[from] attack::UnknownVersion),
    /// No such release is built in or configured.
    #[error("ATT&CK {asked} is not at hand; at hand are {at_hand}")]
    NotAtHand {
        /// The release asked for.
        asked: String,
        /// Those there are.
        at_hand: String,
    },
    /// A STIX bundle could not be read.
    #[error(transparent)]
    Bundle(#[from] attack::BundleError),
    /// A row of the table of names cannot be used.
    #[error("{path}:{line}: {message}")]
    Names {
        /// The table.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// The theme does not work.
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// The output could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A project: everything read, linked, converted and checked, ready to be rendered.
#[derive(Debug)]
pub struct Project {
    config: Config,
    sources: SourceSet,
    graph: Graph,
    plan: Arc<SitePlan>,
    requests: Vec<Request>,
    compiled: Compiled,
    findings: Findings,
    notes: Vec<String>,
}

impl Project {
    /// Reads, links, converts and checks the content `config` names.
    ///
    /// # Errors
    /// If files cannot be read or ATT&CK cannot be had; problems of the content are findings.
    pub fn open(config: Config, progress: &Progress) -> Result<Self, Error> {
        Self::open_as(config, &BTreeMap::new(), progress)
    }

    /// The same, as if content files had the texts given for their paths as shown: what a project
    /// is like after edits that nobody has written yet.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_as(config: Config, texts: &BTreeMap<String, String>, progress: &Progress) -> Result<Self, Error> {
        Self::opened(config, texts, &mut Memory::of_nothing(), progress)
    }

    /// The same as [`Self::open`], with what `memory` has of the last time, and for the next.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_again(config: Config, memory: &mut Memory, progress: &Progress) -> Result<Self, Error> {
        Self::opened(config, &BTreeMap::new(), memory, progress)
    }

    fn opened(
        config: Config,
        texts: &BTreeMap<String, String>,
        memory: &mut Memory,
        progress: &Progress,
    ) -> Result<Self, Error> {
        progress.begin(Stage::Reading, 0);
        let (mut sources, mut findings) = memory.read(&config)?;
        sources.retype(texts);
        let (attack, notes) = memory.attack(&config)?;
        progress.begin(Stage::Loading, 0);
        let (corpus, more) = memory.load(&sources, attack);
        findings.append(more);
        let corpus = Arc::new(corpus);
        let reserved = site::reserved(&config)?;
        let input = PlanInput::new(&corpus, reserved, sources.assets.iter().map(|asset| asset.within.as_str()));
        let mut known = memory.linked(&corpus);
        let linked = || {
            progress.begin(Stage::Linking, 0);
            known.link(&corpus, data_needed_profile(config.markdown), input)
        };
        let converted = || {
            progress.begin(Stage::Converting, 0);
            let (requests, more) = memory.requests(&config, &mut sources)?;
            let (compiled, of_rules) = memory.of_rules(&corpus, &requests, &config, &sources);
            Ok::<_, Error>((requests, more, compiled, of_rules))
        };
        let ((graph, plan), converted) = rayon::join(linked, converted);
        memory.keep(known);
        let (requests, more, compiled, of_rules) = converted?;
        findings.append(more);
        findings.append(compiled.findings());
        let config_file = config_file(&config, &mut sources);
        progress.begin(Stage::Checking, 0);
        let links = LinkIndex::new(&graph, &plan, assets(&sources, &plan));
        let coverage = &config.coverage;
        let input =
            CheckInput { graph: &graph, plan: &plan, links: &links, of_rules: &of_rules, coverage, config_file };
        findings.append(check::check(&input));
        memory.locate(&sources, &mut findings);
        Ok(Self { config, sources, graph, plan, requests, compiled, findings: findings.sorted(), notes })
    }

    /// The linked content.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The source files, which findings point into.
    pub fn sources(&self) -> &SourceSet {
        &self.sources
    }

    /// What is wrong with the content: located, sorted.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Of the findings, those the configuration and comments in the content leave, as graded there.
    pub fn told(&self) -> Findings {
        let lookup = |id| {
            let file = self.sources.file(id);
            SourceText { path: &file.path, text: &file.text }
        };
        let content = u32::try_from(self.sources.len()).unwrap_or(u32::MAX);
        let policy = Policy { config: &self.config.check, content, baseline: None, changed: None };
        policy::told(self.findings.clone(), &lookup, policy).findings
    }

    /// What a user may want to know of the bundles ATT&CK was taken from.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Files found, loaded and rejected.
    pub fn tally(&self) -> &Tally {
        &self.graph.corpus().tally
    }

    /// How many pages the site has, each as HTML and Markdown.
    pub fn pages(&self) -> usize {
        self.plan.len()
    }
}

fn folders(config: &Config) -> Vec<Folder> {
    let of = |kind: Kind| {
        let folders = config.content.folders(kind).iter();
        folders.map(move |path| Folder { kind, path: path.clone(), required: true })
    };
    Kind::ALL.into_iter().flat_map(of).collect()
}

fn data_needed_profile(markdown: MarkdownProfile) -> DataNeededProfile {
    match markdown {
        MarkdownProfile::Default => DataNeededProfile::Default,
        MarkdownProfile::Atc2019 => DataNeededProfile::Atc2019,
        MarkdownProfile::Atc2022 => DataNeededProfile::Atc2022,
    }
}

/// ATT&CK as configured: built-in facts, bundles laid over them, names laid over both.
fn attack(config: &Config) -> Result<(Attack, Vec<String>), Error> {
    attack_of(config, &attack_files(config)?)
}

/// The files ATT&CK is configured to be made from: bundles, then the table of names.
fn attack_files(config: &Config) -> Result<Vec<(PathBuf, Vec<u8>)>, ReadError> {
    attack_paths(config).map(|path| Ok((path.clone(), source::named::bytes(path)?))).collect()
}

fn attack_paths(config: &Config) -> impl Iterator<Item = &PathBuf> {
    config.attack.bundles.iter().chain(&config.attack.names)
}

fn attack_of(config: &Config, files: &[(PathBuf, Vec<u8>)]) -> Result<(Attack, Vec<String>), Error> {
    let mut notes = Vec::new();
    let mut attack = attack::embedded(config.attack.version.as_deref())?;
    let (bundles, names) = files.split_at(config.attack.bundles.len().min(files.len()));
    if !bundles.is_empty() {
        let bundles: Vec<(String, &[u8])> =
            bundles.iter().map(|(path, bytes)| (path.display().to_string(), bytes.as_slice())).collect();
        let bundles: Vec<(&str, &[u8])> = bundles.iter().map(|(path, bytes)| (path.as_str(), *bytes)).collect();
        let (with_bundles, told) = attack::from_bundles(&bundles, attack)?;
        attack = with_bundles;
        notes.extend(told);
    }
    for (path, bytes) in names {
        let (names, problems) = attack::names(&source::named::decoded(path, bytes.clone())?);
        if let Some(problem) = problems.into_iter().next() {
            let path = path.display().to_string();
            return Err(Error::Names { path, line: problem.line, message: problem.message });
        }
        attack.rename(names);
    }
    Ok((attack, notes))
}

/// The copied files: their paths, and those in the output.
fn assets<'a>(sources: &'a SourceSet, plan: &'a SitePlan) -> impl Iterator<Item = (&'a str, OutPath)> {
    sources.assets.iter().map(|asset| asset.path.as_str()).zip(plan.copied().iter().cloned())
}

/// The configuration file among the sources, if a check of the content may point into it.
fn config_file(config: &Config, sources: &mut SourceSet) -> Option<FileId> {
    let (path, text) = config.file.as_ref().filter(|_| !config.coverage.tactics.is_empty())?;
    let (path, text) = (path.clone(), text.clone());
    Some(sources.add(SourceFile { role: FileRole::Config, within: path.clone(), path, text }))
}
