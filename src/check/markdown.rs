//! Links, images and anchors of free pages.

use crate::model::MarkdownLink;
use crate::report::{Code, Finding, Findings};
use crate::site::{BrokenLink, RouteId, Subject};

use super::CheckInput;

pub(super) fn check(input: &CheckInput<'_>, findings: &mut Findings) {
    // Where the page itself ends up does not matter for whether its links lead somewhere.
    let from = input.plan.route(Subject::Home).unwrap_or(RouteId(0));
    for page in input.graph.corpus().pages.iter().filter(|page| !page.draft) {
        for link in &page.body.links {
            if let Err(broken) = input.links.resolve(page, from, &link.destination) {
                findings.push(finding(link, broken));
            }
        }
    }
}

fn finding(link: &MarkdownLink, broken: BrokenLink) -> Finding {
    let destination = &link.destination;
    match broken {
        BrokenLink::NoTarget(wanted) => {
            Finding::new(Code::BrokenLink, link.span, format!("`{destination}` leads nowhere: there is no `{wanted}`"))
        }
        BrokenLink::NoAnchor(title, anchor) => {
            Finding::new(Code::BrokenAnchor, link.span, format!("the page \"{title}\" has no heading `#{anchor}`"))
        }
        BrokenLink::Unsafe => Finding::new(Code::UnsafeUrl, link.span, format!("`{destination}` may not be linked to"))
            .help("links are relative, or `https:`, `http:` or `mailto:` addresses"),
    }
}
