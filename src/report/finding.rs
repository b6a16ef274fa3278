//! One finding.

use crate::text::At;

use super::{Code, Severity};

/// A second position that explains a finding ("first defined here").
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Where.
    pub at: At,
    /// What is there.
    pub label: String,
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

    /// With a second position.
    #[must_use]
    pub fn also(mut self, at: impl Into<At>, label: impl Into<String>) -> Self {
        self.also.push(Note { at: at.into(), label: label.into() });
        self
    }
}
