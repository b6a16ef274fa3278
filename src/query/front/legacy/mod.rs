//! The Sigma language of February 2019: definitions, conditions, aggregations.
//!
//! Reproduces what the converter of that time made of a rule, including where that is not what
//! its author meant: a team that keeps such rules has deployed those queries, and pages with
//! another text would describe something they do not run.

mod lower;
mod optimize;
mod parse;
mod token;

pub(in crate::query) use lower::lower;
pub(in crate::query) use token::is_space;

use crate::model::Value;

use super::super::aggregation::Aggregation;
use super::super::refusal::{Refusal, Spot};
use crate::query::glob::matches_glob;
use crate::query::tree::MAX_LEAVES;

use super::MAX_DEPTH;
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
    /// The entry's field has no value.
    Null(&'d (String, Value)),
    /// The entry's field has the value, or one of the list.
    Field(&'d (String, Value)),
    /// Text anywhere in the event.
    Keyword(&'d Value),
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
}

/// Reads one merged document.
pub(in crate::query) fn read(document: &Value) -> Result<Rule<'_>, Refusal<'_>> {
    let detection =
        document.get("detection").ok_or_else(|| Refusal::broken(Spot::Top(""), "the rule has no `detection`"))?;
    let entries = detection.as_map().ok_or_else(|| {
        let reason = format!("`detection` must be a mapping, this is {}", detection.type_name());
        Refusal::broken(Spot::Top("detection"), reason)
    })?;
    let mut definitions = Definitions { entries, budget: MAX_LEAVES };
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
        None => return Err(Refusal::broken(Spot::Top("detection"), "`detection` has no `condition`")),
    };
    Ok(Rule { document, conditions })
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
        Some(at) => Some(parse::aggregation(&tokens[at + 1..]).map_err(broken)?),
        None => None,
    };
    Ok(Condition { position, search, aggregation })
}

/// The definitions of a detection section, by document order.
struct Definitions<'d> {
    entries: &'d [(String, Value)],
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
                Ok(Node::And(
                    entries.iter().map(|e| if e.1.is_null() { Node::Null(e) } else { Node::Field(e) }).collect(),
                ))
            }
            other => Err(format!("the definition `{name}` must be a mapping or a list, this is {}", other.type_name())),
        }
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
