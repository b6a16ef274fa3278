//! Values in Markdown: text that reads back as itself, code spans, links and fences.
//!
//! Backslashes and character references are used so that the same bytes mean the same to
//! `CommonMark`, GitHub and the older dialects of wikis: `<` and `&` always become references,
//! since dialects differ most in what they take for HTML.

use std::borrow::Cow;

use crate::text::SafeUrl;

/// Where a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::render) enum Place {
    /// At the start of a line, or of a list item, quote or heading.
    Start,
    /// Further on in a line.
    Middle,
    /// In a cell of a table.
    Cell,
    /// On several lines that stay lines.
    Lines,
}

/// Appends `text` so that Markdown shows it as it is.
///
/// Line feeds become `<br>` except in [`Place::Lines`]; control characters and characters that
/// reorder a line are shown as `\u{…}`; blanks at the ends are kept by character references.
pub(in crate::render) fn push_text(out: &mut String, text: &str, place: Place) {
    let text =
        if text.contains('\r') { Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")) } else { text.into() };
    let bytes = text.as_bytes();
    let mut start = matches!(place, Place::Start | Place::Lines);
    let mut done = 0;
    if start {
        done = push_line_start(out, &text, 0);
    }
    let mut flushed = done;
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < done) {
        if start && at > 0 && bytes[at - 1] == b'\n' && place == Place::Lines && at >= flushed {
            flushed = push_line_start(out, &text, at);
        }
        if at < flushed {
            continue;
        }
        let plain = match c {
            '\\' | '`' | '*' | '[' | ']' | '~' | '<' | '\n' => false,
            '_' => is_between_words(bytes, at),
            '&' => !bytes.get(at + 1).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'#'),
            '|' => !matches!(place, Place::Cell | Place::Lines),
            c if c.is_whitespace() && !c.is_control() || c == '\t' => !is_at_an_end(bytes, at, c.len_utf8()),
            c => !is_deceptive(c),
        };
        if plain {
            continue;
        }
        out.push_str(&text[flushed..at]);
        flushed = at + c.len_utf8();
        match c {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '|' if at > 0 && bytes[at - 1] == b'\\' => out.push_str("&#124;"),
            '\n' if place == Place::Lines => {
                out.push('\n');
                start = true;
            }
            '\n' => out.push_str("<br>"),
            c if c.is_whitespace() && !c.is_control() || c == '\t' => {
                out.push_str("&#");
                out.push_str(&u32::from(c).to_string());
                out.push(';');
            }
            c if c.is_ascii_punctuation() => {
                out.push('\\');
                out.push(c);
            }
            c => {
                out.push('\\');
                out.extend(c.escape_unicode());
            }
        }
    }
    out.push_str(&text[flushed..]);
}

/// Escapes what would open a block at `at`; gives the offset up to which the text was written.
fn push_line_start(out: &mut String, text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    match bytes.get(at) {
        Some(b'#' | b'+' | b'-' | b'=' | b'>' | b':') => {
            out.push('\\');
            out.push(char::from(bytes[at]));
            at + 1
        }
        Some(b'0'..=b'9') => {
            let end = at + bytes[at..].iter().take_while(|b| b.is_ascii_digit()).count();
            if !matches!(bytes.get(end), Some(b'.' | b')')) {
                return at;
            }
            out.push_str(&text[at..end]);
            out.push('\\');
            out.push(char::from(bytes[end]));
            end + 1
        }
        _ => at,
    }
}

/// `_` between letters or digits is no markup: `DN_0001_windows` stays readable.
fn is_between_words(bytes: &[u8], at: usize) -> bool {
    let is_alphanumeric = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
    at > 0 && is_alphanumeric(bytes.get(at - 1)) && is_alphanumeric(bytes.get(at + 1))
}

/// Whether the blank at `at` is the first or last of a line, where it would be dropped or count.
fn is_at_an_end(bytes: &[u8], at: usize, length: usize) -> bool {
    let edge = |b: Option<&u8>| matches!(b, None | Some(b'\n'));
    edge(bytes.get(at + length)) || at == 0 || edge(bytes.get(at - 1))
}

fn is_deceptive(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Appends `text` as a code span, or between `<code>` tags where no code span can hold it.
pub(in crate::render) fn push_code(out: &mut String, text: &str, place: Place) {
    if text.is_empty() {
        return;
    }
    let bar_after_backslash = place == Place::Cell && (text.contains("\\|") || text.ends_with('\\'));
    if bar_after_backslash || text.chars().any(is_deceptive) || text.trim_matches(' ').is_empty() {
        out.push_str("<code>");
        push_text(out, text, if place == Place::Cell { Place::Cell } else { Place::Middle });
        out.push_str("</code>");
        return;
    }
    let fence = longest_run(text, b'`') + 1;
    let padded = text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']);
    out.extend(std::iter::repeat_n('`', fence));
    if padded {
        out.push(' ');
    }
    if place == Place::Cell && text.contains('|') {
        out.push_str(&text.replace('|', "\\|"));
    } else {
        out.push_str(text);
    }
    if padded {
        out.push(' ');
    }
    out.extend(std::iter::repeat_n('`', fence));
}

/// Appends `[text](url)`.
pub(in crate::render) fn push_link(out: &mut String, text: &str, url: &SafeUrl, place: Place) {
    out.push('[');
    push_text(out, text, if place == Place::Cell { Place::Cell } else { Place::Middle });
    out.push_str("](");
    push_destination(out, url);
    out.push(')');
}

/// Appends an address as it stands in `(…)`.
///
/// What no URL may hold anyway, and parentheses without their partner, are percent-encoded.
pub(in crate::render) fn push_destination(out: &mut String, url: &SafeUrl) {
    let url = url.as_str();
    let balanced = is_balanced(url);
    for (at, c) in url.char_indices() {
        match c {
            '<' => out.push_str("%3C"),
            '>' => out.push_str("%3E"),
            '"' => out.push_str("%22"),
            '`' => out.push_str("%60"),
            '|' => out.push_str("%7C"),
            '[' => out.push_str("%5B"),
            ']' => out.push_str("%5D"),
            '*' => out.push_str("%2A"),
            '(' if !balanced => out.push_str("%28"),
            ')' if !balanced => out.push_str("%29"),
            '&' if is_reference(&url[at..]) => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
}

/// Whether a character reference would be read at the start of `text`.
fn is_reference(text: &str) -> bool {
    let name = text[1..].bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'#').take(40).count();
    name > 0 && text.as_bytes().get(name + 1) == Some(&b';')
}

/// Whether parentheses close in order and are nested less deep than any parser gives up at.
fn is_balanced(url: &str) -> bool {
    let mut depth = 0_i32;
    for b in url.bytes() {
        match b {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if !(0..=8).contains(&depth) {
            return false;
        }
    }
    depth == 0
}

/// Appends a fenced block that `text` cannot end.
pub(in crate::render) fn push_fence(out: &mut String, language: &str, text: &str) {
    let fence = "`".repeat((longest_run(text, b'`') + 1).max(3));
    out.push_str(&fence);
    out.push_str(language);
    out.push('\n');
    out.push_str(text);
    if !text.ends_with('\n') {
        out.push('\n');
    }
    out.push_str(&fence);
    out.push('\n');
}

fn longest_run(text: &str, byte: u8) -> usize {
    let (mut longest, mut current) = (0, 0);
    for b in text.bytes() {
        current = if b == byte { current + 1 } else { 0 };
        longest = longest.max(current);
    }
    longest
}
