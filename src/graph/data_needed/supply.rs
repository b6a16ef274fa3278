//! The Data Needed there are, prepared for being asked for.

use std::collections::HashSet;

use crate::model::{Corpus, DataNeeded, LogSource, RecordedEvent, Rule};

use super::super::names::Names;
use super::logsource::{EventSource, event_sources};

/// A Data Needed as it is matched: everything in lower case.
pub(super) struct Offer {
    pub(super) index: u32,
    platform: String,
    channel: String,
    provider: String,
    log_type: String,
    logsources: Vec<LogSource>,
    event_ids: Vec<String>,
    fields: HashSet<String>,
}

/// A Data Needed that serves a log source, with what it calls the taxonomy's fields.
#[derive(Clone, Copy)]
pub(super) struct Candidate<'a> {
    pub(super) offer: &'a Offer,
    /// The channel by which it serves; `None` where it declares the log source itself.
    source: Option<&'static EventSource>,
    /// Whether its event ids are those of the log source's category.
    pub(super) of_category: bool,
    /// Whether the log itself is named, and not only the platform it is written on.
    pub(super) of_log: bool,
}

/// Fields every event of a Windows event log has, whatever a Data Needed lists (the `System`
/// part of the event).
const OF_EVERY_WINDOWS_EVENT: &[&str] = &["channel", "provider_name", "computer", "level", "keywords"];

impl Candidate<'_> {
    /// Whether its events carry the field.
    pub(super) fn has(&self, field: &str) -> bool {
        let field = field.to_ascii_lowercase();
        let own_name = |source: &EventSource| {
            let called = |(taxonomy, own): &(&str, &str)| {
                taxonomy.eq_ignore_ascii_case(&field) && self.offer.fields.contains(&own.to_ascii_lowercase())
            };
            source.fields.iter().any(called)
        };
        self.offer.fields.contains(&field)
            || self.source.is_some_and(own_name)
            || (self.offer.platform == "windows" && OF_EVERY_WINDOWS_EVENT.contains(&field.as_str()))
    }

    /// Whether it describes the event with this id, or the audit record of this type.
    pub(super) fn describes(&self, event: &str) -> bool {
        self.offer.event_ids.iter().any(|id| id.eq_ignore_ascii_case(event))
    }

    /// Whether both describe the same events of one log.
    pub(super) fn same_event(&self, other: &Self) -> bool {
        (&self.offer.channel, &self.offer.event_ids) == (&other.offer.channel, &other.offer.event_ids)
    }

    /// Whether it says which events it describes.
    pub(super) fn names_events(&self) -> bool {
        !self.offer.event_ids.is_empty()
    }

    /// Whether its events can come from one of these providers: rules shorten their names
    /// (`Backup` for `Microsoft-Windows-Backup`).
    pub(super) fn is_from_provider(&self, providers: &[String]) -> bool {
        either_contains(&self.offer.provider, providers)
    }

    /// Whether its events can be in one of these channels.
    pub(super) fn in_channel(&self, channels: &[String]) -> bool {
        either_contains(&self.offer.channel, channels)
    }
}

fn either_contains(own: &str, wanted: &[String]) -> bool {
    let alike = |wanted: &String| {
        let wanted = wanted.trim_matches('*').to_ascii_lowercase();
        own.contains(&wanted) || wanted.contains(own)
    };
    wanted.is_empty() || own.is_empty() || wanted.iter().any(alike)
}

/// What an Enrichment adds.
struct Added {
    /// To which Data Needed; to any where it names none.
    to: Vec<u32>,
    fields: HashSet<String>,
}

/// All Data Needed, and what Enrichments add to them.
pub(super) struct Supply<'a> {
    offers: Vec<Offer>,
    enrichments: Names<'a>,
    added: Vec<Added>,
}

/// The fields a rule's Enrichments add to events.
pub(super) struct Enriched<'s>(Vec<&'s Added>);

