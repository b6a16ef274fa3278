//! What opening a project found out, for opening it again after an edit.
//!
//! Files are taken for what they were if the system says so (`source::kept`). All else that is kept
//! is compared with what it was made from, so a project that is opened again is the one that is opened
//! anew.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

use crate::config::{AttackConfig, Config, PipelineChoice, QueryConfig};
use crate::graph::{DataNeededProfile, Graph, Keys};
use crate::load::EntityKey;
use crate::model::{Attack, Corpus, Rule};
use crate::query::{Compiled, Request};
use crate::render::Theme;
use crate::report::Findings;
use crate::requests::requests;
use crate::site::{PlanInput, SitePlan};
use crate::source::{self, FileRole, ReadError, ReadLimits, SourceSet, Stamp};
use crate::{check, graph, load, query, site};

use super::Error;

/// What is remembered of the last time.
pub struct Memory {
    /// Whether there will be a next time, for which copies are worth their while.
    keeps: bool,
    read: source::Kept,
    attack: Option<RememberedAttack>,
    loaded: load::Known,
    compiled: query::Known<EntityKey>,
    linked: Linked,
    checked: HashMap<EntityKey, Arc<Findings>>,
    requests: Option<(QueryConfig, Vec<Request>)>,
    theme: Option<RememberedTheme>,
    asked: Option<Asked>,
    /// Counts what queries depend on besides their rules.
    base: u64,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            keeps: true,
            read: source::Kept::default(),
            attack: None,
            loaded: load::Known::default(),
            compiled: query::Known::default(),
            linked: Linked::default(),
            checked: HashMap::new(),
            requests: None,
            theme: None,
            asked: None,
            base: 0,
        }
    }
}

struct RememberedAttack {
    config: AttackConfig,
    /// What its files are the same by, where that can be said without reading them.
    stamps: Option<Vec<Stamp>>,
    files: Vec<(PathBuf, Vec<u8>)>,
    attack: Arc<Attack>,
    notes: Vec<String>,
}

/// A theme that has made all pages.
struct RememberedTheme {
    files: Vec<(String, Vec<u8>)>,
    theme: Arc<Theme>,
}

/// What is remembered of linking. It is apart from the rest because rules are converted meanwhile.
#[derive(Default)]
pub(super) struct Linked {
    /// What entities are the same by, if there will be a next time.
    keys: Option<Keys<EntityKey>>,
    graph: graph::Known<EntityKey>,
    plan: Option<(PlanInput, Arc<SitePlan>)>,
}

impl Linked {
    /// [`graph::link`] and [`site::plan`]; what rules need is not calculated again where it is the same,
    /// nor is the plan made again from the same input.
    pub(super) fn link(
        &mut self,
        corpus: &Arc<Corpus>,
        profile: DataNeededProfile,
        input: PlanInput,
    ) -> (Graph, Arc<SitePlan>) {
        let Self { keys, graph: known, plan } = self;
        let link = || match keys.take() {
            Some(keys) => known.link(Arc::clone(corpus), profile, keys),
            None => graph::link(Arc::clone(corpus), profile),
        };
        let planned = || match plan {
            Some((before, plan)) if *before == input => Arc::clone(plan),
            _ => {
                let made = Arc::new(site::plan(&input));
                *plan = Some((input, Arc::clone(&made)));
                made
            }
        };
        rayon::join(link, planned)
    }
}

/// What queries were asked for, with the texts of the pipelines that are files.
#[derive(PartialEq, Eq)]
struct Asked {
    config: QueryConfig,
    pipelines: Vec<(String, String)>,
}

impl Memory {
    /// Of a project that is opened once.
    pub(super) fn of_nothing() -> Self {
        Self { keeps: false, ..Self::default() }
    }

    /// [`source::read`]; files that are as they were are not read again.
    pub(super) fn read(&mut self, config: &Config) -> Result<(SourceSet, Findings), ReadError> {
        let (folders, limits) = (super::folders(config), ReadLimits::default());
        if self.keeps {
            source::read_again(&config.root, &folders, &limits, &mut self.read)
        } else {
            source::read(&config.root, &folders, &limits)
        }
    }

    /// [`super::attack`]; its files are not read if they are as they were, and nothing is parsed if
    /// they have the bytes they had.
    pub(super) fn attack(&mut self, config: &Config) -> Result<(Arc<Attack>, Vec<String>), Error> {
        // Before they are read: what changes meanwhile is not the same the next time.
        let stamps = if self.keeps { source::stamps(super::attack_paths(config)) } else { None };
        let known = self.attack.as_mut().filter(|known| known.config == config.attack);
        if let Some(known) = &known
            && stamps.is_some()
            && known.stamps == stamps
        {
            return Ok((Arc::clone(&known.attack), known.notes.clone()));
        }
        let files = super::attack_files(config)?;
        if let Some(known) = known.filter(|known| known.files == files) {
            known.stamps = stamps;
            return Ok((Arc::clone(&known.attack), known.notes.clone()));
        }
        let (attack, notes) = super::attack_of(config, &files)?;
        let attack = Arc::new(attack);
        self.base += 1;
        if self.keeps {
            let config = config.attack.clone();
            let (attack, notes) = (Arc::clone(&attack), notes.clone());
            self.attack = Some(RememberedAttack { config, stamps, files, attack, notes });
        }
        Ok((attack, notes))
    }

