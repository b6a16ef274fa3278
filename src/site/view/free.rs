//! Free pages: the text of an author as it stands, with its links resolved.

use crate::graph::Node;
use crate::model::FreePage;
use crate::site::{Block, LinkSource, NavItem, Page, PageKind, Prose, RouteId, Section};

use super::SiteView;
use super::parts::first_sentence;

pub(super) fn page(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let free = &view.graph.corpus().pages[index as usize];
    let mut page = view.blank(route, PageKind::Free, "Guide", free.title.clone());
    page.summary = first_sentence(free.description.as_deref().unwrap_or_default());
    page.breadcrumbs = view.crumbs(None);
    let prose = prose(view, route, free, 0);
    page.sections.push(Section {
        anchor: String::new(),
        linked: false,
        title: String::new(),
        level: 2,
        count: None,
        blocks: vec![Block::Prose(prose)],
    });
    page
}

/// The text of a free page as shown on the page `route`.
pub(super) fn prose(view: &SiteView<'_>, route: RouteId, page: &FreePage, heading_shift: u8) -> Prose {
    let mut links = Vec::new();
    for link in &page.body.links {
        if let Some(target) = view.target(LinkSource::page(page), route, &link.destination) {
            links.push((link.destination.clone(), target));
        }
    }
    Prose { source: without_title(page), links, heading_shift }
}

/// The text without a first heading that only repeats the page's title.
fn without_title(page: &FreePage) -> String {
    let source = page.body.source.trim_start();
    if let Some(rest) = source.strip_prefix("# ") {
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        if line.trim() == page.title {
            return after.to_owned();
        }
    }
    page.body.source.clone()
}

/// The free pages in the order of the navigation: by weight, then title.
pub(super) fn navigation(view: &SiteView<'_>) -> Vec<NavItem> {
    let mut pages: Vec<(i64, &str, RouteId)> = (0..)
        .zip(&view.graph.corpus().pages)
        .filter_map(|(i, page)| Some((page.weight, page.title.as_str(), view.plan.node(Node::Page(i))?)))
        .collect();
    pages.sort();
    pages.into_iter().map(|(_, title, target)| NavItem { title: title.to_owned(), target, count: None }).collect()
}
