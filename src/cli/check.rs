//! `purplebook check`: every problem of the content and of the site made of it, at its line.

use std::io::{self, Write as _};
use std::path::Path;

use crate::check::coverage::RecordedCoverage;
use crate::check::policy::{self, Baseline, Changed, Policy, Told};
use crate::config::{COVERAGE_BASELINE, ConfigError, InvalidConfig, discover};
use crate::convert::known_queries;
use crate::project::{self, AskSite, Project, WrittenSite};
use crate::report::render::{Lookup, SourceText};
use crate::report::{Findings, Severity};
use crate::source::{self, SourceSet};
use crate::text::{FileId, counted, visible_controls};
use crate::write;

use super::args::{BaselineMode, CheckArgs, Format};
use super::changed;
use super::external::Asker;
use super::failure::Failure;
use super::fix;
use super::progress::with_progress;
use super::repository::Repository;
use super::terminal::Terminal;
use super::{CLEAN, COULD_NOT_RUN, FINDINGS, lookup, remarks, report, shown, shown_from, use_threads};

/// Checks content and site, after mending it if asked to, and prints all findings.
pub(super) fn run(args: CheckArgs, terminal: Terminal) -> Result<u8, Failure> {
    if args.baseline == Some(BaselineMode::Write) && args.changed_since.is_some() {
        return Err(Failure::new("--baseline write is for all findings; leave out --changed-since"));
    }
    let mut overrides = args.project.overrides();
    overrides.fail_on = args.fail_on;
    overrides.external_cache.clone_from(&args.external.external_cache);
    let config = match discover(&overrides, &known_queries()) {
        // Whoever reads the findings by program reads those of the configuration so as well.
        Err(ConfigError::Invalid(invalid)) if args.format != Format::Human && !args.dry_run => {
            tell_invalid(&invalid, args.format, terminal)?;
            return Ok(COULD_NOT_RUN);
        }
        config => config?,
    };
    let (base_url, root, choice) = (config.site.base_url.clone(), config.root.clone(), config.check.clone());
    let has_coverage_baseline = config.coverage.baseline.is_some();
    let coverage_path = config.coverage.baseline.clone().unwrap_or_else(|| root.join(COVERAGE_BASELINE));
    use_threads(args.jobs)?;
    if args.dry_run {
        return fix::show(&config, args.sort_tags);
    }
    let mended = if args.fix { Some(fix::apply(&config, args.sort_tags)?) } else { None };
    // What cannot be used is known before anybody is asked.
    let asker = if args.external.external {
        Some(Asker::new(&args.external, &choice, base_url.as_deref(), &root)?)
    } else {
        None
    };
    let Checked { project, site, external, changed } = with_progress(|progress| {
        let project = mended.map_or_else(|| Project::open(config, progress), Ok)?;
        let changed = match &args.changed_since {
            Some(revision) => Some(changed::since(revision, &root, project.sources())?),
            None => None,
        };
        let external = asker.as_ref().map(|asker| asker.content(&project, changed.as_ref(), progress));
        let ask = |urls: &[String]| asker.as_ref().map(|asker| asker.ask(urls, progress)).unwrap_or_default();
        let site = match &args.output {
            Some(folder) => {
                let ask: Option<AskSite<'_>> = if asker.is_some() { Some(&ask) } else { None };
                project::check_folder(folder, &shown(folder), base_url.as_deref(), ask)?
            }
            None => project.check_theme(progress)?,
        };
        Ok::<Checked, Failure>(Checked { project, site, external: external.unwrap_or_default(), changed })
    })?;
    if let Some(asker) = asker {
        asker.finish()?;
    }
    remarks(&project);
    // The pages of the site are numbered after the files of the content.
    let content = u32::try_from(project.sources().len()).unwrap_or(u32::MAX);
    let mut findings = project.findings().clone();
    findings.append(external);
    findings.append(site.findings.clone().renumbered(content));
    let (sources, pages) = (lookup(project.sources()), lookup(&site.sources));
    let both = |id: FileId| match id.0.checked_sub(content) {
        Some(page) => pages(FileId(page)),
        None => sources(id),
    };
    // Files of ours that findings point into are numbered after the pages.
    let first = content.saturating_add(u32::try_from(site.sources.len()).unwrap_or(u32::MAX));
    let mut ours = Ours { first, files: Vec::new() };
    if args.coverage_baseline == Some(BaselineMode::Write) {
        let (text, techniques) = project.recorded_coverage();
        write_own(&coverage_path, &text, &format!("coverage of {}", counted(techniques, "technique")), &root)?;
    } else if args.coverage_baseline.is_some() || has_coverage_baseline {
        let recorded = ours.read(&coverage_path, &root, &RECORDED_COVERAGE, RecordedCoverage::read)?;
        findings.append(project.coverage_drops(&recorded));
    }
    let mut policy = Policy { config: &choice, content, baseline: None, changed: changed.as_ref() };
    if args.baseline == Some(BaselineMode::Write) {
        let seen = |id: FileId| ours.get(id).unwrap_or_else(|| both(id));
        let findings = policy::told(findings, &seen, policy).findings;
        let text = policy::baseline(&findings, &seen);
        write_own(&choice.baseline, &text, &counted(findings.len(), "finding"), &root)?;
        return Ok(CLEAN);
    }
    if args.coverage_baseline == Some(BaselineMode::Write) {
        return Ok(CLEAN);
    }
    let known = match args.baseline {
        Some(_) => Some(ours.read(&choice.baseline, &root, &KNOWN_FINDINGS, Baseline::read)?),
        None => None,
    };
    policy.baseline = known.as_ref();
    let both = |id: FileId| ours.get(id).unwrap_or_else(|| both(id));
    let Told { findings, known, unchanged } = policy::told(findings, &both, policy);
    let findings = policy::gathered(findings);
    hidden(known, &format!("known from {}", shown_from(&root, &choice.baseline)));
    hidden(unchanged, &format!("not of what changed since {}", args.changed_since.as_deref().unwrap_or_default()));
    if args.format.is_for_service() {
        let here = std::env::current_dir().unwrap_or_default();
        // A folder that was named is shown as seen from here, everything else from the project.
        let from = [&root, if args.output.is_some() { &here } else { &root }].map(|folder| Repository::around(folder));
        let seen = |repository: &Repository, sources: &SourceSet| -> Vec<String> {
            sources.iter().map(|(_, file)| repository.path(&file.path)).collect()
        };
        let mut paths = [seen(&from[0], project.sources()), seen(&from[1], &site.sources)].concat();
        paths.extend(ours.files.iter().map(|(path, _)| from[0].path(path)));
        let in_repository = |id: FileId| SourceText { path: &paths[id.0 as usize], ..both(id) };
        tell(&findings, &in_repository, args.format, terminal)?;
    } else {
        tell(&findings, &both, args.format, terminal)?;
    }
    Ok(exit_code(&findings, choice.fail_on))
}

