//! Destinations as they are written in Markdown source.

use std::ops::Range;

/// Whether an address has a scheme other than those that only lead somewhere.
///
/// Decided as browsers do: control characters and blanks do not count (WHATWG URL standard).
pub(super) fn is_dangerous(destination: &str) -> bool {
    let mut scheme = String::new();
    for c in destination.chars().filter(|c| !c.is_control() && !c.is_whitespace()) {
        match c {
            ':' => return !matches!(scheme.as_str(), "http" | "https" | "mailto" | "ftp"),
            '/' | '?' | '#' => return false,
            c if scheme.len() < 64 => scheme.extend(c.to_lowercase()),
            _ => return false,
        }
    }
    false
}

/// Like [`is_dangerous`], for an address whose escapes and character references are not read yet.
pub(super) fn is_dangerous_as_written(destination: &str) -> bool {
    let path_start = destination.find(['/', '?']).unwrap_or(destination.len());
    is_dangerous(destination) || destination[..path_start].contains('&')
}

/// The destination in `](destination "title")`.
pub(super) fn inside_link(part: &str) -> Option<Range<usize>> {
    let start = part.find("](")? + 2;
    bare_or_angled(part, start)
}

/// The destination in `[label]: destination "title"`.
pub(super) fn inside_definition(part: &str) -> Option<Range<usize>> {
    let bytes = part.as_bytes();
    let mut at = 1;
    while at + 1 < bytes.len() {
        match (bytes[at], bytes[at + 1]) {
            (b'\\', _) => at += 2,
            (b']', b':') => return bare_or_angled(part, at + 2),
            _ => at += 1,
        }
    }
    None
}

fn bare_or_angled(part: &str, start: usize) -> Option<Range<usize>> {
    let bytes = part.as_bytes();
    let start = start + bytes.get(start..)?.iter().take_while(|b| b.is_ascii_whitespace()).count();
    if bytes.get(start) == Some(&b'<') {
        let mut end = start + 1;
        while end < bytes.len() && bytes[end] != b'>' {
            end += if bytes[end] == b'\\' { 2 } else { 1 };
        }
        return (end < bytes.len()).then_some(start..end + 1);
    }
    let (mut end, mut depth) = (start, 0_usize);
    while end < bytes.len() {
        match bytes[end] {
            b'\\' if bytes.get(end + 1).is_some_and(u8::is_ascii_punctuation) => end += 1,
            b'(' => depth += 1,
            b')' if depth == 0 => break,
            b')' => depth -= 1,
            b if b.is_ascii_whitespace() => break,
            _ => {}
        }
        end += 1;
    }
    (end > start && part.is_char_boundary(end)).then_some(start..end)
}
