//! Everything that was loaded, in a fixed order, before anything is linked.

use std::sync::Arc;

use crate::text::{FileId, Place, YamlPath};

use super::{
    Attack, Customer, DataNeeded, Enrichment, FreePage, Kind, LoggingPolicy, Measure, MitigationSystem, RecordedEvent,
    ResponseAction, ResponsePlaybook, ResponseStage, Rule, Trigger, UseCase,
};

/// Where an entity was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub file: FileId,
    /// The document of the file, counted from 0.
    pub document: u32,
    /// The file's path relative to the project, with `/`.
    pub path: String,
    /// The file's path relative to the content folder it was found in, with `/`.
    pub within: String,
    /// The file name without its last extension.
    pub stem: String,
    /// The lists whose texts do not lie where their order says.
    pub lists: Vec<ListPlace>,
}

/// Where the items of a list lie that are kept, of a list with others or one in a later document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPlace {
    /// The way to the list.
    pub path: YamlPath,
    /// The document it is in.
    pub document: u32,
    /// The position in the file's list of each item that is kept, counted from 0.
    pub items: Vec<usize>,
}

impl Origin {
    /// The path, if it is one within the project: what lies elsewhere has no place in its repository.
    pub fn in_project(&self) -> Option<&str> {
        let elsewhere = self.path.starts_with(['/', '\\']) || self.path.split('/').any(|part| part == "..");
        (!elsewhere).then_some(self.path.as_str())
    }

    /// The place of `path` in this entity's document.
    pub fn place(&self, path: YamlPath) -> Place {
        Place { file: self.file, document: self.document, path }
    }

    /// The place of the item `index` of those kept of the list under `field`.
    pub fn item(&self, field: &'static str, index: usize) -> Place {
        self.item_of(YamlPath::field(field), index)
    }

    /// The place of the item `index` of those kept of the list at `path`.
    pub fn item_of(&self, path: YamlPath, index: usize) -> Place {
        match self.lists.iter().find(|list| list.path == path) {
            Some(list) => Place {
                file: self.file,
                document: list.document,
                path: path.index(list.items.get(index).copied().unwrap_or(index)),
            },
            None => self.place(path.index(index)),
        }
    }
}

/// How many files of one kind were found, and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KindTally {
    /// Files found.
    pub found: usize,
    /// Files that gave at least one entity.
    pub loaded: usize,
    /// Files that gave none; each has a finding that says why.
    pub rejected: usize,
}

/// The counts of all kinds; `found = loaded + rejected` for each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally([KindTally; Kind::ALL.len()]);

impl Tally {
    /// The counts of one kind.
    pub fn of(&self, kind: Kind) -> KindTally {
        self.0[kind as usize]
    }

    /// Counts one file.
    pub fn count(&mut self, kind: Kind, loaded: bool) {
        let tally = &mut self.0[kind as usize];
        tally.found += 1;
        if loaded {
            tally.loaded += 1;
        } else {
            tally.rejected += 1;
        }
    }
}

/// All entities, each list in the order of file path and document. What is many and
/// large is shared with what is remembered for opening the same project again.
#[derive(Debug, Default)]
pub struct Corpus {
    /// Sigma rules, correlations and filters.
    pub rules: Vec<Arc<Rule>>,
    /// Data Needed.
    pub data_needed: Vec<DataNeeded>,
    /// Logging Policies.
    pub logging_policies: Vec<LoggingPolicy>,
    /// Enrichments.
    pub enrichments: Vec<Enrichment>,
    /// Triggers.
    pub triggers: Vec<Arc<Trigger>>,
    /// Recorded events.
    pub recorded_events: Vec<RecordedEvent>,
    /// Response Actions.
    pub response_actions: Vec<ResponseAction>,
    /// Response Playbooks.
    pub response_playbooks: Vec<ResponsePlaybook>,
    /// Response Stages.
    pub response_stages: Vec<ResponseStage>,
    /// Mitigation Systems.
    pub mitigation_systems: Vec<MitigationSystem>,
    /// Mitigation Policies.
    pub mitigation_policies: Vec<Measure>,
    /// Hardening Policies.
    pub hardening_policies: Vec<Measure>,
    /// Use Cases.
    pub use_cases: Vec<UseCase>,
    /// Customers.
    pub customers: Vec<Customer>,
    /// Free pages.
    pub pages: Vec<FreePage>,
    /// ATT&CK.
    pub attack: Arc<Attack>,
    /// Files found, loaded and rejected.
    pub tally: Tally,
}
