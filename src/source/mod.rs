//! Reading the world: walking content folders, limits, UTF-8. Parses nothing.
//!
//! A [`SourceSet`] is the only owner of text; everything later borrows from it or points into
//! it by [`FileId`]. Files are sorted by path, so a `FileId` also is a position in that order.

mod active;
pub mod entries;
mod file;
mod kept;
pub mod named;
pub mod piped;
mod read;
mod walk;

pub use kept::{Kept, Stamp, stamps};
pub use read::{Folder, OnDisk, ReadError, ReadLimits, read, read_again};

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::Kind;
use crate::text::{FileId, LineIndex};

/// What a file of the source set is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileRole {
    /// Content of a kind, to be loaded.
    Content(Kind),
    /// A processing pipeline for queries.
    Pipeline,
    /// The configuration, for findings to point into.
    Config,
    /// A layer of the ATT&CK Navigator, which follows ATT&CK to another release.
    Layer,
    /// Upstream's own page beside a Trigger (`T1191.md`), kept for the profile that copies it.
    TriggerPage,
    /// A file that is there and was not read; its text is empty, and a finding says why. With
    /// the kind it would have been content of; links, special files and companions have none.
    NotRead(Option<Kind>),
}

/// A text file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// What it is read as.
    pub role: FileRole,
    /// The path as shown: relative to the project folder where it lies inside it, with `/`.
    pub path: String,
    /// The path relative to the content folder it was found in, with `/`.
    pub within: String,
    /// The text without a byte order mark; empty for [`FileRole::NotRead`].
    pub text: String,
}

/// A file copied to the site as it is (an image under `content/pages`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// The path as shown.
    pub path: String,
    /// The path relative to its content folder, with `/`; also its path in the output.
    pub within: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// All files of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceSet {
    files: Vec<Arc<SourceFile>>,
    /// Files copied as they are, sorted by [`Asset::within`].
    pub assets: Vec<Asset>,
}

impl SourceSet {
    /// A set of `files`, sorted by path here.
    pub fn new(files: Vec<SourceFile>, assets: Vec<Asset>) -> Self {
        Self::of_shared(files.into_iter().map(Arc::new).collect(), assets)
    }

    /// The same of files that others may hold, too.
    fn of_shared(mut files: Vec<Arc<SourceFile>>, assets: Vec<Asset>) -> Self {
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Self { files, assets }
    }

    /// Adds a file behind all others, so that findings can point into it.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(Arc::new(file));
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    /// Gives files that were read another text, by their paths as shown.
    pub fn retype(&mut self, texts: &BTreeMap<String, String>) {
        for file in self.files.iter_mut().filter(|file| matches!(file.role, FileRole::Content(_))) {
            if let Some(text) = texts.get(&file.path) {
                Arc::make_mut(file).text.clone_from(text);
            }
        }
    }

    /// The file with this id.
    ///
    /// # Panics
    /// If the id is of another set.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files with their ids, by path.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (FileId, &SourceFile)> {
        self.shared().map(|(id, file)| (id, &**file))
    }

    /// The same for whoever keeps some.
    pub fn shared(&self) -> impl ExactSizeIterator<Item = (FileId, &Arc<SourceFile>)> {
        self.files.iter().enumerate().map(|(i, file)| (FileId(u32::try_from(i).unwrap_or(u32::MAX)), file))
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The line starts of a file, made anew at each call.
    pub fn line_index(&self, id: FileId) -> LineIndex {
        LineIndex::new(&self.file(id).text)
    }
}
