//! Filters (Sigma filters specification 2.1): conditions added to the rules they name.

use crate::model::{Rule, Value};
use crate::query::detection::{Expression, LogSource, Scope, Sigma, State};
use crate::query::reading::Compat;
use crate::query::refusal::{NotConvertible, Refusal, Spot};
use crate::query::tree::trees;

use super::super::no_condition;
use super::{condition, detections, logsource};

/// Whether a filter can be read at all, whatever rules it names.
///
/// # Errors
/// If it cannot, at its own place.
pub(in crate::query) fn check(filter: &Rule) -> Result<(), NotConvertible> {
    let Some((index, document)) = section_of(filter) else { return Ok(()) };
    read(filter, document, Scope::Filter(0), Compat::Strict)
        .map(drop)
        .map_err(|refusal| told(refusal, filter, index, document))
}

/// Narrows `sigma` by the `number`th filter that names its rule, if it is for its log source.
///
/// # Errors
/// If the filter cannot be read: without it, the query would find what nobody wants to see.
pub(in crate::query) fn apply<'r>(
    sigma: &mut Sigma<'r>,
    filter: &'r Rule,
    number: u16,
    compat: Compat,
) -> Result<(), NotConvertible> {
    let Some((index, document)) = section_of(filter) else { return Ok(()) };
    if !covers(&logsource(document), &sigma.logsource) {
        return Ok(());
    }
    let scope = Scope::Filter(number);
    let mut read = read(filter, document, scope, compat).map_err(|refusal| told(refusal, filter, index, document))?;
    sigma.detections.append(&mut read.detections);
    for (old, _) in &mut sigma.conditions {
        let rule = std::mem::replace(old, Expression::Detection(0));
        let narrowing = read.conditions.iter().map(|(expression, _)| expression.clone());
        *old = Expression::And(std::iter::once(rule).chain(narrowing).collect());
    }
    Ok(())
}

fn section_of(filter: &Rule) -> Option<(usize, &Value)> {
    filter.documents.iter().enumerate().find(|(_, document)| document.get("filter").is_some())
}

/// The refusal at the filter's own place: what is wrong there is wrong for all rules it names.
fn told(refusal: Refusal<'_>, filter: &Rule, index: usize, document: &Value) -> NotConvertible {
    let mut why = refusal.locate(filter, index, document);
    why.reason = format!("the filter `{}` cannot be read: {}", filter.title, why.reason);
    why
}

/// The number and value of a filter's document, and what it says, as a rule of its own.
pub(in crate::query) fn alone(filter: &Rule) -> Option<(usize, &Value, Result<Sigma<'_>, Refusal<'_>>)> {
    let (index, document) = section_of(filter)?;
    Some((index, document, read(filter, document, Scope::Filter(0), Compat::Strict)))
}

/// The detections of a filter, and its condition over them.
fn read<'r>(filter: &'r Rule, document: &'r Value, scope: Scope, compat: Compat) -> Result<Sigma<'r>, Refusal<'r>> {
    let section = document.get("filter").and_then(Value::as_map).ok_or_else(|| {
        Refusal::broken(Spot::Top("filter"), "`filter` must be a mapping of rules, selections and a condition")
    })?;
    let value = section.iter().find(|(key, _)| key == "condition").map(|(_, value)| value);
    let value = value.ok_or_else(|| no_condition(document, "filter"))?;
    let (expression, spot) = condition(value, Spot::Item(value))?;
    let alone = Sigma {
        rule: filter,
        logsource: LogSource::default(),
        detections: detections(section, scope, compat)?,
        conditions: vec![(Expression::In(scope, Box::new(expression)), spot)],
        fields: Vec::new(),
        state: State::default(),
    };
    // Names are looked up here, so that a wrong one is told where it stands and not in a rule.
    match trees(&alone) {
        Ok(_) => Ok(alone),
        Err(refusal) => Err(refusal.retold(spot, "")),
    }
}

/// Whether each part the filter gives is the rule's.
fn covers(filter: &LogSource<'_>, rule: &LogSource<'_>) -> bool {
    let same = |filter: &Option<_>, rule: &Option<_>| filter.is_none() || filter == rule;
    same(&filter.product, &rule.product)
        && same(&filter.category, &rule.category)
        && same(&filter.service, &rule.service)
}
