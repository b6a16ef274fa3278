//! `legacy-splunk`: Splunk searches as the converter of February 2019 wrote them.

use std::fmt::Write as _;

use crate::model::Value;
use crate::query::aggregation::Aggregation;
use crate::query::front::legacy::{Condition, Leaf, Rule};
use crate::query::reading::Reading;
use crate::query::refusal::{Documents, Refusal, Spot};

use super::legacy_text::{Done, LegacyDialect, Tokens, cannot_count, documents, escape, items, text_of, words};
use super::{Format, LegacyTarget, Target, only_2019};

pub(super) const TARGET: Target = Target {
    name: "legacy-splunk",
    title: "Splunk (2019)",
    description: "Splunk search of the 2019 converter, for rules of its language",
    formats: &[Format { name: "default", description: "the search", language: "spl", write: modern, correlate: None }],
    legacy: Some(LegacyTarget { write: searches, end: "", index_field: true }),
};

fn modern<'n>(_: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    Err(only_2019("legacy-splunk", "splunk"))
}

fn searches<'r>(rules: &[Rule<'r>]) -> Documents<'r> {
    documents(rules, |rule, condition| {
        let Some(search) = Splunk.query(condition)? else { return Ok(None) };
        finished(search, rule, condition).map(Some)
    })
}

/// A search with what it counts and the fields it shows.
pub(super) fn finished<'r>(
    mut search: String,
    rule: &Rule<'r>,
    condition: &Condition<'r>,
) -> Result<String, Refusal<'r>> {
    aggregation(&mut search, condition)?;
    let fields = rule.fields()?;
    if !fields.is_empty() {
        search.extend([" | table ", &fields.join(",")]);
    }
    Ok(search)
}

fn aggregation<'r>(search: &mut String, condition: &Condition<'r>) -> Done<'r> {
    let (function, field, by, comparison, value) = match condition.aggregation {
        None => return Ok(()),
        Some(Aggregation::Near) => {
            return Err(cannot_count(condition, "a Splunk search cannot relate events in time, as `near` asks"));
        }
        Some(Aggregation::Count { function, field, by, comparison, value }) => {
            (function, field, by, comparison.sign(), value)
        }
    };
    let counted = match (function, field) {
        ("count", None) => "count".to_owned(),
        ("count", Some(field)) => format!("dc({field})"),
        (function, field) => format!("{function}({})", field.unwrap_or_default()),
    };
    // Without a field, no space stood before the bar that follows the grouping.
    let space = if counted == "count" && by.is_some() { "" } else { " " };
    let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
    let _ = write!(search, " | eventstats {counted} as val{by}{space}| search val {comparison} {value}");
    Ok(())
}

/// The searches of 2019.
pub(super) struct Splunk;

impl LegacyDialect for Splunk {
    const TOKENS: Tokens = words(" ", " OR ", "NOT ");

    fn field<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        let Value::Seq(list) = leaf.value() else {
            out.extend([leaf.name, "="]);
            return quoted(out, leaf.value(), Spot::Entry(leaf.entry));
        };
        items(out, list, ("(", " OR ", ")"), |out, item| {
            out.extend([leaf.name, "="]);
            quoted(out, item, Spot::Item(item))
        })
    }

    fn null<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        out.extend(["NOT ", leaf.name, "=\"*\""]);
        Ok(())
    }

    fn keyword<'r>(&mut self, out: &mut String, value: &'r Value) -> Done<'r> {
        quoted(out, value, Spot::Item(value))
    }

    fn index(&mut self, out: &mut String, name: &str) {
        out.push_str("index=\"");
        escape(out, name, |c| c == '"');
        out.push('"');
    }
}

/// A value in quotes, as Splunk and `LogPoint` take it.
pub(super) fn quoted<'r>(out: &mut String, value: &Value, spot: Spot<'r>) -> Done<'r> {
    let text = text_of(value, spot)?;
    out.push('"');
    escape(out, &text, |c| c == '"');
    out.push('"');
    Ok(())
}
