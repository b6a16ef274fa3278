//! Tags → tactics, techniques and others, by the two patterns of ATC.
//!
//! `attack\.\w\D+$` is a tactic, `attack\.t\d{1,5}$` a technique; everything else, groups,
//! software and ids in capitals included, is another tag. Names are those of the user's table,
//! else ATT&CK's, so that pages can be had without a table.

use crate::model::{Attack, AttackId, Domain};

/// An id with its name.
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: String,
}

impl Named {
    fn new(id: impl Into<String>, name: &str) -> Self {
        Self { id: id.into(), name: name.to_owned() }
    }

    /// `[T1191: CMSTP]({before}T1191{after})`
    pub(super) fn link(&self, before: &str, after: &str) -> String {
        let Self { id, name } = self;
        format!("[{id}: {name}]({before}{id}{after})")
    }
}

/// What a tag is.
pub(super) enum Tag {
    /// A tactic, or what looks like one.
    Tactic(Option<Named>),
    /// A technique, known or not.
    Technique(Named),
    /// Anything else.
    Other,
}

pub(super) fn read(attack: &Attack, tag: &str) -> Tag {
    let Some(rest) = tag.strip_prefix("attack.") else { return Tag::Other };
    let mut chars = rest.chars();
    let word = chars.next().is_some_and(|c| c.is_alphanumeric() || c == '_');
    if word && !chars.as_str().is_empty() && !chars.as_str().contains(|c: char| c.is_ascii_digit()) {
        return Tag::Tactic(tactic(attack, tag, rest));
    }
    match rest.strip_prefix('t') {
        Some(number) if (1..=5).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()) => {
            Tag::Technique(technique(attack, format!("T{number}")))
        }
        _ => Tag::Other,
    }
}

fn tactic(attack: &Attack, tag: &str, rest: &str) -> Option<Named> {
    if let Some(row) = attack.names.iter().find(|row| row.kind == "tactic" && row.tag == tag) {
        return Some(Named::new(&row.id, &row.name));
    }
    let short_name = rest.replace('_', "-");
    let old = || attack.object(*attack.old_tactics.get(&short_name)?.first()?);
    let object = attack.tactic(Domain::Enterprise, &short_name).or_else(old)?;
    Some(Named::new(object.id.to_string(), &object.name))
}

fn technique(attack: &Attack, id: String) -> Named {
    let row = attack.names.iter().find(|row| row.kind == "technique" && row.id == id);
    let known = || Some(attack.object(id.parse::<AttackId>().ok()?)?.name.as_str());
    let old = || attack.old_ids.get(&id)?.name.as_deref();
    let name = row.map(|row| row.name.as_str()).or_else(known).or_else(old).unwrap_or("None");
    Named { name: name.to_owned(), id }
}
