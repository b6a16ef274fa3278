//! What a rule asks for: its documents' log sources, and of each selection the events and fields.

use std::collections::BTreeSet;

use crate::model::{LogSource, Rule, RuleKind, Value};

use super::condition::Condition;
use super::logsource::in_words;
use super::supply::{Candidate, Supply};
use super::{DataGap, Needs};

/// The Data Needed of a rule that declares none.
pub(super) fn derive(rule: &Rule, supply: &Supply) -> Needs {
    let mut needs = Needs::default();
    if rule.kind != RuleKind::Detection {
        return needs;
    }
    for document in expand(&rule.documents) {
        let found = document_needs(&document, supply);
        needs.data.extend(found.data);
        needs.gap = needs.gap.take().or(found.gap);
    }
    // A gap in the fields or the log source of one document matters only where nothing fits at
    // all; a missing event is a hole even beside others that are there.
    if !needs.data.is_empty() && !matches!(needs.gap, Some(DataGap::Event { .. })) {
        needs.gap = None;
    }
    needs
}

/// A detection document with everything `action: global` adds to it.
struct Document {
    source: LogSource,
    detection: Value,
}

/// The documents that detect something, the 2019 collections (`action`) unfolded.
fn expand(documents: &[Value]) -> Vec<Document> {
    let mut global = Value::Map(Vec::new());
    let mut previous: Option<Value> = None;
    let mut out = Vec::new();
    for document in documents {
        let merged = match document.get("action").and_then(Value::as_str) {
            Some("global") => {
                global.overlay(document);
                continue;
            }
            Some("reset") => {
                global = Value::Map(Vec::new());
                continue;
            }
            Some("repeat") => {
                let mut repeated = previous.clone().unwrap_or_else(|| Value::Map(Vec::new()));
                repeated.overlay(document);
                repeated
            }
            _ => {
                let mut merged = document.clone();
                merged.overlay(&global);
                merged
            }
        };
        if let Some(detection) = merged.get("detection") {
            let source = merged.get("logsource").map(log_source).unwrap_or_default();
            out.push(Document { source, detection: detection.clone() });
        }
        previous = Some(merged);
    }
    out
}

fn log_source(value: &Value) -> LogSource {
    let part = |key: &str| value.get(key).and_then(Value::scalar_text).filter(|text| !text.trim().is_empty());
    LogSource { product: part("product"), category: part("category"), service: part("service"), definition: None }
}

/// One way a selection can match: the fields it names, and the event ids it asks for.
#[derive(Default)]
struct Alternative {
    fields: BTreeSet<String>,
    events: Vec<String>,
}

/// The selections of a document, and the conditions over them.
struct Demand {
    selections: Vec<Vec<Alternative>>,
    conditions: Vec<Condition>,
}

