//! `crowdstrike`: the query language of `CrowdStrike` Falcon `LogScale` (CQL).
//!
//! OR binds closer than AND, which needs no word. Only regular expressions compare in any case: every
//! text is one. They are RE2/J's, found anywhere in the value, and end at the first `/` that has no
//! backslash; an empty one would start a comment. A missing field fails every comparison but `!=`.

mod correlation;

use crate::query::pattern::{Part, Pattern};
use crate::query::reading::Reading;
use crate::query::refusal::Refusal;
use crate::query::test::{RegexFlags, Test};
use crate::query::tree::{Leaf, Node};
use crate::query::writer::{
    Dialect, Form, Grouping, Link, Lists, Syntax, Written, cannot_say, join_by, write_join, write_negation,
};

use super::{Format, Target, re2};

pub(super) const TARGET: Target = Target {
    name: "crowdstrike",
    title: "CrowdStrike",
    description: "query of CrowdStrike Falcon LogScale and Next-Gen SIEM (CQL)",
    formats: &[Format {
        name: "default",
        description: "the query",
        language: "logscale",
        write,
        correlate: Some(correlation::write),
    }],
    legacy: None,
};

const LANGUAGE: &str = "a LogScale query";

fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    filters(reading, reading.strict())
}

/// The condition of each query.
fn filters<'n>(reading: &Reading<'n>, strict: bool) -> Result<Vec<String>, Refusal<'n>> {
    reading.queries.iter().map(|node| LogScale { strict, checks: String::new() }.query(node)).collect()
}

struct LogScale {
    strict: bool,
    /// What the reference leaves to a function behind the filter.
    checks: String,
}

impl<'n> Dialect<'n> for LogScale {
    const SYNTAX: Syntax =
        Syntax { and: " ", or: " or ", not: "not ", grouping: Grouping::OrFirst, lists: Lists::NONE, not_null: false };

