//! `purplebook import atc`: the content and the settings of a checkout of Atomic Threat Coverage in
//! the content folders of a project.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::config::{Config, FILE_NAME, discover};
use crate::convert::known_queries;
use crate::import::{ContentFolder, SETTINGS, Settings, Verdict, folders, project, verdict};
use crate::model::Kind;
use crate::source::ReadLimits;
use crate::source::entries::{Entry, What, entries, folders as folders_of};
use crate::text::visible_controls;

use super::args::AtcArgs;
use super::failure::Failure;
use super::template::create;
use super::{CLEAN, FINDINGS, shown};

/// How far below the top of a checkout content folders are looked for.
const DEPTH: usize = 6;

/// How many files that were left are told for one reason.
const TOLD: usize = 5;

/// Takes the checkout over, and says what was done and what was left.
pub(super) fn run(args: AtcArgs) -> Result<u8, Failure> {
    let AtcArgs { dir, dry_run, force, location } = args;
    if !dir.is_dir() {
        return Err(Failure::new(format!("`{}` is no folder", dir.display())));
    }
    let config = discover(&location.overrides(), &known_queries())?;
    let (settings, problems) = settings(&dir);
    let present = folders_of(&dir, DEPTH).map_err(|error| Failure::new(error.to_string()))?;
    let (found, missing) = folders(&settings, &present);
    if found.is_empty() {
        let help = "it has folders such as `detection_rules` and `data_needed`; `--rules` and the other flags of \
                    `purplebook build` read folders of any name";
        let error = format!("`{}` is no checkout of ATC: it has none of its content folders", dir.display());
        return Err(Failure::help(error, help));
    }

    let mut taking = Taking {
        dir: &dir,
        dry_run,
        force,
        config: &config,
        tally: BTreeMap::new(),
        left: BTreeMap::new(),
        taken: BTreeSet::new(),
    };
    for folder in &found {
        taking.folder(folder)?;
    }
    let mut notes: Vec<String> = problems;
    notes.extend(missing.iter().map(|path| format!("{path} is set and not there; is the submodule checked out?")));
    let mut out = io::stdout().lock();
    taking.tell(&found, &mut out)?;
    let wrote = if config.file.is_some() {
        format!("kept {FILE_NAME}")
    } else {
        let (text, left) = project(&settings, &known_queries());
        notes.extend(left.into_iter().map(|what| format!("not taken over: {what}")));
        if !dry_run {
            create(&config.root.join(FILE_NAME), &text)?;
        }
        format!("{} {FILE_NAME}", if dry_run { "would create" } else { "created" })
    };
    writeln!(out, "\n{wrote}")?;
    for note in notes {
        writeln!(out, "note: {}", visible_controls(&note))?;
    }
    let differ = taking.tally.values().map(|tally| tally.kept).sum::<usize>();
    let next = if dry_run { "the same without --dry-run" } else { "purplebook check" };
    writeln!(out, "\nNext: {next}")?;
    Ok(if differ > 0 && !force { FINDINGS } else { CLEAN })
}

/// The settings of the checkout; a file that is a link or too large is none.
fn settings(checkout: &Path) -> (Settings, Vec<String>) {
    let limit = ReadLimits::default().text;
    let read = |name: &&'static str| {
        let path = checkout.join(name);
        let is_readable = fs::symlink_metadata(&path).is_ok_and(|about| about.is_file() && about.len() <= limit);
        if !is_readable {
            return None;
        }
        Some((*name, String::from_utf8_lossy(&fs::read(path).ok()?).into_owned()))
    };
    let files: Vec<(&str, String)> = SETTINGS.iter().filter_map(read).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    Settings::read(&files)
}

/// What became of the files of a kind.
#[derive(Default)]
struct Tally {
    copied: usize,
    replaced: usize,
    same: usize,
    kept: usize,
}

/// The files on their way.
struct Taking<'a> {
    dir: &'a Path,
    dry_run: bool,
    force: bool,
    config: &'a Config,
    tally: BTreeMap<Kind, Tally>,
    /// Reason → the files left for it, as shown.
    left: BTreeMap<&'static str, Vec<String>>,
    /// Where files of this checkout went, so that none takes the place of another.
    taken: BTreeSet<PathBuf>,
}

