//! The converter of Sigma rules as Atomic Threat Coverage called it in 2020: seven backends, each
//! with the configuration it was given, and all that was printed.
//!
//! The language is that of 2019 with modifiers ([`legacy::resolved`]), and most texts are those of
//! the targets for rules of 2019. What a backend could not say was an error message, which ATC took
//! for the query; the messages here are therefore that converter's words where a page shows them.

mod events;
mod lines;
mod lucene;
mod searches;
mod watcher;

use crate::model::{Precedence, Rule, SigmacConfig, Value};
use crate::query::front::legacy::{self, Condition, Leaf, REGEX};
use crate::query::refusal::{Refusal, Spot};
use crate::query::resolve::emitted;
use crate::report::Code;

use super::legacy_text::Done;

/// A backend, as ATC's configuration named it.
#[derive(Debug)]
pub struct Backend {
    /// Its name.
    pub name: &'static str,
    /// The configuration it was given.
    pub config: Option<&'static str>,
    write: for<'r> fn(&[legacy::Rule<'r>]) -> Printed<'r>,
    /// What was printed after the last text, if there was one.
    end: &'static str,
    /// Whether a rule's index is searched for like a field.
    index_field: bool,
}

/// What a backend made of the documents of a file.
struct Printed<'r> {
    texts: Vec<String>,
    /// The number of the document it failed at, and why.
    failure: Option<(usize, Refusal<'r>)>,
}

impl<'r> Printed<'r> {
    /// Of a backend that prints nothing of a file it fails at.
    fn whole(written: Result<Vec<String>, (usize, Refusal<'r>)>) -> Self {
        match written {
            Ok(texts) => Self { texts, failure: None },
            Err(failure) => Self { texts: Vec::new(), failure: Some(failure) },
        }
    }
}

/// The backends, in the order of ATC's pages.
pub const BACKENDS: [Backend; 7] = [
    events::BACKEND,
    lucene::ES_QS,
    watcher::BACKEND,
    lucene::GRAYLOG,
    searches::SPLUNK,
    searches::LOGPOINT,
    lines::BACKEND,
];

/// What each of [`BACKENDS`] printed for a file that holds `rule`, its mistakes among it and
/// without the last line end; `path` is what it was told to read.
pub fn printed<'c>(
    rule: &Rule,
    path: &str,
    config: impl Fn(&str) -> Option<&'c SigmacConfig>,
) -> Vec<(&'static str, String)> {
    let documents = resolved(rule);
    let print = |backend: &Backend| {
        let config = backend.config.and_then(&config);
        let text = match &documents {
            Ok(documents) => output(rule, documents, path, backend, config),
            Err(reason) => failed(path, Code::BrokenDetection, reason),
        };
        (backend.name, text.strip_suffix('\n').map(str::to_owned).unwrap_or(text))
    };
    BACKENDS.iter().map(print).collect()
}

/// The documents of a rule with the number of each, merged and with their modifiers resolved.
fn resolved(rule: &Rule) -> Result<Vec<(usize, Value)>, String> {
    let emitted = emitted(rule, Precedence::Global).map_err(|why| why.reason)?;
    emitted.iter().map(|one| Ok((one.index, legacy::resolved(&one.document)?))).collect()
}

fn output(
    rule: &Rule,
    documents: &[(usize, Value)],
    path: &str,
    backend: &Backend,
    config: Option<&SigmacConfig>,
) -> String {
    let setup = legacy::Setup { config, index_field: backend.index_field, resolved: true };
    let read = |i: usize| legacy::read(&documents[i].1, setup).map_err(|refusal| (i, refusal));
    let rules: Result<Vec<_>, _> = (0..documents.len()).map(read).collect();
    let Printed { texts, failure } = match &rules {
        Ok(rules) => (backend.write)(rules),
        Err((i, refusal)) => Printed { texts: Vec::new(), failure: Some((*i, refusal.clone())) },
    };
    let mut out = String::new();
    for text in &texts {
        out.extend([text, "\n"]);
    }
    if !texts.is_empty() {
        out.push_str(backend.end);
    }
    if let Some((i, refusal)) = failure {
        let (index, document) = &documents[i];
        let why = refusal.locate(rule, *index, document);
        out.push_str(&failed(path, why.code, &why.reason));
    }
    out
}

fn failed(path: &str, code: Code, reason: &str) -> String {
    if code == Code::BrokenDetection {
        return format!("Failed to parse Sigma file {path}: {reason}\n");
    }
    format!(
        "An unsupported feature is required for this Sigma rule ({path}): {reason}\nFeel free to contribute for fun and \
         fame, this is open source :) -> https://github.com/Neo23x0/sigma\n"
    )
}

/// The expression a field is compared with, if it is one.
fn regex(leaf: Leaf<'_>) -> Option<&str> {
    let Value::Map(entries) = leaf.value() else { return None };
    entries.iter().find(|(mark, _)| mark == REGEX)?.1.as_str()
}

/// Whether a backend can write what a field is compared with: text, whole numbers, and lists of
/// them.
fn comparable(leaf: Leaf<'_>) -> Done<'_> {
    let spot = Spot::Entry(leaf.entry);
    let kind = match leaf.value() {
        Value::Seq(items) if items.iter().all(|item| matches!(item, Value::Str(_) | Value::Int(_))) => return Ok(()),
        Value::Seq(_) => return Err(Refusal::unsupported(spot, "List values must be strings or numbers")),
        Value::Bool(_) => "bool",
        Value::Float(_) => "float",
        Value::Map(_) => "sigma.parser.modifiers.type.SigmaRegularExpressionModifier",
        Value::Str(_) | Value::Int(_) | Value::Null => return Ok(()),
    };
    Err(Refusal::unsupported(spot, format!("Backend does not support map values of type <class '{kind}'>")))
}

/// The refusal of an expression by a backend without any.
fn no_regex<'r>(leaf: Leaf<'r>, reason: &'static str) -> Done<'r> {
    regex(leaf).map_or(Ok(()), |_| Err(Refusal::unsupported(Spot::Entry(leaf.entry), reason)))
}

/// The refusal of a condition.
fn refused<'r>(condition: &Condition<'r>, reason: &'static str) -> Refusal<'r> {
    Refusal::unsupported(Spot::Condition(condition.position), reason)
}
