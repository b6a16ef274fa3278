//! `loki`: `LogQL` of Grafana Loki.
//!
//! A query chooses streams by their labels, filters lines, takes fields out of them with a parser and
//! filters by those. `LogQL` has no negation of a condition, so that negations stand at the
//! comparisons ([`parts`]). Words without a field filter lines; where they are one of several
//! alternatives, the line is made a label first.

mod label;
mod parts;
mod reference;
mod regex;

use crate::query::detection::{LogSource, State};
use crate::query::reading::Reading;
use crate::query::refusal::Refusal;
use crate::query::test::{FieldRef, Number, Test};
use crate::query::tree::Leaf;
use crate::query::writer::{Link, cannot_say};

use self::parts::{Part, parts};
use self::regex::Alternatives;

use super::{Format, Target};

pub(super) const TARGET: Target = Target {
    name: "loki",
    title: "Loki (LogQL)",
    description: "LogQL query for Grafana Loki",
    formats: &[Format { name: "default", description: "the query", language: "logql", write, correlate: None }],
    legacy: None,
};

const LANGUAGE: &str = "a LogQL query";

/// Parts of an `and` or `or` up to which each stands alone: Grafana's editor gives up on longer rows.
const MAX_ROW: usize = 200;

fn write<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let source = Source::of(&reading.sigma.logsource, reading.state(), reading.strict());
    let query = |node| {
        let part = parts(node, reading.strict());
        if reading.strict() { strict(&part, source) } else { reference::query(&part, source) }
    };
    reading.queries.iter().map(query).collect()
}

/// Where the lines are, and what reads them.
#[derive(Clone, Copy)]
struct Source<'n> {
    /// The streams.
    selector: &'n str,
    /// The parser.
    parser: &'n str,
}

/// Products whose logs are JSON, as their vendors document them. Grafana's converter takes all but
/// those of Windows, Azure and Zeek for `logfmt`.
const JSON: [&str; 9] = ["aws", "bitbucket", "gcp", "github", "kubernetes", "m365", "okta", "onelogin", "opencanary"];

