//! `VictoriaLogs`.

use super::{Difference, Record};

pub(crate) static RECORDS: &[Record] = &[Record {
    file: "victorialogs",
    target: "victorialogs",
    format: "default",
    pipelines: &[],
    why: victorialogs,
    never: &[],
}];

/// What the reference writes, what we write instead, and why. The first that fits is named.
const REASONS: &[(&str, &str, &str)] = &[
    ("", "*:~\"", "words without a field may stand in any field"),
    (":eq_field(", ":* AND ", "fields that are not there are equal"),
    (":\"", ":~\"", "a phrase is of whole words and in exact case"),
    (":~\"", ":~\"(?is)", "a regular expression for a wildcard needs its ends and any case"),
    (":=\"", ":~\"(?i)", "text is compared in exact case"),
    (":in(\"", ":~\"(?i)", "text is compared in exact case"),
    (":~\"", ":~\"(?i)", "a regular expression for a wildcard needs its ends and any case"),
];

fn victorialogs(difference: &Difference<'_>) -> Option<&'static str> {
    let Some(ours) = difference.ours else {
        return difference.regex().then_some("a regular expression that RE2 does not take");
    };
    let ours = ours.join("\n");
    let reference = difference.reference?.join("\n").replace(":\"\"", "");
    let fits = |(theirs, better, _): &&(&str, &str, &str)| reference.contains(theirs) && ours.contains(better);
    REASONS.iter().find(fits).map(|(_, _, why)| *why)
}
