//! From what was found to what is told: suppressions in the content, then the levels of `[check]`,
//! then the known findings, then those a change has made.
//!
//! A pure step behind all checks and before any printing, the same for `check` and for the summary
//! of `build`. Suppressions are judged by what was found, so that one is not called unused only
//! because a level or the baseline hides the finding, too.

mod baseline;
mod changed;
mod comments;
mod suppressions;

use crate::config::{CheckConfig, Level};
use crate::report::render::Lookup;
use crate::report::{Code, Finding, Findings, Severity};
use crate::text::FileId;

pub use baseline::{Baseline, baseline};
pub use changed::Changed;

/// What decides about findings.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// Levels, by code and path.
    pub config: &'a CheckConfig,
    /// How many files suppressions may stand in; findings name them by the first numbers. The
    /// others are pages of the site, which no change is behind that could be seen.
    pub content: u32,
    /// What is known.
    pub baseline: Option<&'a Baseline>,
    /// What has changed, if only that is of interest.
    pub changed: Option<&'a Changed>,
}

/// What is left of the findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// What is told, sorted.
    pub findings: Findings,
    /// How many are known and not told.
    pub known: usize,
    /// How many are not told because they were there before the change.
    pub unchanged: usize,
}

/// What is told of `found`.
pub fn told(found: Findings, lookup: &Lookup<'_>, policy: Policy<'_>) -> Told {
    let Policy { config, content, baseline, changed } = policy;
    let left = suppressions::apply(found, (0..content).map(FileId), lookup).sorted();
    let level = |finding| leveled(finding, lookup, config);
    let mut told = Told { findings: left.into_iter().filter_map(level).collect(), known: 0, unchanged: 0 };
    let mut fixed = Vec::new();
    if let Some(baseline) = baseline {
        (told.findings, told.known, fixed) = baseline.split(told.findings, lookup);
    }
    if let Some(changed) = changed {
        let all = told.findings.len();
        let is_page = |finding: &Finding| finding.at.file().0 >= content;
        let concerns = |finding: &Finding| is_page(finding) || changed.concerns(finding, lookup);
        told.findings = told.findings.into_iter().filter(concerns).collect();
        told.unchanged = all - told.findings.len();
        fixed.retain(|stale| changed.paths.contains(&stale.path));
    }
    told.findings.extend(fixed.into_iter().filter_map(|stale| level(stale.finding)));
    told.findings = told.findings.sorted();
    told
}

/// The findings without those that another of them stands for, if that is as grave.
pub fn gathered(findings: Findings) -> Findings {
    let mut headlines: Vec<(Code, Severity)> = Vec::new();
    let parts: std::collections::BTreeSet<Code> = findings.iter().filter_map(|finding| finding.part_of).collect();
    headlines.extend(findings.iter().filter(|f| parts.contains(&f.code)).map(|f| (f.code, f.severity)));
    let is_covered = |finding: &Finding| {
        let covers =
            |(code, severity): &(Code, Severity)| finding.part_of == Some(*code) && *severity <= finding.severity;
        headlines.iter().any(covers)
    };
    findings.into_iter().filter(|finding| !is_covered(finding)).collect()
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
