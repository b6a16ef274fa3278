//! A Sigma regular expression in Lucene's dialect.
//!
//! Lucene's expressions match a whole term and know neither flags, `^`, `$`, `\b`, look-around nor
//! classes like `\d` in older versions; `" # @ & < > ~` are operators there. Sigma's search
//! anywhere, in the case written. So `^a` becomes `a.*` and `(?i)ab` becomes `[aA][bB]`.

use std::fmt::Write as _;

use regex_syntax::ast::{self, Ast};
use regex_syntax::ast::{AssertionKind, ClassPerlKind, ClassSet, ClassSetItem, Flag, GroupKind, RepetitionKind};
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use crate::query::refusal::Refusal;
use crate::query::test::RegexFlags;
use crate::query::tree::Leaf;

/// Characters a regular expression may have (`index.max_regex_length`).
const MAX_LENGTH: usize = 1000;

/// Lucene's regular expression for that of a comparison.
pub(super) fn of<'n>(leaf: &Leaf<'n>, pattern: &str, flags: RegexFlags) -> Result<String, Refusal<'n>> {
    let refuse = |reason: String| Refusal::unsupported(leaf.spot, reason);
    let regex = translate(pattern, flags).map_err(refuse)?;
    if regex.chars().count() > MAX_LENGTH {
        let reason = format!("the regular expression is longer than the {MAX_LENGTH} characters Elasticsearch takes");
        return Err(refuse(reason));
    }
    Ok(regex)
}

/// The expression between the slashes, those inside escaped. An error is the reason.
fn translate(pattern: &str, flags: RegexFlags) -> Result<String, String> {
    let ast = ast::parse::ParserBuilder::new()
        .nest_limit(64)
        .build()
        .parse(pattern)
        .map_err(|error| format!("the regular expression cannot be translated: {}", error.kind()))?;
    let mut writer = Writer { out: String::with_capacity(pattern.len() + 8), ignore_case: flags.ignore_case };
    writer.node(&ast, Edges { start: true, end: true })?;
    // `\/` would be read as an escaped slash, not as the end after a backslash.
    if writer.out.ends_with("\\\\") {
        writer.out.truncate(writer.out.len() - 2);
        writer.out.push_str("[\\\\]");
    }
    Ok(writer.out)
}

/// Whether a piece stands at the start or the end of the whole expression.
#[derive(Clone, Copy)]
struct Edges {
    start: bool,
    end: bool,
}

struct Writer {
    out: String,
    ignore_case: bool,
}

impl Writer {
    fn node(&mut self, ast: &Ast, edges: Edges) -> Result<(), String> {
        match ast {
            Ast::Alternation(alternation) => {
                let flag = self.ignore_case;
                for (i, branch) in alternation.asts.iter().enumerate() {
                    if i > 0 {
                        self.out.push('|');
                    }
                    self.node(branch, edges)?;
                }
                self.ignore_case = flag;
                Ok(())
            }
            Ast::Concat(concat) => self.concat(&concat.asts, edges),
            Ast::Group(group) => self.group(group, edges),
            other => self.concat(std::slice::from_ref(other), edges),
        }
    }

    /// A sequence; its first and last parts meet the edges. Setting flags is no part.
    fn concat(&mut self, parts: &[Ast], edges: Edges) -> Result<(), String> {
        let counts = |part: &&Ast| !matches!(part, Ast::Flags(_) | Ast::Empty(_));
        let total = parts.iter().filter(counts).count();
        if total == 0 {
            parts.iter().try_for_each(|part| self.part(part))?;
            if edges.start || edges.end {
                self.out.push_str(".*");
            } else {
                self.out.push_str("()");
            }
            return Ok(());
        }
        let mut seen = 0;
        for part in parts {
            seen += usize::from(counts(&part));
            let here = Edges { start: edges.start && seen == 1, end: edges.end && seen == total };
            match part {
                Ast::Group(group) => self.group(group, here)?,
                _ => self.edge_part(part, here, total)?,
            }
        }
        Ok(())
    }

    /// A part that is no group, with the `.*` its edges need.
    fn edge_part(&mut self, part: &Ast, edges: Edges, total: usize) -> Result<(), String> {
        if matches!(part, Ast::Flags(_) | Ast::Empty(_)) {
            return self.part(part);
        }
        if (is_start(part) && edges.start) || (is_end(part) && edges.end) {
            // An anchor that is a whole branch leaves what the other edge allows.
            match (total, edges.start && edges.end) {
                (1, true) => self.out.push_str(".*"),
                (1, false) => self.out.push_str("()"),
                _ => {}
            }
            return Ok(());
        }
        let any = is_any_run(part);
        if edges.start && !any {
            self.out.push_str(".*");
        }
        self.part(part)?;
        if edges.end && !any {
            self.out.push_str(".*");
        }
        Ok(())
    }

