//! Rules no Data Needed serves, and why: the log that is missing from the knowledge base.

use crate::graph::DataGap;
use crate::model::{Rule, Value};
use crate::report::{Code, Finding, Findings};
use crate::text::{Place, YamlPath};

use super::CheckInput;

pub(super) fn check(input: &CheckInput<'_>, findings: &mut Findings) {
    let corpus = input.graph.corpus();
    // A knowledge base without any Data Needed does not use them: one finding a rule says nothing.
    if corpus.data_needed.is_empty() {
        return;
    }
    for (i, rule) in (0..).zip(&corpus.rules) {
        let Some(gap) = input.graph.data_gap(i) else { continue };
        let finding = match gap {
            DataGap::Event { source, events } => {
                let message = format!("no Data Needed describes event {} of {source}", events.join(", "));
                Finding::new(Code::NoDataForEvent, event_place(rule, &events[0]), message)
            }
            DataGap::LogSource { source } => {
                let message = format!("no Data Needed serves {source}");
                Finding::new(Code::NoDataForLogSource, log_source_place(rule), message)
            }
            DataGap::Fields { source, missing, nearest } => {
                let message = format!("no Data Needed of {source} carries {}", missing.join(", "));
                let finding = Finding::new(Code::NoDataForFields, field_place(rule, missing), message);
                match nearest {
                    Some(i) => finding.help(format!("`{}` comes nearest", corpus.data_needed[*i as usize].title)),
                    None => finding,
                }
            }
        };
        findings.push(finding);
    }
}

fn log_source_place(rule: &Rule) -> Place {
    let document = rule.logsources.first().map_or(0, |(document, _)| *document);
    Place::new(rule.origin.file, rule.origin.document as usize + document, YamlPath::field("logsource"))
}

/// The `EventID`, or the `type` of an audit record, that asks for the event.
fn event_place(rule: &Rule, event: &str) -> Place {
    let asks = |field: &str, value: &Value| {
        let values = value.as_seq().unwrap_or(std::slice::from_ref(value));
        matches!(field.to_ascii_lowercase().as_str(), "eventid" | "type")
            && values.iter().any(|v| v.scalar_text().as_deref() == Some(event))
    };
    detection_place(rule, asks)
}

/// The first use of a field that is missing.
fn field_place(rule: &Rule, missing: &[String]) -> Place {
    detection_place(rule, |field, _| missing.iter().any(|m| m == field))
}

/// The first key of a selection that `wanted` accepts by field name and value, else the log source.
fn detection_place(rule: &Rule, wanted: impl Fn(&str, &Value) -> bool) -> Place {
    for (i, document) in rule.documents.iter().enumerate() {
        let Some(detection) = document.get("detection").and_then(Value::as_map) else { continue };
        for (name, selection) in detection {
            let path = YamlPath::field("detection").key(name.clone());
            if let Some(path) = key_place(selection, path, &wanted) {
                return Place::new(rule.origin.file, rule.origin.document as usize + i, path);
            }
        }
    }
    log_source_place(rule)
}

fn key_place(value: &Value, path: YamlPath, wanted: &impl Fn(&str, &Value) -> bool) -> Option<YamlPath> {
    match value {
        Value::Map(entries) => entries
            .iter()
            .find(|(key, value)| wanted(key.split('|').next().unwrap_or_default(), value))
            .map(|(key, _)| path.key_of(key.clone())),
        Value::Seq(items) => {
            items.iter().enumerate().find_map(|(i, item)| key_place(item, path.clone().index(i), wanted))
        }
        _ => None,
    }
}
