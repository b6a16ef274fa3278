//! `legacy-grep`: `grep -P` commands over files of log lines.
//!
//! A line has no fields, so values are looked for anywhere in it and the names of their fields
//! play no part; what only a field can answer (whether it is there, how large a number is) is
//! refused. Rules of 2019 get the patterns of that time, in which a value alone has to stand at
//! the start of the line, a backslash is no literal one, and aggregations are passed over. Rules
//! of Sigma 2.x get patterns that find what they ask for, in any case, quoted for the shell.

use crate::model::Value;
use crate::query::front::legacy::{self, Rule};
use crate::query::pattern::{Part, Pattern};
use crate::query::reading::Reading;
use crate::query::refusal::{Documents, Refusal, Spot};
use crate::query::test::Test;
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{Dialect, Form, Grouping, Link, Lists, Syntax, Written, cannot_say};

use super::legacy_text::{Done, Join, LegacyDialect, Tokens, documents, items, text_of};
use super::{Format, LegacyTarget, Target};

pub(super) const TARGET: Target = Target {
    name: "legacy-grep",
    title: "grep",
    description: "grep -P command over files of log lines",
    formats: &[Format {
        name: "default",
        description: "the command",
        language: "bash",
        write: modern,
        correlate: None,
    }],
    legacy: Some(LegacyTarget { write: commands, end: "", index_field: false }),
};

fn modern<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let command = |query: &Node<'n>| {
        let pattern = Lines.query(query)?;
        Ok(format!("grep -P '(?i)^{}'", pattern.replace('\'', r"'\''")))
    };
    reading.queries.iter().map(command).collect()
}

/// The patterns of today: every node is an assertion at the start of the line.
struct Lines;

impl<'n> Dialect<'n> for Lines {
    const SYNTAX: Syntax =
        Syntax { and: "", or: "|", not: "", grouping: Grouping::Needed, lists: Lists::NONE, not_null: false };

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        out.push_str("(?=.*");
        written(out, &leaf)?;
        out.push(')');
        Ok(Form::Single)
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        out.push_str("(?!");
        self.node(out, child)?;
        out.push(')');
        Ok(Form::Single)
    }

    fn join(&mut self, out: &mut String, children: &[Node<'n>], link: Link) -> Written<'n> {
        if link == Link::And {
            for child in children {
                self.node(out, child)?;
            }
            return Ok(Form::Single);
        }
        out.push_str("(?:");
        for (i, child) in children.iter().enumerate() {
            if i > 0 {
                out.push('|');
            }
            self.node(out, child)?;
        }
        out.push(')');
        Ok(Form::Single)
    }
}

fn written<'n>(out: &mut String, leaf: &Leaf<'n>) -> Result<(), Refusal<'n>> {
    // Every text of the pattern must fit into a line.
    let sayable = |pattern: &Pattern| {
        let texts =
            pattern.parts().iter().filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None });
        pattern.placeholder().is_none()
            && texts.clone().next().is_some()
            && texts.into_iter().all(|text| !text.contains(['\n', '\0']))
    };
    match leaf.test {
        Test::Match(pattern) if sayable(pattern) => text(out, pattern),
        Test::Cased(pattern) if sayable(pattern) => {
            out.push_str("(?-i:");
            text(out, pattern);
            out.push(')');
        }
        // A number is no part of a longer one.
        Test::Number(number) => {
            out.push_str("(?<![0-9])");
            escaped(out, &number.to_string());
            out.push_str("(?![0-9])");
        }
        Test::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Test::Regex(regex, flags) if !anchored(regex) => {
            let case = if flags.ignore_case { "(?i:" } else { "(?-i:" };
            out.extend([case, regex, ")"]);
        }
        Test::Regex(..) => {
            let reason = "a grep pattern over lines cannot express a regular expression with `^`, `$`, a group that is referred to or an unclosed escape";
            return Err(Refusal::unsupported(leaf.spot, reason));
        }
        _ => return Err(cannot_say(leaf, "a grep pattern")),
    }
    Ok(())
}

/// Wildcards at the ends say nothing where a value may stand anywhere.
fn text(out: &mut String, pattern: &Pattern) {
    let parts = pattern.parts();
    let first = parts.iter().position(|part| *part != Part::Many).unwrap_or(0);
    let last = parts.iter().rposition(|part| *part != Part::Many).map_or(0, |at| at + 1);
    for part in &parts[first..last] {
        match part {
            Part::Text(text) => escaped(out, text),
            Part::Many => out.push_str(".*"),
            Part::One | Part::Placeholder(_) => out.push('.'),
        }
    }
}

fn escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        if r"\.^$|?*+()[]{}".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
}

/// Whether an expression says where in its value it matches, or refers to its groups by number.
fn anchored(regex: &str) -> bool {
    let mut chars = regex.chars().peekable();
    let mut previous = ' ';
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                None | Some('A' | 'Z' | 'z' | 'G' | 'K' | '1'..='9' | 'g' | 'k' | 'Q' | 'E') => return true,
                Some(_) => {}
            },
            '^' if previous != '[' => return true,
            '$' | '\n' | '\0' => return true,
            _ => {}
        }
        previous = c;
    }
    false
}

fn commands<'r>(rules: &[Rule<'r>]) -> Documents<'r> {
    let mut legacy = Legacy { escapes_plus: false };
    documents(rules, |_, condition| Ok(legacy.query(condition)?.map(|pattern| format!("grep -P '^{pattern}'"))))
}

/// The patterns of 2019.
pub(super) struct Legacy {
    /// Whether a plus sign is itself.
    pub(super) escapes_plus: bool,
}

impl LegacyDialect for Legacy {
    const TOKENS: Tokens = Tokens {
        and: Join { open: "", before: "(?=.*", between: "", after: ")", close: "" },
        or: Join { open: "(?:", before: ".*", between: "|", after: "", close: ")" },
        not: ("(?!.*", ")"),
        group: ("(?:.*", ")"),
        drops_empty: false,
    };

    fn field<'r>(&mut self, out: &mut String, leaf: legacy::Leaf<'r>) -> Done<'r> {
        let Value::Seq(list) = leaf.value() else {
            return self.pattern(out, leaf.value(), Spot::Entry(leaf.entry));
        };
        items(out, list, ("(?:", "|", ")"), |out, item| {
            out.push_str(".*");
            self.pattern(out, item, Spot::Item(item))
        })
    }

    fn null<'r>(&mut self, _: &mut String, leaf: legacy::Leaf<'r>) -> Done<'r> {
        let reason = "a grep pattern cannot ask whether a field has a value: a line has no fields";
        Err(Refusal::unsupported(Spot::Entry(leaf.entry), reason))
    }

    fn keyword<'r>(&mut self, out: &mut String, value: &'r Value) -> Done<'r> {
        self.pattern(out, value, Spot::Item(value))
    }
}

impl Legacy {
    /// A backslash and a question mark were never escaped.
    fn pattern<'r>(&self, out: &mut String, value: &Value, spot: Spot<'r>) -> Done<'r> {
        for c in text_of(value, spot)?.chars() {
            match c {
                '*' => out.push_str(".*"),
                '.' | '^' | '$' | '|' | '(' | ')' | '[' | ']' | '{' | '}' => out.extend(['\\', c]),
                '+' if self.escapes_plus => out.push_str("\\+"),
                c => out.push(c),
            }
        }
        Ok(())
    }
}
