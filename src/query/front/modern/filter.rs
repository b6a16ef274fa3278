//! Filters (Sigma filters specification 2.1): conditions added to the rules they name.

use crate::model::{Rule, Value};
use crate::query::detection::{Expression, LogSource, Scope, Sigma};
use crate::query::reading::Compat;
use crate::query::refusal::{NotConvertible, Refusal, Spot};

use super::{condition, detections, logsource};

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
    let Some((index, document)) = filter.documents.iter().enumerate().find(|(_, d)| d.get("filter").is_some()) else {
        return Ok(());
    };
    if !covers(&logsource(document), &sigma.logsource) {
        return Ok(());
    }
    narrow(sigma, document, Scope::Filter(number), compat).map_err(|refusal| {
        let mut why = refusal.locate(filter, index, document);
        why.reason =
            format!("the filter `{}`, which applies to the rule, cannot be read: {}", filter.title, why.reason);
        why
    })
}

fn narrow<'r>(sigma: &mut Sigma<'r>, document: &'r Value, scope: Scope, compat: Compat) -> Result<(), Refusal<'r>> {
    let section = document.get("filter").and_then(Value::as_map).ok_or_else(|| {
        Refusal::broken(Spot::Top("filter"), "`filter` must be a mapping of rules, selections and a condition")
    })?;
    let value = section.iter().find(|(key, _)| key == "condition").map(|(_, value)| value);
    let value = value.ok_or_else(|| Refusal::broken(Spot::Top("filter"), "`filter` has no `condition`"))?;
    let (expression, _) = condition(value, Spot::Item(value))?;
    sigma.detections.extend(detections(section, scope, compat)?);
    for (old, _) in &mut sigma.conditions {
        let rule = std::mem::replace(old, Expression::Detection(0));
        *old = Expression::And(vec![rule, Expression::In(scope, Box::new(expression.clone()))]);
    }
    Ok(())
}

/// Whether each part the filter gives is the rule's.
fn covers(filter: &LogSource<'_>, rule: &LogSource<'_>) -> bool {
    let same = |filter: &Option<_>, rule: &Option<_>| filter.is_none() || filter == rule;
    same(&filter.product, &rule.product)
        && same(&filter.category, &rule.category)
        && same(&filter.service, &rule.service)
}
