//! One file: opened so that nothing blocks, measured while it is read, decoded.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;

/// What came of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Content {
    Bytes(Vec<u8>),
    /// It has more bytes than allowed.
    TooLarge,
    /// It is no regular file (any more).
    Special,
}

/// Reads a regular file of at most `limit` bytes, with what the system says of it before that.
///
/// The size is checked while reading: a file may grow, and some have none that is true.
pub(super) fn bytes(path: &Path, limit: u64) -> io::Result<(Content, Metadata)> {
    let mut file = open(path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Ok((Content::Special, metadata));
    }
    let expected = usize::try_from(metadata.len().min(limit)).unwrap_or(0);
    // One byte of room more: where it stays empty the file has ended, and need not be asked again.
    let mut bytes = vec![0; expected + 1];
    let filled = match file.read(&mut bytes) {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
        read => read?,
    };
    bytes.truncate(filled);
    if filled == 0 || filled as u64 != metadata.len() {
        file.take(limit + 1 - filled as u64).read_to_end(&mut bytes)?;
    }
    Ok((if bytes.len() as u64 > limit { Content::TooLarge } else { Content::Bytes(bytes) }, metadata))
}

/// A pipe put in the file's place must not block the run, nor a link be followed.
#[cfg(unix)]
fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

#[cfg(not(unix))]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// The text of a file without its byte order mark, or the offset of the first byte that is no
/// UTF-8, with that byte.
pub(super) fn text(mut bytes: Vec<u8>) -> Result<String, (usize, u8)> {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    let marked = bytes.starts_with(BYTE_ORDER_MARK);
    if marked {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let byte = error.as_bytes().get(offset).copied().unwrap_or_default();
        (offset + if marked { BYTE_ORDER_MARK.len() } else { 0 }, byte)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_byte_order_mark_goes_and_what_is_no_utf8_is_named() {
        assert_eq!(text(b"\xef\xbb\xbfa".to_vec()), Ok("a".to_owned()));
        assert_eq!(text(b"ab\xe9c".to_vec()), Err((2, 0xe9)));
        assert_eq!(text(b"\xef\xbb\xbfab\xe9c".to_vec()), Err((5, 0xe9)));
        assert_eq!(text(b"\xff\xfea\0".to_vec()), Err((0, 0xff)));
    }
}
