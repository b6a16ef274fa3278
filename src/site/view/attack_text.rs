//! ATT&CK's own prose, where a bundle brought it: its links lead to our pages, and its
//! `(Citation: …)` marks become numbers of a list of references at the end of the page.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::graph::{EdgeKind, Node};
use crate::model::{AttackId, AttackObject, Citation};
use crate::site::{Block, Inline, LinkTarget, Prose, Section};
use crate::text::SafeUrl;

use super::SiteView;
use super::parts::{section, table};

/// The anchor of the list of references.
const REFERENCES: &str = "references";

/// The texts of one object's page, with the sources they cite numbered in order of first mention.
pub(super) struct AttackText<'v, 'a> {
    view: &'v SiteView<'a>,
    object: &'v AttackObject,
    cited: Vec<&'v Citation>,
}

impl<'v, 'a> AttackText<'v, 'a> {
    pub(super) fn new(view: &'v SiteView<'a>, object: &'v AttackObject) -> Self {
        Self { view, object, cited: Vec::new() }
    }

    /// The object's description; `None` where no bundle brought one.
    pub(super) fn description(&mut self) -> Option<Section> {
        let text = self.object.description.as_deref().filter(|text| !text.trim().is_empty())?;
        let prose = self.prose(text);
        Some(section("description", "Description", None, vec![prose]))
    }

    /// The description of another object that is told on this page.
    pub(super) fn words_of(&mut self, other: &AttackObject) -> Option<Block> {
        let text = other.description.as_deref().filter(|text| !text.trim().is_empty())?;
        Some(self.prose(text))
    }

    /// ATT&CK's words on each relation of this kind that leaves `node`, under the other end's name.
    pub(super) fn relations(&mut self, node: Node, kind: EdgeKind, title: &str) -> Option<Section> {
        let edges = self.view.graph.edges(node, kind).iter().map(|edge| (edge.to, edge.relation));
        let edges: Vec<_> = edges.collect();
        self.told("procedures", title, edges)
    }

    /// The same for the relations that lead to `node`.
    pub(super) fn relations_to(&mut self, node: Node, kind: EdgeKind, anchor: &str, title: &str) -> Option<Section> {
        let edges = self.view.graph.backlinks(node, kind).map(|edge| (edge.from, edge.relation)).collect();
        self.told(anchor, title, edges)
    }

    fn told(&mut self, anchor: &str, title: &str, edges: Vec<(Node, Option<u32>)>) -> Option<Section> {
        let relations = &self.view.graph.corpus().attack.relations;
        let mut blocks = Vec::new();
        for (other, relation) in edges {
            if let Some(words) = relation.and_then(|i| relations.get(i as usize)?.description.as_deref()) {
                blocks.push(Block::Line(vec![self.view.link(other)]));
                blocks.push(self.prose(words));
            }
        }
        (!blocks.is_empty()).then(|| section(anchor, title, Some(blocks.len() / 2), blocks))
    }

    /// The sources, cited ones first and by number; none where nothing on the page is ATT&CK's prose.
    ///
    /// A bundle also files what an alias means among the sources; those entries have no text but
    /// citations, and the aliases stand in the table of facts.
    pub(super) fn references(mut self) -> Option<Section> {
        if self.object.description.is_none() && self.cited.is_empty() {
            return None;
        }
        for citation in &self.object.citations {
            let is_source = !citation.text.trim_start().starts_with(MARK);
            if is_source && !self.cited.iter().any(|known| known.name == citation.name) {
                self.cited.push(citation);
            }
        }
        let rows = self.cited.iter().zip(1..).map(|(citation, number): (_, usize)| {
            let text = citation.text.trim();
            let source = match citation.url.as_deref().and_then(SafeUrl::external) {
                Some(url) => Inline::Link(text.to_owned(), LinkTarget::Url(url)),
                None => Inline::text(text),
            };
            vec![vec![Inline::text(number.to_string())], vec![source]]
        });
        let rows: Vec<_> = rows.collect();
        let columns = [("No.", true), ("Source", false)];
        (!rows.is_empty()).then(|| section(REFERENCES, "References", None, vec![table(&columns, rows)]))
    }

