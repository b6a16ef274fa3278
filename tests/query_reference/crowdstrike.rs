//! `CrowdStrike`.

use super::{Difference, Record};

pub(crate) static RECORDS: &[Record] = &[Record {
    file: "crowdstrike",
    target: "crowdstrike",
    format: "default",
    pipelines: &["crowdstrike_fdr"],
    why: crowdstrike,
    never: &[],
}];

fn crowdstrike(difference: &Difference<'_>) -> Option<&'static str> {
    let Some(ours) = difference.ours.map(<[String]>::concat) else {
        let events = difference.reference?.iter().any(|query| query.contains("event_platform="));
        return Some(if events {
            "the events have no such field"
        } else {
            "the sensor has no events for the log source"
        });
    };
    let Some(reference) = difference.reference.map(<[String]>::concat) else {
        return ours.contains("cidr(").then_some("a network is a condition like any other");
    };
    [
        (ours.contains(r"\\Device\\Mup"), "a path of a share is one of a device, too"),
        (
            reference.starts_with("event_simpleName=") && !ours.starts_with("event_simpleName="),
            "the direction of a connection stays where the rule asks for it",
        ),
        (
            ours.matches(r"\HarddiskVolume.").count() > reference.matches(r"\HarddiskVolume.").count(),
            "a colon alone is that of a volume",
        ),
        (ours.contains("SHA256HashData") && reference.contains("Hashes="), "a hash has a field of its own"),
        (
            ours.contains("event_simpleName=") && !reference.contains("event_simpleName="),
            "the sensor has events of other kinds, too",
        ),
        (reference.contains("cidr("), "a network is a condition like any other"),
        (reference.contains("/\""), "words without a field have no quotes"),
        (difference.rule.contains("|windash"), "a negation of all values that `windash` makes"),
        (reference.contains("=//"), "an empty regular expression starts a comment"),
        (ours.contains("/id") || ours.contains("/d"), "a wildcard stands for line breaks, too"),
        (difference.regex(), "a slash ends a regular expression"),
    ]
    .into_iter()
    .find_map(|(is, why)| is.then_some(why))
}
