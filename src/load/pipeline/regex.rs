//! Regular expressions and replacements in the syntax of Python's `re`.
//!
//! `fancy-regex` knows look-around and references to groups; what it writes otherwise than Python
//! is rewritten here: classes know no nesting and no set operations, a brace that begins no
//! repetition is itself, `\Z` is the very end, `\<` and `\>` are the characters.
//! <https://docs.python.org/3/library/re.html>

use fancy_regex::Regex;

use crate::model::pipeline::{Replacement, ReplacementPart};

/// Found anywhere (`re.search`, `re.sub`).
///
/// # Errors
/// What is wrong with it.
pub(super) fn search(source: &str) -> Result<Regex, String> {
    compile(&translate(source))
}

/// Found at the start (`re.match`).
///
/// # Errors
/// What is wrong with it.
pub(super) fn at_start(source: &str) -> Result<Regex, String> {
    search(source)?;
    compile(&format!(r"\A(?:{})", translate(source)))
}

fn compile(source: &str) -> Result<Regex, String> {
    Regex::new(source).map_err(|error| {
        let text = error.to_string();
        text.lines().last().unwrap_or_default().trim().trim_start_matches("error: ").to_owned()
    })
}

fn translate(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + 8);
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let mut len = c.len_utf8();
        match c {
            '\\' => {
                let escaped = rest[1..].chars().next();
                len += escaped.map_or(0, char::len_utf8);
                match escaped {
                    Some('Z') => out.push_str(r"\z"),
                    Some(c @ ('<' | '>')) => out.push(c),
                    _ => out.push_str(&rest[..len]),
                }
            }
            '[' => {
                len = class(rest, &mut out);
            }
            '{' => match repetition(rest) {
                Some((end, text)) => {
                    len = end;
                    out.push_str(&text);
                }
                None => out.push_str(r"\{"),
            },
            '}' => out.push_str(r"\}"),
            _ => out.push(c),
        }
        rest = &rest[len..];
    }
    out
}

/// `{m}`, `{m,}`, `{,n}` or `{m,n}` at the start of `text`: its length, and how it is written.
fn repetition(text: &str) -> Option<(usize, String)> {
    let end = text.find('}')?;
    let inner = &text[1..end];
    let (from, to) = inner.split_once(',').unwrap_or((inner, inner));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if inner.is_empty() || !digits(from) || !digits(to) {
        return None;
    }
    let text = if from.is_empty() { format!("{{0{inner}}}") } else { text[..=end].to_owned() };
    Some((end + 1, text))
}

