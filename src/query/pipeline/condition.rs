//! Whether a step is applied: to a rule, an item, a field.

use std::cmp::Ordering;

use crate::model::Value;
use crate::model::pipeline::{
    Comparison, Conditions, FieldCondition, FieldSet, Formula, ItemCondition, Join, RuleCondition, StateCondition,
};
use crate::query::detection::{Applied, Detection, Item, LogSource, Sigma, StateValue};
use crate::query::refusal::{Refusal, Spot};
use crate::query::test::{Number, Test};

use super::{Chain, Run, Step, Trace, strings, subject};

/// Whether conditions hold, of which `each` says whether one does.
fn hold<C, E>(conditions: &Conditions<C>, mut each: impl FnMut(&C) -> Result<bool, E>) -> Result<bool, E> {
    let list = &conditions.list;
    if list.is_empty() {
        return Ok(true);
    }
    let holds = match &conditions.join {
        Join::All => list.iter().map(each).find(|one| !matches!(one, Ok(true))).unwrap_or(Ok(true))?,
        Join::Any => list.iter().map(each).find(|one| !matches!(one, Ok(false))).unwrap_or(Ok(false))?,
        Join::Formula(formula) => formula_holds(formula, list, &mut each)?,
    };
    Ok(holds != conditions.negated)
}