    /// [`load::load`]; files with the bytes they had are not parsed again.
    pub(super) fn load(&mut self, sources: &SourceSet, attack: Arc<Attack>) -> (Corpus, Findings) {
        if self.keeps { load::load_again(sources, attack, &mut self.loaded) } else { load::load(sources, attack) }
    }

    /// What is remembered of linking, for what is loaded now; to be [given back](Self::keep).
    pub(super) fn linked(&mut self, corpus: &Corpus) -> Linked {
        let mut linked = std::mem::take(&mut self.linked);
        let data = corpus.data_needed.iter().map(|data| &data.origin);
        let data = data.chain(corpus.enrichments.iter().map(|enrichment| &enrichment.origin));
        linked.keys = self.keeps.then(|| Keys {
            rules: corpus.rules.iter().map(|rule| self.loaded.key(rule)).collect(),
            data: data.map(|origin| self.loaded.key_of(origin)).collect(),
        });
        linked
    }

    /// Remembers linking.
    pub(super) fn keep(&mut self, linked: Linked) {
        self.linked = linked;
    }

    /// [`requests`], which are made anew only if the configuration is another. Those with files of
    /// their own are always made anew.
    pub(super) fn requests(
        &mut self,
        config: &Config,
        sources: &mut SourceSet,
    ) -> Result<(Vec<Request>, Findings), ReadError> {
        if let Some((asked, requests)) = &self.requests
            && *asked == config.queries
        {
            return Ok((requests.clone(), Findings::new()));
        }
        let (requests, findings) = requests(&config.queries, &config.root, sources)?;
        let mut pipelines = config.queries.show.iter().flat_map(|query| &query.pipelines);
        let is_built_in = pipelines.all(|pipeline| matches!(pipeline, PipelineChoice::BuiltIn(_)));
        let keep = is_built_in && findings.is_empty();
        self.requests = keep.then(|| (config.queries.clone(), requests.clone()));
        Ok((requests, findings))
    }

    /// [`query::compile`], and [`check::rule`] for each rule: those that are as they were are neither
    /// converted nor looked at again, unless what is asked for is another.
    pub(super) fn of_rules(
        &mut self,
        corpus: &Corpus,
        requests: &[Request],
        config: &Config,
        sources: &SourceSet,
    ) -> (Compiled, Vec<Arc<Findings>>) {
        let base = self.base(config, sources);
        let compiled = self.compiled.compile(corpus, requests, base, |rule| self.loaded.key(rule));
        let found = |rule: &Arc<Rule>| {
            let key = self.loaded.key(rule);
            let known = self.checked.get(&key).map(Arc::clone);
            (key, known.unwrap_or_else(|| Arc::new(check::rule(rule))))
        };
        let found: Vec<(EntityKey, Arc<Findings>)> = corpus.rules.par_iter().map(found).collect();
        self.checked = found.iter().map(|(key, found)| (*key, Arc::clone(found))).collect();
        (compiled, found.into_iter().map(|(_, found)| found).collect())
    }

    /// The theme of these files, if it has been kept.
    pub(super) fn theme(&self, files: &[(String, Vec<u8>)]) -> Option<Arc<Theme>> {
        self.theme.as_ref().filter(|known| known.files == files).map(|known| Arc::clone(&known.theme))
    }

    /// Keeps a theme that has made all pages.
    pub(super) fn keep_theme(&mut self, files: Vec<(String, Vec<u8>)>, theme: &Arc<Theme>) {
        self.theme = Some(RememberedTheme { files, theme: Arc::clone(theme) });
    }

    /// [`load::locate`]; files with the bytes they had are not parsed again.
    pub(super) fn locate(&self, sources: &SourceSet, findings: &mut Findings) {
        load::locate_again(sources, findings, &self.loaded);
    }

    /// A number that is another whenever ATT&CK or what is asked for is.
    fn base(&mut self, config: &Config, sources: &SourceSet) -> u64 {
        let pipelines = sources.iter().filter(|(_, file)| file.role == FileRole::Pipeline);
        let pipelines = pipelines.map(|(_, file)| (file.path.clone(), file.text.clone())).collect();
        let asked = Some(Asked { config: config.queries.clone(), pipelines });
        if self.asked != asked {
            self.asked = asked;
            self.base += 1;
        }
        self.base
    }
}
