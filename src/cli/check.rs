//! `purplebook check`: every problem of the content and of the site made of it, at its line.

use crate::check::policy;
use crate::config::discover;
use crate::convert::known_queries;
use crate::project::{self, Project, WrittenSite};
use crate::report::render::{Lookup, SourceText};
use crate::report::{Findings, Severity};
use crate::source::SourceSet;
use crate::text::FileId;

use super::args::{CheckArgs, Format};
use super::failure::Failure;
use super::progress::with_progress;
use super::repository::Repository;
use super::terminal::Terminal;
use super::{CLEAN, FINDINGS, lookup, remarks, report, shown, use_threads};

/// Checks content and site, and prints all findings.
pub(super) fn run(args: CheckArgs, terminal: Terminal) -> Result<u8, Failure> {
    let mut overrides = args.project.overrides();
    overrides.fail_on = args.fail_on;
    let config = discover(&overrides, &known_queries())?;
    let (base_url, root, choice) = (config.site.base_url.clone(), config.root.clone(), config.check.clone());
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
    let files = project.sources().iter().map(|(id, _)| id);
    let findings = policy::told(findings, files, &both, &choice);
    if args.format.is_for_service() {
        let here = std::env::current_dir().unwrap_or_default();
        // A folder that was named is shown as seen from here, everything else from the project.
        let from = [&root, if args.output.is_some() { &here } else { &root }].map(|folder| Repository::around(folder));
        let seen = |repository: &Repository, sources: &SourceSet| -> Vec<String> {
            sources.iter().map(|(_, file)| repository.path(&file.path)).collect()
        };
        let paths = [seen(&from[0], project.sources()), seen(&from[1], &site.sources)].concat();
        let in_repository = |id: FileId| SourceText { path: &paths[id.0 as usize], ..both(id) };
        tell(&findings, &in_repository, args.format, terminal)?;
    } else {
        tell(&findings, &both, args.format, terminal)?;
    }
    Ok(exit_code(&findings, choice.fail_on))
}

/// Shows the findings wherever the format has them shown.
fn tell(findings: &Findings, lookup: &Lookup<'_>, format: Format, terminal: Terminal) -> Result<(), Failure> {
    report::print(findings, lookup, format, terminal.out())?;
    if format == Format::Github { report::job_summary(findings, lookup) } else { Ok(()) }
}

/// Findings fail a check if one is as grave as `fail_on`.
fn exit_code(findings: &Findings, fail_on: Severity) -> u8 {
    let fails = findings.iter().any(|finding| finding.severity <= fail_on);
    if fails { FINDINGS } else { CLEAN }
}
