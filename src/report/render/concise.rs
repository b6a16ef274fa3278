//! One line per finding, for editors and `grep`: `path:line:col: severity[PBnnn] message`.

use std::io;

use crate::report::{Finding, Findings};
use crate::text::visible_controls;

use super::position::Indexed;
use super::{Lookup, totals};

/// Writes one line per finding, and the totals.
///
/// # Errors
/// If `out` does not take it.
pub fn concise(findings: &Findings, lookup: &Lookup<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut last = None;
    for finding in findings {
        let file = Indexed::of(&mut last, finding.at.file(), lookup);
        writeln!(out, "{}", header(finding, file))?;
    }
    writeln!(out, "{}", totals(findings))
}

/// `path:line:col: severity[PBnnn] message`, on one line whatever the path and message hold.
pub(super) fn header(finding: &Finding, file: &Indexed<'_>) -> String {
    let start = file.start(&finding.at);
    format!(
        "{}:{}:{}: {}[{}] {}",
        visible_controls(file.source.path),
        start.line,
        start.column,
        finding.severity,
        finding.code,
        visible_controls(&finding.message)
    )
}
