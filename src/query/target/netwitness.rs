//! `netwitness`: where clauses of `NetWitness` Core services (queries, application rules).
//!
//! Text is compared in any case, and so is what a regular expression finds unless it says `(?-i)`.
//! An operator takes a list of values; none has wildcards, which are left to `begins`, `contains`,
//! `ends` and regular expressions. In quotes, a backslash escapes. Values of text stand in quotes;
//! numbers and addresses do not.

use std::net::IpAddr;

use crate::query::pattern::{Part, Pattern};
use crate::query::reading::Reading;
use crate::query::refusal::Refusal;
use crate::query::test::{RegexFlags, Test};
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{Dialect, Form, Grouping, Link, List, Lists, Syntax, Written, cannot_say};

use super::{Format, Target};

pub(super) const TARGET: Target = Target {
    name: "netwitness",
    title: "NetWitness",
    description: "where clause of NetWitness queries and application rules",
    formats: &[Format {
        name: "default",
        description: "the condition",
        language: "netwitness",
        write,
        correlate: None,
    }],
    legacy: None,
};

const LANGUAGE: &str = "a NetWitness query";

fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let strict = reading.strict();
    reading.queries.iter().map(|query| NetWitness { strict }.query(query)).collect()
}

struct NetWitness {
    strict: bool,
}

impl<'n> Dialect<'n> for NetWitness {
    const SYNTAX: Syntax = Syntax {
        and: " && ",
        or: " || ",
        not: "NOT ",
        grouping: Grouping::Needed,
        lists: Lists { any: true, all: false, expansions: true },
        not_null: false,
    };

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        let Some(key) = leaf.field else { return self.keyword(out, &leaf) };
        self.check_key(&leaf, key)?;
        let comparison = match leaf.test {
            Test::Match(pattern) if pattern.placeholder().is_none() => self.any_case(pattern, false),
            Test::Cased(pattern) if pattern.placeholder().is_none() => self.exact_case(pattern),
            Test::Number(number) => ("=", number.to_string()),
            Test::Bool(b) if self.strict => ("=", quoted(if *b { "true" } else { "false" })),
            Test::Bool(b) => ("=", b.to_string()),
            Test::Null if !self.strict => {
                out.extend([key, " !exists || ", key, " = '-'"]);
                return Ok(Form::Single);
            }
            Test::Null | Test::Exists(false) => ("!exists", String::new()),
            Test::Exists(true) => ("exists", String::new()),
            Test::Regex(regex, flags) => ("regex", self.regex(regex, *flags)),
            Test::Cidr(network) => ("=", network.clone()),
            Test::Compare(comparison, number) => (comparison.sign(), number.to_string()),
            _ => return Err(cannot_say(&leaf, LANGUAGE)),
        };
        let (operator, value) = comparison;
        out.extend([key, " ", operator]);
        if !value.is_empty() {
            out.extend([" ", &value]);
        }
        Ok(Form::Single)
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            Test::Match(pattern) => pattern.placeholder().is_none(),
            // The reference forgets the case of values in a list.
            Test::Cased(pattern) => !self.strict && pattern.placeholder().is_none(),
            Test::Number(_) => true,
            _ => false,
        }
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        if let Some(leaf) = list.leaves().next() {
            self.check_key(&leaf, list.field)?;
        }
        let mut operators: Vec<(&str, Vec<String>)> = Vec::new();
        for test in list.tests {
            let (operator, value) = match test {
                Test::Match(pattern) | Test::Cased(pattern) => self.any_case(pattern, true),
                Test::Number(number) => ("=", number.to_string()),
                _ => continue,
            };
            // A regular expression may have a comma of its own; the others are known to take lists.
            match operators.iter_mut().find(|(known, _)| *known == operator && operator != "regex") {
                Some((_, values)) => values.push(value),
                None => operators.push((operator, vec![value])),
            }
        }
        if self.strict {
            // A key is of one type: beside a text, numbers and addresses are texts, too.
            let is_text = |value: &String| value.starts_with(['\'', '"']);
            if operators.iter().flat_map(|(_, values)| values).any(is_text) {
                let values = operators.iter_mut().flat_map(|(_, values)| values);
                for value in values.filter(|value| !value.is_empty() && !is_text(value)) {
                    *value = quoted(value);
                }
            }
        }
        for (i, (operator, values)) in operators.iter().enumerate() {
            out.push_str(if i > 0 { " || " } else { "" });
            out.extend([list.field, " ", operator]);
            if values.iter().any(|value| !value.is_empty()) {
                out.extend([" ", &values.join(",")]);
            }
        }
        Ok(Form::Or)
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        out.push_str("NOT (");
        self.node(out, child)?;
        out.push(')');
        Ok(Form::Negated)
    }

    fn groups(&self, link: Link, child: &Node<'n>, form: Form) -> bool {
        !matches!(child, Node::Leaf(_)) || (link == Link::And && form == Form::Or)
    }
}

impl NetWitness {
    /// The operator and value that compare text in any case.
    fn any_case(&self, pattern: &Pattern, in_list: bool) -> (&'static str, String) {
        if !self.strict {
            let (operator, text) = reference_form(pattern, in_list);
            return (operator, reference_quoted(&text));
        }
        let parts = pattern.parts();
        let ends = match (parts.first() == Some(&Part::Many), parts.last() == Some(&Part::Many)) {
            _ if !parts.is_empty() && parts.iter().all(|part| *part == Part::Many) => {
                return ("exists", String::new());
            }
            (false, false) => "=",
            (false, true) => "begins",
            (true, false) => "ends",
            (true, true) => "contains",
        };
        let inner = parts.iter().skip_while(|part| **part == Part::Many).collect::<Vec<_>>();
        let end = inner.iter().rposition(|part| **part != Part::Many).map_or(0, |last| last + 1);
        match inner[..end] {
            [] => (ends, quoted("")),
            [Part::Text(text)] if ends == "=" && text.parse::<IpAddr>().is_ok() => (ends, text.clone()),
            [Part::Text(text)] if !text.contains(char::is_control) => (ends, quoted(text)),
            _ => ("regex", quoted(&expression("(?is)", pattern))),
        }
    }

