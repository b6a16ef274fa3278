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

/// One set of edits that does what `first` does and then `second`, whose text is `middle`, the text
/// after `first`.
///
/// # Errors
/// If one of the sets does not fit.
pub fn composed(middle: &str, first: &[Edit], second: &[Edit]) -> Result<Vec<Edit>, Refused> {
    let second = ordered(middle, second)?;
    let mut first: Vec<&Edit> = first.iter().collect();
    first.sort();
    // Of each of the first edits: where its text is in the middle text, and where what it replaced ends.
    let mut written: Vec<(usize, usize, usize)> = Vec::with_capacity(first.len());
    for edit in &first {
        let start = before(&written, edit.span.start as usize, |(_, _, old_end)| old_end, |(_, end, _)| end);
        written.push((start, start + edit.text.len(), edit.span.end as usize));
    }
    let ranges = written.iter().map(|(start, end, _)| (*start, *end));
    let mut ranges: Vec<(usize, usize)> =
        ranges.chain(second.iter().map(|edit| (edit.span.start as usize, edit.span.end as usize))).collect();
    ranges.sort_unstable();
    // Ranges that touch are one edit.
    ranges.dedup_by(|next, last| {
        let touches = next.0 <= last.1;
        last.1 = if touches { last.1.max(next.1) } else { last.1 };
        touches
    });
    let file = first.first().or(second.first()).map(|edit| edit.span.file);
    let mut edits = Vec::with_capacity(ranges.len());
    for (start, end) in ranges {
        let upto = written.partition_point(|(at, ..)| *at < start);
        let within = written.partition_point(|(at, ..)| *at <= end);
        let old = |count: usize, at| before(&written[..count], at, |(_, end, _)| end, |(_, _, old_end)| old_end);
        let inside = second.iter().filter(|edit| start <= edit.span.start as usize && edit.span.end as usize <= end);
        let text = spliced(middle, start, end, &inside.copied().collect::<Vec<_>>());
        edits.extend(file.map(|file| Edit { span: Span::new(file, old(upto, start), old(within, end)), text }));
    }
    Ok(edits)
}

/// A place behind the last of `written` in another text: as far behind its end there (`to`) as here (`from`).
fn before(
    written: &[(usize, usize, usize)],
    at: usize,
    from: impl Fn((usize, usize, usize)) -> usize,
    to: impl Fn((usize, usize, usize)) -> usize,
) -> usize {
    written.last().map_or(at, |last| to(*last) + at.saturating_sub(from(*last)))
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

    /// All edits of a short text in one place or two, then all of what comes out.
    #[test]
    fn edits_after_edits_are_one_set_of_edits() {
        let sets = |text: &str| {
            let n = text.len();
            let spans: Vec<(usize, usize)> = (0..=n).flat_map(|a| (a..=n).map(move |b| (a, b))).collect();
            let one = spans.iter().flat_map(|(a, b)| ["", "xy"].map(|new| vec![edit(*a, *b, new)]));
            let two = spans.iter().flat_map(|(a, b)| {
                let after = spans.iter().filter(move |(c, _)| c > b);
                after.map(move |(c, d)| vec![edit(*a, *b, "z"), edit(*c, *d, "")])
            });
            one.chain(two).collect::<Vec<_>>()
        };
        let text = "abcd";
        let mut tried = 0;
        for first in sets(text) {
            let middle = apply(text, &first).expect("they fit");
            for second in sets(&middle) {
                let both = composed(&middle, &first, &second).expect("they fit");
                assert_eq!(apply(text, &both), apply(&middle, &second), "{first:?} {second:?}");
                tried += 1;
            }
        }
        assert!(tried > 1000, "{tried}");
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
