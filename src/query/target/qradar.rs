//! `qradar-aql`: the Ariel Query Language of IBM `QRadar`.
//!
//! `=`, `IN`, `LIKE` and `MATCHES` compare in exact case, so names are lowered. `%` and `_` are
//! wildcards of `LIKE` and have no escape; in a text in single quotes only the quote is doubled.
//! Names stand in double quotes unless they are plain. The log source decides which types of
//! devices are searched.

use std::borrow::Cow;

use crate::query::detection::LogSource;
use crate::query::pattern::{Part, Pattern};
use crate::query::reading::Reading;
use crate::query::refusal::Refusal;
use crate::query::test::{FieldRef, Test};
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{Dialect, Form, Grouping, Link, List, Lists, Syntax, Written, cannot_say};

use super::{Format, Target};

pub(super) const TARGET: Target = Target {
    name: "qradar-aql",
    title: "QRadar",
    description: "AQL statement of IBM QRadar",
    formats: &[Format { name: "default", description: "the statement", language: "sql", write, correlate: None }],
    legacy: None,
};

const LANGUAGE: &str = "an AQL statement";

fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let devices = devices(&reading.sigma.logsource);
    let statement = |node: &Node<'n>| {
        let mut condition = String::with_capacity(256);
        let form = Aql { strict: reading.strict() }.node(&mut condition, node)?;
        let condition = if form == Form::Or && !devices.is_empty() { format!("({condition})") } else { condition };
        Ok(format!("SELECT * FROM events WHERE {devices}{condition}"))
    };
    reading.queries.iter().map(statement).collect()
}

/// Types of log sources by product, as IBM numbers them.
const PRODUCTS: &[(&str, &[u16])] = &[
    ("aws", &[516, 519, 456, 460, 501, 502, 507, 440, 347]),
    (
        "cisco",
        &[
            6, 273, 274, 20, 23, 26, 30, 31, 419, 41, 429, 431, 179, 435, 437, 182, 183, 56, 316, 448, 194, 90, 94, 95,
            113, 114, 115, 116, 117, 248, 250, 508,
        ],
    ),
    ("gcp", &[449, 442, 461, 455]),
    ("huawei", &[283, 269]),
    ("juniper", &[5, 264, 139, 17, 150, 290, 36, 168, 45, 59, 64, 192, 320, 83, 344, 235, 111, 118, 122, 123]),
    ("linux", &[11]),
    ("m365", &[397]),
    ("macos", &[102]),
    ("okta", &[382]),
    ("sql", &[101]),
    ("windows", &[12]),
];

/// Types of log sources by service, where a product's do not have them.
const SERVICES: &[(&str, &[u16])] =
    &[("apache", &[10]), ("clamav", &[11]), ("exchange", &[99]), ("gcp.audit", &[449]), ("windefend", &[433])];

/// The condition on the type of device, with what joins it to the next; empty if any may be meant.
fn devices(source: &LogSource<'_>) -> String {
    let types = |table: &'static [(&str, &[u16])], name: Option<&str>| -> &'static [u16] {
        let named = name.and_then(|name| table.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)));
        named.map_or(&[], |(_, types)| *types)
    };
    let of_product = types(PRODUCTS, source.product.as_deref());
    let of_service = types(SERVICES, source.service.as_deref());
    let types: Vec<String> = of_service
        .iter()
        .filter(|service| !of_product.contains(service))
        .chain(of_product)
        .map(ToString::to_string)
        .collect();
    match types.as_slice() {
        [] => String::new(),
        [one] => format!("devicetype={one} AND "),
        more => format!("devicetype IN({}) AND ", more.join(", ")),
    }
}

struct Aql {
    strict: bool,
}

