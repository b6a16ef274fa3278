//! From the repairs findings propose to edits of the bytes of their files.
//!
//! An edit is made only where nothing but the value changes: a scalar on one line without escapes,
//! written where it is used. What an alias, an anchor or a repeated key would carry elsewhere is
//! left to its author, and so is an item that goes but has a comment beside or above it.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use saphyr_parser::ScalarStyle;

use crate::mend::Edit;
use crate::report::{Change, Code, Findings, Fix, Replacement};
use crate::source::{FileRole, SourceSet};
use crate::text::{At, FileId, Place, Span, Step};

use super::locate::{Children, Node, Tree};

/// The edits of one file; none meets another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// The file.
    pub file: FileId,
    /// What changes.
    pub edits: Vec<Edit>,
    /// How many findings they end.
    pub findings: usize,
}

/// The edits that `findings` propose, by file. Of edits that meet, the first stays.
///
/// The findings must be located: those of one kind at one position, as several rules of a file
/// have of what they share, must want the same, or none of them is mended.
pub fn mends(sources: &SourceSet, findings: &Findings) -> Vec<Mend> {
    let mut wanted: HashMap<(Code, &At), (Option<&Fix>, usize)> = HashMap::new();
    for finding in findings {
        let (fix, count) = wanted.entry((finding.code, &finding.at)).or_insert((finding.fix.as_ref(), 0));
        *fix = fix.filter(|fix| finding.fix.as_ref() == Some(*fix));
        *count += 1;
    }
    let mut files: BTreeMap<FileId, Vec<(Code, &Fix, usize)>> = BTreeMap::new();
    for ((code, at), (fix, count)) in wanted {
        if let Some(fix) = fix
            && matches!(sources.file(at.file()).role, FileRole::Content(_))
        {
            files.entry(fix.place.file).or_default().push((code, fix, count));
        }
    }
    let mended = files.into_iter().filter_map(|(file, mut fixes)| {
        fixes.sort_by(|a, b| (&a.1.place, a.0).cmp(&(&b.1.place, b.0)));
        let text = &sources.file(file).text;
        let (edits, findings) = Writer { text, file, tree: &Tree::parse(text) }.edits(&fixes);
        (!edits.is_empty()).then_some(Mend { file, edits, findings })
    });
    mended.collect()
}

/// Where a scalar is: its node, and its list with the position in it.
#[derive(Clone, Copy)]
struct Spot {
    node: usize,
    list: Option<(usize, usize)>,
}

struct Writer<'t> {
    text: &'t str,
    file: FileId,
    tree: &'t Tree,
}

/// What a repair alone would change in the file of `tree`, if it can be made.
pub(super) fn replacement(text: &str, file: FileId, tree: &Tree, code: Code, fix: &Fix) -> Option<Replacement> {
    let (edits, _) = Writer { text, file, tree }.edits(&[(code, fix, 1)]);
    let Edit { span, text } = edits.into_iter().next()?;
    Some(Replacement { span, text })
}

