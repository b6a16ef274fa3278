//! A sink that keeps the site in memory, for checks and the preview server.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::site::OutPath;

use super::ledger::Ledger;
use super::{Sink, WriteError};

/// All files of a site, by path, never on disk.
#[derive(Debug)]
pub struct MemorySink(Mutex<(Ledger, BTreeMap<String, Vec<u8>>)>);

impl MemorySink {
    /// An empty site.
    pub fn new() -> Self {
        Self(Mutex::new((Ledger::new(), BTreeMap::new())))
    }

    /// The files, by path.
    pub fn into_files(self) -> BTreeMap<String, Vec<u8>> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner).1
    }
}

impl Default for MemorySink {
    fn default() -> Self {
        Self::new()
    }
}

impl Sink for MemorySink {
    fn put(&self, path: &OutPath, bytes: &[u8]) -> Result<(), WriteError> {
        let bytes = bytes.to_vec();
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.0.take(path, bytes.len())?;
        state.1.insert(path.as_str().to_owned(), bytes);
        Ok(())
    }
}