impl Taking<'_> {
    fn folder(&mut self, folder: &ContentFolder) -> Result<(), Failure> {
        let limits = ReadLimits::default();
        let from = self.dir.join(&folder.path);
        let default = self.config.root.join("content").join(folder.kind.key());
        let to = self.config.content.folders(folder.kind).first().unwrap_or(&default).join(&folder.below);
        self.tally.entry(folder.kind).or_default();
        for entry in entries(&from, &limits).map_err(|error| Failure::new(error.to_string()))? {
            let why = match verdict(folder, &entry.within) {
                Verdict::Pass => continue,
                Verdict::Skip(why) => Some(why),
                Verdict::Take => self.file(folder.kind, &entry, &to, &limits)?,
            };
            if let Some(why) = why {
                self.left.entry(why).or_default().push(format!("{}/{}", folder.path, entry.within));
            }
        }
        Ok(())
    }

    /// Copies a file; or why it was left.
    fn file(
        &mut self,
        kind: Kind,
        entry: &Entry,
        to: &Path,
        limits: &ReadLimits,
    ) -> Result<Option<&'static str>, Failure> {
        match entry.what {
            What::Link => return Ok(Some("a link, which is not followed")),
            What::Special | What::TooDeep => return Ok(Some("no regular file")),
            What::File(bytes) if bytes > limits.text => return Ok(Some("larger than 1 MiB")),
            What::File(_) => {}
        }
        let within = Path::new(&entry.within);
        if entry.within.contains(char::REPLACEMENT_CHARACTER) {
            return Ok(Some("its name is no Unicode"));
        }
        let bytes = fs::read(&entry.path)
            .map_err(|error| Failure::new(format!("cannot read {}: {error}", entry.path.display())))?;
        let Ok(text) = str::from_utf8(&bytes) else { return Ok(Some("not UTF-8 text")) };
        let target = to.join(within);
        if !self.taken.insert(target.clone()) {
            return Ok(Some("another file of this checkout has its place"));
        }
        if behind_link(&self.config.root, &target) {
            return Ok(Some("there is a link in its place in the project"));
        }
        let tally = self.tally.entry(kind).or_default();
        match fs::symlink_metadata(&target) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => tally.copied += 1,
            Err(error) => return Err(Failure::new(format!("cannot read {}: {error}", target.display()))),
            Ok(about) if !about.is_file() => return Ok(Some("there is a folder in its place in the project")),
            Ok(_) if fs::read(&target).is_ok_and(|there| there == bytes) => {
                tally.same += 1;
                return Ok(None);
            }
            Ok(_) if !self.force => {
                tally.kept += 1;
                return Ok(Some(DIFFERS));
            }
            Ok(_) => {
                tally.replaced += 1;
                if !self.dry_run {
                    fs::remove_file(&target)
                        .map_err(|error| Failure::new(format!("cannot replace {}: {error}", target.display())))?;
                }
            }
        }
        if !self.dry_run {
            create(&target, text)?;
        }
        Ok(None)
    }

    /// What was done, by kind, and what was left, by reason.
    fn tell(&self, found: &[ContentFolder], out: &mut impl io::Write) -> Result<(), Failure> {
        let word = if self.dry_run { "would be copied" } else { "copied" };
        for (kind, tally) in &self.tally {
            let more =
                [("replaced", tally.replaced), ("already the same", tally.same), ("different and kept", tally.kept)];
            let more: Vec<String> =
                more.iter().filter(|(_, n)| *n > 0).map(|(what, n)| format!(", {n} {what}")).collect();
            let more = more.concat();
            let from: Vec<&str> = found.iter().filter(|f| f.kind == *kind).map(|f| f.path.as_str()).collect();
            let from = visible_controls(&from.join(", ")).into_owned();
            writeln!(out, "{:<20} {:>5} {word}{more} (from {from})", kind.key(), tally.copied)?;
        }
        for (why, files) in &self.left {
            writeln!(out, "\nleft, {why}:")?;
            // What differs is for the user to decide on, so that all of it is told.
            let told = if *why == DIFFERS { files.len() } else { TOLD };
            for file in files.iter().take(told) {
                writeln!(out, "  {}", visible_controls(file))?;
            }
            if files.len() > told {
                writeln!(out, "  and {} more", files.len() - told)?;
            }
        }
        if self.left.contains_key(DIFFERS) {
            writeln!(
                out,
                "\nhelp: look at `diff -r {} {}`; --force writes over them",
                self.dir.display(),
                shown(&self.config.root)
            )?;
        }
        Ok(())
    }
}

const DIFFERS: &str = "because another file is in its place in the project";

/// Whether the file or a folder above it, below `root`, is a link.
fn behind_link(root: &Path, target: &Path) -> bool {
    let below = target.ancestors().take_while(|path| *path != root && !path.as_os_str().is_empty());
    below
        .filter(|path| path.starts_with(root))
        .any(|path| fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink()))
}
