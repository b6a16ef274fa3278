//! `eql`: Elastic's Event Query Language.
//!
//! `:` and `like~` compare text in any case and know `*` and `?`; the grammar has no way to
//! escape those two. Queries run as Elasticsearch filters, so that an event without a field is
//! one that does not match, under `not` too.

mod reference;
mod strict;

use crate::query::reading::Reading;
use crate::query::refusal::Refusal;
use crate::query::writer::{Dialect, Grouping, Lists, Syntax};

use super::{Format, Target};

pub(super) const TARGET: Target = Target {
    name: "eql",
    title: "EQL",
    description: "Event Query Language of Elasticsearch and Elastic Security",
    formats: &[Format { name: "default", description: "the query", language: "eql", write, correlate: None }],
    legacy: None,
};

const SYNTAX: Syntax = Syntax {
    and: " and ",
    or: " or ",
    not: "not ",
    grouping: Grouping::Always,
    lists: Lists { any: true, all: false, expansions: true },
    not_null: true,
};

fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let query = |node| if reading.strict() { strict::Eql.query(node) } else { reference::Eql.query(node) };
    reading.queries.iter().map(|node| Ok(format!("any where {}", query(node)?))).collect()
}
