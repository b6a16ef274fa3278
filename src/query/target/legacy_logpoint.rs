//! `legacy-logpoint`: `LogPoint` searches as the converter of February 2019 wrote them.

use std::fmt::Write as _;

use crate::model::Value;
use crate::query::aggregation::Aggregation;
use crate::query::front::legacy::{Condition, Leaf, Rule};
use crate::query::reading::Reading;
use crate::query::refusal::{Documents, Refusal, Spot};

use super::legacy_splunk::quoted;
use super::legacy_text::{Done, LegacyDialect, Tokens, cannot_count, documents, items, words};
use super::{Format, LegacyTarget, Target, only_2019};

pub(super) const TARGET: Target = Target {
    name: "legacy-logpoint",
    title: "LogPoint (2019)",
    description: "LogPoint search of the 2019 converter, for rules of its language",
    formats: &[Format { name: "default", description: "the search", language: "text", write: modern, correlate: None }],
    legacy: Some(LegacyTarget { write: searches, end: "", index_field: false }),
};

fn modern<'n>(_: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    Err(only_2019("legacy-logpoint", "logpoint"))
}

fn searches<'r>(rules: &[Rule<'r>]) -> Documents<'r> {
    documents(rules, |_, condition| {
        let Some(search) = LogPoint.query(condition)? else { return Ok(None) };
        finished(search, condition).map(Some)
    })
}

/// A search with what it counts.
pub(super) fn finished<'r>(mut search: String, condition: &Condition<'r>) -> Result<String, Refusal<'r>> {
    match condition.aggregation {
        None => {}
        Some(Aggregation::Near) => {
            return Err(cannot_count(condition, "a LogPoint search cannot relate events in time, as `near` asks"));
        }
        Some(Aggregation::Count { function, field, by, comparison, value }) => {
            let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
            let (field, sign) = (field.unwrap_or_default(), comparison.sign());
            let _ = write!(search, " | chart {function}({field}) as val{by} | search val {sign} {value}");
        }
    }
    Ok(search)
}

/// The searches of 2019.
pub(super) struct LogPoint;

impl LegacyDialect for LogPoint {
    const TOKENS: Tokens = words(" ", " OR ", " -");

    fn field<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        out.push_str(leaf.name);
        if let Value::Seq(list) = leaf.value() {
            return items(out, list, (" IN [", ", ", "]"), |out, item| quoted(out, item, Spot::Item(item)));
        }
        out.push('=');
        quoted(out, leaf.value(), Spot::Entry(leaf.entry))
    }

    fn null<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        out.extend(["-", leaf.name, "=*"]);
        Ok(())
    }

    fn keyword<'r>(&mut self, out: &mut String, value: &'r Value) -> Done<'r> {
        quoted(out, value, Spot::Item(value))
    }
}
