//! `kusto`: the Kusto Query Language of Microsoft Defender, Sentinel and Azure Data Explorer.
//!
//! A string column has no null, only the empty string; every other comparison with null is null,
//! and so is its negation, which `where` drops. Operators on text ignore case unless they end in
//! `_cs`; regular expressions do not.

use crate::query::pattern::Pattern;
use crate::query::reading::Reading;
use crate::query::refusal::Refusal;
use crate::query::test::{Comparison, FieldRef, Number, Test};
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{
    Dialect, Form, Grouping, Link, List, Lists, Syntax, Written, cannot_say, grouped, is_string_or_number, write_node,
};

use super::kusto_syntax::{Shape, name, put, quoted, rule_regex, shape, wildcard_regex};
use super::{Format, Target, kusto_reference};

pub(super) const TARGET: Target = Target {
    name: "kusto",
    title: "Kusto (KQL)",
    description: "KQL query for Microsoft Defender XDR, Sentinel, Azure Monitor and Data Explorer",
    formats: &[Format {
        name: "default",
        description: "the query; without a table, if no pipeline names one",
        language: "kusto",
        write,
        correlate: None,
    }],
    legacy: None,
};

/// The language of the queries.
struct Kusto {
    /// Whether queries are right rather than the reference's.
    strict: bool,
    /// How many negations are around what is being written.
    negations: usize,
}

fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let mut kusto = Kusto { strict: reading.strict(), negations: 0 };
    let table = reading.state().text("query_table");
    let query = |node| {
        let predicate = kusto.query(node)?;
        Ok(match table {
            Some(table) => format!("{table}\n| where {predicate}"),
            None => predicate,
        })
    };
    reading.queries.iter().map(query).collect()
}

