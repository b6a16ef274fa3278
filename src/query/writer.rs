//! What a target is: a table of tokens, grouping rules and leaf writers, and the walk over it.
//!
//! A dialect writes single comparisons and lists of one field; operators, parentheses and
//! negation are written here, once for all of them.

use super::refusal::{Refusal, Spot};
use super::tree::{Leaf, Node, Test};

/// A query language.
pub(super) struct Dialect {
    /// Between the parts of an AND.
    pub(super) and: &'static str,
    /// Between the parts of an OR.
    pub(super) or: &'static str,
    /// Before what is negated.
    pub(super) not: &'static str,
    /// Which parts of an AND, OR or NOT stand in parentheses.
    pub(super) grouping: Grouping,
    /// Writes one comparison.
    pub(super) leaf: for<'r> fn(&mut String, &Leaf<'r>) -> Result<Form, Refusal<'r>>,
    /// Writes an OR of strings and numbers of one field in the language's list form.
    pub(super) list: fn(&mut String, &str, &[&Test]) -> Form,
}

/// How many parentheses a language's queries have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    /// Those without which the meaning would be another.
    Needed,
    /// One pair around every part that is no comparison, as Sigma's reference converter writes
    /// languages whose operators have no reliable precedence.
    Always,
}

/// What a piece of text is to its surroundings, which decides its parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Stands alone anywhere.
    Single,
    /// Starts with a negation. Fine in an AND; in an OR or under another negation some engines
    /// take it as a demand on the whole.
    Negated,
    /// Parts joined by AND.
    And,
    /// Parts joined by OR.
    Or,
}

impl Dialect {
    /// The query for a tree.
    pub(super) fn query<'r>(&self, node: &Node<'r>) -> Result<String, Refusal<'r>> {
        let mut out = String::with_capacity(256);
        self.node(&mut out, node)?;
        Ok(out)
    }

    fn node<'r>(&self, out: &mut String, node: &Node<'r>) -> Result<Form, Refusal<'r>> {
        match node {
            Node::Leaf(leaf) => self.leaf(out, leaf),
            Node::Not(child) => self.negation(out, child),
            Node::And(children) => self.join(out, children, Form::And),
            Node::Or(children) => match one_field(children, self.grouping) {
                Some((field, tests)) => Ok((self.list)(out, field, &tests)),
                None => self.join(out, children, Form::Or),
            },
        }
    }

    fn leaf<'r>(&self, out: &mut String, leaf: &Leaf<'r>) -> Result<Form, Refusal<'r>> {
        let Test::Any(tests) = &leaf.test else { return (self.leaf)(out, leaf) };
        if let Some(field) = leaf.field
            && tests.iter().all(fits_list)
        {
            return Ok((self.list)(out, field, &tests.iter().collect::<Vec<_>>()));
        }
        for (i, test) in tests.iter().enumerate() {
            if i > 0 {
                out.push_str(self.or);
            }
            (self.leaf)(out, &Leaf { field: leaf.field, test: test.clone(), spot: leaf.spot })?;
        }
        Ok(if tests.len() > 1 { Form::Or } else { Form::Single })
    }

    /// A negated null is a presence, not two negations.
    fn negation<'r>(&self, out: &mut String, child: &Node<'r>) -> Result<Form, Refusal<'r>> {
        if let Node::Leaf(Leaf { field, test: Test::Null | Test::Exists(false), spot }) = child {
            return (self.leaf)(out, &Leaf { field: *field, test: Test::Exists(true), spot: *spot });
        }
        out.push_str(self.not);
        let needs = |form| match self.grouping {
            Grouping::Needed => form != Form::Single,
            Grouping::Always => !matches!(child, Node::Leaf(_)),
        };
        grouped(out, |out| self.node(out, child), needs)?;
        Ok(Form::Negated)
    }

    fn join<'r>(&self, out: &mut String, children: &[Node<'r>], form: Form) -> Result<Form, Refusal<'r>> {
        for (i, child) in children.iter().enumerate() {
            if i > 0 {
                out.push_str(if form == Form::And { self.and } else { self.or });
            }
            let needs = |text| match (self.grouping, child) {
                (Grouping::Needed, _) => {
                    text != Form::Single && text != form && (form, text) != (Form::And, Form::Negated)
                }
                (Grouping::Always, Node::Leaf(_) | Node::Not(_)) => text == Form::Negated,
                (Grouping::Always, Node::And(_) | Node::Or(_)) => true,
            };
            grouped(out, |out| self.node(out, child), needs)?;
        }
        Ok(form)
    }
}

/// Writes something, in parentheses if its form asks for them.
fn grouped<'r>(
    out: &mut String,
    write: impl FnOnce(&mut String) -> Result<Form, Refusal<'r>>,
    needs_group: impl FnOnce(Form) -> bool,
) -> Result<(), Refusal<'r>> {
    let start = out.len();
    let form = write(out)?;
    if needs_group(form) {
        out.insert(start, '(');
        out.push(')');
    }
    Ok(())
}

fn fits_list(test: &Test) -> bool {
    match test {
        Test::Match(pattern) => pattern.placeholder().is_none(),
        Test::Number(_) => true,
        _ => false,
    }
}

/// The field and tests of an OR whose parts all are strings or numbers of the same field.
///
/// What a modifier expanded stays a list of its own where the reference's text is followed.
fn one_field<'n, 'r>(children: &'n [Node<'r>], grouping: Grouping) -> Option<(&'r str, Vec<&'n Test>)> {
    let mut field = None;
    let mut tests = Vec::with_capacity(children.len());
    for child in children {
        let Node::Leaf(leaf) = child else { return None };
        if leaf.field.is_none() || field.is_some_and(|field| field != leaf.field) {
            return None;
        }
        field = Some(leaf.field);
        match &leaf.test {
            Test::Any(_) if grouping == Grouping::Always => return None,
            Test::Any(inner) => tests.extend(inner),
            test => tests.push(test),
        }
    }
    tests.iter().all(|test| fits_list(test)).then_some((field??, tests))
}

/// The refusal of a test that a language cannot express, with the reason in the rule's words.
pub(super) fn cannot_say<'r>(test: &Test, spot: Spot<'r>, language: &str) -> Refusal<'r> {
    let what = match test {
        Test::FieldRef(field) => format!("the comparison with the field `{field}` (`fieldref`)"),
        Test::Cased(_) => "a comparison in exact case (`cased`)".to_owned(),
        Test::TimePart(part, _) => format!("a comparison of a part of the time (`{part}`)"),
        Test::Bytes(_) => "UTF-16 text that is not base64-encoded".to_owned(),
        Test::Match(pattern) if pattern.placeholder().is_some() => {
            let name = pattern.placeholder().unwrap_or_default();
            let reason = format!("the placeholder `%{name}%` has no values");
            return Refusal::unsupported(spot, reason).help("replace `expand` and the placeholder by your own values");
        }
        _ => "this comparison".to_owned(),
    };
    Refusal::unsupported(spot, format!("{language} cannot express {what}"))
}
