//! Escaping for HTML, and making characters visible that would deceive a reader.

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

fn deceives(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
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
    }
}