impl<'n> Dialect<'n> for Kusto {
    const SYNTAX: Syntax = Syntax {
        and: joint(Link::And),
        or: joint(Link::Or),
        not: "not",
        grouping: Grouping::Always,
        lists: Lists { any: true, all: true, expansions: false },
        not_null: false,
    };

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        match (leaf.field, self.strict) {
            (Some(field), true) => self.comparison(out, &leaf, field),
            (Some(field), false) => kusto_reference::comparison(out, &leaf, field),
            (None, true) => keyword(out, &leaf),
            (None, false) => kusto_reference::keyword(out, &leaf),
        }
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            // The reference forgets the case of values in a list.
            Test::Cased(pattern) => !self.strict && pattern.placeholder().is_none(),
            _ => is_string_or_number(test),
        }
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        if !self.strict {
            return Ok(kusto_reference::list(out, list));
        }
        if list.link == Link::And {
            let leaves: Vec<Node<'n>> = list.leaves().map(Node::Leaf).collect();
            return self.join(out, &leaves, Link::And);
        }
        // Both columns of numbers and columns of text take numbers in this form.
        if list.tests.iter().all(|test| matches!(test, Test::Number(_))) {
            operation(out, list.field, " in (", |out| values(out, list.tests, String::push_str));
            return Ok(Form::Single);
        }
        let (wild, equal): (Vec<&Test>, Vec<&Test>) = list.tests.iter().partition(|test| is_wild(test));
        let first = usize::from(!equal.is_empty());
        chain(out, first + wild.len(), CHAIN, joint(Link::Or), |out, i| {
            match i.checked_sub(first) {
                Some(i) => {
                    self.comparison(
                        out,
                        &Leaf { field: Some(list.field), test: wild[i], spot: list.spot, optional: true },
                        list.field,
                    )?;
                }
                None => operation(out, list.field, " in~ (", |out| values(out, &equal, quoted)),
            }
            Ok(())
        })?;
        Ok(Form::Or)
    }

    fn join(&mut self, out: &mut String, children: &[Node<'n>], link: Link) -> Written<'n> {
        let most = if self.strict { CHAIN } else { usize::MAX };
        chain(out, children.len(), most, joint(link), |out, i| {
            let start = out.len();
            let form = self.node(out, &children[i])?;
            if self.groups(link, &children[i], form) {
                out.insert(start, '(');
                out.push(')');
            }
            Ok(())
        })?;
        Ok(if link == Link::And { Form::And } else { Form::Or })
    }

    fn node(&mut self, out: &mut String, node: &Node<'n>) -> Written<'n> {
        let form = write_node(self, out, node)?;
        let expanded = matches!(node, Node::Leaf(Leaf { test: Test::Any(_), .. }));
        Ok(if expanded { Form::Or } else { form })
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        self.negations += 1;
        out.push_str("not(");
        grouped(out, |out| self.node(out, child), |_| !matches!(child, Node::Leaf(_)))?;
        out.push(')');
        self.negations -= 1;
        Ok(Form::Negated)
    }

    fn groups(&self, link: Link, child: &Node<'n>, form: Form) -> bool {
        !matches!(child, Node::Leaf(_)) || (link == Link::And && form == Form::Or)
    }
}

impl Kusto {
    /// A comparison that means what the rule says.
    fn comparison<'n>(&self, out: &mut String, leaf: &Leaf<'n>, field: &str) -> Written<'n> {
        match leaf.test {
            Test::Match(pattern) if pattern.placeholder().is_none() => text(out, field, pattern, true),
            Test::Cased(pattern) if pattern.placeholder().is_none() => text(out, field, pattern, false),
            Test::Number(number) => operation(out, field, " == ", |out| put(out, format_args!("{number}"))),
            Test::Bool(b) => {
                call(out, "tobool", field);
                put(out, format_args!(" == {b}"));
            }
            Test::Null | Test::Exists(false) => call(out, "isempty", field),
            Test::Exists(true) => call(out, "isnotempty", field),
            Test::Regex(pattern, flags) => {
                let regex = rule_regex(pattern).map_err(|reason| Refusal::unsupported(leaf.spot, reason))?;
                let regex = flags.prefix() + &regex;
                operation(out, field, " matches regex ", |out| quoted(out, &regex));
            }
            Test::Cidr(network) => self.known(out, |out| in_range(out, field, network)),
            Test::Compare(comparison, number) => self.known(out, |out| compare(out, field, *comparison, *number)),
            Test::FieldRef(other) => field_reference(out, field, other),
            Test::TimePart(time) => {
                let mut part = String::new();
                time_part(&mut part, field, &time.part).ok_or_else(|| cannot_say(leaf, "a KQL query"))?;
                self.known(out, |out| put(out, format_args!("{part} {} {}", time.sign("=="), time.number)));
            }
            _ => return Err(cannot_say(leaf, "a KQL query")),
        }
        Ok(Form::Single)
    }

    /// A condition that may be null, which a negation would leave null: there it is false.
    fn known(&self, out: &mut String, condition: impl FnOnce(&mut String)) {
        if self.negations == 0 {
            return condition(out);
        }
        out.push_str("coalesce(");
        condition(out);
        out.push_str(", false)");
    }
}

/// A value of text.
fn text(out: &mut String, field: &str, pattern: &Pattern, ignore_case: bool) {
    let (operator, text) = match shape(pattern) {
        Shape::Any => return call(out, "isnotempty", field),
        Shape::Whole(text) => ([" == ", " =~ "], text),
        Shape::Start(text) => ([" startswith_cs ", " startswith "], text),
        Shape::End(text) => ([" endswith_cs ", " endswith "], text),
        Shape::Inside(text) => ([" contains_cs ", " contains "], text),
        Shape::Other => {
            let regex = wildcard_regex(pattern, ignore_case, true);
            return operation(out, field, " matches regex ", |out| quoted(out, &regex));
        }
    };
    operation(out, field, operator[usize::from(ignore_case)], |out| quoted(out, text));
}

