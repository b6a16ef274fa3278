//! Rules by Sigma's specification 2.1: their metadata, their log sources, and what their
//! detections say that their authors cannot have meant.

mod conditions;
mod detections;
mod keys;
mod log_sources;
mod metadata;
mod regex;
mod values;

use crate::model::{Rule, Value};
use crate::report::Findings;
use crate::text::{Place, YamlPath};

use super::CheckInput;

pub(super) fn check(input: &CheckInput<'_>, findings: &mut Findings) {
    metadata::ids(&input.graph.corpus().rules, findings);
    findings.extend(input.of_rules.iter().flat_map(|found| found.iter().cloned()));
}

/// What is wrong with a rule by itself, whatever else there is.
pub(super) fn of_rule(rule: &Rule) -> Findings {
    let mut findings = Findings::new();
    conditions::check(rule, &mut findings);
    metadata::check(rule, &mut findings);
    keys::check(rule, &mut findings);
    log_sources::KNOWN.check(rule, &mut findings);
    detections::check(rule, &mut findings);
    values::check(rule, &mut findings);
    findings
}

/// The documents of a rule with their numbers in the file.
fn documents(rule: &Rule) -> impl Iterator<Item = (u32, &Value)> {
    (rule.origin.document..).zip(&rule.documents)
}

/// The first value a document of the rule gives for a key, with that document's number.
pub(super) fn given<'r>(rule: &'r Rule, key: &str) -> Option<(u32, &'r Value)> {
    let mut found = documents(rule).filter_map(|(number, document)| Some((number, document.get(key)?)));
    found.find(|(_, value)| !value.is_null())
}

fn place(rule: &Rule, document: u32, path: YamlPath) -> Place {
    Place { file: rule.origin.file, document, path }
}

/// The named searches of a rule's or filter's document: the section's name, and its entries
/// without its settings.
fn searches(document: &Value) -> Option<(&'static str, impl Iterator<Item = &(String, Value)> + Clone)> {
    let section = ["detection", "filter"].into_iter().find(|section| document.get(section).is_some())?;
    let is_setting =
        move |name: &str| matches!(name, "condition" | "timeframe") || (section == "filter" && name == "rules");
    let entries = document.get(section)?.as_map()?;
    Some((section, entries.iter().filter(move |(name, _)| !is_setting(name))))
}
