//! From what was found to what is told: suppressions in the content, then the levels of `[check]`.
//!
//! A pure step behind all checks and before any printing, the same for `check` and for the summary
//! of `build`. Suppressions are judged by what was found, so that one is not called unused only
//! because a level or the baseline hides the finding, too.

mod comments;
mod suppressions;

use crate::config::{CheckConfig, Level};
use crate::report::render::Lookup;
use crate::report::{Code, Finding, Findings, Severity};
use crate::text::FileId;

/// What is told of `found`, sorted; `files` are those suppressions may stand in.
pub fn told(
    found: Findings,
    files: impl IntoIterator<Item = FileId>,
    lookup: &Lookup<'_>,
    config: &CheckConfig,
) -> Findings {
    let left = suppressions::apply(found, files, lookup).sorted();
    left.into_iter().filter_map(|finding| leveled(finding, lookup, config)).collect()
}

/// The finding with the severity chosen for it; none if it is allowed.
fn leveled(mut finding: Finding, lookup: &Lookup<'_>, config: &CheckConfig) -> Option<Finding> {
    if config.levels.is_empty() {
        return Some(finding);
    }
    match level(config, finding.code, lookup(finding.at.file()).path) {
        Some(Level::Allow) => return None,
        Some(Level::Warn) => finding.severity = Severity::Warning,
        Some(Level::Deny) => finding.severity = Severity::Error,
        None => {}
    }
    Some(finding)
}

/// What is chosen for findings of this code in this file: for the path before for all files, the
/// strictest of several.
fn level(config: &CheckConfig, code: Code, path: &str) -> Option<Level> {
    let rules = || config.levels.iter().filter(|rule| rule.codes.contains(&code));
    let here = rules().filter(|rule| rule.paths.as_ref().is_some_and(|paths| paths.matches(path)));
    let everywhere = rules().filter(|rule| rule.paths.is_none());
    here.map(|rule| rule.level).max().or_else(|| everywhere.map(|rule| rule.level).max())
}
