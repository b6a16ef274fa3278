//! What a rule asks for: its documents' log sources, and of each selection the events and fields.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::model::{LogSource, Precedence, Rule, RuleKind, Value, unfold};

use super::condition::{Condition, Fit};
use super::logsource::{event_sources, in_words};
use super::selection::{Alternative, EventFields, alternatives};
use super::supply::{Candidate, Enriched, Supply};
use super::{DataGap, Needs};

/// The Data Needed of a rule that declares none.
pub(super) fn derive(rule: &Rule, supply: &Supply<'_>) -> Needs {
    let mut needs = Needs::default();
    if rule.kind != RuleKind::Detection {
        return needs;
    }
    let enriched = supply.enriched(rule);
    for document in documents(&rule.documents) {
        let Some(detection) = document.get("detection") else { continue };
        let source = document.get("logsource").map(log_source).unwrap_or_default();
        let found = document_needs(&source, detection, supply, &enriched);
        needs.data.extend(found.data);
        needs.gap = needs.gap.take().or(found.gap);
    }
    // A gap in the fields or the log source of one document matters only where nothing fits at
    // all; a missing event is a hole even beside others that are there.
    if !needs.data.is_empty() && !matches!(needs.gap, Some(DataGap::Event { .. })) {
        needs.gap = None;
    }
    needs
}

/// The documents a rule means, the collections of 2019 (`action`) unfolded. Where nothing
/// comes out of a collection, as of a global document alone, its documents stand for themselves.
fn documents(written: &[Value]) -> Vec<Cow<'_, Value>> {
    let (emitted, _) = unfold(written, Precedence::of(written));
    if emitted.is_empty() {
        return written.iter().map(Cow::Borrowed).collect();
    }
    emitted.into_iter().map(|one| one.document).collect()
}

fn log_source(value: &Value) -> LogSource {
    let part = |key: &str| value.get(key).and_then(Value::scalar_text).filter(|text| !text.trim().is_empty());
    LogSource { product: part("product"), category: part("category"), service: part("service"), definition: None }
}

/// The selections of a document, and the conditions over them.
struct Demand {
    selections: Vec<Vec<Alternative>>,
    conditions: Vec<Condition>,
}

