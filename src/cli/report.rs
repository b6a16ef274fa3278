//! Findings onto a stream, in the format that was asked for, and into the summary of a job.

use std::env;
use std::fs::File;
use std::io;
use std::path::Path;

use crate::report::Findings;
use crate::report::render::{self, HumanOptions, Lookup};

use super::args::Format;
use super::failure::Failure;

pub(super) fn human(
    findings: &Findings,
    lookup: &Lookup<'_>,
    options: HumanOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    render::human(findings, lookup, options, &mut out)?;
    io::Write::flush(&mut out)
}

/// Writes all findings to standard output.
pub(super) fn print(findings: &Findings, lookup: &Lookup<'_>, format: Format, options: HumanOptions) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    match format {
        Format::Human => render::human(findings, lookup, options, &mut out)?,
        Format::Concise => render::concise(findings, lookup, options.per_file, &mut out)?,
        Format::Json => render::json(findings, lookup, &mut out)?,
        Format::Sarif => render::sarif(findings, lookup, &mut out)?,
        Format::Github => render::github(findings, lookup, options.per_file, &mut out)?,
        Format::Gitlab => render::gitlab(findings, lookup, &mut out)?,
        Format::Junit => render::junit(findings, lookup, &mut out)?,
    }
    io::Write::flush(&mut out)
}

/// Adds the findings to the summary of the GitHub Actions job this runs in, if it does.
pub(super) fn job_summary(findings: &Findings, lookup: &Lookup<'_>) -> Result<(), Failure> {
    let Some(path) = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else { return Ok(()) };
    let path = Path::new(&path);
    let text = render::job_summary(findings, lookup);
    let file = File::options().append(true).create(true).open(path);
    file.and_then(|mut file| io::Write::write_all(&mut file, text.as_bytes())).map_err(|error| {
        Failure::help(
            format!("cannot write the job summary `{}`: {error}", path.display()),
            "its path is in the environment variable GITHUB_STEP_SUMMARY",
        )
    })
}
