//! Sigma's log sources as channels and events, from `data/logsources.tsv`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::model::LogSource;

/// A channel a log source's events are found in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct EventSource {
    /// The channel's name.
    pub(super) channel: &'static str,
    /// The events of the category; empty where a service names the whole channel.
    pub(super) events: Vec<&'static str>,
    /// Fields by the taxonomy's name, with the name the channel's events have for it.
    pub(super) fields: Vec<(&'static str, &'static str)>,
}

/// Sorted by product, category, service.
type Table = Vec<([&'static str; 3], Vec<EventSource>)>;

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table: BTreeMap<[&str; 3], Vec<EventSource>> = BTreeMap::new();
    for line in include_str!("../../../data/logsources.tsv").lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let mut next = || columns.next().unwrap_or_default();
        let key = [next(), next(), next()];
        let channel = next();
        let events = next().split(',').filter(|event| !event.is_empty()).collect();
        let fields = next().split(';').filter_map(|pair| pair.split_once('=')).collect();
        table.entry(key).or_default().push(EventSource { channel, events, fields });
    }
    table.into_iter().collect()
});

/// The channels of a log source: those of its category where it names one, else of its service.
pub(super) fn event_sources(source: &LogSource) -> &'static [EventSource] {
    let lower = |part: &Option<String>| part.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
    let (product, category, service) = (lower(&source.product), lower(&source.category), lower(&source.service));
    let find = |key: [&str; 3]| -> Option<&'static [EventSource]> {
        let i = TABLE.binary_search_by(|(k, _)| k.iter().copied().cmp(key)).ok()?;
        Some(&TABLE[i].1)
    };
    find([&product, &category, &service])
        .or_else(|| find([&product, &category, ""]).filter(|_| !category.is_empty()))
        .or_else(|| find([&product, "", &service]).filter(|_| !service.is_empty()))
        .or_else(|| find(["", &category, ""]).filter(|_| !category.is_empty()))
        .unwrap_or_default()
}

/// A log source in words, as messages show it.
pub(super) fn in_words(source: &LogSource) -> String {
    let parts: Vec<String> =
        [("product", &source.product), ("category", &source.category), ("service", &source.service)]
            .into_iter()
            .filter_map(|(name, part)| Some(format!("{name} {}", part.as_deref()?)))
            .collect();
    if parts.is_empty() { "no log source".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(product: &str, category: &str, service: &str) -> LogSource {
        let part = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        LogSource { product: part(product), category: part(category), service: part(service), definition: None }
    }

    #[test]
    fn categories_lead_to_events_and_services_to_channels() {
        let found = event_sources(&source("windows", "process_creation", ""));
        let pairs: Vec<_> = found.iter().map(|s| (s.channel, s.events.as_slice())).collect();
        assert_eq!(pairs, [("Microsoft-Windows-Sysmon/Operational", &["1"][..]), ("Security", &["4688"][..])]);
        assert_eq!(event_sources(&source("Windows", "", "System"))[0].channel, "System");
        assert_eq!(event_sources(&source("", "webserver", ""))[0].channel, "Web Server");
        assert!(event_sources(&source("okta", "", "okta")).is_empty());
        assert!(event_sources(&source("windows", "", "")).is_empty());
    }
}
