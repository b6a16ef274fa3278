//! Findings one by one, as the pages of the development server list them.

use crate::report::{Finding, Severity};
use crate::text::visible_controls;

use super::position::Files;
use super::{Lookup, shortened};

/// Characters of a line of source that are shown.
const LONGEST_LINE: usize = 300;

/// A finding in texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its code.
    pub code: String,
    /// How grave it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// The file.
    pub path: String,
    /// Line and column, both from 1; `None` for the whole file.
    pub at: Option<(u32, u32)>,
    /// The line.
    pub excerpt: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

/// Findings as they are listed, in their order.
pub fn entries<'f>(findings: impl Iterator<Item = &'f Finding>, lookup: &Lookup<'_>) -> Vec<Entry> {
    let mut files = Files::new(lookup);
    let entry = |finding: &Finding| {
        let file = files.get(finding.at.file());
        let at = file.range(&finding.at).map(|range| file.line_col(range.start));
        let line = at.map(|at| visible_controls(file.line(at.line).trim()).into_owned());
        Entry {
            code: finding.code.to_string(),
            severity: finding.severity,
            message: super::message(finding),
            path: visible_controls(file.source.path).into_owned(),
            at: at.map(|at| (at.line, at.column)),
            excerpt: line.filter(|line| !line.is_empty()).map(|line| shortened(&line, LONGEST_LINE).into_owned()),
            help: finding.help.as_deref().map(|help| visible_controls(help).into_owned()),
        }
    };
    findings.map(entry).collect()
}
