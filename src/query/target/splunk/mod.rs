//! `splunk`: Splunk's Search Processing Language.
//!
//! A search finds text in any case, knows `*` and nothing else; what it cannot say is checked by
//! commands behind it: `regex` and `where` for what must hold for every event, and for what is one
//! of several alternatives a field made by `rex` or `eval`, which a second `search` looks at.

mod correlation;
mod deferred;
mod search;

use crate::query::reading::Reading;
use crate::query::refusal::Refusal;

use super::{Format, Target};
use search::Splunk;

pub(super) const TARGET: Target = Target {
    name: "splunk",
    title: "Splunk",
    description: "search of Splunk Enterprise and Splunk Cloud (SPL)",
    formats: &[
        Format {
            name: "default",
            description: "the search",
            language: "spl",
            write,
            correlate: Some(correlation::write),
        },
        Format {
            name: "savedsearches",
            description: "a stanza of savedsearches.conf",
            language: "ini",
            write: saved_searches,
            correlate: None,
        },
    ],
    legacy: None,
};

fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let table = table(reading);
    searches(reading, true).map(|searches| searches.into_iter().map(|search| search + &table).collect())
}

/// The searches of a rule, without a table of its fields.
fn searches<'n>(reading: &Reading<'n>, first_terms: bool) -> Result<Vec<String>, Refusal<'n>> {
    reading.queries.iter().map(|query| Splunk::new(reading.strict(), first_terms).search(query)).collect()
}

/// The fields worth looking at.
fn table(reading: &Reading<'_>) -> String {
    if reading.sigma.fields.is_empty() {
        return String::new();
    }
    let plain = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_.-{}".contains(c));
    let name = |name: &str| {
        if reading.strict() && !plain(name) { format!("\"{}\"", name.replace('"', "\\\"")) } else { name.to_owned() }
    };
    let names: Vec<String> = reading.sigma.fields.iter().map(|field| name(field)).collect();
    format!(" | table {}", names.join(","))
}

/// `savedsearches.conf`: a value goes on in the next line behind a backslash.
fn saved_searches<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let continued = |text: &str| text.trim_end().split('\n').collect::<Vec<_>>().join(" \\\n");
    let title: String = reading.rule().title.chars().filter(|c| !matches!(c, '[' | ']')).collect();
    let description = reading.rule().description.as_deref().unwrap_or_default();
    let table = table(reading);
    let stanza = |search: String| {
        format!(
            "\n[default]\ndispatch.earliest_time = -30d\ndispatch.latest_time = now\n\n[{title}]\ndescription = \
             {}\nsearch = {}",
            continued(description),
            (search + &table).split('\n').collect::<Vec<_>>().join(" \\\n")
        )
    };
    Ok(searches(reading, false)?.into_iter().map(stanza).collect())
}
