//! Logpoint.

use super::{Difference, Record};

pub(crate) static RECORDS: &[Record] =
    &[Record { file: "logpoint", target: "logpoint", format: "default", pipelines: &[], why: logpoint, never: &[] }];

fn logpoint(difference: &Difference<'_>) -> Option<&'static str> {
    let ours = difference.ours?.join("\n");
    let Some(reference) = difference.reference else {
        return ours.contains("=\"true\"").then_some("booleans are text");
    };
    let reference = reference.join("\n");
    let commands = |text: &str| text.matches("| process regex(").count();
    let reasons = [
        (ours.contains("=\"-\"") && !reference.contains("=\"-\""), "a dash is a value"),
        (reference.contains("!=*"), "no value is written as a field that is not there"),
        (commands(&ours) > commands(&reference), "a literal wildcard has no escape"),
        (ours.contains("\\x22"), "a quote would end a regular expression"),
        (has_odd_group(&reference), "what commands make has plain names"),
        (ours.contains("process regex(\"(?i)("), "flags stand before the whole expression"),
        (commands(&ours) > 0 && !ours.starts_with('\n'), "terms that need no command come first"),
        (ours.contains("?:*\"") || ours.contains("::*\""), "a network of IPv6 is more than the beginning of a text"),
    ];
    reasons.iter().find(|(fits, _)| *fits).map(|(_, why)| *why)
}

/// Whether a group of a regular expression has a name with signs.
fn has_odd_group(query: &str) -> bool {
    let name = |rest: &str| rest.split_once('>').is_some_and(|(name, _)| name.contains(['-', '.']));
    query.split("regex(\"(?P<").skip(1).any(name)
}
