//! The Sigma language of February 2019: definitions, conditions, aggregations.
//!
//! Reproduces what the converter of that time made of a rule, including where that is not what
//! its author meant: a team that keeps such rules has deployed those queries, and pages with
//! another text would describe something they do not run.

mod lower;
mod modifier;
mod optimize;
mod parse;
mod token;

pub(in crate::query) use lower::lower;
pub(in crate::query) use modifier::{REGEX, resolved};
pub(in crate::query) use token::is_space;

use crate::model::{MappedLogSource, SigmacConfig, Value};

use super::super::aggregation::Aggregation;
use super::super::refusal::{Refusal, Spot};
use crate::query::glob::matches_glob;
use crate::query::tree::MAX_LEAVES;

use super::{MAX_DEPTH, no_condition};
use token::{Kind, tokenize};

/// A 2019 condition tree; groups are the parentheses of the output.
#[derive(Debug)]
pub(in crate::query) enum Node<'d> {
    /// All children.
    And(Vec<Node<'d>>),
    /// Any child.
    Or(Vec<Node<'d>>),
    /// Not the child.
    Not(Box<Node<'d>>),
    /// The child in parentheses.
    Group(Box<Node<'d>>),
    /// The field has no value.
    Null(Leaf<'d>),
    /// The field has the value, or one of the list.
    Field(Leaf<'d>),
    /// Text anywhere in the event.
    Keyword(&'d Value),
    /// The event is kept in this index; only where a target asks for it ([`Setup`]).
    Index(&'d str),
}

/// A comparison of a field.
#[derive(Debug, Clone, Copy)]
pub(in crate::query) struct Leaf<'d> {
    /// The field as the log names it.
    pub(in crate::query) name: &'d str,
    /// Where it was written, and the value.
    pub(in crate::query) entry: &'d (String, Value),
}

impl<'d> Leaf<'d> {
    fn of(entry: &'d (String, Value)) -> Self {
        Self { name: &entry.0, entry }
    }

    /// What the field is compared with.
    pub(in crate::query) fn value(self) -> &'d Value {
        &self.entry.1
    }

    fn node(self) -> Node<'d> {
        if self.entry.1.is_null() { Node::Null(self) } else { Node::Field(self) }
    }
}

/// How a rule is read.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::query) struct Setup<'d> {
    /// The configuration that maps its fields and log source.
    pub(in crate::query) config: Option<&'d SigmacConfig>,
    /// Whether the target searches for the index as for a field.
    pub(in crate::query) index_field: bool,
    /// Whether the document is one of 2020, with its modifiers resolved.
    pub(in crate::query) resolved: bool,
}

impl Setup<'_> {
    /// Whether a rule read with one is the same read with the other.
    pub(in crate::query) fn is(self, other: Setup<'_>) -> bool {
        let same = match (self.config, other.config) {
            (None, None) => true,
            (Some(config), Some(other)) => std::ptr::eq(config, other),
            _ => false,
        };
        // Without a configuration a rule has no index.
        same && self.resolved == other.resolved && (self.index_field == other.index_field || self.config.is_none())
    }
}

/// One condition.
#[derive(Debug)]
pub(in crate::query) struct Condition<'d> {
    /// Its position in the list of conditions, if there is a list.
    pub(in crate::query) position: Option<usize>,
    /// The search; `None` if the optimizer left nothing of it.
    pub(in crate::query) search: Option<Node<'d>>,
    /// What stands right of `|`.
    pub(in crate::query) aggregation: Option<Aggregation<'d>>,
}

/// A rule of the 2019 language.
#[derive(Debug)]
pub(in crate::query) struct Rule<'d> {
    /// The merged document.
    pub(in crate::query) document: &'d Value,
    /// At least one.
    pub(in crate::query) conditions: Vec<Condition<'d>>,
    /// Where its events are kept, by the configuration.
    pub(in crate::query) indices: Vec<&'d str>,
    /// What it was read with.
    pub(in crate::query) setup: Setup<'d>,
}

impl<'d> Rule<'d> {
    /// The fields the rule says are worth looking at.
    pub(in crate::query) fn fields_as_written(&self) -> Result<Vec<String>, Refusal<'d>> {
        match self.document.get("fields") {
            None => Ok(Vec::new()),
            Some(Value::Seq(items)) if !items.is_empty() => Ok(items.iter().filter_map(Value::scalar_text).collect()),
            Some(_) => Err(Refusal::broken(Spot::Top("fields"), "`fields` must be a list of names that is not empty")),
        }
    }

    /// These fields as the log names them.
    pub(in crate::query) fn fields(&self) -> Result<Vec<String>, Refusal<'d>> {
        let fields = self.fields_as_written()?;
        let (Some(config), Some(detection)) = (self.setup.config, self.document.get("detection")) else {
            return Ok(fields);
        };
        let names = |field: String| match config.names(&field, detection) {
            Some(names) => names.into_iter().map(str::to_owned).collect(),
            None => vec![field],
        };
        Ok(fields.into_iter().flat_map(names).collect())
    }
}

