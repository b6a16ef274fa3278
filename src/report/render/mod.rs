//! Findings as text: one file per format. What people read comes in the order it is given, file by
//! file; a service that takes a limited number is given the worst first, and told what it was not
//! given.
//!
//! Source text comes in through a lookup, so that nothing here reads files. Positions must have
//! been resolved to spans; what still is a YAML place is shown as its file.

mod concise;
mod entries;
mod fingerprint;
mod github;
mod gitlab;
mod human;
mod job_summary;
mod json;
mod junit;
mod position;
mod sarif;

pub use concise::concise;
pub use entries::{Entry, entries};
pub use github::github;
pub use gitlab::gitlab;
pub use human::{HumanOptions, human};
pub use job_summary::job_summary;
pub use json::json;
pub use junit::junit;
pub use sarif::sarif;

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::text::{FileId, counted, visible_controls};

use super::{Finding, Findings, Severity};

/// A file as findings show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SourceText<'a> {
    /// Its path.
    pub path: &'a str,
    /// Its text; empty where it is no text.
    pub text: &'a str,
}

/// The file behind an id.
pub type Lookup<'a> = dyn Fn(FileId) -> SourceText<'a> + 'a;

/// `3 errors, 1 warning in 2 files`; `no findings` where there is none.
///
/// The files are those findings point at, each once.
pub fn totals(findings: &Findings) -> String {
    let parts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .map(|severity| (findings.count(severity), severity.as_str()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    if parts.is_empty() {
        return "no findings".to_owned();
    }
    let files: BTreeSet<FileId> = findings.iter().map(|finding| finding.at.file()).collect();
    format!("{} in {}", parts.join(", "), counted(files.len(), "file"))
}

/// What is said of the findings of a file that are beyond the `limit`; nothing if there are none.
fn not_shown(path: &str, count: usize, limit: usize) -> Option<String> {
    let more = count.checked_sub(limit).filter(|more| *more > 0)?;
    Some(format!("{}: {} not shown", visible_controls(path), counted(more, "more finding")))
}

/// Characters of a message or of advice a service of CI is given; what is longer is cut.
const LONGEST: usize = 2000;

/// The message for a service: on one line, not too long.
fn message(finding: &Finding) -> String {
    shortened(&visible_controls(&finding.message), LONGEST).into_owned()
}

/// The message and, in lines of its own, the advice.
fn message_and_help(finding: &Finding) -> String {
    let mut text = message(finding);
    if let Some(help) = &finding.help {
        let lines: Vec<_> = help.lines().map(visible_controls).collect();
        text.push_str("\nhelp: ");
        text.push_str(&shortened(&lines.join("\n"), LONGEST));
    }
    text
}

/// At most `limit` characters of `text`, the last of them `…` if it was longer.
fn shortened(text: &str, limit: usize) -> Cow<'_, str> {
    // Bytes are quicker to count, and never fewer than characters.
    if text.len() <= limit || text.chars().count() <= limit {
        return text.into();
    }
    let kept: String = text.chars().take(limit.saturating_sub(1)).collect();
    (kept + "…").into()
}

/// The findings, the gravest first, otherwise in the order they are in.
fn worst_first(findings: &Findings) -> Vec<&Finding> {
    let mut order: Vec<&Finding> = findings.iter().collect();
    order.sort_by_key(|finding| finding.severity);
    order
}

/// The findings of one file after the other.
fn by_file(findings: &Findings) -> impl Iterator<Item = &[Finding]> {
    findings.iter().as_slice().chunk_by(|a, b| a.at.file() == b.at.file())
}
