//! PowerShell, with the placeholders of Atomic Red Team.

use super::{
    Class, Marker, after, is_number, is_one_of, is_word, line_end, line_string_end, placeholder, run, string_end,
};

const KEYWORDS: [&str; 22] = [
    "if", "else", "elseif", "foreach", "for", "while", "do", "until", "switch", "function", "param", "return", "try",
    "catch", "finally", "throw", "begin", "process", "end", "in", "break", "continue",
];

pub(super) fn lex(marker: &mut Marker<'_>) {
    let bytes = marker.bytes();
    let mut at = 0;
    while at < bytes.len() {
        let b = bytes[at];
        let holder = placeholder(bytes, at);
        if holder > 0 {
            marker.mark(Class::Var, at, at + holder);
            at += holder;
            continue;
        }
        match b {
            b'<' if bytes.get(at + 1) == Some(&b'#') => {
                let end = after(bytes, at + 2, b"#>");
                marker.mark(Class::Comment, at, end);
                at = end;
            }
            b'#' => {
                let end = line_end(bytes, at);
                marker.mark(Class::Comment, at, end);
                at = end;
            }
            b'@' if matches!(bytes.get(at + 1), Some(b'"' | b'\'')) => {
                let close: &[u8] = if bytes[at + 1] == b'"' { b"\n\"@" } else { b"\n'@" };
                let end = after(bytes, at + 2, close);
                marker.mark_with_placeholders(Class::Str, at, end);
                at = end;
            }
            b'"' | b'\'' => {
                let end = string_end(bytes, at, b, (b == b'"').then_some(b'`'));
                marker.mark_with_placeholders(Class::Str, at, end);
                at = end;
            }
            b'`' => at += 2,
            b'$' => {
                let end = match bytes.get(at + 1) {
                    Some(b'{') => line_string_end(bytes, at + 1, b'}', None),
                    Some(b) if is_word(*b) => run(bytes, at + 1, |b| is_word(b) || b == b':'),
                    _ => at + 1,
                };
                marker.mark(Class::Var, at, end);
                at = end;
            }
            b'|' | b';' | b'&' => {
                marker.mark(Class::Op, at, at + 1);
                at += 1;
            }
            b'-' if at > 0 && !is_word(bytes[at - 1]) => {
                let end = run(bytes, at + 1, is_word);
                if end > at + 1 && !bytes[at + 1].is_ascii_digit() {
                    marker.mark(Class::Key, at, end);
                }
                at = end;
            }
            b if is_word(b) => at = word(marker, at),
            _ => at += 1,
        }
    }
}

/// Marks keywords, numbers and cmdlets (`Verb-Noun`).
fn word(marker: &mut Marker<'_>, at: usize) -> usize {
    let bytes = marker.bytes();
    let end = run(bytes, at, |b| is_word(b) || b == b'-');
    let word = &bytes[at..end];
    let cmdlet = word[0].is_ascii_uppercase()
        && memchr::memchr(b'-', word).is_some_and(|dash| word.get(dash + 1).is_some_and(u8::is_ascii_alphabetic));
    if cmdlet {
        marker.mark(Class::Command, at, end);
    } else if is_one_of(word, &KEYWORDS) {
        marker.mark(Class::Keyword, at, end);
    } else if is_number(word) {
        marker.mark(Class::Num, at, end);
    }
    end
}
