//! Recorded events: JSON documents one after the other, on lines of their own or not, or lists of them.
//!
//! Events of Windows have their fields under the names rules use, whether they lie in `System`, in
//! `EventData` or in `UserData`; attributes are written with `#attributes` (evtx) or `@`, and become
//! `Provider_Name`. In all other events a field is called by the way to it.

use std::fmt;
use std::ops::Range;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::{EventField, RecordedEvent};
use crate::report::{Code, Finding, Findings};
use crate::text::Span;

use super::fields::Input;

/// Events of a file that are kept; of the others only the number is.
const MOST_EVENTS: usize = 50;

/// Fields of an event that are kept.
const MOST_FIELDS: usize = 300;

/// Objects within each other that are looked into; what is deeper is a value.
const DEEPEST: usize = 12;

/// The names of what tells which event it is, as different shippers have them.
const EVENT_ID: &[&str] = &["EventID", "event_id", "EventCode", "event.code"];
const CHANNEL: &[&str] = &["Channel"];
const PROVIDER: &[&str] = &["Provider_Name", "ProviderName", "SourceName", "event.provider"];

/// Reads the events of a file.
pub(super) fn load(input: Input<'_>, findings: &mut Findings) -> Vec<RecordedEvent> {
    let text = input.file.text.as_str();
    let mut found: Vec<&RawValue> = Vec::new();
    let mut in_file = 0;
    let mut take = |raw| {
        in_file += 1;
        if found.len() < MOST_EVENTS {
            found.push(raw);
        }
    };
    let mut documents = serde_json::Deserializer::from_str(text).into_iter::<&RawValue>();
    let mut documents_read = 0;
    for document in documents.by_ref() {
        documents_read += 1;
        match document {
            Ok(raw) if raw.get().starts_with('[') => match serde_json::from_str::<Vec<&RawValue>>(raw.get()) {
                Ok(events) => events.into_iter().for_each(&mut take),
                Err(error) => findings.push(malformed(input, range(text, raw), &error)),
            },
            Ok(raw) => take(raw),
            Err(error) => findings.push(malformed(input, 0..text.len(), &error)),
        }
    }
    if documents_read == 0 {
        let message = "not valid JSON: the file is empty";
        findings.push(Finding::new(Code::MalformedJson, Span::new(input.id, 0, 0), message));
    }
    let mut events = Vec::with_capacity(found.len());
    for (raw, document) in found.into_iter().zip(0..) {
        let range = range(text, raw);
        let span = Span::new(input.id, range.start, range.end);
        match read(raw) {
            Some(Ok(Fields { fields, more })) => {
                let origin = input.origin(document);
                let (event_id, channel, provider) = (None, None, None);
                let event =
                    RecordedEvent { origin, span, in_file, event_id, channel, provider, fields, more_fields: more };
                events.push(identified(event));
            }
            Some(Err(error)) => {
                // The reader of a part counts from its start, that of the whole event from the event's.
                let error = serde_json::from_str::<serde_json::Value>(raw.get()).err().unwrap_or(error);
                findings.push(malformed(input, range, &error));
            }
            None => {
                let message = format!("an event must be an object, not {}", type_name(raw));
                let first_line = text[range.clone()].lines().next().map_or(0, str::len);
                let span = Span::new(input.id, range.start, range.start + first_line);
                findings.push(Finding::new(Code::WrongType, span, message));
            }
        }
    }
    events
}

fn identified(event: RecordedEvent) -> RecordedEvent {
    let value = |names| event.value(names).map(str::to_owned);
    // Linux's audit log has types of records where Windows has event ids.
    let is_type = |text: &String| text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_');
    let record = || value(&["type"]).filter(|text| !text.is_empty() && is_type(text));
    // Others have a UUID by this name.
    let number = value(EVENT_ID).filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
    let (event_id, channel, provider) = (number.or_else(record), value(CHANNEL), value(PROVIDER));
    RecordedEvent { event_id, channel, provider, ..event }
}

/// What is wrong with a part of a file, where the reader of JSON says it is.
fn malformed(input: Input<'_>, part: Range<usize>, error: &serde_json::Error) -> Finding {
    let text = &input.file.text[part.clone()];
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = error.to_string();
    let message = format!("not valid JSON: {}", message.strip_suffix(&place).unwrap_or(&message));
    let line = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
    // The column is that of the last byte that was read, from 1; 0 is before the first of a line.
    let at = (line + error.column().saturating_sub(1)).min(text.trim_end().len());
    let at = part.start + text.floor_char_boundary(at);
    let end = input.file.text[at..].chars().next().map_or(at, |c| at + c.len_utf8());
    Finding::new(Code::MalformedJson, Span::new(input.id, at, end), message)
}

