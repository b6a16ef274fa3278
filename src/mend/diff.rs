//! Edits as a unified diff that `git apply` and `patch` take.
//!
//! What changed is known, so no two texts are compared: the lines the edits touch are the
//! changed ones, but for those at their ends that came out equal.

use std::fmt::Write as _;

use super::{Edit, Refused, ordered, spliced};

/// Lines shown around a change.
const CONTEXT: usize = 3;

/// Where a file lies, and where it shall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move<'a> {
    /// The path as shown.
    pub from: &'a str,
    /// The new path; the same for a file that stays.
    pub to: &'a str,
}

impl<'a> Move<'a> {
    /// A file that stays where it is.
    pub const fn stay(path: &'a str) -> Self {
        Self { from: path, to: path }
    }
}

/// Lines that are replaced: the old ones by their numbers from 0, and the new ones.
struct Change {
    start: usize,
    end: usize,
    new: Vec<String>,
}

/// The diff of one file; empty where nothing changes.
pub fn unified(path: Move<'_>, text: &str, edits: &[Edit]) -> Result<String, Refused> {
    let old: Vec<&str> = text.split_inclusive('\n').collect();
    let changes = changes(text, &old, &ordered(text, edits)?);
    let mut out = String::new();
    if path.from != path.to {
        let (from, to) = (name("a/", path.from), name("b/", path.to));
        let (bare_from, bare_to) = (name("", path.from), name("", path.to));
        let _ = writeln!(out, "diff --git {from} {to}\nrename from {bare_from}\nrename to {bare_to}");
    }
    if changes.is_empty() {
        return Ok(out);
    }
    let _ = writeln!(out, "--- {}\n+++ {}", name("a/", path.from), name("b/", path.to));
    // How much longer the new file is than the old one so far.
    let mut grown: isize = 0;
    let mut rest = changes.as_slice();
    while !rest.is_empty() {
        let near = rest.windows(2).take_while(|pair| pair[1].start - pair[0].end <= 2 * CONTEXT).count();
        let (hunk, later) = rest.split_at(near + 1);
        grown = write_hunk(&old, hunk, grown, &mut out);
        rest = later;
    }
    Ok(out)
}

/// Writes changes that are near to each other; gives how much the file has grown after them.
fn write_hunk(old: &[&str], hunk: &[Change], mut grown: isize, out: &mut String) -> isize {
    let start = hunk[0].start.saturating_sub(CONTEXT);
    let end = hunk.last().map_or(start, |last| (last.end + CONTEXT).min(old.len()));
    let growth: isize = hunk.iter().map(|change| signed(change.new.len()) - signed(change.end - change.start)).sum();
    let new_len = signed(end - start) + growth;
    // A range of no lines is named by the line before it.
    let first = |at: isize, len: isize| if len == 0 { at } else { at + 1 };
    let (old_at, new_at) = (signed(start), signed(start) + grown);
    let _ = writeln!(
        out,
        "@@ -{},{} +{},{new_len} @@",
        first(old_at, signed(end - start)),
        end - start,
        first(new_at, new_len)
    );
    let mut at = start;
    for change in hunk {
        old[at..change.start].iter().for_each(|line| write_line(' ', line, out));
        old[change.start..change.end].iter().for_each(|line| write_line('-', line, out));
        change.new.iter().for_each(|line| write_line('+', line, out));
        at = change.end;
    }
    old[at..end].iter().for_each(|line| write_line(' ', line, out));
    grown += growth;
    grown
}

fn signed(n: usize) -> isize {
    isize::try_from(n).unwrap_or(isize::MAX)
}

fn write_line(mark: char, line: &str, out: &mut String) {
    out.push(mark);
    out.push_str(line);
    if !line.ends_with('\n') {
        out.push_str("\n\\ No newline at end of file\n");
    }
}

