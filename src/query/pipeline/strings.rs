//! Sigma strings as text for regular expressions, and back.
//!
//! pySigma writes a string as text, changes that, and reads it again, which loses a backslash
//! before a wildcard or another backslash. Here the parts a match does not touch stay as they are.

use std::borrow::Cow;

use fancy_regex::{Captures, Regex};

use crate::model::pipeline::{Case, RegexMethod, Replacement, ReplacementPart};
use crate::query::pattern::{Part, Pattern};

/// The text of a string: wildcards bare, a literal `*` or `?` with a backslash.
pub(super) fn plain(pattern: &Pattern) -> Cow<'_, str> {
    if let Some(text) = pattern.as_text()
        && !text.contains(['*', '?'])
    {
        return Cow::Borrowed(text);
    }
    let mut plain = String::new();
    for part in pattern.parts() {
        match part {
            Part::Text(text) => {
                let mut copied = 0;
                for (at, _) in text.match_indices(['*', '?']) {
                    plain.extend([&text[copied..at], "\\"]);
                    copied = at;
                }
                plain.push_str(&text[copied..]);
            }
            Part::Many => plain.push('*'),
            Part::One => plain.push('?'),
            Part::Placeholder(name) => plain.extend(["%", name, "%"]),
        }
    }
    Cow::Owned(plain)
}

/// The string a text of that form stands for: only a wildcard can be escaped.
pub(super) fn parsed(text: &str) -> Pattern {
    let mut pattern = Pattern::default();
    let mut rest = text;
    while let Some(at) = rest.find(['*', '?']) {
        let (before, wildcard) = (&rest[..at], &rest[at..=at]);
        if let Some(before) = before.strip_suffix('\\') {
            pattern.push_text(before);
            pattern.push_text(wildcard);
        } else {
            pattern.push_text(before);
            pattern.push(if wildcard == "*" { Part::Many } else { Part::One });
        }
        rest = &rest[at + 1..];
    }
    pattern.push_text(rest);
    pattern
}

/// A character of a string's text and what it stands for.
enum Token {
    Char(char),
    /// A backslash, then the character.
    Escaped(char),
    Wildcard(Part),
}

/// What begins where in the [`plain`] text of a string.
fn tokens(pattern: &Pattern) -> Vec<(usize, Token)> {
    let mut length = 0;
    let mut tokens = Vec::new();
    for part in pattern.parts() {
        match part {
            Part::Text(chars) => {
                for c in chars.chars() {
                    let escaped = matches!(c, '*' | '?');
                    tokens.push((length, if escaped { Token::Escaped(c) } else { Token::Char(c) }));
                    length += c.len_utf8() + usize::from(escaped);
                }
            }
            Part::Many | Part::One => {
                tokens.push((length, Token::Wildcard(part.clone())));
                length += 1;
            }
            Part::Placeholder(name) => {
                tokens.push((length, Token::Wildcard(part.clone())));
                length += name.len() + 2;
            }
        }
    }
    tokens
}

/// How replacing goes.
#[derive(Clone, Copy)]
pub(super) struct Replacing<'p> {
    pub(super) regex: &'p Regex,
    pub(super) replacement: &'p Replacement,
    /// Only text between wildcards is looked at.
    pub(super) skip_special: bool,
    /// Wildcards of the replacement are wildcards then.
    pub(super) interpret_special: bool,
    /// Whether untouched parts stay as they are.
    pub(super) strict: bool,
}

impl Replacing<'_> {
    /// The string with all matches replaced.
    pub(super) fn apply(self, pattern: &Pattern) -> Pattern {
        if !self.skip_special && pattern.placeholder().is_none() {
            return self.whole(pattern);
        }
        let mut out = Pattern::default();
        for part in pattern.parts() {
            match part {
                Part::Text(text) => self.text(text, &mut out),
                other => out.push(other.clone()),
            }
        }
        out
    }

    fn whole(self, pattern: &Pattern) -> Pattern {
        let text = plain(pattern);
        let text: &str = &text;
        if !self.strict {
            return parsed(&replaced(text, self.regex, self.replacement));
        }
        if !self.regex.is_match(text).unwrap_or_default() {
            return pattern.clone();
        }
        let tokens = tokens(pattern);
        let mut out = Pattern::default();
        let mut at = 0;
        for captures in self.regex.captures_iter(text) {
            let Ok(captures) = captures else { break };
            let Some(found) = captures.get(0) else { break };
            untouched(&tokens, at, found.start(), &mut out);
            append(&mut out, &parsed(&expanded(self.replacement, &captures)));
            at = found.end();
        }
        if at == 0 && out.parts().is_empty() {
            return pattern.clone();
        }
        untouched(&tokens, at, text.len(), &mut out);
        out
    }

    /// Replaces in a part that is all text.
    fn text(self, text: &str, out: &mut Pattern) {
        let interpret = self.interpret_special || !self.skip_special;
        if interpret && !self.strict {
            append(out, &parsed(&replaced(text, self.regex, self.replacement)));
            return;
        }
        let mut at = 0;
        for captures in self.regex.captures_iter(text) {
            let Ok(captures) = captures else { break };
            let Some(found) = captures.get(0) else { break };
            out.push_text(&text[at..found.start()]);
            let new = expanded(self.replacement, &captures);
            if interpret {
                append(out, &parsed(&new));
            } else {
                out.push_text(&new);
            }
            at = found.end();
        }
        out.push_text(&text[at..]);
    }
}

