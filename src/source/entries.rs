//! All entries of a folder with what they are, for files that are taken over as they are.
//!
//! Links are told and not followed, hidden files and folders are passed over.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::walk::slashed;
use super::{ReadError, ReadLimits};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// A regular file of so many bytes.
    File(u64),
    /// A link, to whatever.
    Link,
    /// A pipe, a socket, a device.
    Special,
    /// A folder too far down to look into.
    TooDeep,
}

/// An entry that is no folder, or a folder nobody looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Where it is.
    pub path: PathBuf,
    /// The path relative to the folder, with `/`.
    pub within: String,
    /// What it is.
    pub what: What,
}

/// The entries of a folder and of those in it, sorted by path.
///
/// # Errors
/// If the system refuses, or there are more than `limits` allow.
pub fn entries(folder: &Path, limits: &ReadLimits) -> Result<Vec<Entry>, ReadError> {
    let mut found = Vec::new();
    let mut walk = WalkDir::new(folder).follow_links(false).sort_by_file_name().into_iter();
    while let Some(entry) = walk.next() {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_path_buf();
            ReadError::Io { operation: "read the folder", path, source: error.into() }
        })?;
        let hidden = entry.depth() > 0 && entry.file_name().as_encoded_bytes().starts_with(b".");
        let is_folder = entry.file_type().is_dir();
        let what = if is_folder && (hidden || entry.depth() > limits.depth) {
            walk.skip_current_dir();
            What::TooDeep
        } else if is_folder {
            continue;
        } else if entry.file_type().is_symlink() {
            What::Link
        } else if entry.file_type().is_file() {
            What::File(entry.metadata().map_or(u64::MAX, |about| about.len()))
        } else {
            What::Special
        };
        if !hidden {
            let within = slashed(entry.path().strip_prefix(folder).unwrap_or(entry.path()));
            found.push(Entry { path: entry.path().to_path_buf(), within, what });
        }
        if found.len() > limits.files {
            return Err(ReadError::TooManyFiles { path: folder.to_path_buf(), limit: limits.files });
        }
    }
    Ok(found)
}

/// The folders below a folder, down to `depth`: their paths relative to it, with `/`, sorted.
///
/// # Errors
/// If the system refuses.
pub fn folders(folder: &Path, depth: usize) -> Result<Vec<String>, ReadError> {
    let hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().starts_with(b".");
    let walk = WalkDir::new(folder).follow_links(false).min_depth(1).max_depth(depth).sort_by_file_name().into_iter();
    let mut found = Vec::new();
    for entry in walk.filter_entry(|entry| entry.file_type().is_dir() && !hidden(entry.file_name())) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_path_buf();
            ReadError::Io { operation: "read the folder", path, source: error.into() }
        })?;
        found.push(slashed(entry.path().strip_prefix(folder).unwrap_or(entry.path())));
    }
    Ok(found)
}
