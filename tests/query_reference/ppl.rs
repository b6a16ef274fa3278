//! The Piped Processing Language of `OpenSearch`.

use super::{Difference, Record};

pub(crate) static RECORDS: &[Record] =
    &[Record { file: "opensearch_ppl", target: "opensearch", format: "ppl", pipelines: &[], why: ppl, never: &[] }];

/// The first thing that is not right in the reference's text.
fn ppl(difference: &Difference<'_>) -> Option<&'static str> {
    let ours = difference.ours?.join("\n");
    let Some(reference) = difference.reference else {
        return (ours.contains("=true") || ours.contains("=false")).then_some("booleans");
    };
    let reference = reference.join("\n");
    let sloppy = reference.contains("%\"") || reference.contains("\"%");
    Some(if ours.contains("query_string(") {
        "words without a field are searched with `query_string`"
    } else if reference.contains("match(") && ours.contains("regexp_match(") {
        "regular expressions are matched with `regexp_match`"
    } else if difference.rule.contains('\\') {
        "backslashes are kept"
    } else if ours.contains("isnotnull(") {
        "a `not` finds events without the field too"
    } else if !reference.contains("LIKE(") || ours.matches("LIKE(").count() > reference.matches("LIKE(").count() {
        "text is compared in any case"
    } else if sloppy {
        "wildcards stand inside the quotes"
    } else {
        return None;
    })
}
