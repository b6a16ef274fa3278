//! Edits of files a user wrote: what is to change, the text after it, and both as a diff.
//!
//! An [`Edit`] replaces a range of bytes and nothing else moves, so comments, quotes, indentation
//! and line ends outside it stay as they were. Who proposes edits knows why; nothing here does.

mod diff;

pub use diff::{Move, unified};

use crate::text::Span;

/// New text for a range of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// What is replaced; an empty range inserts.
    pub span: Span,
    /// The text in its place; none deletes.
    pub text: String,
}

/// Why edits cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Two edits want the same bytes, or insert at the same place.
    #[error("two edits meet at byte {}", .1.start)]
    Overlap(Span, Span),
    /// The range is not in the text, or cuts a character in two.
    #[error("no text from byte {} to {}", .0.start, .0.end)]
    Outside(Span),
}

/// The edits in the order of the text, refused where they do not fit it or each other.
///
/// An edit given twice is one edit.
fn ordered<'e>(text: &str, edits: &'e [Edit]) -> Result<Vec<&'e Edit>, Refused> {
    let mut sorted: Vec<&Edit> = edits.iter().collect();
    sorted.sort();
    sorted.dedup();
    for edit in &sorted {
        if text.get(edit.span.start as usize..edit.span.end as usize).is_none() {
            return Err(Refused::Outside(edit.span));
        }
    }
    for pair in sorted.windows(2) {
        let (first, second) = (pair[0].span, pair[1].span);
        // Two insertions at one place have no order; an insertion before a replacement has.
        if second.start < first.end || (first.start, first.end) == (second.start, second.end) {
            return Err(Refused::Overlap(first, second));
        }
    }
    Ok(sorted)
}

/// The text with all `edits` made; all of them must be of this text's file.
pub fn apply(text: &str, edits: &[Edit]) -> Result<String, Refused> {
    Ok(spliced(text, 0, text.len(), &ordered(text, edits)?))
}

/// The part of `text` from `start` to `end` with the edits in it made.
fn spliced(text: &str, start: usize, end: usize, edits: &[&Edit]) -> String {
    let mut out = String::with_capacity(end - start);
    let mut at = start;
    for edit in edits {
        out.push_str(&text[at..edit.span.start as usize]);
        out.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    out.push_str(&text[at..end]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::FileId;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { span: Span::new(FileId(0), start, end), text: text.to_owned() }
    }

    #[test]
    fn only_the_edited_bytes_change() {
        let text = "a: 'x' # é\r\nb:\ty";
        let edits = [edit(16, 17, "long"), edit(4, 5, "")];
        assert_eq!(apply(text, &edits), Ok("a: '' # é\r\nb:\tlong".to_owned()));
        assert_eq!(apply(text, &[]), Ok(text.to_owned()));
        assert_eq!(apply(text, &[edits[0].clone(), edits[0].clone()]), apply(text, &edits[..1]));
    }

    #[test]
    fn edits_that_meet_or_do_not_fit_are_refused() {
        let text = "é-b";
        assert!(matches!(apply(text, &[edit(0, 3, "x"), edit(2, 4, "y")]), Err(Refused::Overlap(..))));
        assert!(matches!(apply(text, &[edit(2, 2, "x"), edit(2, 2, "y")]), Err(Refused::Overlap(..))));
        assert_eq!(apply(text, &[edit(2, 2, "x"), edit(2, 3, "y")]), Ok("éxyb".to_owned()));
        assert!(matches!(apply(text, &[edit(1, 2, "x")]), Err(Refused::Outside(_))));
        assert!(matches!(apply(text, &[edit(3, 9, "x")]), Err(Refused::Outside(_))));
    }
}