impl Demand {
    fn new(detection: &Value, fields: EventFields) -> Self {
        let entries = detection.as_map().unwrap_or_default();
        let selections: Vec<&(String, Value)> =
            entries.iter().filter(|(name, _)| !matches!(name.as_str(), "condition" | "timeframe")).collect();
        let names: Vec<&str> = selections.iter().map(|(name, _)| name.as_str()).collect();
        let texts: Vec<&str> = match detection.get("condition") {
            Some(Value::Str(text)) => vec![text],
            Some(Value::Seq(items)) => items.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let mut conditions: Vec<Condition> =
            texts.iter().flat_map(|text| parts(text)).map(|text| Condition::read(text, &names)).collect();
        let mut wanted = Vec::new();
        for condition in &conditions {
            condition.wanted(&mut wanted);
        }
        if wanted.is_empty() {
            // Nothing but negations, or no condition at all: every selection counts.
            conditions = vec![Condition::any(&names)];
        }
        let selections = selections.iter().map(|(_, value)| alternatives(value, fields)).collect();
        Self { selections, conditions }
    }

    /// How far events of the Data Needed alone can fulfil a condition.
    fn fit(&self, candidate: &Candidate<'_>, enriched: &Enriched<'_>) -> Fit {
        let fit = |i: usize| {
            let fits = self.selections[i].iter().map(|alternative| alternative.fit(candidate, enriched));
            fits.max().unwrap_or(Fit::OtherEvent)
        };
        self.conditions.iter().filter_map(|condition| condition.weigh(&fit)).max().unwrap_or(Fit::OtherEvent)
    }

    /// The alternatives of the selections that are not only negated.
    fn wanted(&self) -> Vec<&Alternative> {
        let mut wanted = Vec::new();
        for condition in &self.conditions {
            condition.wanted(&mut wanted);
        }
        wanted.sort_unstable();
        wanted.dedup();
        wanted.into_iter().flat_map(|i| &self.selections[i]).collect()
    }
}

/// The search of a condition, and what its aggregation relates it to: the events after `near`
/// are as needed as those before.
fn parts(condition: &str) -> impl Iterator<Item = &str> {
    let (search, aggregation) = condition.split_once('|').unwrap_or((condition, ""));
    let near = aggregation.trim_start().strip_prefix("near ");
    std::iter::once(search).chain(near)
}

fn document_needs(source: &LogSource, detection: &Value, supply: &Supply<'_>, enriched: &Enriched<'_>) -> Needs {
    let candidates = supply.serving(source);
    let demand = Demand::new(detection, EventFields::of(source));
    let wanted = demand.wanted();
    if candidates.is_empty() {
        return Needs { gap: Some(no_candidate(source, supply)), ..Needs::default() };
    }
    // Where only the platform is known, keywords alone cannot tell which of its logs is meant.
    if candidates.iter().all(|c| !c.of_log) && wanted.iter().all(|a| a.fields.is_empty() && a.events.is_empty()) {
        let source = format!("{} alone, which names no log", in_words(source));
        return Needs { gap: Some(DataGap::LogSource { source }), ..Needs::default() };
    }
    let serving = serving(&demand, &wanted, &candidates, enriched);
    let missing = missing_events(&wanted, &candidates, enriched);
    let data: BTreeSet<u32> = serving.iter().map(|c| c.offer.index).collect();
    let gap = if !missing.is_empty() {
        Some(DataGap::Event { source: in_words(source), events: missing })
    } else if data.is_empty() {
        Some(fields_gap(source, &wanted, &candidates, enriched))
    } else {
        None
    };
    Needs { data, gap }
}

/// The Data Needed that serve.
fn serving<'c>(
    demand: &Demand,
    wanted: &[&Alternative],
    candidates: &'c [Candidate<'c>],
    enriched: &Enriched<'_>,
) -> Vec<&'c Candidate<'c>> {
    let mut found: Vec<(&Candidate<'_>, Fit)> = candidates.iter().map(|c| (c, demand.fit(c, enriched))).collect();
    found.retain(|(_, fit)| fit.serves());
    if found.is_empty() {
        // Selections that only different events together can fulfil: each event for itself.
        let best = |c| wanted.iter().map(|a| a.fit(c, enriched)).max().unwrap_or(Fit::OtherEvent);
        found.extend(candidates.iter().map(|c| (c, best(c))).filter(|(_, fit)| *fit >= Fit::Event));
    }
    // Of two that describe one event, as 4688 with and without the command line, the one with
    // the fields is meant.
    let complete: Vec<&Candidate<'_>> =
        found.iter().filter(|(_, fit)| *fit == Fit::EventWithFields).map(|(c, _)| *c).collect();
    found.retain(|(c, fit)| *fit != Fit::Event || !complete.iter().any(|other| other.same_event(c)));
    found.into_iter().map(|(c, _)| c).collect()
}

/// The events asked for that no Data Needed describes, in the order of the rule.
fn missing_events(wanted: &[&Alternative], candidates: &[Candidate<'_>], enriched: &Enriched<'_>) -> Vec<String> {
    let mut missing: Vec<String> = Vec::new();
    for alternative in wanted {
        for event in &alternative.events {
            let described = candidates.iter().any(|c| alternative.finds(event, c, enriched));
            if !described && !missing.contains(event) {
                missing.push(event.clone());
            }
        }
    }
    missing
}

/// Why nothing serves the log source: a channel without a Data Needed, or one with others than
/// the events of the category.
fn no_candidate(source: &LogSource, supply: &Supply<'_>) -> DataGap {
    let sources = event_sources(source);
    let words = in_words(source);
    let channels: Vec<&str> = sources.iter().map(|source| source.channel).collect();
    let Some(known) = sources.iter().find(|s| supply.knows_channel(s.channel)) else {
        return DataGap::LogSource { source: with_channels(words, &channels) };
    };
    let events: Vec<String> = known.events.iter().map(|event| (*event).to_owned()).collect();
    let source = with_channels(words, &[known.channel]);
    if events.is_empty() { DataGap::LogSource { source } } else { DataGap::Event { source, events } }
}

fn with_channels(words: String, channels: &[&str]) -> String {
    match channels {
        [] => words,
        [one] => format!("{words} (channel {one})"),
        many => format!("{words} (channels {})", many.join(", ")),
    }
}

/// Which fields the nearest Data Needed lacks: the one that lacks fewest, the first of equals.
fn fields_gap(
    source: &LogSource,
    wanted: &[&Alternative],
    candidates: &[Candidate<'_>],
    enriched: &Enriched<'_>,
) -> DataGap {
    let lacks = |candidate: &Candidate<'_>| -> Vec<String> {
        let fields: BTreeSet<&String> = wanted.iter().flat_map(|a| &a.fields).collect();
        let absent = |field: &&String| !candidate.has(field) && !enriched.has(candidate.offer, field);
        fields.into_iter().filter(absent).cloned().collect()
    };
    let nearest =
        candidates.iter().filter(|c| c.of_category).map(|c| (lacks(c), c)).min_by_key(|(lacks, _)| lacks.len());
    match nearest {
        Some((missing, candidate)) if !missing.is_empty() => {
            DataGap::Fields { source: in_words(source), missing, nearest: Some(candidate.offer.index) }
        }
        _ => DataGap::LogSource { source: in_words(source) },
    }
}