/// Appends what stands in `from..to` of a string's text. Of an escape that is cut in two, each
/// half is what it would be alone.
fn untouched(tokens: &[(usize, Token)], from: usize, to: usize, out: &mut Pattern) {
    let first = tokens.partition_point(|(start, _)| *start < from);
    if let Some((start, Token::Escaped(c))) = first.checked_sub(1).and_then(|i| tokens.get(i))
        && start + 1 == from
        && from < to
    {
        out.push(if *c == '*' { Part::Many } else { Part::One });
    }
    let mut buffer = [0; 4];
    for (start, token) in tokens[first..].iter().take_while(|(start, _)| *start < to) {
        match token {
            Token::Escaped(_) if start + 1 == to => out.push_text("\\"),
            Token::Char(c) | Token::Escaped(c) => out.push_text(c.encode_utf8(&mut buffer)),
            Token::Wildcard(part) => out.push(part.clone()),
        }
    }
}

fn append(out: &mut Pattern, more: &Pattern) {
    for part in more.parts() {
        out.push(part.clone());
    }
}

/// `text` with all matches replaced.
pub(super) fn replaced(text: &str, regex: &Regex, replacement: &Replacement) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for captures in regex.captures_iter(text) {
        let Ok(captures) = captures else { break };
        let Some(found) = captures.get(0) else { break };
        out.push_str(&text[at..found.start()]);
        out.push_str(&expanded(replacement, &captures));
        at = found.end();
    }
    out.push_str(&text[at..]);
    out
}

fn expanded(replacement: &Replacement, captures: &Captures<'_, str>) -> String {
    let mut out = String::new();
    for part in &replacement.0 {
        match part {
            ReplacementPart::Text(text) => out.push_str(text),
            ReplacementPart::Group(group) => out.push_str(captures.get(*group).map_or("", |found| found.as_str())),
        }
    }
    out
}

/// The string with its text in another case.
pub(super) fn in_case(pattern: &Pattern, case: Case) -> Pattern {
    let mut out = Pattern::default();
    for part in pattern.parts() {
        match part {
            Part::Text(text) => out.push_text(&match case {
                Case::Lower => text.to_lowercase(),
                Case::Upper => text.to_uppercase(),
                Case::Snake => snake(text),
            }),
            other => out.push(other.clone()),
        }
    }
    out
}

fn snake(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    for (i, c) in text.char_indices() {
        if i > 0 && c.is_ascii_uppercase() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

/// The string as a regular expression. A string is compared with a whole value and a regular
/// expression is found anywhere in it, so the ends are held unless a wildcard opens them.
///
/// # Errors
/// The name of a placeholder in it.
pub(super) fn as_regex(pattern: &Pattern, method: RegexMethod, strict: bool) -> Result<String, &str> {
    let mut out = String::new();
    let held = |part: Option<&Part>| strict && part != Some(&Part::Many);
    if held(pattern.parts().first()) {
        out.push('^');
    }
    for part in pattern.parts() {
        match part {
            Part::Many => out.push_str(".*"),
            Part::One => out.push('.'),
            Part::Placeholder(name) => return Err(name),
            Part::Text(text) if method == RegexMethod::IgnoreCaseBrackets => {
                text.chars().for_each(|c| either_case(c, strict, &mut out));
            }
            Part::Text(text) => text.chars().for_each(|c| escape(c, &mut out)),
        }
    }
    if held(pattern.parts().last()) {
        out.push('$');
    }
    Ok(out)
}

/// A letter in brackets with its other case. A letter whose other case is two letters is in no
/// class of single ones, so it stays alone.
fn either_case(c: char, strict: bool, out: &mut String) {
    let (lower, upper): (String, String) = (c.to_lowercase().collect(), c.to_uppercase().collect());
    let single = lower.chars().count() == 1 && upper.chars().count() == 1;
    if lower == upper || (strict && !single) {
        escape(c, out);
    } else {
        out.push('[');
        out.push_str(&lower);
        out.push_str(&upper);
        out.push(']');
    }
}

/// A character that means itself, with a backslash where Python's `re.escape` puts one.
fn escape(c: char, out: &mut String) {
    if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(c) {
        out.push('\\');
    }
    out.push(c);
}
