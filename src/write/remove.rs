//! Deleting what a build once wrote, and nothing else.
//!
//! Symbolic links are never followed: a link is one foreign entry, whatever it leads to.
//! Entries are found by walking the tree and compared with the list, never opened by a listed
//! path, so a listed `a/b` cannot reach through a link `a`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::WriteError;

/// Deletes every file under `root` that `is_ours` by its relative path, then folders left empty.
pub(super) fn remove_files(root: &Path, is_ours: impl Fn(&str) -> bool + Sync) -> Result<(), WriteError> {
    let (mut ours, mut folders) = (Vec::new(), Vec::new());
    for entry in walk(root) {
        if entry.file_type().is_dir() {
            folders.push(entry.into_path());
        } else if relative(root, entry.path()).is_some_and(|path| is_ours(&path)) {
            ours.push(entry.into_path());
        }
    }
    ours.par_iter()
        .try_for_each(|path| ignore_absent(fs::remove_file(path)).map_err(WriteError::io("delete", path)))?;
    remove_empty(folders);
    Ok(())
}

/// Moves everything left under `from` to the same place under `to`; where `to` has a file of
/// that name already, that one stays and the other is deleted.
pub(super) fn move_rest(from: &Path, to: &Path, is_left_behind: impl Fn(&str) -> bool) -> Result<(), WriteError> {
    let mut folders = Vec::new();
    for entry in walk(from) {
        let Ok(path) = entry.path().strip_prefix(from).map(Path::to_owned) else { continue };
        if entry.file_type().is_dir() {
            folders.push(entry.into_path());
        } else if !path.to_str().is_some_and(&is_left_behind) {
            move_one(entry.path(), &to.join(path))?;
        }
    }
    remove_empty(folders);
    Ok(())
}

fn move_one(from: &Path, to: &Path) -> Result<(), WriteError> {
    if fs::symlink_metadata(to).is_ok() {
        return ignore_absent(fs::remove_file(from)).map_err(WriteError::io("delete", from));
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder).map_err(WriteError::io("create the folder", folder))?;
    }
    fs::rename(from, to).map_err(WriteError::io("move", from))
}

/// Everything under `root`, sorted. What cannot be listed is not ours to touch and is left out.
fn walk(root: &Path) -> impl Iterator<Item = DirEntry> {
    WalkDir::new(root).min_depth(1).follow_links(false).sort_by_file_name().into_iter().filter_map(Result::ok)
}

/// Folders in the order of a walk; the deepest must go first. One that is not empty stays.
fn remove_empty(folders: Vec<PathBuf>) {
    for folder in folders.into_iter().rev() {
        let _ = fs::remove_dir(folder);
    }
}

/// The path under `root`, with `/`; `None` where it is not Unicode.
fn relative(root: &Path, path: &Path) -> Option<String> {
    let path = path.strip_prefix(root).ok()?.to_str()?;
    Some(if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() })
}

pub(super) fn ignore_absent(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
