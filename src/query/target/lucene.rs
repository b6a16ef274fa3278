//! `lucene`: Lucene queries over unanalyzed fields, as Elastic Common Schema and `OpenSearch`
//! index templates have them.
//!
//! Follows the text of Sigma's reference converter, except for regular expressions: those it
//! leaves as they are, and the engine then matches something else.

use crate::query::pattern::Pattern;
use crate::query::reading::Reading;
use crate::query::refusal::Refusal;
use crate::query::test::Test;
use crate::query::tree::Leaf;
use crate::query::writer::{Dialect, Form, Grouping, List, Syntax, Written, cannot_say, is_string_or_number};

use super::lucene_formats::{Wrap, dsl, saved_search, siem_rule, siem_rule_ndjson};
use super::{Format, Target, Write, lucene_regex, lucene_syntax};

pub(super) const TARGET: Target = Target {
    name: "lucene",
    title: "Lucene",
    description: "Lucene query for Elasticsearch and OpenSearch with unanalyzed (keyword) fields",
    formats: &[
        Format { name: "default", description: "the query", language: "lucene", write: queries, correlate: None },
        json("dsl", "a search request in Elasticsearch's query DSL", |reading| wrapped(reading, dsl)),
        json("dsl_lucene", "the same as `dsl`", |reading| wrapped(reading, dsl)),
        json("kibana_ndjson", "a saved search that Kibana imports", |reading| wrapped(reading, saved_search)),
        json("siem_rule", "a detection rule for Kibana's alerting", |reading| wrapped(reading, siem_rule)),
        json("siem_rule_ndjson", "a detection rule that Elastic Security imports", |reading| {
            wrapped(reading, siem_rule_ndjson)
        }),
    ],
    legacy: None,
};

/// The language of the queries.
struct Lucene {
    /// Whether queries are right rather than the reference's.
    strict: bool,
}

impl<'n> Dialect<'n> for Lucene {
    const SYNTAX: Syntax = lucene_syntax::syntax(Grouping::Always);

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        self.write_leaf(out, &leaf)
    }

    fn lists(&self, test: &Test) -> bool {
        match test {
            // The reference forgets the case of values in a list.
            Test::Cased(pattern) => !self.strict && pattern.placeholder().is_none(),
            _ => is_string_or_number(test),
        }
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        Ok(write_list(out, list.field, list.tests, self.strict))
    }
}

/// A format of JSON around the query.
pub(super) const fn json(name: &'static str, description: &'static str, write: Write) -> Format {
    Format { name, description, language: "json", write, correlate: None }
}

/// The queries.
pub(super) fn queries<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let mut lucene = Lucene { strict: reading.strict() };
    reading.queries.iter().map(|query| lucene.query(query)).collect()
}

/// The queries in what `wrap` puts around them.
pub(super) fn wrapped<'n>(reading: &Reading<'n>, wrap: Wrap) -> Result<Vec<String>, Refusal<'n>> {
    let queries = queries(reading)?.into_iter().enumerate();
    Ok(queries.map(|(number, query)| wrap(reading, number, query)).collect())
}

impl Lucene {
    fn write_leaf<'n>(&self, out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
        if let (Some(name), Test::Null | Test::Exists(_)) = (leaf.field, leaf.test) {
            return Ok(lucene_syntax::presence(out, name, *leaf.test == Test::Exists(true)));
        }
        if let Some(name) = leaf.field {
            lucene_syntax::field(out, name);
            out.push(':');
        }
        match (leaf.test, leaf.field) {
            (Test::Match(pattern), None) if pattern.placeholder().is_none() && !self.strict => {
                out.push('*');
                bare(out, pattern, false);
                out.push('*');
            }
            (Test::Match(pattern), None) if pattern.placeholder().is_none() => {
                lucene_syntax::bare(out, &pattern.clone().open_start().open_end());
            }
            (Test::Match(pattern), Some(_)) if pattern.placeholder().is_none() => text(out, pattern, self.strict),
            (Test::Number(number), _) => lucene_syntax::number(out, *number),
            (Test::Bool(b), _) => out.push_str(if *b { "true" } else { "false" }),
            (Test::Regex(pattern, flags), Some(_)) if !self.strict => {
                out.push('/');
                out.push_str(&flags.prefix());
                out.push_str(&pattern.replace('/', "\\/"));
                out.push('/');
            }
            (Test::Regex(pattern, flags), _) if self.strict => {
                let regex = lucene_regex::of(leaf, pattern, *flags)?;
                out.extend(["/", &regex, "/"]);
            }
            (Test::Cidr(network), Some(_)) => lucene_syntax::bare(out, &Pattern::literal(network)),
            (Test::Compare(comparison, number), Some(_)) => {
                out.push_str(comparison.sign());
                out.push_str(&number.to_string());
            }
            _ => return Err(cannot_say(leaf, "a Lucene query")),
        }
        Ok(Form::Single)
    }
}

/// A value: a phrase if it has a space and no wildcard, else a term.
fn text(out: &mut String, pattern: &Pattern, strict: bool) {
    // Operators of the syntax, with a backslash before them or not.
    let is_operator = |plain: &str| matches!(plain, "AND" | "OR" | "NOT") || plain.starts_with(['<', '>']);
    match pattern.as_text() {
        Some("") => out.push_str("\"\""),
        Some(plain)
            if if strict {
                plain.contains(lucene_syntax::is_space) || is_operator(plain)
            } else {
                plain.contains(' ')
            } =>
        {
            out.push('"');
            lucene_syntax::escaped(out, plain, false);
            out.push('"');
        }
        _ => bare(out, pattern, strict),
    }
}

/// A term; the reference escapes no white space but the space.
fn bare(out: &mut String, pattern: &Pattern, strict: bool) {
    let start = out.len();
    lucene_syntax::bare(out, pattern);
    if !strict && out[start..].contains(NOT_ESCAPED) {
        let mut escaped = out.split_off(start);
        for space in NOT_ESCAPED {
            escaped = escaped.replace(&format!("\\{space}"), &space.to_string());
        }
        out.push_str(&escaped);
    }
}

/// White space that ends a term in Lucene's grammar and that the reference leaves as it is.
const NOT_ESCAPED: [char; 4] = ['\t', '\n', '\r', '\u{3000}'];

/// In parentheses even for a single value: then it is one that a modifier expanded to itself.
fn write_list(out: &mut String, name: &str, tests: &[&Test], strict: bool) -> Form {
    lucene_syntax::field(out, name);
    out.push_str(if tests.len() == 1 { ":(" } else { ":" });
    lucene_syntax::values(out, tests, |out, test| match test {
        Test::Match(pattern) | Test::Cased(pattern) => text(out, pattern, strict),
        Test::Number(number) => lucene_syntax::number(out, *number),
        _ => {}
    });
    if tests.len() == 1 {
        out.push(')');
    }
    Form::Single
}
