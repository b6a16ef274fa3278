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
                let noun = if events.len() == 1 { "event" } else { "any of the events" };
                let message = format!("no Data Needed describes {noun} {} of {source}", events.join(", "));
                let at = events.first().and_then(|event| event_place(rule, event));
                let at = at.unwrap_or_else(|| log_source_place(rule, source));
                let finding = Finding::new(Code::NoDataForEvent, at, message);
                // Rules that name the wrong one of a product's logs are common.
                let elsewhere = corpus.data_needed.iter().find_map(|data| {
                    let event = data.event_ids.iter().find(|id| events.contains(id))?;
                    let channel = data.channel.as_deref().map(str::trim).filter(|channel| !channel.is_empty())?;
                    Some(format!("`{}` describes event {event} of the channel {channel}", data.title))
                });
                match elsewhere {
                    Some(help) => finding.help(help),
                    None => finding,
                }
            }
            DataGap::LogSource { source } => {
                let message = format!("no Data Needed serves {source}");
                Finding::new(Code::NoDataForLogSource, log_source_place(rule, source), message)
            }
            DataGap::Fields { source, missing, nearest } => {
                let message = format!("no Data Needed of {source} carries {}", missing.join(", "));
                let at = field_place(rule, missing).unwrap_or_else(|| log_source_place(rule, source));
                let finding = Finding::new(Code::NoDataForFields, at, message);
                match nearest {
                    Some(i) => finding.help(format!("`{}` comes nearest", corpus.data_needed[*i as usize].title)),
                    None => finding,
                }
            }
        };
        findings.push(finding);
    }
}

/// The log source the words are about: in a collection, the first that has all of them.
fn log_source_place(rule: &Rule, words: &str) -> Place {
    let said = |name: &str, part: &Option<String>| match part {
        Some(part) => words.contains(&format!("{name} {part}")),
        None => true,
    };
    let meant = rule.logsources.iter().find(|(_, source)| {
        said("product", &source.product) && said("category", &source.category) && said("service", &source.service)
    });
    let document = meant.or(rule.logsources.first()).map_or(0, |(document, _)| *document);
    Place::new(rule.origin.file, rule.origin.document as usize + document, YamlPath::field("logsource"))
}

/// The value of `EventID`, or of the `type` of an audit record, that asks for the event.
fn event_place(rule: &Rule, event: &str) -> Option<Place> {
    let is_event = |value: &Value| value.scalar_text().as_deref() == Some(event);
    detection_place(rule, &|key, value, path| {
        let field = key.split('|').next().unwrap_or_default().to_ascii_lowercase();
        if !matches!(field.as_str(), "eventid" | "type") {
            return None;
        }
        let path = path.clone().key(key.to_owned());
        match value {
            Value::Seq(items) => items.iter().position(is_event).map(|i| path.index(i)),
            one => is_event(one).then_some(path),
        }
    })
}

/// The first use of a field that is missing.
fn field_place(rule: &Rule, missing: &[String]) -> Option<Place> {
    detection_place(rule, &|key, _, path| {
        let field = key.split('|').next().unwrap_or_default();
        missing.iter().any(|m| m == field).then(|| path.clone().key_of(key.to_owned()))
    })
}

/// Looks at an entry of a selection, which stands at the path.
type Look<'f> = &'f dyn Fn(&str, &Value, &YamlPath) -> Option<YamlPath>;

/// The first place `look` finds in the selections.
fn detection_place(rule: &Rule, look: Look<'_>) -> Option<Place> {
    rule.documents.iter().enumerate().find_map(|(i, document)| {
        let detection = document.get("detection").and_then(Value::as_map)?;
        let path = detection
            .iter()
            .find_map(|(name, selection)| within(selection, &YamlPath::field("detection").key(name.clone()), look))?;
        Some(Place::new(rule.origin.file, rule.origin.document as usize + i, path))
    })
}

fn within(value: &Value, path: &YamlPath, look: Look<'_>) -> Option<YamlPath> {
    match value {
        Value::Map(entries) => entries.iter().find_map(|(key, value)| look(key, value, path)),
        Value::Seq(items) => items.iter().enumerate().find_map(|(i, item)| within(item, &path.clone().index(i), look)),
        _ => None,
    }
}
