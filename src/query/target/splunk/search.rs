//! The search command: terms, and what is left to the commands behind it.

use crate::query::pattern::{Part, Pattern};
use crate::query::refusal::Refusal;
use crate::query::test::{FieldRef, Test, TimePart};
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{
    Dialect, Form, Grouping, Link, List, Lists, Syntax, Written, cannot_say, is_string_or_number, write_join,
    write_negation,
};

use super::super::elastic::pattern_regex;
use super::deferred::Deferred;

const LANGUAGE: &str = "a Splunk search";

/// What may stand behind a search.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Commands {
    /// Commands, and a second search for all terms.
    AllTerms,
    /// The same, but plain terms at the start stay before them.
    FirstTermsBefore,
    /// None: more may be found than is asked for.
    Without,
}

/// A search while it is written.
pub(super) struct Splunk {
    strict: bool,
    commands: Commands,
    deferred: Deferred,
    /// Whether what is written must hold for every event, so that a command can check it.
    required: bool,
}

impl Splunk {
    pub(super) fn new(strict: bool, commands: Commands) -> Self {
        Self { strict, commands, deferred: Deferred::default(), required: true }
    }

    /// A search alone, which finds at least what is asked for.
    pub(super) fn widely<'n>(node: &Node<'n>) -> Result<String, Refusal<'n>> {
        Self::new(true, Commands::Without).query(node)
    }

    /// The search, and what it leaves to commands.
    pub(super) fn parts<'n>(mut self, node: &Node<'n>) -> Result<(String, Deferred), Refusal<'n>> {
        let search = self.query(node)?;
        Ok((search, self.deferred))
    }

    /// The search with all commands.
    pub(super) fn search<'n>(mut self, node: &Node<'n>) -> Result<String, Refusal<'n>> {
        let search = self.query(node)?;
        let mut text = String::with_capacity(search.len() + 64);
        if self.deferred.conditions.is_empty() {
            text.push_str(if search.is_empty() { "*" } else { &search });
        } else {
            let at = if self.commands == Commands::FirstTermsBefore { self.first_terms_of(&search) } else { 0 };
            let (first, rest) = search.split_at(at);
            text.push_str(first.trim_end());
            if self.strict && text.is_empty() {
                // A pipe at the start would ask for a command that makes events.
                text.push('*');
            }
            for condition in &self.deferred.conditions {
                text.push_str("\n| ");
                text.push_str(condition);
            }
            text.push_str("\n| search ");
            text.push_str(rest);
        }
        for check in &self.deferred.checks {
            text.push_str("\n| ");
            text.push_str(check);
        }
        Ok(text)
    }

    /// Bytes of the plain `field=value` terms at the start, which narrow the search before any
    /// command runs.
    fn first_terms_of(&self, search: &str) -> usize {
        let mut end = 0;
        loop {
            let rest = &search[end..];
            let Some(equals) = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')) else { return end };
            let value = &rest[equals..];
            if equals == 0 || !value.starts_with('=') || self.deferred.made(&rest[..equals]) {
                return end;
            }
            let Some(len) = self.value_len(&value[1..]) else { return end };
            let term = equals + 1 + len;
            let after = &rest[term..];
            if !after.is_empty() && !after.starts_with(' ') {
                // The reference ends a value at the first quote, escaped or not.
                return if self.strict { end } else { end + term };
            }
            if self.strict && after.starts_with(" OR ") {
                return end;
            }
            end += term + usize::from(!after.is_empty());
        }
    }

    /// Bytes of a value.
    fn value_len(&self, value: &str) -> Option<usize> {
        let Some(quoted) = value.strip_prefix('"') else {
            return Some(value.find(' ').unwrap_or(value.len())).filter(|len| *len > 0);
        };
        let mut escaped = false;
        let end = quoted.bytes().position(|byte| {
            let ends = byte == b'"' && !(escaped && self.strict);
            escaped = byte == b'\\' && !escaped;
            ends
        })?;
        Some(end + 2)
    }

    /// What commands look at is named in single quotes, which have no escape.
    fn check_names<'n>(&self, leaf: &Leaf<'n>) -> Result<(), Refusal<'n>> {
        let other = match leaf.test {
            Test::FieldRef(other) => Some(other.field.as_str()),
            _ => None,
        };
        match leaf.field.into_iter().chain(other).find(|name| name.contains('\'')) {
            Some(name) if self.strict && is_left(leaf.test, true) => {
                let reason = format!("{LANGUAGE} has no way to write the name `{name}` in a command");
                Err(Refusal::unsupported(leaf.spot, reason)
                    .help("rename the field in a pipeline (`field_name_mapping`)"))
            }
            _ => Ok(()),
        }
    }

    /// Leaves a comparison to the commands: what they check stands in `check` or, as one of
    /// several alternatives, in the condition that `make` makes.
    fn leave(
        &mut self,
        out: &mut String,
        check: impl FnOnce() -> String,
        make: impl FnOnce(&mut Deferred) -> String,
        alternative: bool,
    ) {
        if alternative {
            let condition = make(&mut self.deferred);
            field(out, &condition, self.strict);
            out.push_str("=\"true\"");
        } else {
            self.deferred.checks.push(check());
        }
    }

    /// Whether a comparison is one of several alternatives. The reference forgets negations of
    /// more than one comparison.
    fn alternative(&self, leaf: &Leaf<'_>) -> bool {
        if self.strict { !self.required } else { leaf.optional }
    }

    fn regex(&mut self, out: &mut String, leaf: &Leaf<'_>, name: &str, regex: &str, negated: bool) {
        let escaped = regex.replace('\\', "\\\\").replace('"', "\\\"");
        let sign = if negated { "!=" } else { "=" };
        let plain = !self.strict || name.chars().all(|c| c.is_alphanumeric() || "_.-{}".contains(c));
        let check = || {
            if plain {
                return format!("regex {name}{sign}\"{escaped}\"");
            }
            // The command has no quotes for names; a missing field is null, which is no match.
            let matched = format!("match({}, \"{escaped}\")", eval_field(name));
            if negated { format!("where if({matched}, 0, 1)=1") } else { format!("where {matched}") }
        };
        let is_group = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
            && !name.rsplit('.').next().unwrap_or_default().starts_with(|c: char| c.is_ascii_digit() || c == '_');
        let strict = self.strict;
        let make = |deferred: &mut Deferred| {
            if strict && !is_group {
                return deferred.eval(name, &format!("match({}, \"{escaped}\")", eval_field(name)));
            }
            deferred.rex(name, &escaped)
        };
        let alternative = self.alternative(leaf);
        self.leave(out, check, make, alternative);
    }

    fn field_ref<'n>(&mut self, out: &mut String, leaf: &Leaf<'n>, other: &FieldRef, negated: bool) -> Written<'n> {
        let name = leaf.field.unwrap_or_default();
        let expression = if self.strict {
            let (a, b) = (format!("lower({})", eval_field(name)), format!("lower({})", eval_field(&other.field)));
            match (other.open_start, other.open_end) {
                (false, false) => format!("{a}={b}"),
                // `like` would take `%` and `_` of the other value for wildcards.
                (false, true) => format!("substr({a}, 1, len({b}))={b}"),
                (true, false) => format!("substr({a}, len({a})-len({b})+1)={b} AND len({b})<=len({a})"),
                (true, true) => format!("len(replace({a}, \"\\\\Q\".{b}.\"\\\\E\", \"\"))<len({a})"),
            }
        } else {
            if other.open_start || other.open_end || leaf.optional {
                return Err(cannot_say(leaf, LANGUAGE));
            }
            let mut quoted = String::new();
            field(&mut quoted, &other.field, false);
            format!("'{name}'='{quoted}'")
        };
        let not = if negated { "NOT " } else { "" };
        let check = || {
            format!(
                "where {not}{}",
                if negated && self.strict { format!("coalesce({expression}, false())") } else { expression.clone() }
            )
        };
        let check = check();
        let alternative = self.alternative(leaf);
        self.leave(out, || check, |deferred| deferred.eval(name, &expression), alternative);
        Ok(Form::Single)
    }

    /// A part of a time: of seconds since 1970, as `_time` has them, or of text that begins like
    /// `2026-01-31T12:00:00`.
    fn time_part<'n>(&mut self, out: &mut String, leaf: &Leaf<'n>, name: &str, time: &TimePart) -> Written<'n> {
        let variable = match time.part.as_str() {
            "minute" => "%M",
            "hour" => "%H",
            "day" => "%d",
            // Weeks as those of ISO 8601.
            "week" => "%V",
            "month" => "%m",
            "year" => "%Y",
            _ => return Err(cannot_say(leaf, LANGUAGE)),
        };
        let field = eval_field(name);
        let text = format!("strptime(replace(substr({field}, 1, 19), \"T\", \" \"), \"%Y-%m-%d %H:%M:%S\")");
        let (sign, number) = (time.sign("="), time.number);
        let seconds = format!("if(isnum({field}), {field}, {text})");
        let expression = format!("tonumber(strftime({seconds}, \"{variable}\")){sign}{number}");
        let alternative = self.alternative(leaf);
        self.leave(out, || format!("where {expression}"), |deferred| deferred.eval(name, &expression), alternative);
        Ok(Form::Single)
    }

    /// A string the search finds too much for, or nothing at all: a literal `*`, any one
    /// character, an exact case.
    fn exactly(&mut self, out: &mut String, leaf: &Leaf<'_>, name: &str, pattern: &Pattern, flags: &str) {
        let regex = format!("(?{flags}){}", pattern_regex(pattern, true));
        let alone = self.commands == Commands::Without;
        if self.required || alone {
            field(out, name, self.strict);
            out.push('=');
            string(out, pattern, true);
        }
        if !alone {
            self.regex(out, leaf, name, &regex, false);
        }
    }

    fn text(&mut self, out: &mut String, leaf: &Leaf<'_>, pattern: &Pattern) {
        match leaf.field {
            Some(name) if self.strict && !is_searchable(pattern) => self.exactly(out, leaf, name, pattern, "is"),
            Some(name) => {
                field(out, name, self.strict);
                out.push('=');
                string(out, pattern, false);
            }
            None => string(out, pattern, self.strict),
        }
    }
}