impl<'n> Dialect<'n> for Aql {
    const SYNTAX: Syntax =
        Syntax { and: " AND ", or: " OR ", not: "NOT", grouping: Grouping::Always, lists: Lists::ANY, not_null: false };

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        let Some(name) = leaf.field else { return self.word(out, &leaf) };
        let column = self.column(name);
        let comparison = match leaf.test {
            Test::Match(pattern) if pattern.placeholder().is_none() => self.any_case(&column, pattern),
            Test::Cased(pattern) if self.strict && pattern.placeholder().is_none() => self.exact_case(&column, pattern),
            Test::Number(number) => format!("{column}={number}"),
            Test::Bool(b) if self.strict => format!("LOWER({column})='{b}'"),
            Test::Bool(b) => format!("{column}={b}"),
            Test::Null => format!("{column} IS NULL"),
            Test::Exists(there) if self.strict => format!("{column} IS {}NULL", if *there { "NOT " } else { "" }),
            Test::Regex(regex, flags) => {
                format!("{} MATCHES {}", self.as_text(&column), text(&format!("{}{regex}", flags.prefix())))
            }
            Test::Cidr(network) if self.strict => format!("INCIDR('{network}', {column})"),
            Test::Cidr(network) => format!("INCIDR('{network}', {name})"),
            Test::Compare(comparison, number) => format!("{column} {} {number}", comparison.sign()),
            Test::FieldRef(FieldRef { field, open_start: false, open_end: false }) if self.strict => {
                let (one, other) = (self.as_text(&column), self.column(field));
                format!("LOWER({one})=LOWER({})", self.as_text(&other))
            }
            _ => return Err(cannot_say(&leaf, LANGUAGE)),
        };
        out.push_str(&comparison);
        Ok(Form::Single)
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            Test::Match(pattern) => pattern.as_text().is_some(),
            // The reference forgets the case of values in a list.
            Test::Cased(pattern) => !self.strict && pattern.as_text().is_some(),
            Test::Number(_) => true,
            _ => false,
        }
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        let column = self.column(list.field);
        let mut values = Vec::with_capacity(list.tests.len());
        let mut letters = false;
        for test in list.tests {
            match test {
                Test::Match(pattern) | Test::Cased(pattern) => {
                    let value = pattern.as_text().unwrap_or_default();
                    letters |= has_letters(value);
                    values.push(value.to_owned());
                }
                Test::Number(number) => values.push(number.to_string()),
                _ => {}
            }
        }
        let lowered = self.strict && letters && !is_address(&column);
        let values: Vec<String> =
            values.iter().map(|value| text(&if lowered { value.to_lowercase() } else { value.clone() })).collect();
        let column = if lowered { format!("LOWER({column})") } else { column };
        out.extend([&column, " IN(", &values.join(", "), ")"]);
        Ok(Form::Single)
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        out.push_str("NOT(");
        let start = out.len();
        self.node(out, child)?;
        if !matches!(child, Node::Leaf(_)) {
            out.insert(start, '(');
            out.push(')');
        }
        out.push(')');
        Ok(Form::Negated)
    }

    fn groups(&self, link: Link, child: &Node<'n>, _: Form) -> bool {
        match child {
            Node::Leaf(leaf) => link == Link::And && matches!(leaf.test, Test::Any(_)),
            _ => true,
        }
    }
}

