//! All findings as one JSON document, for programs.
//!
//! The document is an object with `version` (1), `findings` and `summary`. Lines and columns count
//! from 1, columns in Unicode characters; `endLine` and `endColumn` are one past the last character.

use std::io;

use serde_json::{Value, json};

use crate::report::{Finding, Findings, Severity};
use crate::text::{At, visible_in_json};

use super::Lookup;
use super::position::Indexed;

/// Writes the document, with a final newline.
///
/// # Errors
/// If `out` does not take it.
pub fn json(findings: &Findings, lookup: &Lookup<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut last = None;
    let objects: Vec<Value> = findings.iter().map(|finding| object(finding, &mut last, lookup)).collect();
    let document = json!({
        "version": 1,
        "findings": objects,
        "summary": {
            "errors": findings.count(Severity::Error),
            "warnings": findings.count(Severity::Warning),
            "notes": findings.count(Severity::Note),
        },
    });
    let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
    out.write_all(visible_in_json(&text).as_bytes())?;
    out.write_all(b"\n")
}

fn object<'a>(finding: &Finding, last: &mut Option<Indexed<'a>>, lookup: &Lookup<'a>) -> Value {
    let mut object = json!({
        "code": finding.code.to_string(),
        "severity": finding.severity.as_str(),
        "title": finding.code.title(),
        "message": finding.message,
        "place": place(&finding.at, Indexed::of(last, finding.at.file(), lookup)),
    });
    if let Some(label) = &finding.label {
        object["label"] = json!(label);
    }
    if let Some(help) = &finding.help {
        object["help"] = json!(help);
    }
    if !finding.also.is_empty() {
        let also = finding.also.iter().map(|note| {
            let other = Indexed::new(note.at.file(), lookup);
            json!({ "place": place(&note.at, &other), "label": note.label })
        });
        object["also"] = also.collect();
    }
    object
}

fn place(at: &At, file: &Indexed<'_>) -> Value {
    let mut place = json!({ "path": file.source.path });
    if let Some(range) = file.range(at) {
        let (start, end) = (file.line_col(range.start), file.line_col(range.end));
        place["line"] = json!(start.line);
        place["column"] = json!(start.column);
        place["endLine"] = json!(end.line);
        place["endColumn"] = json!(end.column);
    }
    place
}
