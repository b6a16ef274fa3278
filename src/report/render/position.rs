//! Where a finding is, in lines and columns of its file.

use std::collections::HashMap;
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

    /// Line and column of a byte offset, the column counted in UTF-16 code units.
    pub(super) fn line_col_utf16(&self, offset: usize) -> LineCol {
        let line = self.line_col(offset).line;
        let before = self.source.text.get(self.lines.line_start(line)..offset).unwrap_or_default();
        let units: usize = before.chars().map(char::len_utf16).sum();
        LineCol { line, column: units as u32 + 1 }
    }

    /// The bytes `at` names without line breaks at their end: services know no line after the last.
    pub(super) fn trimmed_range(&self, at: &At) -> Option<Range<usize>> {
        let range = self.range(at)?;
        let kept = self.source.text[range.clone()].trim_end_matches(['\r', '\n']).len();
        Some(range.start..range.start + kept)
    }

    /// The first and the last line of `at`.
    pub(super) fn line_range(&self, at: &At) -> (u32, u32) {
        self.trimmed_range(at).map_or((1, 1), |range| (self.line_col(range.start).line, self.line_col(range.end).line))
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

/// Files by id, each indexed once however often findings come back to it.
pub(super) struct Files<'l, 'a> {
    lookup: &'l Lookup<'a>,
    indexed: HashMap<FileId, Indexed<'a>>,
}

impl<'l, 'a> Files<'l, 'a> {
    pub(super) fn new(lookup: &'l Lookup<'a>) -> Self {
        Self { lookup, indexed: HashMap::new() }
    }

    pub(super) fn get(&mut self, id: FileId) -> &Indexed<'a> {
        self.indexed.entry(id).or_insert_with(|| Indexed::new(id, self.lookup))
    }
}
