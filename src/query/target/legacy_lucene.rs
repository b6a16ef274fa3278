//! How the 2019 converter wrote Lucene queries.

use crate::model::Value;
use crate::query::front::legacy::{Leaf, Rule, is_space};
use crate::query::refusal::{Documents, Spot};

use super::legacy_text::{Done, LegacyDialect, Tokens, cannot_count, documents, items, text_of, words};

/// What differs between the 2019 targets.
pub(super) struct LegacyLucene {
    /// Whether values with wildcards are asked of `F.keyword`.
    pub(super) keyword_fields: bool,
    /// Whether every value is quoted, wildcards and numbers included.
    pub(super) always_quoted: bool,
    /// Whether a wildcard behind two backslashes is one, as behind one it never is.
    pub(super) pairs: bool,
    /// What stands between the values of a list.
    pub(super) between: &'static str,
    /// Characters escaped beyond the common ones; a tab stands for any whitespace.
    pub(super) extra: &'static str,
    /// Characters deleted.
    pub(super) drop: &'static str,
}

/// The queries of a file.
pub(super) fn queries<'r>(text: &LegacyLucene, rules: &[Rule<'r>]) -> Documents<'r> {
    let mut writer = Writer::new(text);
    documents(rules, |_, condition| {
        if condition.aggregation.is_some() {
            let reason = "a query string cannot count or relate events, as the aggregation of the condition asks";
            return Err(cannot_count(condition, reason));
        }
        writer.query(condition)
    })
}

/// Writes the queries of one file: the state is shared by all its documents.
pub(super) struct Writer<'t> {
    text: &'t LegacyLucene,
    /// Whether the last field written was one for values with wildcards. Keywords do not change
    /// it: they are bare or quoted by what came before them, and bare at the start.
    keyword_mode: bool,
}

impl LegacyDialect for Writer<'_> {
    const TOKENS: Tokens = words(" AND ", " OR ", "NOT ");

    fn field<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        let wild = match leaf.value() {
            Value::Seq(items) => items.iter().any(|item| self.text.has_wildcard(item)),
            value => self.text.has_wildcard(value),
        };
        self.keyword_mode = wild;
        out.push_str(leaf.name);
        out.push_str(if wild && self.text.keyword_fields { ".keyword:" } else { ":" });
        match leaf.value() {
            Value::Seq(list) => {
                items(out, list, ("(", self.text.between, ")"), |out, item| self.value(out, item, Spot::Item(item)))
            }
            value => self.value(out, value, Spot::Entry(leaf.entry)),
        }
    }

    fn null<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r> {
        out.extend(["NOT _exists_:", leaf.name]);
        Ok(())
    }

    fn keyword<'r>(&mut self, out: &mut String, value: &'r Value) -> Done<'r> {
        self.value(out, value, Spot::Item(value))
    }
}

impl<'t> Writer<'t> {
    pub(super) fn new(text: &'t LegacyLucene) -> Self {
        Self { text, keyword_mode: true }
    }

    /// Writes that a field matches an expression, which is written as it is.
    pub(super) fn regex(&mut self, out: &mut String, name: &str, regex: &str) {
        self.keyword_mode = false;
        out.extend([name, ":/", regex, "/"]);
    }

    /// Writes text that is looked for anywhere in any field, in no quotes.
    pub(super) fn anywhere(&self, out: &mut String, text: &str) {
        out.push_str(if text.starts_with('*') { "" } else { "*" });
        self.escape(out, text);
        out.push_str(if text.ends_with('*') { "" } else { "*" });
    }

    fn value<'r>(&self, out: &mut String, value: &Value, spot: Spot<'r>) -> Done<'r> {
        let text = text_of(value, spot)?;
        let quoted = self.text.always_quoted || !self.keyword_mode;
        let start = out.len();
        if quoted {
            out.push('"');
        }
        self.escape(out, &text);
        if quoted {
            out.push('"');
        } else if out[start..].chars().all(is_space) {
            out.truncate(start);
            out.push_str("\"\"");
        }
        Ok(())
    }

    /// Escapes in one pass over the original text: what was escaped is not looked at again.
    fn escape(&self, out: &mut String, text: &str) {
        let mut previous = None;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let next = chars.peek().copied();
            let special = match c {
                '\\' => {
                    let lone = previous != Some('\\') && !matches!(next, Some('*' | '?' | '\\'));
                    // In 2019 only the Elasticsearch targets took care of `\u`.
                    lone || (!self.text.extra.is_empty() && next == Some('u'))
                }
                '&' | '|' => next == Some(c),
                _ => {
                    r#"+-!(){}[]^"~:/"#.contains(c)
                        || (!self.text.extra.is_empty() && (self.text.extra.contains(c) || is_space(c)))
                }
            };
            if special {
                out.push('\\');
            }
            if !self.text.drop.contains(c) {
                out.push(c);
            }
            previous = Some(c);
            if special && matches!(c, '&' | '|') {
                out.extend(chars.next());
            }
        }
    }
}

impl LegacyLucene {
    /// Whether there is a `*` or `?` no backslash takes its meaning from.
    fn has_wildcard(&self, value: &Value) -> bool {
        let Value::Str(text) = value else { return false };
        let mut backslashes = 0;
        text.chars().any(|c| {
            let is_escaped = if self.pairs { backslashes % 2 == 1 } else { backslashes > 0 };
            backslashes = if c == '\\' { backslashes + 1 } else { 0 };
            matches!(c, '*' | '?') && !is_escaped
        })
    }
}
