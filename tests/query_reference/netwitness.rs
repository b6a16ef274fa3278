//! `NetWitness`.

use super::{Difference, Record};

pub(crate) static RECORDS: &[Record] = &[Record {
    file: "netwitness",
    target: "netwitness",
    format: "default",
    pipelines: &[],
    why: netwitness,
    never: &[],
}];

fn netwitness(difference: &Difference<'_>) -> Option<&'static str> {
    let reference = difference.reference?.concat();
    let Some(ours) = difference.ours.map(<[String]>::concat) else {
        return reference.contains("''").then_some("words without a field cannot be searched for");
    };
    [
        (reference.contains("!exists || "), "`null` is no value, not `-`"),
        (ours.contains("regex '(?-i)") || ours.contains("-i)"), "a regular expression ignores case unless told not to"),
        (ours.contains("(?is)"), "a wildcard that no operator has"),
        (ours.contains("\\\\"), "a backslash in quotes escapes"),
        (ours.contains(" = "), "values of a list are compared whole"),
        (ours.contains(" exists"), "any value is one that exists"),
        (reference.contains(" = true") || reference.contains(" = false"), "there are no booleans, but texts"),
        (ours.contains(",'") || ours.contains("',"), "a key is of one type"),
        (difference.rule.contains('.'), "an address stands without quotes"),
    ]
    .into_iter()
    .find_map(|(is, why)| is.then_some(why))
}

/// From some rule on, the reference writes `contains` for `=` in every list of the same run; the
/// rule converted alone has `=`.
pub(crate) fn without_memory(text: &str) -> String {
    text.replace(" contains ", " = ")
}
