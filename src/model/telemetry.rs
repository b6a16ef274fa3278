//! What must be logged, how it is switched on, and how it is enriched: ATC's three kinds.

use super::{LogSource, Origin, Value};

/// A Data Needed: one kind of log event, and the fields it carries.
#[derive(Debug, Clone, PartialEq)]
pub struct DataNeeded {
    /// Where it was read.
    pub origin: Origin,
    /// Its name; links use it.
    pub title: String,
    /// What the event says.
    pub description: Option<String>,
    /// Logging Policies that switch it on, by title or stem; `None` (the text) stands for no policy.
    pub logging_policies: Vec<String>,
    /// Mitigation Policies whose work it records.
    pub mitigation_policies: Vec<String>,
    /// Sources.
    pub references: Vec<String>,
    /// `OS Logs` …
    pub category: Option<String>,
    /// `Windows`, `Linux` …
    pub platform: Option<String>,
    /// `Windows Log` …
    pub log_type: Option<String>,
    /// The log channel.
    pub channel: Option<String>,
    /// The event provider.
    pub provider: Option<String>,
    /// Event ids: declared (`event_id`), else the third part of the title.
    pub event_ids: Vec<String>,
    /// Sigma log sources it serves, where declared (`logsource`).
    pub logsources: Vec<LogSource>,
    /// Field names.
    pub fields: Vec<String>,
    /// A sample event.
    pub sample: Option<String>,
    /// A sample of the event after enrichment.
    pub enriched_sample: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The YAML document as written.
    pub document: Value,
}

/// A Logging Policy: how a log is switched on.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggingPolicy {
    /// Where it was read.
    pub origin: Origin,
    /// Its name; links use it.
    pub title: String,
    /// What it logs.
    pub description: Option<String>,
    /// Whether it is on by default.
    pub default: Option<String>,
    /// How many events to expect.
    pub volume: Option<String>,
    /// Event ids it produces.
    pub event_ids: Vec<String>,
    /// Sources.
    pub references: Vec<String>,
    /// The steps, in Markdown.
    pub configuration: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The YAML document as written.
    pub document: Value,
}

/// An Enrichment: how an event is given fields it does not carry.
#[derive(Debug, Clone, PartialEq)]
pub struct Enrichment {
    /// Where it was read.
    pub origin: Origin,
    /// Its name; links use it.
    pub title: String,
    /// What it adds.
    pub description: Option<String>,
    /// Data Needed the new fields are taken from.
    pub data_needed: Vec<String>,
    /// Data Needed that gets the new fields.
    pub data_to_enrich: Vec<String>,
    /// Sources.
    pub references: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Enrichments that must be in place first.
    pub requirements: Vec<String>,
    /// Field names it adds.
    pub new_fields: Vec<String>,
    /// The steps, in Markdown.
    pub config: Option<String>,
    /// The YAML document as written.
    pub document: Value,
}
