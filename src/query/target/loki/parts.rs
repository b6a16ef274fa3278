//! A condition with its negations at the comparisons, and what one value became as alternatives.

use crate::query::test::Test;
use crate::query::tree::{Leaf, Node};

/// A condition.
pub(super) enum Part<'n> {
    /// All of these.
    All(Vec<Part<'n>>),
    /// Any of these. What one written value became (`true`) stands without parentheses in the
    /// reference's text.
    Any(Vec<Part<'n>>, bool),
    /// A comparison, or its negation; never of [`Test::Any`].
    Leaf(Leaf<'n>, bool),
}

impl<'n> Part<'n> {
    /// What must hold together.
    pub(super) fn conjuncts(&self) -> &[Self] {
        match self {
            Self::All(parts) => parts,
            one => std::slice::from_ref(one),
        }
    }

    /// Whether there is a word without a field in it.
    pub(super) fn has_keyword(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts, _) => parts.iter().any(Self::has_keyword),
            Self::Leaf(leaf, _) => is_keyword(leaf),
        }
    }

    /// The comparisons, if they all are words without a field of which one, or none, must be there.
    pub(super) fn keywords(&self) -> Option<(Vec<Leaf<'n>>, bool)> {
        match self {
            Self::Leaf(leaf, negated) if is_keyword(leaf) => Some((vec![*leaf], *negated)),
            Self::Any(parts, _) => {
                let leaf = |part: &Self| match part {
                    Self::Leaf(leaf, false) if is_keyword(leaf) => Some(*leaf),
                    _ => None,
                };
                Some((parts.iter().map(leaf).collect::<Option<_>>()?, false))
            }
            _ => None,
        }
    }
}

fn is_keyword(leaf: &Leaf<'_>) -> bool {
    leaf.field.is_none() && !matches!(leaf.test, Test::Expression(_))
}

/// The parts of a condition; those of the same kind in one another are one.
pub(super) fn parts<'n>(node: &Node<'n>, flat: bool) -> Part<'n> {
    part(node, false, flat)
}

fn part<'n>(node: &Node<'n>, negated: bool, flat: bool) -> Part<'n> {
    let children = |nodes: &[Node<'n>]| nodes.iter().map(|node| part(node, negated, flat)).collect();
    match node {
        Node::Not(child) => part(child, !negated, flat),
        Node::And(nodes) if negated => any(children(nodes), false, flat),
        Node::And(nodes) => all(children(nodes)),
        Node::Or(nodes) if negated => all(children(nodes)),
        Node::Or(nodes) => any(children(nodes), false, flat),
        Node::Leaf(leaf) => match leaf.test {
            Test::Any(tests) => {
                let leaves = tests.iter().map(|test| Part::Leaf(Leaf { test, ..*leaf }, negated)).collect();
                if negated { all(leaves) } else { any(leaves, true, flat) }
            }
            _ => Part::Leaf(*leaf, negated),
        },
    }
}

fn all(parts: Vec<Part<'_>>) -> Part<'_> {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::All(inner) => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 { flat.remove(0) } else { Part::All(flat) }
}

fn any(parts: Vec<Part<'_>>, bare: bool, flatten: bool) -> Part<'_> {
    let mut flat = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Part::Any(inner, _) if flatten => flat.extend(inner),
            other => flat.push(other),
        }
    }
    if flat.len() == 1 { flat.remove(0) } else { Part::Any(flat, bare) }
}
