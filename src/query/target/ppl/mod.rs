//! `ppl`: the Piped Processing Language of `OpenSearch`.
//!
//! A rule's log source names the indices. Comparisons have three outcomes there: with an event
//! that lacks the field, neither a comparison nor its negation is true.

mod reference;
mod strict;

use std::borrow::Cow;

use crate::query::detection::StateValue;
use crate::query::reading::Reading;
use crate::query::refusal::{Refusal, Spot};
use crate::query::writer::{Dialect, Grouping, Lists, Syntax};

use super::Format;

pub(super) const FORMAT: Format = Format {
    name: "ppl",
    description: "the query in the Piped Processing Language",
    language: "ppl",
    write,
    correlate: None,
};

const SYNTAX: Syntax =
    Syntax { and: " AND ", or: " OR ", not: "NOT ", grouping: Grouping::AndFirst, lists: Lists::ANY, not_null: false };

fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let indices = indices(reading)?;
    let one = |node| {
        let condition =
            if reading.strict() { strict::Ppl::default().query(node)? } else { reference::condition(node)? };
        Ok(format!("source={indices} | where {condition}"))
    };
    reading.queries.iter().map(one).collect()
}

/// The indices: those a pipeline chose (`index`), or all of a name made of the log source.
fn indices<'n>(reading: &Reading<'n>) -> Result<String, Refusal<'n>> {
    let logsource = &reading.sigma.logsource;
    let parts: Vec<&str> = [&logsource.product, &logsource.category, &logsource.service]
        .into_iter()
        .filter_map(Option::as_deref)
        .collect();
    let named: String = parts.iter().flat_map(|part| [*part, "-"]).chain(["*"]).collect();
    if !reading.strict() {
        return Ok(named);
    }
    let chosen: Vec<&str> = match reading.state().get("index") {
        Some(StateValue::Str(index)) => vec![index],
        Some(StateValue::List(indices)) => indices.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let chosen = chosen.iter().flat_map(|index| index.split(',')).map(str::trim).filter(|index| !index.is_empty());
    let mut indices: Vec<Cow<'_, str>> = chosen.map(Cow::Borrowed).collect();
    if indices.is_empty() {
        // Names of indices have no upper case.
        indices.push(Cow::Owned(named.to_lowercase()));
    }
    if let Some(odd) = indices.iter().find(|index| index.contains(['`', '\\'])) {
        let reason = format!("no index can have the name `{odd}`");
        return Err(Refusal::unsupported(Spot::Top("logsource"), reason));
    }
    let indices = indices.join(",");
    Ok(if indices.split(',').all(is_plain_index) { indices } else { format!("`{indices}`") })
}

/// Whether the grammar takes the name of an index without back-ticks.
fn is_plain_index(name: &str) -> bool {
    let plain = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '@' | '*'))
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '*'))
    };
    name.split('.').all(plain)
}
