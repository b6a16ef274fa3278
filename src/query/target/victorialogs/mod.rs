//! `victorialogs`: `LogsQL`, the query language of `VictoriaLogs`.

mod reference;
mod strict;

use crate::query::reading::Reading;
use crate::query::refusal::Refusal;
use crate::query::writer::Dialect;

use super::{Format, Target};

pub(super) const TARGET: Target = Target {
    name: "victorialogs",
    title: "VictoriaLogs",
    description: "LogsQL query of VictoriaLogs",
    formats: &[Format { name: "default", description: "the query", language: "logsql", write, correlate: None }],
    legacy: None,
};

const LANGUAGE: &str = "a LogsQL query";

fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let query = |node| if reading.strict() { strict::LogsQl.query(node) } else { reference::LogsQl.query(node) };
    reading.queries.iter().map(query).collect()
}

/// Whether a name needs no quotes for the characters it is made of.
fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
}