/// Writes the class at the start of `text`; its length.
fn class(text: &str, out: &mut String) -> usize {
    let mut at = 1;
    out.push('[');
    if text[at..].starts_with('^') {
        out.push('^');
        at += 1;
    }
    // A bracket that comes first does not end the class.
    if text[at..].starts_with(']') {
        out.push_str(r"\]");
        at += 1;
    }
    while let Some(c) = text[at..].chars().next() {
        at += c.len_utf8();
        match c {
            ']' => {
                out.push(']');
                break;
            }
            '\\' => {
                let escaped = text[at..].chars().next();
                at += escaped.map_or(0, char::len_utf8);
                match escaped {
                    Some(c @ ('<' | '>')) => out.push(c),
                    Some(c) => out.extend(['\\', c]),
                    None => out.push('\\'),
                }
            }
            '[' | '&' | '~' => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    at
}

/// Reads what `regex` is replaced by: `\1`, `\g<1>`, `\g<name>`, escapes.
///
/// # Errors
/// What is wrong with it.
pub(super) fn replacement(text: &str, regex: &Regex) -> Result<Replacement, String> {
    let mut parts = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let Some(c) = rest.chars().next() else { return Err("it ends with a lone backslash".to_owned()) };
        let mut len = c.len_utf8();
        let simple =
            [('n', '\n'), ('t', '\t'), ('r', '\r'), ('a', '\x07'), ('b', '\x08'), ('f', '\x0c'), ('v', '\x0b')];
        let group = match c {
            '1'..='9' => {
                len = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
                Some(number(&rest[..len], regex)?)
            }
            'g' => {
                let name = rest[1..].strip_prefix('<').and_then(|tail| tail.split_once('>')).map(|(name, _)| name);
                let name = name.ok_or("`\\g` must be followed by a group's name in `<…>`")?;
                len = name.len() + 3;
                Some(named(name, regex)?)
            }
            '0' => {
                plain.push('\0');
                None
            }
            '\\' => {
                plain.push('\\');
                None
            }
            c => {
                match simple.iter().find(|(letter, _)| *letter == c) {
                    Some((_, meant)) => plain.push(*meant),
                    None if c.is_ascii_alphabetic() => return Err(format!("`\\{c}` has no meaning")),
                    None => plain.extend(['\\', c]),
                }
                None
            }
        };
        if let Some(group) = group {
            if !plain.is_empty() {
                parts.push(ReplacementPart::Text(std::mem::take(&mut plain)));
            }
            parts.push(ReplacementPart::Group(group));
        }
        rest = &rest[len..];
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        parts.push(ReplacementPart::Text(plain));
    }
    Ok(Replacement(parts))
}

fn number(digits: &str, regex: &Regex) -> Result<usize, String> {
    let group: usize = digits.parse().unwrap_or(usize::MAX);
    if group < regex.captures_len() { Ok(group) } else { Err(format!("the pattern has no group {digits}")) }
}

fn named(name: &str, regex: &Regex) -> Result<usize, String> {
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return number(name, regex);
    }
    let found = regex.capture_names().position(|known| known == Some(name));
    found.ok_or_else(|| format!("the pattern has no group `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn python_syntax_is_understood() {
        for (pattern, text, expected) in [
            (r"[[a]+]", "[a]", true),
            (r"^[^]]$", "x", true),
            (r"^[^]]$", "]", false),
            ("a{,2}$", "aa", true),
            ("x{a}", "x{a}", true),
            ("{}", "{}", true),
            (r"a\Z", "a\n", false),
            (r"(?<!b)a", "ba", false),
            (r"^(?!.*foo).*$", "bar", true),
            (r"(?P<q>.)(?P=q)", "aa", true),
            (r"\<\>", "<>", true),
            (r"[a&&b]", "&", true),
            (r"[\w.-]+$", "a.b-c", true),
            (r"(?i)ABC", "abc", true),
        ] {
            let regex = search(pattern).unwrap_or_else(|why| panic!("{pattern}: {why}"));
            assert_eq!(regex.is_match(text).unwrap_or_default(), expected, "{pattern} {text}");
        }
        assert!(search("(").is_err() && search("[a").is_err() && search("*").is_err());
        assert!(at_start("b").is_ok_and(|regex| !regex.is_match("ab").unwrap_or(true)));
        assert!(at_start("a)|(b").is_err());
    }

    #[test]
    fn replacements_are_those_of_python() {
        let regex = search("(?P<n>a)(b)?").unwrap_or_else(|why| panic!("{why}"));
        let text = |text: &str| ReplacementPart::Text(text.to_owned());
        let group = ReplacementPart::Group;
        assert_eq!(
            replacement(r"[\g<n>-\2]\\\n\.", &regex),
            Ok(Replacement(vec![text("["), group(1), text("-"), group(2), text("]\\\n\\.")]))
        );
        assert_eq!(replacement(r"\g<0>", &regex), Ok(Replacement(vec![group(0)])));
        assert_eq!(replacement(r"\3", &regex), Err("the pattern has no group 3".to_owned()));
        assert_eq!(replacement(r"\g<m>", &regex), Err("the pattern has no group `m`".to_owned()));
        assert_eq!(replacement(r"\q", &regex), Err("`\\q` has no meaning".to_owned()));
        assert!(replacement("\\", &regex).is_err() && replacement(r"\g<n", &regex).is_err());
    }
}
