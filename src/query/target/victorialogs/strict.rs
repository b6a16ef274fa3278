//! `LogsQL` that parses and means what the rule says.
//!
//! Filters for words, phrases and equal values are in exact case, and phrases begin and end with
//! words, so text with letters is compared by a regular expression. A field that is not there is
//! the same as an empty one. Source: the documentation of `LogsQL`.

use crate::query::pattern::Pattern;
use crate::query::test::{FieldRef, Number, Test};
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{
    Dialect, Form, Grouping, Link, List, Lists, Syntax, Written, cannot_say, is_string_or_number, write_negation,
};

use super::super::elastic::{as_pattern, is_finite};
use super::super::kusto_syntax::{Shape, put, shape};
use super::super::re2;
use super::{LANGUAGE, is_plain};

/// What takes regular expressions.
const ENGINE: &str = "VictoriaLogs";

pub(super) struct LogsQl;

impl<'n> Dialect<'n> for LogsQl {
    const SYNTAX: Syntax = Syntax {
        and: " AND ",
        or: " OR ",
        not: "NOT ",
        grouping: Grouping::AndFirst,
        lists: Lists { any: true, all: false, expansions: true },
        not_null: false,
    };

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        let Some(field) = leaf.field else { return keyword(out, &leaf) };
        if *leaf.test == Test::Exists(false) {
            out.push_str("NOT ");
            filter(out, field, "*");
            return Ok(Form::Negated);
        }
        match leaf.test {
            Test::Match(pattern) if pattern.placeholder().is_none() => text(out, field, pattern, true),
            Test::Cased(pattern) if pattern.placeholder().is_none() => text(out, field, pattern, false),
            Test::Number(number) if is_finite(*number) => {
                filter(out, field, "=");
                digits(out, *number);
            }
            Test::Bool(b) => filter(out, field, if *b { "=true" } else { "=false" }),
            Test::Null => filter(out, field, "\"\""),
            Test::Exists(_) => filter(out, field, "*"),
            Test::Regex(regex, flags) => {
                filter(out, field, "~");
                quoted(out, &re2::rule(&leaf, ENGINE, regex, *flags)?);
            }
            Test::Cidr(network) => {
                filter(out, field, if network.contains(':') { "ipv6_range(" } else { "ipv4_range(" });
                out.extend(["\"", network, "\")"]);
            }
            Test::Compare(comparison, number) if is_finite(*number) => {
                filter(out, field, comparison.sign());
                out.push_str(&number.to_string());
            }
            Test::FieldRef(FieldRef { field: other, open_start: false, open_end: false }) => {
                // Two fields that are not there are equal.
                filter(out, field, "* AND ");
                filter(out, field, "eq_field(");
                name(out, other);
                out.push(')');
                return Ok(Form::And);
            }
            _ => return Err(cannot_say(&leaf, LANGUAGE)),
        }
        Ok(Form::Single)
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            Test::Cased(pattern) => pattern.as_text().is_some(),
            Test::Number(number) => is_finite(*number),
            _ => is_string_or_number(test),
        }
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        let cased = |test: &&Test| matches!(test, Test::Cased(_));
        if list.tests.iter().any(cased) && !list.tests.iter().all(cased) {
            let leaves: Vec<Node<'n>> = list.leaves().map(Node::Leaf).collect();
            return self.join(out, &leaves, list.link);
        }
        let patterns: Vec<_> = list.tests.iter().map(|test| as_pattern(test)).collect();
        let patterns: Vec<&Pattern> = patterns.iter().map(AsRef::as_ref).collect();
        let exact = |(test, pattern): (&&Test, &&Pattern)| {
            pattern.as_text().is_some() && (cased(test) || !re2::has_case(pattern))
        };
        match (patterns.as_slice(), list.tests) {
            ([one], [Test::Match(_)]) => text(out, list.field, one, true),
            _ if list.tests.iter().zip(&patterns).all(exact) => {
                filter(out, list.field, "in(");
                for (i, test) in list.tests.iter().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "" });
                    match test {
                        Test::Match(pattern) | Test::Cased(pattern) => {
                            quoted(out, pattern.as_text().unwrap_or_default());
                        }
                        Test::Number(number) => digits(out, *number),
                        _ => {}
                    }
                }
                out.push(')');
            }
            _ => {
                filter(out, list.field, "~");
                quoted(out, &re2::of_patterns(&patterns, true, true));
            }
        }
        Ok(Form::Single)
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        if let Node::Leaf(Leaf { field: Some(field), test: Test::Exists(false), .. }) = child {
            filter(out, field, "*");
            return Ok(Form::Single);
        }
        write_negation(self, out, child)
    }

    fn groups(&self, link: Link, child: &Node<'n>, form: Form) -> bool {
        link == Link::And && (form == Form::Or || matches!(child, Node::Or(_)))
    }
}

