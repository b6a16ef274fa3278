//! Findings as a `JUnit` report in XML: a suite for each file, a case for each finding.
//!
//! Errors and warnings are failures, as they are to `check`; a note is a case that passed and has
//! something to say. Some readers take a report without any case for a broken one, so a check
//! without findings is a case as well.

use std::io;

use crate::report::{Finding, Findings, Severity};
use crate::text::{escape_html, visible_controls};

use super::concise::header;
use super::position::Indexed;
use super::{Lookup, by_file, message, message_and_help};

/// Writes the report.
///
/// # Errors
/// If `out` does not take it.
pub fn junit(findings: &Findings, lookup: &Lookup<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let failures = findings.iter().filter(|finding| fails(finding)).count();
    let tests = findings.len().max(1);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"purplebook\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">")?;
    for group in by_file(findings) {
        suite(group, &Indexed::new(group[0].at.file(), lookup), out)?;
    }
    if findings.is_empty() {
        writeln!(out, "  <testsuite name=\"purplebook\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">")?;
        writeln!(out, "    <testcase name=\"no findings\" classname=\"purplebook\"/>")?;
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn suite(findings: &[Finding], file: &Indexed<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let path = escape(file.source.path);
    let (tests, failures) = (findings.len(), findings.iter().filter(|finding| fails(finding)).count());
    writeln!(
        out,
        "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">"
    )?;
    for finding in findings {
        let start = file.start(&finding.at);
        let (code, title) = (finding.code, finding.code.title());
        writeln!(
            out,
            "    <testcase name=\"{code} {} at {}:{}\" classname=\"{path}\" file=\"{path}\" line=\"{}\">",
            escape(title),
            start.line,
            start.column,
            start.line
        )?;
        let text = message_and_help(finding);
        let help = text.split_once('\n').map(|(_, help)| format!("\n{help}")).unwrap_or_default();
        let text = escape_lines(&format!("{}{help}", header(finding, file)));
        if fails(finding) {
            let message = escape(&message(finding));
            writeln!(out, "      <failure type=\"{code}\" message=\"{message}\">{text}</failure>")?;
        } else {
            writeln!(out, "      <system-out>{text}</system-out>")?;
        }
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")
}

fn fails(finding: &Finding) -> bool {
    finding.severity != Severity::Note
}

/// `text` on one line, for an attribute or for text.
fn escape(text: &str) -> String {
    // XML has no way to write these two, nor most control characters.
    let text = visible_controls(text).replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}");
    escape_html(&text)
}

fn escape_lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(escape).collect();
    lines.join("\n")
}