impl<'n> Dialect<'n> for Splunk {
    const SYNTAX: Syntax =
        Syntax { and: " ", or: " OR ", not: "NOT ", grouping: Grouping::OrFirst, lists: Lists::ANY, not_null: false };

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        self.check_names(&leaf)?;
        match (leaf.test, leaf.field) {
            (Test::Match(pattern), _) if pattern.placeholder().is_none() => self.text(out, &leaf, pattern),
            (Test::Cased(pattern), Some(name)) if self.strict && pattern.placeholder().is_none() => {
                self.exactly(out, &leaf, name, pattern, "s");
            }
            (Test::Number(number), None) => out.push_str(&number.to_string()),
            (Test::Regex(regex, flags), Some(name)) => {
                self.regex(out, &leaf, name, &format!("{}{regex}", flags.prefix()), false);
            }
            (Test::FieldRef(other), Some(_)) => {
                self.field_ref(out, &leaf, other, false)?;
            }
            (Test::TimePart(time), Some(name)) if self.strict => {
                self.time_part(out, &leaf, name, time)?;
            }
            // The reference writes it as a word.
            (Test::Regex(regex, flags), None) if !self.strict => {
                out.push_str(&flags.prefix());
                out.push_str(&regex.replace('\\', "\\\\").replace('"', "\\\""));
            }
            // What has no field is looked for in the event as it was written.
            (Test::Regex(regex, flags), None) => {
                self.regex(out, &leaf, "_raw", &format!("{}{regex}", flags.prefix()), false);
            }
            (Test::Cased(pattern), None) if self.strict && pattern.placeholder().is_none() => {
                let regex = format!("(?s){}", pattern_regex(pattern, false));
                if self.required {
                    string(out, pattern, true);
                }
                self.regex(out, &leaf, "_raw", &regex, false);
            }
            (test, Some(name)) => {
                let (before, after) = match test {
                    Test::Number(number) => ("", format!("={number}")),
                    Test::Bool(b) => ("", format!("={b}")),
                    Test::Null | Test::Exists(false) => ("NOT ", "=*".to_owned()),
                    Test::Exists(true) => ("", "=*".to_owned()),
                    Test::Compare(comparison, number) => ("", format!("{}{number}", comparison.sign())),
                    Test::Cidr(network) if !self.strict => {
                        out.extend([name, "=\"", network, "\""]);
                        return Ok(Form::Single);
                    }
                    Test::Cidr(network) => ("", format!("=\"{network}\"")),
                    _ => return Err(cannot_say(&leaf, LANGUAGE)),
                };
                out.push_str(before);
                field(out, name, self.strict);
                out.push_str(&after);
                return Ok(if before.is_empty() { Form::Single } else { Form::Negated });
            }
            _ => return Err(cannot_say(&leaf, LANGUAGE)),
        }
        Ok(Form::Single)
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            // The reference forgets the case of values in a list.
            Test::Cased(pattern) => !self.strict && pattern.placeholder().is_none(),
            Test::Match(pattern) => is_string_or_number(test) && (is_searchable(pattern) || !self.strict),
            _ => is_string_or_number(test),
        }
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        field(out, list.field, self.strict);
        out.push_str(" IN (");
        for (i, test) in list.tests.iter().enumerate() {
            if i > 0 {
                out.push_str(", ");
            }
            match test {
                Test::Match(pattern) | Test::Cased(pattern) => string(out, pattern, false),
                Test::Number(number) => out.push_str(&number.to_string()),
                _ => {}
            }
        }
        out.push(')');
        Ok(Form::Single)
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        if let Node::Leaf(leaf) = child {
            self.check_names(leaf)?;
            let alternative = self.alternative(leaf);
            let raw = self.strict.then_some("_raw");
            match (leaf.test, leaf.field.or(raw)) {
                (Test::Regex(regex, flags), Some(name)) if !alternative => {
                    self.regex(out, leaf, name, &format!("{}{regex}", flags.prefix()), true);
                    return Ok(Form::Single);
                }
                (Test::FieldRef(other), Some(_)) if !alternative => return self.field_ref(out, leaf, other, true),
                (Test::Null | Test::Exists(false), Some(name)) if self.strict => {
                    field(out, name, self.strict);
                    out.push_str("=*");
                    return Ok(Form::Single);
                }
                _ => {}
            }
        }
        let required = std::mem::replace(&mut self.required, false);
        let written = match child {
            // The reference negates the first of several values that a modifier made.
            Node::Leaf(leaf) if !self.strict || !matches!(leaf.test, Test::Any(_)) => {
                out.push_str(Self::SYNTAX.not);
                self.node(out, child).map(|_| Form::Negated)
            }
            _ => write_negation(self, out, child),
        };
        self.required = required;
        written
    }

    fn join(&mut self, out: &mut String, children: &[Node<'n>], link: Link) -> Written<'n> {
        let required = self.required;
        self.required &= link == Link::And;
        let written = write_join(self, out, children, link);
        self.required = required;
        written
    }
}

/// Whether a search leaves a comparison of a field to commands. It can say some in a way that
/// finds more, but not `exactly`.
pub(super) fn is_left(test: &Test, exactly: bool) -> bool {
    match test {
        Test::Regex(..) | Test::FieldRef(_) | Test::TimePart(_) => true,
        Test::Cased(_) => exactly,
        Test::Match(pattern) => exactly && !is_searchable(pattern),
        _ => false,
    }
}

/// A condition that finds at least what `node` does, without what a search leaves to commands;
/// `None` if that is everything. A search can widen a comparison, but not where it is `negated`.
pub(super) fn widened<'n>(node: &Node<'n>, negated: bool) -> Option<Node<'n>> {
    let drops = |test: &Test| is_left(test, negated);
    match node {
        Node::Leaf(Leaf { test: Test::Any(tests), .. }) => (!tests.iter().any(drops)).then(|| node.clone()),
        Node::Leaf(leaf) => (!drops(leaf.test)).then(|| node.clone()),
        Node::Not(child) => widened(child, !negated).map(|child| Node::Not(Box::new(child))),
        Node::And(children) | Node::Or(children) => {
            let parts = children.iter().map(|child| widened(child, negated));
            // What is left out of an AND demands less, out of an OR more; a negation turns it over.
            let parts: Vec<_> = if matches!(node, Node::And(_)) == negated {
                parts.collect::<Option<_>>()?
            } else {
                parts.flatten().collect()
            };
            let join = if matches!(node, Node::And(_)) { Node::all } else { Node::any };
            (!parts.is_empty()).then(|| join(parts))
        }
    }
}

