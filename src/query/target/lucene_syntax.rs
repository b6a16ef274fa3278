//! Lucene's query string syntax, as Elasticsearch, `OpenSearch` and Graylog read it.
//!
//! Inside quotes only the quote and the backslash are special; outside, every character of the
//! syntax is escaped. Both forms are unescaped again by wildcard and prefix queries.

use crate::query::pattern::{Part, Pattern};
use crate::query::test::Test;
use crate::query::writer::{Form, Grouping, Lists, Syntax};

/// The words of the dialects built on it.
pub(super) const AND: &str = " AND ";
/// See [`AND`].
pub(super) const OR: &str = " OR ";
/// See [`AND`].
pub(super) const NOT: &str = "NOT ";

/// The table of the dialects built on it.
pub(super) const fn syntax(grouping: Grouping) -> Syntax {
    let lists = Lists { any: true, all: false, expansions: true };
    Syntax { and: AND, or: OR, not: NOT, grouping, lists, not_null: true }
}

/// What is special inside a field's name.
const NAME: Ascii = Ascii::of(r#"+!():^[]"{}~*?\/&|"#);
/// What is special in a term.
const TERM: Ascii = Ascii::of(r#"+-=&|!(){}[]<>^"~*?:\/"#);

/// A set of ASCII characters, one bit each.
#[derive(Clone, Copy)]
struct Ascii(u128);

impl Ascii {
    const fn of(chars: &str) -> Self {
        let bytes = chars.as_bytes();
        let mut set = 0;
        let mut i = 0;
        while i < bytes.len() {
            set |= 1 << bytes[i];
            i += 1;
        }
        Self(set)
    }

    fn has(self, c: char) -> bool {
        c.is_ascii() && (self.0 >> (c as u32)) & 1 == 1
    }
}

/// What ends a term in Lucene's grammar; other spaces of Unicode are characters like any other.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{3000}')
}

/// A field's name: everything that ends a term is escaped. A `*` in a name would be a pattern of
/// names.
pub(super) fn field(out: &mut String, name: &str) {
    // The words of operators are names behind a backslash.
    if name.starts_with(['-', '<', '>', '=']) || matches!(name, "AND" | "OR" | "NOT") {
        out.push('\\');
    }
    backslashed(out, name, |c| is_space(c) || NAME.has(c));
}

/// Appends `text` with a backslash before each special character, copying what lies between in
/// one piece: most text of a query has passed through here.
fn backslashed(out: &mut String, text: &str, special: impl Fn(char) -> bool) {
    let mut copied = 0;
    for (at, _) in text.char_indices().filter(|(_, c)| special(*c)) {
        out.push_str(&text[copied..at]);
        out.push('\\');
        copied = at;
    }
    out.push_str(&text[copied..]);
}

/// Text in quotes.
pub(super) fn quoted(out: &mut String, text: &str) {
    out.push('"');
    backslashed(out, text, |c| matches!(c, '"' | '\\'));
    out.push('"');
}

/// A string outside of quotes, its wildcards in force.
pub(super) fn bare(out: &mut String, pattern: &Pattern) {
    for part in pattern.parts() {
        match part {
            Part::Many => out.push('*'),
            Part::One => out.push('?'),
            Part::Text(text) | Part::Placeholder(text) => escaped(out, text, true),
        }
    }
}

/// Text with every character of the syntax escaped; outside of quotes also the spaces.
pub(super) fn escaped(out: &mut String, text: &str, spaces: bool) {
    backslashed(out, text, |c| (spaces && is_space(c)) || TERM.has(c));
}

/// A keyword, which may stand anywhere in any field.
///
/// Analyzed fields hold words: there a pattern finds part of a word and a phrase finds words next
/// to each other, so text of more than letters and digits is searched both ways. Where no
/// unanalyzed field is searched (`whole_values`), a pattern cannot span a space.
pub(super) fn keyword(out: &mut String, pattern: &Pattern, whole_values: bool) -> Form {
    let text = pattern.as_text();
    let phrase = text.is_some_and(|text| text.contains(|c: char| !c.is_alphanumeric() && c != '_'));
    let wildcard = whole_values || !text.is_some_and(|text| text.contains(char::is_whitespace));
    if let Some(text) = text.filter(|_| phrase) {
        quoted(out, text);
        if wildcard {
            out.push_str(OR);
        }
    }
    if wildcard {
        bare(out, &pattern.clone().open_start().open_end());
    }
    if phrase && wildcard { Form::Or } else { Form::Single }
}

/// Whether the event has a value in a field.
pub(super) fn presence(out: &mut String, name: &str, there: bool) -> Form {
    out.push_str(if there { "_exists_:" } else { "NOT _exists_:" });
    field(out, name);
    if there { Form::Single } else { Form::Negated }
}

/// A string, number or boolean as a value: in quotes, unless it has wildcards.
pub(super) fn value(out: &mut String, test: &Test) {
    match test {
        Test::Match(pattern) => match pattern.as_text() {
            Some(plain) => quoted(out, plain),
            None => bare(out, pattern),
        },
        Test::Number(one) => number(out, *one),
        Test::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        _ => {}
    }
}

/// A number as a value: a leading minus would be read as an operator.
pub(super) fn number(out: &mut String, number: crate::query::test::Number) {
    let text = number.to_string();
    if text.starts_with('-') {
        out.push('\\');
    }
    out.push_str(&text);
}

/// `a` alone, `(a OR b)` for more.
pub(super) fn values<T>(out: &mut String, values: &[T], mut write: impl FnMut(&mut String, &T)) {
    if values.len() > 1 {
        out.push('(');
    }
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            out.push_str(OR);
        }
        write(out, value);
    }
    if values.len() > 1 {
        out.push(')');
    }
}

/// Whether a value needs a wildcard query.
pub(super) fn is_wildcard(test: &Test) -> bool {
    matches!(test, Test::Match(pattern) if pattern.has_wildcard())
}
