//! Names, texts and regular expressions of the Kusto Query Language.
//!
//! A name in quotes is a text there: only brackets make it a name (`['cs-uri-query']`). A text
//! ends at a line break, which therefore is escaped.

use std::fmt::{Arguments, Write as _};

use crate::query::pattern::{Part, Pattern};

/// Words that are no names unless they are bracketed, as Microsoft's parser (language service for
/// Kusto) takes them where a condition starts.
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "accumulate", "and", "anomalychart", "areachart", "as", "asc", "bagexpansion", "barchart", "between",
    "bin_legacy", "bool", "boolean", "by", "byte", "cachingpolicy", "callout", "cancel", "card", "char",
    "columnchart", "contains", "contains_cs", "containscs", "cycles", "dataexport", "datascope", "datatable",
    "date", "datetime", "decimal", "decodeblocks", "desc", "double", "dynamic", "earliest", "encodingpolicy",
    "endswith", "endswith_cs", "expandoutput", "extent_tags_retention", "external_data", "externaldata", "false",
    "find", "first", "flags", "float", "force_remote", "guid", "harddelete", "hardretention", "has", "has_all",
    "has_any", "has_cs", "hasprefix", "hasprefix_cs", "hassuffix", "hassuffix_cs", "hotcache", "in", "int", "int16",
    "int32", "int64", "int8", "invoke", "isfuzzy", "journal", "ladderchart", "last", "latest", "let", "like",
    "likecs", "linechart", "long", "materialize", "mdm", "missing", "nooptimization", "not", "notcontains",
    "notcontainscs", "notlike", "notlikecs", "null", "of", "or", "others", "pathformat", "piechart", "pivotchart",
    "print", "project", "queries", "query_results", "real", "relaxed", "restricted_view_access",
    "row_level_security", "rowstore", "rowstore_references", "rowstore_sealinfo", "rowstorepolicy", "rowstores",
    "sample", "scatterchart", "seal", "seals", "search", "set", "shards", "simple", "softdelete", "softretention",
    "sql", "stackedareachart", "startswith", "startswith_cs", "statistics", "storedqueryresultcontainers", "string",
    "tablepurge", "time", "timechart", "timeline", "timepivot", "timespan", "title", "to", "toscalar", "totable",
    "treemap", "true", "typeof", "uint", "uint16", "uint32", "uint64", "uint8", "ulong", "union", "uniqueid",
    "unrestrictedviewers", "verbose", "viewers", "views", "where", "with_itemindex", "with_match_id",
    "with_step_name", "writeaheadlog",
];

/// A column's name.
pub(super) fn name(out: &mut String, name: &str) {
    let word = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    let starts = name.starts_with(|c: char| c.is_ascii_digit()) || name.starts_with("__") || name.is_empty();
    if word && !starts && RESERVED.binary_search(&name).is_err() {
        out.push_str(name);
        return;
    }
    out.push_str("['");
    escaped(out, name, '\'');
    out.push_str("']");
}

/// Text in double quotes.
pub(super) fn quoted(out: &mut String, text: &str) {
    out.push('"');
    escaped(out, text, '"');
    out.push('"');
}

fn escaped(out: &mut String, text: &str, quote: char) {
    let mut copied = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| *c == '\\' || *c == quote || breaks(*c)) {
        out.push_str(&text[copied..at]);
        copied = at + c.len_utf8();
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if breaks(c) => put(out, format_args!("\\u{:04x}", u32::from(c))),
            c => out.extend(['\\', c]),
        }
    }
    out.push_str(&text[copied..]);
}

/// Appends formatted text, which cannot fail.
pub(super) fn put(out: &mut String, text: Arguments<'_>) {
    let _ = out.write_fmt(text);
}

