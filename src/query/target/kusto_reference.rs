//! KQL as Sigma's reference converter writes it, mistakes included.
//!
//! Names that are no words stand in quotes, in lists twice; wildcards become expressions found
//! anywhere, or in lists a search for each piece; a keyword is a text alone.

use crate::query::pattern::{Part, Pattern};
use crate::query::test::Test;
use crate::query::tree::Leaf;
use crate::query::writer::{Form, Link, List, Written, cannot_say};

use super::kusto_syntax::{Shape, put, regex_body, shape};

/// One comparison.
pub(super) fn comparison<'n>(out: &mut String, leaf: &Leaf<'n>, field: &str) -> Written<'n> {
    let name = Name { field, quotes: usize::from(!is_word(field)) };
    match leaf.test {
        Test::Match(pattern) if pattern.placeholder().is_none() => text(out, name, pattern),
        Test::Number(number) => put(out, format_args!("{name} == {number}")),
        Test::Bool(b) => put(out, format_args!("{name} =~ {b}")),
        Test::Null => put(out, format_args!("isnull({name})")),
        Test::Exists(there) => put(out, format_args!("{}({name})", if *there { "isnotempty" } else { "isempty" })),
        Test::Regex(pattern, flags) => matches(out, name, &(flags.prefix() + pattern)),
        Test::Cidr(network) => put(out, format_args!("ipv4_is_in_range({field}, \"{network}\")")),
        Test::Compare(comparison, number) => put(out, format_args!("{name} {} {number}", comparison.sign())),
        _ => return Err(cannot_say(leaf, "a KQL query")),
    }
    Ok(Form::Single)
}

/// A value without a field.
pub(super) fn keyword<'n>(out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
    match leaf.test {
        Test::Match(pattern) if pattern.placeholder().is_none() => {
            quoted(out, &spelled(pattern));
        }
        Test::Number(number) => put(out, format_args!("{number}")),
        Test::Regex(regex, flags) => {
            put(out, format_args!("_=~{}", (flags.prefix() + regex).replace('\\', "\\\\").replace('"', "\\\"")));
        }
        _ => return Err(cannot_say(leaf, "a KQL query")),
    }
    Ok(Form::Single)
}

/// Values of one field: first those without wildcards, together, then each of the others.
pub(super) fn list(out: &mut String, list: &List<'_, '_>) -> Form {
    let quotes = usize::from(!is_word(list.field));
    let (wild, equal): (Vec<&Test>, Vec<&Test>) = list
        .tests
        .iter()
        .partition(|test| matches!(test, Test::Match(pattern) | Test::Cased(pattern) if pattern.has_wildcard()));
    let (operator, joint) = if list.link == Link::And { ("has_all", " and ") } else { ("in~", " or ") };
    if !equal.is_empty() {
        put(out, format_args!("{} {operator} (", Name { field: list.field, quotes }));
        for (i, test) in equal.iter().enumerate() {
            out.push_str(if i > 0 { ", " } else { "" });
            match test {
                Test::Match(pattern) | Test::Cased(pattern) => quoted(out, pattern.as_text().unwrap_or_default()),
                Test::Number(number) => put(out, format_args!("\"{number}\"")),
                _ => {}
            }
        }
        out.push(')');
    }
    for (i, test) in wild.iter().enumerate() {
        out.push_str(if i > 0 || !equal.is_empty() { joint } else { "" });
        match test {
            Test::Match(pattern) | Test::Cased(pattern) if has_inner_wildcard(pattern) => {
                pieces(out, list.field, pattern);
            }
            Test::Match(pattern) | Test::Cased(pattern) => {
                text(out, Name { field: list.field, quotes: 2 * quotes }, pattern);
            }
            _ => {}
        }
    }
    if list.link == Link::And { Form::And } else { Form::Or }
}

/// The text with its wildcards as plain characters.
fn spelled(pattern: &Pattern) -> String {
    let written = |part: &Part| match part {
        Part::Many | Part::One => "*".to_owned(),
        Part::Text(text) | Part::Placeholder(text) => text.clone(),
    };
    pattern.parts().iter().map(written).collect()
}

/// Whether there is a wildcard that is neither the first nor the last character.
fn has_inner_wildcard(pattern: &Pattern) -> bool {
    let parts = pattern.parts();
    let inner = parts.get(1..parts.len().saturating_sub(1)).unwrap_or_default();
    inner.iter().any(|part| !matches!(part, Part::Text(_)))
}

/// Each piece of text, anywhere and in any order; its backslashes are read a second time.
fn pieces(out: &mut String, field: &str, pattern: &Pattern) {
    let name = Name { field, quotes: usize::from(!is_word(field)) };
    out.push('(');
    let texts = pattern.parts().iter().filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None });
    for (i, text) in texts.enumerate() {
        put(out, format_args!("{}{name} contains ", if i > 0 { " and " } else { "" }));
        quoted(out, &spelled(&Pattern::parse(text)));
    }
    out.push(')');
}

fn text(out: &mut String, name: Name<'_>, pattern: &Pattern) {
    let (operator, value) = match shape_of(pattern) {
        _ if pattern.parts() == [Part::Many, Part::Many] => ("contains", ""),
        Shape::Any => ("startswith", ""),
        Shape::Whole(text) => ("=~", text),
        Shape::Start(text) => ("startswith", text),
        Shape::End(text) => ("endswith", text),
        Shape::Inside(text) => ("contains", text),
        Shape::Other => return matches(out, name, &regex_body(pattern.parts())),
    };
    put(out, format_args!("{name} {operator} "));
    quoted(out, value);
}

/// What operators other than regular expressions can say: at most one `*` at either end.
fn shape_of(pattern: &Pattern) -> Shape<'_> {
    let two_many = pattern.parts().windows(2).any(|pair| pair == [Part::Many, Part::Many]);
    if two_many { Shape::Other } else { shape(pattern) }
}

fn matches(out: &mut String, name: Name<'_>, regex: &str) {
    put(out, format_args!("{name} matches regex "));
    quoted(out, regex);
}

/// A field's name in as many quotes as the reference puts around it.
#[derive(Clone, Copy)]
struct Name<'f> {
    field: &'f str,
    quotes: usize,
}

impl std::fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let quotes = &"''"[..self.quotes];
        write!(f, "{quotes}{}{quotes}", self.field)
    }
}

fn is_word(field: &str) -> bool {
    !field.is_empty() && field.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}