/// Text that may stand in any column.
fn keyword<'n>(out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
    let (pattern, ignore_case) = match leaf.test {
        Test::Match(pattern) if pattern.placeholder().is_none() => (pattern, true),
        Test::Cased(pattern) if pattern.placeholder().is_none() => (pattern, false),
        // A number is one on its own, not digits of another.
        Test::Number(number) => {
            put(out, format_args!("* has \"{number}\""));
            return Ok(Form::Single);
        }
        Test::Regex(pattern, flags) => {
            let regex = rule_regex(pattern).map_err(|reason| Refusal::unsupported(leaf.spot, reason))?;
            out.push_str("* matches regex ");
            quoted(out, &(flags.prefix() + &regex));
            return Ok(Form::Single);
        }
        _ => return Err(cannot_say(leaf, "a KQL query")),
    };
    match shape(pattern) {
        Shape::Whole(text) | Shape::Start(text) | Shape::End(text) | Shape::Inside(text) => {
            out.push_str(if ignore_case { "* contains " } else { "* contains_cs " });
            quoted(out, text);
        }
        Shape::Any | Shape::Other => {
            out.push_str("* matches regex ");
            quoted(out, &wildcard_regex(pattern, ignore_case, false));
        }
    }
    Ok(Form::Single)
}

fn operation(out: &mut String, field: &str, operator: &str, value: impl FnOnce(&mut String)) {
    name(out, field);
    out.push_str(operator);
    value(out);
}

fn call(out: &mut String, function: &str, field: &str) {
    out.push_str(function);
    out.push('(');
    name(out, field);
    out.push(')');
}

fn compare(out: &mut String, field: &str, comparison: Comparison, number: Number) {
    name(out, field);
    put(out, format_args!(" {} {number}", comparison.sign()));
}

fn in_range(out: &mut String, field: &str, network: &str) {
    out.push_str(if network.contains(':') { "ipv6_is_in_range(" } else { "ipv4_is_in_range(" });
    operation(out, field, ", ", |out| quoted(out, network));
    out.push(')');
}

/// Every text contains the empty one, which is what a missing field reads as.
fn field_reference(out: &mut String, field: &str, other: &FieldRef) {
    let operator = match (other.open_start, other.open_end) {
        (false, false) => " =~ ",
        (false, true) => " startswith ",
        (true, false) => " endswith ",
        (true, true) => " contains ",
    };
    out.push('(');
    call(out, "isnotempty", &other.field);
    out.push_str(" and ");
    operation(out, field, operator, |out| name(out, &other.field));
    out.push(')');
}

/// A part of a time in UTC; nothing if there is no such part.
fn time_part(out: &mut String, field: &str, part: &str) -> Option<()> {
    out.push_str(match part {
        "minute" => "datetime_part(\"minute\", ",
        "hour" => "hourofday(",
        "day" => "dayofmonth(",
        "week" => "week_of_year(",
        "month" => "monthofyear(",
        "year" => "getyear(",
        _ => return None,
    });
    call(out, "todatetime", field);
    out.push(')');
    Some(())
}

/// Parts that one chain of `and` or `or` may have: the engine's parser refuses more than 400 or
/// so, since each is one level deeper.
const CHAIN: usize = 200;

/// Writes `count` parts with `joint` between them, in groups of `most` if there are more.
fn chain<'n>(
    out: &mut String,
    count: usize,
    most: usize,
    joint: &str,
    mut write: impl FnMut(&mut String, usize) -> Result<(), Refusal<'n>>,
) -> Result<(), Refusal<'n>> {
    let many = count > most;
    for i in 0..count {
        out.push_str(if i > 0 { joint } else { "" });
        out.push_str(if many && i % most == 0 { "(" } else { "" });
        write(out, i)?;
        out.push_str(if many && (i % most == most - 1 || i == count - 1) { ")" } else { "" });
    }
    Ok(())
}

const fn joint(link: Link) -> &'static str {
    match link {
        Link::And => " and ",
        Link::Or => " or ",
    }
}

fn values(out: &mut String, tests: &[&Test], write: impl Fn(&mut String, &str)) {
    for (i, test) in tests.iter().enumerate() {
        out.push_str(if i > 0 { ", " } else { "" });
        match test {
            Test::Match(pattern) => write(out, pattern.as_text().unwrap_or_default()),
            Test::Number(number) => write(out, &number.to_string()),
            _ => {}
        }
    }
    out.push(')');
}

fn is_wild(test: &Test) -> bool {
    matches!(test, Test::Match(pattern) if pattern.has_wildcard())
}