impl Enriched<'_> {
    /// Whether the field is added to events of this Data Needed.
    pub(super) fn has(&self, offer: &Offer, field: &str) -> bool {
        let field = field.to_ascii_lowercase();
        let adds =
            |added: &&Added| (added.to.is_empty() || added.to.contains(&offer.index)) && added.fields.contains(&field);
        self.0.iter().any(adds)
    }
}

impl<'a> Supply<'a> {
    pub(super) fn new(corpus: &'a Corpus, by_name: &Names<'_>) -> Self {
        let added = corpus.enrichments.iter().map(|enrichment| Added {
            to: enrichment.data_to_enrich.iter().filter_map(|name| by_name.find(name)).collect(),
            fields: enrichment.new_fields.iter().map(|field| field.to_ascii_lowercase()).collect(),
        });
        Self {
            offers: (0..).zip(&corpus.data_needed).map(|(index, dn)| offer(index, dn)).collect(),
            enrichments: Names::of(corpus.enrichments.iter().map(|x| (&x.title, &x.origin))),
            added: added.collect(),
        }
    }

    /// The Data Needed that serve a log source, in corpus order.
    pub(super) fn serving(&self, wanted: &LogSource) -> Vec<Candidate<'_>> {
        let sources = event_sources(wanted);
        self.offers.iter().filter_map(|offer| candidate(offer, wanted, &sources)).collect()
    }

    /// The Data Needed that describe an event, by its log and its id; of several of one event those that
    /// list most of its fields.
    pub(super) fn describing(&self, event: &RecordedEvent) -> Vec<&Offer> {
        let of_log = |offer: &&Offer| match (&event.channel, &event.provider, &event.event_id) {
            (Some(channel), ..) => offer.channel == channel.trim().to_ascii_lowercase(),
            (None, Some(provider), _) => offer.provider == provider.trim().to_ascii_lowercase(),
            (None, None, Some(id)) => offer.channel == "auditd" && is_record_type(id),
            (None, None, None) => false,
        };
        let id = event.event_id.as_deref().unwrap_or_default().trim();
        let is_described = |offer: &&Offer| offer.event_ids.iter().any(|own| own.eq_ignore_ascii_case(id));
        let of_log: Vec<&Offer> = self.offers.iter().filter(of_log).collect();
        let described: Vec<&Offer> = of_log.iter().copied().filter(is_described).collect();
        let found = if described.is_empty() {
            of_log.into_iter().filter(|offer| offer.event_ids.is_empty()).collect()
        } else {
            described
        };
        let names: HashSet<String> = event.fields.iter().map(|field| field.name.to_ascii_lowercase()).collect();
        let listed = |offer: &Offer| offer.fields.iter().filter(|field| names.contains(*field)).count();
        let most = found.iter().map(|offer| listed(offer)).max().unwrap_or(0);
        found.into_iter().filter(|offer| listed(offer) == most).collect()
    }

    /// Whether any Data Needed is of this channel.
    pub(super) fn knows_channel(&self, channel: &str) -> bool {
        self.offers.iter().any(|offer| offer.channel.eq_ignore_ascii_case(channel))
    }

    /// What the Enrichments a rule declares add.
    pub(super) fn enriched(&self, rule: &Rule) -> Enriched<'_> {
        let added = |name: &String| self.added.get(self.enrichments.find(name)? as usize);
        Enriched(rule.enrichments.iter().filter_map(added).collect())
    }
}

fn offer(index: u32, dn: &DataNeeded) -> Offer {
    let lower = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
    let mut event_ids = dn.event_ids.clone();
    // Linux's audit log has record types where Windows has event ids (`SYSCALL`, `EXECVE` …).
    if let Some(record) = dn.log_type.as_deref().filter(|record| is_record_type(record))
        && lower(&dn.channel) == "auditd"
        && event_ids.is_empty()
    {
        event_ids.push(record.to_owned());
    }
    Offer {
        index,
        platform: lower(&dn.platform),
        channel: lower(&dn.channel),
        provider: lower(&dn.provider),
        log_type: lower(&dn.log_type),
        logsources: dn.logsources.clone(),
        event_ids,
        fields: dn.fields.iter().map(|f| f.to_ascii_lowercase()).collect(),
    }
}

