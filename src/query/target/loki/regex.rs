//! Regular expressions of Go (RE2), which `LogQL` has.

use regex_syntax::ast::{self, Ast};

use crate::query::pattern::{Part as Piece, Pattern};
use crate::query::refusal::Refusal;
use crate::query::test::{RegexFlags, Test};
use crate::query::tree::Leaf;
use crate::query::writer::cannot_say;

use super::super::re2;
use super::parts::Part;
use super::{LANGUAGE, label, number};

/// An expression without its ends.
pub(super) struct Regex {
    /// `(?i)` or the like, or nothing.
    pub(super) flags: &'static str,
    /// What is looked for.
    pub(super) body: String,
}

/// Words without a field, one of which a line must have; or, if negated, one that it must not have.
pub(super) struct Alternatives<'n> {
    leaves: Vec<Leaf<'n>>,
    negated: bool,
}

impl<'n> Alternatives<'n> {
    /// Those of a part, if it is nothing else.
    pub(super) fn of(part: &Part<'n>) -> Option<Self> {
        part.keywords().map(|(leaves, negated)| Self { leaves, negated })
    }

    /// Writes a filter of lines.
    pub(super) fn line_filter(&self, out: &mut String) -> Result<(), Refusal<'n>> {
        let regexes: Vec<Regex> = self.leaves.iter().map(|leaf| keyword(leaf)).collect::<Result<_, _>>()?;
        out.push_str(if self.negated { " !~ " } else { " |~ " });
        let same = regexes.windows(2).all(|pair| pair[0].flags == pair[1].flags);
        let mut text = String::new();
        for (i, Regex { flags, body }) in regexes.iter().enumerate() {
            text.push_str(if i > 0 { "|" } else { "" });
            match flags.strip_suffix(')') {
                // The flags of the first hold for all that follows.
                _ if same => text.extend([if i == 0 { flags } else { "" }, body]),
                Some(flags) => text.extend([flags, ":", body, ")"]),
                None => text.extend(["(?:", body, ")"]),
            }
        }
        label::quoted(out, &text);
        Ok(())
    }
}

/// A word without a field as an expression for any place in a line.
///
/// Parsers read JSON and `logfmt`, where a backslash, a quotation mark and control characters of a value stand
/// escaped.
pub(super) fn keyword<'n>(leaf: &Leaf<'n>) -> Result<Regex, Refusal<'n>> {
    let (pattern, ignore_case) = match leaf.test {
        Test::Match(pattern) if pattern.placeholder().is_none() => (pattern, true),
        Test::Cased(pattern) if pattern.placeholder().is_none() => (pattern, false),
        Test::Number(n) => return Ok(Regex { flags: "", body: body(&[Piece::Text(number(*n))], true) }),
        Test::Regex(regex, flags) => {
            let ends = ends_of(leaf, regex)?;
            let body = if ends.alternatives { format!("(?:{regex})") } else { regex.clone() };
            return Ok(Regex { flags: flags_of(*flags), body });
        }
        _ => return Err(cannot_say(leaf, LANGUAGE)),
    };
    let mut parts = pattern.parts();
    while let [Piece::Many, rest @ ..] | [rest @ .., Piece::Many] = parts {
        parts = rest;
    }
    let wild = parts.iter().any(|part| matches!(part, Piece::Many | Piece::One));
    Ok(Regex { flags: flags(ignore_case, wild), body: body(parts, true) })
}

fn flags(ignore_case: bool, dot_all: bool) -> &'static str {
    flags_of(RegexFlags { ignore_case, multi_line: false, dot_all })
}

/// [`RegexFlags::prefix`] without an allocation.
fn flags_of(flags: RegexFlags) -> &'static str {
    match (flags.ignore_case, flags.multi_line, flags.dot_all) {
        (false, false, false) => "",
        (true, false, false) => "(?i)",
        (false, true, false) => "(?m)",
        (false, false, true) => "(?s)",
        (true, true, false) => "(?im)",
        (true, false, true) => "(?is)",
        (false, true, true) => "(?ms)",
        (true, true, true) => "(?ims)",
    }
}

/// A pattern as an expression for a whole value, whether or not the engine looks for that only: releases
/// of Loki differ. A wildcard stands for line breaks, too.
pub(super) fn whole(pattern: &Pattern, ignore_case: bool) -> String {
    let mut regex = String::with_capacity(64);
    regex.push_str(flags(ignore_case, pattern.has_wildcard()));
    put_alternative(&mut regex, pattern);
    regex
}