    fn prose(&mut self, text: &str) -> Block {
        let source = cited(text, |name| self.number(name)).into_owned();
        let here = format!("#{REFERENCES}");
        let references = SafeUrl::relative(&here).map(|url| (here, LinkTarget::Url(url)));
        let links = attack_links(&source)
            .filter_map(|(url, id)| {
                let route = self.view.plan.node(self.view.graph.attack_node(id)?)?;
                Some((url.to_owned(), LinkTarget::Page(route)))
            })
            .chain(references)
            .collect();
        Block::Prose(Prose { source, links, heading_shift: 2 })
    }

    /// The number of a source by its name; `None` where neither the object nor a relation lists it.
    fn number(&mut self, name: &str) -> Option<usize> {
        if let Some(at) = self.cited.iter().position(|citation| citation.name == name) {
            return Some(at + 1);
        }
        let own = self.object.citations.iter().find(|citation| citation.name == name);
        let citation = own.or_else(|| self.view.graph.corpus().attack.citation(name))?;
        self.cited.push(citation);
        Some(self.cited.len())
    }
}

const MARK: &str = "(Citation:";

/// `text` with each `(Citation: name)` replaced by a link with its number, or dropped where
/// `number` knows none. Blanks before a mark go with it: numbers follow the word they prove.
fn cited(text: &str, mut number: impl FnMut(&str) -> Option<usize>) -> Cow<'_, str> {
    if !text.contains(MARK) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        let Some(length) = closing(&rest[at..]) else { break };
        out.push_str(rest[..at].trim_end_matches(' '));
        if let Some(number) = number(rest[at + MARK.len()..at + length].trim()) {
            let _ = write!(out, "[\\[{number}\\]](#{REFERENCES})");
        }
        rest = &rest[at + length + 1..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// Where the parenthesis that opens `text` is closed; names may hold pairs of their own.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' if depth == 1 => return Some(at),
            b')' => depth -= 1,
            b'\n' => return None,
            _ => {}
        }
    }
    None
}

/// The links of a text to objects on attack.mitre.org: the address as written, and the object.
fn attack_links(markdown: &str) -> impl Iterator<Item = (&str, AttackId)> {
    const SITE: &str = "https://attack.mitre.org/";
    markdown.match_indices("](").filter_map(|(at, _)| {
        let url = markdown[at + 2..].split([')', ' ', '\n']).next()?;
        // techniques/T1218/010, groups/G0069
        let mut parts = url.strip_prefix(SITE)?.trim_end_matches('/').split('/').skip(1);
        let id = parts.next()?;
        let id = match parts.next() {
            Some(sub) => format!("{id}.{sub}").parse().ok()?,
            None => id.parse().ok()?,
        };
        Some((url, id))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_become_numbers_and_unknown_ones_vanish() {
        let mut known = Vec::new();
        let text = cited("A b.(Citation: X (y) z) C (Citation: Q) (Citation: gone) d (Citation: X (y) z), e", |name| {
            if name == "gone" {
                return None;
            }
            let at = known.iter().position(|k| k == name).unwrap_or_else(|| {
                known.push(name.to_owned());
                known.len() - 1
            });
            Some(at + 1)
        });
        assert_eq!(text, "A b.[\\[1\\]](#references) C[\\[2\\]](#references) d[\\[1\\]](#references), e");
    }

    #[test]
    fn an_open_mark_stays_as_it_is() {
        assert_eq!(cited("a (Citation: b\nc)", |_| Some(1)), "a (Citation: b\nc)");
        assert_eq!(cited("a (Citation: b", |_| Some(1)), "a (Citation: b");
    }

    #[test]
    fn links_to_objects_are_found_by_their_address() {
        let text = "[a](https://attack.mitre.org/techniques/T1218/010), [b](https://attack.mitre.org/groups/G0069/) \
                    [c](https://attack.mitre.org/matrices) [d](https://example.org/techniques/T1218)";
        let found: Vec<_> = attack_links(text).map(|(url, id)| (url, id.to_string())).collect();
        assert_eq!(
            found,
            [
                ("https://attack.mitre.org/techniques/T1218/010", "T1218.010".to_owned()),
                ("https://attack.mitre.org/groups/G0069/", "G0069".to_owned()),
            ]
        );
    }
}