/// A value of text.
fn text(out: &mut String, field: &str, pattern: &Pattern, ignore_case: bool) {
    let exact = !ignore_case || !re2::has_case(pattern);
    match shape(pattern) {
        Shape::Any => filter(out, field, "*"),
        Shape::Whole(text) if exact => {
            filter(out, field, "=");
            quoted(out, text);
        }
        Shape::Start(text) if exact => {
            filter(out, field, "=");
            quoted(out, text);
            out.push('*');
        }
        _ => {
            filter(out, field, "~");
            quoted(out, &re2::of_patterns(&[pattern], ignore_case, true));
        }
    }
}

/// What may stand in any field. Without a name of a field a filter looks into `_msg` only.
fn keyword<'n>(out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
    match leaf.test {
        Test::Match(pattern) | Test::Cased(pattern) if pattern.placeholder().is_none() => {
            let ignore_case = matches!(leaf.test, Test::Match(_));
            match shape(pattern) {
                Shape::Any | Shape::Whole("") => out.push('*'),
                _ => {
                    out.push_str("*:~");
                    quoted(out, &re2::of_patterns(&[pattern], ignore_case, false));
                }
            }
        }
        // A number is one on its own, not digits of another.
        Test::Number(number) if is_finite(*number) => {
            out.push_str("*:");
            digits(out, *number);
        }
        Test::Regex(regex, flags) => {
            out.push_str("*:~");
            quoted(out, &re2::rule(leaf, ENGINE, regex, *flags)?);
        }
        _ => return Err(cannot_say(leaf, LANGUAGE)),
    }
    Ok(Form::Single)
}

/// The start of a filter: a field, and how its value is looked at.
fn filter(out: &mut String, field: &str, start: &str) {
    name(out, field);
    out.push(':');
    out.push_str(start);
}

/// A number as the text it is stored as; a sign in front would be a negation.
fn digits(out: &mut String, number: Number) {
    let text = number.to_string();
    let quote = if text.starts_with('-') { "\"" } else { "" };
    out.extend([quote, &text, quote]);
}

/// The name of a field, in quotes if the language has a word of that name.
fn name(out: &mut String, name: &str) {
    if is_plain(name) && !KEYWORDS.iter().any(|word| word.eq_ignore_ascii_case(name)) {
        out.push_str(name);
    } else {
        quoted(out, name);
    }
}

/// Words that start something else than the name of a field: operators, functions, pipes.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "and", "any", "avg", "block_stats", "blocks_count", "by", "coalesce", "collapse_nums", "contains_all",
    "contains_any", "contains_common_case", "copy", "count", "count_empty", "count_uniq", "count_uniq_hash", "cp",
    "decolorize", "del", "delete", "drop", "drop_empty_fields", "eq_field", "equals_common_case", "eval", "exact",
    "extract", "extract_regexp", "facets", "field_max", "field_min", "field_names", "field_values", "fields",
    "filter", "first", "format", "generate_sequence", "hash", "head", "histogram", "i", "in", "ipv4_range",
    "ipv6_range", "join", "json_array_len", "json_values", "keep", "last", "le_field", "len", "len_range", "limit",
    "lt_field", "math", "max", "median", "min", "mv", "not", "now", "offset", "options", "or", "order",
    "pack_json", "pack_logfmt", "pattern_match", "pattern_match_full", "pattern_match_prefix",
    "pattern_match_suffix", "quantile", "query_stats", "range", "rate", "rate_sum", "re", "rename", "replace",
    "replace_regexp", "rm", "row_any", "row_max", "row_min", "running_stats", "sample", "seq", "set_stream_fields",
    "skip", "sort", "split", "stats", "stddev", "stream_context", "string_range", "sum", "sum_len", "time_add",
    "top", "total_stats", "union", "uniq", "uniq_values", "unpack_json", "unpack_logfmt", "unpack_syslog",
    "unpack_words", "unroll", "value_type", "values", "where",
];

/// Text in double quotes, with the escapes of Go: a line break would end it.
fn quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '\\' | '"' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                put(out, format_args!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}
