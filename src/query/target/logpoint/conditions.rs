//! The commands that make fields a search looks at.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::query::test::RegexFlags;

/// The commands of one search.
#[derive(Debug, Default)]
pub(super) struct Conditions {
    commands: Vec<String>,
    /// How many there are of each field.
    counters: BTreeMap<String, usize>,
}

impl Conditions {
    /// A field that is `true` where `regex` is found in `field`.
    ///
    /// The field's name goes into those of a group and of a field that an expression sets, neither
    /// of which has quotes. Flags stand before the group: Python's `re`, for one, takes them at
    /// the start of an expression only.
    pub(super) fn add(&mut self, field: &str, regex: &str, flags: RegexFlags) -> String {
        let mut stem = String::from(if field.starts_with(|c: char| c.is_ascii_digit()) { "_" } else { "" });
        stem.extend(field.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }));
        let own = own_flags(regex);
        self.push(field, &stem, &(flags.prefix() + own), &quotable(&regex[own.len()..]))
    }

    /// The same as the reference writes it.
    pub(super) fn add_as_reference(&mut self, field: &str, regex: &str) -> String {
        self.push(field, field, "", regex)
    }

    fn push(&mut self, field: &str, stem: &str, flags: &str, regex: &str) -> String {
        let counter = self.counters.entry(stem.to_owned()).or_default();
        *counter += 1;
        let number = if *counter == 1 { String::new() } else { counter.to_string() };
        let (group, condition) = (format!("{stem}_match{number}"), format!("{stem}_condition{number}"));
        self.commands.push(format!(
            "\n| process regex(\"{flags}(?P<{group}>{regex})\", {field})\n| process eval(\"{condition}=case(isnotnull\
             ({group}) -> 'true', 'false')\")"
        ));
        condition
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.commands.len()
    }

    /// The commands between a search and the one that looks at what they made.
    pub(super) fn between(&self, first: &str, second: &str) -> String {
        match (self.commands.is_empty(), first.is_empty()) {
            (true, true) => second.to_owned(),
            (true, false) => first.to_owned(),
            (false, _) => [first, &self.commands.join(" "), "\n| search ", second].concat(),
        }
    }
}

/// Whether a field can be named as the argument of a command, where it has no quotes.
pub(super) fn can_be_argument(field: &str) -> bool {
    !field.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, ',' | '(' | ')' | '"' | '\'' | '|'))
}

/// The flags for the whole expression at its start.
fn own_flags(regex: &str) -> &str {
    let inside = regex.strip_prefix("(?").and_then(|rest| rest.split_once(')')).map(|(inside, _)| inside);
    match inside {
        Some(inside) if !inside.is_empty() && inside.bytes().all(|byte| matches!(byte, b'i' | b'm' | b's' | b'x')) => {
            &regex[..inside.len() + 3]
        }
        _ => "",
    }
}

/// A regular expression that no quote and no line break in it ends.
fn quotable(regex: &str) -> String {
    let mut out = String::with_capacity(regex.len());
    let mut chars = regex.chars();
    while let Some(c) = chars.next() {
        let (escaped, meant) = match c {
            '\\' => (true, chars.next()),
            c => (false, Some(c)),
        };
        match meant {
            Some(c) if c == '"' || c.is_control() => {
                let _ = match u32::from(c) {
                    code @ ..=0xff => write!(out, "\\x{code:02x}"),
                    code => write!(out, "\\x{{{code:x}}}"),
                };
            }
            meant => {
                out.push_str(if escaped { "\\" } else { "" });
                out.extend(meant);
            }
        }
    }
    out
}
