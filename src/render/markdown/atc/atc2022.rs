//! Pages as Atomic Threat Coverage wrote them in its last state, of January 2022, byte for byte.
//!
//! The queries are what the converter ATC called printed, its error messages among them, unless the
//! project says which it shows: those then, under the names of their targets as ATC had them. As
//! with the layout of 2019, one build changes nothing in a repository that holds such pages, and
//! pages say unguarded what the YAML says: the profile is for content its owner trusts, and the
//! HTML pages are not made from it. ATC's names of AM!TT are not built in, so that its techniques
//! are called `None`.

mod kinds;
mod playbook;
mod policies;
mod react;
mod rule;
mod tags;
mod watch;

use std::collections::BTreeMap;

use crate::graph::{Graph, Node};
use crate::model::{Corpus, SigmacConfig};
use crate::site::Query;
use crate::text::FileId;

use super::document::Document;
use super::first;

/// What pages are made from.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The entities; rules list the Data Needed it leads them to.
    pub graph: &'a Graph,
    /// The text of a source file, as read.
    pub text: &'a (dyn Fn(FileId) -> &'a str + Sync),
    /// The path of a source file, as seen from the project's folder.
    pub path: &'a (dyn Fn(FileId) -> &'a str + Sync),
    /// What is shown with rules.
    pub queries: Queries<'a>,
}

/// What is shown with rules.
#[derive(Clone, Copy)]
pub enum Queries<'a> {
    /// What ATC's backends printed, with their configurations by name.
    Converter(&'a BTreeMap<&'static str, SigmacConfig>),
    /// Those the project chose, of the rule with this index.
    Chosen(&'a (dyn Fn(u32) -> Vec<Query> + Sync)),
}

/// The page of an entity.
///
/// `None` where ATC had none, so that the page of the default profile is written: ATT&CK objects,
/// free pages, Triggers without upstream's own page, and all entities of a file but its first. The
/// same where ATC raised an exception and left the page out or stale: no description, a null or a
/// number where it looped, a tag that is no text, a rule or a use case that no entity has as its
/// title, a playbook with an unknown tactic or an action that does not exist.
pub fn page(input: &Input<'_>, node: Node) -> Option<String> {
    let corpus = input.graph.corpus();
    let i = node.index();
    if let Node::Rule(_) = node {
        return rule::page(input, i);
    }
    if let Node::Trigger(_) = node {
        let trigger = first(&corpus.triggers, i, |entity| &entity.origin)?;
        return trigger.upstream_page.map(|file| (input.text)(file).to_owned());
    }
    let document = document(corpus, node)?;
    match node {
        Node::DataNeeded(_) => kinds::data_needed(document),
        Node::LoggingPolicy(_) => kinds::logging_policy(document),
        Node::Enrichment(_) => kinds::enrichment(document),
        Node::ResponseAction(_) => react::action(corpus, document),
        Node::ResponsePlaybook(_) => playbook::page(corpus, document),
        Node::ResponseStage(_) => react::stage(corpus, document),
        Node::MitigationSystem(_) => policies::mitigation_system(document),
        Node::MitigationPolicy(_) => policies::mitigation_policy(&corpus.attack, document),
        Node::HardeningPolicy(_) => policies::hardening_policy(&corpus.attack, document),
        Node::UseCase(_) => watch::use_case(corpus, document),
        Node::Customer(_) => watch::customer(corpus, document),
        Node::Rule(_) | Node::Trigger(_) | Node::RecordedEvent(_) | Node::Page(_) | Node::Attack(_) => None,
    }
}

/// The list of the Response Stages, which stood beside their pages; nothing without stages.
pub fn stages(corpus: &Corpus) -> Option<String> {
    react::stages(corpus)
}

/// The document of an entity that has a layout of its own.
fn document(corpus: &Corpus, node: Node) -> Option<Document<'_>> {
    let i = node.index();
    let value = match node {
        Node::DataNeeded(_) => &first(&corpus.data_needed, i, |entity| &entity.origin)?.document,
        Node::LoggingPolicy(_) => &first(&corpus.logging_policies, i, |entity| &entity.origin)?.document,
        Node::Enrichment(_) => &first(&corpus.enrichments, i, |entity| &entity.origin)?.document,
        Node::ResponseAction(_) => &first(&corpus.response_actions, i, |entity| &entity.origin)?.document,
        Node::ResponsePlaybook(_) => &first(&corpus.response_playbooks, i, |entity| &entity.origin)?.document,
        Node::ResponseStage(_) => &first(&corpus.response_stages, i, |entity| &entity.origin)?.document,
        Node::MitigationSystem(_) => &first(&corpus.mitigation_systems, i, |entity| &entity.origin)?.document,
        Node::MitigationPolicy(_) => &first(&corpus.mitigation_policies, i, |entity| &entity.origin)?.document,
        Node::HardeningPolicy(_) => &first(&corpus.hardening_policies, i, |entity| &entity.origin)?.document,
        Node::UseCase(_) => &first(&corpus.use_cases, i, |entity| &entity.origin)?.document,
        Node::Customer(_) => &first(&corpus.customers, i, |entity| &entity.origin)?.document,
        Node::Rule(_) | Node::Trigger(_) | Node::RecordedEvent(_) | Node::Page(_) | Node::Attack(_) => return None,
    };
    Document::new(value)
}
