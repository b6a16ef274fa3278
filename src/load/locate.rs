//! From the path of a YAML node to its bytes, for the findings that name one.
//!
//! The loader's library gives values without positions, so a file is parsed a second time,
//! once, and only if a finding points into it. Marks of `saphyr-parser` are line and column in
//! characters; lines end at `\n`, `\r` or both.
//!
//! Scalars are located exactly, quoted ones without their quotes; a sequence or mapping by the
//! key that holds it; a path that does not exist by its nearest ancestor that does.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use rayon::prelude::*;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle};

use crate::report::Findings;
use crate::source::{FileRole, SourceFile, SourceSet};
use crate::text::{At, FileId, Place, Span, Step};

use super::known::Known;
use super::mends::replacement;

/// Turns every [`At::Yaml`] of `findings` into an [`At::Span`], or into an [`At::File`] where
/// the file has no such document, and says of every repair what it changes.
pub fn locate(sources: &SourceSet, findings: &mut Findings) {
    locate_again(sources, findings, &Known::default());
}

/// The same, and of files that `known` has of the last time none is parsed again.
pub fn locate_again(sources: &SourceSet, findings: &mut Findings, known: &Known) {
    let mut wanted: BTreeSet<FileId> = BTreeSet::new();
    for finding in findings.iter() {
        let places = std::iter::once(&finding.at).chain(finding.also.iter().map(|note| &note.at));
        wanted.extend(places.filter_map(|at| if let At::Yaml(place) = at { Some(place.file) } else { None }));
        wanted.extend(finding.fix.as_ref().map(|fix| fix.place.file));
    }
    let tree = |id: FileId| (id, known.tree(id).unwrap_or_else(|| Arc::new(Tree::parse(&sources.file(id).text))));
    let trees: HashMap<FileId, Arc<Tree>> = wanted.into_par_iter().map(tree).collect();
    for finding in findings.iter_mut() {
        let others = finding.also.iter_mut().map(|note| &mut note.at);
        for at in std::iter::once(&mut finding.at).chain(others) {
            if let At::Yaml(place) = at
                && let Some(tree) = trees.get(&place.file)
            {
                let text = &sources.file(place.file).text;
                *at = match tree.find(place).map(|range| part(text, range, place)) {
                    Some((start, end)) => At::Span(Span::new(place.file, start, end)),
                    None => At::File(place.file),
                };
            }
        }
        let code = finding.code;
        if let Some(fix) = finding.fix.as_mut()
            && let SourceFile { role: FileRole::Content(_), text, .. } = sources.file(fix.place.file)
            && let Some(tree) = trees.get(&fix.place.file)
        {
            fix.replacement = replacement(text, fix.place.file, tree, code, fix);
        }
    }
}

/// A node of the tree; children are indices into [`Tree::nodes`].
pub(super) struct Node {
    /// Byte range of a scalar's text; of anything else, of its first character.
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) children: Children,
    /// How a scalar is written.
    pub(super) style: Option<ScalarStyle>,
    /// Whether it has an anchor, so that aliases may lead to it.
    pub(super) is_anchored: bool,
}

pub(super) enum Children {
    /// A scalar, with its text (keys are compared by it).
    Scalar(String),
    Seq(Vec<usize>),
    Map(Vec<(usize, usize)>),
    Alias(usize),
}

/// The nodes of one file, for whoever looks for many of them.
pub struct Nodes {
    tree: Tree,
    file: FileId,
}

impl Nodes {
    /// The nodes of the file `id`.
    pub fn of(sources: &SourceSet, file: FileId) -> Self {
        Self { tree: Tree::parse(&sources.file(file).text), file }
    }

    /// The text of the node at `place`, which must be of this file: of a node that has no text
    /// of its own, or is not there, that of what holds it. `None` where there is no such document.
    pub fn span(&self, place: &Place) -> Option<Span> {
        let (start, end) = self.tree.find(place)?;
        Some(Span::new(self.file, start, end))
    }
}

/// The nodes of all documents of a file.
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) documents: Vec<usize>,
    /// Anchor number to node.
    anchors: HashMap<usize, usize>,
}

/// An open sequence or mapping; of a mapping, the key that waits for its value.
struct Open {
    node: usize,
    key: Option<usize>,
}

