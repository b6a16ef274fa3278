//! Findings as text: one file per format. Renderers neither sort nor filter; they show what they
//! are given in the order they are given it.
//!
//! Source text comes in through a lookup, so that nothing here reads files. Positions must have
//! been resolved to spans; what still is a YAML place is shown as its file.

mod concise;
mod human;
mod json;
mod position;

pub use concise::concise;
pub use human::{HumanOptions, human};
pub use json::json;

use std::collections::BTreeSet;

use crate::text::FileId;

use super::{Findings, Severity};

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

/// `1 file`, `2 files`.
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
