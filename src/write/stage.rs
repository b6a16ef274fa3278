//! The new site while it grows, out of everybody's sight.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::mem;
use std::sync::{Mutex, PoisonError};

use crate::site::OutPath;

use super::ledger::Ledger;
use super::manifest::{self, Manifest};
use super::output_dir::Places;
use super::{Sink, WriteError, swap};

/// A site being written; dropped without [`Stage::commit`] it leaves no trace.
#[derive(Debug)]
pub struct Stage<'a> {
    places: &'a Places,
    ledger: Mutex<Ledger>,
    committed: bool,
}

impl<'a> Stage<'a> {
    pub(super) fn begin(places: &'a Places) -> Result<Self, WriteError> {
        let folder = &places.stage;
        // `create_dir`, not `create_dir_all`: whatever stands here already is not ours.
        fs::create_dir(folder).map_err(WriteError::io("create the folder", folder))?;
        let stage = Self { places, ledger: Mutex::new(Ledger::new()), committed: false };
        manifest::mark_unfinished(folder)?;
        Ok(stage)
    }

    /// Puts the new site in the place of the old one and says what was written.
    pub fn commit(mut self) -> Result<Manifest, WriteError> {
        let ledger = mem::replace(&mut self.ledger, Mutex::new(Ledger::new()));
        let manifest = ledger.into_inner().unwrap_or_else(PoisonError::into_inner).into_manifest();
        manifest::mark_finished(&self.places.stage, &manifest)?;
        swap::publish(self.places, &manifest)?;
        self.committed = true;
        Ok(manifest)
    }
}

impl Sink for Stage<'_> {
    fn put(&self, path: &OutPath, bytes: &[u8]) -> Result<(), WriteError> {
        {
            // Folders are made under the lock: whoever comes next may rely on them.
            let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
            for folder in ledger.take(path, bytes.len())? {
                let folder = self.places.stage.join(folder);
                fs::create_dir(&folder).map_err(WriteError::io("create the folder", &folder))?;
            }
        }
        let file = self.places.stage.join(path.as_str());
        let mut open =
            OpenOptions::new().write(true).create_new(true).open(&file).map_err(WriteError::io("create", &file))?;
        open.write_all(bytes).map_err(WriteError::io("write", &file))
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        if !self.committed {
            // If this fails, the next build tries again.
            let _ = swap::discard_stage(self.places);
        }
    }
}
