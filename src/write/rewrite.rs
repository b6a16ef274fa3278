//! Files a user wrote, given new text in their place.
//!
//! All new files are written beside the old ones first and moved over them when none failed, so
//! a full disk changes nothing and a kill leaves each file old or new, never half of either.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::WriteError;

/// A file with its new text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite<'a> {
    /// The file.
    pub path: PathBuf,
    /// The text that was read, without a byte order mark; if the file has another by now,
    /// nothing is written.
    pub before: &'a str,
    /// The new text; a byte order mark stays.
    pub after: String,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Writes all files, or none if one of them cannot be written.
///
/// # Errors
/// The first file that cannot be written, or is no longer what was read.
pub fn rewrite(files: &[Rewrite<'_>]) -> Result<(), WriteError> {
    let mut staged = Vec::with_capacity(files.len());
    for file in files {
        staged.push((stage(file)?, &file.path));
    }
    for (new, path) in staged {
        new.persist(path).map_err(|error| WriteError::io("replace", path)(error.error))?;
    }
    Ok(())
}

/// Gives files and folders other names, one after the other.
///
/// # Errors
/// The first that is not there any more, or whose new name is taken; those before it have moved.
pub fn rename(moves: &[(PathBuf, PathBuf)]) -> Result<(), WriteError> {
    for (from, to) in moves {
        if fs::symlink_metadata(to).is_ok() {
            return Err(WriteError::io("rename", from)(io::Error::new(
                io::ErrorKind::AlreadyExists,
                format!("`{}` exists", to.display()),
            )));
        }
        fs::rename(from, to).map_err(WriteError::io("rename", from))?;
    }
    Ok(())
}

fn stage(file: &Rewrite<'_>) -> Result<NamedTempFile, WriteError> {
    let path = &file.path;
    let metadata = fs::symlink_metadata(path).map_err(WriteError::io("read", path))?;
    if metadata.permissions().readonly() {
        let refused = io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only");
        return Err(WriteError::io("write", path)(refused));
    }
    let bytes = if metadata.is_file() { fs::read(path).map_err(WriteError::io("read", path))? } else { Vec::new() };
    let (mark, text) = match bytes.strip_prefix(BYTE_ORDER_MARK) {
        Some(text) => (BYTE_ORDER_MARK, text),
        None => (&b""[..], bytes.as_slice()),
    };
    if !metadata.is_file() || text != file.before.as_bytes() {
        return Err(WriteError::Changed { path: path.clone() });
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = NamedTempFile::new_in(folder).map_err(WriteError::io("create a file beside", path))?;
    let written = new.write_all(mark).and_then(|()| new.write_all(file.after.as_bytes()));
    written.and_then(|()| new.as_file().sync_all()).map_err(WriteError::io("write", path))?;
    fs::set_permissions(new.path(), metadata.permissions()).map_err(WriteError::io("write", path))?;
    Ok(new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_files_are_written_or_none() {
        let dir = tempfile::tempdir().expect("a folder");
        let (a, b) = (dir.path().join("a.yml"), dir.path().join("b.yml"));
        fs::write(&a, "\u{feff}a: 1\r\n").expect("written");
        fs::write(&b, "b: 1\n").expect("written");
        let new = |path: &Path, before: &'static str, after: &str| Rewrite {
            path: path.to_owned(),
            before,
            after: after.to_owned(),
        };
        let stale = rewrite(&[new(&a, "a: 1\r\n", "a: 2\r\n"), new(&b, "b: 0\n", "b: 2\n")]);
        assert!(matches!(stale, Err(WriteError::Changed { path }) if path == b));
        assert_eq!(fs::read_to_string(&a).expect("read"), "\u{feff}a: 1\r\n");
        rewrite(&[new(&a, "a: 1\r\n", "a: 2\r\n"), new(&b, "b: 1\n", "b: 2\n")]).expect("written");
        assert_eq!(fs::read_to_string(&a).expect("read"), "\u{feff}a: 2\r\n");
        assert_eq!(fs::read_to_string(&b).expect("read"), "b: 2\n");
        assert_eq!(fs::read_dir(dir.path()).expect("read").count(), 2, "nothing is left over");
    }
}
