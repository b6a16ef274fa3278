//! From content folders to a [`SourceSet`].
//!
//! The folders are walked in the order given; then all files are read in parallel and sorted
//! by path, so that nothing depends on the order of directories or threads. What a user can
//! mend in a file is a finding; what the machine refuses is an error.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::model::Kind;
use crate::report::{Code, Finding, Findings};
use crate::text::{At, FileId};

use super::active;
use super::file::{self, Content};
use super::walk::{self, Found, Skipped, Task, slashed};
use super::{Asset, FileRole, SourceFile, SourceSet};

/// A content folder (or a single file).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// What it holds.
    pub kind: Kind,
    /// Where it is, absolute or relative to the working directory.
    pub path: PathBuf,
    /// Whether the user named it, so that its absence is an error; a default folder may be absent.
    pub required: bool,
}

/// What is read at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Bytes of a text file; larger ones are findings.
    pub text: u64,
    /// Bytes of a file that is copied; larger ones are findings.
    pub asset: u64,
    /// Bytes of all files together; more is an error.
    pub total: u64,
    /// Files of one folder; more is an error.
    pub files: usize,
    /// Folders within a content folder; deeper ones are findings.
    pub depth: usize,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self { text: 1 << 20, asset: 16 << 20, total: 1 << 30, files: 200_000, depth: 32 }
    }
}

/// Content could not be read because of the machine or the command, not because of its text.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// A folder the user named is not there.
    #[error("the {kind} folder `{}` does not exist", path.display())]
    MissingFolder {
        /// The kind's noun.
        kind: &'static str,
        /// The folder as named.
        path: PathBuf,
    },
    /// A folder holds too many files.
    #[error("`{}` holds more than {limit} files", path.display())]
    TooManyFiles {
        /// The folder.
        path: PathBuf,
        /// The limit.
        limit: usize,
    },
    /// All files together are too large.
    #[error("the content is larger than {} MiB", limit >> 20)]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The system refused.
    #[error("cannot {operation} `{}`: {source}", path.display())]
    Io {
        /// What was tried.
        operation: &'static str,
        /// On which path.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

/// A file with what reading it gave.
enum Item {
    Text(SourceFile, Option<(Code, String)>),
    Asset(Asset),
}

/// Reads all files of `folders`; `root` is the project folder paths are shown relative to.
///
/// A file that several folders hold is read once, for the first of them. Files that are not
/// read are in the set with [`FileRole::NotRead`] and have a finding.
pub fn read(root: &Path, folders: &[Folder], limits: &ReadLimits) -> Result<(SourceSet, Findings), ReadError> {
    let tasks = tasks(root, folders, limits)?;
    let items: Vec<_> = tasks.into_par_iter().map(|(found, path)| item(found, path, limits)).collect();
    let mut texts = Vec::with_capacity(items.len());
    let mut assets = Vec::new();
    let mut total = 0;
    for item in items {
        match item? {
            Item::Text(file, problem) => {
                total += file.text.len() as u64;
                texts.push((file, problem));
            }
            Item::Asset(asset) => {
                total += asset.bytes.len() as u64;
                assets.push(asset);
            }
        }
        if total > limits.total {
            return Err(ReadError::TooLarge { limit: limits.total });
        }
    }
    // The order of `SourceSet`, whose sorting is stable, so that positions here are ids there.
    texts.sort_by(|a, b| a.0.path.cmp(&b.0.path));
    assets.sort_by(|a, b| (&a.within, &a.path).cmp(&(&b.within, &b.path)));
    let mut findings = Findings::new();
    let mut files = Vec::with_capacity(texts.len());
    for (id, (file, problem)) in texts.into_iter().enumerate() {
        if let Some((code, message)) = problem {
            findings.push(Finding::new(code, At::File(FileId(u32::try_from(id).unwrap_or(u32::MAX))), message));
        }
        files.push(file);
    }
    Ok((SourceSet::new(files, assets), findings))
}

/// What to do, each file once, with the path it is shown by.
fn tasks(root: &Path, folders: &[Folder], limits: &ReadLimits) -> Result<Vec<(Found, String)>, ReadError> {
    let real_root = root.canonicalize().ok();
    let walked: Vec<_> =
        folders.par_iter().map(|folder| tasks_of(folder, root, real_root.as_deref(), limits)).collect();
    let mut tasks = Vec::new();
    let mut seen = HashSet::new();
    for folder in walked {
        for (real, file, shown) in folder? {
            if seen.insert(real) {
                tasks.push((file, shown));
            }
        }
    }
    Ok(tasks)
}

/// What to do in one folder: each file by its real path, and with the path it is shown by.
fn tasks_of(
    folder: &Folder,
    root: &Path,
    real_root: Option<&Path>,
    limits: &ReadLimits,
) -> Result<Vec<(OsString, Found, String)>, ReadError> {
    let found = walk::walk(folder, limits)?;
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let real = folder.path.canonicalize().map_err(|source| ReadError::Io {
        operation: "find the folder",
        path: folder.path.clone(),
        source,
    })?;
    let shown = slashed(&shown_folder(root, real_root, &folder.path, &real));
    let task = |file: Found| {
        let inner = file.path.strip_prefix(&folder.path).unwrap_or(&file.path);
        // Of a folder that is itself a file nothing is left.
        if inner.as_os_str().is_empty() {
            return (real.clone().into_os_string(), file, shown.clone());
        }
        let separator = if shown.is_empty() || shown.ends_with('/') { "" } else { "/" };
        let (real, shown) = (real.join(inner).into_os_string(), format!("{shown}{separator}{}", file.within));
        (real, file, shown)
    };
    Ok(found.into_iter().map(task).collect())
}

/// Where the files of a set are on the disk.
#[derive(Debug)]
pub struct OnDisk<'f> {
    /// Each folder, as shown.
    folders: Vec<(&'f Folder, PathBuf)>,
}

impl<'f> OnDisk<'f> {
    /// For files that [`read`] found in `folders` of the project in `root`.
    pub fn new(root: &Path, folders: &'f [Folder]) -> Self {
        let real_root = root.canonicalize().ok();
        let shown = |folder: &'f Folder| {
            let real = folder.path.canonicalize().ok()?;
            Some((folder, shown_folder(root, real_root.as_deref(), &folder.path, &real)))
        };
        Self { folders: folders.iter().filter_map(shown).collect() }
    }

    /// The path of a file; `None` if it is in none of the folders.
    pub fn path(&self, file: &SourceFile) -> Option<PathBuf> {
        self.folders.iter().find_map(|(folder, shown)| {
            if slashed(shown) == file.path {
                return Some(folder.path.clone());
            }
            (slashed(&shown.join(&file.within)) == file.path).then(|| folder.path.join(&file.within))
        })
    }
}

