//! The Data Needed there are, prepared for being asked for.

use std::collections::HashSet;

use crate::model::{DataNeeded, LogSource};

use super::logsource::{EventSource, event_sources};

/// A Data Needed as it is matched: everything in lower case.
pub(super) struct Offer {
    pub(super) index: u32,
    platform: String,
    channel: String,
    provider: String,
    log_type: String,
    logsources: Vec<LogSource>,
    pub(super) event_ids: Vec<String>,
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
}

impl Candidate<'_> {
    /// Whether its events carry the field.
    pub(super) fn has(&self, field: &str) -> bool {
        let field = field.to_ascii_lowercase();
        self.offer.fields.contains(&field)
            || self.source.is_some_and(|source| {
                let called = |(taxonomy, own): &(&str, &str)| {
                    taxonomy.eq_ignore_ascii_case(&field) && self.offer.fields.contains(&own.to_ascii_lowercase())
                };
                source.fields.iter().any(called)
            })
    }
}

/// All Data Needed.
pub(super) struct Supply {
    offers: Vec<Offer>,
}

impl Supply {
    pub(super) fn new(data: &[DataNeeded]) -> Self {
        let lower = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
        let offers = (0..)
            .zip(data)
            .map(|(index, dn)| Offer {
                index,
                platform: lower(&dn.platform),
                channel: lower(&dn.channel),
                provider: lower(&dn.provider),
                log_type: lower(&dn.log_type),
                logsources: dn.logsources.clone(),
                event_ids: dn.event_ids.clone(),
                fields: dn.fields.iter().map(|f| f.to_ascii_lowercase()).collect(),
            })
            .collect();
        Self { offers }
    }

    /// The Data Needed that serve a log source, in corpus order.
    pub(super) fn serving(&self, wanted: &LogSource) -> Vec<Candidate<'_>> {
        let sources = event_sources(wanted);
        self.offers.iter().filter_map(|offer| candidate(offer, wanted, sources)).collect()
    }
}

fn candidate<'a>(offer: &'a Offer, wanted: &LogSource, sources: &'static [EventSource]) -> Option<Candidate<'a>> {
    let by_channel = sources.iter().find(|source| {
        source.channel.eq_ignore_ascii_case(&offer.channel)
            && (source.events.is_empty()
                || offer.event_ids.is_empty()
                || offer.event_ids.iter().any(|id| source.events.contains(&id.as_str())))
    });
    if !offer.logsources.is_empty() {
        let declared = offer.logsources.iter().any(|own| serves(own, wanted));
        return declared.then_some(Candidate { offer, source: by_channel, of_category: true });
    }
    if !same_platform(&offer.platform, wanted.product.as_deref()) {
        return None;
    }
    if sources.is_empty() {
        return by_words(offer, wanted).then_some(Candidate { offer, source: None, of_category: true });
    }
    let of_category = by_channel.is_some_and(|s| s.events.is_empty() || !offer.event_ids.is_empty());
    by_channel.map(|source| Candidate { offer, source: Some(source), of_category })
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

fn same_platform(platform: &str, product: Option<&str>) -> bool {
    let Some(product) = product else { return true };
    let product = product.trim().to_ascii_lowercase();
    platform == product || (platform == "unix" && product == "linux")
}

/// Log sources the table does not know: the names themselves must agree.
fn by_words(offer: &Offer, wanted: &LogSource) -> bool {
    let names = [&offer.channel, &offer.provider, &offer.log_type, &offer.platform];
    let is_name = |part: &Option<String>| {
        part.as_deref().is_some_and(|part| names.iter().any(|name| name.eq_ignore_ascii_case(part.trim())))
    };
    match (&wanted.service, &wanted.category) {
        (Some(_), _) => is_name(&wanted.service),
        (None, Some(_)) => is_name(&wanted.category),
        (None, None) => wanted.product.is_some(),
    }
}
