//! What every page of a site shares, and how one page's address is written on another.

use crate::text::{EncodedPath, SafeUrl};

use super::{LinkTarget, OutPath, Page, RouteId};

/// In which of the two forms of the site a link stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `.html`
    Html,
    /// `.md`
    Markdown,
}

impl Format {
    /// The extension of its pages.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Markdown => "md",
        }
    }
}

/// Every page's path, by [`RouteId`]; fixed before anything is rendered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RouteTable(Vec<(OutPath, EncodedPath)>);

impl RouteTable {
    /// A table of paths without extension.
    pub fn new(paths: Vec<OutPath>) -> Self {
        let encoded = |path: OutPath| {
            let encoded = EncodedPath::new(path.as_str());
            (path, encoded)
        };
        Self(paths.into_iter().map(encoded).collect())
    }

    /// The path without extension.
    ///
    /// # Panics
    /// If the route is of another table.
    pub fn path(&self, route: RouteId) -> &OutPath {
        &self.0[route.0 as usize].0
    }

    /// The address from the top of the site, without extension.
    ///
    /// # Panics
    /// If the route is of another table.
    pub fn address(&self, route: RouteId) -> &str {
        self.0[route.0 as usize].1.as_str()
    }

    /// All routes.
    pub fn routes(&self) -> impl ExactSizeIterator<Item = RouteId> + use<> {
        (0..u32::try_from(self.0.len()).unwrap_or(u32::MAX)).map(RouteId)
    }

    /// The address of `target` as written on the page `from`.
    pub fn href(&self, from: RouteId, target: &LinkTarget, format: Format) -> SafeUrl {
        match target {
            LinkTarget::Url(url) => url.clone(),
            LinkTarget::Page(to) => self.page_href(from, *to, None, format),
            LinkTarget::Anchor(to, anchor) => self.page_href(from, *to, Some(anchor), format),
            LinkTarget::View(to, key, value) => {
                let page = self.page_href(from, *to, None, format);
                // Markdown shows all of a page, whatever is asked of it.
                if format == Format::Html { page.with_query(key, value) } else { page }
            }
        }
    }

    /// The address of a file of the output as written on the page `from`.
    pub fn file_href(&self, from: RouteId, file: &OutPath) -> SafeUrl {
        let up = "../".repeat(self.path(from).depth());
        SafeUrl::from_path(&format!("{up}{file}"), None)
    }

    fn page_href(&self, from: RouteId, to: RouteId, anchor: Option<&str>, format: Format) -> SafeUrl {
        let encoded = |route: RouteId| &self.0[route.0 as usize].1;
        SafeUrl::between(encoded(from), encoded(to), format.extension(), anchor)
    }
}

/// An entry of the site's navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavItem {
    /// The label.
    pub title: String,
    /// Its page.
    pub target: RouteId,
    /// How many pages it leads to, shown beside it.
    pub count: Option<usize>,
}

/// A group of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavGroup {
    /// The heading ("Detection", "Response", "ATT&CK").
    pub title: &'static str,
    /// Its entries.
    pub items: Vec<NavItem>,
}

/// What every page of a site shares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The name of the knowledge base.
    pub title: String,
    /// Where the site is published, without a final `/`, if the user said so.
    pub base_url: Option<String>,
    /// Where the file of a page can be edited, with `{path}` for its path in the project.
    pub edit_url: Option<String>,
    /// Where the changes of that file can be seen, likewise.
    pub history_url: Option<String>,
    /// The home page.
    pub home: RouteId,
    /// The credits page.
    pub credits: RouteId,
    /// The navigation.
    pub nav: Vec<NavGroup>,
    /// One line for the footer: which ATT&CK is shown.
    pub attack: String,
}

impl Frame {
    /// Where `page`'s file can be edited, if it has one and the user said where.
    pub fn edit(&self, page: &Page) -> Option<SafeUrl> {
        of_file(self.edit_url.as_deref()?, page.source.as_deref()?)
    }

    /// Where the changes of `page`'s file can be seen, likewise.
    pub fn history(&self, page: &Page) -> Option<SafeUrl> {
        of_file(self.history_url.as_deref()?, page.source.as_deref()?)
    }
}

/// The address of a file of the project by a pattern with `{path}` in it.
pub(super) fn of_file(pattern: &str, path: &str) -> Option<SafeUrl> {
    SafeUrl::external(&pattern.replace("{path}", EncodedPath::new(path).as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_relative_to_the_page() {
        let table = RouteTable::new(
            ["index", "Detection_Rules/a b", "Detection_Rules/index", "Techniques/T1218.003"]
                .map(|path| OutPath::new(path).expect(path))
                .to_vec(),
        );
        let href = |from, to: LinkTarget, format| table.href(RouteId(from), &to, format).as_str().to_owned();
        assert_eq!(href(0, LinkTarget::Page(RouteId(1)), Format::Html), "Detection_Rules/a%20b.html");
        assert_eq!(href(1, LinkTarget::Page(RouteId(0)), Format::Html), "../index.html");
        assert_eq!(href(1, LinkTarget::Page(RouteId(2)), Format::Markdown), "index.md");
        assert_eq!(
            href(1, LinkTarget::Anchor(RouteId(3), "é".to_owned()), Format::Html),
            "../Techniques/T1218.003.html#%C3%A9"
        );
    }
}