/// A folder as shown: relative to the project where it lies in it or is written so, else as
/// the user wrote it.
fn shown_folder(root: &Path, real_root: Option<&Path>, written: &Path, real: &Path) -> PathBuf {
    real_root
        .and_then(|root| real.strip_prefix(root).ok())
        .or_else(|| written.strip_prefix(root).ok().filter(|_| !root.as_os_str().is_empty()))
        .unwrap_or(written)
        .to_path_buf()
}

fn item(found: Found, path: String, limits: &ReadLimits) -> Result<Item, ReadError> {
    let Found { task, path: on_disk, within } = found;
    let read = |limit| {
        file::bytes(&on_disk, limit).map_err(|source| ReadError::Io {
            operation: "read",
            path: on_disk.clone(),
            source,
        })
    };
    let not_read = |kind, code, message| {
        let role = FileRole::NotRead(kind);
        let file = SourceFile { role, path: path.clone(), within: within.clone(), text: String::new() };
        Ok(Item::Text(file, Some((code, message))))
    };
    let kind = match task {
        Task::Text(FileRole::Content(kind)) => Some(kind),
        _ => None,
    };
    let limit = if task == Task::Asset { limits.asset } else { limits.text };
    let special = "this is no regular file; it is not read";
    let bytes = match task {
        Task::Report(Skipped::Link) => {
            return not_read(None, Code::NotRead, "this is a symbolic link; links are not followed".to_owned());
        }
        Task::Report(Skipped::Special) => return not_read(None, Code::NotRead, special.to_owned()),
        Task::Report(Skipped::TooDeep) => {
            let message = format!("folders are nested deeper than {} levels", limits.depth);
            return not_read(None, Code::OverLimit, message);
        }
        Task::Text(_) | Task::Asset => match read(limit)? {
            Content::Bytes(bytes) => bytes,
            Content::Special => return not_read(kind, Code::NotRead, special.to_owned()),
            Content::TooLarge => {
                return not_read(kind, Code::OverLimit, format!("the file is larger than {} KiB", limit >> 10));
            }
        },
    };
    let Task::Text(role) = task else {
        return match active::reason(&within, &bytes) {
            Some(why) => not_read(None, Code::NotRead, why.to_owned()),
            None => Ok(Item::Asset(Asset { path, within, bytes })),
        };
    };
    match file::text(bytes) {
        Ok(text) => Ok(Item::Text(SourceFile { role, path, within, text }, None)),
        Err((offset, byte)) => {
            let message = format!("the file is not UTF-8: byte 0x{byte:02X} at offset {offset}");
            not_read(kind, Code::NotUtf8, message)
        }
    }
}

#[cfg(test)]
mod tests;
