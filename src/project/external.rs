//! The external links of a project, at their bytes.

use crate::check::external::{self, ExternalLink};
use crate::load::Nodes;
use crate::text::{At, FileId, Span};

use super::Project;

impl Project {
    /// Every external link of the content with the bytes its address has in its file, sorted.
    pub fn external_links(&self) -> Vec<(Span, String)> {
        // Links come file by file.
        let mut open: Option<(FileId, Nodes)> = None;
        let mut links: Vec<(Span, String)> = Vec::new();
        for ExternalLink { at, url } in external::links(&self.graph) {
            let file = at.file();
            let text = self.sources.file(file).text.as_str();
            let within = match &at {
                At::Span(span) => Some(*span),
                At::Yaml(place) => {
                    let nodes = match open.take() {
                        Some(same) if same.0 == file => open.insert(same),
                        _ => open.insert((file, Nodes::of(&self.sources, file))),
                    };
                    nodes.1.span(place)
                }
                At::File(_) => None,
            };
            let all = Span::new(file, 0, text.len());
            let mut spans = within.map(|within| occurrences(text, within, &url)).unwrap_or_default();
            if spans.is_empty() {
                // Links of Markdown may have their addresses further down.
                spans = occurrences(text, all, &url);
            }
            if spans.is_empty() {
                // Written with escapes.
                spans.push(within.unwrap_or(Span::new(file, 0, 0)));
            }
            links.extend(spans.into_iter().map(|span| (span, url.clone())));
        }
        links.sort();
        links.dedup();
        links
    }
}

/// Where `url` stands whole in a part of a text.
fn occurrences(text: &str, within: Span, url: &str) -> Vec<Span> {
    let start = within.start as usize;
    let Some(part) = text.get(start..within.end as usize) else { return Vec::new() };
    let goes_on = |rest: &str| {
        let next = rest.trim_start_matches(['.', ',', ';', ':', '!', '?']).chars().next();
        next.is_some_and(|c| c.is_alphanumeric() || matches!(c, '/' | '#' | '=' | '&' | '%' | '-' | '_' | '~' | '+'))
    };
    let whole = |(at, found): &(usize, &str)| !goes_on(&part[at + found.len()..]);
    let span = |(at, found): (usize, &str)| Span::new(within.file, start + at, start + at + found.len());
    part.match_indices(url).filter(whole).map(span).collect()
}
