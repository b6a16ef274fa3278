//! When a processing item is applied: conditions on the rule, its items, and names of fields.

use std::collections::HashSet;

use fancy_regex::Regex;

use crate::model::Value;

/// Conditions of one kind and how they are joined. None at all always hold.
#[derive(Debug, Clone)]
pub struct Conditions<C> {
    /// The conditions, in the order of the file.
    pub list: Vec<C>,
    /// How they are joined.
    pub join: Join,
    /// Whether the whole is negated.
    pub negated: bool,
}

impl<C> Default for Conditions<C> {
    fn default() -> Self {
        Self { list: Vec::new(), join: Join::All, negated: false }
    }
}

/// How conditions are joined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Join {
    /// All must hold (`and`).
    All,
    /// One must hold (`or`).
    Any,
    /// An expression over their names.
    Formula(Formula),
}

/// An expression over conditions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Formula {
    /// A condition, by its position in the list.
    Condition(usize),
    /// `not`
    Not(Box<Formula>),
    /// `and`
    All(Vec<Formula>),
    /// `or`
    Any(Vec<Formula>),
}

/// What is asked of a rule.
#[derive(Debug, Clone)]
pub enum RuleCondition {
    /// Each part that is given is that of the rule's log source.
    LogSource {
        /// `process_creation` …
        category: Option<String>,
        /// `windows` …
        product: Option<String>,
        /// `sysmon` …
        service: Option<String>,
    },
    /// An item has the field and the value.
    ContainsDetectionItem {
        /// `None` for keywords.
        field: Option<String>,
        /// Text with wildcards, a number, a boolean or null.
        value: Value,
    },
    /// An item has the field; `None` for keywords.
    ContainsField(Option<String>),
    /// It is a rule over single events.
    IsRule,
    /// It is a correlation.
    IsCorrelation,
    /// The processing item of this id was applied.
    ItemApplied(String),
    /// A setting has a value.
    State(StateCondition),
    /// An attribute of the rule compares so with the value.
    Attribute {
        /// `title`, `level`, or the rule's own.
        attribute: String,
        /// What it is compared with: text or a number.
        value: Value,
        /// How.
        comparison: Comparison,
    },
    /// The rule has this tag.
    Tag(String),
}

/// What is asked of a detection item.
#[derive(Debug, Clone)]
pub enum ItemCondition {
    /// Text values match a regular expression from their start.
    MatchString {
        /// All values, or any.
        all: bool,
        /// Anchored at the start.
        regex: Regex,
        /// Whether values that do not match are meant.
        negated: bool,
    },
    /// Values are equal to this one.
    MatchValue {
        /// All values, or any.
        all: bool,
        /// Text with wildcards, a number or a boolean.
        value: Value,
    },
    /// Values are null.
    IsNull {
        /// All values, or any.
        all: bool,
    },
    /// Text values have a wildcard.
    ContainsWildcard {
        /// All values, or any.
        all: bool,
    },
    /// The processing item of this id was applied to it.
    ItemApplied(String),
    /// A setting has a value.
    State(StateCondition),
}

/// What is asked of the name of a field.
#[derive(Debug, Clone)]
pub enum FieldCondition {
    /// It is one of these.
    Include(FieldSet),
    /// It is none of these.
    Exclude(FieldSet),
    /// The processing item of this id was applied to it.
    ItemApplied(String),
    /// A setting has a value.
    State(StateCondition),
}

/// Names of fields.
#[derive(Debug, Clone, Default)]
pub struct FieldSet {
    /// Whole names.
    pub names: HashSet<String>,
    /// Regular expressions, anchored at the start.
    pub patterns: Vec<Regex>,
}

/// A comparison with a setting; a setting that is not there compares with nothing.
#[derive(Debug, Clone)]
pub struct StateCondition {
    /// Its name.
    pub key: String,
    /// What it is compared with.
    pub value: Value,
    /// How.
    pub comparison: Comparison,
}

/// `eq`, `ne`, `gte`, `gt`, `lte`, `lt`, `in`, `not_in`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `gte`
    GreaterOrEqual,
    /// `gt`
    Greater,
    /// `lte`
    LessOrEqual,
    /// `lt`
    Less,
    /// `in`: the value is an item of the list compared.
    In,
    /// `not_in`
    NotIn,
}

impl Comparison {
    /// All, as pipelines name them.
    pub const ALL: [(&'static str, Self); 8] = [
        ("eq", Self::Equal),
        ("ne", Self::NotEqual),
        ("gte", Self::GreaterOrEqual),
        ("gt", Self::Greater),
        ("lte", Self::LessOrEqual),
        ("lt", Self::Less),
        ("in", Self::In),
        ("not_in", Self::NotIn),
    ];

    /// Its name in pipelines.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, comparison)| *comparison == self).map_or("", |(name, _)| name)
    }

    /// Whether it holds for two values of that order; `in` and `not_in` never do.
    pub fn holds(self, ordering: std::cmp::Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Greater => ordering.is_gt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Less => ordering.is_lt(),
            Self::In | Self::NotIn => false,
        }
    }
}
