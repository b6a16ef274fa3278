//! Why a rule is not converted, and the exact place of the culprit.
//!
//! Front ends and targets refuse with a [`Refusal`], which names the culprit by reference into
//! the YAML values. Only when a rule really fails is that reference turned into a path: the
//! thousands of rules that convert never pay for positions.

use std::borrow::Cow;

use crate::model::{Rule, Value};
use crate::report::Code;
use crate::text::{Place, Step, YamlPath};

/// The outcome for a rule that has no query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotConvertible {
    /// [`Code::BrokenDetection`] if no target can read the rule, [`Code::NotConvertible`] if it is
    /// sound but this target's language cannot say it.
    pub code: Code,
    /// One sentence without a final full stop, naming the token or key at fault.
    pub reason: String,
    /// The culprit.
    pub at: Place,
    /// What to do, where something can be done.
    pub help: Option<String>,
    /// What is at fault.
    pub cause: Cause,
}

/// What is at fault when a rule has no query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The rule and the language do not go together, or the rule cannot be read.
    Language,
    /// A pipeline knows no place for what the rule looks for.
    Pipeline,
    /// Something that is told on its own: a rule that is named and is not there, a missing title.
    Told,
}

/// A culprit inside one document.
#[derive(Debug, Clone, Copy)]
pub(super) enum Spot<'r> {
    /// The document as a whole, or a top-level key of it.
    Top(&'static str),
    /// A condition: the only one (`None`) or an item of the list.
    Condition(Option<usize>),
    /// The key of a mapping entry somewhere in the detection section.
    Entry(&'r (String, Value)),
    /// A value somewhere in the detection section.
    Item(&'r Value),
}

/// A refusal whose place is not worked out yet.
#[derive(Debug, Clone)]
pub(super) struct Refusal<'r> {
    code: Code,
    reason: String,
    spot: Spot<'r>,
    help: Option<Cow<'static, str>>,
    cause: Cause,
}

/// Texts, one per document, or the number of the document at fault and why.
pub(super) type Documents<'r> = Result<Vec<String>, (usize, Refusal<'r>)>;

impl<'r> Refusal<'r> {
    /// The detection cannot be understood.
    pub(super) fn broken(spot: Spot<'r>, reason: impl Into<String>) -> Self {
        Self { code: Code::BrokenDetection, reason: reason.into(), spot, help: None, cause: Cause::Language }
    }

    /// The rule is sound, but the target cannot say it.
    pub(super) fn unsupported(spot: Spot<'r>, reason: impl Into<String>) -> Self {
        Self { code: Code::NotConvertible, reason: reason.into(), spot, help: None, cause: Cause::Language }
    }

    /// With advice.
    pub(super) fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With another cause than the language.
    pub(super) fn because(mut self, cause: Cause) -> Self {
        self.cause = cause;
        self
    }

    /// Whether no target could read the rule.
    pub(super) fn is_broken(&self) -> bool {
        self.code == Code::BrokenDetection
    }

    /// The same reason with words before it, at another place.
    pub(super) fn retold<'s>(self, spot: Spot<'s>, before: &str) -> Refusal<'s> {
        Refusal {
            code: self.code,
            reason: format!("{before}{}", self.reason),
            spot,
            help: self.help,
            cause: self.cause,
        }
    }

    /// The refusal of what a pipeline brought: at `spot` of the rule, and after `what` it is.
    pub(super) fn moved<'o>(self, spot: Spot<'o>, what: &str) -> Refusal<'o> {
        Refusal {
            code: Code::NotConvertible,
            reason: format!("{what}: {}", self.reason),
            spot,
            help: self.help,
            cause: Cause::Pipeline,
        }
    }

    /// The refusal with its place: `document` is the value the culprit was read from, made of the
    /// document number `index` of `rule` (and, in a collection, of the global ones before it).
    pub(super) fn locate(self, rule: &Rule, index: usize, document: &Value) -> NotConvertible {
        NotConvertible {
            code: self.code,
            reason: self.reason,
            at: self.spot.place(rule, index, document),
            help: self.help.map(Cow::into_owned),
            cause: self.cause,
        }
    }
}

impl Spot<'_> {
    /// Where it is: `document` is the value it was read from, made of the document number `index`
    /// of `rule` (and, in a collection, of the global ones before it).
    pub(super) fn place(self, rule: &Rule, index: usize, document: &Value) -> Place {
        let path = match self {
            Spot::Top("") => YamlPath::root(),
            Spot::Top(key) => YamlPath::field(key),
            Spot::Condition(None) => YamlPath::field("detection").key("condition"),
            Spot::Condition(Some(i)) => YamlPath::field("detection").key("condition").index(i),
            Spot::Entry(_) | Spot::Item(_) => path_of(document, self),
        };
        place(rule, index, path)
    }
}

/// The node at `path` of the document number `index` of a rule, or of the first one that has it.
pub(super) fn place(rule: &Rule, index: usize, path: YamlPath) -> Place {
    let has = |i: &usize| rule.documents.get(*i).is_some_and(|value| contains(value, &path));
    let index = Some(index).filter(has).or_else(|| (0..rule.documents.len()).find(has)).unwrap_or(index);
    Place::new(rule.origin.file, rule.origin.document as usize + index, path)
}

/// The path of a culprit among the keys of a rule or in one of the sections it can have, or that
/// of the section if it is not found.
fn path_of(document: &Value, spot: Spot<'_>) -> YamlPath {
    if let (Spot::Entry(wanted), Some(entries)) = (spot, document.as_map())
        && entries.iter().any(|entry| std::ptr::eq(wanted, entry))
    {
        return YamlPath::root().key_of(wanted.0.clone());
    }
    let sections = ["detection", "correlation", "filter"];
    let find_in = |name: &&'static str| find(document.get(name)?, &YamlPath::field(*name), spot);
    let section = || sections.iter().find(|name| document.get(name).is_some()).copied().unwrap_or("detection");
    sections.iter().find_map(find_in).unwrap_or_else(|| YamlPath::field(section()))
}

fn find(value: &Value, path: &YamlPath, spot: Spot<'_>) -> Option<YamlPath> {
    if let Spot::Item(item) = spot
        && std::ptr::eq(item, value)
    {
        return Some(path.clone());
    }
    match value {
        Value::Map(entries) => entries.iter().find_map(|entry| match spot {
            Spot::Entry(wanted) if std::ptr::eq(wanted, entry) => Some(path.clone().key_of(entry.0.clone())),
            _ => find(&entry.1, &path.clone().key(entry.0.clone()), spot),
        }),
        Value::Seq(items) => items.iter().enumerate().find_map(|(i, item)| find(item, &path.clone().index(i), spot)),
        _ => None,
    }
}

/// Whether a document has a node at `path`.
fn contains(document: &Value, path: &YamlPath) -> bool {
    let mut node = document;
    for step in path.steps() {
        let next = match step {
            Step::Key(name) | Step::KeyOf(name) => node.get(name),
            Step::Index(i) => node.as_seq().and_then(|items| items.get(*i as usize)),
            Step::Part(..) => return true,
        };
        match next {
            Some(value) => node = value,
            None => return false,
        }
    }
    true
}
