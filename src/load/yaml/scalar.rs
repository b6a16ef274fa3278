//! What a plain scalar means in YAML 1.1, as `PyYAML` resolves it.
//!
//! The forms are those of <https://yaml.org/type/> as `PyYAML` narrows them: a float needs a
//! dot, its exponent a sign, and dates stay text here (they print the same).

use crate::model::Value;

/// Whether a plain scalar that YAML 1.2 takes as text could be something else in YAML 1.1.
///
/// Looks at the first byte and the length only: nearly all text ends here.
pub(super) fn is_candidate(text: &str) -> bool {
    match text.as_bytes() {
        [b'y' | b'Y' | b'n' | b'N' | b'o' | b'O', rest @ ..] => matches!(rest.len(), 1 | 2),
        [b'0'..=b'9' | b'+' | b'-' | b'.', ..] => true,
        _ => false,
    }
}

/// The value of a plain scalar.
pub(super) fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Value::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Value::Bool(false),
        _ => int(text).map(Value::Int).or_else(|| float(text).map(Value::Float)).unwrap_or_else(|| text.into()),
    }
}

/// Splits a leading sign off; true for minus.
fn sign(text: &str) -> (bool, &str) {
    match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    }
}

fn int(text: &str) -> Option<i64> {
    let (negative, digits) = sign(text);
    let first = *digits.as_bytes().first()?;
    if !first.is_ascii_digit() {
        return None;
    }
    let magnitude = if let Some(rest) = digits.strip_prefix("0b") {
        radix(rest, 2)?
    } else if let Some(rest) = digits.strip_prefix("0x") {
        radix(rest, 16)?
    } else if digits.len() > 1 && first == b'0' {
        radix(digits, 8)?
    } else if digits.contains(':') {
        sexagesimal(digits)?
    } else {
        radix(digits, 10)?
    };
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

/// Digits with `_` anywhere among them.
fn radix(digits: &str, radix: u32) -> Option<i128> {
    let mut value: i128 = 0;
    let mut any = false;
    for c in digits.chars().filter(|c| *c != '_') {
        value = value.checked_mul(i128::from(radix))?.checked_add(i128::from(c.to_digit(radix)?))?;
        any = true;
    }
    any.then_some(value)
}

/// `1:30` is 90.
fn sexagesimal(digits: &str) -> Option<i128> {
    let mut parts = digits.split(':');
    let mut value = parts.next().filter(|first| !first.starts_with('0')).and_then(|first| radix(first, 10))?;
    for part in parts {
        value = value.checked_mul(60)?.checked_add(sixtieth(part)?.into())?;
    }
    Some(value)
}

/// `[0-5]?[0-9]`
fn sixtieth(part: &str) -> Option<u8> {
    match part.as_bytes() {
        [_] | [b'0'..=b'5', _] if part.bytes().all(|b| b.is_ascii_digit()) => part.parse().ok(),
        _ => None,
    }
}

fn float(text: &str) -> Option<f64> {
    let (negative, rest) = sign(text);
    match rest {
        ".inf" | ".Inf" | ".INF" => return Some(if negative { f64::NEG_INFINITY } else { f64::INFINITY }),
        ".nan" | ".NaN" | ".NAN" if rest == text => return Some(f64::NAN),
        _ => {}
    }
    let (whole, fraction) = rest.split_once('.')?;
    if whole.contains(':') {
        return sexagesimal_float(negative, whole, fraction);
    }
    // `PyYAML` allows no sign before a float that begins with its dot.
    let whole_fits =
        if whole.is_empty() { rest == text && starts_with_digit(fraction) } else { starts_with_digit(whole) };
    if !whole_fits || !digits_or_underscores(whole) {
        return None;
    }
    let (fraction, exponent) = match fraction.find(['e', 'E']) {
        Some(at) => (&fraction[..at], Some(&fraction[at + 1..])),
        None => (fraction, None),
    };
    let exponent_fits = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']);
        digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
    });
    if !exponent_fits || !digits_or_underscores(fraction) {
        return None;
    }
    let text: String = text.chars().filter(|c| *c != '_').collect();
    text.parse().ok()
}

fn sexagesimal_float(negative: bool, whole: &str, fraction: &str) -> Option<f64> {
    let mut parts = whole.split(':');
    let first = parts.next().filter(|first| starts_with_digit(first) && digits_or_underscores(first))?;
    if !digits_or_underscores(fraction) {
        return None;
    }
    let mut value: f64 = first.replace('_', "").parse().ok()?;
    for part in parts {
        value = value * 60.0 + f64::from(sixtieth(part)?);
    }
    value += format!("0.{}", fraction.replace('_', "")).parse::<f64>().ok()?;
    Some(if negative { -value } else { value })
}

fn starts_with_digit(text: &str) -> bool {
    text.bytes().next().is_some_and(|b| b.is_ascii_digit())
}

fn digits_or_underscores(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_yaml_1_1_as_pyyaml_reads_it() {
        for (text, value) in [
            ("yes", Value::Bool(true)),
            ("Off", Value::Bool(false)),
            ("yEs", "yEs".into()),
            ("y", "y".into()),
            ("0777", Value::Int(511)),
            ("0o17", "0o17".into()),
            ("0899", "0899".into()),
            ("0b1_01", Value::Int(5)),
            ("-0x1F", Value::Int(-31)),
            ("1_000", Value::Int(1000)),
            ("1:30", Value::Int(90)),
            ("-1:30", Value::Int(-90)),
            ("1:60", "1:60".into()),
            ("0:30", "0:30".into()),
            ("1:30.5", Value::Float(90.5)),
            ("1e3", "1e3".into()),
            ("1.5e3", "1.5e3".into()),
            ("1.5e+3", Value::Float(1500.0)),
            ("1.", Value::Float(1.0)),
            (".5", Value::Float(0.5)),
            ("-.5", "-.5".into()),
            (".", ".".into()),
            ("-", "-".into()),
            ("+", "+".into()),
            ("1.2.3", "1.2.3".into()),
            ("_1", "_1".into()),
            ("0_", Value::Int(0)),
            ("2019-01-01", "2019-01-01".into()),
            ("9223372036854775807", Value::Int(i64::MAX)),
            ("-9223372036854775808", Value::Int(i64::MIN)),
            ("9223372036854775808", "9223372036854775808".into()),
            ("-.inf", Value::Float(f64::NEG_INFINITY)),
            ("+.nan", "+.nan".into()),
            ("~", Value::Null),
        ] {
            assert_eq!(resolve(text), value, "{text}");
        }
    }
}
