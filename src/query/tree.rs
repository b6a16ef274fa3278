//! The condition tree of a Sigma 2.x rule: what a target writes.
//!
//! Document order is kept everywhere, and so is the shape the author gave the condition; a
//! target decides what to flatten. Leaves borrow names from the rule's values, which also is how
//! a refusal finds its way back to the culprit.

use crate::model::Rule;

use super::refusal::Spot;
use super::value::Pattern;

/// A node of the tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node<'r> {
    /// All of two or more.
    And(Vec<Node<'r>>),
    /// Any of two or more.
    Or(Vec<Node<'r>>),
    /// Not the child.
    Not(Box<Node<'r>>),
    /// One comparison.
    Leaf(Leaf<'r>),
}

/// A comparison.
#[derive(Debug, Clone)]
pub(super) struct Leaf<'r> {
    /// The field; `None` for a keyword, which may stand anywhere in the event.
    pub(super) field: Option<&'r str>,
    /// What its value must be.
    pub(super) test: Test,
    /// Where it was written.
    pub(super) spot: Spot<'r>,
}

impl PartialEq for Leaf<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.field == other.field && self.test == other.test
    }
}

/// A number of a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// Whole.
    Int(i64),
    /// Any other.
    Float(f64),
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(i) => i.fmt(f),
            Self::Float(x) => x.fmt(f),
        }
    }
}

/// `gt`, `gte`, `lt`, `lte`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    /// `gt`
    Greater,
    /// `gte`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `lte`
    LessOrEqual,
}

impl Comparison {
    /// The operator as most query languages write it.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

/// Flags of a regular expression.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RegexFlags {
    /// `i`
    pub(super) ignore_case: bool,
    /// `m`
    pub(super) multi_line: bool,
    /// `s`
    pub(super) dot_all: bool,
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// A string in any case.
    Match(Pattern),
    /// A string in exactly this case (`cased`).
    Cased(Pattern),
    /// UTF-16 bytes that were not encoded further.
    Bytes(Vec<u8>),
    /// A number.
    Number(Number),
    /// A boolean.
    Bool(bool),
    /// No value.
    Null,
    /// A regular expression found anywhere in the value.
    Regex(String, RegexFlags),
    /// An IP network in canonical form (`10.0.0.0/8`).
    Cidr(String),
    /// A comparison of numbers.
    Compare(Comparison, Number),
    /// The field is there, or is not.
    Exists(bool),
    /// The value of another field.
    FieldRef(String),
    /// A part of a time (`hour` …).
    TimePart(String, Number),
    /// Any of these: what one written value became (`windash`, `base64offset`).
    Any(Vec<Test>),
}

/// What a target is given: one emitted document.
#[derive(Debug)]
pub(super) struct Detection<'r> {
    /// The rule.
    pub(super) rule: &'r Rule,
    /// One tree per condition.
    pub(super) queries: Vec<Node<'r>>,
}

impl<'r> Node<'r> {
    /// All of `children`; a single child is the node itself.
    pub(super) fn all(mut children: Vec<Node<'r>>) -> Self {
        if children.len() == 1 { children.remove(0) } else { Self::And(children) }
    }

    /// Any of `children`; a single child is the node itself.
    pub(super) fn any(mut children: Vec<Node<'r>>) -> Self {
        if children.len() == 1 { children.remove(0) } else { Self::Or(children) }
    }
}