/// Whether a search can look for a string: it has no escape for `*`, and no other wildcard.
fn is_searchable(pattern: &Pattern) -> bool {
    !pattern.parts().iter().any(|part| match part {
        Part::One => true,
        Part::Text(text) => text.contains('*'),
        _ => false,
    })
}

/// A string in quotes; with `wide`, a literal `*` becomes a wildcard, which finds it too.
fn string(out: &mut String, pattern: &Pattern, wide: bool) {
    out.push('"');
    for part in pattern.parts() {
        match part {
            Part::Many | Part::One => out.push('*'),
            Part::Text(text) | Part::Placeholder(text) => {
                for c in text.chars() {
                    if matches!(c, '"' | '\\') || (c == '*' && !wide) {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    }
    out.push('"');
}

/// A field in a search. In quotes, operators are no operators; the reference forgets that, and
/// the backslash.
pub(super) fn field(out: &mut String, name: &str, strict: bool) {
    let word = strict && matches!(name, "AND" | "NOT" | "OR");
    if !word && !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.') {
        out.push_str(name);
        return;
    }
    let name = if strict { name.replace('\\', "\\\\") } else { name.to_owned() };
    out.push('"');
    out.push_str(&name.replace('"', "\\\""));
    out.push('"');
}

/// A field in an expression of `eval` and `where`.
pub(super) fn eval_field(name: &str) -> String {
    format!("'{name}'")
}