/// The lines that edits touch, those of neighbouring edits together.
fn changes(text: &str, old: &[&str], edits: &[&Edit]) -> Vec<Change> {
    let starts: Vec<usize> = old
        .iter()
        .scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some(start)
        })
        .collect();
    let start_of = |line: usize| starts.get(line).copied().unwrap_or(text.len());
    // The line a byte is in; the end of a text without a last line end is in its last line.
    let line_of = |byte: usize| {
        let line = starts.partition_point(|start| *start <= byte).saturating_sub(1);
        if byte == text.len() && text.ends_with('\n') { old.len() } else { line }
    };
    let mut changes: Vec<Change> = Vec::new();
    let mut rest = edits;
    while let Some(first) = rest.first() {
        let start = line_of(first.span.start as usize);
        let mut end = (line_of(first.span.end as usize) + 1).min(old.len());
        let mut n = 1;
        while let Some(next) = rest.get(n).filter(|next| line_of(next.span.start as usize) < end) {
            end = (line_of(next.span.end as usize) + 1).min(old.len());
            n += 1;
        }
        let new = spliced(text, start_of(start), start_of(end), &rest[..n]);
        let new: Vec<String> = new.split_inclusive('\n').map(str::to_owned).collect();
        if let Some(mut change) = trimmed(old, start, end, new) {
            match changes.last_mut() {
                // Lines that follow each other are one change, as people expect of a diff.
                Some(Change { end, new, .. }) if *end == change.start => {
                    *end = change.end;
                    new.append(&mut change.new);
                }
                _ => changes.push(change),
            }
        }
        rest = &rest[n..];
    }
    changes
}

/// A change without the lines at its ends that are the same; none if all are.
fn trimmed(old: &[&str], mut start: usize, mut end: usize, mut new: Vec<String>) -> Option<Change> {
    let same = old[start..end].iter().zip(&new).take_while(|(old, new)| *old == new).count();
    start += same;
    new.drain(..same);
    while end > start && new.last().is_some_and(|line| line == old[end - 1]) {
        end -= 1;
        new.pop();
    }
    (end > start || !new.is_empty()).then_some(Change { start, end, new })
}

/// A path in a header, quoted as Git does where it has to be.
fn name(prefix: &str, path: &str) -> String {
    if !path.contains(|c: char| c.is_control() || matches!(c, '"' | '\\')) {
        return format!("{prefix}{path}");
    }
    let mut out = format!("\"{prefix}");
    for c in path.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    let _ = write!(out, "\\{byte:03o}");
                }
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{FileId, Span};

    fn diff(text: &str, edits: &[(usize, usize, &str)]) -> String {
        let edits: Vec<Edit> = edits
            .iter()
            .map(|(start, end, text)| Edit { span: Span::new(FileId(0), *start, *end), text: (*text).to_owned() })
            .collect();
        unified(Move::stay("f"), text, &edits).expect("edits that fit")
    }

    #[test]
    fn a_change_has_three_lines_around_it() {
        let text = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        assert_eq!(
            diff(text, &[(8, 9, "five")]),
            "--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        );
        assert_eq!(diff(text, &[(8, 10, "")]), "--- a/f\n+++ b/f\n@@ -2,7 +2,6 @@\n 2\n 3\n 4\n-5\n 6\n 7\n 8\n");
        assert_eq!(diff(text, &[(0, 0, "0\n")]), "--- a/f\n+++ b/f\n@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n");
        assert_eq!(diff(text, &[(8, 9, "5")]), "");
        assert_eq!(diff("a\nb\n", &[(0, 1, "A"), (2, 3, "B")]), "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-a\n-b\n+A\n+B\n");
    }

    #[test]
    fn hunks_that_are_far_apart_are_two_and_count_on() {
        let text = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        assert_eq!(
            diff(text, &[(0, 2, ""), (16, 17, "nine")]),
            "--- a/f\n+++ b/f\n@@ -1,4 +1,3 @@\n-1\n 2\n 3\n 4\n@@ -6,4 +5,4 @@\n 6\n 7\n 8\n-9\n+nine\n"
        );
    }

    #[test]
    fn ends_of_files_and_line_ends_are_kept() {
        assert_eq!(
            diff("a\r\nb", &[(3, 4, "c")]),
            "--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n a\r\n-b\n\\ No newline at end of file\n+c\n\\ No newline at end of file\n"
        );
        assert_eq!(diff("a\n", &[(2, 2, "b\n")]), "--- a/f\n+++ b/f\n@@ -1,1 +1,2 @@\n a\n+b\n");
        assert_eq!(diff("a\n", &[(0, 2, "")]), "--- a/f\n+++ b/f\n@@ -1,1 +0,0 @@\n-a\n");
        assert_eq!(diff("", &[(0, 0, "a\n")]), "--- a/f\n+++ b/f\n@@ -0,0 +1,1 @@\n+a\n");
    }

    #[test]
    fn a_moved_file_says_so() {
        let moved = Move { from: "a \"b\".yml", to: "c.yml" };
        assert_eq!(
            unified(moved, "x\n", &[]).expect("no edits"),
            "diff --git \"a/a \\\"b\\\".yml\" b/c.yml\nrename from \"a \\\"b\\\".yml\"\nrename to c.yml\n"
        );
    }
}
