//! `purplebook build`: the whole site, and a summary whose numbers add up.

use std::io::{self, Write as _};
use std::time::Instant;

use crate::check::policy;
use crate::config::discover;
use crate::convert::known_queries;
use crate::project::{self, Project};
use crate::report::{Finding, Findings, Severity, render};
use crate::text::visible_controls;

use super::args::BuildArgs;
use super::failure::Failure;
use super::progress::with_progress;
use super::terminal::Terminal;
use super::{CLEAN, lookup, remarks, report, shown, summary, use_threads};

/// How many errors a build shows in full; a checkout of another ATT&CK version has thousands.
const MOST_SHOWN: usize = 20;

/// Builds the site and says what became of the files.
///
/// Errors of the content are shown, since something was left out or leads nowhere, but do not
/// fail a build: the site is complete but for them. `check` is what fails.
pub(super) fn run(args: BuildArgs, terminal: Terminal) -> Result<u8, Failure> {
    let start = Instant::now();
    let mut overrides = args.project.overrides();
    overrides.output = args.output;
    let config = discover(&overrides, &known_queries())?;
    let output = config.output.clone();
    use_threads(args.jobs)?;
    let (project, manifest) = with_progress(|progress| project::build(config, progress))?;
    let told = policy::gathered(project.told());
    complain(&project, &told, terminal);
    let mut out = io::stdout().lock();
    writeln!(out, "{}", summary::table(project.tally()))?;
    if !told.is_empty() {
        writeln!(out, "{}; `purplebook check` shows all", render::totals(&told))?;
    }
    writeln!(
        out,
        "{} pages ({} files) written to {} in {:.1} s",
        project.pages(),
        manifest.len(),
        visible_controls(&shown(&output)),
        start.elapsed().as_secs_f32()
    )?;
    Ok(CLEAN)
}

/// Errors and remarks onto standard error; if nobody reads it, the site is there all the same.
fn complain(project: &Project, told: &Findings, terminal: Terminal) {
    remarks(project);
    let mut err = io::stderr().lock();
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let errors: Findings = told.iter().filter(is_error).take(MOST_SHOWN).cloned().collect();
    if !errors.is_empty() {
        let _ = report::human(&errors, &lookup(project.sources()), terminal.err(), &mut err);
        let _ = writeln!(err);
    }
    let all = told.iter().filter(is_error).count();
    if all > errors.len() {
        let _ = writeln!(err, "{} more errors are left out here\n", all - errors.len());
    }
}
