//! Names of fields: mapped, prefixed, refused.
//!
//! A name changes wherever it stands: at an item, as the field an item compares its own with, in
//! the rule's list of fields.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::query::detection::{Detection, Item};
use crate::query::refusal::{Refusal, Spot};
use crate::query::test::Test;

use super::condition::references;
use super::{Change, Run, Step, refused};

/// How names change.
pub(super) enum Names<'r> {
    /// A whole name becomes others.
    Whole(&'r HashMap<String, Vec<String>>),
    /// The first start of a name that is in the list becomes others.
    Start(&'r [(String, Vec<String>)]),
    /// Something comes before each name.
    Before(&'r str),
    /// Something comes after each name.
    After(&'r str),
}

/// What a name becomes.
enum NewNames<'r> {
    /// These names.
    Listed(&'r [String]),
    /// One name that was put together.
    Made(Vec<String>),
}

impl<'r> NewNames<'r> {
    fn iter(&self) -> impl Iterator<Item = Cow<'r, str>> + '_ {
        let (listed, made): (&'r [String], &[String]) = match self {
            Self::Listed(names) => (names, &[]),
            Self::Made(names) => (&[], names),
        };
        let listed = listed.iter().map(|name| Cow::Borrowed(name.as_str()));
        listed.chain(made.iter().map(|name| Cow::Owned(name.clone())))
    }
}

impl<'r> Names<'r> {
    fn of(&self, name: &str) -> Option<NewNames<'r>> {
        match self {
            Self::Whole(mapping) => mapping.get(name).map(|names| NewNames::Listed(names)),
            Self::Start(mapping) => {
                let (start, names) = mapping.iter().find(|(start, _)| name.starts_with(start.as_str()))?;
                let rest = &name[start.len()..];
                Some(NewNames::Made(names.iter().map(|new| format!("{new}{rest}")).collect()))
            }
            Self::Before(prefix) => Some(NewNames::Made(vec![format!("{prefix}{name}")])),
            Self::After(suffix) => Some(NewNames::Made(vec![format!("{name}{suffix}")])),
        }
    }
}

impl<'r> Run<'_, 'r> {
    /// Changes names as `names` says.
    pub(super) fn map_fields(&mut self, step: &'r Step, names: &Names<'r>) -> Result<(), Refusal<'r>> {
        self.map_listed(step, names);
        let mut detections = std::mem::take(&mut self.sigma.detections);
        let result = detections.iter_mut().try_for_each(|named| {
            self.visit(&mut named.detection, &mut |run, item| Ok(run.map_item(step, names, item)))
        });
        self.sigma.detections = detections;
        result
    }

    fn map_item(&mut self, step: &Step, names: &Names<'r>, item: &mut Item<'r>) -> Change<'r> {
        let refers = references(item).next().is_some();
        let own = item.field.as_deref().filter(|field| self.field_holds(step, Some(field), Some(&item.applied)));
        let new = own.and_then(|field| names.of(field));
        if (new.is_none() && !refers) || !self.item_conditions_hold(step, item) {
            return Change::Keep;
        }
        // The reference forgets them where it adds to names.
        let forgets = matches!(names, Names::Before(_) | Names::After(_)) && !self.strict();
        let referred = refers && !forgets && self.map_references(step, names, item);
        if new.is_some() || referred {
            item.applied.insert(step.number);
        }
        let Some(new) = new else { return Change::Keep };
        let mut new = new.iter();
        let first = new.next();
        let others: Vec<Cow<'r, str>> = new.collect();
        item.field = first.or(item.field.take());
        if others.is_empty() {
            return Change::Keep;
        }
        let mut items = vec![Detection::Item(item.clone())];
        items.extend(others.into_iter().map(|field| Detection::Item(Item { field: Some(field), ..item.clone() })));
        // Not any of the fields is none of them.
        Change::Replace(if item.negated && self.strict() { Detection::All(items) } else { Detection::Any(items) })
    }

    /// Changes the fields an item compares its own with; whether any did.
    fn map_references(&mut self, step: &Step, names: &Names<'r>, item: &mut Item<'r>) -> bool {
        let mut changed = false;
        let mut values = Vec::with_capacity(item.values.len());
        for test in std::mem::take(&mut item.values) {
            let Test::FieldRef(other) = test else {
                values.push(test);
                continue;
            };
            let holds = self.field_holds(step, Some(&other.field), self.names.get(&other.field));
            let Some(new) = names.of(&other.field).filter(|_| holds) else {
                values.push(Test::FieldRef(other));
                continue;
            };
            changed = true;
            let mut tests = Vec::new();
            for name in new.iter() {
                self.renamed(step, &other.field, &name);
                let mut other = other.clone();
                other.field = name.into_owned();
                tests.push(Test::FieldRef(other));
            }
            if item.all && tests.len() > 1 && self.strict() {
                values.push(Test::Any(tests));
            } else {
                values.extend(tests);
            }
        }
        item.values = values;
        changed
    }

    /// Changes the rule's list of fields.
    fn map_listed(&mut self, step: &Step, names: &Names<'r>) {
        let mut fields = Vec::with_capacity(self.sigma.fields.len());
        for field in std::mem::take(&mut self.sigma.fields) {
            let holds = self.field_holds(step, Some(&field), self.names.get(field.as_ref()));
            match names.of(&field).filter(|_| holds) {
                None => fields.push(field),
                Some(new) => {
                    for name in new.iter() {
                        self.renamed(step, &field, &name);
                        fields.push(name);
                    }
                }
            }
        }
        self.sigma.fields = fields;
    }

    /// Remembers that `step` made `new` of `old`.
    fn renamed(&mut self, step: &Step, old: &str, new: &str) {
        let mut applied = self.names.get(old).cloned().unwrap_or_default();
        applied.insert(step.number);
        self.names.insert(new.to_owned(), applied);
    }

    /// Takes the first of each name off the rule's list of fields.
    pub(super) fn remove_fields(&mut self, names: &[String]) {
        for name in names {
            if let Some(at) = self.sigma.fields.iter().position(|field| field == name) {
                self.sigma.fields.remove(at);
            }
        }
    }

    /// Refuses the rule if a field of an item was not mapped.
    pub(super) fn require_mapped_fields(&mut self, step: &'r Step) -> Result<(), Refusal<'r>> {
        let mut missing: Vec<(String, Spot<'r>)> = Vec::new();
        let chain = self.chain;
        self.sigma.each_item(|item| {
            let Some(field) = &item.field else { return };
            if !chain.mapping.intersects(&item.applied) && missing.iter().all(|(known, _)| known != field) {
                missing.push((field.to_string(), item.spot));
            }
        });
        let Some((_, spot)) = missing.first() else { return Ok(()) };
        let names: Vec<String> = missing.iter().map(|(name, _)| format!("`{name}`")).collect();
        let noun = if names.len() == 1 { "the field" } else { "the fields" };
        Err(refused(step, *spot, &format!("no pipeline maps {noun} {}", names.join(", "))))
    }
}