impl Writer<'_> {
    /// The edits of these repairs, sorted by place, and how many findings they end.
    fn edits(&self, fixes: &[(Code, &Fix, usize)]) -> (Vec<Edit>, usize) {
        let mut spots: BTreeMap<usize, (Spot, &Change, usize)> = BTreeMap::new();
        for (_, fix, count) in fixes {
            let Some(spot) = self.spot(&fix.place) else { continue };
            let (_, change, findings) = spots.entry(spot.node).or_insert((spot, &fix.change, 0));
            if **change == fix.change {
                *findings += count;
            }
        }
        let mut kept: HashMap<usize, HashSet<&str>> = HashMap::new();
        for (list, _) in spots.values().filter_map(|(spot, ..)| spot.list) {
            kept.entry(list).or_insert_with(|| {
                let Children::Seq(items) = &self.tree.nodes[list].children else { return HashSet::new() };
                let staying = items.iter().filter(|item| !spots.contains_key(item));
                staying.filter_map(|item| self.scalar(self.tree.resolve(*item))).collect()
            });
        }
        let mut edits: BTreeMap<u32, Edit> = BTreeMap::new();
        let mut ended = 0;
        for (spot, change, findings) in spots.values() {
            let values = spot.list.and_then(|(list, _)| kept.get_mut(&list));
            let edit = match change {
                Change::Remove => self.remove(*spot),
                Change::Write(new) if values.as_ref().is_some_and(|values| values.contains(new.as_str())) => {
                    self.remove(*spot)
                }
                Change::Write(new) => {
                    let edit = self.write(spot.node, new);
                    if let (Some(_), Some(values)) = (&edit, values) {
                        values.insert(new);
                    }
                    edit
                }
            };
            let Some(edit) = edit else { continue };
            let before = edits.range(..edit.span.end).next_back();
            if before.is_none_or(|(_, before)| before.span.end <= edit.span.start) {
                edits.insert(edit.span.start, edit);
                ended += findings;
            }
        }
        (edits.into_values().collect(), ended)
    }

    /// The scalar at a place, if what is written there is used there and nowhere else.
    fn spot(&self, place: &Place) -> Option<Spot> {
        let mut spot = Spot { node: *self.tree.documents.get(place.document as usize)?, list: None };
        for step in place.path.steps() {
            let node = self.own(spot.node)?;
            spot = match (step, &node.children) {
                (Step::Key(name), Children::Map(entries)) => {
                    let mut named = entries.iter().filter(|(key, _)| self.scalar(*key) == Some(name));
                    let (_, value) = named.next()?;
                    if named.next().is_some() {
                        return None;
                    }
                    Spot { node: *value, list: None }
                }
                (Step::Index(index), Children::Seq(items)) => {
                    let index = *index as usize;
                    Spot { node: *items.get(index)?, list: Some((spot.node, index)) }
                }
                // A scalar where a list belongs stands for a list of one.
                (Step::Index(0), Children::Scalar(_)) => spot,
                _ => return None,
            };
        }
        self.own(spot.node).and_then(|node| matches!(node.children, Children::Scalar(_)).then_some(spot))
    }

    /// A node no alias leads to.
    fn own(&self, node: usize) -> Option<&Node> {
        Some(&self.tree.nodes[node]).filter(|node| !node.is_anchored)
    }

    fn scalar(&self, node: usize) -> Option<&str> {
        match &self.tree.nodes[node].children {
            Children::Scalar(text) => Some(text),
            _ => None,
        }
    }

    fn ranges(&self, node: usize) -> Option<(Range<usize>, Range<usize>)> {
        ranges(self.text, self.tree, node)
    }

    fn edit(&self, start: usize, end: usize, text: &str) -> Edit {
        Edit { span: Span::new(self.file, start, end), text: text.to_owned() }
    }

    fn write(&self, node: usize, new: &str) -> Option<Edit> {
        let (inner, _) = self.ranges(node)?;
        is_bare(new).then(|| self.edit(inner.start, inner.end, new))
    }

    fn remove(&self, spot: Spot) -> Option<Edit> {
        let (_, Range { start, end }) = self.ranges(spot.node)?;
        let (list, index) = spot.list?;
        let Children::Seq(items) = &self.tree.nodes[list].children else { return None };
        let is_end = |c: char| matches!(c, '\n' | '\r');
        let line = self.text[..start].rfind(is_end).map_or(0, |at| at + 1);
        let line_end = self.text[end..].find(is_end).map_or(self.text.len(), |at| end + at);
        if self.text[line..start].trim() == "-" && self.text[end..line_end].trim().is_empty() {
            // A comment above speaks of the item, and would then speak of the next.
            if self.text[..line].lines().next_back().is_some_and(|above| above.trim_start().starts_with('#')) {
                return None;
            }
            let rest = &self.text[line_end..];
            let end_len = if rest.starts_with("\r\n") { 2 } else { rest.len().min(1) };
            if end_len > 0 {
                return Some(self.edit(line, line_end + end_len, ""));
            }
            // The last line has no end: the one before keeps none either.
            let before = self.text[..line].strip_suffix("\r\n").or_else(|| self.text[..line].strip_suffix(is_end));
            return before.map(|before| self.edit(before.len(), line_end, ""));
        }
        // Beside others on one line: with the comma that parts them.
        let is_comma = |from: usize, to: usize| {
            self.text.get(from..to).is_some_and(|between| between.trim_matches([' ', '\t']) == ",")
        };
        if let Some(next) = items.get(index + 1) {
            let (_, next) = self.ranges(*next)?;
            return is_comma(end, next.start).then(|| self.edit(start, next.start, ""));
        }
        let (_, before) = self.ranges(*items.get(index.checked_sub(1)?)?)?;
        is_comma(before.end, start).then(|| self.edit(before.end, end, ""))
    }
}

/// The bytes of a scalar's own text, and with its quotes, if the first are its value letter by
/// letter.
pub(super) fn ranges(text: &str, tree: &Tree, node: usize) -> Option<(Range<usize>, Range<usize>)> {
    let Node { start, end, style, children: Children::Scalar(value), .. } = &tree.nodes[node] else { return None };
    let quote = match (*style)? {
        ScalarStyle::Plain => "",
        ScalarStyle::SingleQuoted => "'",
        ScalarStyle::DoubleQuoted => "\"",
        _ => return None,
    };
    let (inner, outer) = (*start..*end, start.checked_sub(quote.len())?..end + quote.len());
    let is_literal = text.get(inner.clone()) == Some(value)
        && text.get(outer.start..inner.start) == Some(quote)
        && text.get(inner.end..outer.end) == Some(quote);
    (is_literal && !value.is_empty() && !value.contains(['\n', '\r'])).then_some((inner, outer))
}

/// Whether a value is the same text in all styles, and a string in each.
fn is_bare(value: &str) -> bool {
    value.starts_with(|c: char| c.is_ascii_alphabetic())
        && value.contains(|c: char| c == '.' || c.is_ascii_digit())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}
