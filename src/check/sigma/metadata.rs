//! The fields that describe a rule: id, status, level, dates, title, relations, repeated tags.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::{list, nearest};
use crate::model::{Rule, Value};
use crate::report::{Change, Code, Finding, Findings};
use crate::text::YamlPath;

use super::{given, place};

const STATUS: [&str; 5] = ["stable", "test", "experimental", "deprecated", "unsupported"];
const LEVEL: [&str; 5] = ["informational", "low", "medium", "high", "critical"];
const RELATION: [&str; 6] = ["derived", "obsolete", "merged", "renamed", "similar", "correlation"];

/// Characters a title may have (JSON schema of the specification).
const LONGEST_TITLE: usize = 256;

/// Rules without an id, where it is the custom of the content to give one.
pub(super) fn ids(rules: &[Arc<Rule>], findings: &mut Findings) {
    let without = || rules.iter().filter(|rule| rule.id.is_none());
    let with = rules.len() - without().count();
    if 2 * with <= rules.len() {
        return;
    }
    for rule in without() {
        let at = rule.origin.place(YamlPath::root());
        let message = format!("the rule has no `id`, as {with} others have");
        findings.push(Finding::new(Code::MissingRuleId, at, message).help("give it a random UUID"));
    }
}

pub(super) fn check(rule: &Rule, findings: &mut Findings) {
    if let Some(id) = rule.id.as_deref().filter(|id| !is_uuid(id)) {
        let message = format!("the id `{id}` is no UUID");
        findings.extend(at(rule, "id", Code::BadRuleId, message));
    }
    one_of(rule, "status", rule.status.as_deref(), &STATUS, findings);
    one_of(rule, "level", rule.level.as_deref(), &LEVEL, findings);
    relations(rule, findings);
    dates(rule, findings);
    let length = rule.title.chars().count();
    if length > LONGEST_TITLE {
        let message = format!("the title has {length} characters; Sigma allows {LONGEST_TITLE}");
        findings.extend(at(rule, "title", Code::LongTitle, message));
    }
    repeated_tags(rule, findings);
}

/// A finding at the value of a key, which the rule has.
fn at(rule: &Rule, key: &'static str, code: Code, message: String) -> Option<Finding> {
    let (document, _) = given(rule, key)?;
    Some(Finding::new(code, place(rule, document, YamlPath::field(key)), message))
}

fn one_of(rule: &Rule, key: &'static str, value: Option<&str>, known: &[&'static str], findings: &mut Findings) {
    let Some(value) = value.filter(|value| !known.contains(value)) else { return };
    let message = format!("`{value}` is no {key} of Sigma");
    findings.extend(at(rule, key, Code::UnknownRuleValue, message).map(|finding| finding.help(meant(value, known))));
}

/// The nearest of the values, or all of them.
fn meant(value: &str, known: &[&'static str]) -> String {
    match nearest(value, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("it is one of {}", list(known.iter().copied())),
    }
}

fn relations(rule: &Rule, findings: &mut Findings) {
    let Some((document, Value::Seq(items))) = given(rule, "related") else { return };
    for (i, item) in items.iter().enumerate() {
        // `obsoletes` is what the specification called it before version 2.
        let Some(relation) = item.get("type").and_then(Value::as_str).filter(|relation| *relation != "obsoletes")
        else {
            continue;
        };
        if !RELATION.contains(&relation) {
            let at = place(rule, document, YamlPath::field("related").index(i).key("type"));
            let message = format!("`{relation}` is no relation between rules");
            findings.push(Finding::new(Code::UnknownRuleValue, at, message).help(meant(relation, &RELATION)));
        }
    }
}

fn dates(rule: &Rule, findings: &mut Findings) {
    let mut known: [Option<[u32; 3]>; 2] = [None; 2];
    let written = [("date", &rule.date), ("modified", &rule.modified)];
    for ((key, text), known) in written.into_iter().zip(&mut known) {
        let Some(text) = text else { continue };
        *known = date(text, '-');
        if known.is_some() {
            continue;
        }
        *known = date(text, '/');
        let found = if known.is_some() {
            // Nobody rewrites a rule that is out of use.
            if matches!(rule.status.as_deref(), Some("deprecated" | "unsupported")) {
                continue;
            }
            let help = format!("use `{}`", text.trim().replace('/', "-"));
            let message = format!("`{key}` is written `{text}`; Sigma 2 has hyphens");
            at(rule, key, Code::DateForm, message).map(|finding| finding.help(help))
        } else {
            let message = format!("`{text}` is no date");
            at(rule, key, Code::BadDate, message).map(|finding| finding.help("a date is written `YYYY-MM-DD`"))
        };
        findings.extend(found);
    }
    if let ([Some(created), Some(modified)], (Some(date), Some(text))) = (known, (&rule.date, &rule.modified))
        && modified < created
    {
        let message = format!("`modified` is {text}, before the rule's `date`, {date}");
        findings.extend(at(rule, "modified", Code::BadDate, message));
    }
}

/// A day of the calendar: year, month, day.
fn date(text: &str, separator: char) -> Option<[u32; 3]> {
    let mut parts = text.trim().split(separator);
    let mut part = |length: usize| {
        let text = parts.next().filter(|text| text.len() == length && text.bytes().all(|b| b.is_ascii_digit()))?;
        text.parse::<u32>().ok()
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    ((1..=days).contains(&day) && parts.next().is_none()).then_some([year, month, day])
}

/// Hexadecimal digits in groups of 8, 4, 4, 4 and 12.
fn is_uuid(text: &str) -> bool {
    let mut groups = text.trim().split('-');
    let fits = |length: usize| groups.next().is_some_and(|group| group.len() == length && is_hex(group));
    [8, 4, 4, 4, 12].into_iter().all(fits) && text.matches('-').count() == 4
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_hexdigit())
}

fn repeated_tags(rule: &Rule, findings: &mut Findings) {
    let Some((document, Value::Seq(items))) = given(rule, "tags") else { return };
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (i, tag) in items.iter().enumerate() {
        let Some(tag) = tag.as_str() else { continue };
        let at = |i| place(rule, document, YamlPath::field("tags").index(i));
        match seen.entry(tag.trim().to_ascii_lowercase()) {
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(i);
            }
            std::collections::hash_map::Entry::Occupied(first) => {
                let finding = Finding::new(Code::RepeatedTag, at(i), format!("the tag `{tag}` is given twice"));
                findings.push(finding.also(at(*first.get()), "first given here").fix(at(i), Change::Remove));
            }
        }
    }
}
