//! Searches of accelerated data models.
//!
//! `tstats` looks at the fields of a dataset before there are events, so that a regular expression
//! can only be looked for in what it found: it finds at least what is asked for, grouped by all
//! fields looked at later, and the commands behind it drop the rest.

use std::fmt::Write as _;

use regex::Regex;

use crate::query::detection::{State, StateValue};
use crate::query::reading::Reading;
use crate::query::refusal::{Refusal, Spot};
use crate::query::test::Test;
use crate::query::tree::{Leaf, Node};

use super::super::elastic::pattern_regex;
use super::deferred::Deferred;
use super::search::{Commands, Splunk, eval_field, field, is_left, widened};

/// What `tstats` gives for a missing value of a field it groups by, without which it would leave
/// out the event.
const MISSING: &str = "null";

pub(super) fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let dataset = Dataset::of(reading.state(), reading.strict())?;
    reading.queries.iter().map(|query| dataset.search(query, reading.strict())).collect()
}

/// Where is searched.
struct Dataset<'n> {
    /// `Endpoint`
    model: &'n str,
    /// `Processes`
    name: &'n str,
    /// What is grouped by.
    fields: Vec<String>,
}

impl<'n> Dataset<'n> {
    /// Reads what the pipelines say.
    fn of(state: &'n State, strict: bool) -> Result<Self, Refusal<'n>> {
        let refuse = |reason: String| {
            let help = "the pipeline `splunk_cim` sets `data_model_set` and `fields` for the log sources it knows";
            Err(Refusal::unsupported(Spot::Top("logsource"), reason).help(help))
        };
        let Some(set) = state.text("data_model_set") else {
            return refuse("no pipeline says which data model to search".to_owned());
        };
        let word = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let (model, name) = match set.split_once('.') {
            Some((model, name)) if !name.contains('.') && (!strict || (word(model) && word(name))) => (model, name),
            _ => return refuse(format!("`{set}` is not of the form `model.dataset`")),
        };
        let fields = match state.get("fields") {
            Some(StateValue::List(fields)) => fields.clone(),
            // The reference takes text for a list of its characters.
            Some(StateValue::Str(text)) if !strict => text.chars().map(String::from).collect(),
            Some(StateValue::Str(text)) => vec![text.clone()],
            _ => return refuse("no pipeline says by which fields of the data model to group".to_owned()),
        };
        Ok(Self { model, name, fields })
    }

    fn search(&self, query: &Node<'n>, strict: bool) -> Result<String, Refusal<'n>> {
        if !strict {
            let (search, deferred) = Splunk::new(false, Commands::AllTerms).parts(query)?;
            let found = if search.is_empty() { "*" } else { &search };
            let by = self.fields.join(" ");
            return Ok(self.written(self.name, found, &by, "", &behind(&deferred, &search)).replace('\n', " "));
        }
        let (search, deferred) = Splunk::new(true, Commands::AllTerms).parts(query)?;
        let mut found = match widened(query, false) {
            Some(node) => Splunk::widely(&node)?,
            None => "*".to_owned(),
        };
        let mut leaves = Vec::new();
        gather(&mut leaves, query);
        if let Some(leaf) = leaves.iter().find(|leaf| leaf.field.is_none()) {
            let reason = "a data model has fields only: words without a field cannot be searched for";
            return Err(Refusal::unsupported(leaf.spot, reason));
        }
        // Below the root of its model a dataset is a node, and its fields are those of the root.
        let root = self.root();
        if root != self.name {
            found = format!("nodename={root}.{} {found}", self.name);
        }
        let mut fields: Vec<&str> = self.fields.iter().map(String::as_str).collect();
        let mut reset = String::new();
        let all = !deferred.conditions.is_empty();
        for leaf in leaves.iter().filter(|leaf| all || is_left(leaf.test, true)) {
            let confused = holds_for_missing(leaf.test);
            for name in names(leaf) {
                if !fields.contains(&name) {
                    fields.push(name);
                }
                let eval = format!(" | eval \"{name}\"=nullif({}, \"{MISSING}\")", eval_field(name));
                if confused && !reset.contains(&eval) {
                    reset.push_str(&eval);
                }
            }
        }
        let mut by = String::new();
        for (i, name) in fields.into_iter().enumerate() {
            by.push_str(if i > 0 { " " } else { "" });
            field(&mut by, name, true);
        }
        Ok(self.written(root, &found, &by, &reset, &behind(&deferred, &search)))
    }

    /// The dataset whose fields are searched.
    fn root(&self) -> &str {
        let prefix = |field: &'_ String| field.split_once('.').map(|(root, _)| root.len());
        match self.fields.first().and_then(|first| Some(&first[..prefix(first)?])) {
            Some(root) if self.fields.iter().all(|field| field.split('.').next() == Some(root)) => root,
            _ => self.name,
        }
    }

    fn written(&self, root: &str, found: &str, by: &str, reset: &str, behind: &str) -> String {
        let time = "convert timeformat=\"%Y-%m-%dT%H:%M:%S\"";
        format!(
            "| tstats summariesonly=false allow_old_summaries=true fillnull_value=\"{MISSING}\" count min(_time) as \
             firstTime max(_time) as lastTime from datamodel={}.{root} where {found} by {by}{reset}{behind} | \
             `drop_dm_object_name({root})` | {time} ctime(firstTime) | {time} ctime(lastTime) ",
            self.model
        )
    }
}

/// The commands behind `tstats`.
fn behind(deferred: &Deferred, search: &str) -> String {
    let mut text = String::new();
    for command in deferred.conditions.iter().chain(&deferred.checks) {
        let _ = write!(text, " | {command}");
    }
    if !deferred.conditions.is_empty() {
        let _ = write!(text, " | search {search}");
    }
    text
}

/// All comparisons.
fn gather<'n>(leaves: &mut Vec<Leaf<'n>>, node: &Node<'n>) {
    match node {
        Node::Leaf(leaf) => match leaf.test {
            Test::Any(tests) => leaves.extend(tests.iter().map(|test| Leaf { test, ..*leaf })),
            _ => leaves.push(*leaf),
        },
        Node::Not(child) => gather(leaves, child),
        Node::And(children) | Node::Or(children) => children.iter().for_each(|child| gather(leaves, child)),
    }
}

/// The fields a comparison looks at.
fn names<'n>(leaf: &Leaf<'n>) -> impl Iterator<Item = &'n str> {
    let other = match leaf.test {
        Test::FieldRef(other) => Some(other.field.as_str()),
        _ => None,
    };
    leaf.field.into_iter().chain(other)
}

/// Whether the text that stands for a missing value might be taken for a value, or hide that there
/// is none.
fn holds_for_missing(test: &Test) -> bool {
    let differs = |regex: &str| Regex::new(regex).is_ok_and(|regex| !regex.is_match(MISSING));
    !match test {
        Test::Match(pattern) => differs(&format!("(?is){}", pattern_regex(pattern, true))),
        Test::Cased(pattern) => differs(&format!("(?s){}", pattern_regex(pattern, true))),
        Test::Regex(regex, flags) => differs(&[&flags.prefix(), regex.as_str()].concat()),
        Test::Number(_) | Test::Bool(_) | Test::Cidr(_) => true,
        _ => false,
    }
}
