//! From content folders to a [`SourceSet`].
//!
//! The folders are walked in the order given; then all files are read in parallel and sorted
//! by path, so that nothing depends on the order of directories or threads. What a user can
//! mend in a file is a finding; what the machine refuses is an error.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rayon::prelude::*;

use crate::model::Kind;
use crate::report::{Code, Finding, Findings};
use crate::text::{At, FileId};

use super::active;
use super::file::{self, Content};
use super::kept::{Kept, KeptFile, Stamp};
use super::walk::{Found, Skipped, Task, slashed};
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
    Text {
        file: Arc<SourceFile>,
        problem: Option<(Code, String)>,
        /// Where it is on the disk and what it is the same by, if it may be kept.
        keep: Option<(OsString, Stamp)>,
    },
    Asset(Asset),
}

/// Reads all files of `folders`; `root` is the project folder paths are shown relative to.
///
/// A file that several folders hold is read once, for the first of them. Files that are not
/// read are in the set with [`FileRole::NotRead`] and have a finding.
pub fn read(root: &Path, folders: &[Folder], limits: &ReadLimits) -> Result<(SourceSet, Findings), ReadError> {
    read_again(root, folders, limits, &mut Kept::of_nothing())
}

/// The same, where files that are as they were, as far as the system knows, are not read again.
pub fn read_again(
    root: &Path,
    folders: &[Folder],
    limits: &ReadLimits,
    kept: &mut Kept,
) -> Result<(SourceSet, Findings), ReadError> {
    read_since(root, folders, limits, kept, SystemTime::now())
}

