//! Data Needed as ATC calculated them in February 2019, errors included.
//!
//! Pages of that time can only be had again with its mistakes: a list of values hides its field
//! (so that a rule of nothing else needs every Data Needed of its channel), an absent service
//! never equals a channel called `None`, and over the documents of `action: global` the log
//! source of one leaks into the next and one `EventID` turns all that follow into event rules.
//! Nothing here is right by design; see the module above for what is meant.
//!
//! Where ATC gave up, this goes on: a document without detection or log source is passed over,
//! and a Data Needed without an event id in its title has none.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{DataNeeded, Rule, Value};

/// A rule's names and those of event logs, in one table for keys and values alike.
const REAL_NAMES: &[(&str, &str)] = &[
    ("product", "platform"),
    ("service", "channel"),
    ("windows", "Windows"),
    ("sysmon", "Microsoft-Windows-Sysmon/Operational"),
    ("security", "Security"),
    ("system", "System"),
    ("powershell", "Microsoft-Windows-PowerShell/Operational"),
    ("powershell-classic", "Windows PowerShell"),
    ("taskscheduler", "Microsoft-Windows-TaskScheduler/Operational"),
    ("wmi", "Microsoft-Windows-WMI-Activity/Operational"),
    ("driver-framework", "Microsoft-Windows-DriverFrameworks-UserMode/Operational"),
    ("dhcp", "Microsoft-Windows-DHCP-Server/Operational"),
    ("ntlm", "Microsoft-Windows-NTLM/Operational"),
    ("dns-server", "DNS Server"),
    ("dns-server-audit", "Microsoft-Windows-DNS-Server/Audit"),
];

/// Where the events of a rule are, in the words of Data Needed.
#[derive(Debug, Default)]
struct Source {
    platform: Option<Value>,
    channel: Option<Value>,
}

/// Field → value; the value matters for `EventID` alone.
type Fields<'a> = BTreeMap<&'a str, &'a Value>;

/// The Data Needed ATC would have listed for the rule, as indices into `data`.
pub(super) fn derive(rule: &Rule, data: &[DataNeeded]) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    let Some((first, further)) = rule.documents.split_first() else { return found };
    match first.get("action").map(Value::as_str) {
        None => single(first, data, &mut found),
        Some(Some("global")) => global(first, further, data, &mut found),
        Some(_) => {}
    }
    found
}

/// A rule of one document: each selection on its own.
fn single(document: &Value, data: &[DataNeeded], found: &mut BTreeSet<u32>) {
    let mut source = Source::default();
    source.update(document.get("logsource"));
    let by_event = selections(document).any(|(_, selection)| names_event_id(selection));
    for (_, selection) in selections(document) {
        let fields = match selection.as_map() {
            Some(entries) => selection_fields(entries),
            None => detection_fields(document),
        };
        source.matches(data, &fields, by_event, found);
    }
}

/// A rule whose first document is common to the others: each other document as a whole.
fn global(first: &Value, further: &[Value], data: &[DataNeeded], found: &mut BTreeSet<u32>) {
    let common = detection_fields(first);
    let mut source = Source::default();
    let mut by_event = common.contains_key("EventID");
    for document in further {
        if document.get("detection").is_none() || document.get("logsource").is_none() {
            continue;
        }
        by_event |= selections(document).any(|(_, selection)| names_event_id(selection));
        source.update(document.get("logsource"));
        let mut fields = detection_fields(document);
        for (field, value) in &common {
            fields.entry(field).or_insert(value);
        }
        source.matches(data, &fields, by_event, found);
    }
}

impl Source {
    /// Takes over what is given; what is not stays as it was in the document before.
    fn update(&mut self, logsource: Option<&Value>) {
        for key in ["category", "product", "service", "definition"] {
            let Some(value) = logsource.and_then(|source| source.get(key)).filter(|value| is_true(value)) else {
                continue;
            };
            let value = match value.as_str() {
                Some(text) => real_name(text).into(),
                None => value.clone(),
            };
            match real_name(key) {
                "platform" => self.platform = Some(value),
                "channel" => self.channel = Some(value),
                _ => {}
            }
        }
    }

