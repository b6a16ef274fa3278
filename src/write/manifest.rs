//! What a build wrote, and the marker file that says so inside the output folder.
//!
//! The marker makes a folder ours: only folders that hold it are replaced, and of those only
//! the files it lists are deleted, so whatever a user laid beside them survives. Its text is a
//! first line with the format's number, then one `length<TAB>path` line per file, sorted.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::site::OutPath;

use super::WriteError;

/// The name of the marker, at the top of the output folder.
pub const MARKER: &str = ".purplebook-output";

const FINISHED: &str = "purplebook output 1";
const UNFINISHED: &str = "purplebook output 1, unfinished";

/// One written file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Its path in the output.
    pub path: OutPath,
    /// Its length in bytes.
    pub length: u64,
}

/// All files of a build, sorted by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest(Vec<Entry>);

impl Manifest {
    pub(super) fn new(mut entries: Vec<Entry>) -> Self {
        entries.sort_unstable();
        Self(entries)
    }

    /// The files, by path.
    pub fn entries(&self) -> &[Entry] {
        &self.0
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The length of all files together, in bytes.
    pub fn total_bytes(&self) -> u64 {
        self.0.iter().map(|entry| entry.length).sum()
    }

    fn to_marker(&self) -> String {
        let mut text = String::with_capacity(64 * (self.0.len() + 1));
        text.push_str(FINISHED);
        text.push('\n');
        for entry in &self.0 {
            let _ = writeln!(text, "{}\t{}", entry.length, entry.path);
        }
        text
    }
}

/// Which files of a folder a build put there.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Listing {
    /// There is no marker: the folder is not ours.
    Absent,
    /// A build was interrupted, or the list is damaged: everything but [`is_kept`] names is ours.
    Everything,
    /// Exactly these paths, with the length they were written with.
    Files(HashMap<String, u64>),
}

impl Listing {
    /// Reads the marker of `folder`.
    pub(super) fn read(folder: &Path) -> Result<Self, WriteError> {
        let path = folder.join(MARKER);
        match fs::read(&path) {
            Ok(bytes) => Ok(std::str::from_utf8(&bytes).ok().and_then(parse).unwrap_or(Self::Everything)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self::Absent),
            Err(error) => Err(WriteError::io("read", &path)(error)),
        }
    }

    /// Whether a build put the file at `path` (relative, with `/`) there.
    pub(super) fn has(&self, path: &str) -> bool {
        match self {
            Self::Absent => false,
            Self::Everything => !is_kept(path),
            Self::Files(files) => files.contains_key(path),
        }
    }

    /// Whether a build put a file of this length at `path`.
    pub(super) fn has_length(&self, path: &str, length: usize) -> bool {
        matches!(self, Self::Files(files) if files.get(path) == Some(&(length as u64)))
    }
}

/// A marker is user-reachable data (it may come out of a repository): paths that are no
/// `OutPath` make the whole list void rather than be acted on.
fn parse(text: &str) -> Option<Listing> {
    let mut lines = text.lines();
    if lines.next()? != FINISHED {
        return None;
    }
    let paths = lines.map(|line| {
        let (length, path) = line.split_once('\t')?;
        OutPath::new(path).ok()?;
        Some((path.to_owned(), length.parse().ok()?))
    });
    Some(Listing::Files(paths.collect::<Option<_>>()?))
}

/// Files that keep an otherwise empty folder in version control, and what a fresh volume holds.
pub(super) fn is_kept(path: &str) -> bool {
    matches!(path, ".gitkeep" | ".gitignore" | ".keep" | "lost+found")
}

/// Marks `folder` as ours before the first file is in it.
pub(super) fn mark_unfinished(folder: &Path) -> Result<(), WriteError> {
    let path = folder.join(MARKER);
    fs::write(&path, format!("{UNFINISHED}\n")).map_err(WriteError::io("write", &path))
}

/// Replaces the marker of `folder` by the list of all its files, in one step.
pub(super) fn mark_finished(folder: &Path, manifest: &Manifest) -> Result<(), WriteError> {
    let (new, path) = (folder.join(format!("{MARKER}.new")), folder.join(MARKER));
    // Created anew: a link of this name would be written through.
    let _ = fs::remove_file(&new);
    let mut file = fs::File::create_new(&new).map_err(WriteError::io("create", &new))?;
    file.write_all(manifest.to_marker().as_bytes()).map_err(WriteError::io("write", &new))?;
    fs::rename(&new, &path).map_err(WriteError::io("rename", &new))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(paths: &[&str]) -> Manifest {
        Manifest::new(paths.iter().map(|p| Entry { path: OutPath::new(p).expect(p), length: 3 }).collect())
    }

    #[test]
    fn a_marker_says_what_was_written_whatever_the_order() {
        let text = manifest(&["b", "a/c"]).to_marker();
        assert_eq!(text, "purplebook output 1\n3\ta/c\n3\tb\n");
        assert_eq!(parse(&text), Some(Listing::Files([("a/c".to_owned(), 3), ("b".to_owned(), 3)].into())));
    }

    #[test]
    fn a_list_with_a_path_outside_the_folder_is_void() {
        for line in ["1\t../x", "1\t/etc/passwd", "x\ta", "a"] {
            assert_eq!(parse(&format!("{FINISHED}\n{line}\n")), None, "{line:?}");
        }
        assert_eq!(parse(UNFINISHED), None);
    }
}
