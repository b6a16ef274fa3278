//! Files the configuration names one by one: STIX bundles, a table of names, a theme.

use std::fs;
use std::path::Path;

use walkdir::WalkDir;

use super::ReadError;

/// Bytes a file named in the configuration may have: ten times the largest ATT&CK bundle.
const LIMIT: u64 = 512 << 20;

/// Reads a file as it is.
///
/// # Errors
/// If the system refuses, or the file is larger than 512 MiB.
pub fn bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    let too_large = fs::metadata(path).is_ok_and(|about| about.len() > LIMIT);
    if too_large {
        let source = std::io::Error::other(format!("it is larger than {} MiB", LIMIT >> 20));
        return Err(ReadError::Io { operation: "read", path: path.to_owned(), source });
    }
    fs::read(path).map_err(|source| ReadError::Io { operation: "read", path: path.to_owned(), source })
}

/// Reads a text file; a byte order mark is dropped.
///
/// # Errors
/// If the system refuses, or the file is not UTF-8.
pub fn text(path: &Path) -> Result<String, ReadError> {
    decoded(path, bytes(path)?)
}

/// The text of a file that has been read.
///
/// # Errors
/// If it is not UTF-8.
pub fn decoded(path: &Path, bytes: Vec<u8>) -> Result<String, ReadError> {
    let text = String::from_utf8(bytes)
        .map_err(|error| std::io::Error::new(std::io::ErrorKind::InvalidData, error.utf8_error()));
    let text = text.map_err(|source| ReadError::Io { operation: "read as text", path: path.to_owned(), source })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// Reads all regular files of a folder: their paths relative to it, with `/`, sorted, and bytes.
///
/// Hidden files are left out, links are not followed.
///
/// # Errors
/// If the system refuses.
pub fn folder(path: &Path) -> Result<Vec<(String, Vec<u8>)>, ReadError> {
    let mut files = Vec::new();
    let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    let entries = WalkDir::new(path).follow_links(false).sort_by_file_name().into_iter();
    for entry in entries.filter_entry(|entry| entry.depth() == 0 || !hidden(entry.file_name())) {
        let entry = entry.map_err(|error| ReadError::Io {
            operation: "read the folder",
            path: path.to_owned(),
            source: error.into(),
        })?;
        if entry.file_type().is_file()
            && let Ok(relative) = entry.path().strip_prefix(path)
        {
            let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            files.push((parts.join("/"), bytes(entry.path())?));
        }
    }
    Ok(files)
}
