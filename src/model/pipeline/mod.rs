//! Processing pipelines: changes to rules before they become queries, and to queries after.
//!
//! The language is that of pySigma's YAML files. What is here is checked and compiled: regular
//! expressions and templates are ready to be used, and no name of a transformation or condition
//! is unknown any more. What the parts do is said in `query::pipeline`.

mod condition;
mod output;
mod python;
mod transformation;

pub use condition::{
    Comparison, Conditions, FieldCondition, FieldSet, Formula, ItemCondition, Join, RuleCondition, StateCondition,
};
pub use output::{
    Align, Finalizer, FormatField, FormatPart, FormatText, JsonTemplate, Postprocessing, PostprocessingItem, Template,
};
pub use python::python_text;
pub use transformation::{
    Case, HashFields, NumberOrText, PlaceholderChoice, ProcessingItem, RegexMethod, Replacement, ReplacementPart,
    Transformation,
};

use std::collections::BTreeMap;

use super::Value;

/// A pipeline, as one file describes it.
#[derive(Debug, Clone, Default)]
pub struct Pipeline {
    /// What its author calls it.
    pub name: Option<String>,
    /// Pipelines with a lower number come first.
    pub priority: i64,
    /// Values for placeholders and templates.
    pub vars: BTreeMap<String, Value>,
    /// Targets it is meant for; any if empty.
    pub allowed_backends: Vec<String>,
    /// Changes to the rule, in order.
    pub transformations: Vec<ProcessingItem>,
    /// Changes to the text of each query, in order.
    pub postprocessing: Vec<PostprocessingItem>,
    /// What is made of all queries together, in order.
    pub finalizers: Vec<Finalizer>,
}

impl Pipeline {
    /// Whether it may be used for the target of this name.
    pub fn allows(&self, backend: &str) -> bool {
        self.allowed_backends.is_empty() || self.allowed_backends.iter().any(|name| name == backend)
    }
}
