//! Field modifiers as the converter of 2020 knew them: they are resolved before a rule is read.
//!
//! A modifier makes other values of a field's values, so that the language of 2019 can say what
//! is meant. Two make what it cannot: `all` wants every value of a list, `re` looks for an
//! expression. Both leave a mapping below the field, which no rule can have there, by the marks
//! [`ALL`] and [`REGEX`].

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::model::Value;
use crate::query::tree::MAX_LEAVES;

/// Marks a comparison that has to hold beside its neighbours, below the same field.
pub(super) const ALL: &str = "|all";
/// Marks a regular expression.
pub(in crate::query) const REGEX: &str = "|re";

/// Bytes all values of a field may have after a modifier.
const MAX_EXPANDED: usize = 1 << 20;

/// The document with the modifiers of its detection section resolved, or what is wrong with one.
pub(in crate::query) fn resolved(document: &Value) -> Result<Value, String> {
    let Value::Map(entries) = document else { return Ok(document.clone()) };
    let entry = |(key, value): &(String, Value)| {
        let value = match value {
            Value::Map(definitions) if key == "detection" => Value::Map(section(definitions)?),
            other => other.clone(),
        };
        Ok((key.clone(), value))
    };
    entries.iter().map(entry).collect::<Result<_, String>>().map(Value::Map)
}

fn section(definitions: &[(String, Value)]) -> Result<Vec<(String, Value)>, String> {
    let definition = |(name, value): &(String, Value)| {
        let value = if name == "condition" { value.clone() } else { definition(value)? };
        Ok((name.clone(), value))
    };
    definitions.iter().map(definition).collect()
}

fn definition(value: &Value) -> Result<Value, String> {
    match value {
        Value::Seq(items) => items.iter().map(definition).collect::<Result<_, _>>().map(Value::Seq),
        Value::Map(entries) => entries.iter().map(comparison).collect::<Result<_, _>>().map(Value::Map),
        scalar => Ok(scalar.clone()),
    }
}

fn comparison((key, value): &(String, Value)) -> Result<(String, Value), String> {
    let (field, modifiers) = key.split_once('|').unwrap_or((key, ""));
    if let Value::Map(_) = value {
        return Err(format!("the values of `{field}` must be text or numbers, this is a mapping"));
    }
    let mut values = match value {
        Value::Seq(items) => items.clone(),
        one => vec![one.clone()],
    };
    let (mut all, mut is_list, mut are_bytes) = (false, value.as_seq().is_some(), false);
    for modifier in modifiers.split('|').filter(|modifier| !modifier.is_empty()) {
        match modifier {
            "all" => all = true,
            "re" => values = each(values, |text| Ok(marked(REGEX, vec![Value::Str(text)])))?,
            "contains" => values = each(values, |text| Ok(Value::Str(open_end(open_start(text)))))?,
            "startswith" => values = each(values, |text| Ok(Value::Str(open_end(text))))?,
            "endswith" => values = each(values, |text| Ok(Value::Str(open_start(text))))?,
            "base64" => values = each(values, |text| Ok(Value::Str(STANDARD.encode(bytes(&text, are_bytes)))))?,
            "base64offset" => {
                values = each(values, |text| Ok(Value::Seq(offsets(&bytes(&text, are_bytes)))))?;
                values = values.into_iter().flat_map(items).collect();
                is_list = true;
            }
            "wide" | "utf16le" | "utf16be" | "utf16" => {
                values = each(values, |text| Ok(wide(&text, modifier)))?;
                are_bytes = true;
            }
            unknown => return Err(format!("the modifier `{unknown}` of `{field}` was not known in 2020")),
        }
        if values.len() > MAX_LEAVES || values.iter().map(size).sum::<usize>() > MAX_EXPANDED {
            return Err(format!("the modifier `{modifier}` of `{field}` makes too much of its values"));
        }
    }
    let value = match (all && is_list, is_list) {
        (true, _) => marked(ALL, values),
        (false, true) => Value::Seq(values),
        (false, false) => values.pop().unwrap_or(Value::Null),
    };
    Ok((field.to_owned(), value))
}

fn marked(mark: &str, values: Vec<Value>) -> Value {
    Value::Map(values.into_iter().map(|value| (mark.to_owned(), value)).collect())
}

/// Bytes of text in a value.
fn size(value: &Value) -> usize {
    match value {
        Value::Str(text) => text.len(),
        Value::Map(entries) => entries.iter().map(|(_, value)| size(value)).sum(),
        _ => 0,
    }
}

fn items(value: Value) -> Vec<Value> {
    match value {
        Value::Seq(items) => items,
        one => vec![one],
    }
}

fn each(values: Vec<Value>, change: impl Fn(String) -> Result<Value, String>) -> Result<Vec<Value>, String> {
    let one = |value: Value| match value.scalar_text() {
        Some(text) if !value.is_null() => change(text),
        _ => Err(format!("a modifier needs text, this is {}", value.type_name())),
    };
    values.into_iter().map(one).collect()
}

/// A backslash at the end made a plain star of the wildcard behind it.
fn open_end(text: String) -> String {
    if text.ends_with('*') { text } else { format!("{text}*") }
}

fn open_start(text: String) -> String {
    if text.starts_with('*') { text } else { format!("*{text}") }
}

/// The bytes of a text; of one that was made of bytes, those.
fn bytes(text: &str, are_bytes: bool) -> Vec<u8> {
    let byte = |c: char| u8::try_from(c).ok();
    let made = if are_bytes { text.chars().map(byte).collect() } else { None };
    made.unwrap_or_else(|| text.as_bytes().to_vec())
}

/// What a text becomes inside a longer one, by its position modulo 3; characters that depend on
/// neighbours are cut off.
fn offsets(bytes: &[u8]) -> Vec<Value> {
    let offset = |shift: usize| {
        let padded = [&b"  "[..shift], bytes].concat();
        let encoded = STANDARD.encode(&padded);
        let end = encoded.len() - [0, 3, 2][padded.len() % 3];
        Value::Str(encoded.get([0, 2, 3][shift]..end).unwrap_or_default().to_owned())
    };
    (0..3).map(offset).collect()
}

/// Text of two bytes a character, one of these characters for each byte.
fn wide(text: &str, encoding: &str) -> Value {
    let mark = if encoding == "utf16" { &[0xff, 0xfe][..] } else { &[] };
    let unit = |unit: u16| if encoding == "utf16be" { unit.to_be_bytes() } else { unit.to_le_bytes() };
    let bytes = mark.iter().copied().chain(text.encode_utf16().flat_map(unit));
    Value::Str(bytes.map(char::from).collect())
}
