//! A configuration of the 2019 converter: what a field is called, and where a log is kept.
//!
//! Plain data and the two questions asked of it; what the answers do to a query is written in
//! `query::front::legacy`. Where the converter of that time took names from a set, in any order,
//! the order here is the order written.

use std::collections::BTreeMap;

use super::Value;

/// A configuration as the converter of February 2019 read it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SigmacConfig {
    /// Its title, for people.
    pub title: Option<String>,
    /// Names of fields, by the name in the rules.
    pub fields: BTreeMap<String, FieldMapping>,
    /// Log sources, in the order written.
    pub log_sources: Vec<MappedLogSource>,
    /// The indices of a rule whose log source has none.
    pub default_index: Vec<String>,
}

/// What a field is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldMapping {
    /// Always so; several names mean any of them.
    Names(Vec<String>),
    /// What the first list of cases gives whose values the rule has.
    Conditional {
        /// The cases, in the order written.
        cases: Vec<MappingCase>,
        /// If no case applies; empty if the name then stays as it is.
        default: Vec<String>,
    },
}

/// A name that holds for rules with a certain value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingCase {
    /// The field that has the value, by its name in the rules.
    pub field: String,
    /// The value, as text.
    pub value: String,
    /// The names.
    pub names: Vec<String>,
}

/// A log source of the configuration.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MappedLogSource {
    /// The category a rule must have.
    pub category: Option<String>,
    /// The product a rule must have.
    pub product: Option<String>,
    /// The service a rule must have.
    pub service: Option<String>,
    /// What its events have in common, in the names of the log.
    pub conditions: Vec<(String, Value)>,
    /// Where its events are kept.
    pub indices: Vec<String>,
}

impl SigmacConfig {
    /// The names of `field` in a rule with this detection section; `None` if it keeps its name.
    pub fn names<'c>(&'c self, field: &str, detection: &Value) -> Option<Vec<&'c str>> {
        let strs = |names: &'c [String]| names.iter().map(String::as_str).collect::<Vec<_>>();
        match self.fields.get(field)? {
            FieldMapping::Names(names) => Some(strs(names)),
            FieldMapping::Conditional { cases, default } => {
                let mut found: Vec<&str> = Vec::new();
                for case in cases.iter().filter(|case| has_value(detection, case)) {
                    for name in strs(&case.names) {
                        if !found.contains(&name) {
                            found.push(name);
                        }
                    }
                }
                match (found.is_empty(), default.is_empty()) {
                    (false, _) => Some(found),
                    (true, false) => Some(strs(default)),
                    (true, true) => None,
                }
            }
        }
    }

    /// The only name `field` has whatever the rule; `None` if it has several or it depends.
    pub fn one_name<'c>(&'c self, field: &'c str) -> Option<&'c str> {
        match self.fields.get(field) {
            None => Some(field),
            Some(FieldMapping::Names(names)) if names.len() == 1 => names.first().map(String::as_str),
            Some(_) => None,
        }
    }

    /// The log sources that a rule with this document is about.
    pub fn log_sources_of<'c>(&'c self, document: &'c Value) -> impl Iterator<Item = &'c MappedLogSource> {
        let part = |key: &str| document.get("logsource").and_then(|source| source.get(key)).and_then(Value::as_str);
        let (category, product, service) = (part("category"), part("product"), part("service"));
        let fits = |wanted: &Option<String>, given: Option<&str>| wanted.is_none() || wanted.as_deref() == given;
        self.log_sources.iter().filter(move |source| {
            fits(&source.category, category) && fits(&source.product, product) && fits(&source.service, service)
        })
    }
}

/// Whether a definition of the section gives the case's field its value, alone and not in a list.
fn has_value(detection: &Value, case: &MappingCase) -> bool {
    let in_map = |map: &Value| map.get(&case.field).and_then(Value::scalar_text).is_some_and(|text| text == case.value);
    let definitions = detection.as_map().unwrap_or_default();
    definitions.iter().filter(|(name, _)| name != "condition").any(|(_, definition)| match definition {
        Value::Seq(items) => items.iter().any(in_map),
        other => in_map(other),
    })
}
