//! PPL that parses and means what the rule says.
//!
//! `LIKE` compares in any case, `=` and `in` in exact case. What a `not` negates is said only of
//! events that have the field, or those without would be lost. Regular expressions need
//! `OpenSearch` 3.3, which has `regexp_match`; `match` is a search for words.

use crate::query::pattern::{Part, Pattern};
use crate::query::refusal::{Refusal, Spot};
use crate::query::test::{FieldRef, Number, RegexFlags, Test};
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{
    Dialect, Form, Link, List, Syntax, Written, cannot_say, grouped, is_string_or_number, write_join,
};

use super::super::elastic::{
    anywhere, has_case, is_anything, is_finite, parenthesized, pattern_regex, starts_an_address,
};

const LANGUAGE: &str = "a PPL query";

/// Words that are no names inside an expression.
const KEYWORDS: [&str; 26] = [
    "and",
    "as",
    "asc",
    "boolean",
    "by",
    "datamodel",
    "datetime",
    "desc",
    "double",
    "false",
    "float",
    "int",
    "integer",
    "long",
    "lookup",
    "not",
    "null",
    "on",
    "or",
    "overwrite",
    "regexp",
    "savedsearch",
    "sortby",
    "string",
    "true",
    "xor",
];

#[derive(Default)]
pub(super) struct Ppl {
    /// Whether a negation around needs each comparison to be true or false by itself.
    each: bool,
}

impl<'n> Dialect<'n> for Ppl {
    const SYNTAX: Syntax = super::SYNTAX;

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        let Some(name) = leaf.field else {
            let query = anywhere(&leaf, LANGUAGE)?;
            out.push_str("query_string([\"*\"], ");
            string(out, &query);
            out.push(')');
            return Ok(Form::Single);
        };
        if !self.each || is_definite(&leaf) {
            return field_leaf(out, &leaf, name);
        }
        let mut names = vec![name];
        if let Test::FieldRef(other) = leaf.test {
            names.push(&other.field);
        }
        for name in names {
            has_value(out, name, leaf.spot)?;
            out.push_str(Self::SYNTAX.and);
        }
        field_leaf(out, &leaf, name)?;
        Ok(Form::And)
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            Test::Match(pattern) => is_string_or_number(test) && !pattern.has_wildcard() && !has_case(pattern),
            Test::Number(number) => is_finite(*number),
            _ => false,
        }
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        let numbers = list.tests.iter().filter(|test| matches!(test, Test::Number(_))).count();
        if numbers != 0 && numbers != list.tests.len() {
            // The values of a list are of one type.
            let leaves: Vec<Node<'n>> = list.leaves().map(Node::Leaf).collect();
            return self.join(out, &leaves, list.link);
        }
        if self.each {
            has_value(out, list.field, list.spot)?;
            out.push_str(Self::SYNTAX.and);
        }
        field(out, list.field, list.spot)?;
        out.push_str(" in ");
        parenthesized(out, list.tests, |out, test| match test {
            Test::Match(pattern) => string(out, pattern.as_text().unwrap_or_default()),
            Test::Number(number) => out.push_str(&number.to_string()),
            _ => {}
        });
        Ok(if self.each { Form::And } else { Form::Single })
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        out.push_str(Self::SYNTAX.not);
        let around = std::mem::replace(&mut self.each, true);
        let written = grouped(
            out,
            |out| self.node(out, child),
            |form| matches!(form, Form::And | Form::Or) || !matches!(child, Node::Leaf(_)),
        );
        self.each = around;
        written.map(|()| Form::Negated)
    }

    fn join(&mut self, out: &mut String, children: &[Node<'n>], link: Link) -> Written<'n> {
        let Some(first) = one_field(children).filter(|_| self.each) else {
            return write_join(self, out, children, link);
        };
        has_value(out, first.field.unwrap_or_default(), first.spot)?;
        out.push_str(Self::SYNTAX.and);
        self.each = false;
        let written = grouped(out, |out| write_join(self, out, children, link), |form| form == Form::Or);
        self.each = true;
        written.map(|()| Form::And)
    }
}

/// The first of several comparisons, if all are of its field and need it to have a value.
fn one_field<'n>(children: &[Node<'n>]) -> Option<Leaf<'n>> {
    let mut first: Option<Leaf<'n>> = None;
    for child in children {
        let Node::Leaf(leaf) = child else { return None };
        if is_definite(leaf)
            || matches!(leaf.test, Test::FieldRef(_) | Test::Any(_) | Test::Expression(_))
            || first.is_some_and(|first| first.field != leaf.field)
        {
            return None;
        }
        first = first.or(Some(*leaf));
    }
    first
}

