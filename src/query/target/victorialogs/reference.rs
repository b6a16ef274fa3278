//! `LogsQL` as Sigma's reference converter writes it: text in exact case, phrases for what may
//! stand anywhere in a value, wildcards as expressions without ends.

use crate::query::pattern::{Part, Pattern};
use crate::query::test::{FieldRef, Test};
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{Dialect, Form, Grouping, List, Lists, Syntax, Written, cannot_say, grouped, write_node};

use super::super::elastic::is_finite;
use super::super::kusto_syntax::regex_body;
use super::{LANGUAGE, is_plain};

pub(super) struct LogsQl;

impl<'n> Dialect<'n> for LogsQl {
    const SYNTAX: Syntax = Syntax {
        and: " AND ",
        or: " OR ",
        not: "NOT ",
        grouping: Grouping::AndFirst,
        lists: Lists::ANY,
        not_null: false,
    };

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        let Some(field) = leaf.field else { return keyword(out, &leaf) };
        if let Test::Cidr(network) = leaf.test {
            let version = if network.contains(':') { "6" } else { "4" };
            out.extend([field, ":ipv", version, "_range(\"", network, "\")"]);
            return Ok(Form::Single);
        }
        let absent = *leaf.test == Test::Exists(false);
        out.push_str(if absent { "NOT " } else { "" });
        name(out, field);
        out.push(':');
        match leaf.test {
            Test::Match(pattern) if pattern.placeholder().is_none() => any_case(out, pattern),
            Test::Cased(pattern) if pattern.placeholder().is_none() => exact_case(out, pattern),
            Test::Number(number) if is_finite(*number) => out.extend(["=", &number.to_string()]),
            Test::Bool(b) => out.push_str(if *b { "=true" } else { "=false" }),
            Test::Null => out.push_str("\"\""),
            Test::Exists(_) => out.push('*'),
            Test::Regex(regex, flags) => {
                out.push('~');
                quoted(out, &(flags.prefix() + regex));
            }
            Test::Compare(comparison, number) if is_finite(*number) => {
                out.extend([comparison.sign(), &number.to_string()]);
            }
            Test::FieldRef(FieldRef { field: other, open_start: false, open_end: false }) => {
                out.push_str("eq_field(");
                name(out, other);
                out.push(')');
            }
            _ => return Err(cannot_say(&leaf, LANGUAGE)),
        }
        Ok(if absent { Form::Negated } else { Form::Single })
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            Test::Match(pattern) | Test::Cased(pattern) => pattern.as_text().is_some(),
            Test::Number(number) => is_finite(*number),
            _ => false,
        }
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        name(out, list.field);
        out.push_str(":in(");
        for (i, test) in list.tests.iter().enumerate() {
            out.push_str(if i > 0 { ", " } else { "" });
            match test {
                Test::Match(pattern) | Test::Cased(pattern) => quoted(out, pattern.as_text().unwrap_or_default()),
                Test::Number(number) => out.push_str(&number.to_string()),
                _ => {}
            }
        }
        out.push(')');
        Ok(Form::Single)
    }

    fn node(&mut self, out: &mut String, node: &Node<'n>) -> Written<'n> {
        let form = write_node(self, out, node)?;
        let expanded = matches!(node, Node::Leaf(Leaf { test: Test::Any(_), .. }));
        Ok(if expanded { Form::Or } else { form })
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        out.push_str(Self::SYNTAX.not);
        grouped(out, |out| self.node(out, child), |_| !matches!(child, Node::Leaf(_)))?;
        Ok(Form::Negated)
    }
}

fn keyword<'n>(out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
    match leaf.test {
        Test::Match(pattern) | Test::Cased(pattern) if pattern.placeholder().is_none() => spelled(out, pattern),
        Test::Number(number) if is_finite(*number) => out.push_str(&number.to_string()),
        Test::Regex(regex, flags) => {
            out.push_str("_msg:~");
            quoted(out, &(flags.prefix() + regex));
        }
        _ => return Err(cannot_say(leaf, LANGUAGE)),
    }
    Ok(Form::Single)
}

/// What stands behind the colon for text.
fn any_case(out: &mut String, pattern: &Pattern) {
    match pattern.parts() {
        [Part::Many] => out.push('*'),
        [] | [Part::Text(_)] | [Part::Text(_), Part::Many] => exact_case(out, pattern),
        [Part::Many, Part::Many] | [Part::Many, Part::Text(_), Part::Many] => phrase(out, pattern),
        [Part::Many, rest @ Part::Text(_)] => {
            out.push('~');
            quoted(out, &(regex_body(std::slice::from_ref(rest)) + "$"));
        }
        parts => {
            out.push('~');
            quoted(out, &regex_body(parts));
        }
    }
}

fn exact_case(out: &mut String, pattern: &Pattern) {
    match pattern.parts() {
        [Part::Many, Part::Text(_), Part::Many] => phrase(out, pattern),
        [Part::Many] => out.push_str("=\"\"*"),
        [Part::Text(text), Part::Many] => {
            out.push('=');
            quoted(out, text);
            out.push('*');
        }
        _ => {
            out.push('=');
            spelled(out, pattern);
        }
    }
}

fn phrase(out: &mut String, pattern: &Pattern) {
    let text = pattern.parts().iter().find_map(|part| if let Part::Text(text) = part { Some(text) } else { None });
    quoted(out, text.map_or("", String::as_str));
}

/// A pattern in quotes. Beside a wildcard, a literal one has a backslash.
fn spelled(out: &mut String, pattern: &Pattern) {
    let wild = pattern.has_wildcard();
    out.push('"');
    for part in pattern.parts() {
        match part {
            Part::Many => out.push('*'),
            Part::One => out.push('?'),
            Part::Text(text) | Part::Placeholder(text) => {
                for c in text.chars() {
                    if matches!(c, '\\' | '"') || (wild && matches!(c, '*' | '?')) {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    }
    out.push('"');
}

fn name(out: &mut String, name: &str) {
    if is_plain(name) {
        out.push_str(name);
    } else {
        quoted(out, name);
    }
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        if matches!(c, '\\' | '"') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
}