impl<'n> Source<'n> {
    /// What pipelines say (`logsource_loki_selection`, `loki_parser`), or else what Grafana's converter
    /// takes for the log source.
    fn of(logsource: &'n LogSource<'_>, state: &'n State, strict: bool) -> Self {
        let product = logsource.product.as_deref().unwrap_or_default();
        let (selector, parser) = match product {
            "windows" => (r#"{job=~"eventlog|winlog|windows|fluentbit.*"}"#, "json"),
            "azure" => (r#"{job="logstash"}"#, "json"),
            "zeek" => (r#"{job=~".+"}"#, "json"),
            product if strict && JSON.contains(&product) => (r#"{job=~".+"}"#, "json"),
            _ => (r#"{job=~".+"}"#, "logfmt"),
        };
        Self {
            selector: state.text("logsource_loki_selection").unwrap_or(selector),
            parser: state.text("loki_parser").unwrap_or(parser),
        }
    }
}

fn strict<'n>(part: &Part<'n>, source: Source<'n>) -> Result<String, Refusal<'n>> {
    let mut lines = String::new();
    let mut rest = Vec::new();
    for part in part.conjuncts() {
        match Alternatives::of(part) {
            Some(alternatives) => alternatives.line_filter(&mut lines)?,
            None => rest.push(part),
        }
    }
    let mut labels = Labels::default();
    let mut filter = String::new();
    for (i, part) in rest.iter().enumerate() {
        filter.push_str(if i > 0 { " and " } else { "" });
        labels.part(&mut filter, part, (rest.len() > 1).then_some(Link::And))?;
    }
    let mut query = [source.selector, &lines].concat();
    if !filter.is_empty() {
        query.extend([" | ", source.parser]);
        if !labels.made.is_empty() {
            query.extend([" | label_format ", &labels.made.join(",")]);
        }
        query.extend([" | ", &filter]);
    }
    Ok(query)
}

/// The writer of label filters, with the labels they need that no line has.
#[derive(Default)]
struct Labels {
    /// `name=template`, in the order they were asked for.
    made: Vec<String>,
}

impl Labels {
    fn part<'n>(&mut self, out: &mut String, part: &Part<'n>, above: Option<Link>) -> Result<(), Refusal<'n>> {
        let (children, link, separator) = match part {
            Part::Leaf(leaf, negated) => {
                let start = out.len();
                let form = self.comparison(out, leaf, *negated)?;
                if above == Some(Link::And) && form == Some(Link::Or) {
                    out.insert(start, '(');
                    out.push(')');
                }
                return Ok(());
            }
            Part::All(children) => (children, Link::And, " and "),
            Part::Any(children, _) => (children, Link::Or, " or "),
        };
        let grouped = link == Link::Or && above == Some(Link::And);
        out.push_str(if grouped { "(" } else { "" });
        let mut rest = children.as_slice();
        while let Some((child, after)) = rest.split_first() {
            out.push_str(if rest.len() < children.len() { separator } else { "" });
            rest = after;
            match (children.len() > MAX_ROW).then(|| self.row(child, after, link)).flatten() {
                Some((name, regex, length)) => {
                    label::matches(out, &name, link == Link::And, &regex);
                    rest = &after[length..];
                }
                _ => self.part(out, child, Some(link))?,
            }
        }
        out.push_str(if grouped { ")" } else { "" });
        Ok(())
    }

    /// Texts one label is compared with, from `first` on, as one expression: the label, the expression, and
    /// how many of `after` are in it.
    fn row(&mut self, first: &Part<'_>, after: &[Part<'_>], link: Link) -> Option<(String, String, usize)> {
        let text = |part: &Part<'_>| match part {
            Part::Leaf(Leaf { field, test: Test::Match(pattern), .. }, negated)
                if *negated == (link == Link::And) && pattern.placeholder().is_none() && !label::is_any(pattern) =>
            {
                Some((field.map(str::to_owned)?, regex::alternative(pattern)))
            }
            _ => None,
        };
        let (field, mut regex) = text(first)?;
        let mut length = 0;
        for (_, more) in after.iter().map_while(text).take_while(|(other, _)| *other == field) {
            regex.extend(["|", &more]);
            length += 1;
        }
        (length > 0).then(|| (self.name(&field), format!("(?is)(?:{regex})"), length))
    }

    /// Writes a comparison. What joins its parts, if it has several.
    fn comparison<'n>(
        &mut self,
        out: &mut String,
        leaf: &Leaf<'n>,
        negated: bool,
    ) -> Result<Option<Link>, Refusal<'n>> {
        let Some(field) = leaf.field else {
            let regex = regex::keyword(leaf)?;
            let line = self.made("sigma_line", "{{ __line__ }}");
            label::matches(out, &line, negated, &format!("{}(?s:.*)(?:{})(?s:.*)", regex.flags, regex.body));
            return Ok(None);
        };
        let name = self.name(field);
        label::comparison(self, out, &name, leaf, negated)
    }

    /// The label a parser makes of a field. A word of the language cannot be the name of a label in a
    /// query, but in a template.
    fn name(&mut self, field: &str) -> String {
        let name = label::name(field);
        if label::is_word(&name) { self.made(&format!("sigma_{name}"), &format!("{{{{ .{name} }}}}")) } else { name }
    }

    /// A label that is `true` if another field has the value.
    fn reference(&mut self, name: &str, other: &FieldRef) -> String {
        let function = match (other.open_start, other.open_end) {
            (false, false) => "eq",
            (false, true) => "hasPrefix",
            (true, false) => "hasSuffix",
            (true, true) => "contains",
        };
        let other = label::name(&other.field);
        // In templates a missing label is an empty text.
        let template =
            format!("{{{{ if and .{name} .{other} ({function} (lower .{other}) (lower .{name})) }}}}true{{{{ end }}}}");
        self.numbered("sigma_match", &template)
    }

    /// A label that is a part of a time in seconds (or finer) since 1970; without leading zeros.
    fn time<'n>(&mut self, leaf: &Leaf<'n>, name: &str, part: &str) -> Result<(String, usize), Refusal<'n>> {
        let (layout, digits) = time_layout(part).ok_or_else(|| cannot_say(leaf, LANGUAGE))?;
        let template = format!("{{{{ date \"{layout}\" (unixToTime .{name}) }}}}");
        Ok((self.numbered("sigma_time", &template), digits))
    }

    /// A label made of a template, once for all that need it.
    fn made(&mut self, name: &str, template: &str) -> String {
        let made = format!("{name}=`{template}`");
        if !self.made.contains(&made) {
            self.made.push(made);
        }
        name.to_owned()
    }

    fn numbered(&mut self, stem: &str, template: &str) -> String {
        let same = |made: &&String| made.starts_with(stem) && made.ends_with(&format!("=`{template}`"));
        if let Some((name, _)) = self.made.iter().find(same).and_then(|made| made.split_once('=')) {
            return name.to_owned();
        }
        let number = self.made.iter().filter(|made| made.starts_with(stem)).count() + 1;
        self.made(&format!("{stem}_{number}"), template)
    }
}

/// Go's layout of a part of a time, and its digits.
fn time_layout(part: &str) -> Option<(&'static str, usize)> {
    Some(match part {
        "minute" => ("04", 2),
        "hour" => ("15", 2),
        "day" => ("02", 2),
        "month" => ("01", 2),
        "year" => ("2006", 4),
        _ => return None,
    })
}

/// A number as the text it is in a log.
fn number(number: Number) -> String {
    number.to_string()
}