/// Whether a comparison is true or false for every event.
fn is_definite(leaf: &Leaf<'_>) -> bool {
    leaf.field.is_none()
        || match leaf.test {
            Test::Null | Test::Exists(_) => true,
            Test::Match(pattern) => is_anything(pattern),
            _ => false,
        }
}

fn has_value<'n>(out: &mut String, name: &str, spot: Spot<'n>) -> Result<(), Refusal<'n>> {
    out.push_str("isnotnull(");
    field(out, name, spot)?;
    out.push(')');
    Ok(())
}

fn field_leaf<'n>(out: &mut String, leaf: &Leaf<'n>, name: &'n str) -> Written<'n> {
    let compared = |out: &mut String, sign: &str, number: Number| {
        field(out, name, leaf.spot)?;
        out.extend([sign, &number.to_string()]);
        Ok(())
    };
    match leaf.test {
        Test::Match(pattern) if is_anything(pattern) => has_value(out, name, leaf.spot)?,
        Test::Match(pattern) if pattern.placeholder().is_none() => text(out, leaf, name, pattern, false)?,
        Test::Cased(pattern) if pattern.placeholder().is_none() => text(out, leaf, name, pattern, true)?,
        Test::Number(number) if is_finite(*number) => compared(out, "=", *number)?,
        Test::Compare(comparison, number) if is_finite(*number) => compared(out, comparison.sign(), *number)?,
        Test::Bool(b) => {
            field(out, name, leaf.spot)?;
            out.push_str(if *b { "=true" } else { "=false" });
        }
        Test::Exists(true) => has_value(out, name, leaf.spot)?,
        Test::Null | Test::Exists(false) => {
            out.push_str("isnull(");
            field(out, name, leaf.spot)?;
            out.push(')');
        }
        Test::Regex(regex, flags) => matched(out, leaf, name, regex, *flags)?,
        Test::Cidr(network) => {
            out.push_str("cidrmatch(");
            field(out, name, leaf.spot)?;
            out.extend([", \"", network, "\")"]);
        }
        Test::FieldRef(other) => field_ref(out, leaf, name, other)?,
        Test::TimePart(time) if is_finite(time.number) => {
            out.extend([time.part.as_str(), "("]);
            field(out, name, leaf.spot)?;
            // Weeks as those of ISO 8601.
            out.push_str(if time.part == "week" { ", 3)" } else { ")" });
            out.extend([time.sign("="), &time.number.to_string()]);
        }
        _ => return Err(cannot_say(leaf, LANGUAGE)),
    }
    Ok(Form::Single)
}

fn text<'n>(out: &mut String, leaf: &Leaf<'n>, name: &str, pattern: &Pattern, cased: bool) -> Result<(), Refusal<'n>> {
    let exact = cased || !has_case(pattern);
    if let (true, Some(text)) = (exact, pattern.as_text()) {
        field(out, name, leaf.spot)?;
        out.push('=');
        string(out, text);
        return Ok(());
    }
    if !is_sound(pattern) {
        return as_regex(out, leaf, name, pattern.parts(), !exact);
    }
    // An address is no text.
    let (before, after) = if starts_an_address(pattern) { ("cast(", " as string)") } else { ("", "") };
    out.extend(["LIKE(", before]);
    field(out, name, leaf.spot)?;
    out.extend([after, ", \""]);
    for part in pattern.parts() {
        match part {
            Part::Many => out.push('%'),
            Part::One => out.push('_'),
            Part::Placeholder(_) => {}
            Part::Text(text) => {
                for c in text.chars() {
                    match c {
                        '%' | '_' | '"' => out.extend(['\\', c]),
                        // Both the string and the pattern have it for an escape.
                        '\\' => out.push_str(r"\\\\"),
                        _ => out.push(c),
                    }
                }
            }
        }
    }
    out.push_str(if cased { "\", true)" } else { "\")" });
    Ok(())
}

