//! ATC's two tables, by the names and with the columns people's spreadsheets know.
//!
//! `analytics.csv` has a row for each way from a rule's tactic and technique to a log that must be
//! on; `pivoting.csv` says which events have a field. ATC's own files depended on the order of a
//! directory and mixed rows of two lengths; here rows are sorted and of one length, and what goes
//! with a row many times over (enrichments, playbooks, actions) is joined in it.

use std::collections::BTreeSet;

use crate::graph::{EdgeKind, Node};
use crate::model::{DataNeeded, Stage};
use crate::site::SiteView;
use crate::site::exports::{analytics, pivoting};

use super::Export;
use super::tables::csv;

/// What ATC wrote where there is nothing.
const NONE: &str = "-";

pub(super) fn tables(view: &SiteView<'_>) -> Vec<Export> {
    let head = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let analytics_head = head(&[
        "tactic",
        "technique",
        "detection rule",
        "category",
        "platform",
        "type",
        "channel",
        "provider",
        "data needed",
        "logging policy",
        "enrichment",
        "enrichment requirements",
        "response playbook",
        "response action",
    ]);
    let pivoting_head = head(&[
        "field",
        "category",
        "platform",
        "type",
        "channel",
        "provider",
        "data_needed",
        "enrichment",
        "enrichment requirements",
    ]);
    vec![
        Export { path: analytics(), bytes: csv(analytics_head, ways(view).into_iter()) },
        Export { path: pivoting(), bytes: csv(pivoting_head, fields(view).into_iter()) },
    ]
}

fn named(view: &SiteView<'_>, node: Node) -> Option<String> {
    view.graph.attack(node).map(|object| format!("{}: {}", object.id, object.name))
}

fn or_none(mut texts: Vec<String>) -> Vec<String> {
    if texts.is_empty() {
        texts.push(NONE.to_owned());
    }
    texts
}

/// The five columns that say what an event is.
fn event(data: &DataNeeded) -> [String; 5] {
    [&data.category, &data.platform, &data.log_type, &data.channel, &data.provider]
        .map(|value| value.clone().unwrap_or_default())
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(";")
}

fn ways(view: &SiteView<'_>) -> Vec<Vec<String>> {
    let (graph, corpus) = (view.graph, view.graph.corpus());
    let mut rows = BTreeSet::new();
    for (i, rule) in (0..).zip(&corpus.rules) {
        let node = Node::Rule(i);
        let of = |kind: EdgeKind| graph.to(node, kind);
        let tactics: Vec<(Node, String)> =
            of(EdgeKind::HasTactic).filter_map(|to| Some((to, named(view, to)?))).collect();
        let techniques: Vec<Node> = of(EdgeKind::HasTechnique).collect();
        // ATT&CK says which tactics a technique is of. What is with none of the other side is lost
        // otherwise, so it goes with all.
        let is_in = |tactic: Node, technique: Node| graph.to(technique, EdgeKind::InTactic).any(|to| to == tactic);
        let goes_with = |tactic: Node, technique: Node| {
            is_in(tactic, technique)
                || !techniques.iter().any(|other| is_in(tactic, *other))
                || !tactics.iter().any(|(other, _)| is_in(*other, technique))
        };
        let enrichments: Vec<&crate::model::Enrichment> =
            of(EdgeKind::UsesEnrichment).filter_map(|to| corpus.enrichments.get(to.index())).collect();
        let enrichment = joined(enrichments.iter().map(|enrichment| enrichment.title.clone()));
        let requirements = joined(enrichments.iter().flat_map(|enrichment| enrichment.requirements.iter().cloned()));
        let mut logs: Vec<([String; 5], String, String)> = Vec::new();
        for data in of(EdgeKind::NeedsData).filter_map(|to| Some((to, corpus.data_needed.get(to.index())?))) {
            let (to, data) = data;
            let policies = graph.to(to, EdgeKind::LoggedBy).filter_map(|to| corpus.logging_policies.get(to.index()));
            for policy in or_none(policies.map(|policy| policy.title.clone()).collect()) {
                logs.push((event(data), data.title.clone(), policy));
            }
        }
        if logs.is_empty() {
            logs.push(([(); 5].map(|()| NONE.to_owned()), NONE.to_owned(), NONE.to_owned()));
        }
        for technique in &techniques {
            let Some(name) = named(view, *technique) else { continue };
            let playbooks: Vec<Node> = graph
                .from(*technique, EdgeKind::HasTechnique)
                .into_iter()
                .filter(|from| matches!(from, Node::ResponsePlaybook(_)))
                .collect();
            let playbook = joined(
                playbooks.iter().filter_map(|node| Some(corpus.response_playbooks.get(node.index())?.title.clone())),
            );
            let stages = Stage::ALL.into_iter().map(EdgeKind::HasAction);
            let actions = stages.flat_map(|stage| playbooks.iter().flat_map(move |node| graph.to(*node, stage)));
            let actions = joined(actions.filter_map(|to| Some(corpus.response_actions.get(to.index())?.title.clone())));
            for (_, tactic) in tactics.iter().filter(|(tactic, _)| goes_with(*tactic, *technique)) {
                for (event, data, policy) in &logs {
                    let mut row = vec![tactic.clone(), name.clone(), rule.title.clone()];
                    row.extend(event.iter().cloned());
                    row.extend([data.clone(), policy.clone()]);
                    row.extend([dash(&enrichment), requirements.clone(), dash(&playbook), dash(&actions)]);
                    rows.insert(row);
                }
            }
        }
    }
    rows.into_iter().collect()
}

fn dash(text: &str) -> String {
    if text.is_empty() { NONE.to_owned() } else { text.to_owned() }
}

fn fields(view: &SiteView<'_>) -> Vec<Vec<String>> {
    let corpus = view.graph.corpus();
    let mut rows = BTreeSet::new();
    let row = |field: &String, data: &DataNeeded, enrichment: &str, requirements: &str| {
        let mut row = vec![field.clone()];
        row.extend(event(data));
        row.extend([data.title.clone(), enrichment.to_owned(), requirements.to_owned()]);
        row
    };
    for data in &corpus.data_needed {
        rows.extend(data.fields.iter().map(|field| row(field, data, "", "")));
    }
    for (i, enrichment) in (0..).zip(&corpus.enrichments) {
        let requirements = enrichment.requirements.join(";");
        let enriched = view.graph.to(Node::Enrichment(i), EdgeKind::Enriches);
        for data in enriched.filter_map(|to| corpus.data_needed.get(to.index())) {
            let new = enrichment.new_fields.iter();
            rows.extend(new.map(|field| row(field, data, &enrichment.title, &requirements)));
        }
    }
    rows.into_iter().collect()
}
