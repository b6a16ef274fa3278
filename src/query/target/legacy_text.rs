//! The walk over a condition of 2019, once for all targets of the converter of that time.
//!
//! A target is a table of tokens and the functions that write single comparisons; what it wrote
//! of a comparison it could not say, or of a value it did not know, is its own affair.

use std::borrow::Cow;

use crate::model::Value;
use crate::query::front::legacy::{Condition, Leaf, Node, Rule};
use crate::query::refusal::{Documents, Refusal, Spot};

/// The tokens of a target.
pub(super) struct Tokens {
    pub(super) and: Join,
    pub(super) or: Join,
    /// Before and after what is negated.
    pub(super) not: (&'static str, &'static str),
    /// Before and after a group.
    pub(super) group: (&'static str, &'static str),
    /// Whether nothing at all is written where there is nothing to say, so that what stands
    /// around it vanishes as well.
    pub(super) drops_empty: bool,
}

/// How the parts of an operator are written.
pub(super) struct Join {
    pub(super) open: &'static str,
    pub(super) before: &'static str,
    pub(super) between: &'static str,
    pub(super) after: &'static str,
    pub(super) close: &'static str,
}

impl Join {
    /// With a word between the parts and nothing else.
    pub(super) const fn by(between: &'static str) -> Self {
        Self { open: "", before: "", between, after: "", close: "" }
    }
}

/// The words most targets had.
pub(super) const fn words(and: &'static str, or: &'static str, not: &'static str) -> Tokens {
    Tokens { and: Join::by(and), or: Join::by(or), not: (not, ""), group: ("(", ")"), drops_empty: true }
}

/// Nothing, or why a comparison cannot be written.
pub(super) type Done<'r> = Result<(), Refusal<'r>>;

/// A target of 2019, with what it keeps from one comparison to the next.
pub(super) trait LegacyDialect {
    /// Its tokens.
    const TOKENS: Tokens;

    /// Writes that a field has a value, or one of a list.
    fn field<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r>;

    /// The same, where a comparison can be nothing to write; whether anything was written.
    fn compared<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Result<bool, Refusal<'r>> {
        self.field(out, leaf).map(|()| true)
    }

    /// Writes that a field has no value.
    fn null<'r>(&mut self, out: &mut String, leaf: Leaf<'r>) -> Done<'r>;

    /// Writes text anywhere in the event.
    fn keyword<'r>(&mut self, out: &mut String, value: &'r Value) -> Done<'r>;

    /// Writes that the event is kept in an index, for targets that search so.
    fn index(&mut self, _out: &mut String, _name: &str) {}

    /// The query of a condition; `None` if it is empty.
    fn query<'r>(&mut self, condition: &Condition<'r>) -> Result<Option<String>, Refusal<'r>> {
        let Some(search) = &condition.search else { return Ok(None) };
        let mut out = String::with_capacity(256);
        let written = self.node(&mut out, search)?;
        Ok(written.then_some(out))
    }

    /// Whether anything was written; if not, `out` is as before.
    fn node<'r>(&mut self, out: &mut String, node: &Node<'r>) -> Result<bool, Refusal<'r>> {
        match node {
            Node::And(children) => self.join(out, children, &Self::TOKENS.and),
            Node::Or(children) => self.join(out, children, &Self::TOKENS.or),
            Node::Not(child) => self.around(out, child, Self::TOKENS.not),
            Node::Group(child) => self.group(out, child),
            Node::Null(leaf) => self.null(out, *leaf).map(|()| true),
            Node::Field(leaf) => self.compared(out, *leaf),
            Node::Keyword(value) => self.keyword(out, value).map(|()| true),
            Node::Index(name) => {
                self.index(out, name);
                Ok(true)
            }
        }
    }

    /// Writes a group; whether anything was written.
    fn group<'r>(&mut self, out: &mut String, child: &Node<'r>) -> Result<bool, Refusal<'r>> {
        self.around(out, child, Self::TOKENS.group)
    }

    /// Writes something between two tokens.
    fn around<'r>(
        &mut self,
        out: &mut String,
        child: &Node<'r>,
        (open, close): (&str, &str),
    ) -> Result<bool, Refusal<'r>> {
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

    /// Writes the parts of an operator.
    fn join<'r>(&mut self, out: &mut String, children: &[Node<'r>], join: &Join) -> Result<bool, Refusal<'r>> {
        let begin = out.len();
        out.push_str(join.open);
        let mut any = false;
        for child in children {
            let start = out.len();
            if any {
                out.push_str(join.between);
            }
            out.push_str(join.before);
            if self.node(out, child)? {
                out.push_str(join.after);
                any = true;
            } else {
                out.truncate(start);
            }
        }
        if any || !Self::TOKENS.drops_empty {
            out.push_str(join.close);
            return Ok(true);
        }
        out.truncate(begin);
        Ok(false)
    }
}

