//! What an address on a page means: a file of the site, or none of our business.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::text::fold_path;

use super::Why;

/// The page servers send for addresses that do not exist.
const NOT_FOUND_PAGE: &str = "404.html";

/// Where the site is published, as far as the user said.
pub(super) struct Base {
    /// `https://host/repo/`
    url: Option<String>,
    /// `/repo/`
    path: Option<String>,
}

/// A place in the site.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// Relative to the root.
    pub(super) path: String,
    /// Without `#`, decoded; `None` also where it is empty.
    pub(super) fragment: Option<String>,
}

impl Base {
    pub(super) fn new(url: Option<&str>) -> Self {
        let url = url.map(|url| format!("{}/", url.trim_end_matches('/')));
        let path = url.as_deref().and_then(|url| {
            let (_, rest) = url.split_once("://")?;
            rest.find('/').map(|slash| rest[slash..].to_owned())
        });
        Self { url, path }
    }

    /// The path that stands for the page `file` when it says `<base href>`.
    pub(super) fn document(&self, file: &str, href: &str) -> String {
        match self.target(file, href) {
            Ok(Some(target)) => target.path,
            _ => file.to_owned(),
        }
    }

    /// The file that `href` on the page `document` names; `None` for one outside the site.
    pub(super) fn target(&self, document: &str, href: &str) -> Result<Option<Target>, Why> {
        let (address, fragment) = match href.split_once('#') {
            Some((address, fragment)) => (address, Some(fragment)),
            None => (href, None),
        };
        // `#x:~:text=…` marks text, after the anchor (Text Fragments).
        let fragment = fragment
            .map(|fragment| fragment.split(":~:").next().unwrap_or(fragment))
            .filter(|fragment| !fragment.is_empty())
            .map(|fragment| decode(fragment).into_owned());
        let address = address.split('?').next().unwrap_or(address);
        let path = if let Some(below) = self.below(address) {
            let path = join("", &decode(below))?;
            // Whole addresses are asked of a server, which has a page for a folder.
            let is_folder = path.is_empty() || path.ends_with('/');
            if is_folder && has_scheme(address) { format!("{}index.html", path.trim_start_matches('/')) } else { path }
        } else if has_scheme(address) {
            return Ok(None);
        } else if let Some(rest) = address.strip_prefix('/') {
            // Servers send this page for addresses of any depth, so it cannot be relative.
            if document != NOT_FOUND_PAGE || rest.starts_with('/') || self.url.is_some() {
                return Err(Why::Absolute);
            }
            join("", &decode(rest))?
        } else if address.is_empty() {
            document.to_owned()
        } else {
            let folder = document.rfind('/').map_or("", |slash| &document[..slash]);
            join(folder, &decode(address))?
        };
        Ok(Some(Target { path, fragment }))
    }

    /// What follows the site's own address in `address`.
    fn below<'a>(&self, address: &'a str) -> Option<&'a str> {
        let own = [&self.url, &self.path].into_iter().flatten();
        // `//host` is a path to nobody, though it begins with `/`.
        own.filter(|_| !address.starts_with("//")).find_map(|own| address.strip_prefix(own.as_str()))
    }
}

/// RFC 3986, 3.1.
fn has_scheme(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// `path` as seen from `folder`; a final `/` is kept, it names a folder.
fn join(folder: &str, path: &str) -> Result<String, Why> {
    let mut out = String::with_capacity(folder.len() + path.len() + 1);
    out.push_str(folder);
    let mut parts = path.split('/').peekable();
    while let Some(part) = parts.next() {
        let is_last = parts.peek().is_none();
        match part {
            ".." => {
                if out.is_empty() {
                    return Err(Why::OutsideRoot);
                }
                let end = out.rfind('/').unwrap_or(0);
                out.truncate(end);
            }
            "" | "." => {}
            part => {
                if !out.is_empty() {
                    out.push('/');
                }
                out.push_str(part);
            }
        }
        if is_last && matches!(part, "" | "." | "..") {
            out.push('/');
        }
    }
    Ok(out)
}

/// Percent-decoding; a `%` without two digits stays, bytes that are no UTF-8 become U+FFFD.
fn decode(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let value = digits.and_then(|digits| Some(hex(digits[0])? << 4 | hex(digits[1])?));
        out.push(value.unwrap_or(*byte));
        at += if value.is_some() { 3 } else { 1 };
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|value| value as u8)
}

/// The files of the site, for look-up.
pub(super) struct Files<'a> {
    exact: HashMap<&'a str, usize>,
    paths: Vec<&'a str>,
    folders: HashSet<&'a str>,
}

impl<'a> Files<'a> {
    /// `paths` in the order their numbers are counted in.
    pub(super) fn new(paths: impl Iterator<Item = &'a str>) -> Self {
        let paths: Vec<&str> = paths.collect();
        let exact = paths.iter().enumerate().map(|(i, path)| (*path, i)).collect();
        let mut folders = HashSet::from([""]);
        for path in &paths {
            let mut rest = *path;
            while let Some((folder, _)) = rest.rsplit_once('/') {
                if !folders.insert(folder) {
                    break;
                }
                rest = folder;
            }
        }
        Self { exact, paths, folders }
    }

    /// The number of the file `path`.
    pub(super) fn get(&self, path: &str) -> Option<usize> {
        self.exact.get(path).copied()
    }

    /// Why `path`, which is no file, is broken. From Markdown a folder is fine: GitHub lists it.
    pub(super) fn explain(&self, path: &str, is_markdown: bool) -> Option<Why> {
        if self.folders.contains(path.trim_end_matches('/')) {
            return (!is_markdown).then_some(Why::Folder);
        }
        let folded = fold_path(path);
        let near = self.paths.iter().find(|known| fold_path(known) == folded);
        Some(near.map_or(Why::Missing, |known| Why::OtherCase((*known).to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_resolved_like_a_browser_does() {
        let base = Base::new(Some("https://kb.example/repo"));
        let path = |href| base.target("a/b/page.html", href).map(|target| target.map(|target| target.path));
        for (href, expected) in [
            ("x.html", "a/b/x.html"),
            ("./x.html?v=1#y", "a/b/x.html"),
            ("../x%20y.html", "a/x y.html"),
            ("../../x.html", "x.html"),
            ("../", "a/"),
            ("..", "a/"),
            ("#y", "a/b/page.html"),
            ("/repo/x.html", "x.html"),
            ("https://kb.example/repo/x.html", "x.html"),
            ("https://kb.example/repo/", "index.html"),
            ("https://kb.example/repo/x/", "x/index.html"),
            ("/repo/x/", "x/"),
            ("%zz.html", "a/b/%zz.html"),
        ] {
            assert_eq!(path(href), Ok(Some(expected.to_owned())), "{href}");
        }
        for href in ["https://kb.example/other", "mailto:a@b.example", "HTTP://x", "data:,x"] {
            assert_eq!(path(href), Ok(None), "{href}");
        }
        assert_eq!(path("../../../x.html"), Err(Why::OutsideRoot));
        assert_eq!(path("/x.html"), Err(Why::Absolute));
        assert_eq!(path("//kb.example/x.html"), Err(Why::Absolute));
    }

    #[test]
    fn fragments_are_decoded_and_cut_before_text_directives() {
        let base = Base::new(None);
        let fragment = |href| base.target("p.html", href).ok().flatten().and_then(|target| target.fragment);
        assert_eq!(fragment("#%C3%A9"), Some("é".to_owned()));
        assert_eq!(fragment("#a:~:text=b"), Some("a".to_owned()));
        assert_eq!(fragment("#"), None);
    }
}
