//! `purplebook check --fix`: repairs that need no judgement, made in the files or shown as a diff.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use crate::config::Config;
use crate::mend::{self, Edit, Move};
use crate::project::{self, Mendable, Project};
use crate::write::{Rewrite, rewrite};

use super::failure::Failure;
use super::progress::with_progress;
use super::{CLEAN, FINDINGS};

/// Rounds at most. A repair can be in the way of another, which then is made in the next round;
/// what goes on longer does not end.
const ROUNDS: usize = 8;

/// Mends the files of the project, and sorts the tags of its rules if `sort_tags`; gives it as it is
/// afterwards.
pub(super) fn apply(config: &Config, sort_tags: bool) -> Result<Project, Failure> {
    let mended = Mended::of(config, sort_tags)?;
    let texts = &mended.texts;
    let rewrites = mended.files.iter().filter_map(|(shown, file)| {
        Some(Rewrite { path: file.path.clone(), before: &file.before, after: texts.get(shown)?.clone() })
    });
    rewrite(&rewrites.collect::<Vec<_>>()).map_err(project::Error::from)?;
    mended.say("mended", sort_tags.then_some("sorted"));
    Ok(mended.project)
}

/// Prints what [`apply`] would change, as one diff; a diff that is not empty fails.
pub(super) fn show(config: &Config, sort_tags: bool) -> Result<u8, Failure> {
    let mended = Mended::of(config, sort_tags)?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    for (shown, file) in &mended.files {
        let is_marked = fs::read(&file.path).is_ok_and(|bytes| bytes.starts_with(MARK.as_bytes()));
        // A diff is of all bytes of a file.
        let diff = if is_marked {
            let moved = |edit: &Edit| {
                let [start, end] = [edit.span.start, edit.span.end].map(|at| at.saturating_add(MARK.len() as u32));
                Edit { span: crate::text::Span { start, end, ..edit.span }, text: edit.text.clone() }
            };
            let edits: Vec<Edit> = file.edits.iter().map(moved).collect();
            mend::unified(Move::stay(shown), &format!("{MARK}{}", file.before), &edits)
        } else {
            mend::unified(Move::stay(shown), &file.before, &file.edits)
        };
        out.write_all(diff.map_err(|refused| unfit(shown, &refused))?.as_bytes())?;
    }
    out.flush()?;
    mended.say("would mend", sort_tags.then_some("sort"));
    Ok(if mended.files.is_empty() { CLEAN } else { FINDINGS })
}

/// The byte order mark.
const MARK: &str = "\u{feff}";

/// A project with all repairs made, none of them in a file yet.
struct Mended {
    project: Project,
    /// The files that change, by their paths as shown.
    files: BTreeMap<String, Mending>,
    /// Their new texts.
    texts: BTreeMap<String, String>,
    findings: usize,
    /// Files whose tags were sorted.
    sorted: usize,
}

/// A file that changes.
struct Mending {
    path: PathBuf,
    before: String,
    edits: Vec<Edit>,
}

impl Mended {
    fn of(config: &Config, sort_tags: bool) -> Result<Self, Failure> {
        let project = with_progress(|progress| Project::open(config.clone(), progress))?;
        let (files, texts) = (BTreeMap::new(), BTreeMap::new());
        let mut mended = Self { project, files, texts, findings: 0, sorted: 0 };
        for _ in 0..ROUNDS {
            let mut files = mended.project.mendable();
            // What is written anew may belong elsewhere.
            if files.is_empty() && sort_tags && mended.sorted == 0 {
                files = mended.project.sortable();
                mended.sorted = files.len();
            }
            if files.is_empty() {
                break;
            }
            mended.findings += files.iter().map(|file| file.findings).sum::<usize>();
            for file in &files {
                add(file, &mut mended.files, &mut mended.texts).map_err(|refused| unfit(file.shown, &refused))?;
            }
            let open = |progress: &_| Project::open_as(config.clone(), &mended.texts, progress);
            mended.project = with_progress(open)?;
        }
        Ok(mended)
    }

    /// Onto standard error: standard output has the findings, or the diff.
    fn say(&self, what: &str, sorted: Option<&str>) {
        let counted = |n: usize, noun: &str| format!("{n} {noun}{}", if n == 1 { "" } else { "s" });
        let mut line = format!("{what} {} in {}", counted(self.findings, "finding"), counted(self.files.len(), "file"));
        if let Some(sorted) = sorted {
            line = format!("{line}; {sorted} the tags of {}", counted(self.sorted, "file"));
        }
        // Nobody is left to tell if this fails.
        let _ = writeln!(io::stderr().lock(), "{line}");
    }
}

/// Adds the edits of a round to those before.
fn add(
    file: &Mendable<'_>,
    files: &mut BTreeMap<String, Mending>,
    texts: &mut BTreeMap<String, String>,
) -> Result<(), mend::Refused> {
    let new = || Mending { path: file.path.clone(), before: file.text.to_owned(), edits: Vec::new() };
    let mending = files.entry(file.shown.to_owned()).or_insert_with(new);
    mending.edits = mend::composed(file.text, &mending.edits, &file.edits)?;
    texts.insert(file.shown.to_owned(), mend::apply(file.text, &file.edits)?);
    Ok(())
}

fn unfit(shown: &str, refused: &mend::Refused) -> Failure {
    Failure::new(format!("cannot mend `{shown}`: {refused}"))
}
