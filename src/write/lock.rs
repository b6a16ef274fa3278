//! One build at a time per output folder.
//!
//! The lock is the operating system's and ends with the process, however that ends; the file
//! is only its name. It is deleted by its holder. Another process may have opened the file
//! before and get the lock of a name that is gone, hence the look at what the name means now.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::WriteError;

/// The held lock; letting go of it ends it.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    /// Locked as long as it is open.
    _file: File,
}

impl Lock {
    /// Takes the lock named `path`, or says at once that somebody has it.
    pub(super) fn take(path: &Path, output: &Path) -> Result<Self, WriteError> {
        // Each round but the last needs another build to end between our two calls.
        for _ in 0..16 {
            let file = open(path).map_err(WriteError::io("create the lock file", path))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(WriteError::Locked { path: output.to_owned() }),
                Err(TryLockError::Error(error)) => return Err(WriteError::io("lock", path)(error)),
            }
            if is_still(&file, path) {
                return Ok(Self { path: path.to_owned(), _file: file });
            }
        }
        Err(WriteError::Locked { path: output.to_owned() })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A lock file that cannot be deleted does no harm.
        let _ = fs::remove_file(&self.path);
    }
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // A link of this name could come out of a repository and create files elsewhere.
        options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    options.open(path)
}

#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(held), Ok(named)) => held.ino() == named.ino() && held.dev() == named.dev(),
        _ => false,
    }
}

/// Elsewhere an open file cannot be deleted, so the name means what it meant.
#[cfg(not(unix))]
fn is_still(_: &File, path: &Path) -> bool {
    path.exists()
}
