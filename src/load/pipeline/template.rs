//! Jinja templates, set up to print values as Python does.

use std::fmt::Write as _;

use minijinja::value::ValueKind;
use minijinja::{Environment, Error, Output, State, Value, escape_formatter};

use crate::model::pipeline::Template;

/// Steps a template may take: far more than any list of queries needs, and an end to all loops.
const FUEL: u64 = 50_000_000;

/// Compiles `source`.
///
/// # Errors
/// What is wrong with it, and the line.
pub(super) fn compile(source: &str, escape_html: bool) -> Result<Template, String> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_formatter(print);
    Template::compile(environment, source.to_owned(), escape_html).map_err(|error| match error.line() {
        Some(line) => format!("{} (line {line} of the template)", error.detail().unwrap_or("it cannot be read")),
        None => error.to_string(),
    })
}

/// Prints `None`, `True` and lists as Python's templates do.
fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let text = match value.kind() {
        ValueKind::None | ValueKind::Bool | ValueKind::Seq | ValueKind::Map => python(value),
        _ => return escape_formatter(out, state, value),
    };
    escape_formatter(out, state, &Value::from(text))
}

/// How Python shows a value.
fn python(value: &Value) -> String {
    let mut out = String::new();
    write_python(value, &mut out);
    out
}

fn write_python(value: &Value, out: &mut String) {
    match value.kind() {
        ValueKind::None => out.push_str("None"),
        ValueKind::Bool => out.push_str(if value.is_true() { "True" } else { "False" }),
        ValueKind::String => quote(value.as_str().unwrap_or_default(), out),
        ValueKind::Seq => {
            out.push('[');
            for (i, item) in value.try_iter().into_iter().flatten().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                write_python(&item, out);
            }
            out.push(']');
        }
        ValueKind::Map => {
            out.push('{');
            for (i, key) in value.try_iter().into_iter().flatten().enumerate() {
                out.push_str(if i == 0 { "" } else { ", " });
                write_python(&key, out);
                out.push_str(": ");
                write_python(&value.get_item(&key).unwrap_or_default(), out);
            }
            out.push('}');
        }
        _ => {
            let _ = write!(out, "{value}");
        }
    }
}

/// A text in the quotes Python would choose.
fn quote(text: &str, out: &mut String) {
    let mark = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    out.push(mark);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c == mark => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push(mark);
}
