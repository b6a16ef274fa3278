//! A 2019 condition as a tree of today, for targets the converter of that time did not have.

use crate::model::Value;
use crate::query::refusal::{Refusal, Spot};
use crate::query::tree::{Leaf, Node, Number, Test};
use crate::query::value::Pattern;

use super::{Condition, Node as Old};

/// The tree of a condition; `None` if nothing is left of it.
pub(in crate::query) fn lower<'d>(condition: &Condition<'d>) -> Result<Option<Node<'d>>, Refusal<'d>> {
    if condition.aggregation.is_some() {
        let reason = "a query cannot count or relate events, as the aggregation of the condition asks";
        return Err(Refusal::unsupported(Spot::Condition(condition.position), reason));
    }
    condition.search.as_ref().map_or(Ok(None), node)
}

fn node<'d>(old: &Old<'d>) -> Result<Option<Node<'d>>, Refusal<'d>> {
    Ok(match old {
        Old::And(children) => some(flat(children, is_and)?, Node::all),
        Old::Or(children) => some(flat(children, is_or)?, Node::any),
        Old::Not(child) => node(child)?.map(|child| Node::Not(Box::new(child))),
        Old::Group(child) => node(child)?,
        Old::Null(entry) => Some(leaf(Some(&entry.0), Test::Null, Spot::Entry(entry))),
        Old::Field(entry) => {
            let spot = Spot::Entry(entry);
            let values = match &entry.1 {
                Value::Seq(items) => items.as_slice(),
                value => std::slice::from_ref(value),
            };
            let leaves = values.iter().map(|value| Ok(leaf(Some(&entry.0), test(value, spot)?, spot)));
            some(leaves.collect::<Result<_, _>>()?, Node::any)
        }
        Old::Keyword(value) => Some(leaf(None, test(value, Spot::Item(value))?, Spot::Item(value))),
    })
}

type Same = for<'n, 'd> fn(&'n Old<'d>) -> Option<&'n [Old<'d>]>;

fn is_and<'n, 'd>(old: &'n Old<'d>) -> Option<&'n [Old<'d>]> {
    match old {
        Old::And(children) => Some(children),
        Old::Group(child) => is_and(child),
        _ => None,
    }
}

fn is_or<'n, 'd>(old: &'n Old<'d>) -> Option<&'n [Old<'d>]> {
    match old {
        Old::Or(children) => Some(children),
        Old::Group(child) => is_or(child),
        _ => None,
    }
}

/// The parts of an operator, those of the same operator inside it among them.
///
/// The old parser nests `a and b and c` as deep as it has names; without recursion here, no
/// condition can make the tree deeper than its parentheses.
fn flat<'d>(children: &[Old<'d>], same: Same) -> Result<Vec<Node<'d>>, Refusal<'d>> {
    let mut todo: Vec<&Old<'d>> = children.iter().rev().collect();
    let mut nodes = Vec::with_capacity(children.len());
    while let Some(child) = todo.pop() {
        match same(child) {
            Some(inner) => todo.extend(inner.iter().rev()),
            None => nodes.extend(node(child)?),
        }
    }
    Ok(nodes)
}

fn some<'d>(nodes: Vec<Node<'d>>, combine: fn(Vec<Node<'d>>) -> Node<'d>) -> Option<Node<'d>> {
    (!nodes.is_empty()).then(|| combine(nodes))
}

fn leaf<'d>(field: Option<&'d str>, test: Test, spot: Spot<'d>) -> Node<'d> {
    Node::Leaf(Leaf { field, test, spot })
}

fn test<'d>(value: &Value, spot: Spot<'d>) -> Result<Test, Refusal<'d>> {
    match value {
        Value::Str(text) => Ok(Test::Match(Pattern::parse(text))),
        Value::Int(i) => Ok(Test::Number(Number::Int(*i))),
        other => {
            let reason =
                format!("the 2019 language searches for text and whole numbers, this is {}", other.type_name());
            Err(Refusal::broken(spot, reason))
        }
    }
}