    fn query(&mut self, node: &Node<'n>) -> Result<String, Refusal<'n>> {
        let mut out = String::with_capacity(256);
        self.node(&mut out, node)?;
        out.push_str(&self.checks);
        Ok(out)
    }

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        let Some(name) = leaf.field else { return self.word(out, &leaf) };
        match leaf.test {
            Test::Match(pattern) if pattern.placeholder().is_none() => {
                field(out, name, self.strict);
                out.push('=');
                self.any_case(out, pattern);
            }
            Test::Cased(pattern) if pattern.placeholder().is_none() => {
                field(out, name, self.strict);
                out.push('=');
                if self.strict {
                    pattern_regex(out, pattern, "", true);
                } else {
                    reference_exact_case(out, pattern);
                }
            }
            Test::Cidr(network) if self.strict => {
                out.push_str("cidr(");
                field(out, name, self.strict);
                out.extend([", subnet=\"", network, "\")"]);
            }
            Test::Cidr(network) => self.defer(&leaf, name, network, "")?,
            Test::Exists(_) if !self.strict => return Err(cannot_say(&leaf, LANGUAGE)),
            test => {
                let comparison = match test {
                    Test::Number(number) => format!("={number}"),
                    Test::Bool(b) => format!("={b}"),
                    Test::Null | Test::Exists(false) => "!=*".to_owned(),
                    Test::Exists(true) => "=*".to_owned(),
                    Test::Regex(regex, flags) => self.regex(&leaf, regex, *flags)?,
                    Test::Compare(comparison, number) => format!("{}{number}", comparison.sign()),
                    _ => return Err(cannot_say(&leaf, LANGUAGE)),
                };
                field(out, name, self.strict);
                out.push_str(&comparison);
            }
        }
        Ok(Form::Single)
    }

    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        match child {
            Node::Leaf(leaf @ Leaf { field: Some(name), test: Test::Cidr(network), .. }) if !self.strict => {
                self.defer(leaf, name, network, "!")?;
                Ok(Form::Single)
            }
            // The reference negates the first of several values that a modifier made.
            Node::Leaf(_) if !self.strict => {
                out.push_str(Self::SYNTAX.not);
                self.node(out, child).map(|_| Form::Negated)
            }
            _ => write_negation(self, out, child),
        }
    }

    fn join(&mut self, out: &mut String, children: &[Node<'n>], link: Link) -> Written<'n> {
        if let Some((name, networks)) = networks_of(children).filter(|_| self.strict && link == Link::Or) {
            out.push_str("cidr(");
            field(out, name, self.strict);
            out.extend([", subnet=[\"", &networks.join("\", \""), "\"])"]);
            return Ok(Form::Single);
        }
        if self.strict && (link == Link::Or || !children.iter().any(has_function)) {
            return write_join(self, out, children, link);
        }
        let separator = match link {
            Link::Or => Self::SYNTAX.or,
            // A function is no neighbour of a filter.
            Link::And if self.strict => " and ",
            Link::And => Self::SYNTAX.and,
        };
        join_by(self, out, children, link, separator)
    }

    fn groups(&self, link: Link, _: &Node<'n>, form: Form) -> bool {
        link == Link::Or && form == Form::And
    }
}

impl LogScale {
    /// A text in any case.
    fn any_case(&self, out: &mut String, pattern: &Pattern) {
        pattern_regex(out, pattern, "i", self.strict);
    }

    fn regex<'n>(&self, leaf: &Leaf<'n>, regex: &str, flags: RegexFlags) -> Result<String, Refusal<'n>> {
        let prefix = flags.prefix();
        let letters = prefix.trim_start_matches("(?").trim_end_matches(')');
        let mut out = "=/".to_owned();
        if !self.strict {
            out.extend([&regex.replace('"', "\\\""), "/", letters]);
            return Ok(out);
        }
        re2::parse(leaf, "LogScale", regex)?;
        if regex.is_empty() {
            out.push_str("(?:)");
        }
        let (mut escaped, mut in_class, mut chars) = (false, false, regex.chars());
        while let Some(c) = chars.next() {
            if c == '(' && !escaped && !in_class {
                // A group with a name would make a field, and may not stand among alternatives.
                let rest = chars.as_str();
                let named = ["?P<", "?<"].iter().find_map(|start| rest.strip_prefix(start));
                if let Some((_, rest)) = named.and_then(|named| named.split_once('>')) {
                    chars = rest.chars();
                    out.push_str("(?:");
                    continue;
                }
            }
            in_class = !escaped && (c == '[' || (in_class && c != ']')) || (escaped && in_class);
            match c {
                '/' | '"' if !escaped => out.extend(['\\', c]),
                '\n' if escaped => out.push('n'),
                '\n' => out.push_str("\\n"),
                '\r' if escaped => out.push('r'),
                '\r' => out.push_str("\\r"),
                _ => out.push(c),
            }
            escaped = c == '\\' && !escaped;
        }
        out.push('/');
        // LogScale's letter for "a dot is also a line break".
        out.push_str(&letters.replace('s', "d"));
        Ok(out)
    }

    fn word<'n>(&self, out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
        match leaf.test {
            Test::Match(pattern) if pattern.placeholder().is_none() && self.strict => {
                if pattern.parts().iter().all(|part| *part == Part::Many) {
                    out.push('*');
                } else {
                    let anywhere = pattern.clone().open_start().open_end();
                    self.any_case(out, &anywhere);
                }
            }
            Test::Match(pattern) if pattern.placeholder().is_none() => {
                out.extend(["/\"", &reference_text(pattern.parts()), "\"/i"]);
            }
            Test::Number(number) if self.strict => out.extend(["/", &number.to_string().replace('.', "\\."), "/i"]),
            Test::Number(number) => out.extend(["/", &number.to_string(), "/i"]),
            _ => return Err(cannot_say(leaf, LANGUAGE)),
        }
        Ok(Form::Single)
    }

    /// A network as the reference looks for it: it has no quotes for names and networks.
    fn defer<'n>(&mut self, leaf: &Leaf<'n>, name: &str, network: &str, not: &str) -> Result<(), Refusal<'n>> {
        if leaf.optional {
            return Err(Refusal::unsupported(leaf.spot, "the reference has no network as one of several alternatives"));
        }
        self.checks.extend(["| ", not, "cidr(", name, ", subnet=", network, ")"]);
        Ok(())
    }
}

/// The field and networks, if all children are about networks of one field.
fn networks_of<'n>(children: &[Node<'n>]) -> Option<(&'n str, Vec<&'n str>)> {
    let one = |child: &Node<'n>| match child {
        Node::Leaf(Leaf { field: Some(name), test: Test::Cidr(network), .. }) => Some((*name, network.as_str())),
        _ => None,
    };
    let all: Vec<(&str, &str)> = children.iter().map(one).collect::<Option<_>>()?;
    let (first, _) = *all.first()?;
    let alike = all.iter().all(|(name, _)| *name == first);
    alike.then(|| (first, all.iter().map(|(_, network)| *network).collect()))
}

/// Whether a function stands in a node.
fn has_function(node: &Node<'_>) -> bool {
    match node {
        Node::Leaf(leaf) => matches!(leaf.test, Test::Cidr(_)),
        Node::Not(child) => has_function(child),
        Node::And(children) | Node::Or(children) => children.iter().any(has_function),
    }
}

