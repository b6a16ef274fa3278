//! JSON, with the comments some products allow.

use super::{Class, Marker, is_number, is_word, line_end, run, string_end};

pub(super) fn lex(marker: &mut Marker<'_>) {
    let bytes = marker.bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let end = string_end(bytes, at, b'"', Some(b'\\'));
                let next = run(bytes, end, |b| b.is_ascii_whitespace());
                let class = if bytes.get(next) == Some(&b':') { Class::Key } else { Class::Str };
                marker.mark(class, at, end);
                // Blanks were looked at twice at most: they are skipped here.
                at = next.max(end);
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                let end = line_end(bytes, at);
                marker.mark(Class::Comment, at, end);
                at = end;
            }
            b if is_word(b) || b == b'-' => {
                let end = run(bytes, at + 1, |b| is_word(b) || matches!(b, b'.' | b'+' | b'-'));
                let word = &bytes[at..end];
                if matches!(word, b"true" | b"false" | b"null") {
                    marker.mark(Class::Keyword, at, end);
                } else if is_number(word) {
                    marker.mark(Class::Num, at, end);
                }
                at = end;
            }
            _ => at += 1,
        }
    }
}
