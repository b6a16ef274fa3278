//! Repeated keys and merge keys (`<<`), applied after the reading, as `PyYAML` does.
//!
//! A repeated key keeps its first position and its last value. Merged entries come before the
//! mapping's own, which override them; of several merged mappings the first wins.

use std::vec::IntoIter;

use crate::model::Value;
use crate::report::{Code, Finding, Findings};
use crate::text::{At, FileId, Place, Span, YamlPath};

/// Ends the repetitions of `value`; the lists are those of `Build`, in reading order.
pub(super) fn apply(
    value: &mut Value,
    merges: Vec<bool>,
    duplicates: Vec<Option<(usize, usize)>>,
    file: FileId,
    document: usize,
    findings: &mut Findings,
) {
    let (merges, duplicates) = (merges.into_iter(), duplicates.into_iter());
    Pass { merges, duplicates, file, document, findings }.node(value, &YamlPath::root());
}

struct Pass<'f> {
    merges: IntoIter<bool>,
    duplicates: IntoIter<Option<(usize, usize)>>,
    file: FileId,
    document: usize,
    findings: &'f mut Findings,
}

impl Pass<'_> {
    fn node(&mut self, value: &mut Value, path: &YamlPath) {
        match value {
            Value::Seq(items) => {
                for (i, item) in items.iter_mut().enumerate() {
                    self.node(item, &path.clone().index(i));
                }
            }
            Value::Map(entries) => *entries = self.map(std::mem::take(entries), path),
            _ => {}
        }
    }

    fn map(&mut self, entries: Vec<(String, Value)>, path: &YamlPath) -> Vec<(String, Value)> {
        let mut own = Entries::default();
        let mut merged = Vec::new();
        for (key, mut value) in entries {
            let is_merge = key == "<<" && self.merges.next().unwrap_or(false);
            if !is_merge && key != "<<" && own.position(&key).is_some() {
                self.report(&key, path);
            }
            self.node(&mut value, &path.clone().key(key.clone()));
            if is_merge {
                self.collect(value, path, &mut merged);
            } else {
                own.set(key, value);
            }
        }
        if merged.is_empty() {
            return own.list;
        }
        let mut all = Entries::default();
        for (key, value) in merged.into_iter().flatten().chain(own.list) {
            all.set(key, value);
        }
        all.list
    }

    fn collect(&mut self, value: Value, path: &YamlPath, merged: &mut Vec<Vec<(String, Value)>>) {
        match value {
            Value::Map(entries) => merged.push(entries),
            Value::Seq(items) if items.iter().all(|item| item.as_map().is_some()) => {
                for item in items.into_iter().rev() {
                    self.collect(item, path, merged);
                }
            }
            other => {
                let place = Place::new(self.file, self.document, path.clone().key_of("<<"));
                let message = format!("`<<` merges a mapping or a list of mappings, not {}", other.type_name());
                self.findings.push(Finding::new(Code::WrongType, place, message));
            }
        }
    }

    fn report(&mut self, key: &str, path: &YamlPath) {
        let first = Place::new(self.file, self.document, path.clone().key_of(key.to_owned()));
        let at = match self.duplicates.next().flatten() {
            Some((start, end)) => At::Span(Span::new(self.file, start, end)),
            None => At::Yaml(first.clone()),
        };
        let message = format!("the key `{key}` is given twice; the later value wins");
        self.findings.push(Finding::new(Code::DuplicateKey, at, message).also(first, "first given here"));
    }
}

/// Entries with unique keys, in the order of their first appearance.
#[derive(Default)]
struct Entries {
    list: Vec<(String, Value)>,
    index: std::collections::HashMap<String, usize>,
}

impl Entries {
    fn position(&self, key: &str) -> Option<usize> {
        self.index.get(key).copied()
    }

    fn set(&mut self, key: String, value: Value) {
        if let Some(at) = self.position(&key) {
            self.list[at].1 = value;
        } else {
            self.index.insert(key.clone(), self.list.len());
            self.list.push((key, value));
        }
    }
}
