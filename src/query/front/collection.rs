//! `action` collections: several YAML documents of one file merged into the rules they mean.
//!
//! Both languages know `global`, `reset` and `repeat`, but merge in opposite directions: in the
//! 2019 language the global document wins over the document's own values, since Sigma 2.x the
//! document's own values win.

use std::borrow::Cow;

use crate::model::Value;

use super::super::refusal::{Refusal, Spot};

/// Which side wins where a global document and a rule give the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::query) enum Precedence {
    /// The 2019 language.
    Global,
    /// Sigma 2.x.
    Own,
}

/// A rule a file emits.
#[derive(Debug)]
pub(in crate::query) struct Emitted<'r> {
    /// The document number it comes from, within the rule.
    pub(in crate::query) index: usize,
    /// The document after merging; borrowed where nothing was merged.
    pub(in crate::query) document: Cow<'r, Value>,
}

/// The rules `documents` emit, in order; on failure the number of the document at fault.
pub(in crate::query) fn emit(
    documents: &[Value],
    precedence: Precedence,
) -> Result<Vec<Emitted<'_>>, (usize, Refusal<'_>)> {
    let mut emitted: Vec<Emitted<'_>> = Vec::with_capacity(documents.len());
    let mut global: Vec<(String, Value)> = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let Some(entries) = document.as_map() else {
            let reason = format!("a rule must be a mapping, this document is {}", document.type_name());
            return Err((index, Refusal::broken(Spot::Top(""), reason)));
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
                    let reason = "`action: repeat` has no rule before it to repeat";
                    return Err((index, Refusal::broken(Spot::Top("action"), reason)));
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
    Ok(emitted)
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
