//! `splunk`: Splunk's Search Processing Language.
//!
//! A search finds text in any case, knows `*` and nothing else; what it cannot say is checked by
//! commands behind it: `regex` and `where` for what must hold for every event, and for what is one
//! of several alternatives a field made by `rex` or `eval`, which a second `search` looks at.

mod correlation;
mod data_model;
mod deferred;
mod search;

use crate::query::reading::Reading;
use crate::query::refusal::Refusal;

use super::{Format, Target};
use search::{Commands, Splunk};

/// The format of `savedsearches.conf`.
pub(super) const SAVED_SEARCHES: &str = "savedsearches";

/// What holds for all searches of a `savedsearches.conf`.
pub(super) const HEAD: &str = "\n[default]\ndispatch.earliest_time = -30d\ndispatch.latest_time = now\n";

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
            name: SAVED_SEARCHES,
            description: "a stanza of savedsearches.conf; `convert` writes a whole file",
            language: "ini",
            write: saved_searches,
            correlate: None,
        },
        Format {
            name: "data_model",
            description: "a search of an accelerated data model, with the pipeline `splunk_cim`",
            language: "spl",
            write: data_model::write,
            correlate: None,
        },
    ],
    legacy: None,
};

fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let table = table(reading);
    searches(reading, Commands::FirstTermsBefore)
        .map(|searches| searches.into_iter().map(|search| search + &table).collect())
}

/// The searches of a rule, without a table of its fields.
fn searches<'n>(reading: &Reading<'n>, commands: Commands) -> Result<Vec<String>, Refusal<'n>> {
    reading.queries.iter().map(|query| Splunk::new(reading.strict(), commands).search(query)).collect()
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

/// `savedsearches.conf`: a value goes on in the next line behind a backslash, and stanzas of one
/// name are one stanza.
fn saved_searches<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let strict = reading.strict();
    let continued = |text: &str| text.split('\n').collect::<Vec<_>>().join(" \\\n");
    let lines = |search: &str| if strict { continued_search(search) } else { continued(search) };
    let unwanted = |c: char| matches!(c, '[' | ']') || (strict && c.is_control());
    let mut title: String = reading.rule().title.chars().filter(|c| !unwanted(*c)).collect();
    if strict && title == "default" {
        // The stanza of that name is for all searches.
        "Default".clone_into(&mut title);
    }
    let mut description = reading.rule().description.as_deref().unwrap_or_default().trim_end();
    if strict {
        description = description.trim_end_matches('\\').trim_end();
    }
    let table = table(reading);
    let stanza = |(number, search): (usize, String)| {
        let name = if strict && number > 0 { format!("{title} ({})", number + 1) } else { title.clone() };
        format!("\n[{name}]\ndescription = {}\nsearch = {}", continued(description), lines(&(search + &table)))
    };
    Ok(searches(reading, if strict { Commands::FirstTermsBefore } else { Commands::AllTerms })?
        .into_iter()
        .enumerate()
        .map(stanza)
        .collect())
}

/// A search in lines that go on; a line break within quotes gets no space before it, which would be
/// part of the value.
fn continued_search(search: &str) -> String {
    let (mut quote, mut escaped) = (None, false);
    let mut out = String::with_capacity(search.len() + 16);
    for c in search.chars() {
        match c {
            '\n' if quote.is_some() => out.push('\\'),
            '\n' => out.push_str(" \\"),
            c if quote == Some(c) && !escaped => quote = None,
            '"' | '\'' if quote.is_none() => quote = Some(c),
            _ => {}
        }
        out.push(c);
        escaped = c == '\\' && quote.is_some() && !escaped;
    }
    out
}
