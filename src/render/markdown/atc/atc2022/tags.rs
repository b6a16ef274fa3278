//! Tags → tactics, techniques, mitigations and others, of ATT&CK and of AM!TT.

use crate::model::{Attack, Value};

use super::super::document::items;
use super::super::names::{Named, mitigation, tactic, technique};

/// What a tag is.
pub(super) enum Tag {
    /// A tactic of ATT&CK, or what looks like one.
    Tactic(Option<Named>),
    /// A technique of ATT&CK, known or not.
    Technique(Named),
    /// A mitigation of ATT&CK, known or not.
    Mitigation(Named),
    /// What looks like a tactic of AM!TT.
    AmittTactic,
    /// A technique of AM!TT, by its id.
    AmittTechnique(String),
    /// Anything else.
    Other,
}

pub(super) fn read(attack: &Attack, tag: &str) -> Tag {
    if let Some(rest) = tag.strip_prefix("attack.") {
        return if looks_like_tactic(rest) {
            Tag::Tactic(tactic(attack, tag, rest))
        } else if rest.strip_prefix('t').is_some_and(|number| is_number(number, true)) {
            Tag::Technique(technique(attack, rest.to_ascii_uppercase()))
        } else if rest.strip_prefix('m').is_some_and(|number| is_number(number, false)) {
            Tag::Mitigation(mitigation(attack, rest.to_ascii_uppercase()))
        } else {
            Tag::Other
        };
    }
    let Some(rest) = tag.strip_prefix("amitt.") else { return Tag::Other };
    if looks_like_tactic(rest) {
        Tag::AmittTactic
    } else if rest.strip_prefix('t').is_some_and(|number| is_number(number, true)) {
        Tag::AmittTechnique(rest.to_ascii_uppercase())
    } else {
        Tag::Other
    }
}

/// `\w\D+$`
fn looks_like_tactic(rest: &str) -> bool {
    let mut chars = rest.chars();
    let word = chars.next().is_some_and(|c| c.is_alphanumeric() || c == '_');
    word && !chars.as_str().is_empty() && !chars.as_str().contains(|c: char| c.is_ascii_digit())
}

/// `\d{4}$`, and `(\.\d{3})?` before the end where parts are allowed.
fn is_number(text: &str, parts: bool) -> bool {
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('.') {
        Some((number, part)) => parts && digits(number, 4) && digits(part, 3),
        None => digits(text, 4),
    }
}

/// The tags under the key: absent and null are none, and only text can be matched.
pub(super) fn list(tags: Option<&Value>) -> Option<Vec<String>> {
    match tags {
        None | Some(Value::Null | Value::Bool(false) | Value::Int(0)) => Some(Vec::new()),
        Some(Value::Seq(tags)) if tags.iter().any(|tag| tag.as_str().is_none()) => None,
        Some(tags) => items(tags),
    }
}
