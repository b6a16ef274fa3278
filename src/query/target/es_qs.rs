//! `es-qs`: Elasticsearch query strings, as typed into Kibana's search bar in Lucene mode.
//!
//! Values with wildcards are searched in the `.keyword` sub-field that Elasticsearch's dynamic
//! mapping makes, since an analyzed field holds single words; values without are searched as a
//! phrase in the field itself, which ignores case and also works where there is no sub-field.

use crate::query::front::legacy;
use crate::query::reading::Reading;
use crate::query::refusal::{Documents, Refusal};
use crate::query::test::Test;
use crate::query::tree::Leaf;
use crate::query::writer::{Dialect, Form, Grouping, List, Syntax, Written, cannot_say};

use super::legacy_lucene::LegacyLucene;
use super::{Format, LegacyTarget, Target, lucene_regex, lucene_syntax};

pub(super) const TARGET: Target = Target {
    name: "es-qs",
    title: "Kibana query",
    description: "Elasticsearch query string for Kibana's search bar (Lucene mode)",
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
pub(super) struct EsQs;

impl<'n> Dialect<'n> for EsQs {
    const SYNTAX: Syntax = lucene_syntax::syntax(Grouping::Needed);

    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n> {
        write_leaf(out, &leaf)
    }

    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        Ok(write_list(out, list.field, list.tests))
    }
}

/// The 2019 writer, for the targets that embed one.
pub(super) const LEGACY: LegacyLucene =
    LegacyLucene { keyword_fields: true, always_quoted: false, pairs: false, between: " ", extra: "= \t", drop: "<>" };

fn modern<'n>(reading: &Reading<'n>) -> Result<Vec<String>, Refusal<'n>> {
    reading.queries.iter().map(|query| EsQs.query(query)).collect()
}

fn legacy_queries<'r>(rules: &[legacy::Rule<'r>]) -> Documents<'r> {
    super::legacy_lucene::queries(&LEGACY, rules)
}

fn write_leaf<'n>(out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
    let Some(name) = leaf.field else { return keyword(out, leaf) };
    match leaf.test {
        Test::Match(pattern) if pattern.placeholder().is_none() => {
            field(out, name, pattern.has_wildcard() || pattern.parts().is_empty());
            lucene_syntax::value(out, leaf.test);
        }
        Test::Number(_) | Test::Bool(_) => {
            field(out, name, false);
            lucene_syntax::value(out, leaf.test);
        }
        Test::Null | Test::Exists(_) => {
            return Ok(lucene_syntax::presence(out, name, *leaf.test == Test::Exists(true)));
        }
        Test::Regex(pattern, flags) => {
            let regex = lucene_regex::of(leaf, pattern, *flags)?;
            field(out, name, true);
            out.extend(["/", &regex, "/"]);
        }
        Test::Cidr(network) => {
            field(out, name, false);
            lucene_syntax::quoted(out, network);
        }
        Test::Compare(comparison, number) => {
            field(out, name, false);
            out.push_str(comparison.sign());
            out.push_str(&number.to_string());
        }
        _ => return Err(cannot_say(leaf, "a Kibana query")),
    }
    Ok(Form::Single)
}

fn keyword<'n>(out: &mut String, leaf: &Leaf<'n>) -> Written<'n> {
    match leaf.test {
        Test::Match(pattern) if pattern.placeholder().is_none() => {
            return Ok(lucene_syntax::keyword(out, pattern, true));
        }
        Test::Number(_) | Test::Bool(_) => lucene_syntax::value(out, leaf.test),
        Test::Regex(pattern, flags) => {
            let regex = lucene_regex::of(leaf, pattern, *flags)?;
            out.extend(["/", &regex, "/"]);
        }
        _ => return Err(cannot_say(leaf, "a Kibana query")),
    }
    Ok(Form::Single)
}

fn field(out: &mut String, name: &str, keyword: bool) {
    lucene_syntax::field(out, name);
    out.push_str(if keyword { ".keyword:" } else { ":" });
}

/// Values with and without wildcards are asked of different fields, so that each means the same
/// in a list as alone.
fn write_list(out: &mut String, name: &str, tests: &[&Test]) -> Form {
    let in_keyword =
        |test: &&Test| lucene_syntax::is_wildcard(test) || matches!(test, Test::Match(p) if p.parts().is_empty());
    let (wild, plain): (Vec<&Test>, Vec<&Test>) = tests.iter().partition(|test| in_keyword(test));
    for (i, (tests, keyword)) in [(&wild, true), (&plain, false)].into_iter().filter(|(t, _)| !t.is_empty()).enumerate()
    {
        if i > 0 {
            out.push_str(lucene_syntax::OR);
        }
        field(out, name, keyword);
        lucene_syntax::values(out, tests, |out, test| lucene_syntax::value(out, test));
    }
    if wild.is_empty() || plain.is_empty() { Form::Single } else { Form::Or }
}
