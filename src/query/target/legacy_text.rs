//! How the 2019 converter wrote Lucene queries.

use crate::model::Value;
use crate::query::front::legacy::{Node, Rule, is_space};
use crate::query::refusal::{Documents, Refusal, Spot};

/// What differs between the 2019 targets.
pub(super) struct LegacyText {
    /// Whether values with wildcards are asked of `F.keyword`.
    pub(super) keyword_fields: bool,
    /// Whether every value is quoted, wildcards and numbers included.
    pub(super) always_quoted: bool,
    /// Characters escaped beyond the common ones; a tab stands for any whitespace.
    pub(super) extra: &'static str,
    /// Characters deleted.
    pub(super) drop: &'static str,
}

/// One query per rule, the first of its conditions; rules with an empty query are left out. On
/// failure the number of the rule at fault.
pub(super) fn queries<'r>(text: &LegacyText, rules: &[Rule<'r>]) -> Documents<'r> {
    let mut writer = Writer::new(text);
    let mut queries = Vec::with_capacity(rules.len());
    for (i, rule) in rules.iter().enumerate() {
        let Some(condition) = rule.conditions.first() else { continue };
        if condition.aggregation.is_some() {
            let reason = "a query string cannot count or relate events, as the aggregation of the condition asks";
            return Err((i, Refusal::unsupported(Spot::Condition(condition.position), reason)));
        }
        let query = writer.query(condition.search.as_ref()).map_err(|refusal| (i, refusal))?;
        queries.extend(query);
    }
    Ok(queries)
}

/// Writes the queries of one file: the state is shared by all its documents.
pub(super) struct Writer<'t> {
    text: &'t LegacyText,
    /// Whether the last field written was one for values with wildcards. Keywords do not change
    /// it: they are bare or quoted by what came before them, and bare at the start.
    keyword_mode: bool,
}

impl<'t> Writer<'t> {
    pub(super) fn new(text: &'t LegacyText) -> Self {
        Self { text, keyword_mode: true }
    }

    /// The query of a condition; `None` if it is empty.
    pub(super) fn query<'r>(&mut self, search: Option<&Node<'r>>) -> Result<Option<String>, Refusal<'r>> {
        let Some(search) = search else { return Ok(None) };
        let mut out = String::with_capacity(256);
        let written = self.node(&mut out, search)?;
        Ok(written.then_some(out))
    }

    /// Whether anything was written; if not, `out` is as before.
    fn node<'r>(&mut self, out: &mut String, node: &Node<'r>) -> Result<bool, Refusal<'r>> {
        match node {
            Node::And(children) => self.join(out, children, " AND "),
            Node::Or(children) => self.join(out, children, " OR "),
            Node::Not(child) => self.around(out, "NOT ", child, ""),
            Node::Group(child) => self.around(out, "(", child, ")"),
            Node::Null(entry) => {
                out.extend(["NOT _exists_:", &entry.0]);
                Ok(true)
            }
            Node::Field(entry) => {
                self.field(out, entry)?;
                Ok(true)
            }
            Node::Keyword(value) => {
                self.value(out, value, Spot::Item(value))?;
                Ok(true)
            }
        }
    }

    fn around<'r>(&mut self, out: &mut String, open: &str, child: &Node<'r>, close: &str) -> Result<bool, Refusal<'r>> {
        let start = out.len();
        out.push_str(open);
        let written = self.node(out, child)?;
        if written {
            out.push_str(close);
        } else {
            out.truncate(start);
        }
        Ok(written)
    }

    fn join<'r>(&mut self, out: &mut String, children: &[Node<'r>], between: &str) -> Result<bool, Refusal<'r>> {
        let mut any = false;
        for child in children {
            let start = out.len();
            if any {
                out.push_str(between);
            }
            if self.node(out, child)? {
                any = true;
            } else {
                out.truncate(start);
            }
        }
        Ok(any)
    }

    fn field<'r>(&mut self, out: &mut String, entry: &'r (String, Value)) -> Result<(), Refusal<'r>> {
        let (name, value) = entry;
        let wild = match value {
            Value::Seq(items) => items.iter().any(has_wildcard),
            value => has_wildcard(value),
        };
        self.keyword_mode = wild;
        out.push_str(name);
        out.push_str(if wild && self.text.keyword_fields { ".keyword:" } else { ":" });
        let Value::Seq(items) = value else { return self.value(out, value, Spot::Entry(entry)) };
        out.push('(');
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                out.push(' ');
            }
            self.value(out, item, Spot::Item(item))?;
        }
        out.push(')');
        Ok(())
    }

    fn value<'r>(&self, out: &mut String, value: &Value, spot: Spot<'r>) -> Result<(), Refusal<'r>> {
        let number;
        let text = match value {
            Value::Str(text) => text,
            Value::Int(i) => {
                number = i.to_string();
                &number
            }
            other => {
                let reason =
                    format!("the 2019 language searches for text and whole numbers, this is {}", other.type_name());
                return Err(Refusal::broken(spot, reason));
            }
        };
        let quoted = self.text.always_quoted || !self.keyword_mode;
        let start = out.len();
        if quoted {
            out.push('"');
        }
        self.escape(out, text);
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
                    lone || (self.text.keyword_fields && next == Some('u'))
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

/// A `*` or `?` without a backslash directly before it.
fn has_wildcard(value: &Value) -> bool {
    let Value::Str(text) = value else { return false };
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(i, byte)| matches!(byte, b'*' | b'?') && (i == 0 || bytes[i - 1] != b'\\'))
}
