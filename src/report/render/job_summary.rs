//! Findings as the Markdown of a GitHub job summary: a table, the gravest first.
//!
//! Whatever stands in a file name or message is shown as it is written: nothing in it is markup.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::report::Findings;
use crate::text::{FileId, visible_controls};

use super::position::Files;
use super::{LONGEST, Lookup, counted, shortened, totals, worst_first};

/// Rows of one file; the rest is counted.
const PER_FILE: usize = 20;
/// Bytes after which no row is added. GitHub takes 1 MiB from a step, which may have other things to
/// say and run more than one check.
const BYTES: usize = 400_000;

/// The summary of `findings`.
pub fn job_summary(findings: &Findings, lookup: &Lookup<'_>) -> String {
    let mut text = format!("### purplebook: {}\n\n", totals(findings));
    if findings.is_empty() {
        return text;
    }
    text.push_str("| | code | place | finding |\n|---|---|---|---|\n");
    let mut files = Files::new(lookup);
    let mut rows: BTreeMap<FileId, usize> = BTreeMap::new();
    let mut hidden: BTreeMap<FileId, usize> = BTreeMap::new();
    for finding in worst_first(findings) {
        let id = finding.at.file();
        let shown = rows.entry(id).or_default();
        if *shown == PER_FILE || text.len() > BYTES {
            *hidden.entry(id).or_default() += 1;
            continue;
        }
        *shown += 1;
        let file = files.get(id);
        let start = file.start(&finding.at);
        let _ = writeln!(
            text,
            "| {} | {} | <code>{}:{}:{}</code> | {} |",
            finding.severity,
            finding.code,
            plain(file.source.path),
            start.line,
            start.column,
            with_code(&finding.message)
        );
    }
    if hidden.is_empty() {
        text.push('\n');
        return text;
    }
    text.push_str("\nNot shown:\n\n");
    let mut beyond = (0, 0);
    for (id, count) in hidden {
        if text.len() > BYTES {
            beyond = (beyond.0 + count, beyond.1 + 1);
        } else {
            let path = plain(lookup(id).path);
            let _ = writeln!(text, "- <code>{path}</code>: {}", counted(count, "more finding"));
        }
    }
    if beyond.1 > 0 {
        let _ = writeln!(text, "- {} in {}", counted(beyond.0, "more finding"), counted(beyond.1, "other file"));
    }
    text.push('\n');
    text
}

/// `text` on one line, as Markdown that shows it.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in shortened(&visible_controls(text), LONGEST).chars() {
        // A reference to a character is never taken for markup.
        match c {
            c if c.is_ascii_punctuation() && !matches!(c, '/' | '-') => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// `text` on one line, what stands between backquotes as code.
fn with_code(text: &str) -> String {
    let parts: Vec<&str> = text.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return plain(text);
    }
    let mut out = String::new();
    for (i, part) in parts.into_iter().enumerate() {
        if i % 2 == 0 {
            out.push_str(&plain(part));
        } else {
            let _ = write!(out, "<code>{}</code>", plain(part));
        }
    }
    out
}
