//! `purplebook check --fix`: repairs that need no judgement, made in the files or shown as a diff.

use std::io::{self, Write as _};

use crate::config::Config;
use crate::mend::{self, Move};
use crate::project::{self, Mendable, Project};
use crate::write::{Rewrite, rewrite};

use super::failure::Failure;
use super::progress::with_progress;
use super::{CLEAN, FINDINGS};

/// Rounds at most. A repair can be in the way of another, which then is made in the next round;
/// what goes on longer does not end.
const ROUNDS: usize = 8;

/// Mends the files of the project; gives it as it is afterwards.
pub(super) fn apply(config: &Config) -> Result<Project, Failure> {
    let open = || with_progress(|progress| Project::open(config.clone(), progress));
    let mut project = open()?;
    let (mut findings, mut files) = (0, std::collections::BTreeSet::new());
    for _ in 0..ROUNDS {
        let mendable = project.mendable();
        if mendable.is_empty() {
            break;
        }
        let mut rewrites = Vec::with_capacity(mendable.len());
        for file in &mendable {
            let after = mend::apply(file.text, &file.edits).map_err(|refused| unfit(file, &refused))?;
            rewrites.push(Rewrite { path: file.path.clone(), before: file.text, after });
        }
        rewrite(&rewrites).map_err(project::Error::from)?;
        findings += mendable.iter().map(|file| file.findings).sum::<usize>();
        files.extend(mendable.into_iter().map(|file| file.path));
        project = open()?;
    }
    say(findings, files.len(), "mended");
    Ok(project)
}

/// Prints what [`apply`] would change, as one diff; a diff that is not empty fails.
pub(super) fn show(config: &Config) -> Result<u8, Failure> {
    let project = with_progress(|progress| Project::open(config.clone(), progress))?;
    let mendable = project.mendable();
    let mut out = io::BufWriter::new(io::stdout().lock());
    for file in &mendable {
        let diff = mend::unified(Move::stay(file.shown), file.text, &file.edits);
        out.write_all(diff.map_err(|refused| unfit(file, &refused))?.as_bytes())?;
    }
    out.flush()?;
    say(mendable.iter().map(|file| file.findings).sum(), mendable.len(), "would mend");
    Ok(if mendable.is_empty() { CLEAN } else { FINDINGS })
}

fn unfit(file: &Mendable<'_>, refused: &mend::Refused) -> Failure {
    Failure::new(format!("cannot mend `{}`: {refused}", file.shown))
}

/// Onto standard error: standard output has the findings, or the diff.
fn say(findings: usize, files: usize, what: &str) {
    let counted = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
    let line = format!("{what} {} in {}", counted(findings, "finding"), counted(files, "file"));
    // Nobody is left to tell if this fails.
    let _ = writeln!(io::stderr().lock(), "{line}");
}
