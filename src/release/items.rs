//! An item of a YAML list as text: what has to change to replace it, to double it, to drop it.
//!
//! Only what is plainly one item of a list is touched: a line `- text`, or a part of `[a, b]`.
//! Anything else (an anchor before it, a list within a list) is left to its author.

use std::ops::Range;

use crate::mend::Edit;
use crate::text::{FileId, Span};

/// A scalar that is an item of a list, or stands in the place of one.
#[derive(Debug)]
pub(super) struct Item<'t> {
    file: FileId,
    text: &'t str,
    /// The text without quotes.
    inner: Range<usize>,
    /// The text with its quotes.
    outer: Range<usize>,
}

impl<'t> Item<'t> {
    /// The item at `span`, if what is written there is `value`, without escapes or line breaks.
    pub(super) fn new(text: &'t str, span: Span, value: &str) -> Option<Self> {
        let inner = span.start as usize..span.end as usize;
        let written = text.get(inner.clone())?;
        if written != value.trim() && written != value {
            return None;
        }
        let before = text[..inner.start].chars().next_back();
        let after = text[inner.end..].chars().next();
        let outer = match (before, after) {
            (Some(open @ ('\'' | '"')), Some(close)) if open == close => inner.start - 1..inner.end + 1,
            _ => inner.clone(),
        };
        Some(Self { file: span.file, text, inner, outer })
    }

    fn edit(&self, range: Range<usize>, text: impl Into<String>) -> Edit {
        Edit { span: Span::new(self.file, range.start, range.end), text: text.into() }
    }

    /// Other text in its place, in the same quotes.
    pub(super) fn replace(&self, value: &str) -> Edit {
        self.edit(self.inner.clone(), value)
    }

    /// Several items in its place.
    pub(super) fn replace_all(&self, values: &[String]) -> Option<Vec<Edit>> {
        let (last, others) = values.split_last()?;
        if others.is_empty() {
            return Some(vec![self.replace(last)]);
        }
        let quoted = |value: &String| {
            let quote = &self.text[self.outer.start..self.inner.start];
            format!("{quote}{value}{quote}")
        };
        if let Some(start) = self.line_start() {
            // New lines go before the old one, so that a comment behind it stays on its line.
            let lead = &self.text[start..self.outer.start];
            let lines: Vec<String> =
                others.iter().map(|value| [lead, &quoted(value), self.line_end()].concat()).collect();
            return Some(vec![self.edit(start..start, lines.concat()), self.replace(last)]);
        }
        self.in_brackets()?;
        let items: Vec<String> = others.iter().map(|value| quoted(value) + ", ").collect();
        Some(vec![self.edit(self.outer.start..self.outer.start, items.concat()), self.replace(last)])
    }

    /// The item away, a comment behind it kept.
    pub(super) fn remove(&self) -> Option<Edit> {
        if let Some(start) = self.line_start() {
            let rest = &self.text[self.outer.end..];
            let line = rest.split_inclusive('\n').next().unwrap_or_default();
            let comment = line.trim_start_matches([' ', '\t']);
            if comment.trim().is_empty() {
                return Some(self.edit(start..self.outer.end + line.len(), ""));
            }
            let dash = start + self.text[start..].find('-')?;
            let comment_at = self.outer.end + (line.len() - comment.len());
            return comment.starts_with('#').then(|| self.edit(dash..comment_at, ""));
        }
        match self.in_brackets()? {
            // The comma before an item is its own, so that neighbours can go together.
            (',', _) => {
                let comma = self.text[..self.outer.start].rfind(',')?;
                Some(self.edit(comma..self.outer.end, ""))
            }
            (_, ',') => {
                let comma = self.outer.end + self.text[self.outer.end..].find(',')? + 1;
                let blanks = self.text[comma..].len() - self.text[comma..].trim_start_matches(' ').len();
                Some(self.edit(self.outer.start..comma + blanks, ""))
            }
            _ => None,
        }
    }

    /// Where the line begins that holds `- ` and this item.
    fn line_start(&self) -> Option<usize> {
        let start = self.text[..self.outer.start].rfind('\n').map_or(0, |at| at + 1);
        let lead = self.text[start..self.outer.start].trim_matches([' ', '\t']);
        (lead == "-").then_some(start)
    }

    /// The ends of lines in this file.
    fn line_end(&self) -> &'static str {
        let first = self.text.find('\n').unwrap_or_default();
        if self.text[..first].ends_with('\r') { "\r\n" } else { "\n" }
    }

    /// The signs before and after an item of a list in brackets.
    fn in_brackets(&self) -> Option<(char, char)> {
        let before = self.text[..self.outer.start].trim_end().chars().next_back()?;
        let after = self.text[self.outer.end..].trim_start().chars().next()?;
        (matches!(before, '[' | ',') && matches!(after, ']' | ',')).then_some((before, after))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mend::apply;

    fn with<'t>(text: &'t str, value: &str) -> Item<'t> {
        let start = text.find(value).expect("there");
        Item::new(text, Span::new(FileId(0), start, start + value.len()), value).expect("an item")
    }

    fn removed(text: &str) -> Option<String> {
        apply(text, &[with(text, "attack.x").remove()?]).ok()
    }

    fn doubled(text: &str) -> Option<String> {
        apply(text, &with(text, "attack.x").replace_all(&["attack.a".into(), "attack.b".into()])?).ok()
    }

    #[test]
    fn lines_go_whole_and_leave_their_comments() {
        assert_eq!(removed("tags:\n  - a\n  - 'attack.x'  \n  - b\n").as_deref(), Some("tags:\n  - a\n  - b\n"));
        assert_eq!(removed("tags:\r\n- attack.x\r\n- b").as_deref(), Some("tags:\r\n- b"));
        assert_eq!(removed("tags:\n- b\n- attack.x").as_deref(), Some("tags:\n- b\n"));
        assert_eq!(removed("tags:\n  - attack.x # why\n").as_deref(), Some("tags:\n  # why\n"));
        assert_eq!(removed("tags:\n  - &a attack.x\n"), None);
        assert_eq!(removed("tags: attack.x\n"), None);
    }

    #[test]
    fn items_in_brackets_take_a_comma_along() {
        assert_eq!(removed("tags: [attack.x, b]").as_deref(), Some("tags: [b]"));
        assert_eq!(removed("tags: [a, \"attack.x\" ]").as_deref(), Some("tags: [a ]"));
        assert_eq!(removed("tags: [a,\n  attack.x,\n  b]").as_deref(), Some("tags: [a,\n  b]"));
        assert_eq!(removed("tags: [attack.x]"), None);
    }

    #[test]
    fn one_item_becomes_two() {
        assert_eq!(
            doubled("t:\r\n -  'attack.x' # c\r\n").as_deref(),
            Some("t:\r\n -  'attack.a'\r\n -  'attack.b' # c\r\n")
        );
        assert_eq!(doubled("t: [a, \"attack.x\"]").as_deref(), Some("t: [a, \"attack.a\", \"attack.b\"]"));
        assert_eq!(doubled("t: attack.x"), None);
    }
}
