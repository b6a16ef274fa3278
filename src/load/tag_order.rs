//! The tags of rules in the order of their letters, as edits of the files.
//!
//! An item moves with the comment beside it and those above it. A list that is not one item to a
//! line, or a line of plain items, is left as it is, and so is one whose first item has a comment
//! above: that may speak of all.

use crate::mend::Edit;
use crate::model::Kind;
use crate::source::{FileRole, SourceSet};
use crate::text::{FileId, Span};

use super::locate::{Children, Tree};
use super::mends::{Mend, ranges};

/// The edits that sort the tags of each rule that has them in another order.
pub fn sorted_tags(sources: &SourceSet) -> Vec<Mend> {
    let rules = sources.iter().filter(|(_, file)| file.role == FileRole::Content(Kind::Rule));
    let mends = rules.filter_map(|(id, file)| {
        let tree = Tree::parse(&file.text);
        let lists = tree.documents.iter().filter_map(|document| Some(tree.entry(*document, "tags")?.1));
        let edits: Vec<Edit> = lists.filter_map(|list| sorted(&file.text, id, &tree, list)).flatten().collect();
        (!edits.is_empty()).then_some(Mend { file: id, edits, findings: 0 })
    });
    mends.collect()
}

/// An item of a list: its letters, and the bytes that move with it.
struct Item<'t> {
    letters: String,
    start: usize,
    end: usize,
    text: &'t str,
}

/// The edits of one list; `None` if it is in order, or left as it is.
fn sorted(text: &str, file: FileId, tree: &Tree, list: usize) -> Option<Vec<Edit>> {
    let node = &tree.nodes[list];
    let Children::Seq(nodes) = &node.children else { return None };
    if node.is_anchored || nodes.iter().any(|item| tree.nodes[*item].is_anchored) {
        return None;
    }
    let scalars: Vec<_> = nodes.iter().map(|item| ranges(text, tree, *item)).collect::<Option<_>>()?;
    let letters = |inner: &std::ops::Range<usize>| text[inner.clone()].to_lowercase();
    let items: Vec<Item<'_>> = if text[node.start..].starts_with('[') {
        let end = scalars.last()?.1.end;
        // Between items that share a line there is nothing that could belong to one of them.
        if text[node.start..end].contains(['\n', '\r', '#']) {
            return None;
        }
        let item = |(inner, outer): &(_, std::ops::Range<usize>)| Item {
            letters: letters(inner),
            start: outer.start,
            end: outer.end,
            text: &text[outer.clone()],
        };
        scalars.iter().map(item).collect()
    } else {
        let mut items: Vec<Item<'_>> = Vec::with_capacity(scalars.len());
        for (inner, outer) in &scalars {
            let line = text[..outer.start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
            let end = text[outer.end..].find(['\n', '\r']).map_or(text.len(), |at| outer.end + at);
            let beside = text[outer.end..end].trim_start();
            if text[line..outer.start].trim() != "-" || !(beside.is_empty() || beside.starts_with('#')) {
                return None;
            }
            let start = match items.last() {
                // Past the end of the line before.
                Some(before) => before.end + line_end(&text[before.end..]),
                None if text[..line].lines().next_back().is_some_and(|above| above.trim_start().starts_with('#')) => {
                    return None;
                }
                None => line,
            };
            items.push(Item { letters: letters(inner), start, end, text: text.get(start..end)? });
        }
        items
    };
    let mut order: Vec<&Item<'_>> = items.iter().collect();
    order.sort_by(|a, b| a.letters.cmp(&b.letters));
    let moved = items.iter().zip(order).filter(|(here, new)| here.start != new.start);
    let edits: Vec<Edit> = moved
        .map(|(here, new)| Edit { span: Span::new(file, here.start, here.end), text: new.text.to_owned() })
        .collect();
    (!edits.is_empty()).then_some(edits)
}

/// Bytes of the line end a text starts with.
fn line_end(text: &str) -> usize {
    if text.starts_with("\r\n") { 2 } else { usize::from(text.starts_with(['\n', '\r'])) }
}
