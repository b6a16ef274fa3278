//! The condition tree: what a target writes.
//!
//! Made from a [`Sigma`] when all changes to it are done; its leaves borrow from there. A target
//! decides what to flatten.

use super::detection::{Detection, Expression, Item, Named, Scope, Sigma};
use super::glob::matches_glob;
use super::refusal::{Refusal, Spot};
use super::test::Test;

/// Comparisons one query may have; each target looks at each. No published rule has as many.
pub(super) const MAX_LEAVES: usize = 10_000;

/// A node of the tree.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node<'n> {
    /// All of two or more.
    And(Vec<Node<'n>>),
    /// Any of two or more.
    Or(Vec<Node<'n>>),
    /// Not the child.
    Not(Box<Node<'n>>),
    /// One comparison.
    Leaf(Leaf<'n>),
}

/// A comparison.
#[derive(Debug, Clone, Copy)]
pub(super) struct Leaf<'n> {
    /// The field; `None` for a keyword, which may stand anywhere in the event.
    pub(super) field: Option<&'n str>,
    /// What its value must be.
    pub(super) test: &'n Test,
    /// Where it was written.
    pub(super) spot: Spot<'n>,
    /// Whether it is one of several that need not hold, though only one of them be left.
    pub(super) optional: bool,
}

impl PartialEq for Leaf<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.field == other.field && self.test == other.test
    }
}

impl<'n> Node<'n> {
    /// All of `children`; a single child is the node itself.
    pub(super) fn all(mut children: Vec<Node<'n>>) -> Self {
        if children.len() == 1 { children.remove(0) } else { Self::And(children) }
    }

    /// Any of `children`; a single child is the node itself.
    pub(super) fn any(mut children: Vec<Node<'n>>) -> Self {
        if children.len() == 1 { children.remove(0) } else { Self::Or(children) }
    }
}

/// One tree per condition.
///
/// # Errors
/// If a condition names what is not there, or nothing is left of it.
pub(super) fn trees<'n>(sigma: &'n Sigma<'_>) -> Result<Vec<Node<'n>>, Refusal<'n>> {
    let tree = |(expression, spot): &'n (Expression<'_>, Spot<'_>)| {
        let mut planter = Planter { detections: &sigma.detections, budget: MAX_LEAVES, spot: *spot, optional: false };
        planter.expression(expression, Scope::Rule)?.ok_or_else(|| {
            Refusal::unsupported(*spot, "nothing is left of the condition after the pipelines dropped its parts")
        })
    };
    sigma.conditions.iter().map(tree).collect()
}

struct Planter<'n, 'r> {
    detections: &'n [Named<'r>],
    budget: usize,
    spot: Spot<'n>,
    /// Whether an OR is above.
    optional: bool,
}

/// A part of a tree; `None` where nothing is asked for.
type Part<'n> = Result<Option<Node<'n>>, Refusal<'n>>;

impl<'n> Planter<'n, '_> {
    fn expression(&mut self, expression: &'n Expression<'_>, scope: Scope) -> Part<'n> {
        match expression {
            Expression::Name(name) => {
                let detections = self.detections;
                match detections.iter().find(|named| named.scope == scope && named.name == *name) {
                    Some(named) => self.detection(&named.detection),
                    None => Err(self.unknown(name, scope)),
                }
            }
            Expression::Detection(number) => self.detection(&self.detections[*number].detection),
            Expression::Not(child) => Ok(self.expression(child, scope)?.map(|child| Node::Not(Box::new(child)))),
            Expression::And(children) => joined(children.iter().map(|child| self.expression(child, scope)), Node::all),
            Expression::Or(children) => self
                .optionally(|planter| joined(children.iter().map(|child| planter.expression(child, scope)), Node::any)),
            Expression::In(scope, inner) => self.expression(inner, *scope),
            Expression::Of { all, pattern } => {
                let chosen: Vec<&'n Named<'_>> = self
                    .detections
                    .iter()
                    .filter(|named| named.scope == scope && selects(pattern, &named.name))
                    .collect();
                if chosen.is_empty() {
                    let reason = format!("the condition names `{pattern}`, which no detection matches");
                    return Err(Refusal::broken(self.spot, reason));
                }
                let plant = |planter: &mut Self| {
                    let parts = chosen.into_iter().map(|named| planter.detection(&named.detection));
                    joined(parts, if *all { Node::all } else { Node::any })
                };
                if *all { plant(self) } else { self.optionally(plant) }
            }
        }
    }

    fn detection(&mut self, detection: &'n Detection<'_>) -> Part<'n> {
        match detection {
            Detection::Item(item) => self.item(item).map(Some),
            Detection::All(children) => joined(children.iter().map(|child| self.detection(child)), Node::all),
            Detection::Any(children) if children.len() > 1 => {
                self.optionally(|planter| joined(children.iter().map(|child| planter.detection(child)), Node::any))
            }
            Detection::Any(children) => joined(children.iter().map(|child| self.detection(child)), Node::any),
        }
    }

    fn optionally<T>(&mut self, plant: impl FnOnce(&mut Self) -> T) -> T {
        let above = std::mem::replace(&mut self.optional, true);
        let planted = plant(self);
        self.optional = above;
        planted
    }

    fn item(&mut self, item: &'n Item<'_>) -> Result<Node<'n>, Refusal<'n>> {
        let optional = self.optional || (item.values.len() > 1 && !item.all);
        let leaf = |test: &'n Test| Node::Leaf(Leaf { field: item.field.as_deref(), test, spot: item.spot, optional });
        let size = item.values.iter().map(|test| if let Test::Any(tests) = test { tests.len() } else { 1 }).sum();
        self.budget = self.budget.checked_sub(size).ok_or_else(|| {
            Refusal::unsupported(item.spot, format!("the rule expands to more than {MAX_LEAVES} comparisons"))
        })?;
        let leaves = item.values.iter().map(leaf).collect();
        let node = if item.all { Node::all(leaves) } else { Node::any(leaves) };
        Ok(if item.negated { Node::Not(Box::new(node)) } else { node })
    }

    fn unknown(&self, name: &str, scope: Scope) -> Refusal<'n> {
        let refusal = Refusal::broken(self.spot, format!("the condition names `{name}`, which is not defined"));
        let names = self.detections.iter().filter(|named| named.scope == scope).map(|named| named.name.as_ref());
        let near = names
            .filter(|known| known.len().max(name.len()) <= 256)
            .map(|known| (strsim::damerau_levenshtein(known, name), known))
            .min();
        match near {
            _ if ["and", "or", "not"].iter().any(|word| name.eq_ignore_ascii_case(word)) => {
                refusal.help("operators of a condition are written in lower case")
            }
            Some((distance, known)) if distance <= 2 => refusal.help(format!("did you mean `{known}`?")),
            _ => refusal,
        }
    }
}

fn joined<'n>(parts: impl Iterator<Item = Part<'n>>, join: fn(Vec<Node<'n>>) -> Node<'n>) -> Part<'n> {
    let nodes: Vec<Node<'n>> = parts.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    Ok((!nodes.is_empty()).then(|| join(nodes)))
}

/// Names that start with `_` are private: only a pattern that starts so selects them.
pub(super) fn selects(pattern: &str, name: &str) -> bool {
    (pattern == "them" || matches_glob(pattern, name)) && (!name.starts_with('_') || pattern.starts_with('_'))
}
