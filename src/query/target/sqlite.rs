//! `sqlite`: a table of events in `SQLite`.
//!
//! `COLLATE NOCASE` and `LIKE` compare letters of ASCII in any case, as `SQLite` does without an
//! extension. A comparison with a column that is null is null, and so is its negation: what a
//! `NOT` negates stands in `IFNULL(…, 0)`. Regular expressions need the function `regexp`, which
//! the shell of `SQLite` brings along.

use std::net::Ipv4Addr;

use crate::query::pattern::{Part, Pattern};
use crate::query::reading::Reading;
use crate::query::refusal::Refusal;
use crate::query::test::{FieldRef, Number, Test, TimePart};
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{Dialect, Form, Grouping, Link, List, Lists, Syntax, Written, cannot_say, write_join};

use super::{Format, Target};

pub(super) const TARGET: Target = Target {
    name: "sqlite",
    title: "SQLite",
    description: "SQL of SQLite, over a table with a column for each field",
    formats: &[Format { name: "default", description: "the statement", language: "sql", write, correlate: None }],
    legacy: None,
};

const LANGUAGE: &str = "an SQLite query";

/// Parts of an AND or OR up to which they stand in a row: each adds to the depth of the expression,
/// which `SQLite` limits to 1,000.
const MAX_ROW: usize = 200;

/// The table, unless a pipeline names another (`table`).
const TABLE: &str = "logs";

fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let mut table = String::new();
    name(&mut table, reading.state().text("table").unwrap_or(TABLE));
    reading.queries.iter().map(|query| Ok(format!("SELECT * FROM {table} WHERE {}", Sqlite.query(query)?))).collect()
}

struct Sqlite;