    /// Adds the Data Needed of this log source that have the event, or all the fields.
    fn matches(&self, data: &[DataNeeded], fields: &Fields<'_>, by_event: bool, found: &mut BTreeSet<u32>) {
        let events = by_event.then(|| event_ids(fields.get("EventID").copied()));
        for (i, needed) in (0..).zip(data) {
            let given = |key| needed.document.get(key).filter(|value| !value.is_null());
            if given("platform") != self.platform.as_ref() || given("channel") != self.channel.as_ref() {
                continue;
            }
            let fits = match &events {
                Some(events) => events.contains(&event_of_title(&needed.title)),
                None => fields.keys().all(|field| needed.fields.iter().any(|known| known == field)),
            };
            if fits {
                found.insert(i);
            }
        }
    }
}

fn real_name(text: &str) -> &str {
    REAL_NAMES.iter().find(|(name, _)| *name == text).map_or(text, |(_, real)| real)
}

/// Whether Python takes the value for true.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) | Value::Int(0) => false,
        Value::Float(number) => *number != 0.0,
        Value::Str(text) => !text.is_empty(),
        Value::Seq(items) => !items.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        Value::Bool(true) | Value::Int(_) => true,
    }
}

/// The parts of the detection but its condition and time frame.
fn selections(document: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let entries = document.get("detection").and_then(Value::as_map).unwrap_or_default();
    entries.iter().map(|(name, selection)| (name.as_str(), selection)).filter(|(name, _)| !is_rule_word(name))
}

fn is_rule_word(name: &str) -> bool {
    matches!(name, "condition" | "timeframe")
}

/// Whether the selection has the field itself; one inside a list of mappings was overlooked.
fn names_event_id(selection: &Value) -> bool {
    match selection {
        Value::Map(entries) => entries.iter().any(|(field, _)| field == "EventID"),
        Value::Seq(items) => items.iter().any(|item| item.as_str() == Some("EventID")),
        _ => false,
    }
}

/// The fields of one selection; a field with a list of values is lost, `EventID` excepted.
fn selection_fields(entries: &[(String, Value)]) -> Fields<'_> {
    let mut fields = Fields::new();
    for (field, value) in entries.iter().filter(|(field, _)| !is_rule_word(field)) {
        match value {
            Value::Seq(items) if field != "EventID" => {
                for (field, value) in items.iter().filter_map(Value::as_map).flatten() {
                    fields.insert(field, value);
                }
            }
            _ => {
                fields.insert(field, value);
            }
        }
    }
    fields
}

/// The fields of all selections together, the later ones over the earlier.
fn detection_fields(document: &Value) -> Fields<'_> {
    let mut fields = Fields::new();
    for (_, selection) in selections(document) {
        let maps = match selection {
            Value::Seq(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        for (field, value) in maps.iter().map_while(Value::as_map).flatten() {
            fields.insert(field, value);
        }
    }
    fields
}

/// The event ids as text; without the field there is one, Python's word for nothing.
fn event_ids(value: Option<&Value>) -> Vec<String> {
    let text = |value: &Value| value.scalar_text().unwrap_or_else(|| "None".to_owned());
    match value {
        Some(Value::Seq(items)) => items.iter().map(text).collect(),
        Some(value) => vec![text(value)],
        None => vec!["None".to_owned()],
    }
}

/// The third part of the title as a number, `DN_0016_12_windows…` → `12`.
fn event_of_title(title: &str) -> String {
    let number = title.split('_').nth(2).and_then(|part| part.trim().parse::<i64>().ok());
    number.map_or_else(|| "None".to_owned(), |number| number.to_string())
}