fn is_record_type(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}

fn candidate<'a>(offer: &'a Offer, wanted: &LogSource, sources: &[&'static EventSource]) -> Option<Candidate<'a>> {
    let by_channel = sources.iter().copied().find(|source| {
        source.channel.eq_ignore_ascii_case(&offer.channel)
            && (source.providers.is_empty() || source.providers.contains(&offer.provider.as_str()))
            && (source.events.is_empty()
                || offer.event_ids.is_empty()
                || offer.event_ids.iter().any(|id| source.events.contains(&id.as_str())))
    });
    let served = Candidate { offer, source: by_channel, of_category: true, of_log: true };
    if !offer.logsources.is_empty() {
        let of_log = wanted.category.is_some() || wanted.service.is_some();
        return offer.logsources.iter().any(|own| serves(own, wanted)).then_some(Candidate { of_log, ..served });
    }
    if let Some(source) = by_channel {
        let of_category = source.events.is_empty() || !offer.event_ids.is_empty();
        return same_platform(offer, wanted.product.as_deref()).then_some(Candidate { of_category, ..served });
    }
    if !sources.is_empty() {
        return None;
    }
    let of_log = by_words(offer, wanted)?;
    Some(Candidate { of_log, ..served })
}

/// Whether what a Data Needed declares (`own`) covers what a rule asks for: no part of the two
/// differs, and the rule says at least as much as its product or category.
fn serves(own: &LogSource, wanted: &LogSource) -> bool {
    let agree = |a: &Option<String>, b: &Option<String>| match (a, b) {
        (Some(a), Some(b)) => a.trim().eq_ignore_ascii_case(b.trim()),
        _ => true,
    };
    let shared = [(&own.product, &wanted.product), (&own.category, &wanted.category), (&own.service, &wanted.service)];
    // A declared part the rule leaves open narrows nothing for the product alone, but a rule for
    // `category: x` is not served by data that only declares `service: y` of the same product.
    let narrowed = (own.category.is_some() && wanted.category.is_some())
        || (own.service.is_some() && wanted.service.is_some())
        || (wanted.category.is_none() && wanted.service.is_none())
        || (own.category.is_none() && own.service.is_none());
    shared.iter().all(|(a, b)| agree(a, b)) && shared.iter().any(|(a, b)| a.is_some() && b.is_some()) && narrowed
}

fn same_platform(offer: &Offer, product: Option<&str>) -> bool {
    let Some(product) = product else { return true };
    let product = product.trim().to_ascii_lowercase();
    offer.platform == product || (offer.platform == "unix" && product == "linux")
}

/// Log sources the table does not know: the names themselves must agree. Says whether the log is
/// named, and not its platform alone.
fn by_words(offer: &Offer, wanted: &LogSource) -> Option<bool> {
    let is = |part: &Option<String>, names: &[&str]| {
        part.as_deref().is_some_and(|part| names.iter().any(|name| name.eq_ignore_ascii_case(part.trim())))
    };
    let log = [offer.channel.as_str(), &offer.provider, &offer.log_type];
    let product = same_platform(offer, wanted.product.as_deref());
    let product_is_log = is(&wanted.product, &log);
    match (&wanted.service, &wanted.category) {
        (None, None) => (product_is_log || (product && wanted.product.is_some())).then_some(product_is_log),
        (Some(_), _) => (product && is(&wanted.service, &log)).then_some(true),
        // A platform may be a kind of log by itself, as `antivirus` is.
        (None, Some(_)) => {
            (product && (is(&wanted.category, &log) || is(&wanted.category, &[&offer.platform]))).then_some(true)
        }
    }
}
