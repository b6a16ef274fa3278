//! Rule → Data Needed: what a rule declares, else what its log source, events and fields ask for.
//!
//! ATC's idea, calculated right: each selection of each document is matched on its own, an
//! event id counts where it is named, fields count with their modifiers and in lists, `category`
//! leads to events as `service` leads to channels, and where nothing fits the reason is kept.

mod atc2019;
mod atc2022;
mod condition;
mod demand;
mod logsource;
mod recorded;
mod selection;
mod supply;

pub(super) use recorded::add as add_recorded;

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::model::{Corpus, Rule, RuleKind};

use super::names::Names;
use super::{Edge, EdgeKind, Node, Unresolved, UnresolvedWhy, Via};

use self::supply::Supply;

/// How the Data Needed of a rule that declares none is calculated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DataNeededProfile {
    /// From log source, event ids and fields, as they are meant.
    #[default]
    Default,
    /// As ATC did in February 2019, errors included.
    Atc2019,
    /// As ATC did in its last state, of 2022, errors included.
    Atc2022,
}

/// Why a rule has no Data Needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DataGap {
    /// No Data Needed describes these events (channel, event id) of its log source.
    Event {
        /// The channel or log source in words.
        source: String,
        /// The event ids without a Data Needed.
        events: Vec<String>,
    },
    /// No Data Needed serves the log source.
    LogSource {
        /// The log source in words.
        source: String,
    },
    /// Data Needed serve the log source, but none carries all the fields.
    Fields {
        /// The log source in words.
        source: String,
        /// The fields that the nearest one lacks.
        missing: Vec<String>,
        /// The nearest Data Needed (index into the corpus), if any shares a field.
        nearest: Option<u32>,
    },
}

/// What one rule needs.
#[derive(Default)]
pub(super) struct Needs {
    data: BTreeSet<u32>,
    gap: Option<DataGap>,
}

/// What each rule needs that does not say so itself.
///
/// What is `known` of the rule with an index is not calculated again.
pub(super) fn needs_unless(
    corpus: &Corpus,
    profile: DataNeededProfile,
    known: &(dyn Fn(usize) -> Option<Arc<Needs>> + Sync),
) -> Vec<Arc<Needs>> {
    let by_name = names(corpus);
    let supply = Supply::new(corpus, &by_name);
    let derive = |rule: &Rule| match profile {
        DataNeededProfile::Atc2019 => Needs { data: atc2019::derive(rule, &corpus.data_needed), gap: None },
        DataNeededProfile::Atc2022 => Needs { data: atc2022::derive(rule, corpus), gap: None },
        DataNeededProfile::Default if !rule.data_needed.is_empty() => Needs::default(),
        DataNeededProfile::Default => demand::derive(rule, &supply),
    };
    let rules = corpus.rules.par_iter().enumerate();
    rules.map(|(i, rule)| known(i).unwrap_or_else(|| Arc::new(derive(rule)))).collect()
}

fn names(corpus: &Corpus) -> Names<'_> {
    Names::of(corpus.data_needed.iter().map(|x| (&x.title, &x.origin)))
}

/// Adds the edges rule → Data Needed; the result says for each rule what is missing.
pub(super) fn add(
    corpus: &Corpus,
    profile: DataNeededProfile,
    needs: Vec<Arc<Needs>>,
    edges: &mut Vec<Edge>,
    unresolved: &mut Vec<Unresolved>,
) -> Vec<Option<DataGap>> {
    let by_name = names(corpus);
    let mut gaps = Vec::with_capacity(needs.len());
    for ((i, rule), needs) in (0..).zip(&corpus.rules).zip(needs) {
        if profile == DataNeededProfile::Default {
            declared(i, rule, &by_name, edges, unresolved);
        }
        for to in &needs.data {
            edges.push(edge(Node::Rule(i), Node::DataNeeded(*to)));
        }
        gaps.push(Arc::try_unwrap(needs).map_or_else(|needs| needs.gap.clone(), |needs| needs.gap));
    }
    gaps
}

fn declared(i: u32, rule: &Rule, names: &Names<'_>, edges: &mut Vec<Edge>, unresolved: &mut Vec<Unresolved>) {
    let (from, kind) = (Node::Rule(i), EdgeKind::NeedsData);
    for (n, text) in rule.data_needed.iter().enumerate() {
        let place = rule.origin.item("data_needed", n);
        match names.find(text) {
            Some(to) => edges.push(Edge { place: Some(place), ..edge(from, Node::DataNeeded(to)) }),
            None => unresolved.push(Unresolved {
                from,
                kind,
                text: text.clone(),
                at: place.into(),
                why: UnresolvedWhy::Unknown,
            }),
        }
    }
}

fn edge(from: Node, to: Node) -> Edge {
    Edge { from, kind: EdgeKind::NeedsData, to, place: None, via: Via::Direct, relation: None }
}

/// A correlation or filter needs what the rules it refers to need.
pub(super) fn inherit(corpus: &Corpus, edges: &mut Vec<Edge>) {
    let mut data: Vec<Vec<Node>> = vec![Vec::new(); corpus.rules.len()];
    for edge in edges.iter().filter(|edge| edge.kind == EdgeKind::NeedsData) {
        data[edge.from.index()].push(edge.to);
    }
    let found: Vec<Edge> = edges
        .iter()
        .filter(|e| e.kind == EdgeKind::RefersTo && corpus.rules[e.from.index()].kind == RuleKind::Correlation)
        .flat_map(|e| data[e.to.index()].iter().map(|to| edge(e.from, *to)))
        .collect();
    edges.extend(found);
}
