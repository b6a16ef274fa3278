//! IBM `QRadar`.

use super::{Difference, Record};

pub(crate) static RECORDS: &[Record] = &[Record {
    file: "qradar_aql",
    target: "qradar-aql",
    format: "default",
    pipelines: &["qradar_aql_fields"],
    why: qradar,
    never: &[],
}];

/// What the reference writes, what we write instead, and why. The first that fits is named.
const REASONS: &[(&str, &str, &str)] = &[
    ("CONCAT('", "", "a text in single quotes is no property"),
    ("", "eventsource", "the service of AWS is looked for in the payload"),
    ("", " IMATCHES ", "`%` and `_` are wildcards that have no escape"),
    (" LIKE '%'", " IS NOT NULL", "any value is one that is not null"),
    ("='", "LOWER(", "`=` and `IN` compare in exact case"),
    (" IN(", "LOWER(", "`=` and `IN` compare in exact case"),
];

fn qradar(difference: &Difference<'_>) -> Option<&'static str> {
    let reference = difference.reference.map(<[String]>::concat);
    let ours = difference.ours?.concat();
    if ours.contains("STR(") {
        return Some("an address is no text");
    }
    if ours.contains(")=LOWER(") {
        return Some("two properties can be compared");
    }
    let fits = |(theirs, better, _): &&(&str, &str, &str)| {
        reference.as_ref().is_some_and(|reference| reference.contains(theirs) && *reference != ours)
            && ours.contains(better)
    };
    REASONS.iter().find(fits).map(|(_, _, why)| *why)
}

/// Why the text differs in both modes.
pub(crate) fn hint(difference: &Difference<'_>) -> Option<&'static str> {
    let ours = difference.ours?.concat();
    let Some(reference) = difference.reference.map(<[String]>::concat) else {
        return Some(if ours.contains("UTF8(payload)") {
            "words without a field are looked for in the payload"
        } else {
            "numbers, networks and regular expressions are values of a property, too"
        });
    };
    [
        (reference.contains("(QIDNAME(qid)"), "a condition that is left alone needs no parentheses"),
        (reference.contains("(11, 12)"), "Linux has no scheduled tasks of Windows"),
        (reference.contains("payload)) LIKE '%readtoend'"), "a payload goes on behind the value"),
        (reference.contains("$env:temp*%"), "a backslash before a wildcard is one of the value"),
        (reference.replace(['(', ')'], "") == ours.replace(['(', ')'], ""), "a bracket in a text groups nothing"),
    ]
    .into_iter()
    .find_map(|(is, why)| is.then_some(why))
}
