//! Foreign formats: one file per format, converted to `model`, with findings for what does not fit.
//!
//! Loading never fails. A file that gives nothing has an error that says why, and is counted
//! as rejected; one that gives something is counted as loaded, whatever findings it has.
//! Files are independent of each other and are loaded in parallel; the results are put together
//! in the order of their paths.

mod atomic;
pub mod attack;
mod customer;
mod data_needed;
mod enrichment;
mod fields;
mod known;
mod layer;
mod locate;
mod logging_policy;
mod markdown;
mod mends;
mod mitigation;
mod pipeline;
mod recorded_event;
mod response;
mod sigma;
mod sigmac_config;
mod tag_order;
pub mod yaml;

pub use known::{EntityKey, Known};
pub use layer::{Entry, Layer, Word, layer};
pub use locate::{Nodes, locate, locate_again};
pub use mends::{Mend, mends};
pub use pipeline::pipeline;
pub use sigmac_config::{shipped_sigmac_config, sigmac_config, sigmac_config_of_2020, sigmac_configs};
pub use tag_order::sorted_tags;

use std::sync::Arc;

use rayon::prelude::*;

use crate::model::{
    Attack, Corpus, Customer, DataNeeded, Enrichment, FreePage, Kind, LoggingPolicy, Measure, MitigationSystem,
    RecordedEvent, ResponseAction, ResponsePlaybook, ResponseStage, Rule, Trigger, UseCase,
};
use crate::report::Findings;
use crate::source::{FileRole, SourceFile, SourceSet};
use crate::text::FileId;

use atomic::UpstreamPages;
use fields::Input;
use yaml::YamlLimits;

/// Loads all files of `sources`, beside ATT&CK.
pub fn load(sources: &SourceSet, attack: impl Into<Arc<Attack>>) -> (Corpus, Findings) {
    let limits = YamlLimits::default();
    let files: Vec<(FileId, &SourceFile)> = sources.iter().collect();
    let pages = upstream_pages(sources);
    let loaded: Vec<_> = files
        .into_par_iter()
        .filter_map(|(id, file)| Some((kind_of(file.role)?, load_file(Input { id, file }, &pages, &limits))))
        .collect();
    together(loaded, attack.into())
}

/// The same, and files that are as they were when `known` was last given are not parsed again.
pub fn load_again(sources: &SourceSet, attack: Arc<Attack>, known: &mut Known) -> (Corpus, Findings) {
    let limits = YamlLimits::default();
    let pages = upstream_pages(sources);
    let load = |id, file: &SourceFile| load_file(Input { id, file }, &pages, &limits);
    let loaded = known.loaded(sources, &pages, load);
    together(loaded, attack)
}

fn upstream_pages(sources: &SourceSet) -> UpstreamPages<'_> {
    let pages = sources.iter().filter(|(_, file)| file.role == FileRole::TriggerPage);
    pages.map(|(id, file)| (file.path.as_str(), id)).collect()
}

/// What all files gave, in the order of the files.
fn together(loaded: Vec<(Kind, (Entities, Findings))>, attack: Arc<Attack>) -> (Corpus, Findings) {
    let mut corpus = Corpus { attack, ..Corpus::default() };
    let mut findings = Findings::new();
    for (kind, (entities, problems)) in loaded {
        let count = entities.add_to(&mut corpus);
        corpus.tally.count(kind, count > 0);
        findings.append(problems);
    }
    (corpus, findings)
}

/// The kind a file is counted as.
fn kind_of(role: FileRole) -> Option<Kind> {
    match role {
        FileRole::Content(kind) | FileRole::NotRead(Some(kind)) => Some(kind),
        FileRole::Pipeline | FileRole::Config | FileRole::Layer | FileRole::TriggerPage | FileRole::NotRead(None) => {
            None
        }
    }
}

/// What a file gave.
#[derive(Clone)]
enum Entities {
    Rules(Vec<Arc<Rule>>),
    DataNeeded(Vec<DataNeeded>),
    LoggingPolicies(Vec<LoggingPolicy>),
    Enrichments(Vec<Enrichment>),
    Triggers(Vec<Arc<Trigger>>),
    RecordedEvents(Vec<RecordedEvent>),
    ResponseActions(Vec<ResponseAction>),
    ResponsePlaybooks(Vec<ResponsePlaybook>),
    ResponseStages(Vec<ResponseStage>),
    MitigationSystems(Vec<MitigationSystem>),
    MitigationPolicies(Vec<Measure>),
    HardeningPolicies(Vec<Measure>),
    UseCases(Vec<UseCase>),
    Customers(Vec<Customer>),
    Pages(Vec<FreePage>),
}

