//! What the two output streams can show.

use std::env;
use std::io::{self, IsTerminal as _};

use terminal_size::terminal_size;

use super::args::Color;
use crate::report::render::HumanOptions;

/// Whether output may have colours, and how wide it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal {
    color: Color,
}

impl Terminal {
    pub(super) fn new(color: Color) -> Self {
        Self { color }
    }

    /// How findings are shown on standard output.
    pub(super) fn out(self) -> HumanOptions {
        self.options(io::stdout().is_terminal())
    }

    /// How findings are shown on standard error.
    pub(super) fn err(self) -> HumanOptions {
        self.options(io::stderr().is_terminal())
    }

    fn options(self, is_terminal: bool) -> HumanOptions {
        let defaults = HumanOptions::default();
        let color = match self.color {
            Color::Always => true,
            Color::Never => false,
            // https://no-color.org: set and not empty.
            Color::Auto => is_terminal && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        };
        // Away from a terminal the width is fixed, so that logs of two machines can be compared.
        let width = match terminal_size() {
            Some((columns, _)) if is_terminal => usize::from(columns.0),
            _ => defaults.width,
        };
        HumanOptions { color, width, ..defaults }
    }
}
