//! The new site while it grows, out of everybody's sight.

use std::fs::{self, File};
use std::io::Write as _;
use std::mem;
use std::sync::{Mutex, PoisonError};

use crate::site::OutPath;

use super::ledger::Ledger;
use super::manifest::{self, Manifest};
use super::output_dir::Places;
use super::reuse::{self, OldSite};
use super::{Sink, WriteError, swap};

/// A site being written; dropped without [`Stage::commit`] it leaves no trace.
#[derive(Debug)]
pub struct Stage<'a> {
    places: &'a Places,
    growth: Mutex<Growth>,
    committed: bool,
}

/// What changes with each file.
#[derive(Debug)]
struct Growth {
    ledger: Ledger,
    old: OldSite,
}

impl<'a> Stage<'a> {
    pub(super) fn begin(places: &'a Places) -> Result<Self, WriteError> {
        let folder = &places.stage;
        // `create_dir`, not `create_dir_all`: whatever stands here already is not ours.
        fs::create_dir(folder).map_err(WriteError::io("create the folder", folder))?;
        let growth = Growth { ledger: Ledger::new(), old: OldSite::new(&places.output) };
        let stage = Self { places, growth: Mutex::new(growth), committed: false };
        manifest::mark_unfinished(folder)?;
        Ok(stage)
    }

    /// Puts the new site in the place of the old one and says what was written.
    pub fn commit(mut self) -> Result<Manifest, WriteError> {
        let growth = self.growth.get_mut().unwrap_or_else(PoisonError::into_inner);
        let manifest = mem::replace(&mut growth.ledger, Ledger::new()).into_manifest();
        manifest::mark_finished(&self.places.stage, &manifest)?;
        swap::publish(self.places, &manifest)?;
        self.committed = true;
        Ok(manifest)
    }
}

impl Sink for Stage<'_> {
    fn put(&self, path: &OutPath, bytes: &[u8]) -> Result<(), WriteError> {
        let Places { output, stage, .. } = self.places;
        let file = stage.join(path.as_str());
        let may_reuse = {
            // Folders are made under the lock: whoever comes next may rely on them.
            let mut growth = self.growth.lock().unwrap_or_else(PoisonError::into_inner);
            for folder in growth.ledger.take(path, bytes.len())? {
                let new = stage.join(&folder);
                fs::create_dir(&new).map_err(WriteError::io("create the folder", &new))?;
                growth.old.look_at_folder(output, &folder);
            }
            growth.old.may_have(path.as_str(), bytes.len())
        };
        if may_reuse && reuse::link(&output.join(path.as_str()), &file, bytes) {
            return Ok(());
        }
        let mut open = File::create_new(&file).map_err(WriteError::io("create", &file))?;
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
