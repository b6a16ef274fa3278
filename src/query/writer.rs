//! The walk over a condition tree, once for all languages.
//!
//! A [`Dialect`] is a table ([`Syntax`]: tokens, parentheses, which comparisons may be written as
//! a list) and the functions that write single comparisons and lists of one field. Operators,
//! parentheses and negation are written here; a language that needs it otherwise overrides the
//! function concerned. A dialect may keep what it has to write elsewhere in the query.

use super::refusal::{Refusal, Spot};
use super::test::Test;
use super::tree::{Leaf, Node};

/// The table of a query language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Syntax {
    /// Between the parts of an AND.
    pub(super) and: &'static str,
    /// Between the parts of an OR.
    pub(super) or: &'static str,
    /// Before what is negated.
    pub(super) not: &'static str,
    /// Which parts of an AND, OR or NOT stand in parentheses.
    pub(super) grouping: Grouping,
    /// Which comparisons of one field are written as a list.
    pub(super) lists: Lists,
    /// Whether the negation of "has no value" is written as "has a value".
    pub(super) not_null: bool,
}

/// Where a language has a list form for strings and numbers of one field.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lists {
    /// For an OR.
    pub(super) any: bool,
    /// For an AND.
    pub(super) all: bool,
    /// What one written value became (`windash` …), though it be only one.
    pub(super) expansions: bool,
}

impl Lists {
    /// No list form.
    pub(super) const NONE: Self = Self { any: false, all: false, expansions: false };
    /// For an OR only.
    pub(super) const ANY: Self = Self { any: true, all: false, expansions: false };
}

/// How many parentheses a language's queries have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grouping {
    /// Those without which the meaning would be another, in a language whose operators have no
    /// reliable precedence.
    Needed,
    /// Those needed where AND binds tighter than OR.
    AndFirst,
    /// Those needed where OR binds tighter than AND.
    OrFirst,
    /// One pair around every part that is no comparison.
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

/// How the parts of a node are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    /// All.
    And,
    /// Any.
    Or,
}

/// What a piece of text is, or why there is none.
pub(super) type Written<'n> = Result<Form, Refusal<'n>>;

/// A language, with whatever state the writing of one query needs.
pub(super) trait Dialect<'n> {
    /// Its table.
    const SYNTAX: Syntax;

    /// Writes one comparison; never a [`Test::Any`].
    fn leaf(&mut self, out: &mut String, leaf: Leaf<'n>) -> Written<'n>;

    /// Writes strings and numbers of one field in the list form.
    fn list(&mut self, out: &mut String, list: &List<'_, 'n>) -> Written<'n> {
        let leaves: Vec<Node<'n>> = list.leaves().map(Node::Leaf).collect();
        self.join(out, &leaves, list.link)
    }

    /// Whether a test may stand in a list.
    fn lists(&self, test: &Test) -> bool {
        is_string_or_number(test)
    }

    /// Writes a node.
    fn node(&mut self, out: &mut String, node: &Node<'n>) -> Written<'n> {
        write_node(self, out, node)
    }

    /// Writes the negation of a node.
    fn negation(&mut self, out: &mut String, child: &Node<'n>) -> Written<'n> {
        write_negation(self, out, child)
    }

    /// Writes an AND or OR that has no list form.
    fn join(&mut self, out: &mut String, children: &[Node<'n>], link: Link) -> Written<'n> {
        write_join(self, out, children, link)
    }

    /// Whether a child of an AND or OR that was written as `form` stands in parentheses.
    fn groups(&self, link: Link, child: &Node<'n>, form: Form) -> bool {
        needs_group(Self::SYNTAX, link, child, form)
    }

    /// The query for a tree.
    fn query(&mut self, node: &Node<'n>) -> Result<String, Refusal<'n>> {
        let mut out = String::with_capacity(256);
        self.node(&mut out, node)?;
        Ok(out)
    }
}

/// Comparisons of one field, joined in one way.
pub(super) struct List<'l, 'n> {
    /// The field.
    pub(super) field: &'n str,
    /// What it is compared with.
    pub(super) tests: &'l [&'n Test],
    /// How the comparisons are joined.
    pub(super) link: Link,
    /// Where the first was written.
    pub(super) spot: Spot<'n>,
}

impl<'n> List<'_, 'n> {
    /// Each comparison alone.
    pub(super) fn leaves(&self) -> impl Iterator<Item = Leaf<'n>> {
        self.tests.iter().map(|test| Leaf { field: Some(self.field), test, spot: self.spot, optional: true })
    }
}

/// Writes a node as [`Dialect::node`] does unless a language has its own way.
pub(super) fn write_node<'n, D: Dialect<'n> + ?Sized>(
    dialect: &mut D,
    out: &mut String,
    node: &Node<'n>,
) -> Written<'n> {
    let (children, link) = match node {
        Node::Leaf(leaf) => return write_leaf(dialect, out, *leaf),
        Node::Not(child) => return dialect.negation(out, child),
        Node::And(children) => (children, Link::And),
        Node::Or(children) => (children, Link::Or),
    };
    match one_field(dialect, children, link) {
        Some((field, tests, spot)) => dialect.list(out, &List { field, tests: &tests, link, spot }),
        None => dialect.join(out, children, link),
    }
}

