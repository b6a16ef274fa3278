//! What EQL, ES|QL and PPL write alike: strings in quotes, names in back-quotes, Sigma strings as
//! regular expressions, and words without a field as Lucene queries.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv6Addr};

use crate::query::pattern::{Part, Pattern};
use crate::query::refusal::Refusal;
use crate::query::test::{Number, RegexFlags, Test};
use crate::query::tree::Leaf;
use crate::query::writer::cannot_say;

use super::{lucene_regex, lucene_syntax};

/// A string in quotes. Both grammars know `\"`, `\\`, `\n`, `\r` and `\t` and refuse a backslash
/// before most other characters; a line break must not stand in the string as it is.
pub(super) fn quoted(out: &mut String, text: &str) {
    out.push('"');
    escaped(out, text);
    out.push('"');
}

/// The inside of a string in quotes.
pub(super) fn escaped(out: &mut String, text: &str) {
    let mut copied = 0;
    for (at, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            _ => continue,
        };
        out.push_str(&text[copied..at]);
        out.push_str(escape);
        copied = at + 1;
    }
    out.push_str(&text[copied..]);
}

/// A field's name, in back-quotes unless each part between dots is a plain word and none of the
/// language's own (`keywords`, in lower case).
pub(super) fn field(out: &mut String, name: &str, keywords: &[&str]) {
    let plain = |part: &str| {
        let mut bytes = part.bytes();
        let first = bytes.next();
        first.is_some_and(|b| b.is_ascii_alphabetic() || (b == b'_' && part.len() > 1))
            && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !keywords.iter().any(|word| word.eq_ignore_ascii_case(part))
    };
    if name.split('.').all(plain) {
        out.push_str(name);
        return;
    }
    out.push('`');
    for (i, piece) in name.split('`').enumerate() {
        if i > 0 {
            out.push_str("``");
        }
        out.push_str(piece);
    }
    out.push('`');
}

/// `(a, b)`
pub(super) fn parenthesized<T>(
    out: &mut String,
    values: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut String, T),
) {
    out.push('(');
    for (i, value) in values.into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        write(out, value);
    }
    out.push(')');
}

/// Whether text is an IP address, maybe with a zone (`fe80::1%eth0`).
pub(super) fn is_address(text: &str) -> bool {
    match text.split_once('%') {
        Some((address, zone)) => !zone.is_empty() && !zone.contains('%') && address.parse::<Ipv6Addr>().is_ok(),
        None => text.len() <= 45 && text.parse::<IpAddr>().is_ok(),
    }
}

/// Whether a test is text that is an IP address.
pub(super) fn is_address_test(test: &Test) -> bool {
    matches!(test, Test::Match(pattern) if pattern.as_text().is_some_and(is_address))
}

/// Whether a pattern is `*`, which every value matches, be it text or not.
pub(super) fn is_anything(pattern: &Pattern) -> bool {
    !pattern.parts().is_empty() && pattern.parts().iter().all(|part| *part == Part::Many)
}

/// Whether a number can be written: YAML has infinities, the languages have none.
pub(super) fn is_finite(number: Number) -> bool {
    match number {
        Number::Int(_) => true,
        Number::Float(x) => x.is_finite(),
    }
}

/// A test that stands in a list of strings as text.
pub(super) fn as_pattern(test: &Test) -> Cow<'_, Pattern> {
    match test {
        Test::Match(pattern) | Test::Cased(pattern) => Cow::Borrowed(pattern),
        Test::Number(number) => Cow::Owned(Pattern::literal(&number.to_string())),
        _ => Cow::Owned(Pattern::default()),
    }
}

/// Lucene's regular expression for a rule's, in quotes.
pub(super) fn regex<'n>(
    out: &mut String,
    leaf: &Leaf<'n>,
    expression: &str,
    flags: RegexFlags,
) -> Result<(), Refusal<'n>> {
    let regex = lucene_regex::of(leaf, expression, flags)?;
    quoted(out, &regex);
    Ok(())
}

/// A Sigma string as a regular expression of a rule, found anywhere or, if `whole`, equal.
pub(super) fn pattern_regex(pattern: &Pattern, whole: bool) -> String {
    let mut regex = String::from(if whole { "^" } else { "" });
    for part in pattern.parts() {
        match part {
            Part::Many => regex.push_str(".*"),
            Part::One => regex.push('.'),
            Part::Text(text) | Part::Placeholder(text) => regex.push_str(&regex_syntax::escape(text)),
        }
    }
    if whole {
        regex.push('$');
    }
    regex
}

/// The Lucene query for a word anywhere in the event: as a phrase, since analyzed fields hold
/// words, and in any case as part of a whole value.
pub(super) fn anywhere<'n>(leaf: &Leaf<'n>, language: &str) -> Result<String, Refusal<'n>> {
    let any_case = RegexFlags { ignore_case: true, ..RegexFlags::default() };
    let mut query = String::new();
    let (expression, flags) = match leaf.test {
        Test::Match(pattern) if pattern.placeholder().is_none() => {
            if let Some(text) = pattern.as_text()
                && text.contains(|c: char| !c.is_alphanumeric() && c != '_')
            {
                lucene_syntax::quoted(&mut query, text);
                query.push_str(lucene_syntax::OR);
            }
            (Cow::Owned(pattern_regex(pattern, false)), any_case)
        }
        Test::Cased(pattern) if pattern.placeholder().is_none() => {
            (Cow::Owned(pattern_regex(pattern, false)), RegexFlags::default())
        }
        Test::Regex(expression, flags) => (Cow::Borrowed(expression.as_str()), *flags),
        Test::Number(number) if is_finite(*number) => {
            lucene_syntax::number(&mut query, *number);
            return Ok(query);
        }
        _ => return Err(cannot_say(leaf, language)),
    };
    query.extend(["/", &lucene_regex::of(leaf, &expression, flags)?, "/"]);
    Ok(query)
}

/// Whether there is a letter that another case has.
pub(super) fn has_case(pattern: &Pattern) -> bool {
    let has = |c: char| {
        if c.is_ascii() { c.is_ascii_alphabetic() } else { !c.to_lowercase().eq([c]) || !c.to_uppercase().eq([c]) }
    };
    pattern.parts().iter().any(|part| matches!(part, Part::Text(text) if text.contains(has)))
}

/// Whether a pattern looks like that of IPv4 addresses (`10.*`), of which fields may be no text.
pub(super) fn starts_an_address(pattern: &Pattern) -> bool {
    let [Part::Text(text), Part::Many] = pattern.parts() else { return false };
    let number = |part: &str| part.is_empty() || part.parse::<u8>().is_ok();
    text.contains('.') && text.starts_with(|c: char| c.is_ascii_digit()) && text.split('.').all(number)
}
