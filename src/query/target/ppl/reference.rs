//! PPL as Sigma's reference converter writes it, mistakes included.
//!
//! It deletes backslashes, searches words with `match` for regular expressions, negates only the
//! first of several values a modifier made, and moves the `%` beside a quote into the quotes
//! without knowing which quotes are escaped.

use crate::query::pattern::{Part, Pattern};
use crate::query::refusal::Refusal;
use crate::query::test::Test;
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{
    Dialect, Form, List, Syntax, Written, cannot_say, is_string_or_number, write_leaf, write_negation,
};

use super::super::elastic::parenthesized;

const LANGUAGE: &str = "the reference's PPL";

/// What stands behind `where`.
pub(super) fn condition<'n>(node: &Node<'n>) -> Result<String, Refusal<'n>> {
    Ok(gathered(&Ppl.query(node)?))
}

struct Ppl;

impl<'n> Dialect<'n> for Ppl {
    const SYNTAX: Syntax = super::SYNTAX;

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        let Some(name) = leaf.field else {
            match leaf.test {
                Test::Match(pattern) if pattern.placeholder().is_none() => quoted(out, pattern.parts()),
                Test::Number(number) => out.push_str(&number.to_string()),
                _ => return Err(cannot_say(&leaf, LANGUAGE)),
            }
            return Ok(Form::Single);
        };
        match leaf.test {
            Test::Match(pattern) if pattern.placeholder().is_none() => text(out, name, pattern, false),
            Test::Cased(pattern) if pattern.placeholder().is_none() => text(out, name, pattern, true),
            Test::Number(number) => {
                field(out, name);
                out.extend(["=", &number.to_string()]);
            }
            Test::Null | Test::Exists(_) => {
                out.push_str(if *leaf.test == Test::Exists(true) { "isnotnull(" } else { "isnull(" });
                field(out, name);
                out.push(')');
            }
            Test::Regex(regex, flags) => {
                out.push_str("match(");
                field(out, name);
                out.extend([", '", &flags.prefix(), &regex.replace('\'', "''"), "')"]);
            }
            Test::Cidr(network) => out.extend(["cidrmatch(", name, ", \"", network, "\")"]),
            Test::Compare(comparison, number) => {
                field(out, name);
                out.extend([comparison.sign(), &number.to_string()]);
            }
            Test::FieldRef(other) if !other.open_start && !other.open_end => {
                field(out, name);
                out.push('=');
                field(out, &other.field);
            }
            _ => return Err(cannot_say(&leaf, LANGUAGE)),
        }
        Ok(Form::Single)
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            Test::Cased(pattern) => pattern.placeholder().is_none() && !pattern.has_wildcard(),
            Test::Match(pattern) => is_string_or_number(test) && !pattern.has_wildcard(),
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

/// A value; wildcards at its ends stand outside the quotes until [`gathered`] moves them.
fn text(out: &mut String, name: &str, pattern: &Pattern, cased: bool) {
    let plain = |parts: &[Part]| !parts.iter().any(|part| matches!(part, Part::Many | Part::One));
    let (before, parts, after) = match pattern.parts() {
        [rest @ .., Part::Many] if plain(rest) => ("", rest, "%"),
        [Part::Many, rest @ ..] if plain(rest) => ("%", rest, ""),
        [Part::Many, rest @ .., Part::Many] if plain(rest) => ("%", rest, "%"),
        parts => {
            let like = pattern.has_wildcard() && !cased;
            out.push_str(if like { "LIKE(" } else { "" });
            field(out, name);
            out.push_str(if like { ", " } else { "=" });
            quoted(out, parts);
            out.push_str(if like { ")" } else { "" });
            return;
        }
    };
    out.push_str("LIKE(");
    field(out, name);
    out.extend([", ", before]);
    quoted(out, parts);
    out.extend([after, if cased { ", true)" } else { ")" }]);
}

fn quoted(out: &mut String, parts: &[Part]) {
    out.push('"');
    for part in parts {
        match part {
            Part::Many => out.push('%'),
            Part::One => out.push('_'),
            Part::Text(text) | Part::Placeholder(text) => {
                for c in text.chars().filter(|c| *c != '\\') {
                    if matches!(c, '"' | '%' | '_') {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    }
    out.push('"');
}

/// Moves a `%` before and after each pair of quotes into them.
fn gathered(condition: &str) -> String {
    let mut out = String::with_capacity(condition.len());
    let mut rest = condition;
    while let Some((before, inside, after)) = pair(rest) {
        let (before, opening) = before.strip_suffix('%').map_or((before, ""), |before| (before, "%"));
        let (after, closing) = after.strip_prefix('%').map_or((after, ""), |after| (after, "%"));
        out.extend([before, "\"", opening, inside, closing, "\""]);
        rest = after;
    }
    out + rest
}

/// Splits text at its first two quotes.
fn pair(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('"')?;
    let (inside, after) = rest.split_once('"')?;
    Some((before, inside, after))
}

fn field(out: &mut String, name: &str) {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let quote = if plain { "" } else { "`" };
    out.extend([quote, name, quote]);
}
