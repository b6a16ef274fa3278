//! Where the relative links of authors' Markdown lead.

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag};

use crate::graph::{Graph, Node};
use crate::model::{AtomicTest, FreePage, Heading, Origin};
use crate::text::{SafeUrl, YamlPath};

use super::plan_input::is_home;
use super::{LinkTarget, OutPath, RouteId, SitePlan, Subject};

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

/// A Markdown text whose links are to be resolved.
#[derive(Debug, Clone, Copy)]
pub struct LinkSource<'a> {
    /// The file it stands in.
    pub origin: &'a Origin,
    /// What its page is called.
    pub title: &'a str,
    /// Its headings, where the text is a page of its own; `None` for the text of a field, whose
    /// page has more anchors than the text itself shows.
    pub headings: Option<&'a [Heading]>,
}

impl<'a> LinkSource<'a> {
    /// A free page.
    pub fn page(page: &'a FreePage) -> Self {
        Self { origin: &page.origin, title: &page.title, headings: Some(&page.body.headings) }
    }

    /// A field of an entity.
    pub fn field(origin: &'a Origin) -> Self {
        Self { origin, title: &origin.stem, headings: None }
    }
}

/// Content files, copied files and pages by their path, for resolving links between them.
pub struct LinkIndex<'a> {
    graph: &'a Graph,
    plan: &'a SitePlan,
    /// Entities by the path of their file; the first of several in one file.
    nodes: HashMap<&'a str, Node>,
    /// Copied files by their path: their path in the output.
    assets: HashMap<&'a str, OutPath>,
    /// Pages by their path in the output, without extension.
    pages: HashMap<&'a str, RouteId>,
}

impl<'a> LinkIndex<'a> {
    /// Indexes the content; `assets` are (path, path in the output).
    pub fn new(graph: &'a Graph, plan: &'a SitePlan, assets: impl Iterator<Item = (&'a str, OutPath)>) -> Self {
        let mut nodes = HashMap::new();
        for (node, origin) in graph.origins() {
            nodes.entry(origin.path.as_str()).or_insert(node);
        }
        let pages = plan.routes().routes().map(|route| (plan.routes().path(route).as_str(), route)).collect();
        Self { graph, plan, nodes, assets: assets.collect(), pages }
    }

    /// Where `destination`, written in `source`, leads on the page `from` of the site.
    ///
    /// Relative destinations name files of the content as seen from the file they stand in, or
    /// (as ATC's texts do) pages of the site as seen from the page.
    ///
    /// # Errors
    /// Why it leads nowhere.
    pub fn resolve(&self, source: LinkSource<'_>, from: RouteId, destination: &str) -> Result<LinkTarget, BrokenLink> {
        let destination = destination.trim();
        if let Some(url) = SafeUrl::external(destination) {
            return Ok(LinkTarget::Url(url));
        }
        let (path, anchor) = match destination.split_once('#') {
            Some((path, anchor)) => (path, Some(decode(anchor)).filter(|anchor| !anchor.is_empty())),
            None => (destination, None),
        };
        if path.is_empty() {
            return anchored(from, anchor.unwrap_or_default(), source.title, source.headings);
        }
        let path = decode(path);
        if path.starts_with('/') || path.contains([':', '\\']) || path.chars().any(char::is_control) {
            return Err(BrokenLink::Unsafe);
        }
        let wanted = join(&source.origin.path, &path);
        if let Some(asset) = self.assets.get(wanted.as_str()) {
            return Ok(LinkTarget::Url(self.plan.routes().file_href(from, asset)));
        }
        let (route, page) = match self.nodes.get(wanted.as_str()).copied() {
            Some(node) => (self.route(node), self.free_page(node)),
            None => (self.by_page_path(from, &path), None),
        };
        match (route, anchor) {
            (None, _) => Err(BrokenLink::NoTarget(wanted)),
            (Some(route), None) => Ok(LinkTarget::Page(route)),
            (Some(route), Some(anchor)) => {
                let title = page.map_or("", |page| page.title.as_str());
                anchored(route, anchor, title, page.map(|page| page.body.headings.as_slice()))
            }
        }
    }

    /// The page at a path relative to another page.
    fn by_page_path(&self, from: RouteId, path: &str) -> Option<RouteId> {
        let bare = path.strip_suffix(".md").or_else(|| path.strip_suffix(".html"))?;
        self.pages.get(join(self.plan.routes().path(from).as_str(), bare).as_str()).copied()
    }

    fn free_page(&self, node: Node) -> Option<&'a FreePage> {
        match node {
            Node::Page(i) => self.graph.corpus().pages.get(i as usize),
            _ => None,
        }
    }