impl Tree {
    /// Parses as much of `text` as `saphyr-parser` accepts.
    pub(super) fn parse(text: &str) -> Self {
        let lines = Lines::new(text);
        let mut tree = Self { nodes: Vec::new(), documents: Vec::new(), anchors: HashMap::new() };
        let mut open: Vec<Open> = Vec::new();
        let mut parser = Parser::new_from_str(text);
        while let Some(Ok((event, span))) = parser.next_event() {
            let (start, end) = (lines.byte(&span.start), lines.byte(&span.end));
            let mut written = None;
            let (children, anchor, start, end) = match event {
                Event::Scalar(value, style, anchor, _) => {
                    written = Some(style);
                    let (start, end) = scalar_range(text, style, start, end);
                    (Children::Scalar(value.into_owned()), anchor, start, end)
                }
                Event::SequenceStart(anchor, _) => (Children::Seq(Vec::new()), anchor, start, end),
                Event::MappingStart(anchor, _) => (Children::Map(Vec::new()), anchor, start, end),
                Event::Alias(target) => (Children::Alias(target), 0, start, end),
                Event::SequenceEnd | Event::MappingEnd => {
                    open.pop();
                    continue;
                }
                Event::StreamEnd => break,
                _ => continue,
            };
            let container = matches!(children, Children::Seq(_) | Children::Map(_));
            let id = tree.nodes.len();
            tree.nodes.push(Node { start, end, children, style: written, is_anchored: anchor != 0 });
            if anchor != 0 {
                tree.anchors.insert(anchor, id);
            }
            tree.attach(open.last_mut(), id);
            if container {
                open.push(Open { node: id, key: None });
            }
        }
        tree
    }

    fn attach(&mut self, parent: Option<&mut Open>, id: usize) {
        let Some(parent) = parent else {
            self.documents.push(id);
            return;
        };
        match &mut self.nodes[parent.node].children {
            Children::Seq(items) => items.push(id),
            Children::Map(entries) => match parent.key.take() {
                Some(key) => entries.push((key, id)),
                None => parent.key = Some(id),
            },
            Children::Scalar(_) | Children::Alias(_) => {}
        }
    }

    pub(super) fn resolve(&self, mut id: usize) -> usize {
        // An alias leads to an anchor, never to an alias; two steps are more than enough.
        for _ in 0..2 {
            match &self.nodes[id].children {
                Children::Alias(anchor) => match self.anchors.get(anchor) {
                    Some(target) => id = *target,
                    None => break,
                },
                _ => break,
            }
        }
        id
    }

    /// The key and the value of `name`: of repeated keys the first key, the last value.
    pub(super) fn entry(&self, node: usize, name: &str) -> Option<(usize, usize)> {
        let Children::Map(entries) = &self.nodes[self.resolve(node)].children else { return None };
        let is_name = |(key, _): &&(usize, usize)| matches!(&self.nodes[self.resolve(*key)].children, Children::Scalar(text) if text == name);
        let first = entries.iter().find(is_name)?;
        let last = entries.iter().rfind(is_name)?;
        Some((first.0, last.1))
    }

    fn find(&self, place: &Place) -> Option<(usize, usize)> {
        let mut node = *self.documents.get(place.document as usize)?;
        // What stands for the node where it has no text of its own.
        let mut holder = node;
        for step in place.path.steps() {
            match step {
                Step::Key(name) => match self.entry(node, name) {
                    Some((first, value)) => {
                        // The key of the value in use, where a key is repeated.
                        holder = self.key_of_value(node, value).unwrap_or(first);
                        node = value;
                    }
                    None => return Some(self.range(holder)),
                },
                Step::KeyOf(name) => {
                    return Some(self.range(self.entry(node, name).map_or(holder, |(key, _)| key)));
                }
                Step::Index(index) => {
                    let index = *index as usize;
                    match &self.nodes[self.resolve(node)].children {
                        Children::Seq(items) => match items.get(index) {
                            Some(item) => (node, holder) = (*item, *item),
                            None => return Some(self.range(holder)),
                        },
                        // A scalar where a list belongs stands for a list of one.
                        Children::Scalar(_) if index == 0 => {}
                        _ => return Some(self.range(holder)),
                    }
                }
                // Only whoever has the text can look for it there.
                Step::Part(..) => {}
            }
        }
        let has_text = match &self.nodes[node].children {
            Children::Scalar(_) => self.nodes[node].end > self.nodes[node].start,
            Children::Alias(_) => true,
            Children::Seq(_) | Children::Map(_) => false,
        };
        Some(self.range(if has_text { node } else { holder }))
    }

    fn key_of_value(&self, map: usize, value: usize) -> Option<usize> {
        let Children::Map(entries) = &self.nodes[self.resolve(map)].children else { return None };
        entries.iter().find(|(_, v)| *v == value).map(|(key, _)| *key)
    }

