//! Jinja templates, set up to print values as Python does.

use std::fmt::Write as _;

use minijinja::value::ValueKind;
use minijinja::{AutoEscape, Environment, Error, Output, State, Value, escape_formatter};

use crate::model::pipeline::{Template, python_text};

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

/// Prints `None`, `True` and lists as Python's templates do, and escapes as they do.
fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let text = match value.kind() {
        ValueKind::None | ValueKind::Bool | ValueKind::Seq | ValueKind::Map => python_text(value),
        ValueKind::Undefined | ValueKind::Invalid => return escape_formatter(out, state, value),
        _ => value.to_string(),
    };
    let escape = matches!(state.auto_escape(), AutoEscape::Html) && !value.is_safe();
    for c in text.chars() {
        match c {
            '&' if escape => out.write_str("&amp;")?,
            '<' if escape => out.write_str("&lt;")?,
            '>' if escape => out.write_str("&gt;")?,
            '"' if escape => out.write_str("&#34;")?,
            '\'' if escape => out.write_str("&#39;")?,
            other => out.write_char(other)?,
        }
    }
    Ok(())
}
