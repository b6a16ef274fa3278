//! What every page of a site shares, and how one page's address is written on another.

use crate::text::SafeUrl;

use super::{LinkTarget, OutPath, RouteId};

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
pub struct RouteTable(Vec<OutPath>);

impl RouteTable {
    /// A table of paths without extension.
    pub fn new(paths: Vec<OutPath>) -> Self {
        Self(paths)
    }

    /// The path without extension.
    ///
    /// # Panics
    /// If the route is of another table.
    pub fn path(&self, route: RouteId) -> &OutPath {
        &self.0[route.0 as usize]
    }

    /// All routes.
    pub fn routes(&self) -> impl ExactSizeIterator<Item = RouteId> + use<> {
        (0..u32::try_from(self.0.len()).unwrap_or(u32::MAX)).map(RouteId)
    }

    /// The address of `target` as written on the page `from`.
    pub fn href(&self, from: RouteId, target: &LinkTarget, format: Format) -> SafeUrl {
        match target {
            LinkTarget::Url(url) => url.clone(),
            LinkTarget::Page(to) => self.relative(from, *to, None, format),
            LinkTarget::Anchor(to, anchor) => self.relative(from, *to, Some(anchor), format),
        }
    }

    /// The address of a file of the output as written on the page `from`.
    pub fn file_href(&self, from: RouteId, file: &OutPath) -> SafeUrl {
        SafeUrl::from_path(&relative(self.path(from).as_str(), file.as_str()), None)
    }

    fn relative(&self, from: RouteId, to: RouteId, anchor: Option<&str>, format: Format) -> SafeUrl {
        let to = self.path(to).with_extension(format.extension());
        SafeUrl::from_path(&relative(self.path(from).as_str(), to.as_str()), anchor)
    }
}

/// `to` as seen from the folder of `from`; both relative to one root.
fn relative(from: &str, to: &str) -> String {
    let folders = |path: &str| path.rfind('/').map_or(0, |at| at + 1);
    let limit = folders(from).min(folders(to));
    let same = from.bytes().zip(to.bytes()).take(limit).take_while(|(a, b)| a == b).count();
    // Only whole folders count: the cut is after the last slash of what is the same.
    let shared = from.as_bytes()[..same].iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    let up = from.as_bytes()[shared..].iter().filter(|byte| **byte == b'/').count();
    let mut out = String::with_capacity(3 * up + to.len() - shared);
    out.extend(std::iter::repeat_n("../", up));
    out.push_str(&to[shared..]);
    out
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
    /// The home page.
    pub home: RouteId,
    /// The credits page.
    pub credits: RouteId,
    /// The navigation.
    pub nav: Vec<NavGroup>,
    /// One line for the footer: which ATT&CK is shown.
    pub attack: String,
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

    #[test]
    fn folders_that_only_begin_alike_are_not_shared() {
        for (from, to, expected) in [
            ("a/b/c", "a/b/d", "d"),
            ("a/b/c", "a/bb/d", "../bb/d"),
            ("a/b/c", "a/b", "../b"),
            ("a/b", "a/b/c", "b/c"),
            ("é/x", "è/y", "../è/y"),
            ("x", "y", "y"),
            ("x/y/z", "q", "../../q"),
        ] {
            assert_eq!(relative(from, to), expected, "{from} to {to}");
        }
    }
}
