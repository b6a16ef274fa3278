//! Findings for the log of a GitHub Actions job: annotations, then all of them as lines.
//!
//! An annotation is a workflow command. GitHub shows ten of each severity and step, so the ten
//! gravest places come first and the rest is left to the list, and to the job summary.

use std::collections::HashMap;
use std::io;

use crate::report::{Finding, Findings, Severity};
use crate::text::visible_controls;

use super::concise::header;
use super::position::{Files, Indexed};
use super::{Lookup, by_file, message_and_help, not_shown, totals, worst_first};

/// Annotations of one severity that GitHub shows of a step.
const SHOWN: usize = 10;

/// Writes annotations, at most `per_file` lines for each file, and the totals.
///
/// # Errors
/// If `out` does not take it.
pub fn github(findings: &Findings, lookup: &Lookup<'_>, per_file: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let mut files = Files::new(lookup);
    let mut shown: HashMap<Severity, usize> = HashMap::new();
    for finding in worst_first(findings) {
        let count = shown.entry(finding.severity).or_default();
        if *count < SHOWN {
            *count += 1;
            writeln!(out, "{}", command(finding, files.get(finding.at.file())))?;
        }
    }
    for group in by_file(findings) {
        let file = files.get(group[0].at.file());
        for finding in group.iter().take(per_file) {
            writeln!(out, "{}", line(&header(finding, file)))?;
        }
        if let Some(said) = not_shown(file.source.path, group.len(), per_file) {
            writeln!(out, "{}", line(&said))?;
        }
    }
    writeln!(out, "{}", totals(findings))
}

fn command(finding: &Finding, file: &Indexed<'_>) -> String {
    let name = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let (first, last) = file.line_range(&finding.at);
    // A column counts only where all is on one line.
    let column = if first == last { format!(",col={}", file.start(&finding.at).column) } else { String::new() };
    // A line break has its escape; other characters that move the cursor have none.
    let path: Vec<_> = file.source.path.split('\n').map(visible_controls).collect();
    format!(
        "::{name} file={},line={first},endLine={last}{column},title={}::{}",
        property(&path.join("\n")),
        property(&format!("{} {}", finding.code, finding.code.title())),
        data(&message_and_help(finding))
    )
}

/// The text after a command, as the runner reads it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line of the log that is no command, whatever stands in it: the runner takes one that begins with
/// `::` for a command, and also one with `##[` anywhere.
fn line(text: &str) -> String {
    format!("- {}", text.replace("##[", "#\\u{23}["))
}
