//! A 2019 condition as a rule of today, for targets the converter of that time did not have.

use std::borrow::Cow;

use crate::model::{Rule, Value};
use crate::query::detection::{Applied, Detection, Expression, Item, Named, Scope, Sigma, State};
use crate::query::front::modern;
use crate::query::pattern::Pattern;
use crate::query::refusal::{Refusal, Spot};
use crate::query::test::{Number, Test};

use super::{Condition, Node as Old};

/// A document of `rule`; a condition of which nothing is left is left out.
pub(in crate::query) fn lower<'d>(rule: &'d Rule, old: &super::Rule<'d>) -> Result<Sigma<'d>, Refusal<'d>> {
    let mut detections = Vec::new();
    let mut conditions = Vec::with_capacity(old.conditions.len());
    for condition in &old.conditions {
        let expression = searched(condition)?.map_or(Ok(None), |search| node(search, &mut detections))?;
        conditions.extend(expression.map(|expression| (expression, Spot::Condition(condition.position))));
    }
    let (logsource, fields) = (modern::logsource(old.document), modern::fields(old.document));
    Ok(Sigma { rule, logsource, detections, conditions, fields, state: State::default() })
}

fn searched<'c, 'd>(condition: &'c Condition<'d>) -> Result<Option<&'c Old<'d>>, Refusal<'d>> {
    if condition.aggregation.is_some() {
        let reason = "a query cannot count or relate events, as the aggregation of the condition asks";
        return Err(Refusal::unsupported(Spot::Condition(condition.position), reason));
    }
    Ok(condition.search.as_ref())
}

type Lowered<'d> = Result<Option<Expression<'d>>, Refusal<'d>>;

fn node<'d>(old: &Old<'d>, detections: &mut Vec<Named<'d>>) -> Lowered<'d> {
    let item = match old {
        Old::And(children) => return joined(children, is_and, Expression::And, detections),
        Old::Or(children) => return joined(children, is_or, Expression::Or, detections),
        Old::Not(child) => return Ok(node(child, detections)?.map(|child| Expression::Not(Box::new(child)))),
        Old::Group(child) => return node(child, detections),
        Old::Index(_) => return Ok(None),
        Old::Null(leaf) => item(Some(leaf.name), vec![Test::Null], Spot::Entry(leaf.entry)),
        Old::Field(leaf) => {
            let spot = Spot::Entry(leaf.entry);
            let values = match leaf.value() {
                Value::Seq(items) if items.is_empty() => return Ok(None),
                Value::Seq(items) => items.as_slice(),
                value => std::slice::from_ref(value),
            };
            item(Some(leaf.name), values.iter().map(|value| test(value, spot)).collect::<Result<_, _>>()?, spot)
        }
        Old::Keyword(value) => item(None, vec![test(value, Spot::Item(value))?], Spot::Item(value)),
    };
    detections.push(Named { name: Cow::Borrowed(""), scope: Scope::Added, detection: Detection::Item(item) });
    Ok(Some(Expression::Detection(detections.len() - 1)))
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

/// An operator over its parts, those of the same operator inside it among them.
///
/// The old parser nests `a and b and c` as deep as it has names; without recursion here, no
/// condition can make the tree deeper than its parentheses.
fn joined<'d>(
    children: &[Old<'d>],
    same: Same,
    join: fn(Vec<Expression<'d>>) -> Expression<'d>,
    detections: &mut Vec<Named<'d>>,
) -> Lowered<'d> {
    let mut todo: Vec<&Old<'d>> = children.iter().rev().collect();
    let mut parts = Vec::with_capacity(children.len());
    while let Some(child) = todo.pop() {
        match same(child) {
            Some(inner) => todo.extend(inner.iter().rev()),
            None => parts.extend(node(child, detections)?),
        }
    }
    Ok(match parts.len() {
        0 => None,
        1 => parts.pop(),
        _ => Some(join(parts)),
    })
}

fn item<'d>(field: Option<&'d str>, values: Vec<Test>, spot: Spot<'d>) -> Item<'d> {
    let field = field.map(Cow::Borrowed);
    Item { field, values, all: false, negated: false, spot, applied: Applied::default() }
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
