//! TOML, and the INI files that look like it.

use super::{Class, Marker, after, is_number, is_word, line_end, line_string_end, run};

pub(super) fn lex(marker: &mut Marker<'_>) {
    let bytes = marker.bytes();
    let mut at = 0;
    // Whether a key or a table may stand here.
    let mut start = true;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' => {
                start = true;
                at += 1;
            }
            b' ' | b'\t' | b'\r' => at += 1,
            b'#' | b';' => {
                let end = line_end(bytes, at);
                marker.mark(Class::Comment, at, end);
                at = end;
            }
            b'[' if start => {
                let end = run(bytes, at, |b| b != b'\n' && b != b'#');
                marker.mark(Class::Keyword, at, end);
                at = end;
            }
            quote @ (b'"' | b'\'') => {
                let triple = [quote; 3];
                let end = if bytes[at..].starts_with(&triple) {
                    after(bytes, at + 3, &triple)
                } else {
                    line_string_end(bytes, at, quote, (quote == b'"').then_some(b'\\'))
                };
                marker.mark(if start { Class::Key } else { Class::Str }, at, end);
                at = end;
            }
            b'=' => {
                start = false;
                at += 1;
            }
            b if is_word(b) || b == b'-' => {
                let end = run(bytes, at, |b| is_word(b) || matches!(b, b'.' | b'-' | b':'));
                let word = &bytes[at..end];
                if start {
                    marker.mark(Class::Key, at, end);
                } else if matches!(word, b"true" | b"false") {
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