    fn group(&mut self, group: &ast::Group, edges: Edges) -> Result<(), String> {
        let flag = self.ignore_case;
        if let GroupKind::NonCapturing(flags) = &group.kind {
            self.flags(flags)?;
        }
        self.out.push('(');
        self.node(&group.ast, edges)?;
        self.out.push(')');
        self.ignore_case = flag;
        Ok(())
    }

    fn part(&mut self, ast: &Ast) -> Result<(), String> {
        match ast {
            Ast::Empty(_) => Ok(()),
            Ast::Flags(set) => self.flags(&set.flags),
            Ast::Literal(literal) => {
                self.literal(literal.c);
                Ok(())
            }
            Ast::Dot(_) => {
                self.out.push('.');
                Ok(())
            }
            // In the expressions of rules `\<` is an escaped character, not the start of a word.
            Ast::Assertion(assertion) if assertion.kind == AssertionKind::WordBoundaryStartAngle => {
                self.literal('<');
                Ok(())
            }
            Ast::Assertion(assertion) if assertion.kind == AssertionKind::WordBoundaryEndAngle => {
                self.literal('>');
                Ok(())
            }
            Ast::Assertion(assertion) => Err(format!("a Lucene regular expression has no {}", name(&assertion.kind))),
            Ast::ClassPerl(class) => {
                self.out.push_str(if class.negated { "[^" } else { "[" });
                self.out.push_str(perl(&class.kind));
                self.out.push(']');
                Ok(())
            }
            Ast::ClassBracketed(class) => self.class(class),
            Ast::ClassUnicode(_) => Err("a Lucene regular expression has no Unicode classes (`\\p`)".to_owned()),
            Ast::Repetition(repetition) => self.repetition(repetition),
            Ast::Group(group) => self.group(group, Edges { start: false, end: false }),
            Ast::Alternation(_) | Ast::Concat(_) => self.node(ast, Edges { start: false, end: false }),
        }
    }

    fn flags(&mut self, flags: &ast::Flags) -> Result<(), String> {
        if let Some(on) = flags.flag_state(Flag::CaseInsensitive) {
            self.ignore_case = on;
        }
        if flags.flag_state(Flag::IgnoreWhitespace) == Some(true) || flags.flag_state(Flag::SwapGreed) == Some(true) {
            return Err("a Lucene regular expression has no flags `x` and `U`".to_owned());
        }
        Ok(())
    }

    fn literal(&mut self, c: char) {
        if self.ignore_case && !other_cases(c, c).is_empty() {
            self.out.push('[');
            self.class_char(c);
            self.class_cases(c, c);
            self.out.push(']');
            return;
        }
        if r#".?+*|{}[]()"\#@&<>~/^$-"#.contains(c) {
            self.out.push('\\');
        }
        self.out.push(c);
    }

    fn class(&mut self, class: &ast::ClassBracketed) -> Result<(), String> {
        let ClassSet::Item(item) = &class.kind else {
            return Err("a Lucene regular expression has no set operations in classes".to_owned());
        };
        self.out.push_str(if class.negated { "[^" } else { "[" });
        self.class_item(item)?;
        self.out.push(']');
        Ok(())
    }

    fn class_item(&mut self, item: &ClassSetItem) -> Result<(), String> {
        match item {
            ClassSetItem::Empty(_) => {}
            ClassSetItem::Literal(literal) => {
                self.class_char(literal.c);
                self.class_cases(literal.c, literal.c);
            }
            ClassSetItem::Range(range) => {
                self.class_range(range.start.c, range.end.c);
                self.class_cases(range.start.c, range.end.c);
            }
            ClassSetItem::Perl(class) if !class.negated => self.out.push_str(perl(&class.kind)),
            ClassSetItem::Union(union) => union.items.iter().try_for_each(|item| self.class_item(item))?,
            _ => return Err("a Lucene regular expression cannot nest classes".to_owned()),
        }
        Ok(())
    }

    fn class_range(&mut self, start: char, end: char) {
        self.class_char(start);
        self.out.push('-');
        self.class_char(end);
    }

    fn class_char(&mut self, c: char) {
        if r#"[]\^-/"&"#.contains(c) {
            self.out.push('\\');
        }
        self.out.push(c);
    }

    /// What else a range of characters finds where case is ignored.
    fn class_cases(&mut self, start: char, end: char) {
        if !self.ignore_case {
            return;
        }
        for (start, end) in other_cases(start, end) {
            // Two neighbours need no sign of a range.
            if end as u32 - start as u32 <= 1 {
                (start..=end).for_each(|c| self.class_char(c));
            } else {
                self.class_range(start, end);
            }
        }
    }

    /// Laziness changes which match is found, never whether there is one.
    fn repetition(&mut self, repetition: &ast::Repetition) -> Result<(), String> {
        if matches!(&*repetition.ast, Ast::Repetition(_)) {
            self.out.push('(');
            self.part(&repetition.ast)?;
            self.out.push(')');
        } else {
            self.part(&repetition.ast)?;
        }
        let _ = match &repetition.op.kind {
            RepetitionKind::ZeroOrOne => self.out.write_char('?'),
            RepetitionKind::ZeroOrMore => self.out.write_char('*'),
            RepetitionKind::OneOrMore => self.out.write_char('+'),
            RepetitionKind::Range(ast::RepetitionRange::Exactly(n)) => write!(self.out, "{{{n}}}"),
            RepetitionKind::Range(ast::RepetitionRange::AtLeast(n)) => write!(self.out, "{{{n},}}"),
            RepetitionKind::Range(ast::RepetitionRange::Bounded(n, m)) => write!(self.out, "{{{n},{m}}}"),
        };
        Ok(())
    }
}

