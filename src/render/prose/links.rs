//! What a destination in a text becomes on a page.

use std::collections::HashMap;

use crate::site::{Format, LinkTarget, Prose, RouteId, RouteTable};
use crate::text::SafeUrl;

/// The links of one text, as seen from one page.
pub(super) struct Links<'a> {
    known: Known<'a>,
    from: RouteId,
    routes: &'a RouteTable,
    format: Format,
}

/// Most texts have a handful of links; a map pays only for the long lists.
enum Known<'a> {
    Few(&'a [(String, LinkTarget)]),
    Many(HashMap<&'a str, &'a LinkTarget>),
}

impl<'a> Links<'a> {
    pub(super) fn new(prose: &'a Prose, from: RouteId, routes: &'a RouteTable, format: Format) -> Self {
        let known = if prose.links.len() <= 16 {
            Known::Few(&prose.links)
        } else {
            // The first entry counts, as in the short list.
            Known::Many(prose.links.iter().rev().map(|(written, target)| (written.as_str(), target)).collect())
        };
        Self { known, from, routes, format }
    }

    /// The target the site knows for `destination`.
    pub(super) fn known(&self, destination: &str) -> Option<SafeUrl> {
        let target = match &self.known {
            Known::Few(links) => links.iter().find(|(written, _)| written == destination).map(|(_, target)| target),
            Known::Many(links) => links.get(destination).copied(),
        }?;
        Some(self.routes.href(self.from, target, self.format))
    }

    /// The address to write for `destination`; `None` if it leads nowhere or must not be one.
    ///
    /// A relative address the site does not know would be broken on every page that shows it;
    /// `check` reports it where it is written.
    pub(super) fn resolve(&self, destination: &str) -> Option<SafeUrl> {
        self.known(destination).or_else(|| SafeUrl::external(destination))
    }
}
