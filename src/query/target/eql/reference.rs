//! EQL as Sigma's reference converter writes it, mistakes included.
//!
//! It escapes what the grammar does not let it (`\*`, `\/`), leaves quotes in regular expressions
//! bare, and writes numbers where only text can stand.

use crate::query::pattern::{Part, Pattern};
use crate::query::test::Test;
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{Dialect, Form, List, Syntax, Written, cannot_say, write_negation};

use super::super::elastic::{is_address, parenthesized};

const LANGUAGE: &str = "the reference's EQL";

pub(super) struct Eql;

impl<'n> Dialect<'n> for Eql {
    const SYNTAX: Syntax = super::SYNTAX;

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        match leaf.field {
            Some(name) => field_leaf(out, &leaf, name),
            None => keyword(out, &leaf),
        }
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            Test::Match(pattern) | Test::Cased(pattern) => pattern.placeholder().is_none(),
            Test::Number(_) => true,
            _ => false,
        }
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        field(out, list.field);
        out.push_str(" like~ ");
        parenthesized(out, list.tests, |out, test| match test {
            Test::Match(pattern) | Test::Cased(pattern) => text(out, pattern),
            Test::Number(number) => out.push_str(&number.to_string()),
            _ => {}
        });
        Ok(Form::Single)
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        if let Node::Leaf(Leaf { field: Some(name), test: Test::Null, .. }) = child {
            optional(out, name, " != null");
            return Ok(Form::Single);
        }
        write_negation(self, out, child)
    }
}

fn keyword<'n>(out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
    match leaf.test {
        Test::Match(pattern) if pattern.placeholder().is_none() => text(out, pattern),
        Test::Number(number) => out.push_str(&number.to_string()),
        _ => return Err(cannot_say(leaf, LANGUAGE)),
    }
    Ok(Form::Single)
}

fn field_leaf<'n>(out: &mut String, leaf: &Leaf<'n>, name: &'n str) -> Written<'n> {
    match leaf.test {
        Test::Match(pattern) if pattern.placeholder().is_none() => {
            field(out, name);
            let exact = pattern.as_text().is_some_and(|text| text.is_empty() || is_address(text));
            out.push_str(if exact { "==" } else { ":" });
            text(out, pattern);
        }
        Test::Cased(pattern) if pattern.placeholder().is_none() => {
            field(out, name);
            out.push_str(" == ");
            text(out, pattern);
        }
        Test::Number(number) => {
            field(out, name);
            out.push(':');
            out.push_str(&number.to_string());
        }
        Test::Bool(b) => {
            field(out, name);
            out.push_str(if *b { ":true" } else { ":false" });
        }
        Test::Null => {
            optional(out, name, " == null");
            return Ok(Form::Negated);
        }
        Test::Regex(regex, flags) => {
            field(out, name);
            out.push_str(" regex~ \"");
            out.push_str(&flags.prefix());
            out.push_str(&regex.replace('\\', "\\\\").replace('/', "\\/"));
            out.push('"');
        }
        Test::Cidr(network) => out.extend(["cidrMatch(", name, ", \"", network, "\")"]),
        Test::Compare(comparison, number) => {
            field(out, name);
            out.extend([" ", comparison.sign(), " ", &number.to_string()]);
        }
        _ => return Err(cannot_say(leaf, LANGUAGE)),
    }
    Ok(Form::Single)
}

/// A backslash before white space is no escape of EQL.
fn text(out: &mut String, pattern: &Pattern) {
    out.push('"');
    for part in pattern.parts() {
        match part {
            Part::Many => out.push('*'),
            Part::One => out.push('?'),
            Part::Text(text) | Part::Placeholder(text) => {
                for c in text.chars() {
                    if matches!(c, '\\' | '"' | '*' | '?' | '\n' | '\r' | '\t') {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    }
    out.push('"');
}

fn optional(out: &mut String, name: &str, rest: &str) {
    out.push('?');
    field(out, name);
    out.push_str(rest);
}

fn field(out: &mut String, name: &str) {
    let quotes = name.starts_with(|c: char| c == '-' || c.is_numeric()) || name.contains(char::is_whitespace);
    let quote = if quotes { "`" } else { "" };
    out.extend([quote, name, quote]);
}
