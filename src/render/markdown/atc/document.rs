//! A YAML document as a Jinja template asks it: absent is empty, null is `None`, text is a list
//! of characters. `None` of a method means that ATC raised an exception there.

use crate::model::Value;

use super::python;

#[derive(Clone, Copy)]
pub(super) struct Document<'a>(&'a Value);

impl<'a> Document<'a> {
    /// `None` if it is no mapping.
    pub(super) fn new(value: &'a Value) -> Option<Self> {
        value.as_map().map(|_| Self(value))
    }

    pub(super) fn get(self, key: &str) -> Option<&'a Value> {
        self.0.get(key)
    }

    /// `{{ key }}`
    pub(super) fn text(self, key: &str) -> String {
        self.get(key).map(python::text).unwrap_or_default()
    }

    /// The description, stripped; it has to be there and to be text.
    pub(super) fn description(self) -> Option<&'a str> {
        Some(python::strip(self.get("description")?.as_str()?))
    }

    /// What a loop over `key` goes through; also what `key is defined and key|length` asks for.
    pub(super) fn items(self, key: &str) -> Option<Vec<String>> {
        self.get(key).map_or(Some(Vec::new()), items)
    }

    /// The same, with a single text for a list of one.
    pub(super) fn wrapped(self, key: &str) -> Option<Vec<String>> {
        match self.get(key) {
            Some(Value::Str(text)) => Some(vec![text.clone()]),
            _ => self.items(key),
        }
    }

    /// Whether there is something under `key`: absent and null are nothing.
    pub(super) fn filled(self, key: &str) -> Option<bool> {
        match self.get(key) {
            None | Some(Value::Null) => Some(false),
            Some(value) => items(value).map(|items| !items.is_empty()),
        }
    }

    /// The items under `key`, none for null.
    pub(super) fn items_or_none(self, key: &str) -> Option<Vec<String>> {
        if self.filled(key)? { self.items(key) } else { Some(Vec::new()) }
    }

    /// The text of a section that is shown where it is not empty.
    pub(super) fn section(self, key: &str) -> Option<String> {
        let filled = !self.items(key)?.is_empty();
        Some(if filled { self.text(key) } else { String::new() })
    }
}

/// What a loop over `value` goes through.
pub(super) fn items(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Seq(items) => Some(items.iter().map(python::text).collect()),
        Value::Str(text) => Some(text.chars().map(String::from).collect()),
        Value::Map(entries) => Some(entries.iter().map(|(key, _)| key.clone()).collect()),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) => None,
    }
}