impl<'n> Dialect<'n> for Sqlite {
    const SYNTAX: Syntax = Syntax {
        and: " AND ",
        or: " OR ",
        not: "NOT ",
        grouping: Grouping::AndFirst,
        lists: Lists::ANY,
        not_null: true,
    };

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        let Some(field) = leaf.field else {
            let reason = "SQLite has no search over all columns, as words without a field need";
            return Err(Refusal::unsupported(leaf.spot, reason));
        };
        match leaf.test {
            Test::Match(pattern) if pattern.placeholder().is_none() => any_case(out, field, pattern),
            Test::Cased(pattern) if pattern.placeholder().is_none() => exact_case(out, field, pattern),
            Test::Number(number) if is_finite(*number) => {
                name(out, field);
                out.extend(["=", &number.to_string()]);
            }
            Test::Bool(b) => {
                name(out, field);
                out.push_str(if *b { "=1 OR " } else { "=0 OR " });
                name(out, field);
                out.push_str(if *b { "='true' COLLATE NOCASE" } else { "='false' COLLATE NOCASE" });
                return Ok(Form::Or);
            }
            Test::Null | Test::Exists(_) => {
                name(out, field);
                out.push_str(if *leaf.test == Test::Exists(true) { " IS NOT NULL" } else { " IS NULL" });
            }
            Test::Regex(regex, flags) => {
                name(out, field);
                out.push_str(" REGEXP ");
                text(out, &format!("{}{regex}", flags.prefix()));
            }
            Test::Compare(comparison, number) if is_finite(*number) => {
                out.push_str("CAST(");
                name(out, field);
                out.extend([" AS NUMERIC)", comparison.sign(), &number.to_string()]);
            }
            Test::Cidr(network) => return cidr(out, &leaf, field, network),
            Test::FieldRef(other) => field_ref(out, field, other),
            Test::TimePart(time) => time_part(out, &leaf, field, time)?,
            _ => return Err(cannot_say(&leaf, LANGUAGE)),
        }
        Ok(Form::Single)
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            Test::Match(pattern) => pattern.as_text().is_some(),
            Test::Number(number) => is_finite(*number),
            _ => false,
        }
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        // Text and numbers are different things to a column without a type.
        let (texts, numbers): (Vec<&Test>, Vec<&Test>) =
            list.tests.iter().partition(|test| matches!(test, Test::Match(_)));
        for (i, tests) in [texts, numbers].iter().filter(|tests| !tests.is_empty()).enumerate() {
            out.push_str(if i > 0 { " OR " } else { "" });
            name(out, list.field);
            out.push_str(if matches!(tests[0], Test::Match(_)) { " COLLATE NOCASE IN (" } else { " IN (" });
            for (i, test) in tests.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                match test {
                    Test::Match(pattern) => text(out, pattern.as_text().unwrap_or_default()),
                    Test::Number(number) => out.push_str(&number.to_string()),
                    _ => {}
                }
            }
            out.push(')');
        }
        let mixed = list.tests.iter().any(|test| matches!(test, Test::Match(_)))
            && list.tests.iter().any(|test| matches!(test, Test::Number(_)));
        Ok(if mixed { Form::Or } else { Form::Single })
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        if let Node::Leaf(Leaf { field: Some(field), test: test @ (Test::Null | Test::Exists(_)), .. }) = child {
            name(out, field);
            out.push_str(if **test == Test::Exists(true) { " IS NULL" } else { " IS NOT NULL" });
            return Ok(Form::Single);
        }
        out.push_str("NOT IFNULL(");
        self.node(out, child)?;
        out.push_str(", 0)");
        Ok(Form::Negated)
    }

    fn join(&mut self, out: &mut String, children: &[Node<'n>], link: Link) -> Written<'n> {
        if children.len() <= MAX_ROW {
            return write_join(self, out, children, link);
        }
        for (i, row) in children.chunks(children.len().isqrt().max(2)).enumerate() {
            out.push_str(match (i, link) {
                (0, _) => "(",
                (_, Link::And) => " AND (",
                (_, Link::Or) => " OR (",
            });
            self.join(out, row, link)?;
            out.push(')');
        }
        Ok(if link == Link::And { Form::And } else { Form::Or })
    }

    fn groups(&self, link: Link, _: &Node<'n>, form: Form) -> bool {
        link == Link::And && form == Form::Or
    }
}

fn any_case(out: &mut String, field: &str, pattern: &Pattern) {
    if !pattern.parts().is_empty() && pattern.parts().iter().all(|part| *part == Part::Many) {
        name(out, field);
        out.push_str(" IS NOT NULL");
        return;
    }
    name(out, field);
    if let Some(plain) = pattern.as_text() {
        out.push('=');
        text(out, plain);
        if plain.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            out.push_str(" COLLATE NOCASE");
        }
        return;
    }
    let mut like = String::new();
    for part in pattern.parts() {
        match part {
            Part::Many => like.push('%'),
            Part::One => like.push('_'),
            Part::Text(text) | Part::Placeholder(text) => {
                for c in text.chars() {
                    if matches!(c, '%' | '_' | '\\') {
                        like.push('\\');
                    }
                    like.push(c);
                }
            }
        }
    }
    out.push_str(" LIKE ");
    text(out, &like);
    out.push_str(" ESCAPE '\\'");
}

fn exact_case(out: &mut String, field: &str, pattern: &Pattern) {
    name(out, field);
    if let Some(plain) = pattern.as_text() {
        out.push('=');
        text(out, plain);
        return;
    }
    let mut glob = String::new();
    for part in pattern.parts() {
        match part {
            Part::Many => glob.push('*'),
            Part::One => glob.push('?'),
            Part::Text(text) | Part::Placeholder(text) => {
                for c in text.chars() {
                    if matches!(c, '*' | '?' | '[') {
                        glob.extend(['[', c, ']']);
                    } else {
                        glob.push(c);
                    }
                }
            }
        }
    }
    out.push_str(" GLOB ");
    text(out, &glob);
}

