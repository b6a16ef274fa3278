//! Where a finding is, in lines and columns of its file.

use std::ops::Range;

use crate::text::{At, FileId, LineCol, LineIndex};

use super::{Lookup, SourceText};

/// One file's text with its line starts.
pub(super) struct Indexed<'a> {
    pub(super) id: FileId,
    pub(super) source: SourceText<'a>,
    pub(super) lines: LineIndex,
}

impl<'a> Indexed<'a> {
    pub(super) fn new(id: FileId, lookup: &Lookup<'a>) -> Self {
        let source = lookup(id);
        Self { id, source, lines: LineIndex::new(source.text) }
    }

    /// The file `id`, indexed anew only if it is another than last time.
    pub(super) fn of<'s>(last: &'s mut Option<Self>, id: FileId, lookup: &Lookup<'a>) -> &'s Self {
        match last.take() {
            Some(same) if same.id == id => last.insert(same),
            _ => last.insert(Self::new(id, lookup)),
        }
    }

    /// Line and column of a byte offset.
    pub(super) fn line_col(&self, offset: usize) -> LineCol {
        self.lines.line_col(self.source.text, offset)
    }

    /// The bytes `at` names, moved onto character borders and into the text; `None` for the whole
    /// file.
    pub(super) fn range(&self, at: &At) -> Option<Range<usize>> {
        let At::Span(span) = at else { return None };
        let text = self.source.text;
        let border = |offset: u32| {
            let mut offset = (offset as usize).min(text.len());
            while !text.is_char_boundary(offset) {
                offset -= 1;
            }
            offset
        };
        let start = border(span.start);
        Some(start..border(span.end).max(start))
    }

    /// Line and column of the start of `at`.
    pub(super) fn start(&self, at: &At) -> LineCol {
        self.range(at).map_or(LineCol { line: 1, column: 1 }, |range| self.line_col(range.start))
    }

    /// The text of the line with this number (from 1), without its end.
    pub(super) fn line(&self, number: u32) -> &'a str {
        let start = self.lines.line_start(number);
        let line = self.source.text[start..].split('\n').next().unwrap_or_default();
        line.strip_suffix('\r').unwrap_or(line)
    }
}
