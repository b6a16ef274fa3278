//! What surrounds every page, made once for each depth of folders.
//!
//! All addresses of the shell are written through the root (`../../`), so pages of one folder
//! depth share them; a page's own cost does not depend on how large the site is. Only the mark
//! on the current entry of the navigation differs, and it goes between two ready pieces.

use std::collections::HashMap;

use tera::{Context, Value};

use super::super::env::{map, markup, text};
use super::super::theme::CONTEXT;
use super::inline::push_number;
use crate::site::exports;
use crate::site::{Frame, Page, RouteId, RouteTable};
use crate::text::{Html, SafeUrl};

/// The shell of a site.
pub(super) struct Shell {
    site: Value,
    frame: Frame,
    /// The position of each page in the navigation.
    entries: HashMap<RouteId, usize>,
    depths: Vec<Depth>,
    /// For the page shown where there is none, whose own address is not known.
    lost: Depth,
}

/// The shell as written from one depth.
struct Depth {
    assets: Value,
    feed: Value,
    home: Value,
    credits: Value,
    /// The navigation, cut inside the tag of each entry's link.
    nav: Vec<Html>,
}

impl Shell {
    pub(super) fn new(frame: &Frame, routes: &RouteTable) -> Self {
        let deepest = routes.routes().map(|route| routes.path(route).depth()).max().unwrap_or(0);
        let items = frame.nav.iter().flat_map(|group| &group.items);
        let mut entries = HashMap::new();
        for (i, item) in items.enumerate() {
            entries.entry(item.target).or_insert(i);
        }
        Self {
            site: map([("title", text(&frame.title)), ("attack", text(&frame.attack))]),
            frame: frame.clone(),
            entries,
            depths: (0..=deepest).map(|depth| Depth::new(frame, routes, &"../".repeat(depth))).collect(),
            lost: Depth::new(frame, routes, &base_path(frame.base_url.as_deref())),
        }
    }

    /// The part of the template context that `page` shares with others.
    pub(super) fn context(&self, page: &Page) -> Context {
        let depth = self.depths.get(page.path.depth()).unwrap_or(&self.lost);
        let mut context = self.depth_context(depth, self.current(page));
        context.insert_value("canonical", Value::from(self.canonical(page).map(|url| text(url.as_str()))));
        context
    }

    /// The same for the page shown where there is none.
    pub(super) fn lost_context(&self) -> Context {
        let mut context = self.depth_context(&self.lost, None);
        context.insert_value("canonical", Value::none());
        context
    }

    fn depth_context(&self, depth: &Depth, current: Option<(usize, &'static str)>) -> Context {
        let mut context = Context::new();
        context.insert_value("context_version", CONTEXT.into());
        context.insert_value("site", self.site.clone());
        context.insert_value("assets", depth.assets.clone());
        context.insert_value("feed", depth.feed.clone());
        context.insert_value("home", depth.home.clone());
        context.insert_value("credits_page", depth.credits.clone());
        context.insert_value("nav", markup(&depth.nav(current)));
        context
    }

    /// The entry of the navigation that is `page`, or else the nearest page above it.
    fn current(&self, page: &Page) -> Option<(usize, &'static str)> {
        if let Some(entry) = self.entries.get(&page.route) {
            return Some((*entry, " aria-current=\"page\""));
        }
        let above = page.breadcrumbs.iter().rev().map(|(_, route)| route).filter(|route| **route != self.frame.home);
        above.into_iter().find_map(|route| self.entries.get(route)).map(|entry| (*entry, " aria-current=\"true\""))
    }

    /// Where the file of `page` can be edited, and where its changes can be seen.
    pub(super) fn file_urls(&self, page: &Page) -> (Option<SafeUrl>, Option<SafeUrl>) {
        (self.frame.edit(page), self.frame.history(page))
    }

    /// The one absolute address of `page`; a folder's index is the folder.
    fn canonical(&self, page: &Page) -> Option<SafeUrl> {
        let base = self.frame.base_url.as_deref()?;
        let file = page.path.with_extension("html");
        let path = match file.as_str().strip_suffix("index.html") {
            Some(folder) if folder.is_empty() || folder.ends_with('/') => folder,
            _ => file.as_str(),
        };
        let path = if path.is_empty() { String::new() } else { SafeUrl::from_path(path, None).as_str().to_owned() };
        SafeUrl::external(&format!("{}/{path}", base.trim_end_matches('/')))
    }
}

impl Depth {
    fn new(frame: &Frame, routes: &RouteTable, root: &str) -> Self {
        let page = |route: RouteId| {
            let path = routes.path(route).with_extension("html");
            format!("{root}{}", SafeUrl::from_path(path.as_str(), None))
        };
        Self {
            assets: text(&format!("{root}assets/")),
            // Written only where absolute addresses can be.
            feed: Value::from(frame.base_url.as_ref().map(|_| text(&format!("{root}{}", exports::feed())))),
            home: text(&page(frame.home)),
            credits: text(&page(frame.credits)),
            nav: nav_pieces(frame, page),
        }
    }

    fn nav(&self, current: Option<(usize, &'static str)>) -> Html {
        let mut out = Html::new();
        for (i, piece) in self.nav.iter().enumerate() {
            out.push(piece);
            if let Some((_, mark)) = current.filter(|(entry, _)| *entry == i) {
                out.push_static(mark);
            }
        }
        out
    }
}

fn nav_pieces(frame: &Frame, href: impl Fn(RouteId) -> String) -> Vec<Html> {
    let mut pieces = Vec::new();
    let mut piece = Html::new();
    for group in &frame.nav {
        piece.push_static("<div class=\"group\"><h2>");
        piece.push_text(group.title);
        piece.push_static("</h2><ul>");
        for item in &group.items {
            piece.push_static("<li><a");
            piece.push_attribute("href", &href(item.target));
            pieces.push(std::mem::take(&mut piece));
            piece.push_static("><span>");
            piece.push_text(&item.title);
            piece.push_static("</span>");
            if let Some(count) = item.count {
                piece.push_static(" <span class=\"count\">");
                push_number(&mut piece, count);
                piece.push_static("</span>");
            }
            piece.push_static("</a></li>");
        }
        piece.push_static("</ul></div>\n");
    }
    pieces.push(piece);
    pieces
}

/// The path of the site on its host, with slashes around it (`/kb/`).
///
/// The page for unknown addresses is sent for any of them, at any depth, so nothing on it can
/// be relative to itself.
fn base_path(base_url: Option<&str>) -> String {
    let path = base_url
        .and_then(|url| url.split_once("://"))
        .and_then(|(_, rest)| rest.split(['?', '#']).next())
        .and_then(|rest| rest.split_once('/'))
        .map_or("", |(_, path)| path.trim_matches('/'));
    if path.is_empty() { "/".to_owned() } else { format!("/{}/", SafeUrl::from_path(path, None)) }
}
