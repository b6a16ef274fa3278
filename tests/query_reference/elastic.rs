//! Elastic's own languages: EQL and ES|QL.

use super::{Difference, Record};

pub(crate) static RECORDS: &[Record] = &[
    Record { file: "eql", target: "eql", format: "default", pipelines: &[], why: eql, never: &[] },
    Record { file: "esql", target: "esql", format: "default", pipelines: &[], why: esql, never: &[] },
    Record { file: "eql_ecs", target: "eql", format: "default", pipelines: &["ecs_windows"], why: eql, never: &[] },
    Record { file: "esql_ecs", target: "esql", format: "default", pipelines: &["ecs_windows"], why: esql, never: &[] },
];

/// Whether a `:` or `like~` of the reference stands before a number.
fn number_as_text(query: &str) -> bool {
    let digit = |rest: &str| rest.starts_with(|c: char| c.is_ascii_digit());
    let after = |mark| query.match_indices(mark).any(|(at, mark): (usize, &str)| digit(&query[at + mark.len()..]));
    after(":") || after("like~ (")
}

fn eql(difference: &Difference<'_>) -> Option<&'static str> {
    let reference = difference.reference.unwrap_or_default().concat();
    if difference.ours.is_none() {
        return if difference.regex() {
            Some("a regular expression Lucene does not have")
        } else {
            reference.contains('"').then_some("words without a field, which EQL cannot search for")
        };
    }
    if difference.reference.is_none() {
        return Some("`exists`, which the reference refuses");
    }
    let dashed = |word: &str| word.contains('-') && !word.contains('"');
    [
        (difference.regex(), "a regular expression in Lucene's own syntax"),
        (number_as_text(&reference), "a number, which `:` and `like~` do not take"),
        (reference.contains(":true") || reference.contains(":false"), "a boolean, which `:` does not take"),
        (reference.contains(":\"*\""), "a field that must be there, whatever type it has"),
        (reference.split([' ', ':', '=', '(']).any(dashed), "a field name that has to stand in back-quotes"),
        (reference.contains("\\*") || reference.contains("\\?"), "a literal `*` or `?`, which has no escape"),
        (reference.contains("like~ (\"127.0.0.1"), "a list of addresses, which fields of type `ip` know by `==` only"),
        (reference.contains("\\\n") || reference.contains("\\\t"), "a line break or tab in a value"),
    ]
    .into_iter()
    .find_map(|(is, why)| is.then_some(why))
}

fn esql(difference: &Difference<'_>) -> Option<&'static str> {
    let ours = match difference.ours {
        None if difference.regex() => return Some("a regular expression Lucene does not have"),
        None => return None,
        Some(ours) => ours.concat(),
    };
    let Some(reference) = difference.reference.map(<[String]>::concat) else {
        return (ours.contains("qstr(") || ours.contains("is null") || ours.contains("date_extract"))
            .then_some("words without a field, which the reference refuses");
    };
    [
        (difference.rule.contains("|fieldref"), "a compared field that gets its name in the schema, too"),
        (difference.regex(), "a regular expression in Lucene's own syntax"),
        (ours.contains("coalesce("), "a negation that must not lose events without the field"),
        (ours.contains("to_lower("), "a comparison in any case"),
        (ours.contains('`'), "a field name that has to stand in back-quotes"),
        (reference.contains("\\*") || reference.contains("\\?"), "a literal `*` or `?` in a string"),
    ]
    .into_iter()
    .find_map(|(is, why)| is.then_some(why))
}