/// The bytes of a part of `text`.
fn range(text: &str, part: &RawValue) -> Range<usize> {
    let start = (part.get().as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len());
    start..(start + part.get().len()).min(text.len())
}

fn type_name(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// The fields of an event; `None` if it is no object.
fn read(event: &RawValue) -> Option<serde_json::Result<Fields>> {
    event.get().starts_with('{').then(|| {
        let mut fields = Fields::default();
        let members = members(event)?;
        let windows = members.iter().find(|(key, value)| key == "Event" && value.get().starts_with('{'));
        match windows {
            Some((_, event)) => fields.windows(event)?,
            None => fields.below("", &members, 0)?,
        }
        Ok(fields)
    })
}

#[derive(Default)]
struct Fields {
    fields: Vec<EventField>,
    more: bool,
}

impl Fields {
    fn windows(&mut self, event: &RawValue) -> serde_json::Result<()> {
        let mut parts = members(event)?;
        // What is in all events comes last.
        parts.sort_by_key(|(part, _)| part == "System");
        for (part, value) in parts {
            let is_object = value.get().starts_with('{');
            match part.as_str() {
                "System" | "EventData" if is_object => self.attributed("", value, 0)?,
                "UserData" if is_object => {
                    // One element stands around the fields.
                    for (key, value) in members(value)? {
                        let name = if value.get().starts_with('{') { "" } else { key.as_str() };
                        self.attributed(name, value, 0)?;
                    }
                }
                // Names of schemas.
                part if is_attribute(part) => {}
                part => self.attributed(part, value, 0)?,
            }
        }
        Ok(())
    }

    /// An element of XML: its text, attributes and elements.
    fn attributed(&mut self, name: &str, value: &RawValue, depth: usize) -> serde_json::Result<()> {
        if !value.get().starts_with('{') || depth >= DEEPEST {
            return self.value(name, value);
        }
        for (key, value) in members(value)? {
            let inner = match key.strip_prefix('@').unwrap_or(&key) {
                "#text" | "#attributes" => name.to_owned(),
                // The schema of what is in `UserData`, and the name of `EventData`.
                "xmlns" | "Name" if name.is_empty() => continue,
                key if name.is_empty() => key.to_owned(),
                key => format!("{name}_{key}"),
            };
            self.attributed(&inner, value, depth + 1)?;
        }
        Ok(())
    }

    fn below(&mut self, name: &str, members: &[(String, &RawValue)], depth: usize) -> serde_json::Result<()> {
        for (key, value) in members {
            let name = if name.is_empty() { key.clone() } else { format!("{name}.{key}") };
            self.any(&name, value, depth)?;
        }
        Ok(())
    }

    fn any(&mut self, name: &str, value: &RawValue, depth: usize) -> serde_json::Result<()> {
        if value.get().starts_with('{') && depth < DEEPEST {
            return self.below(name, &members(value)?, depth + 1);
        }
        if value.get().starts_with('[') && depth < DEEPEST {
            let items: Vec<&RawValue> = serde_json::from_str(value.get())?;
            if items.iter().any(|item| item.get().starts_with(['{', '['])) {
                for item in items {
                    self.any(name, item, depth + 1)?;
                }
                return Ok(());
            }
        }
        self.value(name, value)
    }

    /// A value with nothing in it, or a list of such.
    fn value(&mut self, name: &str, value: &RawValue) -> serde_json::Result<()> {
        let text = match value.get().as_bytes().first() {
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(value.get())?;
                items.into_iter().map(scalar).collect::<serde_json::Result<Vec<String>>>()?.join(", ")
            }
            Some(b'n') => return Ok(()),
            _ => scalar(value)?,
        };
        if self.fields.len() < MOST_FIELDS {
            self.fields.push(EventField { name: name.to_owned(), value: text });
        } else {
            self.more = true;
        }
        Ok(())
    }
}

fn is_attribute(key: &str) -> bool {
    key == "#attributes" || key.starts_with('@')
}

/// A string without quotes and escapes, or anything else as it is written.
fn scalar(value: &RawValue) -> serde_json::Result<String> {
    if value.get().starts_with('"') { serde_json::from_str(value.get()) } else { Ok(value.get().to_owned()) }
}

/// The members of an object, in order.
fn members(object: &RawValue) -> serde_json::Result<Vec<(String, &RawValue)>> {
    serde_json::from_str::<Members<'_>>(object.get()).map(|members| members.0)
}

struct Members<'t>(Vec<(String, &'t RawValue)>);

impl<'de: 't, 't> Deserialize<'de> for Members<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = access.next_entry::<String, &'de RawValue>()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}
