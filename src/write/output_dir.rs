//! Which folder may be written, and the lock on it.
//!
//! A wrong `--output` must never cost a user files. So only a folder that is empty or carries
//! our marker is accepted, and none that holds the home folder, the project or a working copy.
//! A symbolic link is followed once, here, and everything is decided about what it leads to.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::lock::Lock;
use super::manifest::{Listing, MARKER, is_kept};
use super::{Refusal, Stage, WriteError, swap};

/// An output folder that may be written, locked against other builds until it is dropped.
#[derive(Debug)]
pub struct OutputDir {
    given: PathBuf,
    places: Places,
    _lock: Lock,
}

/// The paths a build works with.
#[derive(Debug)]
pub(super) struct Places {
    /// The output folder with all links resolved; it may not exist yet.
    pub(super) output: PathBuf,
    /// Where the new site grows.
    pub(super) stage: PathBuf,
    /// Where the last site waits while the new one takes its place.
    pub(super) old: PathBuf,
    lock: PathBuf,
}

impl OutputDir {
    /// Locks the folder `path`, clears up after an interrupted build and makes sure that
    /// nothing but an earlier site will be replaced.
    ///
    /// `path` may be absent; then the first [`Stage::commit`] creates it. None of `protected`
    /// (the project folder, content folders, theme …) may be or lie in it.
    pub fn open(path: &Path, protected: &[&Path]) -> Result<Self, WriteError> {
        Self::open_outside(path, protected, &[])
    }

    /// The same, and `path` may not lie in any of the folders `read` either: the next build would
    /// take the pages of this one for content.
    pub fn open_outside(path: &Path, protected: &[&Path], read: &[&Path]) -> Result<Self, WriteError> {
        let refuse = |why| WriteError::Refused { path: path.to_owned(), why };
        let output = resolve(path)?.map_err(refuse)?;
        judge_place(&output, protected).map_err(refuse)?;
        judge_surroundings(&output, read).map_err(refuse)?;
        let (places, lock) = take_lock(&output, path)?;
        swap::recover(&places).map_err(|error| match error {
            swap::RecoverError::Foreign(sibling) => refuse(Refusal::ForeignSibling(sibling)),
            swap::RecoverError::Write(error) => error,
        })?;
        judge_contents(&output)?.map_err(refuse)?;
        Ok(Self { given: path.to_owned(), places, _lock: lock })
    }

    /// The folder as the user named it.
    pub fn path(&self) -> &Path {
        &self.given
    }

    /// Begins a new site; the folder keeps the old one until [`Stage::commit`].
    pub fn stage(&self) -> Result<Stage<'_>, WriteError> {
        Stage::begin(&self.places)
    }
}

impl Places {
    /// Beside the output, so that a rename is enough to swap them.
    fn beside(output: &Path) -> Option<Self> {
        let (parent, name) = (output.parent()?, output.file_name()?);
        let sibling = |suffix: &str| {
            let mut file = std::ffi::OsString::from(".");
            file.push(name);
            file.push(suffix);
            parent.join(file)
        };
        Some(Self { output: output.to_owned(), stage: sibling(".stage"), old: sibling(".old"), lock: sibling(".lock") })
    }

    /// Inside the output, for volumes: their parent is another file system or not ours.
    pub(super) fn inside(output: &Path) -> Self {
        let child = |suffix: &str| output.join(format!("{MARKER}.{suffix}"));
        Self { output: output.to_owned(), stage: child("stage"), old: child("old"), lock: child("lock") }
    }

    /// Whether `name` is one of the folders above as seen from the output folder.
    pub(super) fn is_own_name(name: &str) -> bool {
        name.strip_prefix(MARKER).is_some_and(|rest| matches!(rest, "" | ".stage" | ".old" | ".lock" | ".new"))
    }
}

fn take_lock(output: &Path, given: &Path) -> Result<(Places, Lock), WriteError> {
    let inside = || {
        let places = Places::inside(output);
        let lock = Lock::take(&places.lock, given)?;
        Ok((places, lock))
    };
    let Some(places) = Places::beside(output) else { return inside() };
    if is_mount_point(output) {
        return inside();
    }
    if let Some(parent) = output.parent() {
        fs::create_dir_all(parent).map_err(WriteError::io("create the folder", parent))?;
    }
    match Lock::take(&places.lock, given) {
        Ok(lock) => Ok((places, lock)),
        Err(WriteError::Io { source, .. }) if is_closed(&source) && output.is_dir() => inside(),
        Err(error) => Err(error),
    }
}

