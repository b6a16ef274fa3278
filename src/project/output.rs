//! A project on disk, and the links of what was written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::check::external::{self, Verdict, bare};
use crate::check::site_links::{BrokenLink, FileLinks, OutsideLink, SiteLinks};
use crate::config::Config;
use crate::model::Kind;
use crate::report::{Finding, Findings, Progress, Stage};
use crate::site::OutPath;
use crate::source::{self, FileRole, SourceFile, SourceSet};
use crate::text::{FileId, Span};
use crate::write::{Manifest, OutputDir, Sink, WriteError};

use super::{Error, Project};

/// Builds the site `config` describes into its output folder, which is replaced only when the
/// new site is complete.
///
/// # Errors
/// If files cannot be read or written, or the output folder is not purplebook's.
pub fn build(config: Config, progress: &Progress) -> Result<(Project, Manifest), Error> {
    // Before anything is read: a folder that may not be written is known at once.
    let output = OutputDir::open_outside(&config.output, &protected(&config), &read(&config))?;
    let project = Project::open(config, progress)?;
    let stage = output.stage()?;
    project.render(&stage, progress)?;
    progress.begin(Stage::Writing, 0);
    let manifest = stage.commit()?;
    Ok((project, manifest))
}

/// What must never be taken for output: the project, its content, its theme.
fn protected(config: &Config) -> Vec<&Path> {
    let content = Kind::ALL.into_iter().flat_map(|kind| config.content.folders(kind));
    let named = config.site.theme.iter().chain(&config.attack.bundles).chain(&config.attack.names);
    std::iter::once(&config.root).chain(content).chain(named).map(PathBuf::as_path).collect()
}

/// Folders whose files are read, so that a site written into them would be, too.
///
/// Of YAML a site has none of its own, of JSON it has. A folder of it may hold the whole project (a clone of Sigma
/// with `--rules .`), and the output with it.
fn read(config: &Config) -> Vec<&Path> {
    let all = |path: &&PathBuf| !config.root.starts_with(path);
    let others = [Kind::Page, Kind::RecordedEvent];
    let pages = others.into_iter().flat_map(|kind| config.content.folders(kind)).chain(&config.site.theme);
    let yaml = Kind::ALL.into_iter().filter(|kind| !others.contains(kind));
    let yaml = yaml.flat_map(|kind| config.content.folders(kind)).filter(all);
    pages.chain(yaml).map(PathBuf::as_path).collect()
}

/// What is wrong with the links of a written site, and the files it stands in.
#[derive(Debug, Default)]
pub struct WrittenSite {
    /// The files with a broken link; findings point into them.
    pub sources: SourceSet,
    /// The broken links, sorted.
    pub findings: Findings,
    /// How many files were looked at.
    pub files: usize,
    /// How many links they have.
    pub links: usize,
}

impl Project {
    /// The links of the site a theme of the user's own makes; of the built-in theme nothing is
    /// looked at. What content links to is known without any page, and that the built-in theme adds
    /// no broken link to it is for the tests of purplebook, not for each run of its users.
    ///
    /// # Errors
    /// If the theme does not work.
    pub fn check_theme(&self, progress: &Progress) -> Result<WrittenSite, Error> {
        if self.config.site.theme.is_some() { self.check_site(progress) } else { Ok(WrittenSite::default()) }
    }

    /// Renders the site in memory, page by page, and checks every link and anchor of it.
    ///
    /// # Errors
    /// If the theme does not work.
    pub fn check_site(&self, progress: &Progress) -> Result<WrittenSite, Error> {
        let scanner = Scanner::default();
        self.render(&scanner, progress)?;
        let scans = scanner.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let files = scans.len();
        let site = SiteLinks::new(scans);
        let links = site.len();
        let broken = site.resolve(self.config.site.base_url.as_deref(), |_| None);
        if broken.is_empty() {
            return Ok(WrittenSite { files, links, ..WrittenSite::default() });
        }
        // Rare, and only the pages at fault are worth keeping: render once more.
        let wanted = broken.iter().map(|link| link.file.clone()).collect();
        let keeper = Keeper { wanted, kept: Mutex::default() };
        self.render(&keeper, progress)?;
        let kept = keeper.kept.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(written(&broken, &[], &kept, "", files, links))
    }
}

