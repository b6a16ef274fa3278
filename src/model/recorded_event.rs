//! A log event that was recorded when somebody did what a rule is to find.

use crate::text::Span;

use super::Origin;

/// A recorded event; [`Origin::stem`] is the id of its rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedEvent {
    /// Where it was read; `document` is its number in the file, from 0.
    pub origin: Origin,
    /// Its bytes.
    pub span: Span,
    /// How many events its file has, those among them that were not kept.
    pub in_file: usize,
    /// Its event id, or the type of an audit record.
    pub event_id: Option<String>,
    /// The log it was in.
    pub channel: Option<String>,
    /// Who wrote it.
    pub provider: Option<String>,
    /// Its fields that have a value, in their order; what all events of Windows have is last.
    pub fields: Vec<EventField>,
    /// Whether there are more fields than were kept.
    pub more_fields: bool,
}

impl RecordedEvent {
    /// Whether it says itself which log it is of.
    pub fn names_its_log(&self) -> bool {
        self.channel.is_some() || self.provider.is_some() || self.event_id.is_some()
    }

    /// The value of the first field with one of these names, the first name before the others.
    pub fn value(&self, names: &[&str]) -> Option<&str> {
        let find = |name: &&str| self.fields.iter().find(|field| field.is_called(name));
        names.iter().find_map(find).map(|field| field.value.as_str())
    }
}

/// A field of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventField {
    /// What rules call it; within an object, the way to it with `.` (`userIdentity.type`).
    pub name: String,
    /// Its value as text.
    pub value: String,
}

impl EventField {
    /// Whether a rule may mean this field: by the end of the way to it (`event_data.Image`) it means it too.
    pub fn is_called(&self, name: &str) -> bool {
        let Some(start) = self.name.len().checked_sub(name.len()) else { return false };
        let ends = self.name.as_bytes()[start..].eq_ignore_ascii_case(name.as_bytes());
        ends && !name.is_empty() && (start == 0 || self.name.as_bytes()[start - 1] == b'.')
    }
}
