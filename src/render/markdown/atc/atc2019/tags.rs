//! Tags → tactics, techniques and others, by the two patterns of ATC.
//!
//! `attack\.\w\D+$` is a tactic, `attack\.t\d{1,5}$` a technique; everything else, groups,
//! software and ids in capitals included, is another tag.

use crate::model::Attack;

use super::super::names::{Named, tactic, technique};

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
