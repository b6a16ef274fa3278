//! Field modifiers (Sigma specification 2.1, appendix "modifiers"): each turns a value into
//! another, left to right.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::model::Value;
use crate::query::pattern::{Part, Pattern};
use crate::query::reading::Compat;
use crate::query::test::{Comparison, FieldRef, Number, RegexFlags, Test, TimePart};

/// Values one written value may expand to; four dashes under `windash` give 625.
const MAX_EXPANSION: usize = 1024;

/// Bytes all that one written value expands to may have.
const MAX_EXPANDED: usize = 1 << 20;

/// Why a modifier cannot be applied, in a sentence about it and the value.
#[derive(Debug)]
pub(super) enum Fault {
    /// They do not fit together.
    Misused(String),
    /// They do, but give more than is converted.
    TooMuch(String),
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Self::Misused(reason)
    }
}

/// All modifiers.
const NAMES: [&str; 34] = [
    "all",
    "base64",
    "base64offset",
    "cased",
    "cidr",
    "contains",
    "day",
    "dotall",
    "endswith",
    "exists",
    "expand",
    "fieldref",
    "gt",
    "gte",
    "hour",
    "i",
    "ignorecase",
    "lt",
    "lte",
    "m",
    "minute",
    "month",
    "multiline",
    "neq",
    "re",
    "s",
    "startswith",
    "utf16",
    "utf16be",
    "utf16le",
    "week",
    "wide",
    "windash",
    "year",
];

/// Whether Sigma has this modifier.
pub(super) fn is_known(name: &str) -> bool {
    NAMES.binary_search(&name).is_ok()
}

/// Whether the modifier reads the value as it was written, so that none may come before it.
pub(super) fn reads_raw(name: &str) -> bool {
    matches!(name, "re" | "cidr" | "fieldref" | "exists" | "minute" | "hour" | "day" | "week" | "month" | "year")
}

/// The known modifier nearest to `name`, if one is near enough to be meant.
pub(super) fn nearest(name: &str) -> Option<&'static str> {
    let near = NAMES.iter().map(|known| (strsim::damerau_levenshtein(known, name), *known)).min()?;
    (near.0 <= 2 && near.0 < name.chars().count()).then_some(near.1)
}

/// The value before any modifier. `re` and `cidr` read it raw.
pub(super) fn plain(value: &Value) -> Option<Test> {
    match value {
        Value::Null => Some(Test::Null),
        Value::Bool(b) => Some(Test::Bool(*b)),
        Value::Int(_) | Value::Float(_) => number(value).map(Test::Number),
        Value::Str(text) => Some(Test::Match(Pattern::parse(text))),
        Value::Seq(_) | Value::Map(_) => None,
    }
}

pub(super) fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Int(i) => Some(Number::Int(*i)),
        #[expect(clippy::float_cmp, clippy::cast_precision_loss, reason = "whether the number is whole is exact")]
        Value::Float(x) if (*x as i64) as f64 == *x => Some(Number::Int(*x as i64)),
        Value::Float(x) => Some(Number::Float(*x)),
        Value::Str(text) => text.trim().parse().map(Number::Int).ok(),
        _ => None,
    }
}

/// Applies the modifier `name`, which makes at most four bytes of one.
pub(super) fn apply(name: &str, test: Test, raw: &Value, compat: Compat) -> Result<Test, Fault> {
    let test = match test {
        Test::Any(tests) => {
            let tests: Vec<Test> =
                tests.into_iter().map(|test| apply(name, test, raw, compat)).collect::<Result<_, _>>()?;
            Test::Any(flatten(name, tests)?)
        }
        // What is made of text in exact case is in exact case, which the reference forgets.
        Test::Cased(pattern) if matches!(name, "windash" | "base64" | "base64offset") => {
            let made = apply(name, Test::Match(pattern), raw, compat)?;
            if compat == Compat::Strict { cased(made) } else { made }
        }
        test if name == "windash" => windash(test)?,
        test => apply_to_one(name, test, raw, compat)?,
    };
    if size(&test) > MAX_EXPANDED {
        return Err(too_long(name));
    }
    Ok(test)
}

