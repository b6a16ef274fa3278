//! Splunk.

use super::{Difference, Record};

pub(crate) static RECORDS: &[Record] = &[
    Record { file: "splunk", target: "splunk", format: "default", pipelines: &[], why: splunk, never: &[] },
    Record {
        file: "splunk_windows",
        target: "splunk",
        format: "default",
        pipelines: &["splunk_windows"],
        why: splunk,
        never: &[],
    },
    Record {
        file: "splunk_savedsearches",
        target: "splunk",
        format: "savedsearches",
        pipelines: &["splunk_windows"],
        why: splunk,
        never: &[],
    },
    Record {
        file: "splunk_cim",
        target: "splunk",
        format: "data_model",
        pipelines: &["splunk_cim"],
        why: data_model,
        never: &[],
    },
];

fn data_model(difference: &Difference<'_>) -> Option<&'static str> {
    let (ours, reference) = (difference.ours?.concat(), difference.reference?.concat());
    [
        (
            reference.contains("datamodel=Web.Proxy"),
            "a dataset that is not the root of its model, which is a node of it",
        ),
        (reference.contains("Registry.registry_key_name"), "a path of the registry is one of a value"),
        (reference.contains("Condition=\"true\""), "a regular expression, which `tstats` cannot look for"),
        (ours.contains("| regex "), "a regular expression, which `tstats` cannot look for"),
    ]
    .into_iter()
    .find_map(|(is, why)| is.then_some(why))
    .or_else(|| splunk(difference))
}

fn splunk(difference: &Difference<'_>) -> Option<&'static str> {
    let ours = difference.ours?.concat();
    let Some(reference) = difference.reference.map(<[String]>::concat) else {
        return ours.contains("lower(").then_some("a comparison of two fields as one of several alternatives");
    };
    [
        (reference.contains("NOT NOT"), "a negation of a missing field"),
        (ours.contains("lower("), "a comparison of two fields in any case"),
        (
            reference.contains("\\*") && difference.rule.contains("keywords"),
            "a literal `*` in a word without a field, which stands for anything",
        ),
        (reference.starts_with('\n') && ours.starts_with('*'), "a search before the first command, which needs events"),
        (reference.contains("search =  \\\n"), "a search before the first command, which needs events"),
        (ours.contains("(?is)^"), "a literal `*`, or a `?`, which a search does not know"),
        (reference.contains("| search OR"), "a term that is one of several alternatives, taken out of them"),
        (difference.rule.contains("|windash"), "a negation of all values that `windash` makes"),
        (difference.regex(), "a regular expression that is one of several alternatives, or negated with others"),
        (reference.contains("=\"") && difference.rule.contains("|cidr"), "the name of a field in quotes"),
    ]
    .into_iter()
    .find_map(|(is, why)| is.then_some(why))
}
