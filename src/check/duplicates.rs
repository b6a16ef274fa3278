//! One name, one thing: rule ids, titles that references use, output paths.

use std::collections::HashMap;

use crate::graph::Node;
use crate::model::{Corpus, Kind, Origin};
use crate::report::{Code, Finding, Findings};
use crate::site::Subject;
use crate::text::{At, YamlPath};

use super::CheckInput;

/// Two rules with one id.
pub(super) fn ids(input: &CheckInput<'_>, findings: &mut Findings) {
    let mut seen: HashMap<String, At> = HashMap::new();
    for rule in &input.graph.corpus().rules {
        let Some(id) = &rule.id else { continue };
        let at = At::Yaml(rule.origin.place(YamlPath::field("id")));
        match seen.entry(id.trim().to_ascii_lowercase()) {
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(at);
            }
            std::collections::hash_map::Entry::Occupied(first) => {
                let finding = Finding::new(Code::DuplicateId, at, format!("another rule has the id `{id}`"));
                findings.push(finding.also(first.get().clone(), "first used here"));
            }
        }
    }
}

/// Two entities of one kind that references by title cannot tell apart.
pub(super) fn titles(input: &CheckInput<'_>, findings: &mut Findings) {
    let corpus = input.graph.corpus();
    let kinds = [Kind::DataNeeded, Kind::LoggingPolicy, Kind::Enrichment, Kind::ResponseAction, Kind::ResponsePlaybook];
    for kind in kinds {
        let mut seen: HashMap<&str, At> = HashMap::new();
        for (title, origin) in titled(corpus, kind) {
            let at = At::Yaml(origin.place(YamlPath::field("title")));
            if let Some(first) = seen.get(title) {
                let message = format!("another {} has the title `{title}`", kind.noun());
                findings.push(Finding::new(Code::DuplicateTitle, at, message).also(first.clone(), "first used here"));
            } else {
                seen.insert(title, at);
            }
        }
    }
}

fn titled(corpus: &Corpus, kind: Kind) -> Vec<(&str, &Origin)> {
    match kind {
        Kind::DataNeeded => corpus.data_needed.iter().map(|x| (x.title.as_str(), &x.origin)).collect(),
        Kind::LoggingPolicy => corpus.logging_policies.iter().map(|x| (x.title.as_str(), &x.origin)).collect(),
        Kind::Enrichment => corpus.enrichments.iter().map(|x| (x.title.as_str(), &x.origin)).collect(),
        Kind::ResponseAction => corpus.response_actions.iter().map(|x| (x.title.as_str(), &x.origin)).collect(),
        Kind::ResponsePlaybook => corpus.response_playbooks.iter().map(|x| (x.title.as_str(), &x.origin)).collect(),
        Kind::Rule | Kind::Trigger | Kind::Page => Vec::new(),
    }
}

/// Two pages that wanted one file.
pub(super) fn paths(input: &CheckInput<'_>, findings: &mut Findings) {
    let corpus = input.graph.corpus();
    for collision in &input.plan.collisions {
        let Some(second) = origin(corpus, collision.second) else { continue };
        let message =
            format!("another page is `{}.html` already; this one became `{}.html`", collision.wanted, collision.given);
        let mut finding = Finding::new(Code::PathCollision, At::File(second.file), message);
        if let Subject::Node(first) = collision.first
            && let Some(first) = origin(corpus, first)
        {
            finding = finding.also(At::File(first.file), "the other page is made from this file");
        }
        findings.push(finding);
    }
}

/// Where an entity was read; `None` for ATT&CK objects.
pub(super) fn origin(corpus: &Corpus, node: Node) -> Option<&Origin> {
    let i = node.index();
    Some(match node {
        Node::Rule(_) => &corpus.rules.get(i)?.origin,
        Node::DataNeeded(_) => &corpus.data_needed.get(i)?.origin,
        Node::LoggingPolicy(_) => &corpus.logging_policies.get(i)?.origin,
        Node::Enrichment(_) => &corpus.enrichments.get(i)?.origin,
        Node::Trigger(_) => &corpus.triggers.get(i)?.origin,
        Node::ResponseAction(_) => &corpus.response_actions.get(i)?.origin,
        Node::ResponsePlaybook(_) => &corpus.response_playbooks.get(i)?.origin,
        Node::Page(_) => &corpus.pages.get(i)?.origin,
        Node::Attack(_) => return None,
    })
}
