//! Pages as Atomic Threat Coverage wrote them in February 2019, byte for byte.
//!
//! For repositories that hold such pages: one build changes nothing in them but the order of
//! Data Needed, which ATC left to chance and which is ascending here. Pages come from the YAML
//! as written, printed as Python and Jinja print it, with all that ATC got wrong: other tags
//! twice, queries as the literal of a byte string, nothing escaped. What a page says it
//! therefore says unguarded; the profile is for content its owner trusts, and the HTML pages
//! are not made from it.

mod kinds;
mod playbook;
mod rule;
mod tags;

use crate::graph::Node;

pub use super::Input;
use super::first;

/// The page of an entity.
///
/// `None` where ATC had none that year, so that the page of the default profile is written: ATT&CK
/// objects, free pages, Triggers without upstream's own page, and all entities of a file but
/// its first. The same where ATC raised an exception and left the page out or stale: no
/// description, a null or a number where it looped, a tag that is no text, a rule without
/// detection or log source, a playbook without tags, with an unknown tactic or with an action
/// that does not exist.
pub fn page(input: &Input<'_>, node: Node) -> Option<String> {
    let corpus = input.graph.corpus();
    let i = node.index();
    match node {
        Node::Rule(_) => rule::page(input, i),
        Node::DataNeeded(_) => kinds::data_needed(&first(&corpus.data_needed, i, |entity| &entity.origin)?.document),
        Node::LoggingPolicy(_) => {
            kinds::logging_policy(&first(&corpus.logging_policies, i, |entity| &entity.origin)?.document)
        }
        Node::Enrichment(_) => kinds::enrichment(&first(&corpus.enrichments, i, |entity| &entity.origin)?.document),
        Node::ResponseAction(_) => {
            kinds::response_action(&first(&corpus.response_actions, i, |entity| &entity.origin)?.document)
        }
        Node::ResponsePlaybook(_) => {
            playbook::page(corpus, &first(&corpus.response_playbooks, i, |entity| &entity.origin)?.document)
        }
        Node::Trigger(_) => {
            let trigger = first(&corpus.triggers, i, |entity| &entity.origin)?;
            trigger.upstream_page.map(|file| (input.text)(file).to_owned())
        }
        Node::RecordedEvent(_)
        | Node::ResponseStage(_)
        | Node::MitigationSystem(_)
        | Node::MitigationPolicy(_)
        | Node::HardeningPolicy(_)
        | Node::UseCase(_)
        | Node::Customer(_)
        | Node::Page(_)
        | Node::Attack(_) => None,
    }
}