fn formula_holds<C, E>(formula: &Formula, list: &[C], each: &mut impl FnMut(&C) -> Result<bool, E>) -> Result<bool, E> {
    match formula {
        Formula::Condition(i) => list.get(*i).map_or(Ok(false), each),
        Formula::Not(inner) => Ok(!formula_holds(inner, list, each)?),
        Formula::All(parts) => {
            for part in parts {
                if !formula_holds(part, list, each)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Formula::Any(parts) => {
            for part in parts {
                if formula_holds(part, list, each)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
    }
}

/// No error.
enum Never {}

/// Whether conditions hold that can always be judged.
fn simply_hold<C>(conditions: &Conditions<C>, mut each: impl FnMut(&C) -> bool) -> bool {
    hold(conditions, |one| Ok::<_, Never>(each(one))).unwrap_or(false)
}

/// A rule and what was done to it, to be judged.
pub(super) struct View<'a, 'r> {
    pub(super) chain: &'a Chain,
    pub(super) sigma: &'a Sigma<'r>,
    pub(super) trace: &'a Trace,
}

impl<'r> View<'_, 'r> {
    /// Whether conditions on the rule hold.
    pub(super) fn rule_holds(&self, conditions: &Conditions<RuleCondition>) -> Result<bool, Refusal<'r>> {
        hold(conditions, |condition| match condition {
            RuleCondition::LogSource { category, product, service } => {
                let same = |wanted: &Option<String>, own: &Option<std::borrow::Cow<'_, str>>| {
                    wanted.is_none() || wanted.as_deref() == own.as_deref()
                };
                let is = |own: &LogSource<'_>| {
                    same(category, &own.category) && same(product, &own.product) && same(service, &own.service)
                };
                let sources = &self.trace.sources;
                Ok(if sources.is_empty() { is(&self.sigma.logsource) } else { sources.iter().any(is) })
            }
            RuleCondition::ContainsDetectionItem { field, value } => Ok(self.any_item(&|item| {
                item.field.as_deref() == field.as_deref()
                    && item.values.iter().any(|test| !matches!(test, Test::Cased(_)) && equals(test, value))
            })),
            RuleCondition::ContainsField(field) => Ok(self.any_item(&|item| item.field.as_deref() == field.as_deref())),
            RuleCondition::IsRule => Ok(self.sigma.rule.kind == crate::model::RuleKind::Detection),
            RuleCondition::IsCorrelation => Ok(self.sigma.rule.kind == crate::model::RuleKind::Correlation),
            RuleCondition::ItemApplied(id) => Ok(self.chain.is_applied(id, &self.trace.applied)),
            RuleCondition::State(condition) => self.state_holds(condition),
            RuleCondition::Attribute { attribute, value, comparison } => {
                let own = subject::attribute(self.sigma, self.trace, attribute);
                attribute_holds(attribute, own.as_deref(), *comparison, value)
            }
            RuleCondition::Tag(tag) => Ok(self.sigma.rule.tags.iter().any(|own| own == tag)),
        })
    }

    fn any_item(&self, wanted: &impl Fn(&Item<'r>) -> bool) -> bool {
        fn any<'r>(detection: &Detection<'r>, wanted: &impl Fn(&Item<'r>) -> bool) -> bool {
            match detection {
                Detection::Item(item) => wanted(item),
                Detection::All(children) | Detection::Any(children) => children.iter().any(|child| any(child, wanted)),
            }
        }
        self.sigma.detections.iter().any(|named| any(&named.detection, wanted))
    }

    fn state_holds(&self, condition: &StateCondition) -> Result<bool, Refusal<'r>> {
        let StateCondition { key, value, comparison } = condition;
        let Some(own) = self.sigma.state.get(key) else { return Ok(false) };
        let ordering = match (own, value) {
            (StateValue::Str(a), Value::Str(b)) => Some(a.as_str().cmp(b)),
            (StateValue::Int(a), Value::Int(b)) => Some(a.cmp(b)),
            (StateValue::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (StateValue::Bool(a), Value::Int(b)) => Some(i64::from(*a).cmp(b)),
            (StateValue::Int(a), Value::Bool(b)) => Some(a.cmp(&i64::from(*b))),
            #[expect(clippy::cast_precision_loss, reason = "compared with a number that has a fraction")]
            (StateValue::Int(a), Value::Float(b)) => (*a as f64).partial_cmp(b),
            (StateValue::Str(a), Value::Float(_)) => value.scalar_text().filter(|b| a == b).map(|_| Ordering::Equal),
            (StateValue::List(a), Value::Seq(b)) => {
                let same = a.len() == b.len() && a.iter().zip(b).all(|(a, b)| b.scalar_text().as_ref() == Some(a));
                same.then_some(Ordering::Equal)
            }
            _ => None,
        };
        match (ordering, comparison) {
            (Some(ordering), _) => Ok(comparison.holds(ordering)),
            (None, Comparison::Equal) => Ok(false),
            (None, Comparison::NotEqual) => Ok(true),
            (None, _) => {
                let reason = format!("the setting `{key}` of a pipeline cannot be compared with {}", value.type_name());
                Err(Refusal::unsupported(Spot::Top("detection"), reason))
            }
        }
    }
}

impl<'r> Run<'_, 'r> {
    /// The rule as it is now.
    pub(super) fn view(&self) -> View<'_, 'r> {
        View { chain: self.chain, sigma: self.sigma, trace: &self.trace }
    }

    /// Whether the conditions of `step` hold for an item, by its own field or one it refers to.
    pub(super) fn item_holds(&self, step: &Step, item: &Item<'_>) -> bool {
        // The field first: most steps are about a few fields, and looking at values takes longest.
        (step.item.field_conditions.list.is_empty()
            || self.field_holds(step, item.field.as_deref(), Some(&item.applied))
            || references(item).any(|field| self.field_holds(step, Some(field), self.names.get(field))))
            && self.item_conditions_hold(step, item)
    }

    /// Whether the conditions of `step` on items, not those on fields, hold for an item.
    pub(super) fn item_conditions_hold(&self, step: &Step, item: &Item<'_>) -> bool {
        simply_hold(&step.item.item_conditions, |condition| {
            let each = |all: bool, wanted: &dyn Fn(&Test) -> bool| {
                if all { item.values.iter().all(wanted) } else { item.values.iter().any(wanted) }
            };
            match condition {
                ItemCondition::MatchString { all, regex, negated } => each(*all, &|test| {
                    let found = match test {
                        Test::Match(pattern) | Test::Cased(pattern) => {
                            regex.is_match(&*strings::plain(pattern)).unwrap_or(false)
                        }
                        _ => false,
                    };
                    found != *negated
                }),
                ItemCondition::MatchValue { all, value } => {
                    each(*all, &|test| !matches!(test, Test::Null) && equals(test, value))
                }
                ItemCondition::IsNull { all } => each(*all, &|test| matches!(test, Test::Null)),
                ItemCondition::ContainsWildcard { all } => each(
                    *all,
                    &|test| matches!(test, Test::Match(pattern) | Test::Cased(pattern) if pattern.has_wildcard()),
                ),
                ItemCondition::ItemApplied(id) => self.chain.is_applied(id, &item.applied),
                ItemCondition::State(condition) => self.view().state_holds(condition).unwrap_or(false),
            }
        })
    }

    /// Whether the conditions of `step` on fields hold for one, `None` being that of keywords,
    /// to which `applied` was done.
    pub(super) fn field_holds(&self, step: &Step, field: Option<&str>, applied: Option<&Applied>) -> bool {
        simply_hold(&step.item.field_conditions, |condition| match condition {
            FieldCondition::Include(set) => field.is_some_and(|field| has(set, field)),
            FieldCondition::Exclude(set) => !field.is_some_and(|field| has(set, field)),
            FieldCondition::ItemApplied(id) => applied.is_some_and(|applied| self.chain.is_applied(id, applied)),
            FieldCondition::State(condition) => self.view().state_holds(condition).unwrap_or(false),
        })
    }
}

