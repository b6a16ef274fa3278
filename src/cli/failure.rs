//! Why a command could not run, and how that is said.

use std::io::{self, Write as _};
use std::panic;

use crate::config::{ConfigError, InvalidConfig};
use crate::project;
use crate::report::render::SourceText;
use crate::text::visible_controls;
use crate::write::WriteError;

use super::terminal::Terminal;
use super::{CLEAN, COULD_NOT_RUN};

/// What ends a command early.
#[derive(Debug)]
pub(super) enum Failure {
    /// A sentence for the user, and what to do about it.
    Message { error: String, help: Option<String> },
    /// The configuration file has problems.
    Config(Box<InvalidConfig>),
    /// Whoever read our output has seen enough (`purplebook explain | head`).
    BrokenPipe,
}

impl Failure {
    pub(super) fn new(error: impl Into<String>) -> Self {
        Self::Message { error: error.into(), help: None }
    }

    pub(super) fn help(error: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Message { error: error.into(), help: Some(help.into()) }
    }

    /// Tells the user, and gives the exit code.
    pub(super) fn show(self, terminal: Terminal) -> u8 {
        let mut err = io::stderr().lock();
        // If standard error is gone, the exit code is all that is left to say.
        let _ = match self {
            Self::BrokenPipe => return CLEAN,
            Self::Config(invalid) => {
                let lookup = |_| SourceText { path: &invalid.path, text: &invalid.text };
                super::report::human(&invalid.findings, &lookup, terminal.err(), &mut err)
            }
            Self::Message { error, help } => {
                let help = help.map(|help| format!("help: {}\n", visible_controls(&help))).unwrap_or_default();
                write!(err, "error: {}\n{help}", visible_controls(&error))
            }
        };
        COULD_NOT_RUN
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        match error {
            ConfigError::Invalid(invalid) => Self::Config(invalid),
            other => Self::new(other.to_string()),
        }
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self::new(error.to_string())
    }
}

impl From<project::Error> for Failure {
    fn from(error: project::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// An error of writing to standard output; errors of files are told with their path.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::BrokenPipe,
            _ => Self::new(format!("cannot write to standard output: {error}")),
        }
    }
}

/// From here on a panic says that it is a defect, and asks to report it.
///
/// The process then ends with 101, as any Rust program's.
pub(super) fn ask_to_report_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        usual(info);
        let _ = io::stderr().write_all(DEFECT.as_bytes());
    }));
}

const DEFECT: &str = concat!(
    "\npurplebook ",
    env!("CARGO_PKG_VERSION"),
    " has a defect: the lines above should never be seen. Please report them,\n\
     with the command and, if you can, the file that was being read.\n"
);