    /// The text of a scalar; of a sequence or mapping, that of the first scalar in it.
    fn range(&self, mut node: usize) -> (usize, usize) {
        loop {
            let first = match &self.nodes[node].children {
                Children::Seq(items) => items.first(),
                Children::Map(entries) => entries.first().map(|(key, _)| key),
                Children::Scalar(_) | Children::Alias(_) => None,
            };
            match first {
                Some(first) => node = *first,
                None => return (self.nodes[node].start, self.nodes[node].end),
            }
        }
    }
}

/// The part of a scalar's bytes that a place names, if it names one and it is there.
fn part(text: &str, (start, end): (usize, usize), place: &Place) -> (usize, usize) {
    let Some(Step::Part(wanted, nth)) = place.path.steps().last() else { return (start, end) };
    let scalar = text.get(start..end).unwrap_or_default();
    match scalar.match_indices(wanted.as_str()).nth(*nth as usize) {
        Some((at, _)) => (start + at, start + at + wanted.len()),
        None => (start, end),
    }
}

/// The bytes of a scalar's content: without quotes, without a block's header and final break.
fn scalar_range(text: &str, style: ScalarStyle, start: usize, end: usize) -> (usize, usize) {
    let Some(whole) = text.get(start..end) else { return (start, start) };
    match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            let quote = if style == ScalarStyle::SingleQuoted { b'\'' } else { b'"' };
            let opening = whole.bytes().position(|byte| byte == quote);
            // What follows the closing quote may have quotes of its own, in a comment.
            match opening.and_then(|first| Some((first, closing_quote(whole, first + 1, quote)?))) {
                Some((first, last)) if last > first + 1 => (start + first + 1, start + last),
                Some((first, last)) => (start + first, start + last + 1),
                None => (start, start + whole.trim_end().len()),
            }
        }
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let header = whole.find('\n').filter(|_| whole.starts_with(['|', '>']));
            let content = header.map_or(whole, |at| &whole[at + 1..]);
            let from = content.len() - content.trim_start().len();
            let begin = start + (whole.len() - content.len()) + from;
            (begin, (begin + content[from..].trim_end().len()).max(begin))
        }
        ScalarStyle::Plain => (start, start + whole.trim_end().len()),
    }
}

/// The quote that ends the scalar whose text begins at `from`: not one of a `''`, none after a `\`.
fn closing_quote(text: &str, from: usize, quote: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(byte) = bytes.get(at) {
        match (*byte, bytes.get(at + 1)) {
            (b'\\', _) if quote == b'"' => at += 2,
            (b'\'', Some(b'\'')) if quote == b'\'' => at += 2,
            (byte, _) if byte == quote => return Some(at),
            _ => at += 1,
        }
    }
    None
}

