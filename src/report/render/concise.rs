//! One line per finding, for editors and `grep`: `path:line:col: severity[PBnnn] message`.

use std::io;

use crate::report::{Finding, Findings};
use crate::text::visible_controls;

use super::position::Indexed;
use super::{Lookup, by_file, not_shown, totals};

/// Writes one line per finding, at most `per_file` for each file, and the totals.
///
/// # Errors
/// If `out` does not take it.
pub fn concise(findings: &Findings, lookup: &Lookup<'_>, per_file: usize, out: &mut dyn io::Write) -> io::Result<()> {
    for group in by_file(findings) {
        let file = Indexed::new(group[0].at.file(), lookup);
        for finding in group.iter().take(per_file) {
            writeln!(out, "{}", header(finding, &file))?;
        }
        if let Some(said) = not_shown(file.source.path, group.len(), per_file) {
            writeln!(out, "{said}")?;
        }
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
