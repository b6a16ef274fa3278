//! Comments that speak to this program: `# purplebook: …` in YAML, `<!-- purplebook: … -->` in
//! Markdown.
//!
//! Only real comments count. What looks like one within a quoted text, a block of text or a block
//! of code is content. A file without the word is not looked at any further.

use std::ops::Range;

use pulldown_cmark::Event;
use saphyr_parser::{Event as YamlEvent, Parser, ScalarStyle};

use crate::text::{front_matter, markdown};

/// What such a comment begins with.
const WORD: &str = "purplebook:";

/// A comment to this program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    /// What follows `purplebook:`, without blanks around it.
    pub(super) bytes: Range<usize>,
    /// Whether the comment is all there is on its line.
    pub(super) alone: bool,
}

/// The comments of one file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Comments {
    pub(super) all: Vec<Comment>,
    /// Texts of more than one line, by their first byte. What stands in one can have no comment
    /// beside it, so that before the text serves.
    pub(super) blocks: Vec<Range<usize>>,
    /// Whether the file is Markdown.
    pub(super) is_markdown: bool,
}

/// The comments of the file at `path`, in order.
pub(super) fn comments(path: &str, text: &str) -> Comments {
    let mut comments = Comments::default();
    if memchr::memmem::find(text.as_bytes(), WORD.as_bytes()).is_none() {
        return comments;
    }
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("yml" | "yaml") => yaml(text, 0, &mut comments),
        Some("md" | "markdown") => {
            comments.is_markdown = true;
            let front = front_matter(text).and_then(Result::ok);
            if let Some(front) = front {
                yaml(front.text, front.start, &mut comments);
            }
            html(text, front.map_or(0, |front| front.body), &mut comments.all);
        }
        _ => {}
    }
    comments
}

/// The comments of YAML that begins at byte `offset` of its file.
fn yaml(text: &str, offset: usize, out: &mut Comments) {
    let (quoted, blocks) = scalars(text);
    out.blocks.extend(blocks.into_iter().map(|block| block.start + offset..block.end + offset));
    let mut from = 0;
    while let Some(found) = memchr::memmem::find(&text.as_bytes()[from..], WORD.as_bytes()) {
        let word = from + found;
        let start = text[..word].rfind('\n').map_or(0, |i| i + 1);
        let end = text[word..].find('\n').map_or(text.len(), |i| word + i);
        from = word + WORD.len();
        let Some(sign) = comment_start(text, start..end, &quoted) else { continue };
        if sign < word && text[sign + 1..word].trim().is_empty() {
            let alone = text[start..sign].trim().is_empty();
            out.all.push(Comment { bytes: trimmed(text, word + WORD.len()..end, offset), alone });
        }
    }
}

/// The `#` with which the comment of a line begins.
fn comment_start(text: &str, line: Range<usize>, quoted: &[Range<usize>]) -> Option<usize> {
    let signs = text[line.clone()].match_indices('#').map(|(i, _)| line.start + i);
    let begins = |at: usize| at == line.start || text[..at].ends_with([' ', '\t']);
    let inside = |at: usize| {
        let next = quoted.partition_point(|range| range.start <= at);
        next.checked_sub(1).is_some_and(|last| quoted[last].contains(&at))
    };
    signs.into_iter().find(|at| begins(*at) && !inside(*at))
}

/// Where a `#` begins no comment, and the texts of more than one line; as far as the file is YAML.
fn scalars(text: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let (mut quoted, mut blocks) = (Vec::new(), Vec::new());
    let starts: Vec<usize> =
        std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|i| i + 1)).collect();
    let byte = |line: usize, column: usize| {
        let start = starts.get(line.saturating_sub(1)).copied().unwrap_or(text.len());
        text[start..].char_indices().nth(column).map_or(text.len(), |(i, _)| start + i)
    };
    let mut parser = Parser::new_from_str(text);
    while let Some(Ok((event, span))) = parser.next_event() {
        let YamlEvent::Scalar(_, style, ..) = event else {
            if event == YamlEvent::StreamEnd {
                break;
            }
            continue;
        };
        let (start, end) = (byte(span.start.line(), span.start.col()), byte(span.end.line(), span.end.col()));
        let Some(whole) = text.get(start..end).map(str::trim_end) else { continue };
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if is_block {
            // It begins behind the line of its `|`, which may have a comment, and blank lines.
            let head = text[..start].trim_end();
            blocks.push(head.rfind('\n').map_or(0, |i| i + 1)..start + whole.len());
        } else if whole.contains('\n') {
            blocks.push(start..start + whole.len());
        }
        match style {
            ScalarStyle::Plain => {}
            ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => quoted.push(start..start + quoted_length(whole)),
            _ => quoted.push(start..start + whole.len()),
        }
    }
    (quoted, blocks)
}

