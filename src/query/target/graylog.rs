//! `graylog`: Graylog's search bar.
//!
//! Graylog keeps message fields unanalyzed, so there is one field for values with and without
//! wildcards. A wildcard at the start of a value needs `allow_leading_wildcard_searches = true`
//! in the server's configuration.

use crate::query::front::legacy;
use crate::query::reading::Reading;
use crate::query::refusal::{Documents, Refusal};
use crate::query::test::Test;
use crate::query::tree::Leaf;
use crate::query::writer::{Dialect, Form, Grouping, List, Syntax, Written, cannot_say};

use super::legacy_lucene::LegacyLucene;
use super::{Format, LegacyTarget, Target, lucene_regex, lucene_syntax};

pub(super) const TARGET: Target = Target {
    name: "graylog",
    title: "Graylog",
    description: "Query for Graylog's search bar",
    formats: &[Format {
        name: "default",
        description: "the query",
        language: "lucene",
        write: modern,
        correlate: None,
    }],
    legacy: Some(LegacyTarget { write: legacy_queries, end: "", index_field: false }),
};

/// The language of the queries.
struct Graylog;

impl<'n> Dialect<'n> for Graylog {
    const SYNTAX: Syntax = lucene_syntax::syntax(Grouping::Needed);

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        write_leaf(out, &leaf)
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        Ok(write_list(out, list.field, list.tests))
    }
}

const LEGACY: LegacyLucene =
    LegacyLucene { keyword_fields: false, always_quoted: true, pairs: false, between: " ", extra: "", drop: "" };

fn modern<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    reading.queries.iter().map(|query| Graylog.query(query)).collect()
}

fn legacy_queries<'r>(rules: &[legacy::Rule<'r>]) -> Documents<'r> {
    super::legacy_lucene::queries(&LEGACY, rules)
}

fn write_leaf<'n>(out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
    if let (Some(name), Test::Null | Test::Exists(_)) = (leaf.field, leaf.test) {
        return Ok(lucene_syntax::presence(out, name, *leaf.test == Test::Exists(true)));
    }
    if let Some(name) = leaf.field {
        field(out, name);
    }
    match (leaf.test, leaf.field) {
        (Test::Match(pattern), None) if pattern.placeholder().is_none() => {
            return Ok(lucene_syntax::keyword(out, pattern, false));
        }
        (Test::Match(pattern), _) if pattern.placeholder().is_none() => lucene_syntax::value(out, leaf.test),
        (Test::Number(_) | Test::Bool(_), _) => lucene_syntax::value(out, leaf.test),
        (Test::Regex(pattern, flags), _) => {
            let regex = lucene_regex::of(leaf, pattern, *flags)?;
            out.extend(["/", &regex, "/"]);
        }
        (Test::Cidr(network), Some(_)) => lucene_syntax::quoted(out, network),
        (Test::Compare(comparison, number), Some(_)) => {
            out.push_str(comparison.sign());
            out.push_str(&number.to_string());
        }
        _ => return Err(cannot_say(leaf, "a Graylog query")),
    }
    Ok(Form::Single)
}

fn field(out: &mut String, name: &str) {
    lucene_syntax::field(out, name);
    out.push(':');
}

fn write_list(out: &mut String, name: &str, tests: &[&Test]) -> Form {
    field(out, name);
    lucene_syntax::values(out, tests, |out, test| lucene_syntax::value(out, test));
    Form::Single
}
