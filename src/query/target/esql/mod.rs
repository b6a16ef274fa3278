//! `esql`: Elasticsearch Query Language.
//!
//! Every comparison is in exact case, of single values, and has three outcomes: with an event that
//! lacks the field, neither a comparison nor its negation is true.

mod correlation;
mod reference;
mod strict;

use crate::query::detection::{State, StateValue};
use crate::query::reading::Reading;
use crate::query::refusal::Refusal;
use crate::query::writer::{Dialect, Grouping, Lists, Syntax};

use super::elastic::quoted;
use super::{Format, Target};

pub(super) const TARGET: Target = Target {
    name: "esql",
    title: "ES|QL",
    description: "Elasticsearch Query Language of Elasticsearch 8.18 and later",
    formats: &[Format {
        name: "default",
        description: "the query",
        language: "esql",
        write,
        correlate: Some(correlation::write),
    }],
    legacy: None,
};

const SYNTAX: Syntax =
    Syntax { and: " and ", or: " or ", not: "not ", grouping: Grouping::AndFirst, lists: Lists::ANY, not_null: false };

fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let from = source(reading.state(), reading.strict());
    Ok(conditions(reading)?.into_iter().map(|condition| format!("{from} | where {condition}")).collect())
}

/// What each query looks for.
fn conditions<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let query = |node| {
        if reading.strict() { strict::Esql::default().query(node) } else { reference::Esql.query(node) }
    };
    reading.queries.iter().map(query).collect()
}

/// The command that names the indices, which a pipeline may choose (`index`).
fn source(state: &State, strict: bool) -> String {
    let mut indices: Vec<&str> = match state.get("index") {
        Some(StateValue::Str(index)) => vec![index],
        Some(StateValue::List(indices)) => indices.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    if strict {
        indices = indices.iter().flat_map(|index| index.split(',')).map(str::trim).collect();
        indices.retain(|index| !index.is_empty());
    }
    indices.sort_unstable();
    indices.dedup();
    if indices.is_empty() || indices.contains(&"*") {
        indices = vec!["*"];
    }
    let mut from = String::from("from ");
    for (i, index) in indices.into_iter().enumerate() {
        if i > 0 {
            from.push(',');
        }
        if strict && index.contains(|c: char| c.is_whitespace() || r#""=|[]/()"#.contains(c)) {
            quoted(&mut from, index);
        } else {
            from.push_str(index);
        }
    }
    from.push_str(" metadata _id, _index, _version");
    from
}
