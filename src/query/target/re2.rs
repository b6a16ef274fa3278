//! Regular expressions as RE2 reads them, which is what programs written in Go take.

use regex_syntax::ast::{self, Ast, ClassSetItem, Visitor};

use crate::query::pattern::{Part, Pattern};
use crate::query::refusal::Refusal;
use crate::query::test::RegexFlags;
use crate::query::tree::Leaf;

use super::kusto_syntax::regex_body;

/// The most often a piece may be repeated by its bounds.
const MAX_REPEAT: u32 = 1000;

/// A rule's regular expression with its flags, which the engine finds anywhere in a value.
pub(super) fn rule<'n>(
    leaf: &Leaf<'n>,
    engine: &str,
    expression: &str,
    flags: RegexFlags,
) -> Result<String, Refusal<'n>> {
    parse(leaf, engine, expression)?;
    Ok(flags.prefix() + expression)
}

/// What a rule's regular expression is made of, if `engine` takes it.
pub(super) fn parse<'n>(leaf: &Leaf<'n>, engine: &str, expression: &str) -> Result<Ast, Refusal<'n>> {
    let cannot =
        |why: &str| Refusal::unsupported(leaf.spot, format!("{engine} does not take the regular expression: {why}"));
    // To the parser below `\<` is the edge of a word, to RE2 a character.
    let mut readable = String::with_capacity(expression.len());
    let mut chars = expression.chars();
    while let Some(c) = chars.next() {
        match (c, chars.as_str().chars().next()) {
            ('\\', Some('<' | '>')) => {}
            ('\\', Some(next)) => {
                readable.extend(['\\', next]);
                chars.next();
            }
            _ => readable.push(c),
        }
    }
    let parsed = ast::parse::ParserBuilder::new().nest_limit(64).build().parse(&readable);
    let parsed = parsed.map_err(|error| cannot(&error.kind().to_string()))?;
    ast::visit(&parsed, Foreign).map_err(cannot)?;
    Ok(parsed)
}

/// Finds what Rust's `regex`, whose parser reads the expression, knows and RE2 does not.
struct Foreign;

impl Visitor for Foreign {
    type Output = ();
    type Err = &'static str;

    fn finish(self) -> Result<(), &'static str> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), &'static str> {
        use ast::{AssertionKind, Flag, FlagsItemKind, GroupKind, RepetitionKind, RepetitionRange};
        let flags = match ast {
            Ast::Flags(set) => Some(&set.flags),
            Ast::Group(group) => match &group.kind {
                GroupKind::NonCapturing(flags) => Some(flags),
                _ => None,
            },
            Ast::Literal(literal) => return escape(&literal.kind),
            Ast::Assertion(assertion) => {
                return match assertion.kind {
                    AssertionKind::StartLine
                    | AssertionKind::EndLine
                    | AssertionKind::StartText
                    | AssertionKind::EndText
                    | AssertionKind::WordBoundary
                    | AssertionKind::NotWordBoundary => Ok(()),
                    _ => Err("it knows no start and no end of a word"),
                };
            }
            Ast::Repetition(repetition) => {
                let most = match &repetition.op.kind {
                    RepetitionKind::Range(RepetitionRange::Bounded(_, most)) => *most,
                    RepetitionKind::Range(RepetitionRange::Exactly(n) | RepetitionRange::AtLeast(n)) => *n,
                    _ => 0,
                };
                return if most > MAX_REPEAT { Err("nothing may be repeated more than 1,000 times") } else { Ok(()) };
            }
            _ => None,
        };
        let unknown = |kind: &FlagsItemKind| {
            matches!(kind, FlagsItemKind::Flag(Flag::IgnoreWhitespace | Flag::CRLF | Flag::Unicode))
        };
        match flags {
            Some(flags) if flags.items.iter().any(|item| unknown(&item.kind)) => {
                Err("it knows no flags but `i`, `m`, `s` and `U`")
            }
            _ => Ok(()),
        }
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), &'static str> {
        match item {
            ClassSetItem::Bracketed(_) => Err("it knows no class within a class"),
            ClassSetItem::Literal(literal) => escape(&literal.kind),
            ClassSetItem::Range(range) => escape(&range.start.kind).and_then(|()| escape(&range.end.kind)),
            _ => Ok(()),
        }
    }

    fn visit_class_set_binary_op_pre(&mut self, _: &ast::ClassSetBinaryOp) -> Result<(), &'static str> {
        Err("it knows no operators between classes")
    }
}

/// `\x{…}` is a character there, `\u` is not.
fn escape(kind: &ast::LiteralKind) -> Result<(), &'static str> {
    use ast::{HexLiteralKind, LiteralKind};
    match kind {
        LiteralKind::HexFixed(HexLiteralKind::UnicodeShort | HexLiteralKind::UnicodeLong)
        | LiteralKind::HexBrace(HexLiteralKind::UnicodeShort | HexLiteralKind::UnicodeLong) => {
            Err("it knows no escape `\\u`")
        }
        _ => Ok(()),
    }
}

/// One expression that fits what any of `patterns` fits, in any case or in exactly theirs; `whole`
/// unless a pattern may stand anywhere in the value. A `*` goes over line breaks, too.
pub(super) fn of_patterns(patterns: &[&Pattern], ignore_case: bool, whole: bool) -> String {
    let bodies: Vec<String> = patterns.iter().map(|pattern| body(pattern, whole)).collect();
    let has_wildcard = patterns.iter().any(|pattern| stripped(pattern).0.iter().any(|part| !is_text(part)));
    let flags = RegexFlags {
        ignore_case: ignore_case && patterns.iter().any(|pattern| has_case(pattern)),
        multi_line: false,
        dot_all: has_wildcard || bodies.iter().any(|body| body == "."),
    };
    flags.prefix() + &bodies.join("|")
}

/// Whether there are letters in a pattern, which have a case as a rule.
pub(super) fn has_case(pattern: &Pattern) -> bool {
    pattern.parts().iter().any(|part| matches!(part, Part::Text(text) if text.chars().any(char::is_alphabetic)))
}

fn body(pattern: &Pattern, whole: bool) -> String {
    let (parts, open_start, open_end) = stripped(pattern);
    if parts.is_empty() && (open_start || open_end) {
        return ".".to_owned();
    }
    let start = if whole && !open_start { "^" } else { "" };
    let end = if whole && !open_end { "$" } else { "" };
    [start, &regex_body(parts), end].concat()
}

/// A pattern without the `*` at its ends, and whether there were some.
fn stripped(pattern: &Pattern) -> (&[Part], bool, bool) {
    let mut parts = pattern.parts();
    let (mut open_start, mut open_end) = (false, false);
    while let [Part::Many, rest @ ..] = parts {
        (parts, open_start) = (rest, true);
    }
    while let [rest @ .., Part::Many] = parts {
        (parts, open_end) = (rest, true);
    }
    (parts, open_start, open_end)
}

fn is_text(part: &Part) -> bool {
    matches!(part, Part::Text(_))
}
