//! A rule of Sigma as values: what the front ends read, pipelines change and targets write.
//!
//! Document order is kept everywhere, and so is the shape the author gave the condition. Names
//! borrow from the rule's values unless a pipeline changed them; a spot is how a refusal finds
//! its way back to the culprit.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::model::Rule;

use super::refusal::Spot;
use super::test::Test;

/// One emitted document of a rule.
#[derive(Debug, Clone)]
pub(super) struct Sigma<'r> {
    /// The rule it is of.
    pub(super) rule: &'r Rule,
    /// The log source, which a pipeline may change.
    pub(super) logsource: LogSource<'r>,
    /// The detections in document order, then those that were added.
    pub(super) detections: Vec<Named<'r>>,
    /// One query each.
    pub(super) conditions: Vec<(Expression<'r>, Spot<'r>)>,
    /// Fields worth looking at.
    pub(super) fields: Vec<Cow<'r, str>>,
    /// What pipelines tell each other and the target.
    pub(super) state: State,
}

/// The log source of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct LogSource<'r> {
    /// `windows`, `linux` …
    pub(super) product: Option<Cow<'r, str>>,
    /// `process_creation` …
    pub(super) category: Option<Cow<'r, str>>,
    /// `sysmon`, `security` …
    pub(super) service: Option<Cow<'r, str>>,
}

/// Settings of one conversion by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct State(BTreeMap<String, StateValue>);

/// A setting: what YAML can say in a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum StateValue {
    /// Text.
    Str(String),
    /// A whole number.
    Int(i64),
    /// `true` or `false`.
    Bool(bool),
    /// Several texts.
    List(Vec<String>),
}

impl State {
    /// Gives `name` a value.
    pub(super) fn set(&mut self, name: impl Into<String>, value: StateValue) {
        self.0.insert(name.into(), value);
    }

    /// The value of `name`.
    pub(super) fn get(&self, name: &str) -> Option<&StateValue> {
        self.0.get(name)
    }

    /// The value of `name`, if it is text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            StateValue::Str(text) => Some(text),
            _ => None,
        }
    }

    /// All settings, by name.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &StateValue)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// A detection and who may name it.
#[derive(Debug, Clone)]
pub(super) struct Named<'r> {
    /// Its name.
    pub(super) name: Cow<'r, str>,
    /// Whose it is: conditions see the names of their own scope only.
    pub(super) scope: Scope,
    /// What it looks for.
    pub(super) detection: Detection<'r>,
}

/// A space of names of detections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// The rule's own detections.
    Rule,
    /// Those of the n-th filter applied to the rule.
    Filter(u16),
    /// Added by a pipeline, or without a name: no condition can name it.
    Added,
}

/// Items and how they are joined.
#[derive(Debug, Clone)]
pub(super) enum Detection<'r> {
    /// One key with its values.
    Item(Item<'r>),
    /// All of these; an empty one is always true.
    All(Vec<Detection<'r>>),
    /// Any of these.
    Any(Vec<Detection<'r>>),
}

/// One `field|modifier: values`.
#[derive(Debug, Clone)]
pub(super) struct Item<'r> {
    /// The field; `None` for a keyword, which may stand anywhere in the event.
    pub(super) field: Option<Cow<'r, str>>,
    /// What its value must be; never empty.
    pub(super) values: Vec<Test>,
    /// Whether all values must match (`all`), not any.
    pub(super) all: bool,
    /// Whether the whole is negated (`neq`).
    pub(super) negated: bool,
    /// Where it was written.
    pub(super) spot: Spot<'r>,
    /// Which items of the pipelines have changed it, as bits by their number in the chain.
    pub(super) applied: Applied,
}

/// A set of processing items, by number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Applied(Vec<u64>);

impl Applied {
    /// Adds the item number `item`.
    pub(super) fn insert(&mut self, item: usize) {
        let word = item / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.0[word] |= 1 << (item % 64);
    }

    /// Whether the two have an item in common.
    pub(super) fn intersects(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(ours, theirs)| ours & theirs != 0)
    }

    /// Whether the item number `item` is in the set.
    pub(super) fn contains(&self, item: usize) -> bool {
        self.0.get(item / 64).is_some_and(|word| word >> (item % 64) & 1 == 1)
    }
}

/// A condition before names are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expression<'r> {
    /// A detection by its name.
    Name(&'r str),
    /// A detection by its number.
    Detection(usize),
    /// `1 of X`, `any of X` (`all: false`) or `all of X`.
    Of {
        /// Whether all must match.
        all: bool,
        /// `them` or a name with `*`.
        pattern: &'r str,
    },
    /// `not`
    Not(Box<Expression<'r>>),
    /// `and`, two or more
    And(Vec<Expression<'r>>),
    /// `or`, two or more
    Or(Vec<Expression<'r>>),
    /// An expression over the names of another scope.
    In(Scope, Box<Expression<'r>>),
}

impl<'r> Sigma<'r> {
    /// Adds a detection that must match too (or must not, if `negated`): each condition becomes
    /// `new and (old)`.
    pub(super) fn require(&mut self, detection: Detection<'r>, negated: bool) {
        let number = self.detections.len();
        self.detections.push(Named { name: Cow::Borrowed(""), scope: Scope::Added, detection });
        for (condition, _) in &mut self.conditions {
            let new = Expression::Detection(number);
            let new = if negated { Expression::Not(Box::new(new)) } else { new };
            let old = std::mem::replace(condition, Expression::Detection(number));
            *condition = Expression::And(vec![new, old]);
        }
    }

    /// Calls `change` for each item.
    pub(super) fn each_item(&mut self, mut change: impl FnMut(&mut Item<'r>)) {
        for named in &mut self.detections {
            named.detection.each_item(&mut change);
        }
    }
}

impl<'r> Detection<'r> {
    /// Calls `change` for each item below.
    pub(super) fn each_item(&mut self, change: &mut impl FnMut(&mut Item<'r>)) {
        match self {
            Self::Item(item) => change(item),
            Self::All(children) | Self::Any(children) => {
                for child in children {
                    child.each_item(change);
                }
            }
        }
    }
}