/// A regular expression for a text with wildcards; with `strict`, one that `LogScale` takes.
fn pattern_regex(out: &mut String, pattern: &Pattern, flags: &str, strict: bool) {
    let parts = pattern.parts();
    if strict && !parts.is_empty() && parts.iter().all(|part| *part == Part::Many) {
        out.push('*');
        return;
    }
    let (open_start, open_end) = (parts.first() == Some(&Part::Many), parts.last() == Some(&Part::Many));
    let inner = if open_start { &parts[1..] } else { parts };
    let inner = if open_end && !inner.is_empty() { &inner[..inner.len() - 1] } else { inner };
    out.push_str(if open_start { "/" } else { "/^" });
    let mut dots = false;
    for part in inner {
        match part {
            Part::Many => out.push_str(".*"),
            Part::One => out.push('.'),
            Part::Text(text) | Part::Placeholder(text) => {
                for c in text.chars() {
                    literal(out, c, strict);
                }
                continue;
            }
        }
        dots = true;
    }
    out.push_str(if open_end { "/" } else { "$/" });
    out.push_str(flags);
    if strict && dots {
        out.push('d');
    }
}

/// A character of a text in a regular expression.
fn literal(out: &mut String, c: char, strict: bool) {
    match c {
        '\n' if strict => out.push_str("\\n"),
        '\r' if strict => out.push_str("\\r"),
        '\t' if strict => out.push_str("\\t"),
        c if strict && c.is_control() => out.extend(["\\x{", &format!("{:x}", u32::from(c)), "}"]),
        '\\' | '/' | '.' | '(' | ')' | '[' | ']' | '{' | '}' | '^' | '$' | '|' | '+' | '*' | '?' => {
            out.extend(['\\', c]);
        }
        c => out.push(c),
    }
}

/// A text in exact case as the reference writes it: as a string, or in quotes within a regular
/// expression, half escaped.
fn reference_exact_case(out: &mut String, pattern: &Pattern) {
    let plain = |parts: &[Part]| !parts.iter().any(|part| matches!(part, Part::Many | Part::One));
    let (before, inner, after) = match pattern.parts() {
        [Part::Many, inner @ .., Part::Many] if plain(inner) => ("/", inner, "/"),
        [inner @ .., Part::Many] if plain(inner) => ("/^", inner, "/"),
        [Part::Many, inner @ ..] if plain(inner) => ("/", inner, "$/"),
        all => ("", all, ""),
    };
    out.extend([before, "\"", &reference_text(inner), "\"", after]);
}

fn reference_text(parts: &[Part]) -> String {
    let mut out = String::new();
    for part in parts {
        match part {
            Part::Many => out.push_str(".*"),
            Part::One => out.push('.'),
            Part::Text(text) | Part::Placeholder(text) => {
                for c in text.chars() {
                    if matches!(c, '"' | '\\' | '.' | '*') {
                        out.push('\\');
                    }
                    out.push(c);
                }
            }
        }
    }
    out
}

/// The name of a field, in quotes if it needs them.
fn field(out: &mut String, name: &str, strict: bool) {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '#' | '@');
    let word = strict && WORDS.iter().any(|word| word.eq_ignore_ascii_case(name));
    if !word && !name.is_empty() && name.chars().all(plain) {
        out.push_str(name);
        return;
    }
    let name = if strict { name.replace('\\', "\\\\") } else { name.to_owned() };
    out.extend(["\"", &name.replace('"', "\\\""), "\""]);
}

/// Words of the language, and names of functions without a `:`, which need quotes to be names of
/// fields. Source: the language's grammar, appendix "Reserved Words". Quotes around another name do
/// no harm.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "accumulate", "and", "asn", "avg", "base64decode", "base64encode", "bucket", "callfunction", "case", "cidr",
    "coalesce", "collect", "communityid", "concat", "concatarray", "copyevent", "correlate", "count", "counterasrate",
    "createevents", "default", "definetable", "drop", "dropevent", "duration", "end", "eval", "eventfieldcount",
    "eventinternals", "eventsize", "fieldset", "fieldstats", "findtimestamp", "format", "formatduration",
    "formattime", "geohash", "getfield", "groupby", "hash", "hashmatch", "hashrewrite", "head", "if", "in",
    "iplocation", "join", "kvparse", "length", "like", "linreg", "lower", "lowercase", "match", "matchasarray", "max",
    "min", "neighbor", "not", "now", "or", "parsecef", "parsecsv", "parsefixedwidth", "parsehexstring", "parseint",
    "parsejson", "parseleef", "parsetimestamp", "parseuri", "parseurl", "parsexml", "partition", "percentile",
    "range", "rdns", "readfile", "regex", "rename", "replace", "reversedns", "round", "sample", "sankey", "select",
    "selectfrommax", "selectfrommin", "selectlast", "selfjoin", "selfjoinfilter", "series", "session", "setfield",
    "settimeinterval", "shannonentropy", "slidingtimewindow", "slidingwindow", "sort", "split", "splitstring",
    "start", "stats", "stddev", "stripansicodes", "subnet", "sum", "table", "tail", "test", "timechart", "tokenhash",
    "top", "transpose", "upper", "urldecode", "urlencode", "wildcard", "window", "worldmap", "writejson",
];
