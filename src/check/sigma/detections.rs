//! Searches that are defined and never asked for.

use crate::model::{Rule, Value};
use crate::report::{Code, Finding, Findings};
use crate::text::YamlPath;

use super::{documents, place, searches};

pub(super) fn check(rule: &Rule, findings: &mut Findings) {
    // The documents of a collection share their searches.
    let conditions: Vec<&str> = documents(rule).flat_map(|(_, document)| conditions(document)).collect();
    // Without a condition nothing is asked for, which is an error of its own.
    if conditions.is_empty() {
        return;
    }
    let words: Vec<&str> = conditions.iter().flat_map(|condition| words(condition)).collect();
    for (number, document) in documents(rule) {
        let Some((section, entries)) = searches(document) else { continue };
        for (name, _) in entries {
            // A name that starts with `_` is hidden from `them` on purpose.
            if name.starts_with('_') || words.iter().any(|word| selects(word, name)) {
                continue;
            }
            let at = place(rule, number, YamlPath::field(section).key_of(name.clone()));
            let message = format!("the condition never asks for `{name}`");
            let help = match super::keys::nearest(name) {
                Some(key) => format!("is it the key `{key}`, which belongs outside of `{section}`?"),
                None => "name it in the condition, or remove it".to_owned(),
            };
            findings.push(Finding::new(Code::UnusedDetection, at, message).help(help));
        }
    }
}

/// The conditions of a document.
fn conditions(document: &Value) -> impl Iterator<Item = &str> {
    let sections = ["detection", "filter"].into_iter();
    let values = sections.filter_map(|section| document.get(section)?.get("condition"));
    values.flat_map(|value: &Value| value.as_seq().unwrap_or(std::slice::from_ref(value))).filter_map(Value::as_str)
}

fn words(condition: &str) -> impl Iterator<Item = &str> {
    condition.split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|' | ',')).filter(|word| !word.is_empty())
}

/// Whether a word of a condition asks for the search `name`.
fn selects(word: &str, name: &str) -> bool {
    if word == "them" || word == name {
        return true;
    }
    let mut pieces = word.split('*');
    let (Some(first), true) = (pieces.next(), word.contains('*')) else { return false };
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    true
}
