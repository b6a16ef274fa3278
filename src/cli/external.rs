//! `purplebook check --external`: which addresses are asked for, and what is kept of the answers.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::check::external::{Address, Answers, Verdict, bare, finding, fits};
use crate::check::policy::Changed;
use crate::config::CheckConfig;
use crate::http::{Limits, ask_all};
use crate::project::Project;
use crate::report::{Findings, Progress, Stage};
use crate::source;
use crate::write;

use super::args::ExternalArgs;
use super::failure::Failure;
use super::shown_from;

/// Asks for addresses, each once in a run.
pub(super) struct Asker<'a> {
    limits: Limits,
    skip: &'a [String],
    /// Where the site will be published: what lies below is its own.
    base_url: Option<&'a str>,
    today: u64,
    answers: RefCell<Answers>,
    /// What is told already.
    told: RefCell<BTreeSet<String>>,
    /// The file of answers, and what is in it.
    cache: &'a Path,
    before: Option<String>,
}

impl<'a> Asker<'a> {
    /// With the answers of earlier runs.
    ///
    /// # Errors
    /// If their file cannot be read, or is another file.
    pub(super) fn new(
        args: &ExternalArgs,
        config: &'a CheckConfig,
        base_url: Option<&'a str>,
        root: &Path,
    ) -> Result<Self, Failure> {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let today = seconds / (24 * 60 * 60);
        let cache = config.external_cache.as_path();
        let (before, answers) = if cache.exists() {
            let text = source::named::text(cache).map_err(|error| Failure::new(error.to_string()))?;
            // Another file is not to be written over.
            let answers = Answers::read(&text, today, args.external_max_age).map_err(|why| {
                let message = format!("{} is no file of answers: {why}", shown_from(root, cache));
                Failure::help(message, "remove it, or name another file with --external-cache")
            })?;
            (Some(text), answers)
        } else {
            let folder = cache.parent().unwrap_or(cache);
            if !folder.is_dir() {
                let (cache, folder) = (shown_from(root, cache), shown_from(root, folder));
                return Err(Failure::new(format!("cannot keep answers in {cache}: there is no folder {folder}")));
            }
            (None, Answers::default())
        };
        let limits = Limits {
            timeout: Duration::from_secs(args.external_timeout),
            pause: Duration::from_millis(args.external_pause),
            allow_private: args.external_allow_private,
        };
        let (answers, told) = (RefCell::new(answers), RefCell::default());
        Ok(Self { limits, skip: &config.external_skip, base_url, today, answers, told, cache, before })
    }

    /// The findings of the links in the content, of changed files only if it is given.
    pub(super) fn content(&self, project: &Project, changed: Option<&Changed>, progress: &Progress) -> Findings {
        let mut links = project.external_links();
        let is_changed = |path: &str| changed.is_none_or(|changed| changed.paths.contains(path));
        links.retain(|(span, _)| is_changed(&project.sources().file(span.file).path));
        let urls: Vec<String> = links.iter().map(|(_, url)| url.clone()).collect();
        let verdicts = self.ask(&urls, progress);
        let finding = |(span, url): &(_, String)| finding(url, verdicts.get(bare(url))?, *span, 0);
        links.iter().filter_map(finding).collect()
    }

    /// The verdicts on addresses that were not asked for before, by the bare address.
    pub(super) fn ask(&self, urls: &[String], progress: &Progress) -> BTreeMap<String, Verdict> {
        let mut told = self.told.borrow_mut();
        let mut answers = self.answers.borrow_mut();
        let wanted = urls.iter().filter(|url| !self.is_skipped(url)).map(|url| bare(url));
        let new: BTreeSet<String> = wanted.filter(|url| told.insert((*url).to_owned())).map(str::to_owned).collect();
        let mut verdicts: BTreeMap<String, Verdict> =
            new.iter().filter_map(|url| Some((url.clone(), answers.get(url)?))).collect();
        let open: Vec<String> = new.into_iter().filter(|url| !verdicts.contains_key(url)).collect();
        progress.begin(Stage::Asking, open.len());
        let asked = ask_all(open, self.limits, &|| progress.advance(1));
        for (url, verdict) in &asked {
            answers.keep(url, verdict, self.today);
        }
        verdicts.extend(asked);
        verdicts
    }

    fn is_skipped(&self, url: &str) -> bool {
        let is_example = Address::parse(url).is_ok_and(|address| address.is_example());
        let below = |base: &str| {
            url.strip_prefix(base).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#', '?']))
        };
        is_example || self.base_url.is_some_and(below) || self.skip.iter().any(|pattern| fits(pattern, url))
    }

    /// Writes the file of answers, if there is something new.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let text = self.answers.into_inner().text();
        if self.before.as_deref() != Some(text.as_str()) {
            write::replace(self.cache, text.as_bytes())?;
        }
        Ok(())
    }
}