/// The bytes up to the closing quote of `text`, which may go on behind it.
fn quoted_length(text: &str) -> usize {
    let quote = text.as_bytes().first().copied().unwrap_or_default();
    let mut bytes = text.bytes().enumerate().skip(1);
    while let Some((i, byte)) = bytes.next() {
        match byte {
            b'\\' if quote == b'"' => drop(bytes.next()),
            // A doubled single quote closes and opens again, with nothing between.
            _ if byte == quote && !(quote == b'\'' && text[i + 1..].starts_with('\'')) => return i + 1,
            _ if byte == quote => drop(bytes.next()),
            _ => {}
        }
    }
    text.len()
}

/// The comments of Markdown from byte `body` on.
fn html(text: &str, body: usize, out: &mut Vec<Comment>) {
    for (event, range) in markdown(&text[body..]).into_offset_iter() {
        if !matches!(event, Event::Html(_) | Event::InlineHtml(_)) {
            continue;
        }
        let range = range.start + body..range.end + body;
        let mut at = range.start;
        while let Some(open) = text[at..range.end].find("<!--").map(|i| at + i) {
            let inner = open + "<!--".len();
            let close = text[inner..range.end].find("-->").map(|i| inner + i);
            let end = close.unwrap_or(range.end);
            let blank = text[inner..end].len() - text[inner..end].trim_start().len();
            if text[inner + blank..end].starts_with(WORD) {
                let line = text[..open].rfind('\n').map_or(0, |i| i + 1);
                let after = close.map_or(end, |close| close + "-->".len());
                let rest = text[after..].split('\n').next().unwrap_or_default();
                let before = text[line..open].trim_matches(|c: char| c.is_whitespace() || c == '>');
                let alone = before.is_empty() && rest.trim().is_empty();
                out.push(Comment { bytes: trimmed(text, inner + blank + WORD.len()..end, 0), alone });
            }
            at = close.map_or(range.end, |close| close + "-->".len());
        }
    }
}

fn trimmed(text: &str, range: Range<usize>, offset: usize) -> Range<usize> {
    let whole = &text[range.clone()];
    let start = range.start + (whole.len() - whole.trim_start().len());
    offset + start..offset + start + whole.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> Vec<(String, bool)> {
        let comments = comments(path, text);
        comments.all.into_iter().map(|comment| (text[comment.bytes].to_owned(), comment.alone)).collect()
    }

    #[test]
    fn comments_of_yaml_are_told_from_text() {
        let text = "# purplebook: one\r\n\
                    title: é#purplebook:no # purplebook: two \n\
                    a: '# purplebook: no'\n\
                    b: \"x\n  # purplebook: no\n  y\" # purplebook: three\n\
                    c: |  # purplebook: four\n  # purplebook: no\n\n  # purplebook: no\n\
                    \x20# purplebook: five\n\
                    d: >-\n  text\n#purplebook: six\n\
                    # - e # purplebook: no\n\
                    e: [x, # purplebook: seven\n  y]\n";
        let expected = [
            ("one", true),
            ("two", false),
            ("three", false),
            ("four", false),
            ("five", true),
            ("six", true),
            ("seven", false),
        ];
        assert_eq!(found("a.yml", text), expected.map(|(text, alone)| (text.to_owned(), alone)));
    }

    #[test]
    fn comments_of_markdown_are_told_from_code() {
        let text = "---\n# purplebook: front\ntitle: x\n---\n<!-- purplebook: one -->\n[a](b) <!--purplebook: two--> c\n\n\
                    `<!-- purplebook: no -->`\n\n    <!-- purplebook: no -->\n\n```\n<!-- purplebook: no -->\n```\n\
                    # purplebook: no\n\n> <!-- purplebook: three -->\n> [a](b)\n\n<!-- x\n  purplebook: no\n-->\n";
        let expected = [("front", true), ("one", true), ("two", false), ("three", true)];
        assert_eq!(found("a.md", text), expected.map(|(text, alone)| (text.to_owned(), alone)));
        assert_eq!(found("a.txt", text), []);
    }

    #[test]
    fn broken_files_do_no_harm() {
        for text in ["a: [ # purplebook: x", "\t# purplebook:", "'# purplebook: x\n", "--- \n# purplebook: é"] {
            let _ = (found("a.yml", text), found("a.md", text));
        }
        assert_eq!(found("a.md", "<!-- purplebook: x"), [("x".to_owned(), true)]);
    }
}