/// The characters that are another case of one of a range. Those of ASCII have theirs in ASCII.
fn other_cases(start: char, end: char) -> Vec<(char, char)> {
    let mut others = Vec::new();
    for (low, high) in [('a', 'z'), ('A', 'Z')] {
        let (start, end) = (start.max(low), end.min(high));
        if start <= end {
            others.push(((start as u8 ^ 0x20) as char, (end as u8 ^ 0x20) as char));
        }
    }
    let start = start.max('\u{80}');
    if start <= end {
        let given = ClassUnicode::new([ClassUnicodeRange::new(start, end)]);
        let mut folded = given.clone();
        if folded.try_case_fold_simple().is_ok() {
            folded.difference(&given);
            others.extend(folded.iter().map(|range| (range.start(), range.end())));
        }
    }
    others
}

fn is_start(ast: &Ast) -> bool {
    matches!(ast, Ast::Assertion(a) if matches!(a.kind, AssertionKind::StartLine | AssertionKind::StartText))
}

fn is_end(ast: &Ast) -> bool {
    matches!(ast, Ast::Assertion(a) if matches!(a.kind, AssertionKind::EndLine | AssertionKind::EndText))
}

/// `.*` already, so that another would say nothing.
fn is_any_run(ast: &Ast) -> bool {
    matches!(ast, Ast::Repetition(r) if matches!(r.op.kind, RepetitionKind::ZeroOrMore) && matches!(&*r.ast, Ast::Dot(_)))
}

fn perl(kind: &ClassPerlKind) -> &'static str {
    match kind {
        ClassPerlKind::Digit => "0-9",
        // Line breaks would not survive a search bar.
        ClassPerlKind::Space => " \t",
        ClassPerlKind::Word => "a-zA-Z0-9_",
    }
}

fn name(kind: &AssertionKind) -> &'static str {
    match kind {
        AssertionKind::StartLine | AssertionKind::StartText => "`^` inside the expression",
        AssertionKind::EndLine | AssertionKind::EndText => "`$` inside the expression",
        _ => "word boundary (`\\b`)",
    }
}

#[cfg(test)]
mod tests {
    use super::translate;
    use crate::query::test::RegexFlags;

    fn lucene(pattern: &str) -> String {
        translate(pattern, RegexFlags::default()).expect(pattern)
    }

    #[test]
    fn a_search_becomes_a_match_of_the_whole() {
        for (pattern, expected) in [
            ("abc", ".*abc.*"),
            ("^abc", "abc.*"),
            ("abc$", ".*abc"),
            ("^abc$", "abc"),
            ("^a|b$", "a.*|.*b"),
            ("(^a|b)c", "(a|.*b)c.*"),
            (".*abc.*", ".*abc.*"),
            ("a(b|c$)", ".*a(b.*|c)"),
            ("^$", ""),
            ("(^|a)b", "(()|.*a)b.*"),
            ("^|b", ".*|.*b.*"),
            ("(x|)", "(.*x.*|.*)"),
            (r"\<a\>", r".*\<a\>.*"),
            ("a+?b", ".*a+b.*"),
            (r"\d{2}\s", ".*[0-9]{2}[ \t].*"),
            (r"a/b<c>", r".*a\/b\<c\>.*"),
            (r"(?i)ab1", ".*[aA][bB]1.*"),
            (r"(?i)[a-f]$", ".*[a-fA-F]"),
            (r"(?i)Äß½", ".*[Ää][ßẞ]½.*"),
            (r"(?i)^[ä-öσ]$", "[ä-öÄ-Ö\u{212b}σΣς]"),
            (r"x\\$", r".*x[\\]"),
            (r"(?:a|b)+", ".*(a|b)+.*"),
        ] {
            assert_eq!(lucene(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn what_lucene_lacks_is_named() {
        for (pattern, reason) in [
            (r"\bfoo\b", "a Lucene regular expression has no word boundary (`\\b`)"),
            (
                "a(?=b)",
                "the regular expression cannot be translated: look-around, including look-ahead and look-behind, is not supported",
            ),
            (r"(a)\1", "the regular expression cannot be translated: backreferences are not supported"),
            ("a^b", "a Lucene regular expression has no `^` inside the expression"),
        ] {
            assert_eq!(translate(pattern, RegexFlags::default()), Err(reason.to_owned()));
        }
    }
}
