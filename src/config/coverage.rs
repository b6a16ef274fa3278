//! `[coverage]`: what a team asks of its own content.

use std::path::PathBuf;

use crate::text::Span;

/// What must be covered for a check to pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoverageConfig {
    /// Levels of rules that need something (`high`).
    pub levels: Vec<String>,
    /// What rules of these levels need.
    pub need: Vec<Need>,
    /// Least numbers of techniques with a rule, by tactic.
    pub tactics: Vec<TacticMinimum>,
    /// The file of recorded coverage, below which nothing may fall; none where none is named.
    pub baseline: Option<PathBuf>,
}

/// The file of recorded coverage where none is named, relative to the project folder.
pub const COVERAGE_BASELINE: &str = "purplebook-coverage.json";

/// Something a rule needs beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A Data Needed that serves it.
    DataNeeded,
    /// A Trigger of one of its techniques.
    Trigger,
}

impl Need {
    /// The names configuration files use.
    pub const NAMES: [&'static str; 2] = ["data_needed", "trigger"];

    /// The need of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "data_needed" => Some(Self::DataNeeded),
            "trigger" => Some(Self::Trigger),
            _ => None,
        }
    }
}

/// `execution = 5`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TacticMinimum {
    /// The tactic's short name, as tags write it.
    pub tactic: String,
    /// How many of its techniques, sub-techniques counted to their parents, must have a rule.
    pub least: usize,
    /// Where it stands in the configuration file.
    pub span: Span,
}
