//! `purplebook completions`: scripts that complete commands and flags in a shell.

use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::CLEAN;
use super::args::Typed;
use super::failure::Failure;

/// Prints the script for a shell.
pub(super) fn run(shell: Shell) -> Result<u8, Failure> {
    // Into memory first: the generator panics where a stream refuses it.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Typed::command(), "purplebook", &mut script);
    io::stdout().write_all(&script)?;
    Ok(CLEAN)
}