/// What was looked at.
struct Checked {
    project: Project,
    site: WrittenSite,
    /// The findings of external links in the content.
    external: Findings,
    changed: Option<Changed>,
}

/// A file that `check` writes and reads again.
struct OwnFile {
    /// What it is a file of.
    of: &'static str,
    /// What writes it.
    help: &'static str,
}

const KNOWN_FINDINGS: OwnFile = OwnFile { of: "known findings", help: "`purplebook check --baseline write` writes it" };
const RECORDED_COVERAGE: OwnFile =
    OwnFile { of: "recorded coverage", help: "`purplebook check --coverage-baseline write` writes it" };

/// Files of this kind that were read: findings point into them.
struct Ours {
    /// The number of the first.
    first: u32,
    /// Their paths as shown, and their texts.
    files: Vec<(String, String)>,
}

impl Ours {
    fn get(&self, id: FileId) -> Option<SourceText<'_>> {
        let (path, text) = self.files.get(id.0.checked_sub(self.first)? as usize)?;
        Some(SourceText { path, text })
    }

    fn read<T>(
        &mut self,
        path: &Path,
        root: &Path,
        kind: &OwnFile,
        read: impl Fn(FileId, &str) -> Result<T, String>,
    ) -> Result<T, Failure> {
        let text = source::named::text(path).map_err(|error| Failure::help(error.to_string(), kind.help))?;
        let id = FileId(self.first.saturating_add(u32::try_from(self.files.len()).unwrap_or(u32::MAX)));
        let shown = shown_from(root, path);
        let value = read(id, &text)
            .map_err(|why| Failure::help(format!("{shown} is no file of {}: {why}", kind.of), kind.help))?;
        self.files.push((shown, text));
        Ok(value)
    }
}

/// Writes one of these files, and says so.
fn write_own(path: &Path, text: &str, what: &str, root: &Path) -> Result<(), Failure> {
    write::replace(path, text.as_bytes())?;
    let path = shown_from(root, path);
    writeln!(io::stdout(), "{what} written to {}", visible_controls(&path))?;
    Ok(())
}

/// Says onto standard error that some findings are not shown; nobody need read it.
fn hidden(count: usize, which: &str) {
    if count > 0 {
        let which = visible_controls(which);
        let _ = writeln!(io::stderr(), "note: {} {which} not shown", counted(count, "finding"));
    }
}

/// Shows the findings wherever the format has them shown.
fn tell(findings: &Findings, lookup: &Lookup<'_>, format: Format, terminal: Terminal) -> Result<(), Failure> {
    report::print(findings, lookup, format, terminal.out())?;
    if format == Format::Github { report::job_summary(findings, lookup) } else { Ok(()) }
}

/// Shows what is wrong with the configuration; its path is as seen from here.
fn tell_invalid(invalid: &InvalidConfig, format: Format, terminal: Terminal) -> Result<(), Failure> {
    let path = if format.is_for_service() {
        Repository::around(&std::env::current_dir().unwrap_or_default()).path(&invalid.path)
    } else {
        invalid.path.clone()
    };
    let lookup = |_| SourceText { path: &path, text: &invalid.text };
    tell(&invalid.findings, &lookup, format, terminal)
}

/// Findings fail a check if one is as grave as `fail_on`.
fn exit_code(findings: &Findings, fail_on: Severity) -> u8 {
    let fails = findings.iter().any(|finding| finding.severity <= fail_on);
    if fails { FINDINGS } else { CLEAN }
}
