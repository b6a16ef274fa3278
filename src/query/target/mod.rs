//! The targets: one file each, one line each in the registry.

mod crowdstrike;
mod elastic;
mod eql;
mod es_qs;
mod esql;
mod graylog;
mod grep;
mod json;
mod kusto;
mod kusto_reference;
mod kusto_syntax;
mod legacy_logpoint;
mod legacy_lucene;
mod legacy_qradar;
mod legacy_splunk;
mod legacy_text;
mod logpoint;
mod loki;
mod lucene;
mod lucene_formats;
mod lucene_regex;
mod lucene_syntax;
mod lucene_threat;
mod netwitness;
mod opensearch;
mod powershell;
mod ppl;
mod qradar;
mod re2;
pub mod sigmac2020;
mod splunk;
mod sqlite;
mod victorialogs;
mod xpack_watcher;

use super::front::legacy;
use super::reading::{Correlating, Reading};
use super::refusal::{Documents, Refusal, Spot};

/// Something a rule can be converted to.
#[derive(Debug)]
pub struct Target {
    /// What it is called in `purplebook.toml` (`es-qs`).
    pub name: &'static str,
    /// The heading its queries stand under unless the user chose another.
    pub title: &'static str,
    /// What it is, in a line.
    pub description: &'static str,
    /// The shapes its output can have; the first is the one used unless another is asked for.
    pub formats: &'static [Format],
    /// How the converter of February 2019 wrote it, if it had this target; without it, rules of
    /// that language are written as those of Sigma 2.x are.
    pub(super) legacy: Option<LegacyTarget>,
}

impl Target {
    /// Whether the converter of February 2019 had the target: its configurations then apply to
    /// rules of that language.
    pub fn reads_2019(&self) -> bool {
        self.legacy.is_some()
    }

    /// The format of this name.
    pub fn format(&self, name: &str) -> Option<&'static Format> {
        self.formats.iter().find(|format| format.name == name)
    }
}

/// A shape of a target's output.
#[derive(Debug)]
pub struct Format {
    /// What users call it (`default`, `siem_rule`).
    pub name: &'static str,
    /// What it is, in a line.
    pub description: &'static str,
    /// The language of the text as the highlighter knows it.
    pub language: &'static str,
    /// One text per condition of a Sigma 2.x rule.
    pub(super) write: Write,
    /// The texts of a correlation, if the target can correlate.
    pub(super) correlate: Option<Correlate>,
}

impl Format {
    /// What stands once before all texts of a file.
    pub fn head(&self) -> &'static str {
        if self.name == splunk::SAVED_SEARCHES { splunk::HEAD } else { "" }
    }
}

/// Writes the conditions of a document.
pub(super) type Write = for<'n> fn(&Reading<'n>) -> Result<Vec<String>, Refusal<'n>>;

/// Writes a correlation.
pub(super) type Correlate = for<'n> fn(&Correlating<'n>) -> Result<Vec<String>, Refusal<'n>>;

/// A target of the 2019 converter.
#[derive(Debug)]
pub(super) struct LegacyTarget {
    /// One text per document; on failure the number of the document at fault.
    pub(super) write: for<'r> fn(&[legacy::Rule<'r>]) -> Documents<'r>,
    /// What was printed after the last text.
    pub(super) end: &'static str,
    /// Whether a rule's index is searched for like a field.
    pub(super) index_field: bool,
}

/// The refusal of a rule of Sigma 2.x by a target that `modern` has taken the place of.
fn only_2019<'n>(name: &str, modern: &str) -> Refusal<'n> {
    let reason = format!("`{name}` writes rules of the language of 2019 only");
    Refusal::unsupported(Spot::Top("detection"), reason).help(format!("for rules of today use the target `{modern}`"))
}

static TARGETS: &[Target] = &[
    es_qs::TARGET,
    xpack_watcher::TARGET,
    graylog::TARGET,
    lucene::TARGET,
    opensearch::TARGET,
    eql::TARGET,
    esql::TARGET,
    kusto::TARGET,
    splunk::TARGET,
    loki::TARGET,
    sqlite::TARGET,
    netwitness::TARGET,
    victorialogs::TARGET,
    crowdstrike::TARGET,
    logpoint::TARGET,
    qradar::TARGET,
    legacy_splunk::TARGET,
    legacy_logpoint::TARGET,
    legacy_qradar::TARGET,
    powershell::TARGET,
    grep::TARGET,
];

/// All targets, in the order they are shown to users.
pub fn targets() -> &'static [Target] {
    TARGETS
}

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}