/// The fields an item compares its own with.
pub(super) fn references<'i>(item: &'i Item<'_>) -> impl Iterator<Item = &'i str> {
    item.values
        .iter()
        .flat_map(|test| match test {
            Test::FieldRef(other) => std::slice::from_ref(other),
            _ => &[],
        })
        .map(|other| other.field.as_str())
}

/// Puts conditions on fields in an order in which the fewest regular expressions are tried; the
/// answer is that of any other order.
pub(super) fn cheapest_first(conditions: &mut Conditions<FieldCondition>) {
    if !matches!(conditions.join, Join::Formula(_)) {
        conditions.list.sort_by_key(|condition| match condition {
            FieldCondition::Include(set) | FieldCondition::Exclude(set) => set.patterns.len(),
            FieldCondition::ItemApplied(_) | FieldCondition::State(_) => 0,
        });
    }
}

fn has(set: &FieldSet, field: &str) -> bool {
    set.names.contains(field) || set.patterns.iter().any(|regex| regex.is_match(field).unwrap_or(false))
}

/// Whether a test asks for exactly this value.
fn equals(test: &Test, value: &Value) -> bool {
    match (test, value) {
        (Test::Match(pattern) | Test::Cased(pattern), Value::Str(wanted)) => pattern.is(wanted),
        (Test::Number(Number::Int(a)), Value::Int(b)) => a == b,
        #[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "equal or not, as it was written")]
        (Test::Number(a), Value::Int(_) | Value::Float(_)) => {
            let float = |number: &Number| match number {
                Number::Int(i) => *i as f64,
                Number::Float(x) => *x,
            };
            float(a) == if let Value::Int(i) = value { *i as f64 } else { number(value).unwrap_or(f64::NAN) }
        }
        (Test::Bool(a), Value::Bool(b)) => a == b,
        (Test::Null, Value::Null) => true,
        _ => false,
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of rules are small")]
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Int(i) => Some(*i as f64),
        Value::Float(x) => Some(*x),
        Value::Str(text) => text.trim().parse().ok(),
        _ => None,
    }
}

const LEVELS: [&str; 5] = ["informational", "low", "medium", "high", "critical"];
const STATUSES: [&str; 5] = ["unsupported", "deprecated", "experimental", "test", "stable"];

/// Whether an attribute of a rule compares so with `value`; one that is not there never does.
fn attribute_holds<'r>(
    name: &str,
    own: Option<&Value>,
    comparison: Comparison,
    value: &Value,
) -> Result<bool, Refusal<'r>> {
    let Some(own) = own.filter(|own| !own.is_null()) else { return Ok(false) };
    let cannot = || {
        let reason = format!("a pipeline cannot compare the rule's `{name}` by `{}`", comparison.name());
        Err(Refusal::unsupported(Spot::Top(""), reason))
    };
    let text = value.scalar_text().unwrap_or_default();
    match own {
        Value::Seq(items) => {
            let has = items.iter().any(|item| item == value || item.scalar_text().as_ref() == Some(&text));
            match comparison {
                Comparison::In => Ok(has),
                Comparison::NotIn => Ok(!has),
                _ => Ok(false),
            }
        }
        Value::Str(own) => {
            let ranks: Option<&[&str]> = match name {
                "level" => Some(&LEVELS),
                "status" => Some(&STATUSES),
                _ => None,
            };
            if let Some(ranks) = ranks {
                let rank = |text: &str| ranks.iter().position(|known| text.eq_ignore_ascii_case(known));
                let (Some(own), Some(wanted)) = (rank(own), rank(&text)) else { return Ok(false) };
                return if matches!(comparison, Comparison::In | Comparison::NotIn) {
                    cannot()
                } else {
                    Ok(comparison.holds(own.cmp(&wanted)))
                };
            }
            match comparison {
                Comparison::Equal => Ok(*own == text),
                Comparison::NotEqual => Ok(*own != text),
                Comparison::In | Comparison::NotIn => cannot(),
                // Dates are written from the largest part to the smallest.
                _ if matches!(name, "date" | "modified") => Ok(comparison.holds(own.replace('/', "-").cmp(&text))),
                _ => cannot(),
            }
        }
        Value::Int(_) | Value::Float(_) => match (number(own), number(value)) {
            (Some(a), Some(b)) => Ok(a.partial_cmp(&b).is_some_and(|ordering| comparison.holds(ordering))),
            _ => cannot(),
        },
        Value::Bool(own) => match comparison {
            Comparison::Equal => Ok(Value::Bool(*own) == *value),
            Comparison::NotEqual => Ok(Value::Bool(*own) != *value),
            _ => cannot(),
        },
        Value::Null | Value::Map(_) => cannot(),
    }
}