/// Writes a comparison, or all that one written value became.
pub(super) fn write_leaf<'n, D: Dialect<'n> + ?Sized>(
    dialect: &mut D,
    out: &mut String,
    leaf: Leaf<'n>,
) -> Written<'n> {
    if let Test::Expression(pieces) = leaf.test {
        for piece in pieces {
            out.push_str(piece.as_deref().or(leaf.field).unwrap_or_default());
        }
        return Ok(Form::Single);
    }
    let Test::Any(tests) = leaf.test else { return dialect.leaf(out, leaf) };
    if let Some(field) = leaf.field
        && D::SYNTAX.lists.expansions
        && tests.iter().all(|test| dialect.lists(test))
    {
        let tests: Vec<&Test> = tests.iter().collect();
        return dialect.list(out, &List { field, tests: &tests, link: Link::Or, spot: leaf.spot });
    }
    let leaves: Vec<Node<'n>> = tests.iter().map(|test| Node::Leaf(Leaf { test, ..leaf })).collect();
    match leaves.as_slice() {
        [one] => dialect.node(out, one),
        more => dialect.join(out, more, Link::Or),
    }
}

static THERE: Test = Test::Exists(true);

/// Writes a negation as [`Dialect::negation`] does unless a language has its own way.
pub(super) fn write_negation<'n, D: Dialect<'n> + ?Sized>(
    dialect: &mut D,
    out: &mut String,
    child: &Node<'n>,
) -> Written<'n> {
    if let Node::Leaf(leaf) = child
        && D::SYNTAX.not_null
        && matches!(leaf.test, Test::Null | Test::Exists(false))
    {
        return dialect.leaf(out, Leaf { test: &THERE, ..*leaf });
    }
    out.push_str(D::SYNTAX.not);
    let needs = |form| match D::SYNTAX.grouping {
        Grouping::Needed => form != Form::Single,
        Grouping::AndFirst | Grouping::OrFirst => {
            matches!(form, Form::And | Form::Or) || !matches!(child, Node::Leaf(_))
        }
        Grouping::Always => !matches!(child, Node::Leaf(_)),
    };
    grouped(out, |out| dialect.node(out, child), needs)?;
    Ok(Form::Negated)
}

/// Writes an AND or OR as [`Dialect::join`] does unless a language has its own way.
pub(super) fn write_join<'n, D: Dialect<'n> + ?Sized>(
    dialect: &mut D,
    out: &mut String,
    children: &[Node<'n>],
    link: Link,
) -> Written<'n> {
    join_by(dialect, out, children, link, if link == Link::And { D::SYNTAX.and } else { D::SYNTAX.or })
}

/// The same with a separator of its own. A part that writes nothing, because it is kept for
/// elsewhere in the query, is left out.
pub(super) fn join_by<'n, D: Dialect<'n> + ?Sized>(
    dialect: &mut D,
    out: &mut String,
    children: &[Node<'n>],
    link: Link,
    separator: &str,
) -> Written<'n> {
    let begin = out.len();
    for child in children {
        let before = out.len();
        if before > begin {
            out.push_str(separator);
        }
        let start = out.len();
        let form = dialect.node(out, child)?;
        if out.len() == start {
            out.truncate(before);
        } else if dialect.groups(link, child, form) {
            out.insert(start, '(');
            out.push(')');
        }
    }
    Ok(if link == Link::And { Form::And } else { Form::Or })
}