/// Reads one merged document.
pub(in crate::query) fn read<'d>(document: &'d Value, setup: Setup<'d>) -> Result<Rule<'d>, Refusal<'d>> {
    let detection =
        document.get("detection").ok_or_else(|| Refusal::broken(Spot::Top(""), "the rule has no `detection`"))?;
    let entries = detection.as_map().ok_or_else(|| {
        let reason = format!("`detection` must be a mapping, this is {}", detection.type_name());
        Refusal::broken(Spot::Top("detection"), reason)
    })?;
    let sources: Vec<&'d MappedLogSource> =
        setup.config.map(|config| config.log_sources_of(document).collect()).unwrap_or_default();
    let indices = indices(&sources, setup.config);
    let mut definitions =
        Definitions { detection, entries, setup, sources: origin(&sources, setup), budget: MAX_LEAVES };
    let conditions = match detection.get("condition") {
        Some(Value::Str(text)) => vec![condition(text, None, &mut definitions)?],
        Some(Value::Seq(items)) if !items.is_empty() => {
            let mut conditions = Vec::with_capacity(items.len());
            for (i, item) in items.iter().enumerate() {
                let text = item.as_str().ok_or_else(|| {
                    let reason = format!("a condition must be text, this is {}", item.type_name());
                    Refusal::broken(Spot::Condition(Some(i)), reason)
                })?;
                conditions.push(condition(text, Some(i), &mut definitions)?);
            }
            conditions
        }
        Some(Value::Seq(_)) => return Err(Refusal::broken(Spot::Condition(None), "the list of conditions is empty")),
        Some(other) => {
            let reason = format!("a condition must be text, this is {}", other.type_name());
            return Err(Refusal::broken(Spot::Condition(None), reason));
        }
        None => return Err(no_condition(document, "detection")),
    };
    Ok(Rule { document, conditions, indices, setup })
}

fn condition<'d>(
    text: &'d str,
    position: Option<usize>,
    definitions: &mut Definitions<'d>,
) -> Result<Condition<'d>, Refusal<'d>> {
    let broken = |reason| Refusal::broken(Spot::Condition(position), reason);
    let tokens = tokenize(text).map_err(broken)?;
    let pipe = tokens.iter().position(|token| token.kind == Kind::Pipe);
    let left = &tokens[..pipe.unwrap_or(tokens.len())];
    let search = parse::search(left, definitions).map_err(broken)?;
    let aggregation = match pipe {
        Some(at) => {
            let aggregation = parse::aggregation(&tokens[at + 1..]).map_err(broken)?;
            Some(definitions.mapped(aggregation).map_err(|why| Refusal::unsupported(Spot::Condition(position), why))?)
        }
        None => None,
    };
    Ok(Condition { position, search, aggregation })
}

/// The indices of the rule's log sources, or of any rule.
fn indices<'d>(sources: &[&'d MappedLogSource], config: Option<&'d SigmacConfig>) -> Vec<&'d str> {
    let own = sources.iter().flat_map(|source| &source.indices);
    let mut names: Vec<&str> = Vec::new();
    for name in own {
        if !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    match config {
        Some(config) if names.is_empty() => config.default_index.iter().map(String::as_str).collect(),
        _ => names,
    }
}

/// What is asked of all events of the rule's log sources, before what the rule asks.
fn origin<'d>(sources: &[&'d MappedLogSource], setup: Setup<'d>) -> Vec<Origin<'d>> {
    let conditions = sources.iter().flat_map(|source| &source.conditions).map(|entry| Origin::Field(Leaf::of(entry)));
    let mut origin: Vec<Origin<'d>> = conditions.collect();
    if setup.index_field {
        match indices(sources, None).as_slice() {
            [] => {}
            several => origin.push(Origin::Indices(several.to_vec())),
        }
    }
    origin
}

/// A condition of a log source.
enum Origin<'d> {
    Field(Leaf<'d>),
    Indices(Vec<&'d str>),
}

/// The definitions of a detection section, by document order.
struct Definitions<'d> {
    detection: &'d Value,
    entries: &'d [(String, Value)],
    setup: Setup<'d>,
    sources: Vec<Origin<'d>>,
    /// Leaves that may still be made: a long condition over a large definition must not fill
    /// the memory.
    budget: usize,
}

impl<'d> Definitions<'d> {
    /// All of them; `timeframe` counts as one, as it did in 2019.
    fn iter(&self) -> impl Iterator<Item = &'d (String, Value)> + use<'d> {
        self.entries.iter().filter(|(name, _)| name != "condition")
    }

