//! JSON as Python's `json.dumps` writes it: in the order given, nothing but ASCII.

use std::fmt::Write as _;

use crate::model::Value;

/// Writes `value`, on one line or with `indent` spaces for each level; texts that are exactly
/// `%QUERY%` become `query`.
pub(super) fn write(value: &Value, indent: Option<usize>, query: &str) -> String {
    let mut writer = Writer { out: String::new(), indent, query };
    writer.value(value, 0);
    writer.out
}

struct Writer<'q> {
    out: String,
    indent: Option<usize>,
    query: &'q str,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
            Value::Int(i) => self.out.push_str(&i.to_string()),
            Value::Float(x) => {
                let _ = write!(self.out, "{x:?}");
            }
            Value::Str(text) if text == "%QUERY%" => self.string(self.query),
            Value::Str(text) => self.string(text),
            Value::Seq(items) => {
                self.block('[', ']', items, depth, Self::value);
            }
            Value::Map(entries) => self.block('{', '}', entries, depth, |writer, (key, value), depth| {
                writer.string(key);
                writer.out.push_str(": ");
                writer.value(value, depth);
            }),
        }
    }

    fn block<T>(&mut self, open: char, close: char, parts: &[T], depth: usize, each: impl Fn(&mut Self, &T, usize)) {
        self.out.push(open);
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                self.out.push_str(if self.indent.is_some() { "," } else { ", " });
            }
            self.line(depth + 1);
            each(self, part, depth + 1);
        }
        if !parts.is_empty() {
            self.line(depth);
        }
        self.out.push(close);
    }

    fn line(&mut self, depth: usize) {
        if let Some(indent) = self.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', indent * depth));
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                ' '..='~' => self.out.push(c),
                other => {
                    for unit in other.encode_utf16(&mut [0; 2]) {
                        // Writing to a string cannot fail.
                        let _ = write!(self.out, "\\u{unit:04x}");
                    }
                }
            }
        }
        self.out.push('"');
    }
}
