//! All findings as one JSON document, for programs.
//!
//! The document is an object with `version` (1), `findings` and `summary`. Lines and columns count
//! from 1, columns in Unicode characters; `endLine` and `endColumn` are one past the last character.
//! A finding that `check --fix` ends has `fix`: the `text` to put in the place of what is at `place`.

use std::io;

use serde_json::{Value, json};

use crate::report::{Finding, Findings, Replacement, Severity};
use crate::text::{At, visible_in_json};

use super::Lookup;
use super::position::{Files, Indexed};

/// Writes the document, with a final newline.
///
/// # Errors
/// If `out` does not take it.
pub fn json(findings: &Findings, lookup: &Lookup<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut files = Files::new(lookup);
    let objects: Vec<Value> = findings.iter().map(|finding| object(finding, &mut files)).collect();
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

fn object(finding: &Finding, files: &mut Files<'_, '_>) -> Value {
    let mut object = json!({
        "code": finding.code.to_string(),
        "severity": finding.severity.as_str(),
        "title": finding.code.title(),
        "message": finding.message,
        "place": place(&finding.at, files.get(finding.at.file())),
    });
    if let Some(label) = &finding.label {
        object["label"] = json!(label);
    }
    if let Some(help) = &finding.help {
        object["help"] = json!(help);
    }
    if !finding.also.is_empty() {
        let also = finding
            .also
            .iter()
            .map(|note| json!({ "place": place(&note.at, files.get(note.at.file())), "label": note.label }));
        object["also"] = also.collect();
    }
    if let Some(Replacement { span, text }) = finding.fix.as_ref().and_then(|fix| fix.replacement.as_ref()) {
        let place = place(&At::Span(*span), files.get(span.file));
        object["fix"] = json!({ "place": place, "text": text });
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