    fn get(&self, name: &str) -> Result<&'d Value, String> {
        let found = self.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value).ok_or_else(|| format!("the condition names `{name}`, which is not defined"))
    }

    /// The tree of a definition in a group.
    fn group(&mut self, name: &str) -> Result<Node<'d>, String> {
        let value = self.get(name)?;
        Ok(Node::Group(Box::new(self.tree(name, value, 0)?)))
    }

    /// `1 of X` or `all of X`.
    fn quantified(&mut self, name: &str, all: bool) -> Result<Node<'d>, String> {
        let combine = |children| if all { Node::And(children) } else { Node::Or(children) };
        let everything = name == "them";
        let node = if everything || name.find('*').is_some_and(|at| at > 0) {
            let chosen: Vec<&str> =
                self.iter().map(|(key, _)| key.as_str()).filter(|key| everything || matches_glob(name, key)).collect();
            combine(chosen.into_iter().map(|key| self.group(key)).collect::<Result<_, _>>()?)
        } else {
            match self.get(name)? {
                Value::Seq(items) => combine(self.items(name, items, 0)?),
                value => self.tree(name, value, 0)?,
            }
        };
        Ok(Node::Group(Box::new(node)))
    }

    fn tree(&mut self, name: &str, value: &'d Value, depth: usize) -> Result<Node<'d>, String> {
        if depth > MAX_DEPTH {
            return Err(format!("the definition `{name}` is nested deeper than {MAX_DEPTH} levels"));
        }
        match value {
            Value::Seq(items) => Ok(Node::Or(self.items(name, items, depth)?)),
            Value::Map(entries) => {
                self.spend(entries.len())?;
                entries.iter().map(|entry| self.entry(entry)).collect::<Result<_, _>>().map(Node::And)
            }
            other => Err(format!("the definition `{name}` must be a mapping or a list, this is {}", other.type_name())),
        }
    }

    /// A comparison under the names the configuration gives its field: any of several, and no
    /// value if none of them has one.
    fn entry(&mut self, entry: &'d (String, Value)) -> Result<Node<'d>, String> {
        match &entry.1 {
            Value::Map(parts) if self.setup.resolved && parts.iter().all(|(mark, _)| mark == modifier::ALL) => {
                self.spend(parts.len())?;
                parts.iter().map(|part| self.named(&entry.0, part)).collect::<Result<_, _>>().map(Node::And)
            }
            _ => self.named(&entry.0, entry),
        }
    }

    fn named(&mut self, field: &'d str, entry: &'d (String, Value)) -> Result<Node<'d>, String> {
        let Some(names) = self.setup.config.and_then(|config| config.names(field, self.detection)) else {
            return Ok(Leaf { name: field, entry }.node());
        };
        self.spend(names.len())?;
        let mut leaves: Vec<Node<'d>> = names.into_iter().map(|name| Leaf { name, entry }.node()).collect();
        Ok(match (leaves.len(), entry.1.is_null()) {
            (1, _) => leaves.remove(0),
            (_, true) => Node::And(leaves),
            (_, false) => Node::Group(Box::new(Node::Or(leaves))),
        })
    }

    /// A search among the events of the rule's log sources. In 2019 every part of a condition in
    /// parentheses became one.
    fn in_log_source(&self, search: Node<'d>) -> Node<'d> {
        if self.sources.is_empty() {
            return search;
        }
        let condition = |origin: &Origin<'d>| match origin {
            Origin::Field(leaf) => leaf.node(),
            Origin::Indices(names) => match names.as_slice() {
                [name] => Node::Index(name),
                names => Node::Or(names.iter().map(|name| Node::Index(name)).collect()),
            },
        };
        Node::And(vec![Node::And(self.sources.iter().map(condition).collect()), search])
    }

    /// An aggregation in the names of the configuration.
    fn mapped(&self, aggregation: Aggregation<'d>) -> Result<Aggregation<'d>, String> {
        let (Some(config), Aggregation::Count { function, field, by, comparison, value }) =
            (self.setup.config, aggregation)
        else {
            return Ok(aggregation);
        };
        let one = |field: Option<&'d str>| {
            let several = |field: &str| {
                if self.setup.resolved {
                    // The words of that converter, which ATC's pages show.
                    "Field mappings in aggregations must be single valued".to_owned()
                } else {
                    format!("the aggregation counts by `{field}`, which has no single name")
                }
            };
            field.map(|field| config.one_name(field).ok_or_else(|| several(field))).transpose()
        };
        Ok(Aggregation::Count { function, field: one(field)?, by: one(by)?, comparison, value })
    }

    fn items(&mut self, name: &str, items: &'d [Value], depth: usize) -> Result<Vec<Node<'d>>, String> {
        self.spend(items.len())?;
        items
            .iter()
            .map(|item| match item {
                Value::Str(_) | Value::Int(_) => Ok(Node::Keyword(item)),
                _ => self.tree(name, item, depth + 1),
            })
            .collect()
    }

    fn spend(&mut self, leaves: usize) -> Result<(), String> {
        self.budget = self.budget.checked_sub(leaves).ok_or("the condition expands to too many comparisons")?;
        Ok(())
    }
}