/// The same of what has not changed after `start`, where it has not.
fn read_since(
    root: &Path,
    folders: &[Folder],
    limits: &ReadLimits,
    kept: &mut Kept,
    start: SystemTime,
) -> Result<(SourceSet, Findings), ReadError> {
    let tasks = tasks(root, folders, kept.walk(folders, limits, start)?)?;
    let reader = Reader { limits, kept, start };
    let items: Vec<_> = tasks.into_par_iter().map(|(found, path)| reader.item(found, path)).collect();
    let mut keep = Vec::with_capacity(items.len());
    let mut texts = Vec::with_capacity(items.len());
    let mut assets = Vec::new();
    let mut total = 0;
    for item in items {
        match item? {
            Item::Text { file, problem, keep: key } => {
                total += file.text.len() as u64;
                keep.extend(key.map(|(path, stamp)| (path, KeptFile { stamp, file: Arc::clone(&file) })));
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
    kept.keep(keep.into_iter());
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
    Ok((SourceSet::of_shared(files, assets), findings))
}

/// What to do, each file once, with the path it is shown by.
fn tasks(root: &Path, folders: &[Folder], found: Vec<Vec<Found>>) -> Result<Vec<(Found, String)>, ReadError> {
    let real_root = root.canonicalize().ok();
    let walked = folders.iter().zip(found).filter(|(_, found)| !found.is_empty());
    let walked = walked.map(|(folder, found)| Walked::new(folder, found, root, real_root.as_deref()));
    let walked: Vec<Walked<'_>> = walked.collect::<Result<_, _>>()?;
    let real: Vec<PathBuf> = walked.iter().map(|walked| walked.real.clone()).collect();
    let mut tasks = Vec::with_capacity(walked.iter().map(|walked| walked.found.len()).sum());
    let mut seen = HashSet::new();
    for (i, walked) in walked.into_iter().enumerate() {
        // Links are not followed, so two folders can share a file only if one is in the other.
        let shares = |(other, path): (usize, &PathBuf)| {
            other != i && (path.starts_with(&walked.real) || walked.real.starts_with(path))
        };
        let is_alone = !real.iter().enumerate().any(shares);
        let separator = if walked.shown.is_empty() || walked.shown.ends_with('/') { "" } else { "/" };
        for file in walked.found {
            // Of a folder that is itself a file nothing is left.
            let is_folder = file.path.as_os_str() == walked.folder.as_os_str();
            let inner = || file.path.strip_prefix(walked.folder).unwrap_or(&file.path);
            let real = || if is_folder { walked.real.clone() } else { walked.real.join(inner()) };
            if is_alone || seen.insert(real().into_os_string()) {
                let shown = &walked.shown;
                let shown = if is_folder { shown.clone() } else { format!("{shown}{separator}{}", file.within) };
                tasks.push((file, shown));
            }
        }
    }
    Ok(tasks)
}

/// A content folder in which there is something.
struct Walked<'f> {
    folder: &'f Path,
    found: Vec<Found>,
    /// The folder's path without links.
    real: PathBuf,
    /// The folder's path as shown.
    shown: String,
}

impl<'f> Walked<'f> {
    fn new(folder: &'f Folder, found: Vec<Found>, root: &Path, real_root: Option<&Path>) -> Result<Self, ReadError> {
        let real = folder.path.canonicalize().map_err(|source| ReadError::Io {
            operation: "find the folder",
            path: folder.path.clone(),
            source,
        })?;
        let shown = slashed(&shown_folder(root, real_root, &folder.path, &real));
        Ok(Self { folder: &folder.path, found, real, shown })
    }
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

/// What reading files takes.
struct Reader<'r> {
    limits: &'r ReadLimits,
    kept: &'r Kept,
    /// When reading began.
    start: SystemTime,
}

impl Reader<'_> {
    fn item(&self, found: Found, path: String) -> Result<Item, ReadError> {
        let Found { task, path: on_disk, within } = found;
        let not_read = |kind, code, message| {
            let role = FileRole::NotRead(kind);
            let file = SourceFile { role, path: path.clone(), within: within.clone(), text: String::new() };
            Ok(Item::Text { file: Arc::new(file), problem: Some((code, message)), keep: None })
        };
        let kind = match task {
            Task::Text(FileRole::Content(kind)) => Some(kind),
            _ => None,
        };
        let limit = if task == Task::Asset { self.limits.asset } else { self.limits.text };
        let special = "this is no regular file; it is not read";
        match task {
            Task::Report(Skipped::Link) => {
                return not_read(None, Code::NotRead, "this is a symbolic link; links are not followed".to_owned());
            }
            Task::Report(Skipped::Special) => return not_read(None, Code::NotRead, special.to_owned()),
            Task::Report(Skipped::TooDeep) => {
                let message = format!("folders are nested deeper than {} levels", self.limits.depth);
                return not_read(None, Code::OverLimit, message);
            }
            Task::Text(role) => {
                let called = |file: &SourceFile| (file.role, &file.path, &file.within) == (role, &path, &within);
                let known = self.kept.file(&on_disk, self.start).filter(|known| called(&known.file));
                if let Some(KeptFile { stamp, file }) = known {
                    return Ok(Item::Text {
                        file: Arc::clone(file),
                        problem: None,
                        keep: Some((on_disk.into_os_string(), *stamp)),
                    });
                }
            }
            Task::Asset => {}
        }
        let read = file::bytes(&on_disk, limit).map_err(|source| ReadError::Io {
            operation: "read",
            path: on_disk.clone(),
            source,
        });
        let (bytes, metadata) = match read? {
            (Content::Bytes(bytes), metadata) => (bytes, metadata),
            (Content::Special, _) => return not_read(kind, Code::NotRead, special.to_owned()),
            (Content::TooLarge, _) => {
                return not_read(kind, Code::OverLimit, format!("the file is larger than {} KiB", limit >> 10));
            }
        };
        let Task::Text(role) = task else {
            return match active::reason(&within, &bytes) {
                Some(why) => not_read(None, Code::NotRead, why.to_owned()),
                None => Ok(Item::Asset(Asset { path, within, bytes })),
            };
        };
        match file::text(bytes) {
            Ok(text) => {
                let file = Arc::new(SourceFile { role, path, within, text });
                let keep = self.kept.stamp(&metadata, self.start).map(|stamp| (on_disk.into_os_string(), stamp));
                Ok(Item::Text { file, problem: None, keep })
            }
            Err((offset, byte)) => {
                let message = format!("the file is not UTF-8: byte 0x{byte:02X} at offset {offset}");
                not_read(kind, Code::NotUtf8, message)
            }
        }
    }
}

#[cfg(test)]
mod tests;
