//! The 2019 optimizer, which decides the parentheses of every query of that time.
//!
//! Groups are stripped outside of NOT, the tree is simplified to a fixed point, and every AND
//! and OR gets one group back. Under a NOT everything keeps its groups untouched.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::model::Value;

use super::Node;

/// Lists shorter than this are compared pairwise: hashing would cost more.
const PAIRWISE: usize = 16;

/// The optimized tree; `None` if nothing is left of it.
pub(super) fn optimize(node: Node<'_>) -> Option<Node<'_>> {
    let mut tree = strip(node);
    loop {
        let (next, changed) = pass(tree);
        tree = next?;
        if !changed {
            return Some(regroup(tree));
        }
    }
}

fn strip(node: Node<'_>) -> Node<'_> {
    match node {
        Node::Group(inner) => strip(*inner),
        Node::And(children) => Node::And(children.into_iter().map(strip).collect()),
        Node::Or(children) => Node::Or(children.into_iter().map(strip).collect()),
        other => other,
    }
}

fn regroup(node: Node<'_>) -> Node<'_> {
    match node {
        Node::And(children) => Node::Group(Box::new(Node::And(children.into_iter().map(regroup).collect()))),
        Node::Or(children) => Node::Group(Box::new(Node::Or(children.into_iter().map(regroup).collect()))),
        other => other,
    }
}

/// One round: the first rule that applies to this node, else the same for each child.
fn pass(node: Node<'_>) -> (Option<Node<'_>>, bool) {
    let (is_and, mut children) = match node {
        Node::And(children) => (true, children),
        Node::Or(children) => (false, children),
        other => return (Some(other), false),
    };
    if children.len() < 2 {
        return (children.pop(), true);
    }
    if remove_duplicates(&mut children) {
        return (Some(operator(is_and, children)), true);
    }
    if can_flatten(is_and, &children) {
        return (Some(operator(is_and, flatten(is_and, children))), true);
    }
    let common = common_leaves(is_and, &children);
    if !common.is_empty() {
        return (Some(factor_out(is_and, children, common)), true);
    }
    let mut changed = false;
    let mut kept = Vec::with_capacity(children.len());
    for child in children {
        let (child, child_changed) = pass(child);
        changed |= child_changed;
        kept.extend(child);
    }
    (Some(operator(is_and, kept)), changed)
}

fn operator(is_and: bool, children: Vec<Node<'_>>) -> Node<'_> {
    if is_and { Node::And(children) } else { Node::Or(children) }
}

/// The children of `node` if it is of the operator asked for.
fn children_of<'n, 'd>(is_and: bool, node: &'n Node<'d>) -> Option<&'n [Node<'d>]> {
    match node {
        Node::And(children) if is_and => Some(children),
        Node::Or(children) if !is_and => Some(children),
        _ => None,
    }
}

/// Field leaves compare by field and value, keywords by value; nothing else is ever equal.
fn same_leaf(a: &Node<'_>, b: &Node<'_>) -> bool {
    match (a, b) {
        (Node::Field(a), Node::Field(b)) => a.name == b.name && a.value() == b.value(),
        (Node::Index(a), Node::Index(b)) => a == b,
        (Node::Keyword(a), Node::Keyword(b)) => a == b,
        _ => false,
    }
}

/// Drops all but the first of equal leaves; whether any was dropped.
fn remove_duplicates(children: &mut Vec<Node<'_>>) -> bool {
    let before = children.len();
    let mut seen: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut duplicate = vec![false; before];
    for (i, child) in children.iter().enumerate() {
        duplicate[i] = if before < PAIRWISE {
            children[..i].iter().any(|other| same_leaf(other, child))
        } else {
            let bucket = seen.entry(hash(child)).or_default();
            let known = bucket.iter().any(|j| same_leaf(&children[*j], child));
            bucket.push(i);
            known
        };
    }
    let mut flags = duplicate.into_iter();
    children.retain(|_| flags.next() != Some(true));
    children.len() != before
}

fn hash(node: &Node<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    match node {
        Node::Field(leaf) => {
            leaf.name.hash(&mut hasher);
            hash_value(leaf.value(), &mut hasher);
        }
        Node::Index(name) => name.hash(&mut hasher),
        Node::Keyword(value) => hash_value(value, &mut hasher),
        _ => {}
    }
    hasher.finish()
}

fn hash_value(value: &Value, hasher: &mut DefaultHasher) {
    match value {
        Value::Str(text) => text.hash(hasher),
        Value::Int(number) => number.hash(hasher),
        Value::Seq(items) => items.iter().for_each(|item| hash_value(item, hasher)),
        _ => {}
    }
}

/// Keywords, nulls and NOTs among the children forbid it.
fn can_flatten(is_and: bool, children: &[Node<'_>]) -> bool {
    let mut any = false;
    for child in children {
        if children_of(is_and, child).is_some() {
            any = true;
        } else if !matches!(child, Node::Field(_) | Node::Index(_)) {
            return false;
        }
    }
    any
}

fn flatten(is_and: bool, children: Vec<Node<'_>>) -> Vec<Node<'_>> {
    let mut flat = Vec::with_capacity(children.len() * 2);
    for child in children {
        match child {
            Node::And(inner) if is_and => flat.extend(inner),
            Node::Or(inner) if !is_and => flat.extend(inner),
            other => flat.push(other),
        }
    }
    flat
}

/// The leaves that every child has, if all children are of the opposite operator.
fn common_leaves<'d>(is_and: bool, children: &[Node<'d>]) -> Vec<Node<'d>> {
    let Some(lists) = children.iter().map(|child| children_of(!is_and, child)).collect::<Option<Vec<_>>>() else {
        return Vec::new();
    };
    let Some((first, rest)) = lists.split_first() else { return Vec::new() };
    first
        .iter()
        .filter(|leaf| rest.iter().all(|list| list.iter().any(|other| same_leaf(leaf, other))))
        .filter_map(|leaf| match leaf {
            Node::Field(leaf) => Some(Node::Field(*leaf)),
            Node::Index(name) => Some(Node::Index(name)),
            Node::Keyword(value) => Some(Node::Keyword(value)),
            _ => None,
        })
        .collect()
}

/// `(a AND b) OR (a AND c)` as `a AND ((b) OR (c))`, and the dual.
fn factor_out<'d>(is_and: bool, children: Vec<Node<'d>>, mut common: Vec<Node<'d>>) -> Node<'d> {
    let rest = children
        .into_iter()
        .map(|child| {
            let mut inner = match child {
                Node::And(inner) | Node::Or(inner) => inner,
                other => vec![other],
            };
            for leaf in &common {
                if let Some(at) = inner.iter().position(|other| same_leaf(leaf, other)) {
                    inner.remove(at);
                }
            }
            operator(!is_and, inner)
        })
        .collect();
    common.push(operator(is_and, rest));
    operator(!is_and, common)
}
