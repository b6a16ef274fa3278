//! What a rule asks for: its documents' log sources, and of each selection the events and fields.

use std::collections::{BTreeSet, HashSet};

use crate::model::{LogSource, Rule, RuleKind, Value};

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

fn document_needs(document: &Document, supply: &Supply) -> Needs {
    let source = &document.source;
    let mut candidates = supply.serving(source);
    let alternatives = alternatives(&document.detection);
    let has_events = alternatives.iter().any(|a| !a.events.is_empty());
    if source.category.is_none() && source.service.is_none() && !has_events {
        // Only the product is known: fields alone may decide, keywords cannot.
        candidates.retain(|_| alternatives.iter().any(|a| !a.fields.is_empty()));
    }
    let mut needs = Needs::default();
    if candidates.is_empty() {
        needs.gap = Some(DataGap::LogSource { source: in_words(source) });
        return needs;
    }
    let mut missing_events = Vec::new();
    for alternative in &alternatives {
        if alternative.events.is_empty() {
            let fits = |c: &&Candidate<'_>| c.of_category && alternative.fields.iter().all(|field| c.has(field));
            needs.data.extend(candidates.iter().filter(fits).map(|c| c.offer.index));
        } else {
            for event in &alternative.events {
                let with = |c: &&Candidate<'_>| c.offer.event_ids.contains(event);
                let found: Vec<u32> = candidates.iter().filter(with).map(|c| c.offer.index).collect();
                if found.is_empty() && !missing_events.contains(event) {
                    missing_events.push(event.clone());
                }
                needs.data.extend(found);
            }
        }
    }
    needs.gap = if !missing_events.is_empty() {
        Some(DataGap::Event { source: in_words(source), events: missing_events })
    } else if needs.data.is_empty() {
        Some(fields_gap(source, &alternatives, &candidates))
    } else {
        None
    };
    needs
}

/// Which fields the nearest Data Needed lacks: the one that lacks fewest, the first of equals.
fn fields_gap(source: &LogSource, alternatives: &[Alternative], candidates: &[Candidate<'_>]) -> DataGap {
    let mut best: Option<(usize, &Candidate<'_>, Vec<String>)> = None;
    for candidate in candidates.iter().filter(|c| c.of_category) {
        for alternative in alternatives {
            let missing: Vec<String> = alternative.fields.iter().filter(|f| !candidate.has(f)).cloned().collect();
            if best.as_ref().is_none_or(|(count, ..)| missing.len() < *count) {
                best = Some((missing.len(), candidate, missing));
            }
        }
    }
    match best {
        Some((_, candidate, missing)) => {
            DataGap::Fields { source: in_words(source), missing, nearest: Some(candidate.offer.index) }
        }
        None => DataGap::LogSource { source: in_words(source) },
    }
}

/// All alternatives of the selections that must match; those a condition only negates are left
/// out, unless there are no others.
fn alternatives(detection: &Value) -> Vec<Alternative> {
    let Some(entries) = detection.as_map() else { return Vec::new() };
    let names: Vec<&str> = entries.iter().map(|(name, _)| name.as_str()).collect();
    let negated = negated_names(detection.get("condition"), &names);
    let collect = |skip_negated: bool| {
        let mut found = Vec::new();
        for (name, value) in entries {
            let metadata = matches!(name.as_str(), "condition" | "timeframe");
            if !metadata && !(skip_negated && negated.contains(name.as_str())) {
                selection(value, &mut found);
            }
        }
        found
    };
    let found = collect(true);
    if found.is_empty() { collect(false) } else { found }
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

/// The selections that every condition only ever negates.
fn negated_names<'a>(condition: Option<&Value>, names: &[&'a str]) -> HashSet<&'a str> {
    let conditions: Vec<&str> = match condition {
        Some(Value::Str(text)) => vec![text],
        Some(Value::Seq(items)) => items.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let mut wanted = HashSet::new();
    let mut negated = HashSet::new();
    for condition in conditions {
        scan(condition, names, &mut wanted, &mut negated);
    }
    negated.difference(&wanted).copied().collect()
}

/// Sorts the selections a condition names by the parity of the `not`s above them. Lenient: this
/// only weighs which data matters; whether the condition is valid is the compiler's to say.
fn scan<'a>(condition: &str, names: &[&'a str], wanted: &mut HashSet<&'a str>, negated: &mut HashSet<&'a str>) {
    let spaced = condition.replace('(', " ( ").replace(')', " ) ");
    let mut stack = vec![false];
    let mut flip = false;
    for token in spaced.split_whitespace() {
        let current = *stack.last().unwrap_or(&false);
        match token.to_ascii_lowercase().as_str() {
            "not" => flip = !flip,
            "(" => {
                stack.push(current ^ flip);
                flip = false;
            }
            ")" => {
                if stack.len() > 1 {
                    stack.pop();
                }
                flip = false;
            }
            "1" | "any" | "all" | "of" => {}
            "and" | "or" => flip = false,
            "|" => break,
            _ => {
                let into = if current ^ flip { &mut *negated } else { &mut *wanted };
                into.extend(names.iter().copied().filter(|name| matches(token, name)));
                flip = false;
            }
        }
    }
}

/// Whether a selector (`filter_*`, `them`, a name) names a selection.
fn matches(selector: &str, name: &str) -> bool {
    match selector.split_once('*') {
        None => selector == name || selector.eq_ignore_ascii_case("them"),
        Some((before, after)) => {
            name.len() >= before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negated_selections_are_told_from_wanted_ones() {
        let names = ["selection", "filter_main_a", "filter_optional_b", "other"];
        let negated = |condition: &str| {
            let value = Value::Str(condition.to_owned());
            let mut found: Vec<&str> = negated_names(Some(&value), &names).into_iter().collect();
            found.sort_unstable();
            found
        };
        assert_eq!(
            negated("selection and not 1 of filter_main_* and not 1 of filter_optional_*"),
            ["filter_main_a", "filter_optional_b"]
        );
        assert_eq!(negated("selection and not (filter_main_a or other)"), ["filter_main_a", "other"]);
        assert_eq!(negated("all of them"), [""; 0]);
        assert_eq!(negated("not (not other)"), [""; 0]);
    }
}
