//! The text of the reference converter, its mistakes among it: alternatives that one value became
//! stand without parentheses, and comparisons of two fields are taken out of whatever they are in.

use std::fmt::Write as _;

use crate::query::pattern::{Part as Piece, Pattern};
use crate::query::refusal::{Refusal, Spot};
use crate::query::test::{FieldRef, RegexFlags, Test, TimePart};
use crate::query::tree::Leaf;
use crate::query::writer::{Link, cannot_say};

use super::label::{self, compare, network_test, opposite};
use super::parts::Part;
use super::{LANGUAGE, Source, number, regex, time_layout};

/// The query.
pub(super) fn query<'n>(part: &Part<'n>, source: Source<'n>) -> Result<String, Refusal<'n>> {
    let mut writer = Writer::default();
    let mut lines = String::new();
    let mut fields = String::new();
    let conjuncts = part.conjuncts();
    let above = (conjuncts.len() > 1).then_some(Link::And);
    for part in conjuncts {
        if part.has_keyword() {
            line_filter(&mut lines, part)?;
            continue;
        }
        let start = fields.len();
        fields.push_str(if start > 0 { " and " } else { "" });
        let before = fields.len();
        writer.part(&mut fields, part, above)?;
        if fields.len() == before {
            fields.truncate(start);
        }
    }
    let Source { selector, parser } = source;
    let mut query = [selector, &lines].concat();
    if writer.labels.is_empty() {
        if !fields.is_empty() {
            query.extend([" | ", parser, " | ", &fields]);
        }
        return Ok(query);
    }
    query = [selector, if lines.is_empty() { " " } else { &lines }].concat();
    if fields.is_empty() {
        query.extend(["| ", parser, " "]);
    } else {
        query.extend([" | ", parser, " | ", &fields]);
    }
    query.extend(["| label_format ", &writer.labels.join(","), " | ", &writer.conditions.join(" and ")]);
    Ok(query)
}

fn line_filter<'n>(out: &mut String, part: &Part<'n>) -> Result<(), Refusal<'n>> {
    let words: Option<(Vec<Leaf<'n>>, bool)> = match part {
        Part::Any(parts, _) => {
            let leaf = |part: &Part<'n>| match part {
                Part::Leaf(leaf, negated) if leaf.field.is_none() => Some((*leaf, *negated)),
                _ => None,
            };
            parts.iter().map(leaf).collect::<Option<Vec<_>>>().and_then(|leaves| {
                let negated = leaves.first()?.1;
                let same = leaves.iter().all(|(_, other)| *other == negated);
                same.then(|| (leaves.into_iter().map(|(leaf, _)| leaf).collect(), negated))
            })
        }
        part => part.keywords(),
    };
    let Some((words, negated)) = words else {
        return Err(Refusal::unsupported(
            first_spot(part),
            "the reference converter has no text for words without a field that are one of several alternatives",
        ));
    };
    if let ([leaf], false) = (words.as_slice(), negated)
        && let Test::Number(n) = leaf.test
    {
        out.extend([" |= ", &number(*n)]);
        return Ok(());
    }
    let mut text = String::new();
    for (i, leaf) in words.iter().enumerate() {
        text.push_str(if i > 0 { "|" } else { "" });
        match leaf.test {
            Test::Match(pattern) => {
                text.push_str(if i > 0 { "" } else { "(?i)" });
                let mut parts = pattern.parts();
                while let [Piece::Many, rest @ ..] | [rest @ .., Piece::Many] = parts {
                    parts = rest;
                }
                text.push_str(&body(parts));
            }
            Test::Regex(regex, flags) => text.push_str(&rule_regex(regex, *flags)),
            _ => return Err(cannot_say(leaf, LANGUAGE)),
        }
    }
    out.push_str(if negated { " !~ " } else { " |~ " });
    quoted(out, &text);
    Ok(())
}

fn first_spot<'n>(part: &Part<'n>) -> Spot<'n> {
    match part {
        Part::All(parts) | Part::Any(parts, _) => parts.first().map_or(Spot::Top("detection"), first_spot),
        Part::Leaf(leaf, _) => leaf.spot,
    }
}

#[derive(Default)]
struct Writer {
    /// `name=template`
    labels: Vec<String>,
    /// What the labels must be.
    conditions: Vec<String>,
    references: usize,
    times: usize,
}

