//! Where the relative links of a free page lead.

use std::collections::HashMap;

use crate::graph::{Graph, Node};
use crate::model::{FreePage, Kind, Origin};
use crate::text::SafeUrl;

use super::plan::is_home;
use super::{LinkTarget, OutPath, SitePlan, Subject};

/// Why a link leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BrokenLink {
    /// No file, page or copied file lies there: the path that was looked for.
    NoTarget(String),
    /// The page is there, but has no such heading: the page's title and the anchor.
    NoAnchor(String, String),
    /// An address with a scheme that may not be linked.
    Unsafe,
}

/// Content files and copied files by their path, for resolving links between them.
pub struct LinkIndex<'a> {
    graph: &'a Graph,
    plan: &'a SitePlan,
    /// Entities by the path of their file; the first of several in one file.
    nodes: HashMap<&'a str, Node>,
    /// Copied files by their path: their path in the output.
    assets: HashMap<&'a str, OutPath>,
}

impl<'a> LinkIndex<'a> {
    /// Indexes the content; `assets` are (path, path in the output).
    pub fn new(graph: &'a Graph, plan: &'a SitePlan, assets: impl Iterator<Item = (&'a str, OutPath)>) -> Self {
        let corpus = graph.corpus();
        let mut nodes = HashMap::new();
        let mut add = |kind: Kind, i: usize, origin: &'a Origin| {
            let index = u32::try_from(i).unwrap_or(u32::MAX);
            nodes.entry(origin.path.as_str()).or_insert(Node::of(kind, index));
        };
        corpus.rules.iter().enumerate().for_each(|(i, x)| add(Kind::Rule, i, &x.origin));
        corpus.data_needed.iter().enumerate().for_each(|(i, x)| add(Kind::DataNeeded, i, &x.origin));
        corpus.logging_policies.iter().enumerate().for_each(|(i, x)| add(Kind::LoggingPolicy, i, &x.origin));
        corpus.enrichments.iter().enumerate().for_each(|(i, x)| add(Kind::Enrichment, i, &x.origin));
        corpus.triggers.iter().enumerate().for_each(|(i, x)| add(Kind::Trigger, i, &x.origin));
        corpus.response_actions.iter().enumerate().for_each(|(i, x)| add(Kind::ResponseAction, i, &x.origin));
        corpus.response_playbooks.iter().enumerate().for_each(|(i, x)| add(Kind::ResponsePlaybook, i, &x.origin));
        corpus.pages.iter().enumerate().for_each(|(i, x)| add(Kind::Page, i, &x.origin));
        Self { graph, plan, nodes, assets: assets.collect() }
    }

    /// Where `destination`, written on `page`, leads on the page `from` of the site.
    ///
    /// Relative destinations name files of the content; `from` differs from the page's own route
    /// for the text of the home page.
    pub fn resolve(&self, page: &FreePage, from: super::RouteId, destination: &str) -> Result<LinkTarget, BrokenLink> {
        let destination = destination.trim();
        if let Some(url) = SafeUrl::external(destination) {
            return Ok(LinkTarget::Url(url));
        }
        let (path, anchor) = match destination.split_once('#') {
            Some((path, anchor)) => (path, Some(anchor)),
            None => (destination, None),
        };
        if path.is_empty() {
            return self.anchor(Subject::Node(self.node_of(page)), Some(from), page, anchor.unwrap_or_default());
        }
        if SafeUrl::relative(path).is_none() && !path.contains(' ') {
            return Err(BrokenLink::Unsafe);
        }
        let wanted = join(&page.origin.path, &decode(path));
        if let Some(asset) = self.assets.get(wanted.as_str()) {
            return Ok(LinkTarget::Url(self.plan.routes().file_href(from, asset)));
        }
        let Some(node) = self.nodes.get(wanted.as_str()).copied() else { return Err(BrokenLink::NoTarget(wanted)) };
        match (node, anchor) {
            (Node::Page(i), anchor) => {
                let target = &self.graph.corpus().pages[i as usize];
                match anchor.filter(|a| !a.is_empty()) {
                    Some(anchor) => self.anchor(Subject::Node(node), self.route(node), target, anchor),
                    None => self.route(node).map(LinkTarget::Page).ok_or(BrokenLink::NoTarget(wanted)),
                }
            }
            (node, _) => self.route(node).map(LinkTarget::Page).ok_or(BrokenLink::NoTarget(wanted)),
        }
    }

    fn anchor(
        &self,
        subject: Subject,
        route: Option<super::RouteId>,
        page: &FreePage,
        anchor: &str,
    ) -> Result<LinkTarget, BrokenLink> {
        let anchor = decode(anchor);
        let known = page.body.headings.iter().any(|heading| heading.anchor == anchor);
        match route.or_else(|| self.plan.route(subject)) {
            Some(route) if known => Ok(LinkTarget::Anchor(route, anchor)),
            _ => Err(BrokenLink::NoAnchor(page.title.clone(), anchor)),
        }
    }

    fn node_of(&self, page: &FreePage) -> Node {
        self.nodes.get(page.origin.path.as_str()).copied().unwrap_or(Node::Page(u32::MAX))
    }

    /// The page of a node; the home page for the page that is its text.
    fn route(&self, node: Node) -> Option<super::RouteId> {
        if let Node::Page(i) = node
            && is_home(&self.graph.corpus().pages[i as usize].origin.within)
        {
            return self.plan.route(Subject::Home);
        }
        self.plan.node(node)
    }
}

/// `relative` as seen from the folder of `file`, without `.` and `..`.
fn join(file: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Percent-decoding (RFC 3986); what is not well-formed stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let hex = |b: u8| char::from(b).to_digit(16);
        if *first == b'%'
            && let [high, low, after @ ..] = tail
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            bytes.push((high * 16 + low) as u8);
            rest = after;
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_from_the_folder_of_the_file() {
        assert_eq!(join("content/pages/a.md", "../rules/x.yml"), "content/rules/x.yml");
        assert_eq!(join("a.md", "../../x.md"), "../../x.md");
        assert_eq!(join("a/b.md", "./c/./d.md"), "a/c/d.md");
    }

    #[test]
    fn escapes_are_read_leniently() {
        assert_eq!(decode("a%20b%C3%A9%zz%4"), "a bé%zz%4");
    }
}
