//! ES|QL as Sigma's reference converter writes it, mistakes included.
//!
//! It compares in exact case, escapes wildcards in a way the grammar does not know, negates only
//! the first of several values a modifier made, and loses events without a field under `not`.

use crate::query::pattern::{Part, Pattern};
use crate::query::test::Test;
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{
    Dialect, Form, List, Syntax, Written, cannot_say, is_string_or_number, write_leaf, write_negation,
};

use super::super::elastic::parenthesized;

const LANGUAGE: &str = "the reference's ES|QL";

pub(super) struct Esql;

impl<'n> Dialect<'n> for Esql {
    const SYNTAX: Syntax = super::SYNTAX;

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        let Some(name) = leaf.field else { return Err(cannot_say(&leaf, LANGUAGE)) };
        match leaf.test {
            Test::Match(pattern) if pattern.placeholder().is_none() => text(out, name, pattern),
            Test::Number(number) => {
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
            Test::Regex(regex, flags) => {
                field(out, name);
                let escaped = regex.replace('\\', "\\\\").replace('"', "\\\"");
                out.extend([" rlike \"", &flags.prefix(), &escaped, "\""]);
            }
            Test::Cidr(network) => out.extend(["cidr_match(", name, ", \"", network, "\")"]),
            Test::Compare(comparison, number) => {
                field(out, name);
                out.extend([comparison.sign(), &number.to_string()]);
            }
            Test::FieldRef(other) if !other.open_start && !other.open_end => {
                field(out, name);
                out.push_str("==");
                field(out, &other.field);
            }
            _ => return Err(cannot_say(&leaf, LANGUAGE)),
        }
        Ok(Form::Single)
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            // It forgets the case of values in a list.
            Test::Match(pattern) | Test::Cased(pattern) => pattern.as_text().is_some(),
            _ => is_string_or_number(test),
        }
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        field(out, list.field);
        out.push_str(" in ");
        parenthesized(out, list.tests, |out, test| match test {
            Test::Match(pattern) | Test::Cased(pattern) => quoted(out, pattern.parts()),
            Test::Number(number) => out.push_str(&number.to_string()),
            _ => {}
        });
        Ok(Form::Single)
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        let Node::Leaf(leaf) = child else { return write_negation(self, out, child) };
        out.push_str(Self::SYNTAX.not);
        write_leaf(self, out, *leaf)?;
        Ok(Form::Negated)
    }
}

fn text(out: &mut String, name: &str, pattern: &Pattern) {
    let inner = |parts: &[Part]| !parts.iter().any(|part| matches!(part, Part::Many | Part::One));
    let (function, parts) = match pattern.parts() {
        [rest @ .., Part::Many] if inner(rest) => ("starts_with(", rest),
        [Part::Many, rest @ ..] if inner(rest) => ("ends_with(", rest),
        parts => {
            field(out, name);
            out.push_str(if pattern.has_wildcard() { " like " } else { "==" });
            quoted(out, parts);
            return;
        }
    };
    out.push_str(function);
    field(out, name);
    out.push_str(", ");
    quoted(out, parts);
    out.push(')');
}

fn quoted(out: &mut String, parts: &[Part]) {
    out.push('"');
    for part in parts {
        match part {
            Part::Many => out.push('*'),
            Part::One => out.push('?'),
            Part::Text(text) | Part::Placeholder(text) => {
                for c in text.chars() {
                    if matches!(c, '\\' | '"' | '*' | '?') {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    }
    out.push('"');
}

fn field(out: &mut String, name: &str) {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    let quote = if plain { "" } else { "`" };
    out.extend([quote, name, quote]);
}