/// One text per rule, made of the first of its conditions; rules without one are left out. On
/// failure the number of the rule at fault.
pub(super) fn documents<'r>(
    rules: &[Rule<'r>],
    mut write: impl FnMut(&Rule<'r>, &Condition<'r>) -> Result<Option<String>, Refusal<'r>>,
) -> Documents<'r> {
    let mut texts = Vec::with_capacity(rules.len());
    for (i, rule) in rules.iter().enumerate() {
        let Some(condition) = rule.conditions.first() else { continue };
        texts.extend(write(rule, condition).map_err(|refusal| (i, refusal))?);
    }
    Ok(texts)
}

/// The refusal of an aggregation.
pub(super) fn cannot_count<'r>(condition: &Condition<'r>, reason: &'static str) -> Refusal<'r> {
    Refusal::unsupported(Spot::Condition(condition.position), reason)
}

/// The text of a value the language of 2019 knew.
pub(super) fn text_of<'v, 'r>(value: &'v Value, spot: Spot<'r>) -> Result<Cow<'v, str>, Refusal<'r>> {
    match value {
        Value::Str(text) => Ok(Cow::Borrowed(text)),
        Value::Int(number) => Ok(Cow::Owned(number.to_string())),
        other => {
            let reason =
                format!("the 2019 language searches for text and whole numbers, this is {}", other.type_name());
            Err(Refusal::broken(spot, reason))
        }
    }
}

/// The text of an item of a list, for the targets that took any scalar there.
pub(super) fn any_text_of<'v, 'r>(value: &'v Value, spot: Spot<'r>) -> Result<Cow<'v, str>, Refusal<'r>> {
    match value {
        Value::Null => Ok(Cow::Borrowed("None")),
        Value::Bool(true) => Ok(Cow::Borrowed("True")),
        Value::Bool(false) => Ok(Cow::Borrowed("False")),
        Value::Float(number) => Ok(Cow::Owned(format!("{number:?}"))),
        other => text_of(other, spot),
    }
}

/// Appends the items of a list of a field.
pub(super) fn items<'r>(
    out: &mut String,
    items: &'r [Value],
    (open, between, close): (&str, &str, &str),
    mut write: impl FnMut(&mut String, &'r Value) -> Done<'r>,
) -> Done<'r> {
    out.push_str(open);
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(between);
        }
        write(out, item)?;
    }
    out.push_str(close);
    Ok(())
}

/// Appends text with a backslash before each of `special`, and before each backslash that stands
/// alone and before no wildcard. What was escaped is not looked at again.
pub(super) fn escape(out: &mut String, text: &str, special: impl Fn(char) -> bool) {
    let mut previous = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let alone = c == '\\' && previous != Some('\\') && !matches!(chars.peek(), Some('*' | '?' | '\\'));
        if alone || special(c) {
            out.push('\\');
        }
        out.push(c);
        previous = Some(c);
    }
}
