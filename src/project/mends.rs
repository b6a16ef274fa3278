//! The files of a project that can be mended, where they are on the disk, and their edits.

use std::path::PathBuf;

use crate::load;
use crate::mend::Edit;
use crate::source::OnDisk;

use super::{Project, folders};

/// A content file with the edits its findings propose.
#[derive(Debug)]
pub struct Mendable<'p> {
    /// Where it is.
    pub path: PathBuf,
    /// Where it is, as shown.
    pub shown: &'p str,
    /// Its text, without a byte order mark.
    pub text: &'p str,
    /// What changes.
    pub edits: Vec<Edit>,
    /// How many findings that ends.
    pub findings: usize,
}

impl Project {
    /// The content files that have findings which need no judgement, with the edits that end them.
    pub fn mendable(&self) -> Vec<Mendable<'_>> {
        // What nobody wants to be told of stays as it is.
        self.on_disk(load::mends(&self.sources, &self.told()))
    }

    /// The rules whose tags are in no order, with the edits that put them in the order of their
    /// letters; they end no finding.
    pub fn sortable(&self) -> Vec<Mendable<'_>> {
        self.on_disk(load::sorted_tags(&self.sources))
    }

    fn on_disk(&self, mends: Vec<load::Mend>) -> Vec<Mendable<'_>> {
        let folders = folders(&self.config);
        let disk = OnDisk::new(&self.config.root, &folders);
        let of = |mend: load::Mend| {
            let file = self.sources.file(mend.file);
            let (edits, findings) = (mend.edits, mend.findings);
            Some(Mendable { path: disk.path(file)?, shown: &file.path, text: &file.text, edits, findings })
        };
        mends.into_iter().filter_map(of).collect()
    }
}
