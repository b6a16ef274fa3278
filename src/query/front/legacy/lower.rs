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
        Old::And(children) => several(children, Node::all)?,
        Old::Or(children) => several(children, Node::any)?,
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

fn several<'d>(children: &[Old<'d>], combine: fn(Vec<Node<'d>>) -> Node<'d>) -> Result<Option<Node<'d>>, Refusal<'d>> {
    let nodes = children.iter().filter_map(|child| node(child).transpose()).collect::<Result<_, _>>()?;
    Ok(some(nodes, combine))
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
