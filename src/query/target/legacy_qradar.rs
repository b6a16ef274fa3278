//! `legacy-qradar`: AQL of `QRadar` as the converter of February 2019 wrote it.

use crate::model::Value;
use crate::query::aggregation::Aggregation;
use crate::query::front::legacy::{Condition, Leaf, Rule};
use crate::query::reading::Reading;
use crate::query::refusal::{Documents, Refusal, Spot};

use super::legacy_text::{Done, LegacyDialect, Tokens, any_text_of, cannot_count, documents, items, text_of, words};
use super::{Format, LegacyTarget, Target, only_2019};

pub(super) const TARGET: Target = Target {
    name: "legacy-qradar",
    title: "QRadar (2019)",
    description: "QRadar AQL of the 2019 converter, for rules of its language",
    formats: &[Format {
        name: "default",
        description: "the statement",
        language: "sql",
        write: modern,
        correlate: None,
    }],
    legacy: Some(LegacyTarget { write: statements, end: "", index_field: false }),
};

fn modern<'n>(_: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    Err(only_2019("legacy-qradar", "qradar-aql"))
}

fn statements<'r>(rules: &[Rule<'r>]) -> Documents<'r> {
    documents(rules, |rule, condition| {
        let Some(search) = Aql.query(condition)? else { return Ok(None) };
        statement(rule, condition, &search).map(Some)
    })
}

fn statement<'r>(rule: &Rule<'r>, condition: &Condition<'r>, search: &str) -> Result<String, Refusal<'r>> {
    match condition.aggregation {
        None => Ok(format!("SELECT UTF8(payload) as search_payload from events where {search}")),
        Some(Aggregation::Near) => {
            Err(cannot_count(condition, "an AQL statement cannot relate events in time, as `near` asks"))
        }
        Some(Aggregation::Count { function, field, by, comparison, value }) => {
            let (sign, counted) = (comparison.sign(), field.unwrap_or("None"));
            let select = format!("SELECT {function}({counted}) as agg_val from events where");
            let having = format!("having agg_val {sign} {value}");
            Ok(match by {
                None => format!("{select}{search} group by {counted} {having}"),
                Some(by) => format!(" {select} {search} group by {by} {having}{}", last(rule)?),
            })
        }
    }
}

/// How far back the statement looks; a unit the converter did not know became months.
fn last<'r>(rule: &Rule<'r>) -> Result<String, Refusal<'r>> {
    let text = match rule.document.get("detection").and_then(|detection| detection.get("timeframe")) {
        None | Some(Value::Null) => return Ok(String::new()),
        Some(Value::Str(text)) => text.as_str(),
        Some(_) => "",
    };
    let split = text.char_indices().next_back().map_or(0, |(at, _)| at);
    let (number, unit) = text.split_at(split);
    let number: i64 = number.trim().replace('_', "").parse().map_err(|_| {
        let reason = "an AQL statement needs a `timeframe` of a number and a unit, such as `30m`";
        Refusal::unsupported(Spot::Top("detection"), reason)
    })?;
    let unit = match unit {
        "s" => "seconds",
        "m" => "minutes",
        "h" => "hours",
        "d" => "days",
        _ => "months",
    };
    Ok(format!(" LAST {number} {unit}"))
}

struct Aql;

impl LegacyDialect for Aql {
    const TOKENS: Tokens = words(" and ", " or ", "not ");

    fn field<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        let Value::Seq(list) = leaf.value() else {
            let text = text_of(leaf.value(), Spot::Entry(leaf.entry))?;
            name(out, leaf.name);
            comparison(out, &text, "=");
            return Ok(());
        };
        items(out, list, ("(", " or ", ")"), |out, item| {
            name(out, leaf.name);
            comparison(out, &any_text_of(item, Spot::Item(item))?, " = ");
            Ok(())
        })
    }

    fn null<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        out.extend([leaf.name, " is null"]);
        Ok(())
    }

    fn keyword<'r>(&mut self, out: &mut String, value: &'r Value) -> Done<'r> {
        let text = text_of(value, Spot::Item(value))?;
        out.extend(["UTF8(payload) ilike '%", &text.replace('"', "\\\""), "%'"]);
        Ok(())
    }
}

fn name(out: &mut String, name: &str) {
    if name.contains(' ') {
        out.extend(["\"", name, "\""]);
    } else {
        out.push_str(name);
    }
}

fn comparison(out: &mut String, text: &str, equals: &str) {
    let text = text.replace('"', "\\\"");
    if text.contains('*') {
        out.extend([" ilike '", &text.replace('*', "%"), "'"]);
    } else {
        out.extend([equals, "'", &text, "'"]);
    }
}
