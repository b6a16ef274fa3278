//! A selection as the ways it can match: of each the fields, events, providers and channels.

use std::collections::BTreeSet;

use crate::model::{LogSource, Value};

use super::condition::Fit;
use super::supply::{Candidate, Enriched};

/// One way a selection can match.
#[derive(Default)]
pub(super) struct Alternative {
    /// The fields it names, without the ones below.
    pub(super) fields: BTreeSet<String>,
    /// The event ids it asks for, or the record types of Linux's audit log.
    pub(super) events: Vec<String>,
    /// Who must have written the event.
    providers: Vec<String>,
    /// In which event log it must be.
    channels: Vec<String>,
}

/// The fields that say which event is meant, as a log source calls them.
#[derive(Clone, Copy)]
pub(super) struct EventFields {
    event: &'static str,
    /// Fields whose values are the names of providers and channels.
    windows: bool,
}

impl EventFields {
    pub(super) fn of(source: &LogSource) -> Self {
        let is =
            |part: &Option<String>, name: &str| part.as_deref().is_some_and(|p| p.trim().eq_ignore_ascii_case(name));
        let event = if is(&source.service, "auditd") { "type" } else { "EventID" };
        Self { event, windows: is(&source.product, "windows") }
    }
}

impl Alternative {
    /// How far events of the Data Needed have what it asks for.
    pub(super) fn fit(&self, candidate: &Candidate<'_>, enriched: &Enriched<'_>) -> Fit {
        if !self.events.is_empty() {
            let found = self.events.iter().any(|event| self.finds(event, candidate, enriched));
            return match (found, self.carried_by(candidate, enriched)) {
                (false, _) => Fit::OtherEvent,
                (true, false) => Fit::Event,
                (true, true) => Fit::EventWithFields,
            };
        }
        if !candidate.of_category || !self.of_origin(candidate) {
            Fit::OtherEvent
        } else if self.carried_by(candidate, enriched) {
            Fit::HasFields
        } else {
            Fit::LacksFields
        }
    }

    /// Whether the Data Needed describes this event of the alternative.
    ///
    /// The event decides: fields that are missing from a Data Needed's list do not make it
    /// another event. One that names no event describes its whole log, and there the fields do.
    pub(super) fn finds(&self, event: &str, candidate: &Candidate<'_>, enriched: &Enriched<'_>) -> bool {
        let described =
            if candidate.names_events() { candidate.describes(event) } else { self.carried_by(candidate, enriched) };
        described && self.of_origin(candidate)
    }

    fn of_origin(&self, candidate: &Candidate<'_>) -> bool {
        candidate.is_from_provider(&self.providers) && candidate.in_channel(&self.channels)
    }

    fn carried_by(&self, candidate: &Candidate<'_>, enriched: &Enriched<'_>) -> bool {
        self.fields.iter().all(|field| candidate.has(field) || enriched.has(candidate.offer, field))
    }
}

/// The alternatives of a selection.
pub(super) fn alternatives(value: &Value, names: EventFields) -> Vec<Alternative> {
    let mut found = Vec::new();
    read(value, names, &mut found);
    found
}

fn read(value: &Value, names: EventFields, out: &mut Vec<Alternative>) {
    match value {
        Value::Map(entries) => {
            let mut alternative = Alternative::default();
            for (key, value) in entries {
                let (field, modifiers) = key.split_once('|').unwrap_or((key, ""));
                if !field.is_empty() {
                    alternative.add(field, modifiers, value, names);
                }
            }
            out.push(alternative);
        }
        Value::Seq(items) => {
            let mut keywords = false;
            for item in items {
                match item {
                    Value::Map(_) | Value::Seq(_) => read(item, names, out),
                    _ => keywords = true,
                }
            }
            if keywords {
                out.push(Alternative::default());
            }
        }
        _ => out.push(Alternative::default()),
    }
}

impl Alternative {
    fn add(&mut self, field: &str, modifiers: &str, value: &Value, names: EventFields) {
        // A negated or compared value names none.
        let names_value = !modifiers.split('|').any(|m| matches!(m, "neq" | "gt" | "gte" | "lt" | "lte" | "re"));
        let is = |known: &[&str]| known.iter().any(|name| field.eq_ignore_ascii_case(name));
        let into = if is(&[names.event]) {
            &mut self.events
        } else if names.windows && is(&["Provider_Name", "ProviderName", "Source", "SourceName"]) {
            &mut self.providers
        } else if names.windows && is(&["Channel"]) {
            &mut self.channels
        } else {
            self.fields.insert(field.to_owned());
            return;
        };
        if names_value {
            let values = value.as_seq().unwrap_or(std::slice::from_ref(value));
            into.extend(values.iter().filter_map(Value::scalar_text));
        }
    }
}
