//! What was read, so that it need not be read again while the file system says that it is as it was.
//!
//! A file or folder is as it was if its number, its size and its times are. One of the times is that
//! of the last change of anything, contents and name included, which only the system sets. It tells
//! changes apart as finely as the system's clock moves, so whatever had changed shortly before it was
//! read is read again. Where there is no such time everything is.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use rayon::prelude::*;

use crate::model::Kind;

use super::SourceFile;
use super::read::{Folder, ReadError, ReadLimits};
use super::walk::{Found, Listing, walk};

/// The coarsest step of a file system's clock (FAT's), in seconds.
const COARSEST: u64 = 2;

/// What a file or folder is the same by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// `None` where it would not tell the next change, because the last was not before `start`, when
    /// reading began.
    #[cfg(unix)]
    pub(super) fn new(metadata: &Metadata, start: SystemTime) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let start = start.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
        let is_settled =
            |seconds: i64| i64::try_from(start.saturating_sub(COARSEST)).is_ok_and(|start| seconds < start);
        (is_settled(metadata.ctime()) && is_settled(metadata.mtime())).then(|| Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    /// Elsewhere the library tells no time that only the system sets.
    #[cfg(not(unix))]
    pub(super) fn new(_: &Metadata, _: SystemTime) -> Option<Self> {
        None
    }
}

/// What was read the last time.
#[derive(Debug)]
pub struct Kept {
    /// Whether there will be a next time, for which looking at times is worth its while.
    keeps: bool,
    folders: HashMap<(Kind, PathBuf), KeptFolder>,
    /// By the path on the disk.
    files: HashMap<OsString, KeptFile>,
}

/// What was found in a content folder, and the folders that were entered for it.
#[derive(Debug)]
pub(super) struct KeptFolder {
    found: Vec<Found>,
    entered: Vec<PathBuf>,
    stamps: Vec<Stamp>,
}

/// A text file.
#[derive(Debug)]
pub(super) struct KeptFile {
    pub(super) stamp: Stamp,
    pub(super) file: Arc<SourceFile>,
}

impl Default for Kept {
    fn default() -> Self {
        Self { keeps: true, folders: HashMap::new(), files: HashMap::new() }
    }
}

impl Kept {
    /// Of what is read once.
    pub(super) fn of_nothing() -> Self {
        Self { keeps: false, ..Self::default() }
    }

    /// What is to be done in each of `folders`.
    pub(super) fn walk(
        &mut self,
        folders: &[Folder],
        limits: &ReadLimits,
        start: SystemTime,
    ) -> Result<Vec<Vec<Found>>, ReadError> {
        let key = |folder: &Folder| (folder.kind, folder.path.clone());
        let mut before = std::mem::take(&mut self.folders);
        let known: Vec<Option<KeptFolder>> = folders.iter().map(|folder| before.remove(&key(folder))).collect();
        let walked = |(folder, known): (&Folder, Option<KeptFolder>)| {
            let is_same = |known: &KeptFolder| of_folders(&known.entered, start).is_some_and(|now| now == known.stamps);
            if let Some(known) = known.filter(is_same) {
                return Ok((known.found.clone(), Some(known)));
            }
            let Listing { found, entered } = walk(folder, limits, self.keeps)?;
            // After the walk: what has changed meanwhile has done so after `start`.
            let stamps = if self.keeps { of_folders(&entered, start) } else { None };
            let kept = stamps.map(|stamps| KeptFolder { found: found.clone(), entered, stamps });
            Ok((found, kept))
        };
        let walked: Vec<Result<_, ReadError>> = folders.par_iter().zip(known).map(walked).collect();
        let mut listings = Vec::with_capacity(folders.len());
        for (folder, walked) in folders.iter().zip(walked) {
            let (found, kept) = walked?;
            self.folders.extend(kept.map(|kept| (key(folder), kept)));
            listings.push(found);
        }
        Ok(listings)
    }

    /// The text file at a path, if it is kept and as it was.
    pub(super) fn file(&self, path: &Path, start: SystemTime) -> Option<&KeptFile> {
        let known = self.files.get(path.as_os_str())?;
        let stamp = Stamp::new(&fs::symlink_metadata(path).ok()?, start)?;
        (stamp == known.stamp).then_some(known)
    }

    /// What a file may be kept by, of which the system said `metadata` before it was read.
    pub(super) fn stamp(&self, metadata: &Metadata, start: SystemTime) -> Option<Stamp> {
        if self.keeps { Stamp::new(metadata, start) } else { None }
    }

    /// Keeps these files, by their path, and no others.
    pub(super) fn keep(&mut self, files: impl Iterator<Item = (OsString, KeptFile)>) {
        self.files = files.collect();
    }
}

/// What files named one by one are the same by, links to them followed; `None` if that cannot be said
/// of one of them.
pub fn stamps<'p>(files: impl Iterator<Item = &'p PathBuf>) -> Option<Vec<Stamp>> {
    let start = SystemTime::now();
    files.map(|path| Stamp::new(&fs::metadata(path).ok()?, start)).collect()
}

/// What folders are the same by, the first of which is a content folder; `None` if one has none.
fn of_folders(entered: &[PathBuf], start: SystemTime) -> Option<Vec<Stamp>> {
    let (first, others) = entered.split_first()?;
    // Only the way to a content folder may lead over links.
    let metadata = std::iter::once(fs::metadata(first)).chain(others.iter().map(fs::symlink_metadata));
    metadata.map(|metadata| Stamp::new(&metadata.ok()?, start)).collect()
}
