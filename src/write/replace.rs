//! One file of the user's, written whole or not at all.

use std::io::Write as _;
use std::path::Path;

use super::WriteError;

/// Puts `bytes` in the place of the file at `path`, in one step: who reads it meanwhile, or after a
/// kill, finds the old file or the new one.
///
/// # Errors
/// If the system refuses; what was there is untouched.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".purplebook-");
    // What the user's mask leaves of it, as for any new file.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(WriteError::io("write to the folder", folder))?;
    file.write_all(bytes).and_then(|()| file.as_file().sync_all()).map_err(WriteError::io("write", path))?;
    file.persist(path).map(drop).map_err(|error| WriteError::io("write", path)(error.error))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_old_file_is_replaced_and_nothing_else_is_left() {
        let dir = tempfile::TempDir::new().expect("a temporary folder");
        let path = dir.path().join("a.json");
        for text in ["one", "two"] {
            replace(&path, text.as_bytes()).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("the file"), text);
        }
        assert_eq!(fs::read_dir(dir.path()).expect("the folder").count(), 1);
        assert!(replace(dir.path(), b"x").is_err());
        assert!(replace(&dir.path().join("no/a.json"), b"x").is_err());
    }
}
