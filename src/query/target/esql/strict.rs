//! ES|QL that parses and means what the rule says.
//!
//! `to_lower(f)` compares in any case; Elasticsearch turns it into a search of the index where it
//! can. What a `not` negates stands in `coalesce(…, false)`, or events without the field would be
//! lost. Words without a field are searched with `qstr`, which looks into all fields.

use std::borrow::Cow;

use crate::query::pattern::{Part, Pattern};
use crate::query::refusal::Refusal;
use crate::query::test::{FieldRef, Test, TimePart};
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{
    Dialect, Form, Link, List, Syntax, Written, cannot_say, grouped, is_string_or_number, write_join,
};

use super::super::elastic::{
    anywhere, as_pattern, escaped, field as quoted_field, has_case, is_address, is_address_test, is_anything,
    is_finite, parenthesized, quoted, regex, starts_an_address,
};

const LANGUAGE: &str = "an ES|QL query";

/// Words that are no names inside an expression.
pub(super) const KEYWORDS: [&str; 22] = [
    "and", "as", "asc", "by", "desc", "false", "first", "in", "is", "last", "like", "metadata", "not", "null", "nulls",
    "on", "or", "rlike", "true", "using", "where", "with",
];

/// Parts of an AND or OR up to which they stand in a row: each adds to the depth of the
/// expression, which Elasticsearch limits (to 300 in its latest versions).
const MAX_ROW: usize = 200;

#[derive(Default)]
pub(super) struct Esql {
    /// Whether a negation around needs each comparison to be true or false by itself.
    each: bool,
}

impl<'n> Dialect<'n> for Esql {
    const SYNTAX: Syntax = super::SYNTAX;

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        let guard = self.each && !is_definite(&leaf);
        out.push_str(if guard { "coalesce(" } else { "" });
        match leaf.field {
            Some(name) => field_leaf(out, &leaf, name)?,
            None => keyword(out, &leaf)?,
        }
        out.push_str(if guard { ", false)" } else { "" });
        Ok(Form::Single)
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            Test::Match(pattern) => is_string_or_number(test) && !pattern.has_wildcard(),
            Test::Number(number) => is_finite(*number),
            _ => false,
        }
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        out.push_str(if self.each { "coalesce(" } else { "" });
        let numbers = list.tests.iter().all(|test| matches!(test, Test::Number(_)));
        let exact = numbers || list.tests.iter().all(|test| is_address_test(test) || !has_case(&as_pattern(test)));
        subject(out, list.field, !exact);
        out.push_str(" in ");
        parenthesized(out, list.tests, |out, test| match test {
            Test::Number(number) if numbers => out.push_str(&number.to_string()),
            _ => text(out, as_pattern(test).parts(), !exact),
        });
        out.push_str(if self.each { ", false)" } else { "" });
        Ok(Form::Single)
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        out.push_str(Self::SYNTAX.not);
        let (definite, keyword) = (all_leaves(child, &is_definite), !all_leaves(child, &|leaf| leaf.field.is_some()));
        let around = std::mem::replace(&mut self.each, keyword);
        if definite || keyword {
            grouped(out, |out| self.node(out, child), |form| form != Form::Single || !matches!(child, Node::Leaf(_)))?;
        } else {
            out.push_str("coalesce(");
            self.node(out, child)?;
            out.push_str(", false)");
        }
        self.each = around;
        Ok(Form::Negated)
    }

    fn join(&mut self, out: &mut String, children: &[Node<'n>], link: Link) -> Written<'n> {
        if children.len() <= MAX_ROW {
            return write_join(self, out, children, link);
        }
        for (i, row) in children.chunks(children.len().isqrt().max(2)).enumerate() {
            if i > 0 {
                out.push_str(if link == Link::And { Self::SYNTAX.and } else { Self::SYNTAX.or });
            }
            out.push('(');
            self.join(out, row, link)?;
            out.push(')');
        }
        Ok(if link == Link::And { Form::And } else { Form::Or })
    }
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

fn all_leaves<'n>(node: &Node<'n>, wanted: &impl Fn(&Leaf<'n>) -> bool) -> bool {
    match node {
        Node::Leaf(leaf @ Leaf { test: Test::Any(tests), .. }) => {
            tests.iter().all(|test| wanted(&Leaf { test, ..*leaf }))
        }
        Node::Leaf(leaf) => wanted(leaf),
        Node::Not(child) => all_leaves(child, wanted),
        Node::And(children) | Node::Or(children) => children.iter().all(|child| all_leaves(child, wanted)),
    }
}

fn field_leaf<'n>(out: &mut String, leaf: &Leaf<'n>, name: &str) -> Result<(), Refusal<'n>> {
    match leaf.test {
        Test::Match(pattern) if pattern.placeholder().is_none() => any_case(out, name, pattern),
        Test::Cased(pattern) if pattern.placeholder().is_none() => compared(out, name, pattern, Subject::Plain),
        Test::Number(number) if is_finite(*number) => {
            field(out, name);
            out.extend(["==", &number.to_string()]);
        }
        Test::Bool(b) => {
            field(out, name);
            out.push_str(if *b { "==true" } else { "==false" });
        }
        Test::Null | Test::Exists(_) => {
            field(out, name);
            out.push_str(if *leaf.test == Test::Exists(true) { " is not null" } else { " is null" });
        }
        Test::Regex(expression, flags) => {
            field(out, name);
            out.push_str(" rlike ");
            regex(out, leaf, expression, *flags)?;
        }
        Test::Cidr(network) => {
            out.push_str("cidr_match(");
            field(out, name);
            out.extend([", \"", network, "\")"]);
        }
        Test::Compare(comparison, number) if is_finite(*number) => {
            field(out, name);
            out.extend([comparison.sign(), &number.to_string()]);
        }
        Test::FieldRef(other) => field_ref(out, name, other),
        Test::TimePart(time) => time_part(out, leaf, name, time)?,
        _ => return Err(cannot_say(leaf, LANGUAGE)),
    }
    Ok(())
}

