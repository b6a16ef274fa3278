//! Findings as a Code Quality report of GitLab: a JSON list, the gravest first.
//!
//! GitLab knows a finding by its fingerprint and shows only one of each, so they are all different.

use std::io;

use serde_json::{Value, json};

use crate::report::{Findings, Severity};
use crate::text::visible_in_json;

use super::fingerprint::Fingerprints;
use super::position::Files;
use super::{Lookup, message_and_help, worst_first};

/// Writes the list, with a final newline.
///
/// # Errors
/// If `out` does not take it.
pub fn gitlab(findings: &Findings, lookup: &Lookup<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut files = Files::new(lookup);
    let mut fingerprints = Fingerprints::default();
    let issue = |finding| {
        let finding: &crate::report::Finding = finding;
        let file = files.get(finding.at.file());
        let (begin, end) = file.line_range(&finding.at);
        json!({
            "description": message_and_help(finding),
            "check_name": finding.code.to_string(),
            "fingerprint": fingerprints.next(finding, file),
            "severity": severity(finding.severity),
            "location": { "path": file.source.path, "lines": { "begin": begin, "end": end } },
        })
    };
    let issues: Vec<Value> = worst_first(findings).into_iter().map(issue).collect();
    let text = serde_json::to_string_pretty(&issues).map_err(io::Error::from)?;
    out.write_all(visible_in_json(&text).as_bytes())?;
    out.write_all(b"\n")
}

/// A severity in GitLab's words, which also has `critical` and `blocker`.
const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Note => "info",
    }
}
