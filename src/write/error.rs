//! Why a site could not be written. Every message names the path and what was being done.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::manifest::MARKER;

/// The environment did not let the site be written; the site of the last build is untouched.
#[derive(Debug, Error)]
pub enum WriteError {
    /// The operating system refused.
    #[error("cannot {operation} `{}`: {source}", path.display())]
    Io {
        /// What was being done, in the infinitive ("create the folder").
        operation: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder may hold something that is not ours to replace.
    #[error("will not write the site to `{}`: {why}", path.display())]
    Refused {
        /// The output folder as given.
        path: PathBuf,
        /// What is in the way.
        why: Refusal,
    },
    /// Another process holds the lock.
    #[error("another build is writing to `{}`; wait for it to end or choose another output folder", path.display())]
    Locked {
        /// The output folder as given.
        path: PathBuf,
    },
    /// A file to be changed is not what was read.
    #[error("`{}` changed while it was being worked on; nothing was written", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Two files would be one file on some file systems.
    #[error("the site has two files for one place: `{first}` and `{second}`")]
    Collision {
        /// The path that came first.
        first: String,
        /// The path that came second; equal to the first, or different in case or composition only.
        second: String,
    },
}

/// What speaks against an output folder.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// `/`, or the root of a drive.
    #[error("it is the root of a file system")]
    FileSystemRoot,
    /// The user's home folder, or one that holds it.
    #[error("it holds the home folder")]
    Home,
    /// The project or one of its inputs lies in it.
    #[error("it holds `{}`, which the site is made from", .0.display())]
    HoldsSources(PathBuf),
    /// It lies in a folder the site is made from, which the next build would read.
    #[error("it lies in `{}`, which the site is made from", .0.display())]
    InSources(PathBuf),
    /// It lies where Git keeps its own files.
    #[error("it lies in a `.git`")]
    InGit,
    /// It is a working copy.
    #[error("it holds a `.git`")]
    HoldsGit,
    /// It exists and is no folder.
    #[error("it is not a folder")]
    NotAFolder,
    /// It is a link to nothing.
    #[error("it is a symbolic link that leads nowhere")]
    DanglingLink,
    /// Something is in it that no build put there.
    #[error("it holds `{0}` and no `{MARKER}`, so it was not written by purplebook; empty it or choose another folder")]
    Foreign(String),
    /// A sibling has the name of our working folder but is not ours.
    #[error("`{}` is in the way and was not made by purplebook; move it elsewhere", .0.display())]
    ForeignSibling(PathBuf),
}

impl WriteError {
    pub(super) fn io(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { operation, path: path.to_owned(), source }
    }
}