/// Whether `LIKE` reads a pattern as it is meant. As a search of the index it takes the character
/// behind a backslash for escaped though the backslash be escaped itself.
fn is_sound(pattern: &Pattern) -> bool {
    let mut backslash = false;
    for part in pattern.parts() {
        match part {
            Part::Text(text) => {
                for c in text.chars() {
                    if backslash && matches!(c, '%' | '_' | '*' | '?') {
                        return false;
                    }
                    backslash = c == '\\';
                }
            }
            _ if backslash => return false,
            _ => {}
        }
    }
    true
}

/// The same as a regular expression; what may stand at an end is not spelled out there.
fn as_regex<'n>(
    out: &mut String,
    leaf: &Leaf<'n>,
    name: &str,
    parts: &[Part],
    ignore_case: bool,
) -> Result<(), Refusal<'n>> {
    let (start, parts) = match parts {
        [Part::Many, rest @ ..] => ("", rest),
        parts => ("^", parts),
    };
    let (parts, end) = match parts {
        [rest @ .., Part::Many] => (rest, ""),
        parts => (parts, "$"),
    };
    let mut inner = Pattern::default();
    parts.iter().cloned().for_each(|part| inner.push(part));
    let flags = RegexFlags { ignore_case, dot_all: inner.has_wildcard(), ..RegexFlags::default() };
    matched(out, leaf, name, &[start, &pattern_regex(&inner, false), end].concat(), flags)
}

/// A regular expression of Java, found anywhere in the value.
fn matched<'n>(
    out: &mut String,
    leaf: &Leaf<'n>,
    name: &str,
    regex: &str,
    flags: RegexFlags,
) -> Result<(), Refusal<'n>> {
    out.push_str("regexp_match(");
    field(out, name, leaf.spot)?;
    out.push_str(", ");
    // Without `u` only ASCII has cases.
    let unicode = if flags.ignore_case && !regex.is_ascii() { "(?u)" } else { "" };
    string(out, &[unicode, &flags.prefix(), regex].concat());
    out.push(')');
    Ok(())
}

fn field_ref<'n>(out: &mut String, leaf: &Leaf<'n>, name: &str, other: &FieldRef) -> Result<(), Refusal<'n>> {
    let lower = |out: &mut String, name: &str| {
        out.push_str("lower(");
        field(out, name, leaf.spot)?;
        out.push(')');
        Ok(())
    };
    match (other.open_start, other.open_end) {
        (false, false) => {
            lower(out, name)?;
            out.push('=');
            lower(out, &other.field)?;
        }
        (true, false) => {
            out.push_str("right(");
            lower(out, name)?;
            out.push_str(", length(");
            field(out, &other.field, leaf.spot)?;
            out.push_str("))=");
            lower(out, &other.field)?;
        }
        (start, true) => {
            out.push_str("locate(");
            lower(out, &other.field)?;
            out.push_str(", ");
            lower(out, name)?;
            out.push_str(if start { ")>0" } else { ")=1" });
        }
    }
    Ok(())
}

/// A string in quotes. A line break may stand in it as it is.
fn string(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}

/// A field's name; inside back-ticks nothing can be escaped.
fn field<'n>(out: &mut String, name: &str, spot: Spot<'n>) -> Result<(), Refusal<'n>> {
    if name.is_empty() || name.contains(['`', '\\']) {
        return Err(Refusal::unsupported(spot, format!("{LANGUAGE} cannot name the field `{name}`")));
    }
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !KEYWORDS.iter().any(|word| word.eq_ignore_ascii_case(name));
    let quote = if plain { "" } else { "`" };
    out.extend([quote, name, quote]);
    Ok(())
}
