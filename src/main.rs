//! The `purplebook` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    purplebook::cli::run()
}
