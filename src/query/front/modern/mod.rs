//! Sigma 2.x: detections with field modifiers, and conditions over them.

mod condition;
pub(in crate::query) mod correlation;
pub(in crate::query) mod filter;
mod modifier;

use std::borrow::Cow;

use crate::model::{Rule, Value};
use crate::query::detection::{Applied, Detection, Expression, Item, LogSource, Named, Scope, Sigma, State};
use crate::query::reading::Compat;
use crate::query::refusal::{Refusal, Spot};
use crate::query::test::Test;
use crate::query::tree::MAX_LEAVES;

use super::{MAX_DEPTH, no_condition};
use modifier::Fault;

/// Modifiers of one key: more than any chain that means something.
const MAX_MODIFIERS: usize = 16;

/// Reads one merged document of a rule.
pub(in crate::query) fn read<'r>(
    rule: &'r Rule,
    document: &'r Value,
    compat: Compat,
) -> Result<Sigma<'r>, Refusal<'r>> {
    let section =
        document.get("detection").ok_or_else(|| Refusal::broken(Spot::Top(""), "the rule has no `detection`"))?;
    let entries = section.as_map().ok_or_else(|| {
        let reason = format!("`detection` must be a mapping, this is {}", section.type_name());
        Refusal::broken(Spot::Top("detection"), reason)
    })?;
    let detections = detections(entries, Scope::Rule, compat)?;
    let conditions = match section.get("condition") {
        Some(Value::Seq(items)) if !items.is_empty() => {
            let one = |(i, item)| condition(item, Spot::Condition(Some(i)));
            items.iter().enumerate().map(one).collect::<Result<_, _>>()?
        }
        Some(Value::Seq(_)) => return Err(Refusal::broken(Spot::Condition(None), "the list of conditions is empty")),
        Some(value) => vec![condition(value, Spot::Condition(None))?],
        None => return Err(no_condition(document, "detection")),
    };
    Ok(Sigma {
        rule,
        logsource: logsource(document),
        detections,
        conditions,
        fields: fields(document),
        state: State::default(),
    })
}

/// The log source of a document.
pub(in crate::query) fn logsource(document: &Value) -> LogSource<'_> {
    let part = |name| Some(Cow::Borrowed(document.get("logsource")?.get(name)?.as_str()?));
    LogSource { product: part("product"), category: part("category"), service: part("service") }
}

/// The fields a document says are worth looking at.
pub(in crate::query) fn fields(document: &Value) -> Vec<Cow<'_, str>> {
    let items = document.get("fields").and_then(Value::as_seq).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(Cow::Borrowed).collect()
}

/// The detections of a section, in document order. Beside them stand the condition, `timeframe`,
/// a setting of the 2019 language that some rules still carry, and in a filter its `rules`.
pub(in crate::query) fn detections(
    entries: &[(String, Value)],
    scope: Scope,
    compat: Compat,
) -> Result<Vec<Named<'_>>, Refusal<'_>> {
    let mut reader = Reader { budget: MAX_LEAVES, compat };
    let is_setting = |name: &str| match name {
        "condition" | "timeframe" => true,
        "rules" => matches!(scope, Scope::Filter(_)),
        _ => false,
    };
    let named = entries.iter().filter(|(name, _)| !is_setting(name)).map(|entry| {
        let detection = reader.detection(entry, &entry.1, 0)?;
        Ok(Named { name: Cow::Borrowed(entry.0.as_str()), scope, detection })
    });
    named.collect()
}

/// Reads a condition.
pub(in crate::query) fn condition<'r>(
    value: &'r Value,
    spot: Spot<'r>,
) -> Result<(Expression<'r>, Spot<'r>), Refusal<'r>> {
    let text = value
        .as_str()
        .ok_or_else(|| Refusal::broken(spot, format!("a condition must be text, this is {}", value.type_name())))?;
    let expression = condition::parse(text).map_err(|problem| {
        let refusal = if problem.aggregation {
            Refusal::unsupported(spot, problem.reason)
        } else {
            Refusal::broken(spot, problem.reason)
        };
        match problem.help {
            Some(help) => refusal.help(help),
            None => refusal,
        }
    })?;
    Ok((expression, spot))
}

struct Reader {
    /// Comparisons that may still be made.
    budget: usize,
    /// Whether values are read as the reference does.
    compat: Compat,
}