/// A network of IPv4 as the beginnings its addresses have.
fn cidr<'n>(out: &mut String, leaf: &Leaf<'n>, field: &str, network: &str) -> Written<'n> {
    let parsed = network.split_once('/').and_then(|(address, length)| {
        Some((address.parse::<Ipv4Addr>().ok()?.octets(), length.parse::<usize>().ok().filter(|length| *length <= 32)?))
    });
    let Some((octets, length)) = parsed else {
        let reason = "SQLite cannot tell whether an address lies in a network of IPv6";
        return Err(Refusal::unsupported(leaf.spot, reason));
    };
    let (whole, bits) = (length / 8, length % 8);
    let mut start = String::new();
    for octet in &octets[..whole] {
        start.push_str(&octet.to_string());
        start.push('.');
    }
    if whole == 4 {
        name(out, field);
        out.push('=');
        text(out, start.trim_end_matches('.'));
        return Ok(Form::Single);
    }
    let like = |out: &mut String, start: &str| {
        name(out, field);
        out.push_str(" LIKE ");
        text(out, start);
    };
    if bits == 0 {
        // With a dot, so that no host's name and no address of IPv6 is taken for one.
        like(out, &if start.is_empty() { "%.%.%.%".to_owned() } else { format!("{start}%") });
        return Ok(Form::Single);
    }
    let last = if whole == 3 { "" } else { ".%" };
    for i in 0..(1_usize << (8 - bits)) {
        out.push_str(if i > 0 { " OR " } else { "" });
        like(out, &format!("{start}{}{last}", usize::from(octets[whole]) + i));
    }
    Ok(Form::Or)
}

fn field_ref(out: &mut String, field: &str, other: &FieldRef) {
    let (mut a, mut b) = (String::new(), String::new());
    name(&mut a, field);
    name(&mut b, &other.field);
    let comparison = match (other.open_start, other.open_end) {
        (false, false) => format!("{a}={b} COLLATE NOCASE"),
        (false, true) => format!("instr(lower({a}), lower({b}))=1"),
        (true, false) => format!("substr(lower({a}), -length({b}))=lower({b})"),
        (true, true) => format!("instr(lower({a}), lower({b}))>0"),
    };
    out.push_str(&comparison);
}

fn time_part<'n>(out: &mut String, leaf: &Leaf<'n>, field: &str, time: &TimePart) -> Result<(), Refusal<'n>> {
    let format = match time.part.as_str() {
        "minute" => "%M",
        "hour" => "%H",
        "day" => "%d",
        "month" => "%m",
        "year" => "%Y",
        // SQLite knows the weeks of ISO 8601 since 3.46 only.
        _ => return Err(cannot_say(leaf, LANGUAGE)),
    };
    out.extend(["CAST(strftime('", format, "', "]);
    name(out, field);
    out.extend([") AS INTEGER)", time.sign("="), &time.number.to_string()]);
    Ok(())
}

fn is_finite(number: Number) -> bool {
    !matches!(number, Number::Float(x) if !x.is_finite())
}

/// The name of a column or table. In double quotes, `SQLite` takes an unknown one for a text.
fn name(out: &mut String, name: &str) {
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !KEYWORDS.iter().any(|word| word.eq_ignore_ascii_case(name));
    if plain {
        out.push_str(name);
        return;
    }
    out.extend(["`", &name.replace('`', "``"), "`"]);
}

/// Words of `SQLite`'s grammar that are names of fields somewhere.
const KEYWORDS: [&str; 41] = [
    "add",
    "all",
    "alter",
    "and",
    "as",
    "between",
    "by",
    "case",
    "check",
    "collate",
    "column",
    "commit",
    "create",
    "default",
    "delete",
    "distinct",
    "drop",
    "else",
    "exists",
    "from",
    "group",
    "in",
    "index",
    "insert",
    "into",
    "is",
    "join",
    "limit",
    "not",
    "null",
    "on",
    "or",
    "order",
    "select",
    "set",
    "table",
    "then",
    "to",
    "transaction",
    "update",
    "where",
];

/// A text; the zero character cannot stand in one.
fn text(out: &mut String, text: &str) {
    for (i, piece) in text.split('\0').enumerate() {
        out.push_str(if i > 0 { "||char(0)||" } else { "" });
        out.extend(["'", &piece.replace('\'', "''"), "'"]);
    }
}
