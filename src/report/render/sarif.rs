//! Findings as a SARIF 2.1.0 log, for code scanning services.
//!
//! The limits are those of GitHub, the strictest of the services: it refuses a run with more results
//! than [`RESULTS`], and of these keeps the 5,000 gravest. What is left out is said in a notification.
//! Paths are relative to the root of the repository and are never made absolute: a log tells nothing of
//! the machine it was written on.

use std::collections::BTreeSet;
use std::io;
use std::ops::Range;

use serde_json::{Value, json};

use crate::report::{Code, Finding, Findings, Severity};
use crate::text::{At, SafeUrl, slug, visible_controls, visible_in_json};

use super::fingerprint::Fingerprints;
use super::position::{Files, Indexed};
use super::{LONGEST, Lookup, message_and_help, shortened, worst_first};

/// Results of a run; GitHub refuses more.
const RESULTS: usize = 25_000;
/// Other places of a result; GitHub shows as many.
const RELATED: usize = 100;
/// Characters of a rule's description; GitHub takes no more.
const DESCRIPTION: usize = 1024;
/// What all paths are relative to.
const BASE: &str = "%SRCROOT%";

/// Writes the log, with a final newline.
///
/// # Errors
/// If `out` does not take it.
pub fn sarif(findings: &Findings, lookup: &Lookup<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    limited(findings, lookup, RESULTS, out)
}

fn limited(findings: &Findings, lookup: &Lookup<'_>, limit: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let mut worst = worst_first(findings);
    worst.truncate(limit);
    let codes: BTreeSet<Code> = worst.iter().map(|finding| finding.code).collect();
    let codes: Vec<Code> = codes.into_iter().collect();
    let mut files = Files::new(lookup);
    let mut fingerprints = Fingerprints::default();
    let results: Vec<Value> =
        worst.iter().map(|finding| result(finding, &codes, &mut files, &mut fingerprints)).collect();
    let document = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver(&codes) },
            "invocations": [{
                "executionSuccessful": true,
                "toolExecutionNotifications": left_out(results.len(), findings.len()),
            }],
            "originalUriBaseIds": { BASE: { "description": { "text": "The root of the repository" } } },
            "columnKind": "utf16CodeUnits",
            "results": results,
        }],
    });
    let text = serde_json::to_string_pretty(&document).map_err(io::Error::from)?;
    out.write_all(visible_in_json(&text).as_bytes())?;
    out.write_all(b"\n")
}

fn driver(codes: &[Code]) -> Value {
    let mut driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": codes.iter().map(|code| rule(*code, env!("CARGO_PKG_REPOSITORY"))).collect::<Vec<_>>(),
    });
    if let Some(address) = SafeUrl::external(env!("CARGO_PKG_REPOSITORY")) {
        driver["informationUri"] = json!(address.as_str());
    }
    driver
}

/// A rule; its address is in the documentation of `repository`, where there is one.
fn rule(code: Code, repository: &str) -> Value {
    let explanation = code.explanation();
    let summary = explanation.split("\n\n").next().unwrap_or_default().replace('\n', " ");
    let mut rule = json!({
        "id": code.to_string(),
        "name": format!("{code:?}"),
        "shortDescription": { "text": code.title() },
        "fullDescription": { "text": shortened(&summary, DESCRIPTION) },
        "help": {
            "text": format!("{explanation}\n`{} explain {code}` shows this text.", env!("CARGO_PKG_NAME")),
            "markdown": explanation,
        },
        "defaultConfiguration": { "level": level(code.severity()) },
        "properties": {
            "problem.severity": match code.severity() {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Note => "recommendation",
            },
        },
    });
    if let Some(repository) = SafeUrl::external(repository) {
        let (repository, anchor) = (repository.as_str().trim_end_matches('/'), slug(&code.to_string()));
        rule["helpUri"] = json!(format!("{repository}/blob/HEAD/docs/codes.md#{anchor}"));
    }
    rule
}

const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn left_out(written: usize, all: usize) -> Vec<Value> {
    let text = format!("{written} of {all} findings are in this log, the gravest; the others were left out");
    let more = written < all;
    more.then(|| json!({ "level": "warning", "message": { "text": text } })).into_iter().collect()
}

fn result(finding: &Finding, codes: &[Code], files: &mut Files<'_, '_>, fingerprints: &mut Fingerprints) -> Value {
    let file = files.get(finding.at.file());
    let fingerprint = fingerprints.next(finding, file);
    let mut place = json!({ "physicalLocation": location(&finding.at, file) });
    if let Some(label) = &finding.label {
        place["message"] = message(label);
    }
    let mut result = json!({
        "ruleId": finding.code.to_string(),
        "ruleIndex": codes.binary_search(&finding.code).unwrap_or_default(),
        "level": level(finding.severity),
        "message": { "text": message_and_help(finding) },
        "locations": [place],
        "partialFingerprints": { "purplebook/v1": fingerprint },
    });
    if !finding.also.is_empty() {
        let also = finding.also.iter().take(RELATED).enumerate().map(|(id, note)| {
            let place = location(&note.at, files.get(note.at.file()));
            json!({ "id": id, "physicalLocation": place, "message": message(&note.label) })
        });
        result["relatedLocations"] = also.collect();
    }
    if let Some(replacement) = finding.fix.as_ref().and_then(|fix| fix.replacement.as_ref()) {
        let file = files.get(replacement.span.file);
        let mut change = json!({
            "artifactLocation": artifact(file),
            "replacements": [{ "deletedRegion": region(&At::Span(replacement.span), file) }],
        });
        if !replacement.text.is_empty() {
            change["replacements"][0]["insertedContent"] = json!({ "text": replacement.text });
        }
        let what = finding.help.as_deref().unwrap_or("`purplebook check --fix` does this");
        result["fixes"] = json!([{ "description": message(what), "artifactChanges": [change] }]);
    }
    result
}

fn message(text: &str) -> Value {
    json!({ "text": shortened(&visible_controls(text), LONGEST) })
}

fn location(at: &At, file: &Indexed<'_>) -> Value {
    let region = match file.trimmed_range(at) {
        Some(range) => lines_and_columns(range, file),
        // GitHub shows nothing without a line.
        None => json!({ "startLine": 1 }),
    };
    json!({ "artifactLocation": artifact(file), "region": region })
}

fn artifact(file: &Indexed<'_>) -> Value {
    json!({ "uri": SafeUrl::from_path(file.source.path, None).as_str(), "uriBaseId": BASE })
}

/// A region to its last byte: a line that goes takes its end with it.
fn region(at: &At, file: &Indexed<'_>) -> Value {
    file.range(at).map_or_else(|| json!({ "startLine": 1 }), |range| lines_and_columns(range, file))
}

fn lines_and_columns(range: Range<usize>, file: &Indexed<'_>) -> Value {
    let (start, end) = (file.line_col_utf16(range.start), file.line_col_utf16(range.end));
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_a_rule_services_take() {
        for code in Code::ALL {
            let rule = rule(*code, "");
            let text = |key: &str| rule[key]["text"].as_str().unwrap_or_default().chars().count();
            assert!((40..DESCRIPTION).contains(&text("fullDescription")), "{code}");
            assert!((5..DESCRIPTION).contains(&text("shortDescription")), "{code}");
            assert_eq!(rule.get("helpUri"), None);
        }
    }

    #[test]
    fn a_rule_is_explained_where_the_documentation_is() {
        let rule = rule(Code::UnknownTechnique, "https://example.org/team/purplebook/");
        assert_eq!(rule["helpUri"], "https://example.org/team/purplebook/blob/HEAD/docs/codes.md#pb201");
    }
}
