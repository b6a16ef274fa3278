//! Data Needed as ATC calculated them in its last state, of 2022.
//!
//! Against 2019: fields with lists of values count, modifiers are cut off, and rules that count a
//! command line are kept from the event that has none. Rules without a service match every channel
//! of their platform, quoted event ids are not seen, and of a rule of several documents each counts
//! on its own, so that what the first one has in common with the others is lost. Nothing here is
//! right by design; see the module above for what is meant.

use std::collections::BTreeSet;

use crate::model::{Corpus, DataNeeded, Rule, Value};

/// A rule's names and those of event logs, in one table for products, services and categories.
const REAL_NAMES: &[(&str, &str)] = &[
    ("windows", "Windows"),
    ("linux", "Unix"),
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
    ("vsftpd", "vsftpd.log"),
    ("clamav", "ClamAV"),
    ("auth", "auth.log"),
    ("sshd", "auth.log"),
    ("dns", "DNS"),
    ("webserver", "Web Server"),
];

/// Fields of which one keeps a rule from the process creation event without a command line.
const COMMAND_LINES: [&str; 4] = ["CommandLine", "ProcessCommandLine", "ProcesssCommandLine", "ParentCommandLine"];

/// The event that has none.
const WITHOUT_COMMAND_LINE: &str = "DN_0001_4688_windows_process_creation";

/// The Data Needed ATC would have listed for the rule, as indices into those of the corpus.
pub(super) fn derive(rule: &Rule, corpus: &Corpus) -> BTreeSet<u32> {
    let data = &corpus.data_needed;
    let mut found = BTreeSet::new();
    let Some((head, further)) = rule.documents.split_first() else { return found };
    for name in texts(head.get("enrichment")) {
        let named = corpus.enrichments.iter().filter(|enrichment| enrichment.title == name);
        let titles = named.flat_map(|enrichment| &enrichment.data_needed);
        let index = |title: &String| (0..).zip(data).find(|(_, needed)| needed.title == *title).map(|(i, _)| i);
        found.extend(titles.filter_map(index));
    }
    let counts_alone = further.is_empty() || head.get("logsource").is_some_and(|source| !source.is_null());
    for document in counts_alone.then_some(head).into_iter().chain(further) {
        matches(document, data, &mut found);
    }
    found
}

fn matches(document: &Value, data: &[DataNeeded], found: &mut BTreeSet<u32>) {
    let source = Source::of(document.get("logsource"));
    if selections(document).any(|selection| fields(selection).any(|(field, _)| field == "EventID")) {
        for selection in selections(document) {
            let ids = event_ids(selection);
            let with_line = fields(selection).any(|(field, _)| COMMAND_LINES.contains(&field));
            for (i, needed) in (0..).zip(data) {
                let fits = source.is(needed) && event_of_title(&needed.title).is_some_and(|id| ids.contains(&id));
                if fits && !(with_line && needed.title == WITHOUT_COMMAND_LINE) {
                    found.insert(i);
                }
            }
        }
        return;
    }
    let asked: BTreeSet<&str> = selections(document).flat_map(fields).map(|(field, _)| field).collect();
    for (i, needed) in (0..).zip(data) {
        let here = match source.category {
            Some("process_creation") => {
                same(needed, "platform", source.platform) && needed.title.contains("process_creation")
            }
            _ => source.is(needed),
        };
        if here && asked.iter().all(|field| needed.fields.iter().any(|known| known == field)) {
            found.insert(i);
        }
    }
}

/// Where the events of a document are, in the words of Data Needed.
struct Source<'d> {
    category: Option<&'d str>,
    platform: Option<&'d str>,
    channel: Option<&'d str>,
}

impl<'d> Source<'d> {
    fn of(logsource: Option<&'d Value>) -> Self {
        let text = |key| logsource.and_then(|source| source.get(key)).and_then(Value::as_str).filter(|s| !s.is_empty());
        let real = |key| text(key).map(real_name);
        Self { category: text("category"), platform: real("product"), channel: real("service") }
    }

    fn is(&self, needed: &DataNeeded) -> bool {
        let channel = self.platform.is_none() || self.channel.is_none() || same(needed, "channel", self.channel);
        same(needed, "platform", self.platform) && channel
    }
}

fn same(needed: &DataNeeded, key: &str, wanted: Option<&str>) -> bool {
    needed.document.get(key).filter(|value| !value.is_null()).and_then(Value::as_str) == wanted
}

fn real_name(text: &str) -> &str {
    REAL_NAMES.iter().find(|(name, _)| *name == text).map_or(text, |(_, real)| real)
}

/// The parts of the detection but its condition and time frame.
fn selections(document: &Value) -> impl Iterator<Item = &Value> {
    let entries = document.get("detection").and_then(Value::as_map).unwrap_or_default();
    let selections = entries.iter().filter(|(name, _)| !matches!(name.as_str(), "condition" | "timeframe"));
    selections.map(|(_, selection)| selection)
}

/// The fields of a selection, a mapping or a list of them, without their modifiers.
fn fields(selection: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let maps = match selection {
        Value::Seq(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let entries = maps.iter().filter_map(Value::as_map).flatten();
    entries.map(|(field, value)| (field.split('|').next().unwrap_or_default(), value))
}

/// The numbers among the event ids of a selection.
fn event_ids(selection: &Value) -> BTreeSet<i64> {
    let values = fields(selection).filter(|(field, _)| *field == "EventID").map(|(_, value)| value);
    let numbers = values.flat_map(|value| match value {
        Value::Seq(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    });
    let number = |value: &Value| match value {
        Value::Int(number) => Some(*number),
        _ => None,
    };
    numbers.filter_map(number).collect()
}

/// The third part of the title as a number, `DN_0016_12_windows…` → 12.
fn event_of_title(title: &str) -> Option<i64> {
    title.split('_').nth(2)?.trim().parse().ok()
}

fn texts(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::Seq(items)) => items.iter().filter_map(Value::as_str).collect(),
        Some(Value::Str(text)) => vec![text],
        _ => Vec::new(),
    }
}