fn cased(test: Test) -> Test {
    match test {
        Test::Match(pattern) => Test::Cased(pattern),
        Test::Any(tests) => Test::Any(tests.into_iter().map(cased).collect()),
        other => other,
    }
}

fn too_many(modifier: &str) -> Fault {
    Fault::TooMuch(format!("modifier `{modifier}` expands the value to more than {MAX_EXPANSION}"))
}

fn too_long(modifier: &str) -> Fault {
    Fault::TooMuch(format!("modifier `{modifier}` expands the value to more than {} KiB", MAX_EXPANDED / 1024))
}

/// Bytes of text in a test.
fn size(test: &Test) -> usize {
    match test {
        Test::Match(pattern) | Test::Cased(pattern) => text_len(pattern),
        Test::Bytes(bytes) => bytes.len(),
        Test::Any(tests) => tests.iter().map(size).sum(),
        _ => 0,
    }
}

fn text_len(pattern: &Pattern) -> usize {
    pattern.parts().iter().map(|part| if let Part::Text(text) = part { text.len() } else { 1 }).sum()
}

fn apply_to_one(name: &str, test: Test, raw: &Value, compat: Compat) -> Result<Test, String> {
    match name {
        "contains" | "startswith" | "endswith" => open(name, test, compat),
        "re" => regex(raw),
        "i" | "ignorecase" | "m" | "multiline" | "s" | "dotall" => flag(name, test),
        "cidr" => cidr(raw),
        "base64" => encode(name, test, compat, |bytes| Test::Match(Pattern::literal(&STANDARD.encode(bytes)))),
        "base64offset" => encode(name, test, compat, offsets),
        "wide" | "utf16le" | "utf16be" | "utf16" => wide(name, test),
        "expand" => expand(test),
        "exists" => match test {
            Test::Bool(exists) => Ok(Test::Exists(exists)),
            other => Err(mismatch("exists", "`true` or `false`", &other)),
        },
        "cased" => match test {
            Test::Match(pattern) => Ok(Test::Cased(pattern)),
            other => Err(mismatch("cased", "text", &other)),
        },
        "fieldref" => match raw {
            Value::Str(field) => {
                Ok(Test::FieldRef(FieldRef { field: field.clone(), open_start: false, open_end: false }))
            }
            _ => Err(mismatch("fieldref", "a field's name", &test)),
        },
        "gt" | "gte" | "lt" | "lte" => compare(name, raw, test, compat),
        _ => match number(raw) {
            Some(number) => Ok(Test::TimePart(TimePart { part: name.to_owned(), comparison: None, number })),
            None => Err(mismatch(name, "a number", &test)),
        },
    }
}

fn flatten(name: &str, tests: Vec<Test>) -> Result<Vec<Test>, Fault> {
    let mut flat = Vec::with_capacity(tests.len());
    for test in tests {
        match test {
            Test::Any(inner) => flat.extend(inner),
            other => flat.push(other),
        }
        if flat.len() > MAX_EXPANSION {
            return Err(too_many(name));
        }
    }
    Ok(flat)
}

fn mismatch(modifier: &str, wanted: &str, found: &Test) -> String {
    let found = match found {
        Test::Match(_) | Test::Cased(_) => "text",
        Test::Number(_) => "a number",
        Test::Bool(_) => "a boolean",
        Test::Null => "nothing",
        Test::Regex(..) => "a regular expression",
        Test::Bytes(_) => "UTF-16 text",
        _ => "the result of another modifier",
    };
    format!("modifier `{modifier}` needs {wanted}, its value is {found}")
}

