//! One finding.

use crate::text::{At, Place, Span};

use super::{Code, Severity};

/// A second position that explains a finding ("first defined here").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Where.
    pub at: At,
    /// What is there.
    pub label: String,
}

/// A repair that needs no judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The scalar it is made at. Its bytes are looked for only when it is made.
    pub place: Place,
    /// What becomes of the scalar.
    pub change: Change,
    /// The change in bytes, once the finding is located; `None` where it cannot be made without
    /// touching anything else.
    pub replacement: Option<Replacement>,
}

/// New text for a range of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// What is replaced.
    pub span: Span,
    /// The text in its place; none deletes.
    pub text: String,
}

/// What a [`Fix`] makes of a scalar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Another value; where the list it is in has that value already, the item goes instead.
    Write(String),
    /// The item of a list goes.
    Remove,
}

/// A problem in the content, with its position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which problem.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence without a final full stop, naming the value at fault.
    pub message: String,
    /// Where it is.
    pub at: At,
    /// What stands under the caret, if more than the message.
    pub label: Option<String>,
    /// Other places that explain it.
    pub also: Vec<Note>,
    /// What to do.
    pub help: Option<String>,
    /// What `check --fix` does, where nobody has to decide.
    pub fix: Option<Fix>,
    /// The code of a finding that stands for this one and others of its kind: where that is told,
    /// this is not.
    pub part_of: Option<Code>,
}

impl Finding {
    /// A finding with its code's own severity.
    pub fn new(code: Code, at: impl Into<At>, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            at: at.into(),
            label: None,
            also: Vec::new(),
            help: None,
            fix: None,
            part_of: None,
        }
    }

    /// With a text under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// With advice.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// With a repair.
    #[must_use]
    pub fn fix(mut self, place: Place, change: Change) -> Self {
        self.fix = Some(Fix { place, change, replacement: None });
        self
    }

    /// With a second position.
    #[must_use]
    pub fn also(mut self, at: impl Into<At>, label: impl Into<String>) -> Self {
        self.also.push(Note { at: at.into(), label: label.into() });
        self
    }
}
