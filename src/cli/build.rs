//! `purplebook build`: the whole site, and a summary whose numbers add up.

use crate::config::discover;
use crate::convert::known_targets;

use super::args::BuildArgs;
use super::failure::Failure;
use super::progress::with_progress;
use super::terminal::Terminal;
use super::{COULD_NOT_RUN, summary, use_threads};

/// Builds the site and prints what became of the files.
pub(super) fn run(args: BuildArgs, _terminal: Terminal) -> Result<u8, Failure> {
    let mut overrides = args.project.overrides();
    overrides.output = args.output;
    let config = discover(&overrides, &known_targets())?;
    use_threads(args.jobs)?;
    let _ = (config, summary::table);
    with_progress(|_| ());
    eprintln!("not wired yet");
    Ok(COULD_NOT_RUN)
}
