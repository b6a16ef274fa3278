//! A text that is piped in instead of read from a file.

use std::io::{self, Read};
use std::path::PathBuf;

use crate::model::Kind;

use super::file;
use super::{FileRole, ReadError, SourceFile};

/// The path that stands for standard input.
pub const PATH: &str = "-";

/// Reads all of `input`, at most `limit` bytes; a byte order mark is dropped.
///
/// # Errors
/// If it cannot be read, is too long, or is not UTF-8.
pub fn read(input: impl Read, kind: Kind, limit: u64) -> Result<SourceFile, ReadError> {
    let failed = |source| ReadError::Io { operation: "read", path: PathBuf::from("standard input"), source };
    let mut bytes = Vec::new();
    input.take(limit + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > limit {
        return Err(failed(io::Error::other(format!("it is larger than {} KiB", limit >> 10))));
    }
    let text = file::text(bytes).map_err(|(offset, byte)| {
        let what = format!("it is not UTF-8: byte 0x{byte:02X} at offset {offset}");
        failed(io::Error::new(io::ErrorKind::InvalidData, what))
    })?;
    let role = FileRole::Content(kind);
    Ok(SourceFile { role, path: PATH.to_owned(), within: PATH.to_owned(), text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_piped_in_is_measured_and_decoded() {
        let read = |bytes: &[u8]| read(bytes, Kind::Rule, 4).map(|file| file.text).map_err(|error| error.to_string());
        assert_eq!(read(b"\xef\xbb\xbfa"), Ok("a".to_owned()));
        assert_eq!(
            read(b"a\xff"),
            Err("cannot read `standard input`: it is not UTF-8: byte 0xFF at offset 1".to_owned())
        );
        assert!(read(b"12345").is_err_and(|why| why.contains("larger than")));
    }
}