/// Whether the system let us read a folder but nothing be created in it.
fn is_closed(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

#[cfg(unix)]
fn is_mount_point(output: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    let device = |path: &Path| fs::metadata(path).ok().map(|meta| meta.dev());
    match (device(output), output.parent().and_then(device)) {
        (Some(own), Some(parent)) => own != parent,
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_mount_point(_: &Path) -> bool {
    false
}

/// `path` made absolute with all links followed, whether or not it exists.
fn resolve(path: &Path) -> Result<Result<PathBuf, Refusal>, WriteError> {
    match fs::canonicalize(path) {
        Ok(real) if real.is_dir() => return Ok(Ok(real)),
        Ok(_) => return Ok(Err(Refusal::NotAFolder)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(WriteError::io("look at", path)(error)),
    }
    if fs::symlink_metadata(path).is_ok() {
        return Ok(Err(Refusal::DanglingLink));
    }
    Ok(Ok(resolve_absent(path)?))
}

/// Follows the links of the part of `path` that exists; the rest is appended as it is.
fn resolve_absent(path: &Path) -> Result<PathBuf, WriteError> {
    let absolute = std::path::absolute(path).map_err(WriteError::io("look at", path))?;
    let mut known = absolute.as_path();
    while let Some(parent) = known.parent() {
        known = parent;
        if let Ok(real) = fs::canonicalize(known) {
            let rest = absolute.strip_prefix(known).unwrap_or(Path::new(""));
            return Ok(rest.components().fold(real, |mut at, part| {
                match part {
                    std::path::Component::ParentDir => {
                        at.pop();
                    }
                    std::path::Component::CurDir => {}
                    other => at.push(other),
                }
                at
            }));
        }
    }
    Ok(absolute)
}

/// What speaks against `output` whatever is in it.
fn judge_place(output: &Path, protected: &[&Path]) -> Result<(), Refusal> {
    if output.parent().is_none() {
        return Err(Refusal::FileSystemRoot);
    }
    if env::home_dir().and_then(|home| fs::canonicalize(home).ok()).is_some_and(|home| home.starts_with(output)) {
        return Err(Refusal::Home);
    }
    let held = protected.iter().find(|path| {
        let real = fs::canonicalize(path).or_else(|_| std::path::absolute(path));
        real.is_ok_and(|real| real.starts_with(output))
    });
    if let Some(path) = held {
        return Err(Refusal::HoldsSources((*path).to_owned()));
    }
    if fs::symlink_metadata(output.join(".git")).is_ok() {
        return Err(Refusal::HoldsGit);
    }
    Ok(())
}

/// What speaks against `output` because of what it is in.
fn judge_surroundings(output: &Path, read: &[&Path]) -> Result<(), Refusal> {
    if output.iter().any(|part| part == ".git") {
        return Err(Refusal::InGit);
    }
    let holds = |path: &&&Path| fs::canonicalize(path).is_ok_and(|real| output.starts_with(real));
    read.iter().find(holds).map_or(Ok(()), |path| Err(Refusal::InSources((*path).to_owned())))
}

/// What speaks against `output` because of what is in it.
fn judge_contents(output: &Path) -> Result<Result<(), Refusal>, WriteError> {
    let entries = match fs::read_dir(output) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ok(())),
        Err(error) => return Err(WriteError::io("list the folder", output)(error)),
    };
    if Listing::read(output)? != Listing::Absent {
        return Ok(Ok(()));
    }
    let names: Vec<String> = entries
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, _>>()
        .map_err(WriteError::io("list the folder", output))?;
    let foreign = names.into_iter().filter(|name| !is_kept(name) && !is_lock(name)).min();
    Ok(foreign.map_or(Ok(()), |name| Err(Refusal::Foreign(name))))
}

/// Our own lock, when it had to be made inside the output.
fn is_lock(name: &str) -> bool {
    name.strip_prefix(MARKER) == Some(".lock")
}
