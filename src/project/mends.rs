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
        let folders = folders(&self.config);
        let disk = OnDisk::new(&self.config.root, &folders);
        // What nobody wants to be told of stays as it is.
        let mends = load::mends(&self.sources, &self.told()).into_iter();
        let of = |mend: load::Mend| {
            let file = self.sources.file(mend.file);
            let (edits, findings) = (mend.edits, mend.findings);
            Some(Mendable { path: disk.path(file)?, shown: &file.path, text: &file.text, edits, findings })
        };
        mends.filter_map(of).collect()
    }
}
