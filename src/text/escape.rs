//! Escaping for HTML, and making characters visible that would deceive a reader.

use std::fmt::Write as _;

/// Appends `text` to `out` with `& < > " '` written as character references.
///
/// One function serves text and quoted attribute values, so no caller can pick the weaker one.
pub fn escape_html_into(out: &mut String, text: &str) {
    let mut rest = text;
    // The five are ASCII, so bytes can be looked at one by one and every cut is between characters.
    while let Some(at) = rest.bytes().position(|byte| matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')) {
        out.push_str(&rest[..at]);
        out.push_str(match rest.as_bytes()[at] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

/// `text` with `& < > " '` written as character references.
pub fn escape_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    escape_html_into(&mut out, text);
    out
}

/// `text` for XML, between tags or in a quoted attribute: as for HTML, and with the characters XML
/// cannot write replaced.
pub fn escape_xml(text: &str) -> String {
    let cannot = |c: char| c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{fffe}' | '\u{ffff}');
    if text.contains(cannot) { escape_html(&text.replace(cannot, "\u{fffd}")) } else { escape_html(text) }
}

/// `text` for a terminal: control characters and bidirectional overrides become `\u{…}`.
///
/// A file name or title must neither move the cursor nor reorder the line it is shown in.
/// Newlines and tabs become `\n` and `\t`.
pub fn visible_controls(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.chars().any(deceives) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if deceives(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.into()
}

/// A JSON document with the characters [`visible_controls`] shows written as `\uXXXX`.
///
/// They occur within strings only (JSON's own blanks aside), so the document means the same; JSON
/// itself would let all but the first 32 through.
pub fn visible_in_json(document: &str) -> std::borrow::Cow<'_, str> {
    let hidden = |c: char| c != '\n' && deceives(c);
    if !document.chars().any(hidden) {
        return document.into();
    }
    let mut out = String::with_capacity(document.len() + 16);
    for c in document.chars() {
        if hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out.into()
}

/// `text` with the characters beyond ASCII that [`visible_controls`] shows replaced by others of as
/// many bytes, so that positions stay where they are.
pub fn visible_in_place(text: &str) -> std::borrow::Cow<'_, str> {
    let hidden = |c: char| !c.is_ascii() && deceives(c);
    if !text.chars().any(hidden) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c.len_utf8() {
            2 if hidden(c) => out.push('\u{b7}'),
            3 if hidden(c) => out.push('\u{fffd}'),
            _ if hidden(c) => out.push_str("\u{b7}\u{b7}"),
            _ => out.push(c),
        }
    }
    out.into()
}

/// Control characters, what reorders a line (Unicode's `Bidi_Control`) or ends it, and what takes no
/// room at all, so that two names look the same.
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}'
                | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_five_characters_are_escaped() {
        assert_eq!(escape_html("a<b>&\"'c"), "a&lt;b&gt;&amp;&quot;&#39;c");
        assert_eq!(escape_html("é<漢>🙂&"), "é&lt;漢&gt;🙂&amp;");
    }

    #[test]
    fn terminal_escapes_and_bidi_are_shown() {
        assert_eq!(visible_controls("a\u{1b}[2J\u{202e}b\n"), "a\\u{1b}[2J\\u{202e}b\\n");
        assert_eq!(visible_controls("plain é"), "plain é");
        assert_eq!(visible_controls("\u{9b}31m\u{61c}\u{200b}\u{2028}"), "\\u{9b}31m\\u{61c}\\u{200b}\\u{2028}");
        assert_eq!(visible_in_json("[\n\"\u{9b}\u{202e}\u{e0041}é\"]"), "[\n\"\\u009b\\u202e\\udb40\\udc41é\"]");
        let text = "a\u{9b}\u{202e}\u{e0041}b";
        assert_eq!(visible_in_place(text), "a\u{b7}\u{fffd}\u{b7}\u{b7}b");
        assert_eq!(visible_in_place(text).len(), text.len());
    }
}
