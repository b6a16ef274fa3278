//! `purplebook attack upgrade`: content taken to another release.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use crate::project::Upgrading;
use crate::release::{Change, FileChange, Question};
use crate::text::visible_controls;

use super::super::args::UpgradeArgs;
use super::super::failure::Failure;
use super::super::{CLEAN, FINDINGS};
use super::{config, count};

/// Prints or writes what has to change, and what was done and asked in each file.
pub(super) fn run(args: UpgradeArgs) -> Result<u8, Failure> {
    let upgrading = Upgrading::plan(config(args.project)?, &args.to)?;
    let mut text = String::new();
    if args.fix {
        upgrading.write()?;
    } else {
        text = upgrading.diff();
        if !text.is_empty() {
            text.push('\n');
        }
    }
    for (file, change) in upgrading.files() {
        report(&file.path, change, &mut text);
    }
    for (from, to) in upgrading.folders() {
        let _ = writeln!(text, "{from}/ -> {to}/");
    }
    let (summary, open, changed) = summary(&upgrading, args.fix);
    text.push_str(&summary);
    io::stdout().write_all(text.as_bytes())?;
    Ok(if open > 0 || (changed > 0 && !args.fix) { FINDINGS } else { CLEAN })
}

fn report(path: &str, file: &FileChange, text: &mut String) {
    let _ = writeln!(text, "{}", visible_controls(path));
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
            let _ = writeln!(text, "      candidates: {}", candidates.join(", "));
        }
    }
}

/// The last line, the number of questions, and that of changes.
fn summary(upgrading: &Upgrading, done: bool) -> (String, usize, usize) {
    let all = |of: fn(&FileChange) -> usize| upgrading.files().map(|(_, file)| of(file)).sum::<usize>();
    let moved = all(|file| file.changes.iter().filter(|change| !change.to.is_empty()).count());
    let dropped = all(|file| file.changes.iter().filter(|change| change.to.is_empty()).count());
    let open = all(|file| file.questions.len());
    let renamed = upgrading.files().filter(|(_, file)| file.moved.is_some()).count();
    let changed = upgrading.files().filter(|(_, file)| !file.edits.is_empty() || file.moved.is_some()).count();
    let will = if done { "changed" } else { "to change" };
    let mut parts = vec![
        format!("{} {will}", count(changed, "file", "files")),
        format!("{} moved", count(moved, "reference", "references")),
        format!("{dropped} dropped"),
        count(open, "question", "questions"),
    ];
    if renamed > 0 {
        parts.insert(1, format!("{renamed} of them renamed"));
    }
    (format!("{}\n", parts.join(", ")), open, changed)
}