/// Gives the verdicts on addresses outside a site, by the bare address; those it leaves out are not
/// told of.
pub type AskSite<'a> = &'a dyn Fn(&[String]) -> BTreeMap<String, Verdict>;

/// Checks every link and anchor of the site in a folder, also those that leave it if there is
/// somebody to ask.
///
/// # Errors
/// If the folder cannot be read.
pub fn check_folder(
    folder: &Path,
    shown: &str,
    base_url: Option<&str>,
    ask: Option<AskSite<'_>>,
) -> Result<WrittenSite, Error> {
    let files: BTreeMap<String, Vec<u8>> = source::named::folder(folder)?.into_iter().collect();
    let site = SiteLinks::new(files.par_iter().map(|(path, bytes)| FileLinks::scan(path, bytes)).collect());
    let broken = site.resolve(base_url, |_| None);
    let Some(ask) = ask else { return Ok(written(&broken, &[], &files, shown, files.len(), site.len())) };
    let external = site.external(base_url);
    let urls: Vec<String> = external.keys().map(|url| (*url).to_owned()).collect();
    let verdicts = ask(&urls);
    let known = external.iter().filter_map(|(url, link)| Some((*url, verdicts.get(bare(url))?, *link)));
    let bad = known.filter(|(_, verdict, _)| **verdict != Verdict::Fine);
    Ok(written(&broken, &bad.collect::<Vec<_>>(), &files, shown, files.len(), site.len()))
}

/// Broken links as findings in the files they stand in.
fn written(
    broken: &[BrokenLink],
    outside: &[(&str, &Verdict, OutsideLink<'_>)],
    files: &BTreeMap<String, Vec<u8>>,
    folder: &str,
    count: usize,
    links: usize,
) -> WrittenSite {
    let source = |(path, bytes): (&String, &Vec<u8>)| SourceFile {
        role: FileRole::Content(Kind::Page),
        path: if folder.is_empty() { path.clone() } else { format!("{}/{path}", folder.trim_end_matches('/')) },
        within: path.clone(),
        text: String::from_utf8_lossy(bytes).into_owned(),
    };
    let wanted: BTreeSet<&str> =
        broken.iter().map(|link| link.file.as_str()).chain(outside.iter().map(|(.., link)| link.file)).collect();
    let at_fault = files.iter().filter(|(path, _)| wanted.contains(path.as_str()));
    let sources = SourceSet::new(at_fault.map(source).collect(), Vec::new());
    let numbers: BTreeMap<&str, FileId> = sources.iter().map(|(id, file)| (file.within.as_str(), id)).collect();
    let finding = |link: &BrokenLink| {
        let span = Span::new(*numbers.get(link.file.as_str())?, link.bytes.0, link.bytes.1);
        Some(Finding::new(link.code(), span, format!("`{}`: {}", link.href, link.why)))
    };
    let outside = outside.iter().filter_map(|(url, verdict, link)| {
        let file = *numbers.get(link.file)?;
        // Of Markdown the whole link is known.
        let (start, end) = link.bytes;
        let written = sources.file(file).text.get(start..end).and_then(|written| written.rfind(url));
        let (start, end) = written.map_or((start, end), |at| (start + at, start + at + url.len()));
        external::finding(url, verdict, Span::new(file, start, end), link.more)
    });
    let findings: Findings = broken.iter().filter_map(finding).chain(outside).collect();
    WrittenSite { findings: findings.sorted(), sources, files: count, links }
}

/// A sink that keeps only the links of what passes through.
#[derive(Default)]
struct Scanner(Mutex<Vec<FileLinks>>);

impl Sink for Scanner {
    fn put(&self, path: &OutPath, bytes: &[u8]) -> Result<(), WriteError> {
        let links = FileLinks::scan(path.as_str(), bytes);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(links);
        Ok(())
    }
}

/// A sink that keeps some files.
struct Keeper {
    wanted: std::collections::BTreeSet<String>,
    kept: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl Sink for Keeper {
    fn put(&self, path: &OutPath, bytes: &[u8]) -> Result<(), WriteError> {
        if self.wanted.contains(path.as_str()) {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.insert(path.as_str().to_owned(), bytes.to_vec());
        }
        Ok(())
    }
}
