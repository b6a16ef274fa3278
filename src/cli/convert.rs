//! `purplebook convert`: the queries of rules for one target.

use super::COULD_NOT_RUN;
use super::args::ConvertArgs;
use super::failure::Failure;

/// Prints the queries of all rule files under the given paths.
pub(super) fn run(args: &ConvertArgs) -> Result<u8, Failure> {
    let _ = args;
    eprintln!("not wired yet");
    Ok(COULD_NOT_RUN)
}
