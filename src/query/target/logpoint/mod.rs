//! `logpoint`: searches of Logpoint.
//!
//! OR binds tighter than AND, which is a space. Values are compared in any case; `*` and `?` are
//! wildcards wherever they stand, and a backslash is a character like any other. What a search
//! cannot say becomes a field that commands in front of it make.

mod azure;
mod conditions;
mod networks;

use crate::query::pattern::{Part, Pattern};
use crate::query::reading::Reading;
use crate::query::refusal::Refusal;
use crate::query::test::{RegexFlags, Test};
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{
    Dialect, Form, Grouping, Link, List, Lists, Syntax, Written, cannot_say, grouped, write_negation,
};

use self::conditions::Conditions;
use super::elastic::is_finite;
use super::kusto_syntax::wildcard_regex;
use super::re2::has_case;
use super::{Format, Target};

pub(super) const TARGET: Target = Target {
    name: "logpoint",
    title: "Logpoint",
    description: "search of Logpoint",
    formats: &[Format { name: "default", description: "the search", language: "logpoint", write, correlate: None }],
    legacy: None,
};

const LANGUAGE: &str = "a Logpoint search";

/// Words that are no names of fields unless they are quoted.
const KEYWORDS: [&str; 7] = ["and", "chart", "filter", "in", "or", "process", "search"];

fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let search = |node: &Node<'n>| {
        let mut logpoint = Logpoint { strict: reading.strict(), conditions: Conditions::default() };
        match node {
            Node::And(children) if reading.strict() => logpoint.terms_first(children),
            node => {
                let search = logpoint.query(node)?;
                Ok(logpoint.conditions.between("", &search))
            }
        }
    };
    reading.queries.iter().map(search).collect()
}

/// A search while it is written.
struct Logpoint {
    strict: bool,
    conditions: Conditions,
}

