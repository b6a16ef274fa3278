//! `purplebook check`: every problem of the content and of the site made of it, at its line.

use std::io::{self, Write as _};
use std::path::Path;

use crate::check::policy::{self, Baseline, Policy, Told};
use crate::config::discover;
use crate::convert::known_queries;
use crate::project::{self, Project, WrittenSite};
use crate::report::render::{Lookup, SourceText};
use crate::report::{Findings, Severity};
use crate::source::{self, SourceSet};
use crate::text::{FileId, visible_controls};
use crate::write;

use super::args::{BaselineMode, CheckArgs, Format};
use super::changed;
use super::failure::Failure;
use super::fix;
use super::progress::with_progress;
use super::repository::Repository;
use super::terminal::Terminal;
use super::{CLEAN, FINDINGS, lookup, remarks, report, shown, use_threads};

/// Checks content and site, after mending it if asked to, and prints all findings.
pub(super) fn run(args: CheckArgs, terminal: Terminal) -> Result<u8, Failure> {
    if args.baseline == Some(BaselineMode::Write) && args.changed_since.is_some() {
        return Err(Failure::new("--baseline write is for all findings; leave out --changed-since"));
    }
    let mut overrides = args.project.overrides();
    overrides.fail_on = args.fail_on;
    let config = discover(&overrides, &known_queries())?;
    let (base_url, root, choice) = (config.site.base_url.clone(), config.root.clone(), config.check.clone());
    use_threads(args.jobs)?;
    if args.dry_run {
        return fix::show(&config);
    }
    let mended = if args.fix { Some(fix::apply(&config)?) } else { None };
    let (project, site) = with_progress(|progress| {
        let project = mended.map_or_else(|| Project::open(config, progress), Ok)?;
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
    let changed = match &args.changed_since {
        Some(revision) => Some(changed::since(revision, &root, project.sources())?),
        None => None,
    };
    let known_path = choice.baseline.strip_prefix(&root).unwrap_or(&choice.baseline).display().to_string();
    let known_path = known_path.replace('\\', "/");
    let mut policy = Policy { config: &choice, content, baseline: None, changed: changed.as_ref() };
    if args.baseline == Some(BaselineMode::Write) {
        let findings = policy::told(findings, &both, policy).findings;
        write::replace(&choice.baseline, policy::baseline(&findings, &both).as_bytes())?;
        writeln!(io::stdout(), "{} written to {}", counted(findings.len(), "finding"), visible_controls(&known_path))?;
        return Ok(CLEAN);
    }
    // The file of known findings is numbered after the pages.
    let known_file = FileId(content.saturating_add(u32::try_from(site.sources.len()).unwrap_or(u32::MAX)));
    let (known_text, known) = match args.baseline {
        Some(_) => known_findings(&choice.baseline, &known_path, known_file)?,
        None => (String::new(), None),
    };
    policy.baseline = known.as_ref();
    let all =
        |id: FileId| if id == known_file { SourceText { path: &known_path, text: &known_text } } else { both(id) };
    let both = all;
    let Told { findings, known, unchanged } = policy::told(findings, &both, policy);
    hidden(known, &format!("known from {known_path}"));
    hidden(unchanged, &format!("not of what changed since {}", args.changed_since.as_deref().unwrap_or_default()));
    if args.format.is_for_service() {
        let here = std::env::current_dir().unwrap_or_default();
        // A folder that was named is shown as seen from here, everything else from the project.
        let from = [&root, if args.output.is_some() { &here } else { &root }].map(|folder| Repository::around(folder));
        let seen = |repository: &Repository, sources: &SourceSet| -> Vec<String> {
            sources.iter().map(|(_, file)| repository.path(&file.path)).collect()
        };
        let mut paths = [seen(&from[0], project.sources()), seen(&from[1], &site.sources)].concat();
        paths.push(from[0].path(&known_path));
        let in_repository = |id: FileId| SourceText { path: &paths[id.0 as usize], ..both(id) };
        tell(&findings, &in_repository, args.format, terminal)?;
    } else {
        tell(&findings, &both, args.format, terminal)?;
    }
    Ok(exit_code(&findings, choice.fail_on))
}

/// The file of known findings: its text, and what is in it.
fn known_findings(path: &Path, shown: &str, file: FileId) -> Result<(String, Option<Baseline>), Failure> {
    let help = "`purplebook check --baseline write` writes it";
    let text = source::named::text(path).map_err(|error| Failure::help(error.to_string(), help))?;
    let known = Baseline::read(file, &text);
    let known = known.map_err(|why| Failure::help(format!("{shown} is no file of known findings: {why}"), help))?;
    Ok((text, Some(known)))
}

/// Says onto standard error that some findings are not shown; nobody need read it.
fn hidden(count: usize, which: &str) {
    if count > 0 {
        let which = visible_controls(which);
        let _ = writeln!(io::stderr(), "note: {} {which} not shown", counted(count, "finding"));
    }
}

/// `1 finding`, `2 findings`.
fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
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