    /// The operator and value that compare text in exactly this case.
    fn exact_case(&self, pattern: &Pattern) -> (&'static str, String) {
        if self.strict {
            return ("regex", quoted(&expression("(?s-i)", pattern)));
        }
        let (operator, text) = reference_form(pattern, false);
        let operator = match operator {
            "begins" => "casematch_startswith",
            "ends" => "casematch_endswith",
            "contains" => "casematch_contains",
            _ => "casematch",
        };
        (operator, reference_quoted(&text))
    }

    fn regex(&self, regex: &str, flags: RegexFlags) -> String {
        if !self.strict {
            return format!("'{}{}'", flags.prefix(), regex.replace('\\', "\\\\"));
        }
        let prefix = flags.prefix();
        let case = match (flags.ignore_case, prefix.strip_suffix(')')) {
            (true, _) => prefix,
            (false, Some(others)) => format!("{others}-i)"),
            (false, None) => "(?-i)".to_owned(),
        };
        quoted(&format!("{case}{regex}"))
    }

    fn keyword<'n>(&self, out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
        match leaf.test {
            _ if self.strict => {
                let reason = "NetWitness queries have no search over all meta keys, as words without a field need";
                return Err(Refusal::unsupported(leaf.spot, reason));
            }
            Test::Match(pattern) if pattern.placeholder().is_none() => {
                out.extend(["'", &reference_quoted(&text(pattern)), "'"]);
            }
            Test::Number(number) => out.push_str(&number.to_string()),
            _ => return Err(cannot_say(leaf, LANGUAGE)),
        }
        Ok(Form::Single)
    }

    /// The name of a meta key has no quotes.
    fn check_key<'n>(&self, leaf: &Leaf<'n>, key: &str) -> Result<(), Refusal<'n>> {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
        let word = ["and", "not", "or"].iter().any(|word| word.eq_ignore_ascii_case(key));
        if !self.strict || (!key.is_empty() && !word && key.chars().all(plain)) {
            return Ok(());
        }
        let reason = format!("a NetWitness query has no way to write the name `{key}`");
        Err(Refusal::unsupported(leaf.spot, reason).help("rename the field in a pipeline (`field_name_mapping`)"))
    }
}

/// The text without its wildcards.
fn text(pattern: &Pattern) -> String {
    let text = |part: &Part| match part {
        Part::Text(text) | Part::Placeholder(text) => text.clone(),
        Part::Many | Part::One => String::new(),
    };
    pattern.parts().iter().map(text).collect()
}

/// The operator of the reference, which drops the wildcards it has no operator for, and sees
/// others where values are written as a list.
fn reference_form(pattern: &Pattern, in_list: bool) -> (&'static str, String) {
    let wild = |part: &Part| *part == Part::Many || (in_list && *part == Part::One);
    let plain = |parts: &[Part]| !parts.iter().any(|part| matches!(part, Part::Many | Part::One));
    let operator = match pattern.parts() {
        [_] if in_list => "=",
        [first, inner @ .., last] if wild(first) && wild(last) && plain(inner) => "contains",
        [inner @ .., last] if wild(last) && plain(inner) => "begins",
        [first, inner @ ..] if wild(first) && plain(inner) => "ends",
        _ => "=",
    };
    (operator, text(pattern))
}

/// Text in quotes as the reference writes it: it escapes nothing.
fn reference_quoted(text: &str) -> String {
    if text.contains('\'') { format!("\"{text}\"") } else { format!("'{text}'") }
}

/// Text in quotes.
fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        if c == quote || c == '\\' {
            out.push('\\');
        }
        out.push(c);
    }
    out.push(quote);
    out
}

/// A regular expression of the whole value.
fn expression(flags: &str, pattern: &Pattern) -> String {
    let mut regex = flags.to_owned();
    let parts = pattern.parts();
    let (open_start, open_end) = (parts.first() == Some(&Part::Many), parts.last() == Some(&Part::Many));
    if !open_start {
        regex.push_str("\\A");
    }
    let inner = &parts[usize::from(open_start)..];
    let inner = if open_end && !inner.is_empty() { &inner[..inner.len() - 1] } else { inner };
    for part in inner {
        match part {
            Part::Many => regex.push_str(".*"),
            Part::One => regex.push('.'),
            Part::Text(text) | Part::Placeholder(text) => {
                for c in text.chars() {
                    match c {
                        '\n' => regex.push_str("\\n"),
                        '\r' => regex.push_str("\\r"),
                        '\t' => regex.push_str("\\t"),
                        c if c.is_control() => {
                            regex.extend(["\\x{", &format!("{:x}", u32::from(c)), "}"]);
                        }
                        c if c.is_ascii_punctuation() && !matches!(c, '_' | '"' | '\'' | '<' | '>' | '`') => {
                            regex.extend(['\\', c]);
                        }
                        c => regex.push(c),
                    }
                }
            }
        }
    }
    if !open_end {
        regex.push_str("\\z");
    }
    regex
}
