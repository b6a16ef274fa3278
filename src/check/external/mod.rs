//! Links that leave the knowledge base: which there are, and what an answer says of one.
//!
//! Nothing here opens a connection. An [`Inquiry`] says what to ask next and takes the reply, until
//! it has a [`Verdict`]; `http` is what asks. Answers of earlier runs are kept in [`Answers`].

mod address;
mod answers;
mod date;
mod inquiry;

pub use address::{Address, NotAsked};
pub use answers::Answers;
pub use date::{day, seconds_between};
pub use inquiry::{Ask, Failure, Inquiry, Method, Next, Reply, Verdict};

use crate::graph::{Graph, Node};
use crate::report::{Code, Finding};
use crate::site::{destinations, markdown_fields};
use crate::text::{At, SafeUrl, Span};

/// A link of the content to somewhere else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExternalLink {
    /// Where it stands, or what it stands in.
    pub at: At,
    /// The address, as written.
    pub url: String,
}

/// Whether findings of this code depend on what servers answer, not on the files alone.
pub const fn is_external(code: Code) -> bool {
    matches!(code, Code::DeadAddress | Code::UnreachableAddress | Code::UncheckedAddress | Code::MovedAddress)
}

/// The external links of the content: references, and links in Markdown. Commands, values of
/// detections and samples hold addresses, too, which nobody is asked to follow.
pub fn links(graph: &Graph) -> Vec<ExternalLink> {
    let mut links = Vec::new();
    let mut add = |url: &str, at: At| {
        if is_web(url) {
            links.push(ExternalLink { at, url: url.trim().to_owned() });
        }
    };
    for page in graph.corpus().pages.iter().filter(|page| !page.draft) {
        for link in &page.body.links {
            add(&link.destination, link.destination_span.into());
        }
    }
    for (node, origin) in graph.origins() {
        for (field, text) in markdown_fields(graph, node) {
            for (destination, before) in destinations(text) {
                add(&destination, origin.place(field.clone().part(destination.as_str(), before)).into());
            }
        }
        for (i, reference) in references(graph, node).iter().enumerate() {
            add(reference, origin.item("references", i).into());
        }
    }
    links
}

/// The references of an entity.
fn references(graph: &Graph, node: Node) -> &[String] {
    let (corpus, i) = (graph.corpus(), node.index());
    match node {
        Node::Rule(_) => &corpus.rules[i].references,
        Node::DataNeeded(_) => &corpus.data_needed[i].references,
        Node::LoggingPolicy(_) => &corpus.logging_policies[i].references,
        Node::Enrichment(_) => &corpus.enrichments[i].references,
        Node::ResponseAction(_) => &corpus.response_actions[i].references,
        Node::ResponseStage(_) => &corpus.response_stages[i].references,
        Node::MitigationSystem(_) => &corpus.mitigation_systems[i].references,
        Node::MitigationPolicy(_) => &corpus.mitigation_policies[i].references,
        Node::HardeningPolicy(_) => &corpus.hardening_policies[i].references,
        Node::UseCase(_) => &corpus.use_cases[i].references,
        Node::Customer(_) => &corpus.customers[i].references,
        _ => &[],
    }
}

/// Whether `url` is an absolute `http` or `https` address.
pub fn is_web(url: &str) -> bool {
    SafeUrl::external(url).is_some_and(|url| !url.as_str().to_ascii_lowercase().starts_with("mailto:"))
}

/// Whether `url` fits a pattern in which `*` stands for anything, also for nothing.
pub fn fits(pattern: &str, url: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = url.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// An address without its fragment, which no server is told.
pub fn bare(url: &str) -> &str {
    url.split('#').next().unwrap_or_default()
}

/// What is to be said of a link at `at` whose address, bare, got this verdict; `more` places have
/// it, too.
pub fn finding(url: &str, verdict: &Verdict, at: Span, more: usize) -> Option<Finding> {
    let (code, said, help) = match verdict {
        Verdict::Fine => return None,
        Verdict::Moved { to } => {
            // A fragment goes with the redirect, unless it brings its own (RFC 9110, 10.2.2).
            let fragment = if to.contains('#') { "" } else { &url[bare(url).len()..] };
            (Code::MovedAddress, format!("`{url}` has moved to `{to}{fragment}`"), "name the new address")
        }
        Verdict::Dead { why } => (
            Code::DeadAddress,
            format!("`{url}` is dead: {why}"),
            "name where it is now or an archived copy, or leave the address out with `external_skip` under `[check]`",
        ),
        Verdict::Unreachable { why } => (
            Code::UnreachableAddress,
            format!("`{url}` cannot be reached: {why}"),
            "try again later; `external_skip` under `[check]` leaves an address out",
        ),
        Verdict::Unchecked { why } => (
            Code::UncheckedAddress,
            format!("`{url}` could not be checked: {why}"),
            "look at it in a browser; `external_skip` under `[check]` leaves an address out",
        ),
    };
    let said = match more {
        0 => said,
        1 => format!("{said} (and 1 more place)"),
        more => format!("{said} (and {more} more places)"),
    };
    Some(Finding::new(code, at, said).help(help))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, url) in [
            ("https://a.example/*", "https://a.example/"),
            ("https://a.example/*", "https://a.example/x/y?z"),
            ("*://*.corp.example/*", "https://wiki.corp.example/x"),
            ("*", ""),
            ("https://a.example/x", "https://a.example/x"),
            ("*a*b", "xaxab"),
        ] {
            assert!(fits(pattern, url), "{pattern} {url}");
        }
        for (pattern, url) in [
            ("https://a.example/*", "https://a.example"),
            ("https://a.example/x", "https://a.example/x/y"),
            ("*.corp.example/*", "https://corp.example/"),
            ("a*a", "a"),
            ("", "x"),
        ] {
            assert!(!fits(pattern, url), "{pattern} {url}");
        }
    }
}