impl<'n> Dialect<'n> for Logpoint {
    const SYNTAX: Syntax =
        Syntax { and: " ", or: " OR ", not: "-", grouping: Grouping::OrFirst, lists: Lists::ANY, not_null: false };

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        let Some(field) = leaf.field else { return self.keyword(out, &leaf) };
        if self.strict && !can_be_named(field) {
            let reason = format!("{LANGUAGE} has no quotes for the name of the field `{}`", field.escape_debug());
            return Err(Refusal::unsupported(leaf.spot, reason));
        }
        if azure::may_be_inside(field) {
            match leaf.test {
                Test::Match(pattern) | Test::Cased(pattern)
                    if pattern.placeholder().is_none() && (!self.strict || matches!(leaf.test, Test::Match(_))) =>
                {
                    if let Some((field, pattern)) = azure::inside(field, pattern) {
                        return self.text(out, &leaf, &field, &pattern);
                    }
                    if !self.strict {
                        return Err(cannot_say(&leaf, LANGUAGE));
                    }
                }
                _ if !self.strict => return Err(cannot_say(&leaf, LANGUAGE)),
                _ => {}
            }
        }
        match leaf.test {
            // The reference takes the dash, which Windows writes where there is nothing, for no value.
            Test::Match(pattern) if !self.strict && pattern.as_text() == Some("-") => {
                name(out, field);
                out.push_str("!=*");
            }
            Test::Match(pattern) if pattern.placeholder().is_none() => {
                return self.text(out, &leaf, field, pattern);
            }
            Test::Cased(pattern) if self.strict && pattern.placeholder().is_none() => {
                return self.whole(out, &leaf, field, pattern, false);
            }
            Test::Number(number) if is_finite(*number) => {
                name(out, field);
                out.extend(["=", &number.to_string()]);
            }
            Test::Bool(b) if self.strict => {
                name(out, field);
                out.push_str(if *b { "=\"true\"" } else { "=\"false\"" });
            }
            Test::Null if !self.strict => {
                name(out, field);
                out.push_str("!=*");
            }
            Test::Null | Test::Exists(false) => {
                out.push('-');
                name(out, field);
                out.push_str("=*");
                return Ok(Form::Negated);
            }
            Test::Exists(true) => {
                name(out, field);
                out.push_str("=*");
            }
            Test::Regex(regex, flags) => return self.regex(out, &leaf, field, regex, *flags),
            Test::Cidr(network) => {
                let texts = if self.strict { networks::exact(network) } else { networks::common(network) };
                let Some(texts) = texts else {
                    let reason = format!("the addresses of the network `{network}` have no beginning of their own");
                    return Err(Refusal::unsupported(leaf.spot, reason));
                };
                name(out, field);
                out.push_str(" IN [");
                for (i, text) in texts.iter().enumerate() {
                    out.extend([if i > 0 { ", \"" } else { "\"" }, text, "\""]);
                }
                out.push(']');
            }
            Test::Compare(comparison, number) if is_finite(*number) => {
                name(out, field);
                out.extend([" ", comparison.sign(), " ", &number.to_string()]);
            }
            _ => return Err(cannot_say(&leaf, LANGUAGE)),
        }
        Ok(Form::Single)
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            Test::Match(pattern) => pattern.placeholder().is_none() && (!self.strict || can_be_quoted(pattern)),
            Test::Cased(pattern) => !self.strict && pattern.placeholder().is_none(),
            Test::Number(number) => is_finite(*number),
            _ => false,
        }
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        let field =
            if azure::may_be_inside(list.field) { azure::inside(list.field, &Pattern::default()) } else { None };
        let fits = |test: &&Test| match test {
            Test::Match(pattern) | Test::Cased(pattern) if field.is_some() => {
                !self.strict || azure::inside(list.field, pattern).is_some_and(|(_, pattern)| can_be_quoted(&pattern))
            }
            _ => field.is_none() && (!self.strict || can_be_named(list.field)),
        };
        if !list.tests.iter().all(fits) {
            let leaves: Vec<Node<'n>> = list.leaves().map(Node::Leaf).collect();
            return self.join(out, &leaves, list.link);
        }
        name(out, field.as_ref().map_or(list.field, |(field, _)| field));
        out.push_str(" IN [");
        for (i, test) in list.tests.iter().enumerate() {
            out.push_str(if i > 0 { ", " } else { "" });
            match test {
                Test::Match(pattern) | Test::Cased(pattern) if field.is_some() => {
                    spelled(out, azure::inside(list.field, pattern).as_ref().map_or(pattern, |(_, pattern)| pattern));
                }
                Test::Match(pattern) | Test::Cased(pattern) => spelled(out, pattern),
                Test::Number(number) => out.push_str(&number.to_string()),
                _ => {}
            }
        }
        out.push(']');
        Ok(Form::Single)
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        if !self.strict {
            out.push('-');
            grouped(out, |out| self.node(out, child), |_| !matches!(child, Node::Leaf(_)))?;
            return Ok(Form::Negated);
        }
        if let Node::Leaf(leaf @ Leaf { field: Some(_), test: Test::Null | Test::Exists(false), .. }) = child {
            return self.leaf(out, Leaf { test: &Test::Exists(true), ..*leaf });
        }
        write_negation(self, out, child)
    }

    fn groups(&self, link: Link, child: &Node<'n>, _: Form) -> bool {
        link == Link::Or && matches!(child, Node::And(_))
    }
}

