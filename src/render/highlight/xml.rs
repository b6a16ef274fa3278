//! XML, as Windows events and task definitions are written.

use super::{Class, Marker, after, is_word, run, string_end};

pub(super) fn lex(marker: &mut Marker<'_>) {
    let bytes = marker.bytes();
    let mut at = 0;
    while let Some(found) = memchr::memchr2(b'<', b'&', bytes.get(at..).unwrap_or_default()) {
        at += found;
        if bytes[at] == b'&' {
            let end = run(bytes, at + 1, |b| b.is_ascii_alphanumeric() || b == b'#').min(at + 12);
            if bytes.get(end) == Some(&b';') {
                marker.mark(Class::Var, at, end + 1);
            }
            at = end;
        } else if bytes[at..].starts_with(b"<!--") {
            let end = after(bytes, at + 4, b"-->");
            marker.mark(Class::Comment, at, end);
            at = end;
        } else if bytes[at..].starts_with(b"<![CDATA[") {
            let end = after(bytes, at + 9, b"]]>");
            marker.mark(Class::Str, at, end);
            at = end;
        } else {
            at = tag(marker, at);
        }
    }
}

fn tag(marker: &mut Marker<'_>, at: usize) -> usize {
    let bytes = marker.bytes();
    let name = run(bytes, at + 1, |b| matches!(b, b'/' | b'?' | b'!'));
    let mut here = run(bytes, name, is_name);
    if here == name {
        return at + 1;
    }
    marker.mark(Class::Keyword, at, here);
    while here < bytes.len() {
        match bytes[here] {
            b'>' => {
                marker.mark(Class::Keyword, here, here + 1);
                return here + 1;
            }
            b'<' => return here,
            quote @ (b'"' | b'\'') => {
                let end = string_end(bytes, here, quote, None);
                marker.mark(Class::Str, here, end);
                here = end;
            }
            b if is_name(b) => {
                let end = run(bytes, here, is_name);
                marker.mark(Class::Key, here, end);
                here = end;
            }
            _ => here += 1,
        }
    }
    here
}

fn is_name(b: u8) -> bool {
    is_word(b) || matches!(b, b':' | b'-' | b'.')
}