    /// The page of a node; the home page for the page that is its text.
    fn route(&self, node: Node) -> Option<RouteId> {
        if self.free_page(node).is_some_and(|page| is_home(&page.origin.within)) {
            return self.plan.route(Subject::Home);
        }
        self.plan.node(node)
    }
}

/// A heading of a page; where the headings are not known, the written site is what is checked.
fn anchored(
    route: RouteId,
    anchor: String,
    title: &str,
    headings: Option<&[Heading]>,
) -> Result<LinkTarget, BrokenLink> {
    if headings.is_none_or(|headings| headings.iter().any(|heading| heading.anchor == anchor)) {
        Ok(LinkTarget::Anchor(route, anchor))
    } else {
        Err(BrokenLink::NoAnchor(title.to_owned(), anchor))
    }
}

/// The destinations of all links and images of a Markdown text, each with how often the same
/// text stands before it.
pub fn destinations(markdown: &str) -> Vec<(String, usize)> {
    // Most texts have none, and parsing is dear.
    if !markdown.contains("](") && !markdown.contains("]:") {
        return Vec::new();
    }
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let destination = |(event, range): (Event<'_>, Range<usize>)| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            // Behind the text of the link, which may say the same; of one by reference, in its definition.
            let own = markdown.get(range.clone()).and_then(|link| Some(range.start + link.rfind(&*dest_url)?));
            let before = own.map_or(0, |at| markdown[..at].matches(&*dest_url).count());
            Some((dest_url.into_string(), before))
        }
        _ => None,
    };
    Parser::new_ext(markdown, options).into_offset_iter().filter_map(destination).collect()
}

/// The fields of an entity that hold Markdown, by place and text.
pub fn markdown_fields(graph: &Graph, node: Node) -> Vec<(YamlPath, &str)> {
    let corpus = graph.corpus();
    let i = node.index();
    let (name, text) = match node {
        Node::LoggingPolicy(_) => ("configuration", corpus.logging_policies[i].configuration.as_deref()),
        Node::Enrichment(_) => ("config", corpus.enrichments[i].config.as_deref()),
        Node::ResponseAction(_) => ("workflow", corpus.response_actions[i].workflow.as_deref()),
        Node::ResponsePlaybook(_) => ("workflow", corpus.response_playbooks[i].workflow.as_deref()),
        Node::MitigationSystem(_) => ("description", corpus.mitigation_systems[i].description.as_deref()),
        Node::MitigationPolicy(_) => ("configuration", corpus.mitigation_policies[i].configuration.as_deref()),
        Node::HardeningPolicy(_) => ("configuration", corpus.hardening_policies[i].configuration.as_deref()),
        Node::Trigger(_) => return corpus.triggers[i].tests.iter().enumerate().flat_map(test_fields).collect(),
        _ => return Vec::new(),
    };
    text.map(|text| (YamlPath::field(name), text)).into_iter().collect()
}

fn test_fields((i, test): (usize, &AtomicTest)) -> impl Iterator<Item = (YamlPath, &str)> {
    let path = YamlPath::field("atomic_tests").index(i);
    let steps = test.executor.steps.as_deref().map(|text| (path.clone().key("executor").key("steps"), text));
    std::iter::once((path.key("description"), test.description.as_str())).chain(steps)
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
