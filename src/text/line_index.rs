//! Byte offset to line and column, counted as people and editors count.

/// A position as shown to people: both numbers from 1, the column in Unicode characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineCol {
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in Unicode scalar values.
    pub column: u32,
}

/// The starts of all lines of one text.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text`; `\n` ends a line.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1));
        Self { starts }
    }

    /// Line and column of a byte offset into the same `text`; offsets past the end give the end.
    pub fn line_col(&self, text: &str, offset: usize) -> LineCol {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|start| *start as usize <= offset) - 1;
        let start = self.starts[line] as usize;
        let column = text.get(start..offset).map_or(0, |part| part.chars().count());
        LineCol { line: line as u32 + 1, column: column as u32 + 1 }
    }

    /// The byte offset of the start of `line` (from 1); the last line's for larger numbers.
    pub fn line_start(&self, line: u32) -> usize {
        let index = (line.max(1) as usize - 1).min(self.starts.len() - 1);
        self.starts[index] as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "é: x\ny";
        let index = LineIndex::new(text);
        assert_eq!(index.line_col(text, 4), LineCol { line: 1, column: 4 });
        assert_eq!(index.line_col(text, 6), LineCol { line: 2, column: 1 });
        assert_eq!(index.line_col(text, 99), LineCol { line: 2, column: 2 });
    }
}
