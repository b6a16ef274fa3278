//! Microsoft Defender, Sentinel and Azure Data Explorer.

use super::{Difference, Record};

pub(crate) static RECORDS: &[Record] =
    &[Record { file: "kusto", target: "kusto", format: "default", pipelines: &[], why: kusto, never: &[] }];

/// What the reference writes, what we write instead, and why. The first that fits is named.
const REASONS: &[(&str, &str, &str)] = &[
    ("'' ", "['", "a name in quotes twice does not parse"),
    ("' ", "['", "a name in quotes is a text, not a column"),
    ("", "* contains ", "a text alone is no condition"),
    ("", "* matches regex ", "a text alone is no condition"),
    ("", "* has ", "a number alone is no condition"),
    (":", "ipv6_is_in_range(", "an IPv6 network needs the function for IPv6"),
    ("ipv4_is_in_range(", "coalesce(ipv4_is_in_range(", "what is no IPv4 address gives null, and so does its negation"),
    ("isnull(", "isempty(", "a string is never null, but empty"),
    ("has_all (", " =~ ", "`has_all` looks for words, not for the value"),
    (" contains ", "matches regex \"(?is)", "an inner wildcard looks for its pieces in any order"),
    ("matches regex ", "matches regex \"(?is)", "a regular expression for a wildcard needs its ends and any case"),
    ("startswith \"\"", "isnotempty(", "a missing field starts with the empty string"),
    (" in~ (\"", " in (", "`in~` takes no column of numbers"),
    (" =~ true", "tobool(", "`=~` compares no booleans"),
    (" or ", ") or (", "a long chain of conditions is too deep for the engine"),
    ("", "isnotempty(", "fields can be compared"),
];

fn kusto(difference: &Difference<'_>) -> Option<&'static str> {
    let ours = difference.ours?.join("\n");
    let reference = difference.reference.map(|queries| queries.join("\n"));
    let fits = |(theirs, better, _): &&(&str, &str, &str)| match &reference {
        Some(reference) => {
            reference.contains(theirs)
                && ours.contains(better)
                && reference.matches(better).count() != ours.matches(better).count()
        }
        None => theirs.is_empty() && ours.contains(better),
    };
    REASONS.iter().find(fits).map(|(_, _, why)| *why)
}
