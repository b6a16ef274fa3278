//! How Markdown is read everywhere, and which raw HTML of it is let through.
//!
//! The loader (headings, links) and the renderer must see one text alike, or an anchor that
//! `check` found would be missing on the page. So the parser's options, the text of a heading
//! and the fate of raw HTML are decided here.

use pulldown_cmark::{Event, Options, Parser};

/// A parser with the options of this crate: `CommonMark`, with tables, strikethrough and task lists
/// of GitHub Flavored Markdown.
pub fn markdown(source: &str) -> Parser<'_> {
    Parser::new_ext(source, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS)
}

/// What becomes of a piece of raw HTML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RawHtml {
    /// `<code>`, which the texts of ATT&CK use throughout.
    CodeStart,
    /// `</code>`
    CodeEnd,
    /// `<br>`, `<br/>` or `<br />`
    Break,
    /// A comment: left out, as its author meant it to be.
    Comment,
    /// Anything else: shown as the text it is written as.
    Text,
}

impl RawHtml {
    /// Judges a whole HTML block or one inline tag.
    pub fn of(raw: &str) -> Self {
        let raw = raw.trim();
        match raw {
            "<code>" => Self::CodeStart,
            "</code>" => Self::CodeEnd,
            "<br>" | "<br/>" | "<br />" => Self::Break,
            _ if raw.starts_with("<!--") && raw.len() >= 7 && raw.find("-->") == Some(raw.len() - 3) => Self::Comment,
            _ => Self::Text,
        }
    }
}

/// Appends what `event` says without markup: the text of a heading is all its events' text.
///
/// Line breaks become blanks; raw HTML counts only where it is shown as text.
pub fn push_plain_text(out: &mut String, event: &Event<'_>) {
    match event {
        Event::Text(text) | Event::Code(text) => out.push_str(text),
        Event::SoftBreak | Event::HardBreak => out.push(' '),
        Event::InlineHtml(raw) | Event::Html(raw) => match RawHtml::of(raw) {
            RawHtml::Text => out.push_str(raw),
            RawHtml::Break => out.push(' '),
            RawHtml::CodeStart | RawHtml::CodeEnd | RawHtml::Comment => {}
        },
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_three_tags_are_let_through() {
        assert_eq!(RawHtml::of("<code>"), RawHtml::CodeStart);
        assert_eq!(RawHtml::of("<br />"), RawHtml::Break);
        for raw in ["<CODE>", "<code onclick=x>", "<br onload=x>", "<b>", "<!-->", "<!-- a --><script>x</script>", ""] {
            assert_eq!(RawHtml::of(raw), RawHtml::Text, "{raw:?}");
        }
        assert_eq!(RawHtml::of("<!-- note -->\n"), RawHtml::Comment);
    }

    #[test]
    fn the_text_of_a_heading_has_no_markup() {
        let mut text = String::new();
        for event in markdown("# The `cmd` of *<code>x</code>* on <host> &amp; more") {
            push_plain_text(&mut text, &event);
        }
        assert_eq!(text, "The cmd of x on <host> & more");
    }
}
