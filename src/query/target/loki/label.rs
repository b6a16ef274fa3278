//! Label filters: names, values and single comparisons.
//!
//! A label that is not there is an empty text to comparisons of text, and never meets one of numbers or
//! networks, nor its opposite. A comparison of numbers lets through what is no number.
//! (Grafana's documentation of `LogQL`, "Log queries": label filter expression.)

use crate::query::pattern::{Part as Piece, Pattern};
use crate::query::refusal::Refusal;
use crate::query::test::{Comparison, Number, Test};
use crate::query::tree::Leaf;
use crate::query::writer::{Link, cannot_say};

use super::{LANGUAGE, Labels, number, regex};

/// The label a parser makes of a field's name.
pub(super) fn name(field: &str) -> String {
    let mut name = String::with_capacity(field.len() + 1);
    if field.starts_with(|c: char| c.is_ascii_digit()) || field.is_empty() {
        name.push('_');
    }
    name.extend(field.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }));
    name
}

/// Words of the language, which its lexer does not take for names.
#[rustfmt::skip]
const WORDS: [&str; 25] = [
    "and", "bool", "by", "decolorize", "distinct", "drop", "group_left", "group_right", "ignoring", "ip", "json",
    "keep", "label_format", "line_format", "logfmt", "of", "offset", "on", "or", "pattern", "regexp", "unless",
    "unpack", "unwrap", "without",
];

/// Whether a name is a word of the language.
pub(super) fn is_word(name: &str) -> bool {
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// What is a number to a comparison of numbers.
const NUMBER: &str = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$";

/// Writes the comparison of a label. What joins its parts, if it has several.
pub(super) fn comparison<'n>(
    labels: &mut Labels,
    out: &mut String,
    name: &str,
    leaf: &Leaf<'n>,
    negated: bool,
) -> Result<Option<Link>, Refusal<'n>> {
    let joined = |negated: bool| Ok(Some(if negated { Link::Or } else { Link::And }));
    match leaf.test {
        Test::Match(pattern) | Test::Cased(pattern) if pattern.placeholder().is_none() => {
            let ignore_case = matches!(leaf.test, Test::Match(_));
            match pattern.as_text() {
                _ if is_any(pattern) => equals(out, name, !negated, ""),
                Some(text) if !ignore_case => equals(out, name, negated, text),
                _ => matches(out, name, negated, &regex::whole(pattern, ignore_case)),
            }
        }
        Test::Number(n) => equals(out, name, negated, &number(*n)),
        Test::Bool(value) => matches(out, name, negated, if *value { "(?i)^true$" } else { "(?i)^false$" }),
        Test::Null => equals(out, name, negated, ""),
        Test::Exists(there) => equals(out, name, *there != negated, ""),
        Test::Regex(pattern, flags) => matches(out, name, negated, &regex::anywhere(leaf, pattern, *flags)?),
        Test::Cidr(network) => {
            network_test(out, name, negated, network);
            if negated {
                out.push_str(" or ");
                equals(out, name, false, "");
                return joined(true);
            }
        }
        Test::Compare(comparison, n) => {
            matches(out, name, negated, NUMBER);
            out.push_str(if negated { " or " } else { " and " });
            compare(out, name, if negated { opposite(*comparison) } else { *comparison }, *n);
            return joined(negated);
        }
        Test::FieldRef(other) => {
            let label = labels.reference(name, other);
            equals(out, &label, negated, "true");
        }
        Test::TimePart(time) => {
            let (label, digits) = labels.time(leaf, name, &time.part)?;
            match time.comparison {
                None => equals(out, &label, negated, &format!("{:0>digits$}", number(time.number))),
                Some(comparison) => {
                    compare(out, &label, if negated { opposite(comparison) } else { comparison }, time.number);
                }
            }
        }
        Test::Expression(pieces) if !negated => {
            out.extend(pieces.iter().map(|piece| piece.as_deref().unwrap_or(name)));
        }
        _ => return Err(cannot_say(leaf, LANGUAGE)),
    }
    Ok(None)
}

/// Whether any text that is not empty fits.
pub(super) fn is_any(pattern: &Pattern) -> bool {
    !pattern.parts().is_empty() && pattern.parts().iter().all(|part| *part == Piece::Many)
}

/// `name=value` or its opposite.
pub(super) fn equals(out: &mut String, name: &str, negated: bool, value: &str) {
    out.extend([name, if negated { "!=" } else { "=" }]);
    quoted(out, value);
}

/// `name=~regex` or its opposite.
pub(super) fn matches(out: &mut String, name: &str, negated: bool, regex: &str) {
    out.extend([name, if negated { "!~" } else { "=~" }]);
    quoted(out, regex);
}

/// `name=ip("network")` or its opposite.
pub(super) fn network_test(out: &mut String, name: &str, negated: bool, network: &str) {
    out.extend([name, if negated { "!=" } else { "=" }, "ip(\"", network, "\")"]);
}

/// `name>5`
pub(super) fn compare(out: &mut String, name: &str, comparison: Comparison, n: Number) {
    out.extend([name, comparison.sign(), &number(n)]);
}

/// What holds if the comparison does not.
pub(super) const fn opposite(comparison: Comparison) -> Comparison {
    match comparison {
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::GreaterOrEqual => Comparison::Less,
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
    }
}

/// A text of Go: as it is between back-ticks, unless it has one or what would not stay as it is.
pub(super) fn quoted(out: &mut String, text: &str) {
    if !text.contains(|c: char| c == '`' || c.is_control()) {
        out.extend(["`", text, "`"]);
        return;
    }
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.extend(["\\u", &format!("{:04x}", u32::from(c))]),
            c => out.push(c),
        }
    }
    out.push('"');
}
