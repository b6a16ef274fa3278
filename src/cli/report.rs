//! Findings onto a stream, in the format that was asked for.

use std::io;

use crate::report::Findings;
use crate::report::render::{self, HumanOptions, Lookup};

use super::args::Format;

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
        Format::Concise => render::concise(findings, lookup, &mut out)?,
        Format::Json => render::json(findings, lookup, &mut out)?,
    }
    io::Write::flush(&mut out)
}