fn open(name: &str, test: Test, compat: Compat) -> Result<Test, String> {
    let (start, end) = (name != "startswith", name != "endswith");
    let widen = |pattern: Pattern| {
        let pattern = if start { pattern.open_start() } else { pattern };
        if end { pattern.open_end() } else { pattern }
    };
    match test {
        Test::Match(pattern) => Ok(Test::Match(widen(pattern))),
        Test::Cased(pattern) => Ok(Test::Cased(widen(pattern))),
        // `CommandLine|contains: 4624` is text that YAML happens to read as a number.
        Test::Number(number) if compat == Compat::Strict => {
            Ok(Test::Match(widen(Pattern::literal(&number.to_string()))))
        }
        Test::Regex(pattern, flags) => Ok(Test::Regex(widen_regex(pattern, start, end), flags)),
        Test::FieldRef(mut other) => {
            other.open_start |= start;
            other.open_end |= end;
            Ok(Test::FieldRef(other))
        }
        other => Err(mismatch(name, "text", &other)),
    }
}

fn widen_regex(mut pattern: String, start: bool, end: bool) -> String {
    if start && !pattern.starts_with(".*") && !pattern.starts_with('^') {
        pattern.insert_str(0, ".*");
    }
    if end && !pattern.ends_with(".*") && !pattern.ends_with('$') {
        pattern.push_str(".*");
    }
    pattern
}

fn regex(raw: &Value) -> Result<Test, String> {
    let text = match raw {
        Value::Str(text) => text.clone(),
        Value::Int(i) => i.to_string(),
        other => return Err(format!("modifier `re` needs text, its value is {}", other.type_name())),
    };
    Ok(Test::Regex(text, RegexFlags::default()))
}

fn flag(name: &str, test: Test) -> Result<Test, String> {
    let Test::Regex(pattern, mut flags) = test else {
        return Err(format!("modifier `{name}` must follow `re`"));
    };
    match name {
        "i" | "ignorecase" => flags.ignore_case = true,
        "m" | "multiline" => flags.multi_line = true,
        _ => flags.dot_all = true,
    }
    Ok(Test::Regex(pattern, flags))
}

fn compare(name: &str, raw: &Value, test: Test, compat: Compat) -> Result<Test, String> {
    let comparison = match name {
        "gt" => Comparison::Greater,
        "gte" => Comparison::GreaterOrEqual,
        "lt" => Comparison::Less,
        _ => Comparison::LessOrEqual,
    };
    match test {
        // Which the reference forgets.
        Test::TimePart(_) if compat == Compat::PySigma => Ok(test),
        Test::TimePart(time) if time.comparison.is_none() => {
            Ok(Test::TimePart(TimePart { comparison: Some(comparison), ..time }))
        }
        Test::Match(_) | Test::Number(_) => match number(raw) {
            Some(number) => Ok(Test::Compare(comparison, number)),
            None => Err(mismatch(name, "a number", &test)),
        },
        other => Err(mismatch(name, "a number", &other)),
    }
}

/// Strict: bits of the host part that are set are an error, since the author meant something
/// else than what would match.
fn cidr(raw: &Value) -> Result<Test, String> {
    let text = raw.as_str().unwrap_or_default();
    let wrong = || format!("`{text}` is no IP network");
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let address: IpAddr = address.trim().parse().map_err(|_| wrong())?;
    let (bits, width) = match address {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, 32),
        IpAddr::V6(v6) => (u128::from(v6), 128),
    };
    let length: u32 = match length {
        Some(length) => length.parse().map_err(|_| wrong())?,
        None => width,
    };
    if length > width {
        return Err(wrong());
    }
    let host = bits.checked_shl(length).unwrap_or(0);
    if host != 0 {
        return Err(format!("`{text}` is no IP network: bits right of the first {length} are set"));
    }
    Ok(Test::Cidr(format!("{address}/{length}")))
}

/// The reference encodes the backslash before a literal `*` or `?` with it.
fn encode(name: &str, value: Test, compat: Compat, encoded: impl Fn(&[u8]) -> Test) -> Result<Test, String> {
    match value {
        Test::Match(pattern) => match pattern.as_text() {
            Some(text) if compat == Compat::PySigma && text.contains(['*', '?']) => {
                Ok(encoded(text.replace('*', "\\*").replace('?', "\\?").as_bytes()))
            }
            Some(text) => Ok(encoded(text.as_bytes())),
            None => Err(format!("modifier `{name}` cannot encode a value with wildcards")),
        },
        Test::Number(number) => Ok(encoded(number.to_string().as_bytes())),
        Test::Bytes(bytes) => Ok(encoded(&bytes)),
        other => Err(mismatch(name, "text", &other)),
    }
}