/// What would end a text, or not survive the way through an editor.
fn breaks(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// What the wildcards of a value ask for.
pub(super) enum Shape<'p> {
    /// Exactly this text.
    Whole(&'p str),
    /// Any text at all.
    Any,
    /// Text that starts so.
    Start(&'p str),
    /// Text that ends so.
    End(&'p str),
    /// Text with this in it.
    Inside(&'p str),
    /// Anything else.
    Other,
}

/// What `pattern` asks for.
pub(super) fn shape(pattern: &Pattern) -> Shape<'_> {
    match pattern.parts() {
        [] => Shape::Whole(""),
        [Part::Text(text)] => Shape::Whole(text),
        [Part::Text(text), rest @ ..] if is_many(rest) => Shape::Start(text),
        [start @ .., Part::Text(text)] if is_many(start) => Shape::End(text),
        parts if is_many(parts) => Shape::Any,
        parts => match parts.iter().position(|part| *part != Part::Many) {
            Some(at) => match &parts[at..] {
                [Part::Text(text), rest @ ..] if is_many(rest) => Shape::Inside(text),
                _ => Shape::Other,
            },
            None => Shape::Any,
        },
    }
}

fn is_many(parts: &[Part]) -> bool {
    !parts.is_empty() && parts.iter().all(|part| *part == Part::Many)
}

/// Parts of a pattern as the body of a regular expression.
pub(super) fn regex_body(parts: &[Part]) -> String {
    let mut regex = String::new();
    for part in parts {
        match part {
            Part::Many => regex.push_str(".*"),
            Part::One => regex.push('.'),
            Part::Text(text) | Part::Placeholder(text) => {
                for c in text.chars() {
                    if r"\.^$*+?{}[]()|".contains(c) {
                        regex.push('\\');
                    }
                    regex.push(c);
                }
            }
        }
    }
    regex
}

/// A pattern as a regular expression for the whole value (`whole`) or any part of it. A `*` goes
/// over line breaks, too.
pub(super) fn wildcard_regex(pattern: &Pattern, ignore_case: bool, whole: bool) -> String {
    let mut parts = pattern.parts();
    let (mut start, mut end) = if whole { ("^", "$") } else { ("", "") };
    while let [Part::Many, rest @ ..] = parts {
        (parts, start) = (rest, "");
    }
    while let [rest @ .., Part::Many] = parts {
        (parts, end) = (rest, "");
    }
    let flags = if ignore_case { "(?is)" } else { "(?s)" };
    [flags, start, &regex_body(parts), end].concat()
}

/// A rule's regular expression as the engine takes it; an error is the reason why it does not.
///
/// The engine reads what Rust's `regex` reads, and finds it anywhere in the value, as Sigma does.
pub(super) fn rule_regex(pattern: &str) -> Result<String, String> {
    let mut regex = String::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match (c, chars.as_str().chars().next()) {
            // To rules these are characters with a backslash, to the engine they are edges of words.
            ('\\', Some('<' | '>')) => {}
            ('\\', Some(next)) => {
                regex.extend(['\\', next]);
                chars.next();
            }
            _ => regex.push(c),
        }
    }
    match regex_syntax::ast::parse::ParserBuilder::new().nest_limit(64).build().parse(&regex) {
        Ok(_) => Ok(regex),
        Err(error) => Err(format!("Kusto does not take the regular expression: {}", error.kind())),
    }
}

#[cfg(test)]
mod tests {
    use super::{RESERVED, name, quoted, rule_regex, wildcard_regex};
    use crate::query::pattern::Pattern;

    #[test]
    fn words_are_in_order() {
        assert!(RESERVED.is_sorted());
    }

    #[test]
    fn names_that_are_no_words_are_bracketed() {
        for (plain, expected) in [
            ("Image", "Image"),
            ("cs-uri-query", "['cs-uri-query']"),
            ("event.category", "['event.category']"),
            ("1st", "['1st']"),
            ("time", "['time']"),
            ("Time", "Time"),
            ("it's", r"['it\'s']"),
            ("a\\b\n", r"['a\\b\n']"),
            ("größe", "['größe']"),
            ("", "['']"),
        ] {
            let mut out = String::new();
            name(&mut out, plain);
            assert_eq!(out, expected);
        }
    }

    #[test]
    fn texts_have_no_line_breaks() {
        let mut out = String::new();
        quoted(&mut out, "a\"b\\c'd\ne\tf\u{0}\u{2028}é😀");
        assert_eq!(out, r#""a\"b\\c'd\ne\tf\u0000\u2028é😀""#);
    }

    #[test]
    fn wildcards_become_expressions_for_the_whole_value() {
        for (pattern, whole, inside) in [
            ("a*b", "(?is)^a.*b$", "(?is)a.*b"),
            ("*a?b*", "(?is)a.b", "(?is)a.b"),
            (r"a.*b\*", r"(?is)^a\..*b\*$", r"(?is)a\..*b\*"),
            ("?", "(?is)^.$", "(?is)."),
            ("a.b?**", r"(?is)^a\.b.", r"(?is)a\.b."),
            (r"a?b\\*", r"(?is)^a.b\\", r"(?is)a.b\\"),
            (r"a?b.*", r"(?is)^a.b\.", r"(?is)a.b\."),
        ] {
            assert_eq!(wildcard_regex(&Pattern::parse(pattern), true, true), whole);
            assert_eq!(wildcard_regex(&Pattern::parse(pattern), true, false), inside);
        }
    }

    #[test]
    fn expressions_are_those_of_the_engine() {
        assert_eq!(rule_regex(r"\\\<a\>[\<]\d").as_deref(), Ok(r"\\<a>[<]\d"));
        let reason = "Kusto does not take the regular expression: look-around, including look-ahead and look-behind, \
                      is not supported";
        assert_eq!(rule_regex("(?!a)").expect_err("look-around"), reason);
    }
}
