//! Values as Python prints them: `str`, `repr`, and the literal of a byte string.

use std::fmt::Write as _;

use crate::model::Value;

/// What `str(value)` gives, and so what a template prints.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Str(text) => text.clone(),
        other => {
            let mut out = String::new();
            repr(&mut out, other);
            out
        }
    }
}

/// What `str.strip` leaves; Python counts the four separators of ASCII as blanks.
pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c))
}

/// What `str.capitalize` gives: the first character in its capital form, the others small.
pub(super) fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    let head = chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    head + &chars.as_str().to_lowercase()
}

fn repr(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Int(number) => _ = write!(out, "{number}"),
        Value::Float(number) => float(out, *number),
        Value::Str(text) => string(out, text),
        Value::Seq(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                repr(out, item);
            }
            out.push(']');
        }
        Value::Map(entries) => {
            out.push('{');
            for (i, (key, value)) in entries.iter().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                string(out, key);
                out.push_str(": ");
                repr(out, value);
            }
            out.push('}');
        }
    }
}

/// The shortest digits that read back, in the form Python chooses: plain from 1e-4 to 1e16.
fn float(out: &mut String, number: f64) {
    if number.is_nan() {
        out.push_str("nan");
    } else if number.is_infinite() {
        out.push_str(if number > 0.0 { "inf" } else { "-inf" });
    } else if number == 0.0 || (1e-4..1e16).contains(&number.abs()) {
        // Rust's `{:?}` keeps the `.0` of whole numbers and is plain in this range.
        _ = write!(out, "{number:?}");
    } else {
        let short = format!("{number:e}");
        let (digits, exponent) = short.split_once('e').unwrap_or((&short, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
        _ = write!(out, "{digits}e{sign}{exponent:0>2}");
    }
}

/// The quote of a literal: the apostrophe, unless that would have to be escaped and `"` would not.
fn quote(has: impl Fn(u8) -> bool) -> char {
    if has(b'\'') && !has(b'"') { '"' } else { '\'' }
}

fn string(out: &mut String, text: &str) {
    let quote = quote(|byte| text.as_bytes().contains(&byte));
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if is_printable(c) => out.push(c),
            c => escape(out, c),
        }
    }
    out.push(quote);
}

/// `str.isprintable`: neither control nor format character, separator nor private use; that
/// a code point is not assigned yet is not looked at.
fn is_printable(c: char) -> bool {
    let is_format = matches!(
        c,
        '\u{ad}'
            | '\u{600}'..='\u{605}'
            | '\u{61c}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{8e2}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0001}'..='\u{e007f}'
    );
    let is_private = matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    c == ' ' || !(c.is_control() || c.is_whitespace() || is_format || is_private)
}

fn escape(out: &mut String, c: char) {
    let code = u32::from(c);
    _ = match code {
        0..=0xff => write!(out, "\\x{code:02x}"),
        0x100..=0xffff => write!(out, "\\u{code:04x}"),
        _ => write!(out, "\\U{code:08x}"),
    };
}

/// The bytes of `text` as the inside of a byte string's literal: `b'…'` without `b'` and `'`.
pub(super) fn bytes(text: &str) -> String {
    let quote = quote(|byte| text.as_bytes().contains(&byte));
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for byte in text.bytes() {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x20..=0x7e => {
                if char::from(byte) == quote {
                    out.push('\\');
                }
                out.push(char::from(byte));
            }
            other => _ = write!(out, "\\x{other:02x}"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{bytes, strip, text};
    use crate::model::Value;

    #[test]
    fn values_print_as_in_python() {
        let list =
            Value::Seq(vec!["it's".into(), "a \"b\" 'c'\n".into(), Value::Null, Value::Bool(true), Value::Int(7)]);
        assert_eq!(text(&list), r#"["it's", 'a "b" \'c\'\n', None, True, 7]"#);
        let map = Value::Map(vec![("k".to_owned(), Value::Seq(vec!["é\u{a0}\u{200b}\u{f0000}".into()]))]);
        assert_eq!(text(&map), "{'k': ['é\\xa0\\u200b\\U000f0000']}");
        assert_eq!(text(&"it's".into()), "it's");
    }

    #[test]
    fn numbers_print_as_in_python() {
        let cases = [
            (1.0, "1.0"),
            (-0.5, "-0.5"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e-5, "1.5e-05"),
            (1e-4, "0.0001"),
            (1e100, "1e+100"),
            (f64::INFINITY, "inf"),
            (0.0, "0.0"),
        ];
        for (number, expected) in cases {
            assert_eq!(text(&Value::Float(number)), expected);
        }
    }

    #[test]
    fn bytes_print_as_in_python() {
        assert_eq!(bytes("a\\b\n"), "a\\\\b\\n");
        assert_eq!(bytes("'é'\t\x7f"), "'\\xc3\\xa9'\\t\\x7f", "only apostrophes: the literal has the other quote");
        assert_eq!(bytes("'\"'"), "\\'\"\\'");
        assert_eq!(bytes("\"\""), "\"\"");
    }

    #[test]
    fn stripping_takes_what_python_takes() {
        assert_eq!(strip(" \u{1c}\u{a0}a b\u{2003}\n"), "a b");
    }
}
