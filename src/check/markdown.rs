//! Links, images and anchors of free pages and of the Markdown in other entities.

use crate::report::{Code, Finding, Findings};
use crate::site::{BrokenLink, LinkSource, RouteId, Subject, destinations, markdown_fields};
use crate::text::At;

use super::CheckInput;

pub(super) fn check(input: &CheckInput<'_>, findings: &mut Findings) {
    // Where the text of the home page's own links start from; any page would do.
    let home = input.plan.route(Subject::Home).unwrap_or(RouteId(0));
    for page in input.graph.corpus().pages.iter().filter(|page| !page.draft) {
        for link in &page.body.links {
            if let Err(broken) = input.links.resolve(LinkSource::page(page), home, &link.destination) {
                findings.extend(finding(&link.destination, link.destination_span.into(), broken));
            }
        }
    }
    for (node, origin) in input.graph.origins() {
        let from = input.plan.node(node).unwrap_or(home);
        for (field, text) in markdown_fields(input.graph, node) {
            for (destination, before) in destinations(text) {
                if let Err(broken) = input.links.resolve(LinkSource::field(origin), from, &destination) {
                    let at = origin.place(field.clone().part(destination.clone(), before));
                    findings.extend(finding(&destination, at.into(), broken));
                }
            }
        }
    }
}

/// Schemes of the pages of browsers themselves. No browser follows a link to one from elsewhere, so
/// that it is shown as text takes nothing from a reader, and nothing is to be mended.
const OF_BROWSERS: [&str; 6] = ["about", "brave", "chrome", "edge", "opera", "vivaldi"];

fn finding(destination: &str, at: At, broken: BrokenLink) -> Option<Finding> {
    let scheme = destination.trim().split(':').next().unwrap_or_default();
    if broken == BrokenLink::Unsafe && OF_BROWSERS.iter().any(|own| scheme.eq_ignore_ascii_case(own)) {
        return None;
    }
    Some(match broken {
        BrokenLink::NoTarget(wanted) => {
            Finding::new(Code::BrokenLink, at, format!("`{destination}` leads nowhere: there is no `{wanted}`"))
        }
        BrokenLink::NoAnchor(title, anchor) => {
            Finding::new(Code::BrokenAnchor, at, format!("the page \"{title}\" has no heading `#{anchor}`"))
        }
        BrokenLink::Unsafe => Finding::new(Code::UnsafeUrl, at, format!("`{destination}` may not be linked to"))
            .help("links are relative, or `https:`, `http:` or `mailto:` addresses"),
    })
}
