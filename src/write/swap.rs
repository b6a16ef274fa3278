//! The new site takes the place of the old one, and what an interrupted build left is cleared.
//!
//! On Linux and macOS the two folders are exchanged in one step. Elsewhere the old one is
//! moved aside first; a build killed between the two moves leaves no output, and the next start
//! moves the old site back. A mount point cannot be renamed at all: there files are replaced
//! one by one, and a kill may leave pages of both sites until the next build.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::WriteError;
use super::manifest::{self, Entry, Listing, MARKER, Manifest};
use super::output_dir::Places;
use super::remove::{ignore_absent, move_rest, remove_files};

/// Why a start did not succeed in clearing up.
pub(super) enum RecoverError {
    /// A folder of our name without our marker.
    Foreign(PathBuf),
    Write(WriteError),
}

impl From<WriteError> for RecoverError {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

/// Brings the folders into the state before or after an interrupted swap. Needs the lock.
pub(super) fn recover(places: &Places) -> Result<(), RecoverError> {
    for leftover in [&places.old, &places.stage] {
        if is_foreign(leftover)? {
            return Err(RecoverError::Foreign(leftover.clone()));
        }
    }
    if is_folder(&places.old) && fs::symlink_metadata(&places.output).is_err() {
        rename(&places.old, &places.output)?;
    }
    retire(&places.old, &places.output)?;
    Ok(discard_stage(places)?)
}

/// Deletes the stage. If it is in fact the old site, exchanged by a build that was killed
/// before it could clear up, files that are not ours go to the output first.
pub(super) fn discard_stage(places: &Places) -> Result<(), WriteError> {
    retire(&places.stage, &places.output)
}

/// Puts the finished stage in the place of the output.
pub(super) fn publish(places: &Places, manifest: &Manifest) -> Result<(), WriteError> {
    let Places { output, stage, old, .. } = places;
    if stage.starts_with(output) {
        return replace_files(places, manifest);
    }
    if fs::symlink_metadata(output).is_err() {
        return rename(stage, output);
    }
    if Listing::read(output)? == Listing::Absent {
        // From here on a killed build may leave it as our leftover, so it must say it is ours.
        manifest::mark_unfinished(output)?;
    }
    copy_permissions(output, stage)?;
    match exchange(stage, output) {
        Ok(()) => return retire(stage, output),
        Err(error) if cannot_rename(&error) => return replace_files(places, manifest),
        Err(error) if matches!(error.kind(), io::ErrorKind::Unsupported | io::ErrorKind::InvalidInput) => {}
        Err(error) => return Err(WriteError::io("replace", output)(error)),
    }
    match fs::rename(output, old) {
        Ok(()) => {}
        Err(error) if cannot_rename(&error) => return replace_files(places, manifest),
        Err(error) => return Err(WriteError::io("move aside", output)(error)),
    }
    if let Err(error) = rename(stage, output) {
        // The last site is better than none.
        rename(old, output)?;
        return Err(error);
    }
    retire(old, output)
}

/// A mount point, or a folder that is on another device than its parent.
fn cannot_rename(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ResourceBusy | io::ErrorKind::CrossesDevices)
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn exchange(a: &Path, b: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn exchange(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Deletes the site in `leftover`; what no build put there moves to `output`.
fn retire(leftover: &Path, output: &Path) -> Result<(), WriteError> {
    if !is_folder(leftover) {
        return Ok(());
    }
    let listing = Listing::read(leftover)?;
    remove_files(leftover, |path| path != MARKER && (listing.has(path) || Places::is_own_name(path)))?;
    if is_folder(output) {
        move_rest(leftover, output, |path| path == MARKER)?;
    }
    // The marker goes last: as long as it is there, a killed build's leftover is known as ours.
    let marker = leftover.join(MARKER);
    ignore_absent(fs::remove_file(&marker)).map_err(WriteError::io("delete", &marker))?;
    fs::remove_dir(leftover).map_err(WriteError::io("delete the folder", leftover))
}

/// Moves each file of the stage over the output's, pages at the top last, so that a visitor
/// on the way in meets pages whose links exist already.
fn replace_files(places: &Places, manifest: &Manifest) -> Result<(), WriteError> {
    let Places { output, stage, .. } = places;
    let before = Listing::read(output)?;
    mark_both(output, &before, manifest)?;
    let mut entries: Vec<&Entry> = manifest.entries().iter().collect();
    entries.sort_by_key(|entry| entry.path.depth() == 0);
    for entry in entries {
        let to = output.join(entry.path.as_str());
        make_folders(output, entry.path.as_str())?;
        move_over(&stage.join(entry.path.as_str()), &to)?;
    }
    let now: HashSet<&str> = manifest.entries().iter().map(|entry| entry.path.as_str()).collect();
    remove_files(output, |path| before.has(path) && !now.contains(path) && !Places::is_own_name(first_part(path)))?;
    manifest::mark_finished(output, manifest)?;
    retire(stage, output)
}

/// Lists the files of both sites as ours, in case the build is killed between them.
fn mark_both(output: &Path, before: &Listing, manifest: &Manifest) -> Result<(), WriteError> {
    match before {
        Listing::Absent => manifest::mark_finished(output, manifest),
        Listing::Everything => Ok(()),
        Listing::Files(files) => {
            let old =
                files.keys().filter_map(|path| Some(Entry { path: crate::site::OutPath::new(path).ok()?, length: 0 }));
            manifest::mark_finished(output, &Manifest::new(old.chain(manifest.entries().iter().cloned()).collect()))
        }
    }
}

fn first_part(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

/// Makes the folders above `path`, none of them a link that would lead out of the output.
fn make_folders(output: &Path, path: &str) -> Result<(), WriteError> {
    let mut folder = output.to_owned();
    let Some((above, _)) = path.rsplit_once('/') else { return Ok(()) };
    for part in above.split('/') {
        folder.push(part);
        match fs::symlink_metadata(&folder) {
            Ok(meta) if meta.is_dir() => continue,
            Ok(_) => fs::remove_file(&folder).map_err(WriteError::io("delete", &folder))?,
            Err(_) => {}
        }
        fs::create_dir(&folder).map_err(WriteError::io("create the folder", &folder))?;
    }
    Ok(())
}

fn move_over(from: &Path, to: &Path) -> Result<(), WriteError> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            // A link at `to` must be replaced, not written through.
            ignore_absent(fs::remove_file(to)).map_err(WriteError::io("delete", to))?;
            fs::copy(from, to).map(drop).map_err(WriteError::io("copy to", to))
        }
        result => result.map_err(WriteError::io("replace", to)),
    }
}

fn rename(from: &Path, to: &Path) -> Result<(), WriteError> {
    fs::rename(from, to).map_err(WriteError::io("rename", from))
}

/// A web server may rely on the mode somebody gave the output folder.
fn copy_permissions(from: &Path, to: &Path) -> Result<(), WriteError> {
    let meta = fs::metadata(from).map_err(WriteError::io("look at", from))?;
    fs::set_permissions(to, meta.permissions()).map_err(WriteError::io("set the permissions of", to))
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())
}