impl Writer {
    fn part<'n>(&mut self, out: &mut String, part: &Part<'n>, above: Option<Link>) -> Result<(), Refusal<'n>> {
        let (children, link, bare) = match part {
            Part::Leaf(leaf, negated) => return self.comparison(out, leaf, *negated),
            Part::All(children) => (children, Link::And, true),
            Part::Any(children, bare) => (children, Link::Or, *bare),
        };
        let mut text = String::new();
        for child in children {
            let start = text.len();
            text.push_str(match link {
                _ if start == 0 => "",
                Link::And => " and ",
                Link::Or => " or ",
            });
            let before = text.len();
            self.part(&mut text, child, Some(link))?;
            if text.len() == before {
                text.truncate(start);
            }
        }
        if link == Link::Or && above == Some(Link::And) && !bare && !text.is_empty() {
            out.extend(["(", &text, ")"]);
        } else {
            out.push_str(&text);
        }
        Ok(())
    }

    fn comparison<'n>(&mut self, out: &mut String, leaf: &Leaf<'n>, negated: bool) -> Result<(), Refusal<'n>> {
        let field = leaf.field.unwrap_or_default();
        let name = label::name(field);
        let name = name.as_str();
        let equal = if negated { "!=" } else { "=" };
        match leaf.test {
            Test::Match(pattern) => {
                matches(out, name, negated, &whole(pattern, true));
            }
            Test::Cased(pattern) => match pattern.as_text() {
                Some(text) => {
                    out.extend([name, equal]);
                    quoted(out, text);
                }
                None => matches(out, name, negated, &whole(pattern, false)),
            },
            Test::Number(n) => out.extend([name, equal, &number(*n)]),
            Test::Null => out.extend([name, equal, "``"]),
            Test::Exists(there) => out.extend([name, if *there == negated { "=" } else { "!=" }, "\"\""]),
            Test::Regex(pattern, flags) => matches(out, name, negated, &rule_regex(pattern, *flags)),
            Test::Cidr(network) => network_test(out, name, negated, network),
            Test::Compare(comparison, n) => {
                compare(out, name, if negated { opposite(*comparison) } else { *comparison }, *n);
            }
            Test::FieldRef(other) => self.reference(name, other, negated),
            Test::TimePart(TimePart { part, number: n, .. }) => {
                let (layout, _) = time_layout(part).ok_or_else(|| cannot_say(leaf, LANGUAGE))?;
                let label = format!("date_{}", self.times);
                self.times += 1;
                self.labels.push(format!("{label}=`{{{{ date \"{layout}\" (unixToTime .{name}) }}}}`"));
                self.conditions.push(format!("{label}{equal}`{}`", number(*n)));
            }
            Test::Expression(pieces) => {
                out.extend(pieces.iter().map(|piece| piece.as_deref().unwrap_or(field)));
            }
            _ => return Err(cannot_say(leaf, LANGUAGE)),
        }
        Ok(())
    }

    fn reference(&mut self, name: &str, other: &FieldRef, negated: bool) {
        let function = match (other.open_start, other.open_end) {
            (false, false) => "eq",
            (false, true) => "hasPrefix",
            (true, false) => "hasSuffix",
            (true, true) => "contains",
        };
        let other = label::name(&other.field);
        let label = format!("match_{}", self.references);
        self.references += 1;
        self.labels
            .push(format!("{label}=`{{{{ if {function} .{other} .{name} }}}}true{{{{ else }}}}false{{{{ end }}}}`"));
        self.conditions.push(format!("{label}{}`true`", if negated { "!=" } else { "=" }));
    }
}

fn rule_regex(pattern: &str, flags: RegexFlags) -> String {
    flags.prefix() + pattern
}

fn matches(out: &mut String, name: &str, negated: bool, regex: &str) {
    out.extend([name, if negated { "!~" } else { "=~" }]);
    quoted(out, regex);
}

fn whole(pattern: &Pattern, ignore_case: bool) -> String {
    let parts = pattern.parts();
    let start = if parts.first() == Some(&Piece::Many) { "" } else { "^" };
    let end = if parts.last() == Some(&Piece::Many) { "" } else { "$" };
    [if ignore_case { "(?i)" } else { "" }, start, &body(parts), end].concat()
}

/// Pieces of a pattern as an expression, with all the backslashes Python would write, and those with which
/// Sigma keeps a `*` or `?` from being a wildcard.
fn body(parts: &[Piece]) -> String {
    let mut body = String::new();
    let escaped = |body: &mut String, text: &str| {
        for c in text.chars() {
            match c {
                '*' => body.push_str(r"\\.*"),
                '?' => body.push_str(r"\\."),
                c if u8::try_from(c).is_ok_and(regex::is_operator) || matches!(c, '\t'..='\r') => {
                    body.extend(['\\', c]);
                }
                c => body.push(c),
            }
        }
    };
    for part in parts {
        match part {
            Piece::Many => body.push_str(".*"),
            Piece::One => body.push('.'),
            Piece::Placeholder(name) => escaped(&mut body, &format!("%{name}%")),
            Piece::Text(text) => escaped(&mut body, text),
        }
    }
    body
}

fn quoted(out: &mut String, text: &str) {
    if text.contains('`') {
        let _ = write!(out, "\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    } else {
        out.extend(["`", text, "`"]);
    }
}
