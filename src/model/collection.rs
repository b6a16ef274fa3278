//! `action` collections: several YAML documents of one file merged into the rules they mean.
//!
//! Both Sigma languages know `global`, `reset` and `repeat`, but merge in opposite directions: in
//! the 2019 language the global document wins over the document's own values, since Sigma 2.x
//! the document's own values win.

use std::borrow::Cow;

use super::Value;

/// Which side wins where a global document and a rule give the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precedence {
    /// The 2019 language.
    Global,
    /// Sigma 2.x.
    Own,
}

/// Deeper levels of a detection are not looked into for modifiers.
const MAX_DEPTH: usize = 64;

impl Precedence {
    /// Which side wins among these documents of one rule.
    pub fn of(documents: &[Value]) -> Self {
        if has_field_modifier(documents) { Self::Own } else { Self::Global }
    }
}

/// Whether a detection of the documents has a field modifier (`Image|endswith`). They came after
/// February 2019, so such a rule is never of that language.
pub fn has_field_modifier(documents: &[Value]) -> bool {
    fn has(value: &Value, depth: usize) -> bool {
        match value {
            Value::Map(entries) => {
                entries.iter().any(|(key, value)| key.contains('|') || depth < MAX_DEPTH && has(value, depth + 1))
            }
            Value::Seq(items) => depth < MAX_DEPTH && items.iter().any(|item| has(item, depth + 1)),
            _ => false,
        }
    }
    documents.iter().filter_map(|document| document.get("detection")).any(|detection| has(detection, 0))
}

/// A rule a file emits.
#[derive(Debug)]
pub struct Emitted<'r> {
    /// The document number it comes from, within the rule.
    pub index: usize,
    /// The document after merging; borrowed where nothing was merged.
    pub document: Cow<'r, Value>,
}

/// Why a collection cannot be unfolded further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CollectionFault {
    /// A document is no mapping: what it is.
    NotAMapping(&'static str),
    /// `action: repeat` has no rule before it.
    NothingToRepeat,
}

/// The rules `documents` emit, in order, up to the first fault, and the number of the document
/// at fault.
pub fn unfold(documents: &[Value], precedence: Precedence) -> (Vec<Emitted<'_>>, Option<(usize, CollectionFault)>) {
    let mut emitted: Vec<Emitted<'_>> = Vec::with_capacity(documents.len());
    let mut global: Vec<(String, Value)> = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let Some(entries) = document.as_map() else {
            return (emitted, Some((index, CollectionFault::NotAMapping(document.type_name()))));
        };
        let action = document.get("action");
        if action.is_none() && global.is_empty() {
            emitted.push(Emitted { index, document: Cow::Borrowed(document) });
            continue;
        }
        let mut own: Vec<(String, Value)> = entries.iter().filter(|(key, _)| key != "action").cloned().collect();
        match action.and_then(Value::as_str) {
            Some("global") => merge(&mut global, own),
            Some("reset") => global.clear(),
            Some("repeat") => {
                let Some(Value::Map(previous)) = emitted.last().map(|e| e.document.as_ref()) else {
                    return (emitted, Some((index, CollectionFault::NothingToRepeat)));
                };
                let mut repeated = previous.clone();
                merge(&mut repeated, own);
                emitted.push(Emitted { index, document: Cow::Owned(Value::Map(repeated)) });
            }
            _ => {
                let merged = match precedence {
                    Precedence::Global => {
                        merge(&mut own, global.clone());
                        own
                    }
                    Precedence::Own => {
                        let mut merged = global.clone();
                        merge(&mut merged, own);
                        merged
                    }
                };
                emitted.push(Emitted { index, document: Cow::Owned(Value::Map(merged)) });
            }
        }
    }
    (emitted, None)
}

/// Merges `source` into `target`: mappings key by key, anything else replaced in its position.
fn merge(target: &mut Vec<(String, Value)>, source: Vec<(String, Value)>) {
    for (key, value) in source {
        match (target.iter_mut().find(|(k, _)| *k == key), value) {
            (Some((_, Value::Map(inner))), Value::Map(value)) => merge(inner, value),
            (Some((_, slot)), value) => *slot = value,
            (None, value) => target.push((key, value)),
        }
    }
}
