//! Lucene query strings, as Kibana, `OpenSearch` and Graylog take them.

use super::{Class, Marker, is_number, is_word, run, string_end};

pub(super) fn lex(marker: &mut Marker<'_>) {
    let bytes = marker.bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => {
                let end = string_end(bytes, at, b'"', Some(b'\\'));
                marker.mark(Class::Str, at, end);
                at = end;
            }
            b'/' if opens_regex(bytes, at) => {
                let end = string_end(bytes, at, b'/', Some(b'\\'));
                marker.mark(Class::Str, at, end);
                at = end;
            }
            b'*' | b'?' | b'!' | b'<' | b'>' | b'=' | b'~' | b'^' => {
                let end = run(bytes, at, |b| b"*?!<>=~^".contains(&b));
                marker.mark(Class::Op, at, end);
                at = end;
            }
            b if is_word(b) || b == b'@' => at = word(marker, at),
            _ => at += 1,
        }
    }
}

fn opens_regex(bytes: &[u8], at: usize) -> bool {
    at == 0 || matches!(bytes[at - 1], b':' | b' ' | b'(')
}

/// Marks a field, an operator word or a number; a term stays plain.
fn word(marker: &mut Marker<'_>, at: usize) -> usize {
    let bytes = marker.bytes();
    let mut end = at;
    while end < bytes.len() {
        match bytes[end] {
            b'\\' => end += 2,
            b if is_word(b) || matches!(b, b'.' | b'-' | b'@') => end += 1,
            _ => break,
        }
    }
    let end = end.min(bytes.len());
    let word = &bytes[at..end];
    if bytes.get(end) == Some(&b':') {
        marker.mark(Class::Key, at, end);
    } else if matches!(word, b"AND" | b"OR" | b"NOT" | b"TO") {
        marker.mark(Class::Keyword, at, end);
    } else if is_number(word) && !matches!(bytes.get(end), Some(b'*' | b'?')) {
        marker.mark(Class::Num, at, end);
    }
    end
}
