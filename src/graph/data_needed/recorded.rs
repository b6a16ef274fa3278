//! Recorded events: which Data Needed describes each, and which of its fields a rule looks at.

use std::collections::{BTreeSet, HashMap};

use crate::model::{Corpus, LogSource, Rule, Value};

use super::super::names::Names;
use super::super::{Edge, EdgeKind, Graph, Node, Via};
use super::logsource::event_sources;
use super::supply::Supply;

/// Adds the edges recorded event → Data Needed.
pub(in super::super) fn add(corpus: &Corpus, edges: &mut Vec<Edge>) {
    if corpus.recorded_events.is_empty() {
        return;
    }
    let by_name = Names::of(corpus.data_needed.iter().map(|x| (&x.title, &x.origin)));
    let supply = Supply::new(corpus, &by_name);
    let of_rule = of_their_rules(edges);
    for (i, event) in (0..).zip(&corpus.recorded_events) {
        let (from, kind) = (Node::RecordedEvent(i), EdgeKind::EventOf);
        let described: Vec<Node> = if event.names_its_log() {
            supply.describing(event).into_iter().map(|offer| Node::DataNeeded(offer.index)).collect()
        } else {
            // What a rule with one log finds is from there.
            of_rule.get(&from).filter(|data| data.len() == 1).cloned().unwrap_or_default()
        };
        for to in described {
            edges.push(Edge { from, kind, to, place: None, via: Via::Direct, relation: None });
        }
    }
}

/// The Data Needed of the rule each event was recorded for.
fn of_their_rules(edges: &[Edge]) -> HashMap<Node, Vec<Node>> {
    let recorded = || edges.iter().filter(|edge| edge.kind == EdgeKind::RecordedFor);
    let mut data: HashMap<Node, Vec<Node>> = recorded().map(|edge| (edge.to, Vec::new())).collect();
    for edge in edges.iter().filter(|edge| edge.kind == EdgeKind::NeedsData) {
        if let Some(data) = data.get_mut(&edge.from)
            && !data.contains(&edge.to)
        {
            data.push(edge.to);
        }
    }
    recorded().map(|edge| (edge.from, data.get(&edge.to).cloned().unwrap_or_default())).collect()
}

impl Graph {
    /// The fields a rule's searches name, and what the logs of its log sources call them; of a correlation or
    /// filter also those of the rules it refers to. Sorted, each once.
    pub fn fields_of_rule(&self, rule: u32) -> Vec<String> {
        let rules = &self.corpus.rules;
        let mut found = BTreeSet::new();
        let others = self.to(Node::Rule(rule), EdgeKind::RefersTo).map(Node::index);
        for rule in std::iter::once(rule as usize).chain(others).filter_map(|i| rules.get(i)) {
            of_rule(rule, &mut found);
        }
        found.into_iter().collect()
    }
}

fn of_rule(rule: &Rule, found: &mut BTreeSet<String>) {
    let mut own = BTreeSet::new();
    for detection in rule.documents.iter().filter_map(|document| document.get("detection")?.as_map()) {
        for (_, search) in detection.iter().filter(|(key, _)| !matches!(key.as_str(), "condition" | "timeframe")) {
            named(search, &mut own);
        }
    }
    for source in rule.logsources.iter().map(|(_, source): &(usize, LogSource)| source) {
        for (taxonomy, called) in event_sources(source).into_iter().flat_map(|source| &source.fields) {
            if own.iter().any(|field: &String| field.eq_ignore_ascii_case(taxonomy)) {
                found.insert((*called).to_owned());
            }
        }
    }
    found.append(&mut own);
}

/// The fields of a search: a map of them, or a list of maps.
fn named(search: &Value, found: &mut BTreeSet<String>) {
    match search {
        Value::Map(entries) => {
            let names = entries.iter().map(|(key, _)| key.split('|').next().unwrap_or_default());
            found.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
        }
        Value::Seq(items) => items.iter().for_each(|item| named(item, found)),
        _ => {}
    }
}