/// Whether something of this name exists that no build made. An empty folder is what a build
/// killed at its very start or end leaves.
fn is_foreign(path: &Path) -> Result<bool, WriteError> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(false);
    }
    if !is_folder(path) {
        return Ok(true);
    }
    if Listing::read(path)? != Listing::Absent {
        return Ok(false);
    }
    let mut entries = fs::read_dir(path).map_err(WriteError::io("list the folder", path))?;
    Ok(entries.next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::OutPath;
    use crate::write::{Sink as _, Stage};

    fn build_inside(output: &Path, files: &[(&str, &str)]) {
        let places = Places::inside(output);
        assert!(recover(&places).is_ok());
        let stage = Stage::begin(&places).expect("stage");
        for (path, text) in files {
            stage.put(&OutPath::new(path).expect(path), text.as_bytes()).expect(path);
        }
        stage.commit().expect("commit");
    }

    fn names(output: &Path) -> Vec<String> {
        let walk = walkdir::WalkDir::new(output).min_depth(1).sort_by_file_name().into_iter();
        walk.map(|entry| entry.expect("an entry"))
            .map(|entry| entry.path().strip_prefix(output).expect("inside").to_string_lossy().replace('\\', "/"))
            .collect()
    }

    #[test]
    fn a_volume_is_renewed_file_by_file() {
        let dir = tempfile::TempDir::new().expect("a temporary folder");
        let output = dir.path();
        fs::write(output.join(".gitkeep"), "").expect("a file");
        build_inside(output, &[("index.html", "1"), ("a/x.html", "1"), ("b/y.html", "1")]);
        fs::write(output.join("CNAME"), "mine").expect("a file");
        // Killed while pages were written.
        fs::create_dir(output.join(".purplebook-output.stage")).expect("a folder");
        manifest::mark_unfinished(&output.join(".purplebook-output.stage")).expect("a marker");
        build_inside(output, &[("index.html", "2"), ("a/z.html", "2")]);
        assert_eq!(names(output), [".gitkeep", MARKER, "CNAME", "a", "a/z.html", "index.html"]);
        assert_eq!(fs::read_to_string(output.join("index.html")).expect("a page"), "2");
        // Killed while pages were replaced: the marker of that time lists both sites.
        fs::write(output.join(MARKER), "purplebook output 1, unfinished\n").expect("a marker");
        build_inside(output, &[("index.html", "3")]);
        assert_eq!(names(output), [".gitkeep", MARKER, "index.html"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_in_a_volume_is_replaced_not_followed() {
        let (dir, precious) =
            (tempfile::TempDir::new().expect("a folder"), tempfile::TempDir::new().expect("a folder"));
        build_inside(dir.path(), &[("a/x.html", "1")]);
        fs::remove_dir_all(dir.path().join("a")).expect("remove");
        std::os::unix::fs::symlink(precious.path(), dir.path().join("a")).expect("a link");
        build_inside(dir.path(), &[("a/x.html", "2")]);
        assert_eq!(names(precious.path()), Vec::<String>::new());
        assert_eq!(names(dir.path()), [MARKER, "a", "a/x.html"]);
    }
}
