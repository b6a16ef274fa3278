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
    Record {
        file: "kusto_asim",
        target: "kusto",
        format: "default",
        pipelines: &["sentinel_asim"],
        why: asim,
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

/// What the reference writes, what we write instead, and why.
type Reasons = &'static [(&'static str, &'static str, &'static str)];

fn xdr(difference: &Difference<'_>) -> Option<&'static str> {
    const REASONS: Reasons = &[
        ("RegistryKey ", "RegistryPath ", PATH),
        ("DWORD (", "RegistryValueData ", DATA),
        ("(Empty)", "RegistryValueData", DATA),
        ("Binary Data", "RegistryValueType", DATA),
        ("MD5 startswith", "MD5 ", HASH),
        ("SHA256 startswith", "SHA256 ", HASH),
        ("AccountName contains", "AccountDomain contains", "a part of an account may be one of its domain"),
        ("RequestAccountName ", "InitiatingProcessAccountName ", "the account of a remote request is another one"),
    ];
    of_pipeline(difference, REASONS, "ActionType ")
}

fn asim(difference: &Difference<'_>) -> Option<&'static str> {
    const REASONS: Reasons = &[
        ("RegistryKey ", "RegistryPath ", PATH),
        ("ParentProcessName ", "ActingProcessName ", "the parent of a new process is the acting process"),
        ("TargetFileName ", "TargetFilePath ", "the path of a file is more than its name"),
        ("TargetFilePath ", "ActingProcessName ", "the image is that of the acting process"),
        ("IMPHASH startswith", "IMPHASH ", HASH),
        ("SHA256 startswith", "SHA256 ", HASH),
        ("NetworkDirection ", "Outbound", "a direction has another name"),
        ("HttpStatusCode == ", "HttpStatusCode =~ ", "a number compares with no text"),
        ("HttpStatusCode in", "HttpStatusCode in", "a number compares with no text"),
        ("NetworkDirection ", "Inbound", "a direction has another name"),
        ("UserSessionId == ", "UserSessionId =~ ", "a number compares with no text"),
        ("0x3e7", "999", DATA),
    ];
    of_pipeline(difference, REASONS, "EventType ")
}

const PATH: &str = "a registry path has the name of the value";
const DATA: &str = "the table has the value in another form";
const HASH: &str = "a hash is compared as a whole";

/// The reason of a pipeline, whose tables have kinds of events by the column `kind`.
fn of_pipeline(difference: &Difference<'_>, reasons: Reasons, kind: &str) -> Option<&'static str> {
    let (ours, reference) = match (difference.ours, difference.reference) {
        (None, Some(_)) => return Some("the table does not have what the rule asks for"),
        (Some(_), None) => return Some("the table has what the rule asks for"),
        (ours, reference) => (ours?.concat(), reference?.concat()),
    };
    let fits = |(theirs, better, _): &&(&str, &str, &str)| reference.contains(theirs) && ours.contains(better);
    match reasons.iter().find(fits) {
        Some((.., why)) => Some(why),
        None if ours.matches(kind).count() > reference.matches(kind).count() => {
            Some("the table has events of other kinds too")
        }
        None => kusto(difference),
    }
}
