//! Microsoft Defender, Sentinel and Azure Data Explorer.

use super::{Difference, Record};

pub(crate) static RECORDS: &[Record] = &[
    Record { file: "kusto", target: "kusto", format: "default", pipelines: &[], why: kusto, never: &[] },
    Record {
        file: "kusto_xdr",
        target: "kusto",
        format: "default",
        pipelines: &["microsoft_xdr"],
        why: xdr,
        never: LOGOFF,
    },
];

/// Rules that ask for nothing but an event id, which the reference leaves out.
const LOGOFF: &[(&str, &str)] = &[
    ("rules/windows/builtin/security/win_security_user_logoff.yml", ONLY_AN_ID),
    ("rules/windows/builtin/security/win_security_workstation_was_locked.yml", ONLY_AN_ID),
];
const ONLY_AN_ID: &str = "nothing is left of a rule without its event id";

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

/// The reasons of the pipelines: what the reference writes, what we write instead.
fn xdr(difference: &Difference<'_>) -> Option<&'static str> {
    const ALSO: &str = "the table has events of other kinds too";
    const OF_PIPELINE: &[(&str, &str, &str)] = &[
        ("RegistryKey ", "RegistryPath ", "a registry path has the name of the value"),
        ("DWORD (", "RegistryValueData ", "Defender writes registry data in another way"),
        ("(Empty)", "RegistryValueData", "Defender writes registry data in another way"),
        ("Binary Data", "RegistryValueType", "Defender writes registry data in another way"),
        ("MD5 startswith", "MD5 ", "a hash is compared as a whole"),
        ("SHA256 startswith", "SHA256 ", "a hash is compared as a whole"),
        ("AccountName contains", "AccountDomain contains", "a part of an account may be one of its domain"),
        ("RequestAccountName ", "InitiatingProcessAccountName ", "the account of a remote request is another one"),
    ];
    let (ours, reference) = match (difference.ours, difference.reference) {
        (None, Some(_)) => return Some("the table does not have what the rule asks for"),
        (Some(_), None) => return Some("the table has what the rule asks for"),
        (ours, reference) => (ours?.concat(), reference?.concat()),
    };
    let fits = |(theirs, better, _): &&(&str, &str, &str)| reference.contains(theirs) && ours.contains(better);
    match OF_PIPELINE.iter().find(fits) {
        Some((.., why)) => Some(why),
        None if ours.matches("ActionType ").count() > reference.matches("ActionType ").count() => Some(ALSO),
        None => kusto(difference),
    }
}
