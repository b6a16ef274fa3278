//! Which files of a content folder are read, and as what.
//!
//! Links in it are not followed (a link out of the folder would publish any file of the machine),
//! hidden folders are not entered, and of the rest a kind's own layout decides.

use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::model::Kind;

use super::FileRole;
use super::read::{Folder, ReadError, ReadLimits};

/// What is to be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Task {
    /// Read it as text.
    Text(FileRole),
    /// Read it as bytes.
    Asset,
    /// Report that it is not read, and why.
    Report(Skipped),
}

/// Why an entry is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Skipped {
    Link,
    Special,
    TooDeep,
}

/// A file found, its path within the content folder with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) task: Task,
    pub(super) path: PathBuf,
    pub(super) within: String,
}

/// What is in a folder: files that something is to be done with.
#[derive(Debug, Clone, Default)]
pub(super) struct Listing {
    pub(super) found: Vec<Found>,
    /// The folders that were entered, if that was asked for.
    pub(super) entered: Vec<PathBuf>,
}

/// What is in `folder`; nothing if it is absent and may be. With `note` the folders it enters are noted.
pub(super) fn walk(folder: &Folder, limits: &ReadLimits, note: bool) -> Result<Listing, ReadError> {
    if !folder.path.exists() {
        if folder.required {
            return Err(ReadError::MissingFolder { kind: folder.kind.noun(), path: folder.path.clone() });
        }
        return Ok(Listing::default());
    }
    let Listing { mut found, mut entered } = Listing::default();
    // Of each folder on the way to the entry at hand, its path within the content folder. Thousands
    // of paths are not taken apart to be put together again.
    let mut above: Vec<String> = Vec::new();
    let mut entries = WalkDir::new(&folder.path).follow_links(false).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(&folder.path).to_path_buf();
            ReadError::Io { operation: "read the folder", path, source: error.into() }
        })?;
        let depth = entry.depth();
        above.truncate(depth);
        // The folder itself may be a link: whoever names it means what is behind it.
        if entry.file_type().is_dir() || depth == 0 && entry.path().is_dir() {
            if is_hidden(&entry) {
                entries.skip_current_dir();
            } else if depth > limits.depth {
                entries.skip_current_dir();
                found.push(described(&above, entry, Task::Report(Skipped::TooDeep)));
            } else {
                if note {
                    entered.push(entry.path().to_path_buf());
                }
                above.push(if depth == 0 { String::new() } else { within(&above, &entry) });
            }
        } else if let Some(task) = task(folder.kind, &entry) {
            found.push(described(&above, entry, task));
        }
        if found.len() > limits.files {
            return Err(ReadError::TooManyFiles { path: folder.path.clone(), limit: limits.files });
        }
    }
    Ok(Listing { found, entered })
}

fn described(above: &[String], entry: DirEntry, task: Task) -> Found {
    Found { task, within: within(above, &entry), path: entry.into_path() }
}

/// The path of an entry within the content folder, those of the folders above given. A content folder
/// that is itself a file is that file.
fn within(above: &[String], entry: &DirEntry) -> String {
    let name = entry.file_name().to_string_lossy();
    match above.last() {
        Some(folder) if !folder.is_empty() => format!("{folder}/{name}"),
        _ => name.into_owned(),
    }
}

/// A path with `/` between its parts; what is no Unicode is shown as U+FFFD.
pub(super) fn slashed(path: &Path) -> String {
    let parts = path.components().filter(|part| !matches!(part, std::path::Component::CurDir));
    let text: PathBuf = parts.collect();
    let text = text.to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace(std::path::MAIN_SEPARATOR, "/") }
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".")
}

fn task(kind: Kind, entry: &DirEntry) -> Option<Task> {
    let file_type = entry.file_type();
    if file_type.is_symlink() {
        return Some(Task::Report(Skipped::Link));
    }
    if !file_type.is_file() {
        return Some(Task::Report(Skipped::Special));
    }
    let path = Path::new(entry.file_name());
    let extension = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
    let extension = extension.as_deref().and_then(|e| e.to_str()).unwrap_or_default();
    let is_yaml = matches!(extension, "yml" | "yaml");
    match kind {
        Kind::Page if extension == "md" => Some(Task::Text(FileRole::Content(kind))),
        Kind::Page => (!is_hidden(entry)).then_some(Task::Asset),
        // Beside its tests a technique keeps their payloads (`src/`), which may be YAML too.
        Kind::Trigger if !names_a_technique(path) => None,
        Kind::Trigger if extension == "md" => Some(Task::Text(FileRole::TriggerPage)),
        // Beside the events lie other forms of them, and what tells how they were recorded.
        Kind::RecordedEvent => {
            matches!(extension, "json" | "jsonl" | "ndjson").then_some(Task::Text(FileRole::Content(kind)))
        }
        _ => is_yaml.then_some(Task::Text(FileRole::Content(kind))),
    }
}

/// Atomic Red Team's files are named by their technique: `T1059.001.yaml`.
fn names_a_technique(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().starts_with(b"T")
        && path.as_os_str().as_encoded_bytes().get(1).is_some_and(u8::is_ascii_digit)
}