/// The same without flags.
pub(super) fn alternative(pattern: &Pattern) -> String {
    let mut regex = String::with_capacity(64);
    put_alternative(&mut regex, pattern);
    regex
}

fn put_alternative(out: &mut String, pattern: &Pattern) {
    let parts = pattern.parts();
    out.push_str(if parts.first() == Some(&Piece::Many) { "" } else { "^" });
    put_body(out, parts, false);
    out.push_str(if parts.last() == Some(&Piece::Many) { "" } else { "$" });
}

/// Characters of a regular expression that get a backslash.
#[rustfmt::skip]
pub(super) const fn is_operator(byte: u8) -> bool {
    matches!(byte,
        b'\\' | b'.' | b'^' | b'$' | b'*' | b'+' | b'?' | b'{' | b'}' | b'[' | b']' | b'(' | b')' | b'|' | b'-' | b'&'
            | b'~' | b'#' | b' ')
}

/// What may not stand as it is, by byte.
static SPECIAL: [bool; 256] = {
    let mut special = [false; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        special[byte as usize] = is_operator(byte) || byte == b'"' || byte.is_ascii_control();
        byte += 1;
    }
    special
};

/// Pieces of a pattern as an expression; of a word in a line, as it may stand there escaped.
pub(super) fn body(parts: &[Piece], in_line: bool) -> String {
    let mut body = String::with_capacity(64);
    put_body(&mut body, parts, in_line);
    body
}

fn put_body(body: &mut String, parts: &[Piece], in_line: bool) {
    for part in parts {
        let text = match part {
            Piece::Many => {
                body.push_str(".*");
                continue;
            }
            Piece::One => {
                body.push('.');
                continue;
            }
            Piece::Text(text) | Piece::Placeholder(text) => text,
        };
        let mut copied = 0;
        for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| SPECIAL[usize::from(*byte)]) {
            body.push_str(&text[copied..at]);
            copied = at + 1;
            match byte {
                b'\\' if in_line => body.push_str(r"\\\\?"),
                b'"' if in_line => body.push_str(r#"\\?""#),
                b'\n' if in_line => body.push_str(r"(?:\n|\\n)"),
                b'\r' if in_line => body.push_str(r"(?:\r|\\r)"),
                b'\t' if in_line => body.push_str(r"(?:\t|\\t)"),
                b'"' => body.push('"'),
                b'\n' => body.push_str(r"\n"),
                b'\r' => body.push_str(r"\r"),
                b'\t' => body.push_str(r"\t"),
                byte if byte.is_ascii_control() => body.extend(["\\x", &format!("{byte:02x}")]),
                byte => body.extend(['\\', char::from(byte)]),
            }
        }
        body.push_str(&text[copied..]);
    }
}

/// A rule's expression for any place in a value.
pub(super) fn anywhere<'n>(leaf: &Leaf<'n>, regex: &str, flags: RegexFlags) -> Result<String, Refusal<'n>> {
    let ends = ends_of(leaf, regex)?;
    let any = |bound: bool| if bound && !flags.multi_line { "" } else { "(?s:.*)" };
    let (open, close) = if ends.alternatives { ("(?:", ")") } else { ("", "") };
    Ok([flags_of(flags), any(ends.start), open, regex, close, any(ends.end)].concat())
}

/// How an expression begins and ends.
struct Ends {
    /// With `^`.
    start: bool,
    /// With `$`.
    end: bool,
    /// It is several alternatives.
    alternatives: bool,
}

fn ends_of<'n>(leaf: &Leaf<'n>, regex: &str) -> Result<Ends, Refusal<'n>> {
    let ast = re2::parse(leaf, "Loki", regex)?;
    let is = |ast: Option<&Ast>, wanted: &[ast::AssertionKind]| match ast {
        Some(Ast::Assertion(assertion)) => wanted.contains(&assertion.kind),
        _ => false,
    };
    let parts = match &ast {
        Ast::Concat(concat) => concat.asts.as_slice(),
        one => std::slice::from_ref(one),
    };
    Ok(Ends {
        start: is(parts.first(), &[ast::AssertionKind::StartLine, ast::AssertionKind::StartText]),
        end: is(parts.last(), &[ast::AssertionKind::EndLine, ast::AssertionKind::EndText]),
        alternatives: matches!(ast, Ast::Alternation(_)),
    })
}
