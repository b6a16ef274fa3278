//! `es-qs` and `graylog`: lists of one have `OR` between their values and those of the other have
//! blanks, a negation is in parentheses, both search for wildcards in `.keyword` fields, and for
//! several texts that belong to no field in all of them.

use crate::model::Value;
use crate::query::front::legacy::{Leaf, Node, Rule};
use crate::query::refusal::Refusal;
use crate::query::target::legacy_lucene::{LegacyLucene, Writer};
use crate::query::target::legacy_text::{Done, LegacyDialect, Tokens, documents, words};

use super::{Backend, Printed, comparable, refused, regex};

pub(super) const ES_QS: Backend =
    Backend { name: "es-qs", config: Some("winlogbeat"), write: es_qs, end: "", index_field: false };

pub(super) const GRAYLOG: Backend =
    Backend { name: "graylog", config: None, write: graylog, end: "", index_field: false };

/// The texts of `es-qs`, which `xpack-watcher` has as well.
pub(super) const ELASTICSEARCH: LegacyLucene =
    LegacyLucene { keyword_fields: true, always_quoted: false, pairs: true, between: " OR ", extra: "= \t", drop: "" };

const GRAYLOG_TEXT: LegacyLucene =
    LegacyLucene { keyword_fields: true, always_quoted: false, pairs: true, between: " ", extra: "", drop: "" };

fn es_qs<'r>(rules: &[Rule<'r>]) -> Printed<'r> {
    queries(&ELASTICSEARCH, rules)
}

fn graylog<'r>(rules: &[Rule<'r>]) -> Printed<'r> {
    queries(&GRAYLOG_TEXT, rules)
}

fn queries<'r>(text: &LegacyLucene, rules: &[Rule<'r>]) -> Printed<'r> {
    let mut lucene = Lucene::new(text);
    Printed::whole(documents(rules, |_, condition| {
        if condition.aggregation.is_some() {
            return Err(refused(condition, "Aggregations not implemented for this backend"));
        }
        lucene.query(condition)
    }))
}

/// Writes the queries of one file.
pub(super) struct Lucene<'t>(Writer<'t>);

impl<'t> Lucene<'t> {
    pub(super) fn new(text: &'t LegacyLucene) -> Self {
        Self(Writer::new(text))
    }
}

impl LegacyDialect for Lucene<'_> {
    const TOKENS: Tokens = Tokens { not: ("(NOT ", ")"), ..words(" AND ", " OR ", "") };

    fn field<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        if let Some(regex) = regex(leaf) {
            self.0.regex(out, leaf.name, regex);
            return Ok(());
        }
        comparable(leaf)?;
        self.0.field(out, leaf)
    }

    fn null<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        self.0.null(out, leaf)
    }

    fn group<'r>(&mut self, out: &mut String, child: &Node<'r>) -> Result<bool, Refusal<'r>> {
        let (children, between) = match child {
            Node::And(children) => (children, Self::TOKENS.and.between),
            Node::Or(children) => (children, Self::TOKENS.or.between),
            _ => return self.around(out, child, Self::TOKENS.group),
        };
        let text = |node: &Node<'r>| if let Node::Keyword(value) = node { value.as_str() } else { None };
        let Some(texts) = children.iter().map(text).collect::<Option<Vec<_>>>().filter(|texts| !texts.is_empty())
        else {
            return self.around(out, child, Self::TOKENS.group);
        };
        for (i, text) in texts.into_iter().enumerate() {
            out.push_str(if i == 0 { "\\*.keyword:(" } else { between });
            self.0.anywhere(out, text);
        }
        out.push(')');
        Ok(true)
    }

    fn keyword<'r>(&mut self, out: &mut String, value: &'r Value) -> Done<'r> {
        self.0.keyword(out, value)
    }
}
