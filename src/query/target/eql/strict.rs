//! EQL that parses and means what the rule says.
//!
//! A literal `*` or `?` needs `in~` (no wildcards) or a regular expression. Regular expressions are
//! Lucene's: of the whole value, `regex` in exact case. Numbers are compared as numbers, addresses
//! with `==`, the one operator fields of type `ip` know.

use crate::query::pattern::{Part, Pattern};
use crate::query::test::{RegexFlags, Test};
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{
    Dialect, Form, Link, List, Syntax, Written, cannot_say, grouped, is_string_or_number, write_negation,
};

use super::super::elastic::{
    as_pattern, escaped, field as quoted_field, is_address, is_address_test, is_anything, is_finite, parenthesized,
    pattern_regex, quoted, regex,
};
use super::super::lucene_regex;

const LANGUAGE: &str = "an EQL query";

/// Words that are no names in EQL's grammar.
const KEYWORDS: [&str; 21] = [
    "and",
    "any",
    "by",
    "false",
    "in",
    "join",
    "like",
    "maxspan",
    "not",
    "null",
    "of",
    "or",
    "regex",
    "sample",
    "sequence",
    "true",
    "until",
    "where",
    "with",
    "fork",
    "descendant",
];

pub(super) struct Eql;

impl<'n> Dialect<'n> for Eql {
    const SYNTAX: Syntax = super::SYNTAX;

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        let Some(name) = leaf.field else { return Err(cannot_say(&leaf, LANGUAGE)) };
        match leaf.test {
            Test::Match(pattern) if pattern.placeholder().is_none() => any_case(out, &leaf, name, pattern),
            Test::Cased(pattern) if pattern.placeholder().is_none() => exact_case(out, &leaf, name, pattern),
            Test::Null | Test::Exists(false) => {
                optional(out, name, " == null");
                Ok(Form::Negated)
            }
            Test::Exists(true) => {
                optional(out, name, " != null");
                Ok(Form::Single)
            }
            _ => other(out, &leaf, name),
        }
    }

    fn lists(&self, test: &Test) -> bool {
        is_string_or_number(test) && !matches!(test, Test::Number(number) if !is_finite(*number))
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        if list.tests.iter().all(|test| matches!(test, Test::Number(_))) {
            field(out, list.field);
            out.push_str(" in ");
            parenthesized(out, list.tests, |out, test| {
                if let Test::Number(number) = test {
                    out.push_str(&number.to_string());
                }
            });
            return Ok(Form::Single);
        }
        if list.tests.iter().all(|test| is_address_test(test)) {
            let leaves: Vec<Node<'n>> = list.leaves().map(Node::Leaf).collect();
            return self.join(out, &leaves, Link::Or);
        }
        strings(out, list)
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        let Node::Leaf(Leaf { test: Test::Any(_), .. }) = child else { return write_negation(self, out, child) };
        out.push_str(Self::SYNTAX.not);
        grouped(out, |out| self.node(out, child), |form| form != Form::Single)?;
        Ok(Form::Negated)
    }

    fn groups(&self, _: Link, child: &Node<'n>, form: Form) -> bool {
        form != Form::Single || matches!(child, Node::And(_) | Node::Or(_))
    }
}

/// A list of strings: those `like~` cannot say as one list of regular expressions.
fn strings<'n>(out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
    let (special, plain): (Vec<_>, Vec<_>) =
        list.tests.iter().map(|test| as_pattern(test)).partition(|pattern| has_literal_wildcard(pattern));
    if !plain.is_empty() {
        field(out, list.field);
        out.push_str(" like~ ");
        parenthesized(out, &plain, |out, pattern| wildcards(out, pattern));
    }
    if special.is_empty() {
        return Ok(Form::Single);
    }
    let spot = Leaf { field: Some(list.field), test: list.tests[0], spot: list.spot, optional: true };
    let regexes: Vec<String> = special
        .iter()
        .map(|pattern| lucene_regex::of(&spot, &pattern_regex(pattern, true), RegexFlags::default()))
        .collect::<Result<_, _>>()?;
    if !plain.is_empty() {
        out.push_str(" or ");
    }
    field(out, list.field);
    out.push_str(" regex~ ");
    parenthesized(out, &regexes, |out, regex| quoted(out, regex));
    Ok(if plain.is_empty() { Form::Single } else { Form::Or })
}

fn any_case<'n>(out: &mut String, leaf: &Leaf<'n>, name: &str, pattern: &Pattern) -> Written<'n> {
    if is_anything(pattern) {
        optional(out, name, " != null");
        return Ok(Form::Single);
    }
    field(out, name);
    match pattern.as_text() {
        Some(text) if text.is_empty() || is_address(text) => {
            out.push_str("==");
            quoted(out, text);
        }
        _ if !has_literal_wildcard(pattern) => {
            out.push(':');
            wildcards(out, pattern);
        }
        Some(text) => {
            out.push_str(" in~ (");
            quoted(out, text);
            out.push(')');
        }
        None => {
            out.push_str(" regex~ ");
            regex(out, leaf, &pattern_regex(pattern, true), RegexFlags::default())?;
        }
    }
    Ok(Form::Single)
}

fn exact_case<'n>(out: &mut String, leaf: &Leaf<'n>, name: &str, pattern: &Pattern) -> Written<'n> {
    field(out, name);
    match pattern.as_text() {
        Some(text) => {
            out.push_str(" == ");
            quoted(out, text);
        }
        None if !has_literal_wildcard(pattern) => {
            out.push_str(" like ");
            wildcards(out, pattern);
        }
        None => {
            out.push_str(" regex ");
            regex(out, leaf, &pattern_regex(pattern, true), RegexFlags::default())?;
        }
    }
    Ok(Form::Single)
}

fn other<'n>(out: &mut String, leaf: &Leaf<'n>, name: &str) -> Written<'n> {
    match leaf.test {
        Test::Number(number) if is_finite(*number) => {
            field(out, name);
            out.extend([" == ", &number.to_string()]);
        }
        Test::Bool(b) => {
            field(out, name);
            out.push_str(if *b { " == true" } else { " == false" });
        }
        Test::Regex(expression, flags) => {
            field(out, name);
            out.push_str(if flags.ignore_case { " regex~ " } else { " regex " });
            regex(out, leaf, expression, RegexFlags { ignore_case: false, ..*flags })?;
        }
        Test::Cidr(network) => {
            out.push_str("cidrMatch(");
            field(out, name);
            out.extend([", \"", network, "\")"]);
        }
        Test::Compare(comparison, number) if is_finite(*number) => {
            field(out, name);
            out.extend([" ", comparison.sign(), " ", &number.to_string()]);
        }
        _ => return Err(cannot_say(leaf, LANGUAGE)),
    }
    Ok(Form::Single)
}

fn has_literal_wildcard(pattern: &Pattern) -> bool {
    pattern.parts().iter().any(|part| matches!(part, Part::Text(text) if text.contains(['*', '?'])))
}

/// A string whose `*` and `?` are wildcards.
fn wildcards(out: &mut String, pattern: &Pattern) {
    out.push('"');
    for part in pattern.parts() {
        match part {
            Part::Many => out.push('*'),
            Part::One => out.push('?'),
            Part::Text(text) | Part::Placeholder(text) => escaped(out, text),
        }
    }
    out.push('"');
}

fn field(out: &mut String, name: &str) {
    quoted_field(out, name, &KEYWORDS);
}

/// A field that need not exist in the data: without the `?`, that alone fails the query.
fn optional(out: &mut String, name: &str, rest: &str) {
    out.push('?');
    field(out, name);
    out.push_str(rest);
}
