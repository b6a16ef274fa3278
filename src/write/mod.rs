//! The disk at the end: lock, stage, swap, manifest. Knows nothing of ATT&CK or pages.
//!
//! A site is written to a folder beside the output and takes its place in one step, so a build
//! that fails, is killed or runs out of disk leaves the last site as it was. Everything that
//! deletes or replaces files of the user's disk is in this folder; [`rewrite`] does it to content:
//! [`OutputDir`] decides whether a folder may be written at all, [`Stage`] takes the files,
//! `swap` exchanges old and new and clears up after interrupted builds.

mod error;
mod ledger;
mod lock;
mod manifest;
mod memory;
mod output_dir;
mod remove;
mod replace;
mod reuse;
mod rewrite;
mod stage;
mod swap;

pub use error::{Refusal, WriteError};
pub use manifest::{Entry, MARKER, Manifest};
pub use memory::MemorySink;
pub use output_dir::OutputDir;
pub use replace::replace;
pub use rewrite::{Rewrite, rename, rewrite};
pub use stage::Stage;

use crate::site::OutPath;

/// Where the files of a site go; called by many threads at once.
pub trait Sink: Sync {
    /// Takes the file `path`. A second file for the same place is an error, also when the
    /// two paths differ in case or Unicode composition only.
    fn put(&self, path: &OutPath, bytes: &[u8]) -> Result<(), WriteError>;
}
