//! `purplebook check`: every problem of the content, at its line.

use crate::config::discover;
use crate::convert::known_targets;
use crate::report::{Findings, Severity};

use super::args::CheckArgs;
use super::failure::Failure;
use super::terminal::Terminal;
use super::{CLEAN, COULD_NOT_RUN, FINDINGS, report, use_threads};

/// Checks the content and prints all findings.
pub(super) fn run(args: CheckArgs, terminal: Terminal) -> Result<u8, Failure> {
    let config = discover(&args.project.overrides(), &known_targets())?;
    use_threads(args.jobs)?;
    let _ = (config, args.format, terminal.out(), report::print, exit_code);
    eprintln!("not wired yet");
    Ok(COULD_NOT_RUN)
}

/// Errors and warnings fail a check, notes never do.
fn exit_code(findings: &Findings) -> u8 {
    let fails = findings.iter().any(|finding| finding.severity != Severity::Note);
    if fails { FINDINGS } else { CLEAN }
}