impl Aql {
    /// The name of a property. A call of a function, which a pipeline may give for one, is no name.
    fn column(&self, name: &str) -> String {
        if !self.strict {
            let quote = if name.contains(char::is_whitespace) && !name.ends_with(')') { "\"" } else { "" };
            return format!("{quote}{name}{quote}");
        }
        let word = |text: &str| {
            text.starts_with(|c: char| c.is_ascii_alphabetic())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        let call = name.strip_suffix(')').and_then(|name| name.split_once('('));
        let plain = match call {
            Some((function, argument)) => word(function) && word(argument),
            None => word(name) && !KEYWORDS.iter().any(|keyword| keyword.eq_ignore_ascii_case(name)),
        };
        if plain { name.to_owned() } else { format!("\"{}\"", name.replace('"', "\"\"")) }
    }

    /// A text in any case.
    fn any_case(&self, column: &str, pattern: &Pattern) -> String {
        if let Some(plain) = pattern.as_text() {
            if self.strict && has_letters(plain) && !is_address(column) {
                return format!("LOWER({column})={}", text(&plain.to_lowercase()));
            }
            return format!("{column}={}", text(plain));
        }
        if self.strict {
            if pattern.parts().iter().all(|part| *part == Part::Many) {
                return format!("{column} IS NOT NULL");
            }
            if !is_like(pattern) {
                return format!("{} IMATCHES {}", self.as_text(column), text(&expression(pattern)));
            }
        }
        like(&self.as_text(column), pattern)
    }

    fn exact_case(&self, column: &str, pattern: &Pattern) -> String {
        match pattern.as_text() {
            Some(plain) => format!("{column}={}", text(plain)),
            None if is_like(pattern) => format!("{} LIKE {}", self.as_text(column), text(&wildcards(pattern))),
            None => format!("{} MATCHES {}", self.as_text(column), text(&expression(pattern))),
        }
    }

    /// A property where only text will do.
    fn as_text<'c>(&self, column: &'c str) -> Cow<'c, str> {
        if self.strict && is_address(column) { Cow::Owned(format!("STR({column})")) } else { Cow::Borrowed(column) }
    }

    fn word<'n>(&self, out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
        const PAYLOAD: &str = "UTF8(payload)";
        let found = match leaf.test {
            Test::Match(pattern) if pattern.placeholder().is_none() && self.strict => {
                self.any_case(PAYLOAD, &pattern.clone().open_start().open_end())
            }
            Test::Match(pattern) if pattern.placeholder().is_none() => like(PAYLOAD, pattern),
            Test::Number(number) if self.strict => format!("{PAYLOAD} LIKE '%{number}%'"),
            Test::Number(number) => format!("{PAYLOAD} LIKE {number}"),
            _ => return Err(cannot_say(leaf, LANGUAGE)),
        };
        out.push_str(&found);
        Ok(Form::Single)
    }
}

/// Whether a property of `QRadar` has addresses, not text: it compares with one, but is none to
/// functions and patterns.
fn is_address(column: &str) -> bool {
    let name = column.to_ascii_lowercase();
    let natted = name.strip_prefix("prenat").or_else(|| name.strip_prefix("postnat"));
    matches!(natted.unwrap_or(&name), "sourceip" | "destinationip" | "identityip" | "sourcev6" | "destinationv6")
}

/// Words of AQL that are names only in quotes.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "and", "as", "asc", "between", "by", "case", "collate", "desc", "distinct", "else", "end", "false", "from",
    "group", "having", "ilike", "imatches", "in", "into", "is", "last", "like", "limit", "matches", "not", "null",
    "or", "order", "parameters", "search", "select", "session", "start", "stop", "text", "then", "true", "when",
    "where",
];

/// Whether a text can be written in another case.
fn has_letters(text: &str) -> bool {
    text.chars().any(|c| c.is_lowercase() || c.is_uppercase())
}

/// Whether `LIKE` can look for a pattern: its wildcards have no escape.
fn is_like(pattern: &Pattern) -> bool {
    !pattern.parts().iter().any(|part| matches!(part, Part::Text(text) if text.contains(['%', '_'])))
}

/// A text with wildcards, in any case.
fn like(column: &str, pattern: &Pattern) -> String {
    let value = wildcards(pattern).to_lowercase();
    // As the reference does it: what is digits only needs no other case.
    if value.bytes().all(|byte| byte == b'%' || byte.is_ascii_digit()) {
        format!("{column} LIKE {}", text(&value))
    } else {
        format!("LOWER({column}) LIKE {}", text(&value))
    }
}

fn wildcards(pattern: &Pattern) -> String {
    let piece = |part: &Part| match part {
        Part::Many => "%".to_owned(),
        Part::One => "_".to_owned(),
        Part::Text(text) | Part::Placeholder(text) => text.clone(),
    };
    pattern.parts().iter().map(piece).collect()
}

/// A regular expression of the whole value.
fn expression(pattern: &Pattern) -> String {
    let mut regex = "(?s)^".to_owned();
    for part in pattern.parts() {
        match part {
            Part::Many => regex.push_str(".*"),
            Part::One => regex.push('.'),
            Part::Text(text) | Part::Placeholder(text) => regex.push_str(&regex::escape(text)),
        }
    }
    regex.push('$');
    regex
}

/// A text in quotes.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