fn needs_group(syntax: Syntax, link: Link, child: &Node<'_>, form: Form) -> bool {
    let inside_other = matches!((link, form), (Link::And, Form::Or) | (Link::Or, Form::And));
    match (syntax.grouping, child) {
        (Grouping::Needed, _) => inside_other || (link == Link::Or && form == Form::Negated),
        (Grouping::Always, Node::Leaf(_) | Node::Not(_)) => form == Form::Negated,
        (Grouping::Always, Node::And(_) | Node::Or(_)) => true,
        (Grouping::AndFirst, Node::Or(_)) => link == Link::And,
        (Grouping::AndFirst, Node::Leaf(_)) => link == Link::And && form == Form::Or,
        (Grouping::OrFirst, Node::And(_)) => link == Link::Or,
        (Grouping::AndFirst | Grouping::OrFirst, _) => false,
    }
}

/// Writes something, in parentheses if its form asks for them.
pub(super) fn grouped<'n>(
    out: &mut String,
    write: impl FnOnce(&mut String) -> Written<'n>,
    needs_group: impl FnOnce(Form) -> bool,
) -> Result<(), Refusal<'n>> {
    let start = out.len();
    let form = write(out)?;
    if needs_group(form) {
        out.insert(start, '(');
        out.push(')');
    }
    Ok(())
}

/// Whether a test is text without placeholders, or a number.
pub(super) fn is_string_or_number(test: &Test) -> bool {
    match test {
        Test::Match(pattern) => pattern.placeholder().is_none(),
        Test::Number(_) => true,
        _ => false,
    }
}

/// The field and tests of a node whose parts all may stand in one list.
///
/// What a modifier expanded stays a list of its own where the reference's text is followed.
fn one_field<'n, D: Dialect<'n> + ?Sized>(
    dialect: &D,
    children: &[Node<'n>],
    link: Link,
) -> Option<(&'n str, Vec<&'n Test>, Spot<'n>)> {
    let lists = D::SYNTAX.lists;
    if !(if link == Link::And { lists.all } else { lists.any }) {
        return None;
    }
    let mut first: Option<Leaf<'n>> = None;
    let mut tests = Vec::with_capacity(children.len());
    for child in children {
        let Node::Leaf(leaf) = child else { return None };
        if leaf.field.is_none() || first.is_some_and(|first| first.field != leaf.field) {
            return None;
        }
        first = first.or(Some(*leaf));
        match leaf.test {
            Test::Any(inner) if D::SYNTAX.grouping == Grouping::Needed && link == Link::Or => tests.extend(inner),
            Test::Any(_) => return None,
            test => tests.push(test),
        }
    }
    let first = first?;
    tests.iter().all(|test| dialect.lists(test)).then_some((first.field?, tests, first.spot))
}

/// The refusal of a test that a language cannot express, with the reason in the rule's words.
pub(super) fn cannot_say<'n>(leaf: &Leaf<'n>, language: &str) -> Refusal<'n> {
    let what = match leaf.test {
        Test::FieldRef(other) => format!("the comparison with the field `{}` (`fieldref`)", other.field),
        Test::Cased(_) => "a comparison in exact case (`cased`)".to_owned(),
        Test::TimePart(time) => format!("a comparison of a part of the time (`{}`)", time.part),
        Test::Bytes(_) => "UTF-16 text that is not base64-encoded".to_owned(),
        Test::Match(pattern) if pattern.placeholder().is_some() => {
            let name = pattern.placeholder().unwrap_or_default();
            let reason = format!("the placeholder `%{name}%` has no values");
            return Refusal::unsupported(leaf.spot, reason).help("give it values: `placeholders` in `[queries]`");
        }
        _ if leaf.field.is_none() => "this search without a field".to_owned(),
        _ => "this comparison".to_owned(),
    };
    Refusal::unsupported(leaf.spot, format!("{language} cannot express {what}"))
}