impl Entities {
    /// Moves all to `corpus`; how many there were.
    fn add_to(self, corpus: &mut Corpus) -> usize {
        fn push<T>(to: &mut Vec<T>, from: Vec<T>) -> usize {
            let count = from.len();
            to.extend(from);
            count
        }
        match self {
            Self::Rules(list) => push(&mut corpus.rules, list),
            Self::DataNeeded(list) => push(&mut corpus.data_needed, list),
            Self::LoggingPolicies(list) => push(&mut corpus.logging_policies, list),
            Self::Enrichments(list) => push(&mut corpus.enrichments, list),
            Self::Triggers(list) => push(&mut corpus.triggers, list),
            Self::RecordedEvents(list) => push(&mut corpus.recorded_events, list),
            Self::ResponseActions(list) => push(&mut corpus.response_actions, list),
            Self::ResponsePlaybooks(list) => push(&mut corpus.response_playbooks, list),
            Self::ResponseStages(list) => push(&mut corpus.response_stages, list),
            Self::MitigationSystems(list) => push(&mut corpus.mitigation_systems, list),
            Self::MitigationPolicies(list) => push(&mut corpus.mitigation_policies, list),
            Self::HardeningPolicies(list) => push(&mut corpus.hardening_policies, list),
            Self::UseCases(list) => push(&mut corpus.use_cases, list),
            Self::Customers(list) => push(&mut corpus.customers, list),
            Self::Pages(list) => push(&mut corpus.pages, list),
        }
    }
}

fn shared<T>(entities: Vec<T>) -> Vec<Arc<T>> {
    entities.into_iter().map(Arc::new).collect()
}

fn load_file(input: Input<'_>, pages: &UpstreamPages<'_>, limits: &YamlLimits) -> (Entities, Findings) {
    let mut findings = Findings::new();
    let FileRole::Content(kind) = input.file.role else { return (Entities::Pages(Vec::new()), findings) };
    if kind == Kind::Page {
        let page = markdown::load(input, limits, &mut findings);
        return (Entities::Pages(vec![page]), findings);
    }
    if kind == Kind::RecordedEvent {
        let events = recorded_event::load(input, &mut findings);
        return (Entities::RecordedEvents(events), findings);
    }
    let (documents, mut findings) = yaml::read(&input.file.text, input.id, limits);
    // Where there is no document, the reader has said why.
    let empty = documents.is_empty();
    let entities = match kind {
        _ if empty => Entities::Pages(Vec::new()),
        Kind::Rule => Entities::Rules(shared(sigma::load(input, documents, &mut findings))),
        Kind::DataNeeded => Entities::DataNeeded(data_needed::load(input, documents, &mut findings)),
        Kind::LoggingPolicy => Entities::LoggingPolicies(logging_policy::load(input, documents, &mut findings)),
        Kind::Enrichment => Entities::Enrichments(enrichment::load(input, documents, &mut findings)),
        Kind::Trigger => Entities::Triggers(shared(atomic::load(input, documents, pages, &mut findings))),
        Kind::ResponseAction => Entities::ResponseActions(response::actions(input, documents, &mut findings)),
        Kind::ResponsePlaybook => Entities::ResponsePlaybooks(response::playbooks(input, documents, &mut findings)),
        Kind::ResponseStage => Entities::ResponseStages(response::stages(input, documents, &mut findings)),
        Kind::MitigationSystem => Entities::MitigationSystems(mitigation::systems(input, documents, &mut findings)),
        Kind::MitigationPolicy => {
            Entities::MitigationPolicies(mitigation::mitigations(input, documents, &mut findings))
        }
        Kind::HardeningPolicy => Entities::HardeningPolicies(mitigation::hardenings(input, documents, &mut findings)),
        Kind::UseCase => Entities::UseCases(customer::use_cases(input, documents, &mut findings)),
        Kind::Customer => Entities::Customers(customer::customers(input, documents, &mut findings)),
        Kind::RecordedEvent | Kind::Page => Entities::Pages(Vec::new()),
    };
    (entities, findings)
}

#[cfg(test)]
mod tests;
