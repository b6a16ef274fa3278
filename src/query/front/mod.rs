//! The two Sigma languages, and which of them a rule is written in.
//!
//! They differ in merge order, tokenizer, parentheses and optimizer, so each has a front end of
//! its own over the same ordered YAML values.

pub(super) mod legacy;
pub(super) mod modern;

use crate::model::{Rule, RuleKind, Value, has_field_modifier};
use crate::query::refusal::{Refusal, Spot};

/// Words a condition may have. The longest published condition has under 200, and a 2019 tree is
/// as deep as its condition has operators.
const MAX_TOKENS: usize = 1024;

/// Levels of nesting in a detection or condition; beyond it is an attack on the stack.
const MAX_DEPTH: usize = 64;

/// The language of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// February 2019.
    Legacy,
    /// Nothing decides; the 2019 language unless it cannot read the rule.
    LegacyIfReadable,
    /// Sigma 2.x.
    Modern,
}

/// Decides the language of a rule.
///
/// Field modifiers (`Image|endswith`) came after February 2019, so a rule that has one is never
/// of that language, whatever else it uses. Without one, `action` collections, an aggregation in
/// a condition and `timeframe` beside the definitions mark the 2019 language: Sigma 2.x gave all
/// three up. A rule that shows nothing of either is taken by its `id`, which Sigma 2.x asks for
/// and the rules of 2019 did not have; such a rule may still be one somebody writes today, so it
/// is only read as 2019 where that language can read it.
pub(super) fn language(rule: &Rule) -> Language {
    if rule.kind != RuleKind::Detection {
        return Language::Modern;
    }
    let detections = || rule.documents.iter().filter_map(|document| document.get("detection"));
    if has_field_modifier(&rule.documents) {
        return Language::Modern;
    }
    let marked = rule.documents.iter().any(|document| document.get("action").is_some())
        || detections().any(|d| d.get("timeframe").is_some() || d.get("condition").is_some_and(has_pipe));
    match (marked, &rule.id) {
        (true, _) => Language::Legacy,
        (false, None) => Language::LegacyIfReadable,
        (false, Some(_)) => Language::Modern,
    }
}

fn has_pipe(condition: &Value) -> bool {
    match condition {
        Value::Str(text) => text.contains('|'),
        Value::Seq(items) => items.iter().any(has_pipe),
        _ => false,
    }
}

/// The refusal of a section without a condition: at the one that stands elsewhere, if there is one.
fn no_condition<'d>(document: &'d Value, section: &'static str) -> Refusal<'d> {
    let reason = format!("`{section}` has no `condition`");
    if let Some(entry) = document.as_map().unwrap_or_default().iter().find(|entry| is_condition(entry)) {
        let reason = format!("{reason}: this one stands beside it");
        return Refusal::broken(Spot::Entry(entry), reason)
            .help(format!("indent it as far as the searches of `{section}`"));
    }
    let searches = document.get(section).and_then(Value::as_map).unwrap_or_default();
    let strayed = searches.iter().find_map(|(name, value)| Some((name, strayed(value)?)));
    match strayed {
        Some((name, entry)) => Refusal::broken(Spot::Entry(entry), format!("{reason}: this one is part of `{name}`"))
            .help(format!("indent it only as far as `{name}`")),
        None => Refusal::broken(Spot::Top(section), reason),
    }
}

fn is_condition((key, value): &(String, Value)) -> bool {
    key == "condition" && matches!(value, Value::Str(_) | Value::Seq(_))
}

/// The first `condition` within a search.
fn strayed(value: &Value) -> Option<&(String, Value)> {
    match value {
        Value::Map(entries) => entries
            .iter()
            .find(|entry| is_condition(entry))
            .or_else(|| entries.iter().find_map(|(_, value)| strayed(value))),
        Value::Seq(items) => items.iter().find_map(strayed),
        _ => None,
    }
}
