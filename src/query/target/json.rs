//! JSON with the keys in the order given and nothing but ASCII, indented by two spaces or on one
//! line.
//!
//! The 2019 converter wrote it so; a sorted map would lose the order a reader of the watch
//! expects.

use std::fmt::Write as _;

/// A JSON value.
pub(super) enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl From<&str> for Json {
    fn from(text: &str) -> Self {
        Self::Str(text.to_owned())
    }
}

/// An object.
pub(super) fn object<const N: usize>(entries: [(&str, Json); N]) -> Json {
    Json::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// `json` over several lines.
pub(super) fn pretty(json: &Json) -> String {
    let mut out = String::with_capacity(1024);
    write(&mut out, json, 0);
    out
}

/// `json` on one line, with a space after each comma and colon.
pub(super) fn line(json: &Json) -> String {
    let mut out = String::with_capacity(1024);
    write_line(&mut out, json);
    out
}

fn write_line(out: &mut String, json: &Json) {
    match json {
        Json::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                write_line(out, item);
            }
            out.push(']');
        }
        Json::Object(entries) => {
            out.push('{');
            for (i, (key, value)) in entries.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                string(out, key);
                out.push_str(": ");
                write_line(out, value);
            }
            out.push('}');
        }
        scalar => write(out, scalar, 0),
    }
}

/// Appends `json` to `out`; `depth` is the indentation of the line it starts on.
pub(super) fn write(out: &mut String, json: &Json, depth: usize) {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Json::Int(i) => out.push_str(&i.to_string()),
        // Writing to a string cannot fail.
        Json::Float(x) => drop(write!(out, "{x:?}")),
        Json::Str(text) => string(out, text),
        Json::Array(items) if items.is_empty() => out.push_str("[]"),
        Json::Object(entries) if entries.is_empty() => out.push_str("{}"),
        Json::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                break_line(out, i > 0, depth + 1);
                write(out, item, depth + 1);
            }
            break_line(out, false, depth);
            out.push(']');
        }
        Json::Object(entries) => {
            out.push('{');
            for (i, (key, value)) in entries.iter().enumerate() {
                break_line(out, i > 0, depth + 1);
                string(out, key);
                out.push_str(": ");
                write(out, value, depth + 1);
            }
            break_line(out, false, depth);
            out.push('}');
        }
    }
}

fn break_line(out: &mut String, comma: bool, depth: usize) {
    if comma {
        out.push(',');
    }
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", depth));
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    let mut copied = 0;
    for (at, c) in text.char_indices().filter(|(_, c)| !matches!(c, ' '..='~') || matches!(c, '"' | '\\')) {
        out.push_str(&text[copied..at]);
        copied = at + c.len_utf8();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.push_str(&text[copied..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::{Json, object, write};

    #[test]
    fn keys_keep_their_order_and_all_is_ascii() {
        let mut out = String::new();
        let json = object([
            ("z", Json::Array(vec![Json::Int(1), Json::Null])),
            ("a", Json::from("\u{7f}é😀\"\\\n")),
            ("e", Json::Object(Vec::new())),
            ("f", Json::Float(1.0)),
        ]);
        write(&mut out, &json, 0);
        assert_eq!(
            out,
            "{\n  \"z\": [\n    1,\n    null\n  ],\n  \"a\": \"\\u007f\\u00e9\\ud83d\\ude00\\\"\\\\\\n\",\n  \"e\": {},\n  \"f\": 1.0\n}"
        );
    }
}
