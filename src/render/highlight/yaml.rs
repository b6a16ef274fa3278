//! YAML as Sigma rules are written in it: keys with modifiers, scalars, block scalars, comments.

use super::{Class, Marker, is_number, is_one_of, line_end, run, string_end};

const CONSTANTS: [&str; 8] = ["true", "false", "null", "yes", "no", "on", "off", "~"];

pub(super) fn lex(marker: &mut Marker<'_>) {
    let bytes = marker.bytes();
    let mut at = 0;
    // While in a block scalar: the indentation of the line that opened it.
    let mut block: Option<usize> = None;
    while at < bytes.len() {
        let end = line_end(bytes, at);
        let content = run(bytes, at, |b| b == b' ');
        let blank = run(bytes, content, |b| matches!(b, b' ' | b'\t' | b'\r')) >= end;
        if let Some(indent) = block {
            if blank || content - at > indent {
                marker.mark(Class::Str, content.min(end), end);
                at = end + 1;
                continue;
            }
            block = None;
        }
        let next = line(marker, content, end);
        if opens_block(bytes, content, end) {
            block = Some(content - at);
        }
        at = next.max(end) + 1;
        if next > end {
            // A quoted scalar went on over lines: the rest of its last line is read as a value.
            let last = line_end(bytes, next);
            value(marker, next, last);
            at = last + 1;
        }
    }
}

/// Marks one line; gives the offset it got to, beyond `end` if a quoted scalar goes on.
fn line(marker: &mut Marker<'_>, mut at: usize, end: usize) -> usize {
    let bytes = marker.bytes();
    if matches!(&bytes[at..end], b"---" | b"..." | b"---\r") {
        marker.mark(Class::Op, at, at + 3);
        return end;
    }
    while at + 1 < end && bytes[at] == b'-' && bytes[at + 1] == b' ' {
        marker.mark(Class::Op, at, at + 1);
        at = run(bytes, at + 1, |b| b == b' ');
    }
    if let Some(colon) = key_end(bytes, at, end) {
        let bar = at + memchr::memchr(b'|', &bytes[at..colon]).unwrap_or(colon - at);
        marker.mark(Class::Key, at, bar);
        marker.mark(Class::Keyword, bar, colon);
        at = colon + 1;
    }
    value(marker, at, end)
}

/// The colon of a key that starts at `at`, if the line has one.
fn key_end(bytes: &[u8], at: usize, end: usize) -> Option<usize> {
    let mut from = match bytes.get(at)? {
        quote @ (b'"' | b'\'') => string_end(&bytes[..end], at, *quote, (*quote == b'"').then_some(b'\\')),
        b'#' | b'[' | b'{' | b'&' | b'*' | b'!' | b'|' | b'>' | b'%' | b'@' => return None,
        _ => at,
    };
    if from > at {
        return (from < end && bytes[from] == b':' && ends_key(bytes, from, end)).then_some(from);
    }
    while let Some(found) = memchr::memchr2(b':', b'#', bytes.get(from..end)?) {
        let here = from + found;
        if bytes[here] == b'#' {
            if here > 0 && matches!(bytes[here - 1], b' ' | b'\t') {
                return None;
            }
        } else if here > at && ends_key(bytes, here, end) {
            return Some(here);
        }
        from = here + 1;
    }
    None
}

fn ends_key(bytes: &[u8], colon: usize, end: usize) -> bool {
    colon + 1 >= end || matches!(bytes[colon + 1], b' ' | b'\t' | b'\r')
}

/// Marks what follows a key or dash.
fn value(marker: &mut Marker<'_>, mut at: usize, end: usize) -> usize {
    let bytes = marker.bytes();
    let mut flow = false;
    loop {
        at = run(&bytes[..end.max(at)], at, |b| matches!(b, b' ' | b'\t' | b'\r'));
        if at >= end {
            return at.min(end);
        }
        match bytes[at] {
            b'#' if at == 0 || matches!(bytes[at - 1], b' ' | b'\t' | b'\n') => {
                marker.mark(Class::Comment, at, end);
                return end;
            }
            quote @ (b'"' | b'\'') => {
                let close = string_end(bytes, at, quote, (quote == b'"').then_some(b'\\'));
                marker.mark(Class::Str, at, close);
                at = close;
                if at > end {
                    return at;
                }
            }
            b'[' | b']' | b'{' | b'}' | b',' => {
                flow = true;
                marker.mark(Class::Op, at, at + 1);
                at += 1;
            }
            b'|' | b'>' => {
                marker.mark(Class::Op, at, at + 1);
                at += 1;
            }
            b'&' | b'*' if at + 1 < end && bytes[at + 1].is_ascii_alphanumeric() => {
                let word = run(&bytes[..end], at + 1, |b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
                marker.mark(Class::Var, at, word);
                at = word;
            }
            b'!' => {
                let word = run(&bytes[..end], at, |b| !matches!(b, b' ' | b'\r'));
                marker.mark(Class::Keyword, at, word);
                at = word;
            }
            _ => at = plain(marker, at, end, flow),
        }
    }
}

/// Marks a plain scalar if it is a number or a constant.
fn plain(marker: &mut Marker<'_>, at: usize, end: usize, flow: bool) -> usize {
    let bytes = marker.bytes();
    let mut stop = at;
    while stop < end {
        let b = bytes[stop];
        if (flow && matches!(b, b',' | b']' | b'}' | b'[' | b'{'))
            || (b == b'#' && matches!(bytes[stop - 1], b' ' | b'\t'))
        {
            break;
        }
        stop += 1;
    }
    // `at` is on a byte that starts a scalar, so at least that byte is taken.
    let stop = stop.max(at + 1);
    let word = bytes[at..stop].trim_ascii_end();
    if is_number(word) {
        marker.mark(Class::Num, at, at + word.len());
    } else if is_one_of(word, &CONSTANTS) {
        marker.mark(Class::Keyword, at, at + word.len());
    }
    stop
}

/// Whether the line ends in a block scalar header (`key: |`, `- >-`).
fn opens_block(bytes: &[u8], at: usize, end: usize) -> bool {
    let line = bytes[at..end].trim_ascii_end();
    let Some(header) = line.iter().rposition(|b| matches!(b, b'|' | b'>')) else { return false };
    let indicators = &line[header + 1..];
    indicators.len() <= 2
        && indicators.iter().all(|b| matches!(b, b'+' | b'-' | b'1'..=b'9'))
        && header.checked_sub(1).is_some_and(|before| line[before] == b' ')
        && !line.starts_with(b"#")
        && line[..header].trim_ascii_end().last().is_some_and(|b| matches!(b, b':' | b'-'))
}