/// The three encodings of a value inside a longer text, by its position modulo 3; characters
/// that depend on neighbours are cut off.
fn offsets(bytes: &[u8]) -> Test {
    let tests = (0..3).map(|shift| {
        let mut padded = vec![b' '; shift];
        padded.extend_from_slice(bytes);
        let encoded = STANDARD.encode(&padded);
        let start = [0, 2, 3][shift];
        let end = encoded.len() - [0, 3, 2][padded.len() % 3];
        Test::Match(Pattern::literal(encoded.get(start..end).unwrap_or_default()))
    });
    Test::Any(tests.collect())
}

fn wide(name: &str, value: Test) -> Result<Test, String> {
    let Test::Match(pattern) = value else { return Err(mismatch(name, "text", &value)) };
    let Some(text) = pattern.as_text() else {
        return Err(format!("modifier `{name}` cannot encode a value with wildcards"));
    };
    let bom = if name == "utf16" { &[0xff, 0xfe][..] } else { &[] };
    let units =
        text.encode_utf16().flat_map(|unit| if name == "utf16be" { unit.to_be_bytes() } else { unit.to_le_bytes() });
    Ok(Test::Bytes(bom.iter().copied().chain(units).collect()))
}

/// The dashes Windows programs take for one another, `/` among them.
const DASHES: [&str; 5] = ["-", "/", "\u{2013}", "\u{2014}", "\u{2015}"];

fn windash(value: Test) -> Result<Test, Fault> {
    let Test::Match(pattern) = value else { return Err(mismatch("windash", "text", &value).into()) };
    let most = (MAX_EXPANDED / text_len(&pattern).max(1)).min(MAX_EXPANSION);
    let mut variants = vec![Pattern::default()];
    for part in pattern.parts() {
        let Part::Text(text) = part else {
            for variant in &mut variants {
                variant.push(part.clone());
            }
            continue;
        };
        let mut from = 0;
        for at in dashes(text) {
            // Known before it is made: each variant is as long as the value.
            if variants.len() * DASHES.len() > most {
                return Err(if most < MAX_EXPANSION { too_long("windash") } else { too_many("windash") });
            }
            variants = variants
                .into_iter()
                .flat_map(|variant| {
                    DASHES.map(|dash| {
                        let mut variant = variant.clone();
                        variant.push_text(&text[from..at]);
                        variant.push_text(dash);
                        variant
                    })
                })
                .collect();
            from = at + 1;
        }
        for variant in &mut variants {
            variant.push_text(&text[from..]);
        }
    }
    Ok(Test::Any(variants.into_iter().map(Test::Match).collect()))
}

/// The bytes of `text` that start an option: a `-` or `/` with no word character before it and
/// one after it.
fn dashes(text: &str) -> Vec<usize> {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(['-', '/'])
        .filter(|(at, _)| !word(text[..*at].chars().next_back()) && word(text[at + 1..].chars().next()))
        .map(|(at, _)| at)
        .collect()
}

fn expand(value: Test) -> Result<Test, String> {
    let Test::Match(pattern) = value else { return Err(mismatch("expand", "text", &value)) };
    let mut expanded = Pattern::default();
    for part in pattern.parts() {
        let Part::Text(text) = part else {
            expanded.push(part.clone());
            continue;
        };
        let mut rest = text.as_str();
        while let Some((before, name, after)) = placeholder(rest) {
            expanded.push_text(before);
            expanded.push(Part::Placeholder(name.to_owned()));
            rest = after;
        }
        expanded.push_text(rest);
    }
    Ok(Test::Match(expanded))
}

fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, tail) = text.split_once('%')?;
    let (name, after) = tail.split_once('%')?;
    (!name.is_empty()).then_some((before, name, after))
}