/// What a value is compared with a string as.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Subject {
    /// Itself.
    Plain,
    /// In lower case.
    Lower,
    /// As text, if it is an address.
    Text,
}

fn any_case(out: &mut String, name: &str, pattern: &Pattern) {
    if is_anything(pattern) {
        field(out, name);
        out.push_str(" is not null");
        return;
    }
    let subject = match pattern.as_text() {
        Some(text) if is_address(text) => Subject::Plain,
        _ if has_case(pattern) => Subject::Lower,
        None if starts_an_address(pattern) => Subject::Text,
        _ => Subject::Plain,
    };
    compared(out, name, pattern, subject);
}

fn compared(out: &mut String, name: &str, pattern: &Pattern, how: Subject) {
    let text_only = |parts: &[Part]| !parts.iter().any(|part| matches!(part, Part::Many | Part::One));
    let lower = how == Subject::Lower;
    let write_subject = |out: &mut String| match how {
        Subject::Text => {
            out.push_str("to_string(");
            field(out, name);
            out.push(')');
        }
        _ => subject(out, name, lower),
    };
    let (function, parts) = match pattern.parts() {
        // `like` on a value in lower case is searched in the index, the functions are not.
        [rest @ .., Part::Many] if !lower && text_only(rest) => ("starts_with(", rest),
        [Part::Many, rest @ ..] if !lower && text_only(rest) => ("ends_with(", rest),
        parts => {
            write_subject(out);
            if pattern.has_wildcard() {
                out.push_str(" like ");
                like(out, parts, lower);
            } else {
                out.push_str("==");
                text(out, parts, lower);
            }
            return;
        }
    };
    out.push_str(function);
    write_subject(out);
    out.push_str(", ");
    text(out, parts, false);
    out.push(')');
}

fn field_ref(out: &mut String, name: &str, other: &FieldRef) {
    let (before, between, after) = match (other.open_start, other.open_end) {
        (false, false) => ("", "==", ""),
        (false, true) => ("starts_with(", ", ", ")"),
        (true, false) => ("ends_with(", ", ", ")"),
        (true, true) => ("locate(", ", ", ") > 0"),
    };
    out.push_str(before);
    subject(out, name, true);
    out.push_str(between);
    subject(out, &other.field, true);
    out.push_str(after);
}

fn time_part<'n>(out: &mut String, leaf: &Leaf<'n>, name: &str, time: &TimePart) -> Result<(), Refusal<'n>> {
    let chrono = match time.part.as_str() {
        "minute" => "minute_of_hour",
        "hour" => "hour_of_day",
        "day" => "day_of_month",
        "month" => "month_of_year",
        "year" => "year",
        // Its weeks start on 1 January, those of ISO 8601 on Mondays.
        _ => return Err(cannot_say(leaf, LANGUAGE)),
    };
    out.extend(["date_extract(\"", chrono, "\", "]);
    field(out, name);
    out.extend([")", time.sign("=="), &time.number.to_string()]);
    Ok(())
}

/// A word anywhere in the event.
fn keyword<'n>(out: &mut String, leaf: &Leaf<'n>) -> Result<(), Refusal<'n>> {
    let query = anywhere(leaf, LANGUAGE)?;
    out.push_str("qstr(");
    quoted(out, &query);
    out.push(')');
    Ok(())
}

fn subject(out: &mut String, name: &str, lower: bool) {
    out.push_str(if lower { "to_lower(" } else { "" });
    field(out, name);
    out.push_str(if lower { ")" } else { "" });
}

fn field(out: &mut String, name: &str) {
    quoted_field(out, name, &KEYWORDS);
}

/// A string without wildcards.
fn text(out: &mut String, parts: &[Part], lower: bool) {
    out.push('"');
    for part in parts {
        if let Part::Text(text) = part {
            escaped(out, &cased(text, lower));
        }
    }
    out.push('"');
}

/// A pattern of `like`, which has its own backslash beside that of the string.
fn like(out: &mut String, parts: &[Part], lower: bool) {
    out.push('"');
    for part in parts {
        match part {
            Part::Many => out.push('*'),
            Part::One => out.push('?'),
            Part::Placeholder(_) => {}
            Part::Text(text) => {
                for piece in cased(text, lower).split_inclusive(['\\', '*', '?']) {
                    let special = piece.ends_with(['\\', '*', '?']);
                    let (plain, last) = piece.split_at(piece.len() - usize::from(special));
                    escaped(out, plain);
                    if special {
                        out.push_str("\\\\");
                        escaped(out, last);
                    }
                }
            }
        }
    }
    out.push('"');
}

fn cased(text: &str, lower: bool) -> Cow<'_, str> {
    if !lower || text.bytes().all(|b| b.is_ascii() && !b.is_ascii_uppercase()) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() })
}