impl Demand {
    fn new(detection: &Value) -> Self {
        let entries = detection.as_map().unwrap_or_default();
        let selections: Vec<&(String, Value)> =
            entries.iter().filter(|(name, _)| !matches!(name.as_str(), "condition" | "timeframe")).collect();
        let names: Vec<&str> = selections.iter().map(|(name, _)| name.as_str()).collect();
        let texts: Vec<&str> = match detection.get("condition") {
            Some(Value::Str(text)) => vec![text],
            Some(Value::Seq(items)) => items.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let mut conditions: Vec<Condition> = texts.into_iter().map(|text| Condition::read(text, &names)).collect();
        let mut wanted = Vec::new();
        for condition in &conditions {
            condition.wanted(&mut wanted);
        }
        if wanted.is_empty() {
            // Nothing but negations, or no condition at all: every selection counts.
            conditions = vec![Condition::any(&names)];
        }
        let alternatives = selections.iter().map(|(_, value)| {
            let mut found = Vec::new();
            selection(value, &mut found);
            found
        });
        Self { selections: alternatives.collect(), conditions }
    }

    /// Whether events of the Data Needed alone can fulfil a condition.
    fn served_by(&self, candidate: &Candidate<'_>) -> bool {
        let possible = |i: usize| self.selections[i].iter().any(|alternative| alternative.served_by(candidate));
        self.conditions.iter().any(|condition| condition.holds(&possible) == Some(true))
    }

    /// The alternatives of the selections that are not only negated.
    fn wanted(&self) -> Vec<&Alternative> {
        let mut wanted = Vec::new();
        for condition in &self.conditions {
            condition.wanted(&mut wanted);
        }
        wanted.sort_unstable();
        wanted.dedup();
        wanted.into_iter().flat_map(|i| &self.selections[i]).collect()
    }
}

impl Alternative {
    fn served_by(&self, candidate: &Candidate<'_>) -> bool {
        if self.events.is_empty() {
            candidate.of_category && self.fields.iter().all(|field| candidate.has(field))
        } else {
            // The event decides: fields that are missing from a Data Needed's list do not make
            // it another event.
            self.events.iter().any(|event| candidate.offer.event_ids.contains(event))
        }
    }
}

fn document_needs(document: &Document, supply: &Supply) -> Needs {
    let source = &document.source;
    let candidates = supply.serving(source);
    let demand = Demand::new(&document.detection);
    let wanted = demand.wanted();
    let only_product = source.category.is_none() && source.service.is_none();
    if candidates.is_empty() || (only_product && wanted.iter().all(|a| a.fields.is_empty() && a.events.is_empty())) {
        // Where only the product is known, keywords alone cannot tell which log is meant.
        return Needs { gap: Some(DataGap::LogSource { source: in_words(source) }), ..Needs::default() };
    }
    let mut serving: Vec<&Candidate<'_>> = candidates.iter().filter(|c| demand.served_by(c)).collect();
    if serving.is_empty() {
        // Selections that only different events together can fulfil: each event for itself.
        let by_event = |c: &&Candidate<'_>| wanted.iter().any(|a| !a.events.is_empty() && a.served_by(c));
        serving = candidates.iter().filter(by_event).collect();
    }
    let covered = |event: &&String| candidates.iter().any(|c| c.offer.event_ids.contains(*event));
    let mut missing: Vec<String> = Vec::new();
    for event in wanted.iter().flat_map(|a| &a.events).filter(|event| !covered(event)) {
        if !missing.contains(event) {
            missing.push(event.clone());
        }
    }
    let data: BTreeSet<u32> = serving.iter().map(|c| c.offer.index).collect();
    let gap = if !missing.is_empty() {
        Some(DataGap::Event { source: in_words(source), events: missing })
    } else if data.is_empty() {
        Some(fields_gap(source, &wanted, &candidates))
    } else {
        None
    };
    Needs { data, gap }
}

/// Which fields the nearest Data Needed lacks: the one that lacks fewest, the first of equals.
fn fields_gap(source: &LogSource, wanted: &[&Alternative], candidates: &[Candidate<'_>]) -> DataGap {
    let lacks = |candidate: &Candidate<'_>| -> Vec<String> {
        let fields: BTreeSet<&String> = wanted.iter().flat_map(|a| &a.fields).collect();
        fields.into_iter().filter(|field| !candidate.has(field)).cloned().collect()
    };
    let nearest =
        candidates.iter().filter(|c| c.of_category).map(|c| (lacks(c), c)).min_by_key(|(lacks, _)| lacks.len());
    match nearest {
        Some((missing, candidate)) if !missing.is_empty() => {
            DataGap::Fields { source: in_words(source), missing, nearest: Some(candidate.offer.index) }
        }
        _ => DataGap::LogSource { source: in_words(source) },
    }
}

fn selection(value: &Value, out: &mut Vec<Alternative>) {
    match value {
        Value::Map(entries) => {
            let mut alternative = Alternative::default();
            for (key, value) in entries {
                let (field, modifiers) = key.split_once('|').unwrap_or((key, ""));
                if field.is_empty() {
                    continue;
                }
                if field.eq_ignore_ascii_case("EventID") {
                    // A negated or compared event id names none.
                    if !modifiers.split('|').any(|m| matches!(m, "neq" | "gt" | "gte" | "lt" | "lte" | "re")) {
                        let values = value.as_seq().unwrap_or(std::slice::from_ref(value));
                        alternative.events.extend(values.iter().filter_map(Value::scalar_text));
                    }
                } else {
                    alternative.fields.insert(field.to_owned());
                }
            }
            out.push(alternative);
        }
        Value::Seq(items) => {
            let mut keywords = false;
            for item in items {
                match item {
                    Value::Map(_) | Value::Seq(_) => selection(item, out),
                    _ => keywords = true,
                }
            }
            if keywords {
                out.push(Alternative::default());
            }
        }
        _ => out.push(Alternative::default()),
    }
}
