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
    /// The providers whose events are meant; empty for all.
    pub(super) providers: Vec<&'static str>,
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
        let providers = next().split(',').filter(|provider| !provider.is_empty()).collect();
        table.entry(key).or_default().push(EventSource { channel, events, fields, providers });
    }
    table.into_iter().collect()
});

/// The channels of a log source.
///
/// Where it names a category and a service, the category's events in the service's channels; in
/// the collections of 2019 both may be named of different logs, and then either is meant.
pub(super) fn event_sources(source: &LogSource) -> Vec<&'static EventSource> {
    let lower = |part: &Option<String>| part.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
    let (product, category, service) = (lower(&source.product), lower(&source.category), lower(&source.service));
    let find = |key: [&str; 3]| -> Vec<&'static EventSource> {
        let found = TABLE.binary_search_by(|(k, _)| k.iter().copied().cmp(key));
        found.map_or_else(|_| Vec::new(), |i| TABLE[i].1.iter().collect())
    };
    let mut by_category = Vec::new();
    if !category.is_empty() {
        by_category = find([&product, &category, ""]);
        if by_category.is_empty() {
            by_category = find(["", &category, ""]);
        }
    }
    let by_service = if service.is_empty() { Vec::new() } else { find([&product, "", &service]) };
    let in_service = |one: &&&EventSource| by_service.iter().any(|other| other.channel == one.channel);
    let both: Vec<&EventSource> = by_category.iter().filter(in_service).copied().collect();
    if both.is_empty() { [by_category, by_service].concat() } else { both }
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
        let sysmon = event_sources(&source("windows", "process_creation", "sysmon"));
        assert_eq!((sysmon.len(), sysmon[0].events.as_slice()), (1, &["1"][..]));
        assert_eq!(event_sources(&source("windows", "process_creation", "system")).len(), 3);
        assert_eq!(event_sources(&source("", "webserver", ""))[0].channel, "Web Server");
        assert!(event_sources(&source("okta", "", "okta")).is_empty());
        assert!(event_sources(&source("windows", "", "")).is_empty());
    }
}