impl Logpoint {
    /// A search of what needs no command, so that the commands have little to look at, then of
    /// what they made.
    fn terms_first<'n>(&mut self, children: &[Node<'n>]) -> Result<String, Refusal<'n>> {
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for child in children {
            let before = self.conditions.len();
            let mut text = String::new();
            self.node(&mut text, child)?;
            if self.conditions.len() == before {
                first.push(text);
                continue;
            }
            second.push(text);
            if let Node::Leaf(Leaf { field: Some(field), test: Test::Match(pattern), .. }) = child
                && !azure::may_be_inside(field)
            {
                let mut wider = String::new();
                name(&mut wider, field);
                wider.push('=');
                spelled(&mut wider, &widened(pattern));
                first.push(wider);
            }
        }
        Ok(self.conditions.between(&first.join(Self::SYNTAX.and), &second.join(Self::SYNTAX.and)))
    }

    /// A value of text.
    fn text<'n>(&mut self, out: &mut String, leaf: &Leaf<'n>, field: &str, pattern: &Pattern) -> Written<'n> {
        if self.strict && !can_be_quoted(pattern) {
            return self.whole(out, leaf, field, pattern, true);
        }
        name(out, field);
        out.push('=');
        spelled(out, pattern);
        Ok(Form::Single)
    }

    /// A pattern that no quotes can hold.
    fn whole<'n>(
        &mut self,
        out: &mut String,
        leaf: &Leaf<'n>,
        field: &str,
        pattern: &Pattern,
        ignore_case: bool,
    ) -> Written<'n> {
        let regex = wildcard_regex(pattern, ignore_case && has_case(pattern), true);
        self.regex(out, leaf, field, &regex, RegexFlags::default())
    }

    fn regex<'n>(
        &mut self,
        out: &mut String,
        leaf: &Leaf<'n>,
        field: &str,
        regex: &str,
        flags: RegexFlags,
    ) -> Written<'n> {
        let condition = if self.strict {
            if !conditions::can_be_argument(field) {
                let reason = format!("{LANGUAGE} cannot look at the field `{field}` by a regular expression");
                return Err(Refusal::unsupported(leaf.spot, reason));
            }
            self.conditions.add(field, regex, flags)
        } else {
            self.conditions.add_as_reference(field, &(flags.prefix() + regex))
        };
        name(out, &condition);
        out.push_str("=\"true\"");
        Ok(Form::Single)
    }

    /// A word or phrase anywhere in the event.
    fn keyword<'n>(&self, out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
        match leaf.test {
            Test::Match(pattern) if self.strict && pattern.placeholder().is_none() && !can_be_quoted(pattern) => {
                spelled(out, &widened(pattern));
            }
            Test::Match(pattern) if pattern.placeholder().is_none() => spelled(out, pattern),
            Test::Cased(pattern) if !self.strict && pattern.placeholder().is_none() => spelled(out, pattern),
            Test::Number(number) if is_finite(*number) => out.extend(["\"", &number.to_string(), "\""]),
            _ => return Err(cannot_say(leaf, LANGUAGE)),
        }
        Ok(Form::Single)
    }
}

/// Whether a pattern means the same in quotes: they hold no quotes of both kinds and no line
/// breaks, and every `*` and `?` in them is a wildcard.
fn can_be_quoted(pattern: &Pattern) -> bool {
    let has = |found: fn(char) -> bool| {
        pattern.parts().iter().any(|part| matches!(part, Part::Text(text) if text.contains(found)))
    };
    let no_quotes_left = has(|c| c == '"') && has(|c| c == '\'');
    !no_quotes_left && !has(|c| matches!(c, '*' | '?') || c.is_control())
}

/// A pattern that can be quoted and fits all that this one does, and maybe more.
fn widened(pattern: &Pattern) -> Pattern {
    let mut wider = Pattern::default();
    for part in pattern.parts() {
        let Part::Text(text) = part else {
            wider.push(part.clone());
            continue;
        };
        for (i, piece) in text.split(|c: char| c == '"' || c.is_control()).enumerate() {
            if i > 0 {
                wider.push(Part::One);
            }
            wider.push_text(piece);
        }
    }
    wider
}

/// Whether the name of a field can stand in double quotes.
fn can_be_named(field: &str) -> bool {
    !field.contains(|c: char| c == '"' || c.is_control())
}

/// A pattern in double quotes or, with some of those in it, in single ones.
fn spelled(out: &mut String, pattern: &Pattern) {
    let has_quote = |part: &Part| matches!(part, Part::Text(text) if text.contains('"'));
    let quote = if pattern.parts().iter().any(has_quote) { '\'' } else { '"' };
    out.push(quote);
    for part in pattern.parts() {
        match part {
            Part::Many => out.push('*'),
            Part::One => out.push('?'),
            Part::Text(text) | Part::Placeholder(text) => out.push_str(text),
        }
    }
    out.push(quote);
}

fn name(out: &mut String, name: &str) {
    let plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
        && !KEYWORDS.iter().any(|word| word.eq_ignore_ascii_case(name));
    let quote = if plain { "" } else { "\"" };
    out.extend([quote, name, quote]);
}
