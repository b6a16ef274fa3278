//! `purplebook attack upgrade`: content taken to another release.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde::Serialize;

use crate::project::Upgrading;
use crate::release::{Change, FileChange, Question};
use crate::text::visible_controls;

use super::super::failure::Failure;
use super::super::{CLEAN, FINDINGS};
use super::args::{AttackFormat, UpgradeArgs};
use super::{config, count, document};

/// Prints or writes what has to change, and what was done and asked in each file.
pub(super) fn run(args: UpgradeArgs) -> Result<u8, Failure> {
    let upgrading = Upgrading::plan(config(args.project)?, args.from.as_deref(), &args.to)?;
    if args.fix {
        upgrading.write()?;
    }
    let totals = Totals::of(&upgrading);
    let text = match args.format {
        AttackFormat::Human => human(&upgrading, &totals, args.fix),
        AttackFormat::Json => document(&Page::of(&upgrading, &totals, args.fix))?,
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(if totals.questions > 0 || (totals.files > 0 && !args.fix) { FINDINGS } else { CLEAN })
}

fn human(upgrading: &Upgrading, totals: &Totals, done: bool) -> String {
    let mut text = String::new();
    if !done {
        text = upgrading.diff();
        if !text.is_empty() {
            text.push('\n');
        }
    }
    for (file, change) in upgrading.files() {
        report(&file.path, change, &mut text);
    }
    for (from, to) in upgrading.folders() {
        let _ = writeln!(text, "{}/ -> {}/", visible_controls(from), visible_controls(to));
    }
    let will = if done { "changed" } else { "to change" };
    let mut parts = vec![format!("{} {will}", count(totals.files, "file", "files"))];
    if totals.layers > 0 {
        parts.push(format!("{} of them {}", totals.layers, if totals.layers == 1 { "a layer" } else { "layers" }));
    }
    if totals.renamed > 0 {
        parts.push(format!("{} of them renamed", totals.renamed));
    }
    parts.push(format!("{} moved", count(totals.moved, "reference", "references")));
    parts.push(format!("{} dropped", totals.dropped));
    parts.push(count(totals.questions, "question", "questions"));
    let _ = writeln!(text, "{}", parts.join(", "));
    if upgrading.is_pinned_elsewhere() {
        let (from, to) = (visible_controls(upgrading.in_use()), visible_controls(upgrading.to()));
        let _ = writeln!(
            text,
            "ATT&CK {from} is in use; set `version = \"{to}\"` in `[attack]` for `check` and `build` to go by {to}"
        );
    }
    text
}

fn report(path: &str, file: &FileChange, text: &mut String) {
    let layer = if file.is_layer { " (layer)" } else { "" };
    let _ = writeln!(text, "{}{layer}", visible_controls(path));
    for Change { at, from, to, why } in &file.changes {
        let to = if to.is_empty() { "dropped".to_owned() } else { format!("-> {}", to.join(", ")) };
        let line = format!("  {}:{} {from} {to}: {why}", at.line, at.column);
        let _ = writeln!(text, "{}", visible_controls(&line));
    }
    if let Some(moved) = &file.moved {
        let _ = writeln!(text, "  moved to {}", visible_controls(moved));
    }
    for Question { at, written, why, candidates } in &file.questions {
        let line = format!("  {}:{} {written} ? {why}", at.line, at.column);
        let _ = writeln!(text, "{}", visible_controls(&line));
        if !candidates.is_empty() {
            let _ = writeln!(text, "      candidates: {}", visible_controls(&candidates.join(", ")));
        }
    }
}

/// What is done in all files together.
#[derive(Serialize)]
struct Totals {
    /// Files with an edit or a new name.
    files: usize,
    /// Of these, layers of the Navigator.
    layers: usize,
    /// Of these, files with a new name.
    renamed: usize,
    moved: usize,
    dropped: usize,
    questions: usize,
}

impl Totals {
    fn of(upgrading: &Upgrading) -> Self {
        let all = |of: fn(&FileChange) -> usize| upgrading.files().map(|(_, file)| of(file)).sum::<usize>();
        let is_changed = |file: &FileChange| !file.edits.is_empty() || file.moved.is_some();
        Self {
            files: upgrading.files().filter(|(_, file)| is_changed(file)).count(),
            layers: upgrading.files().filter(|(_, file)| is_changed(file) && file.is_layer).count(),
            renamed: upgrading.files().filter(|(_, file)| file.moved.is_some()).count(),
            moved: all(|file| file.changes.iter().filter(|change| !change.to.is_empty()).count()),
            dropped: all(|file| file.changes.iter().filter(|change| change.to.is_empty()).count()),
            questions: all(|file| file.questions.len()),
        }
    }
}

/// The report as `--format json` prints it; `docs/attack.md` describes it.
#[derive(Serialize)]
struct Page<'a> {
    from: &'a str,
    to: &'a str,
    written: bool,
    files: Vec<PageFile<'a>>,
    folders: Vec<Renamed<'a>>,
    summary: &'a Totals,
}

#[derive(Serialize)]
struct PageFile<'a> {
    path: &'a str,
    layer: bool,
    moved_to: Option<&'a str>,
    changes: Vec<PageChange<'a>>,
    questions: Vec<PageQuestion<'a>>,
    edits: Vec<PageEdit<'a>>,
}

#[derive(Serialize)]
struct PageChange<'a> {
    line: u32,
    column: u32,
    from: &'a str,
    to: &'a [String],
    why: &'a str,
}

#[derive(Serialize)]
struct PageQuestion<'a> {
    line: u32,
    column: u32,
    written: &'a str,
    why: &'a str,
    candidates: &'a [String],
}

#[derive(Serialize)]
struct PageEdit<'a> {
    start: u32,
    end: u32,
    text: &'a str,
}

#[derive(Serialize)]
struct Renamed<'a> {
    from: &'a str,
    to: &'a str,
}

impl<'a> Page<'a> {
    fn of(upgrading: &'a Upgrading, summary: &'a Totals, written: bool) -> Self {
        let folders = upgrading.folders().iter().map(|(from, to)| Renamed { from, to }).collect();
        let files = upgrading.files().map(|(file, change)| PageFile::of(&file.path, change)).collect();
        Self { from: upgrading.from(), to: upgrading.to(), written, files, folders, summary }
    }
}

impl<'a> PageFile<'a> {
    fn of(path: &'a str, file: &'a FileChange) -> Self {
        let change = |Change { at, from, to, why }: &'a Change| {
            let (line, column) = (at.line, at.column);
            PageChange { line, column, from, to, why }
        };
        let question = |Question { at, written, why, candidates }: &'a Question| {
            let (line, column) = (at.line, at.column);
            PageQuestion { line, column, written, why, candidates }
        };
        let mut edits: Vec<PageEdit<'_>> = file
            .edits
            .iter()
            .map(|edit| PageEdit { start: edit.span.start, end: edit.span.end, text: &edit.text })
            .collect();
        edits.sort_by_key(|edit| (edit.start, edit.end));
        Self {
            path,
            layer: file.is_layer,
            moved_to: file.moved.as_deref(),
            changes: file.changes.iter().map(change).collect(),
            questions: file.questions.iter().map(question).collect(),
            edits,
        }
    }
}
