//! `purplebook check`: every problem of the content and of the site made of it, at its line.

use crate::config::discover;
use crate::convert::known_queries;
use crate::project::{self, Project, WrittenSite};
use crate::report::{Findings, Severity};
use crate::text::FileId;

use super::args::CheckArgs;
use super::failure::Failure;
use super::progress::with_progress;
use super::terminal::Terminal;
use super::{CLEAN, FINDINGS, lookup, remarks, report, shown, use_threads};

/// Checks content and site, and prints all findings.
pub(super) fn run(args: CheckArgs, terminal: Terminal) -> Result<u8, Failure> {
    let config = discover(&args.project.overrides(), &known_queries())?;
    let base_url = config.site.base_url.clone();
    use_threads(args.jobs)?;
    let (project, site) = with_progress(|progress| {
        let project = Project::open(config, progress)?;
        let site = match &args.output {
            Some(folder) => project::check_folder(folder, &shown(folder), base_url.as_deref())?,
            None => project.check_site(progress)?,
        };
        Ok::<(Project, WrittenSite), project::Error>((project, site))
    })?;
    remarks(&project);
    // The pages of the site are numbered after the files of the content.
    let content = u32::try_from(project.sources().len()).unwrap_or(u32::MAX);
    let mut findings = project.findings().clone();
    findings.append(site.findings.clone().renumbered(content));
    let (sources, pages) = (lookup(project.sources()), lookup(&site.sources));
    let both = |id: FileId| match id.0.checked_sub(content) {
        Some(page) => pages(FileId(page)),
        None => sources(id),
    };
    report::print(&findings, &both, args.format, terminal.out())?;
    Ok(exit_code(&findings))
}

/// Errors and warnings fail a check, notes never do.
fn exit_code(findings: &Findings) -> u8 {
    let fails = findings.iter().any(|finding| finding.severity != Severity::Note);
    if fails { FINDINGS } else { CLEAN }
}
