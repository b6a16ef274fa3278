//! Items that become several: hashes by their kind, parts of a value by name.

use std::borrow::Cow;

use fancy_regex::Regex;

use crate::model::pipeline::HashFields;
use crate::query::detection::{Detection, Item};
use crate::query::refusal::Refusal;
use crate::query::test::Test;

use super::{Change, Run, Step, refused, strings};

/// The texts of all values of an item, if all are text.
fn texts(item: &Item<'_>) -> Option<Vec<String>> {
    let text = |test: &Test| match test {
        Test::Match(pattern) | Test::Cased(pattern) => Some(strings::plain(pattern).into_owned()),
        _ => None,
    };
    item.values.iter().map(text).collect()
}

/// The kind and value of a hash as rules write it: `MD5=…`, or a hash alone whose length tells.
fn hash(text: &str) -> Option<(Cow<'static, str>, &str)> {
    let text = text.trim_matches('*');
    if let Some((kind, value)) = text.split_once(['=', '|']) {
        return Some((kind.trim_matches('*').to_ascii_uppercase().into(), value));
    }
    let kind = match text.len() {
        32 => "MD5",
        40 => "SHA1",
        64 => "SHA256",
        128 => "SHA512",
        _ => return None,
    };
    Some((kind.into(), text))
}

impl<'r> Run<'_, 'r> {
    /// Gives each kind of hash its own field.
    pub(super) fn split_hashes(
        &mut self,
        step: &Step,
        hashes: &HashFields,
        item: &Item<'r>,
    ) -> Result<Change<'r>, Refusal<'r>> {
        let known = item.field.as_deref().is_some_and(|field| hashes.fields.iter().any(|known| known == field));
        let Some(texts) = texts(item).filter(|_| known) else { return Ok(Change::Keep) };
        let mut found: Vec<(String, Vec<Test>)> = Vec::new();
        for text in &texts {
            let Some((kind, value)) = hash(text) else { continue };
            if !hashes.algorithms.iter().any(|known| *known == kind) {
                continue;
            }
            let kind = if hashes.drop_algorithm { "" } else { kind.as_ref() };
            let field = format!("{}{kind}", hashes.prefix);
            let test = Test::Match(strings::parsed(value.trim_matches('*')));
            match found.iter_mut().find(|(known, _)| *known == field) {
                Some((_, values)) => values.push(test),
                None => found.push((field, vec![test])),
            }
        }
        if found.is_empty() {
            let field = item.field.as_deref().unwrap_or_default();
            let known = hashes.algorithms.join(", ");
            let reason = format!("`{field}` has no hash of a kind the pipeline knows ({known})");
            return Err(refused(step, item.spot, &reason));
        }
        let (all, negated) = if self.strict() { (item.all, item.negated) } else { (false, false) };
        let own = |(field, values): (String, Vec<Test>)| {
            let mut item = Item { field: Some(field.into()), values, all, negated, ..bare(item) };
            item.applied.insert(step.number);
            Detection::Item(item)
        };
        let items = found.into_iter().map(own).collect();
        // What is negated is negated in each item, so that the items are joined the other way.
        Ok(Change::Replace(if all == negated { Detection::Any(items) } else { Detection::All(items) }))
    }

    /// Gives each named group of a value its own field.
    pub(super) fn extract(
        &mut self,
        step: &Step,
        regex: &Regex,
        prefix: &str,
        preserve_unmatched: bool,
        item: &Item<'r>,
    ) -> Change<'r> {
        let Some(texts) = texts(item) else { return Change::Keep };
        let strict = self.strict();
        let negated = strict && item.negated;
        let one = |field: Cow<'r, str>, test: Test| {
            let mut item = Item { field: Some(field), values: vec![test], all: false, negated, ..bare(item) };
            item.applied.insert(step.number);
            Detection::Item(item)
        };
        let mut parts = Vec::with_capacity(texts.len());
        let mut matched = false;
        for (text, test) in texts.iter().zip(&item.values) {
            let Ok(Some(captures)) = regex.captures(text) else {
                if preserve_unmatched {
                    let mut kept = Item { values: vec![test.clone()], all: false, negated, ..item.clone() };
                    kept.applied.insert(step.number);
                    parts.push(Detection::Item(kept));
                }
                continue;
            };
            matched = true;
            let groups = regex.capture_names().flatten().filter_map(|name| Some((name, captures.name(name)?)));
            let items: Vec<Detection<'r>> = groups
                .map(|(name, found)| {
                    one(format!("{prefix}{name}").into(), Test::Match(strings::parsed(found.as_str())))
                })
                .collect();
            parts.push(if negated { Detection::Any(items) } else { Detection::All(items) });
        }
        if !matched && !preserve_unmatched {
            return Change::Keep;
        }
        Change::Replace(if item.all == negated { Detection::Any(parts) } else { Detection::All(parts) })
    }
}

/// An item without modifiers or values, of the same history.
fn bare<'r>(item: &Item<'r>) -> Item<'r> {
    Item {
        field: None,
        values: Vec::new(),
        all: false,
        negated: false,
        spot: item.spot,
        applied: crate::query::detection::Applied::default(),
    }
}