/// The byte offsets of line starts, lines as YAML knows them.
struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Self {
        let bytes = text.as_bytes();
        let ends = memchr::memchr2_iter(b'\n', b'\r', bytes)
            .filter(|i| bytes[*i] == b'\n' || bytes.get(i + 1) != Some(&b'\n'))
            .map(|i| i + 1);
        Self { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    fn byte(&self, mark: &Marker) -> usize {
        let Some(start) = self.starts.get(mark.line().saturating_sub(1)) else { return self.text.len() };
        let rest = &self.text[*start..];
        rest.char_indices().nth(mark.col()).map_or(self.text.len(), |(i, _)| start + i)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Kind;
    use crate::report::{Code, Finding};
    use crate::text::YamlPath;

    /// The text at `path` of document `document`.
    fn at(text: &str, document: usize, path: YamlPath) -> String {
        let file = SourceFile {
            role: FileRole::Content(Kind::Rule),
            path: "a.yml".into(),
            within: "a.yml".into(),
            text: text.into(),
        };
        let sources = SourceSet::new(vec![file], Vec::new());
        let place = Place::new(FileId(0), document, path);
        let mut findings: Findings =
            [Finding::new(Code::WrongType, place.clone(), "m").also(place, "n")].into_iter().collect();
        locate(&sources, &mut findings);
        let finding = findings.iter().next().expect("one");
        assert_eq!(finding.at, finding.also[0].at);
        match &finding.at {
            At::Span(span) => text[span.start as usize..span.end as usize].to_owned(),
            other => format!("{other:?}"),
        }
    }

    fn field(name: &'static str) -> YamlPath {
        YamlPath::field(name)
    }

    const RULE: &str = "# é comment\ntitle: Ünï  # é\nq: 'it''s é'\nd: \"x\\\"y\"\nb: |\n    line é\n    two\n\nf: >-\n  folded\nlogsource:\n    product: windows\ntags:\n  - attack.é\n  - 'b'\n  - {k: v}\nempty:\nflow: [a, 'b', ü]\nlast: z";

    #[test]
    fn scalars_are_exact() {
        assert_eq!(at(RULE, 0, field("title")), "Ünï");
        assert_eq!(at(RULE, 0, field("q")), "it''s é");
        assert_eq!(at(RULE, 0, field("d")), "x\\\"y");
        assert_eq!(at(RULE, 0, field("b")), "line é\n    two");
        assert_eq!(at(RULE, 0, field("f")), "folded");
        assert_eq!(at(RULE, 0, field("tags").index(0)), "attack.é");
        assert_eq!(at(RULE, 0, field("tags").index(1)), "b");
        assert_eq!(at(RULE, 0, field("flow").index(2)), "ü");
        assert_eq!(at(RULE, 0, field("last")), "z");
        assert_eq!(at(RULE, 0, field("title").index(0)), "Ünï");
    }

    #[test]
    fn what_has_no_text_is_shown_by_its_key() {
        assert_eq!(at(RULE, 0, field("tags")), "tags");
        assert_eq!(at(RULE, 0, field("logsource").key("product")), "windows");
        assert_eq!(at(RULE, 0, field("logsource").key_of("product")), "product");
        assert_eq!(at(RULE, 0, field("empty")), "empty");
        assert_eq!(at(RULE, 0, field("tags").index(2)), "k");
    }

    #[test]
    fn a_missing_path_falls_to_its_nearest_ancestor() {
        assert_eq!(at(RULE, 0, field("logsource").key("service")), "logsource");
        assert_eq!(at(RULE, 0, field("tags").index(9)), "tags");
        assert_eq!(at(RULE, 0, field("nothing").key("at").index(1)), "title");
        assert_eq!(at(RULE, 0, YamlPath::root()), "title");
        assert_eq!(at(RULE, 3, YamlPath::root()), "File(FileId(0))");
        assert_eq!(at("", 0, YamlPath::root()), "File(FileId(0))");
    }

    #[test]
    fn documents_line_ends_and_aliases() {
        assert_eq!(at("a: 1\n---\n---\na: 2\n", 2, field("a")), "2");
        assert_eq!(at("é: 1\r\na: 'x'\r\nb: |\r\n  t\r\n  u\r\n", 0, field("b")), "t\r\n  u");
        assert_eq!(at("é: 1\r\na: 'x'\r\n", 0, field("a")), "x");
        assert_eq!(at("a: &x\n  k: deep\nb: *x\n", 0, field("b").key("k")), "deep");
        assert_eq!(at("a: &x\n  k: deep\nb: *x\n", 0, field("b")), "*x");
        assert_eq!(at("a: 1\na: 2\n", 0, field("a")), "2");
        assert_eq!(at("a: &x 'q'\n", 0, field("a")), "q");
        assert_eq!(at("a: !!str 'q'\n", 0, field("a")), "q");
    }

    #[test]
    fn a_quoted_scalar_ends_at_its_own_quote() {
        for comment in ["", " # it's", " # 'x' is", "\n# isn't\n# it", "  # \"q\" 'r'"] {
            for (written, text) in [
                ("'q'", "q"),
                ("'it''s'", "it''s"),
                ("''''", "''"),
                (r#""a\"b""#, r#"a\"b"#),
                (r#""a\\""#, r"a\\"),
                ("\"'\"", "'"),
                ("'a\n    b'", "a\n    b"),
                ("''", "''"),
                ("\"\"", "\"\""),
            ] {
                let yaml = format!("t:\n  - {written}{comment}\n  - last{comment}\n");
                assert_eq!(at(&yaml, 0, field("t").index(0)), text, "{yaml}");
                assert_eq!(at(&yaml, 0, field("t").index(1)), "last", "{yaml}");
                let yaml = format!("k: {written}{comment}\nl: [{written}, b]{comment}\nm: {written}{comment}");
                assert_eq!(at(&yaml, 0, field("k")), text, "{yaml}");
                assert_eq!(at(&yaml, 0, field("l").index(0)), text, "{yaml}");
                assert_eq!(at(&yaml, 0, field("m")), text, "{yaml}");
            }
        }
    }
}