impl Reader {
    /// A detection or a part of it; `entry` is what to point at.
    fn detection<'r>(
        &mut self,
        entry: &'r (String, Value),
        value: &'r Value,
        depth: usize,
    ) -> Result<Detection<'r>, Refusal<'r>> {
        let name = &entry.0;
        if depth > MAX_DEPTH {
            let reason = format!("the detection `{name}` is nested deeper than {MAX_DEPTH} levels");
            return Err(Refusal::broken(Spot::Entry(entry), reason));
        }
        match value {
            Value::Map(entries) if !entries.is_empty() => {
                Ok(Detection::All(entries.iter().map(|entry| self.item(entry)).collect::<Result<_, _>>()?))
            }
            Value::Seq(items) if !items.is_empty() && items.iter().all(is_keyword) => {
                Ok(Detection::Item(self.keywords(Spot::Entry(entry), items)?))
            }
            Value::Seq(items) if !items.is_empty() => Ok(Detection::Any(
                items.iter().map(|item| self.detection(entry, item, depth + 1)).collect::<Result<_, _>>()?,
            )),
            Value::Map(_) | Value::Seq(_) => {
                Err(Refusal::broken(Spot::Entry(entry), format!("the detection `{name}` is empty")))
            }
            Value::Null => {
                Err(Refusal::broken(Spot::Entry(entry), format!("the detection `{name}` has nothing to search for")))
            }
            scalar => Ok(Detection::Item(self.keywords(Spot::Item(scalar), std::slice::from_ref(scalar))?)),
        }
    }

    fn keywords<'r>(&mut self, spot: Spot<'r>, values: &'r [Value]) -> Result<Item<'r>, Refusal<'r>> {
        self.spend(values.len(), spot)?;
        let values = values.iter().filter_map(modifier::plain).collect();
        Ok(Item { field: None, values, all: false, negated: false, spot, applied: Applied::default() })
    }

    /// One `field|modifier: value` entry.
    fn item<'r>(&mut self, entry: &'r (String, Value)) -> Result<Detection<'r>, Refusal<'r>> {
        let spot = Spot::Entry(entry);
        let mut parts = entry.0.split('|');
        let field = parts.next().filter(|field| !field.is_empty());
        let modifiers: Vec<&str> = parts.collect();
        check_modifiers(&modifiers, spot)?;
        let written = match &entry.1 {
            Value::Seq(items) if items.is_empty() => std::slice::from_ref(&Value::Null),
            Value::Seq(items) => items.as_slice(),
            value => std::slice::from_ref(value),
        };
        let mut values = Vec::with_capacity(written.len());
        for value in written {
            let mut test = modifier::plain(value).ok_or_else(|| {
                let reason =
                    format!("the value of `{}` must be text or a number, this is {}", entry.0, value.type_name());
                Refusal::broken(spot, reason)
            })?;
            for name in modifiers.iter().filter(|name| !matches!(**name, "all" | "neq")) {
                test = modifier::apply(name, test, value, self.compat).map_err(|fault| match fault {
                    Fault::Misused(reason) => Refusal::broken(spot, reason),
                    Fault::TooMuch(reason) => Refusal::unsupported(spot, reason),
                })?;
            }
            if field.is_none() && matches!(test, Test::Null) {
                return Err(Refusal::broken(spot, "a keyword has nothing to search for"));
            }
            self.spend(if let Test::Any(tests) = &test { tests.len() } else { 1 }, spot)?;
            values.push(test);
        }
        let (all, negated) = (modifiers.contains(&"all"), modifiers.contains(&"neq"));
        let field = field.map(Cow::Borrowed);
        Ok(Detection::Item(Item { field, values, all, negated, spot, applied: Applied::default() }))
    }

    fn spend<'r>(&mut self, leaves: usize, spot: Spot<'r>) -> Result<(), Refusal<'r>> {
        self.budget = self.budget.checked_sub(leaves).ok_or_else(|| {
            Refusal::unsupported(spot, format!("the rule expands to more than {MAX_LEAVES} comparisons"))
        })?;
        Ok(())
    }
}

/// Whether an item of a list is a word to search for anywhere.
fn is_keyword(value: &Value) -> bool {
    !matches!(value, Value::Map(_) | Value::Seq(_) | Value::Null)
}

/// Every modifier is known, and those that read the raw value come first.
fn check_modifiers<'r>(modifiers: &[&str], spot: Spot<'r>) -> Result<(), Refusal<'r>> {
    if modifiers.len() > MAX_MODIFIERS {
        return Err(Refusal::broken(spot, format!("the key has more than {MAX_MODIFIERS} modifiers")));
    }
    for (i, name) in modifiers.iter().enumerate() {
        if !modifier::is_known(name) {
            let refusal = Refusal::broken(spot, format!("`{name}` is no modifier of Sigma"));
            return Err(match modifier::nearest(name) {
                Some(known) => refusal.help(format!("did you mean `{known}`?")),
                None => refusal,
            });
        }
        let first = modifiers[..i].iter().all(|before| matches!(*before, "all" | "neq"));
        if modifier::reads_raw(name) && !first {
            return Err(Refusal::broken(spot, format!("modifier `{name}` must come first")));
        }
    }
    Ok(())
}
