//! How much a finding matters.

use std::fmt;

/// The severity of a finding, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Something is broken: content was left out, or a reader is led nowhere.
    Error,
    /// Something is out of date or will not do what its author expects.
    Warning,
    /// Worth knowing; fails a check only where that is asked for.
    Note,
}

impl Severity {
    /// The word shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
