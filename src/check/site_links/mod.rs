//! Links of the written site: every internal link, image, script, style sheet and anchor.
//!
//! This looks at what a visitor gets, not at what was meant, so it also finds mistakes of
//! templates and themes. Two steps: [`FileLinks::scan`] per file (in parallel; the bytes can be
//! dropped after it), then [`SiteLinks::resolve`] over all. Addresses outside the site are left
//! alone. Addresses are compared as a strict web server does: percent-decoded, case-sensitive;
//! and since a site may be published under `/repo/` and read from a disk, `/x` and folders
//! without a file name are broken.

mod address;
mod html;
mod markdown;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::ops::Range;

use rayon::prelude::*;

use crate::report::Code;
use crate::text::LineIndex;

use super::external::is_web;

use address::{Base, Files};

/// The links and anchors of one written file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileLinks {
    path: String,
    is_markdown: bool,
    /// All addresses and anchors of the file, unescaped, one after the other.
    arena: String,
    links: Vec<Link>,
    /// Sorted by text, for look-up.
    anchors: Vec<Piece>,
    /// `<base href>`, if the file has one.
    base: Option<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    start: u32,
    end: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Link {
    href: Piece,
    /// Where it stands in the file, in bytes.
    at: Piece,
    /// Whether an empty address is a mistake (`src`), not the page itself (`href`).
    is_source: bool,
}

impl FileLinks {
    /// Reads the links of the file `path` (relative to the site's root, with `/`). Files other
    /// than HTML and Markdown have none; they are only there to be linked.
    pub fn scan(path: &str, bytes: &[u8]) -> Self {
        let mut file = Self { path: path.to_owned(), ..Self::default() };
        match extension(path) {
            Some("html") => html::scan(bytes, 0, &mut file),
            Some("md") => {
                file.is_markdown = true;
                markdown::scan(&String::from_utf8_lossy(bytes), &mut file);
            }
            _ => {}
        }
        let arena = std::mem::take(&mut file.arena);
        file.anchors.sort_unstable_by(|a, b| a.of(&arena).cmp(b.of(&arena)));
        file.arena = arena;
        file
    }

    /// How many links there are.
    pub fn len(&self) -> usize {
        self.links.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.links.is_empty()
    }

    fn keep(&mut self, text: &str) -> Piece {
        let start = self.arena.len() as u32;
        self.arena.push_str(text);
        Piece { start, end: self.arena.len() as u32 }
    }

    fn add_link(&mut self, href: &str, at: Range<usize>, is_source: bool) {
        let href = self.keep(href);
        self.links.push(Link { href, at: Piece { start: at.start as u32, end: at.end as u32 }, is_source });
    }

    fn add_anchor(&mut self, anchor: &str) {
        let piece = self.keep(anchor);
        self.anchors.push(piece);
    }

    fn set_base(&mut self, href: &str) {
        if self.base.is_none() {
            self.base = Some(self.keep(href));
        }
    }

    fn has_anchor(&self, anchor: &str) -> bool {
        self.anchors.binary_search_by(|piece| piece.of(&self.arena).cmp(anchor)).is_ok()
    }

    /// Whether anchors in it can be known.
    fn is_page(&self) -> bool {
        extension(&self.path).is_some()
    }
}

impl Piece {
    fn of(self, arena: &str) -> &str {
        &arena[self.start as usize..self.end as usize]
    }
}

/// The extension of the files that are read: `html` or `md`.
fn extension(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit_once('.')?;
    ["html", "md"].into_iter().find(|known| extension.eq_ignore_ascii_case(known))
}

/// Why a link is broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The site has no such file.
    Missing,
    /// The site has a file whose path differs in upper and lower case only.
    OtherCase(String),
    /// The file is there, the anchor is not.
    MissingAnchor,
    /// The address names a folder, which a browser on a disk shows as a list of files.
    Folder,
    /// The address leads above the site's root.
    OutsideRoot,
    /// The address begins with `/`, which is another place once the site lies under `/repo/`.
    Absolute,
    /// An image or script without an address.
    Empty,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("there is no such file"),
            Self::OtherCase(path) => write!(f, "there is no such file, but `{path}`"),
            Self::MissingAnchor => f.write_str("the page has no such anchor"),
            Self::Folder => f.write_str("this is a folder, not a page"),
            Self::OutsideRoot => f.write_str("this leads out of the site"),
            Self::Absolute => {
                f.write_str("an address that begins with `/` fails unless the site is at the root of its host")
            }
            Self::Empty => f.write_str("the address is empty"),
        }
    }
}

/// A link of a written file that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BrokenLink {
    /// The file, relative to the site's root.
    pub file: String,
    /// The first and one past the last byte of the address in the file.
    pub bytes: (usize, usize),
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// The address, unescaped.
    pub href: String,
    /// What is wrong with it.
    pub why: Why,
}

impl BrokenLink {
    /// Its place in the catalogue of findings.
    pub fn code(&self) -> Code {
        if self.why == Why::MissingAnchor { Code::BrokenSiteAnchor } else { Code::BrokenSiteLink }
    }
}

impl fmt::Display for BrokenLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: `{}`: {}", self.file, self.line, self.column, self.href, self.why)
    }
}

/// An address outside the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutsideLink<'a> {
    /// The first file with it, relative to the site's root.
    pub file: &'a str,
    /// The first and one past the last byte, in the file, of the address or of the link around it.
    pub bytes: (usize, usize),
    /// How many other files have it.
    pub more: usize,
    /// The last of the files.
    last: &'a str,
}

/// The links of a whole site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SiteLinks {
    files: Vec<FileLinks>,
}

impl SiteLinks {
    /// A site of these files, in any order.
    pub fn new(mut files: Vec<FileLinks>) -> Self {
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Self { files }
    }

    /// How many links there are.
    pub fn len(&self) -> usize {
        self.files.iter().map(FileLinks::len).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every broken link, by file and position.
    ///
    /// `base_url` is where the site is published, if known: addresses below it are internal,
    /// and so is `/repo/…` if it ends in `/repo`. `read` gives the bytes of a file with a broken
    /// link once more, for line and column; where it has none they are 1.
    pub fn resolve(&self, base_url: Option<&str>, read: impl Fn(&str) -> Option<Vec<u8>> + Sync) -> Vec<BrokenLink> {
        let base = Base::new(base_url);
        let files = Files::new(self.files.iter().map(|file| file.path.as_str()));
        let broken = self.files.par_iter().map(|file| {
            let broken = self.broken_of(file, &files, &base);
            if broken.is_empty() { Vec::new() } else { place(file, broken, read(&file.path)) }
        });
        broken.collect::<Vec<_>>().into_iter().flatten().collect()
    }

    /// Every address outside the site that is one of the web: where it stands first, and how many
    /// files have it besides.
    pub fn external(&self, base_url: Option<&str>) -> BTreeMap<&str, OutsideLink<'_>> {
        let base = Base::new(base_url);
        let mut all: BTreeMap<&str, OutsideLink<'_>> = BTreeMap::new();
        for file in &self.files {
            for link in &file.links {
                let url = link.href.of(&file.arena);
                if !is_web(url) || !matches!(base.target(&file.path, url), Ok(None)) {
                    continue;
                }
                match all.get_mut(url) {
                    None => {
                        let bytes = (link.at.start as usize, link.at.end as usize);
                        all.insert(url, OutsideLink { file: &file.path, bytes, more: 0, last: &file.path });
                    }
                    Some(known) if known.last != file.path => {
                        known.more += 1;
                        known.last = &file.path;
                    }
                    Some(_) => {}
                }
            }
        }
        all
    }

    fn broken_of<'a>(&self, file: &'a FileLinks, files: &Files<'_>, base: &Base) -> Vec<(&'a Link, Why)> {
        let mut known: HashMap<&str, Option<Why>> = HashMap::new();
        let document =
            file.base.map_or_else(|| file.path.clone(), |href| base.document(&file.path, href.of(&file.arena)));
        let mut broken = Vec::new();
        for link in &file.links {
            let href = link.href.of(&file.arena);
            if href.is_empty() {
                broken.extend(link.is_source.then_some((link, Why::Empty)));
                continue;
            }
            // Navigation and lists repeat addresses.
            let why = known.entry(href).or_insert_with(|| self.judge(file, &document, href, files, base));
            broken.extend(why.clone().map(|why| (link, why)));
        }
        broken
    }

    fn judge(&self, file: &FileLinks, document: &str, href: &str, files: &Files<'_>, base: &Base) -> Option<Why> {
        let target = match base.target(document, href) {
            Ok(Some(target)) => target,
            Ok(None) => return None,
            Err(why) => return Some(why),
        };
        let Some(index) = files.get(&target.path) else {
            return files.explain(&target.path, file.is_markdown);
        };
        let page = &self.files[index];
        let anchor = target.fragment.filter(|_| page.is_page())?;
        let found = anchor.eq_ignore_ascii_case("top") || page.has_anchor(&anchor);
        (!found).then_some(Why::MissingAnchor)
    }
}

fn place(file: &FileLinks, broken: Vec<(&Link, Why)>, bytes: Option<Vec<u8>>) -> Vec<BrokenLink> {
    let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let index = LineIndex::new(&text);
    let mut out: Vec<BrokenLink> = broken
        .into_iter()
        .map(|(link, why)| {
            let position = index.line_col(&text, link.at.start as usize);
            BrokenLink {
                file: file.path.clone(),
                bytes: (link.at.start as usize, link.at.end as usize),
                line: position.line,
                column: position.column,
                href: link.href.of(&file.arena).to_owned(),
                why,
            }
        })
        .collect();
    out.sort_unstable();
    out
}

/// Every broken link of a site that is in memory.
pub fn check(files: &BTreeMap<String, Vec<u8>>, base_url: Option<&str>) -> Vec<BrokenLink> {
    let scans = files.par_iter().map(|(path, bytes)| FileLinks::scan(path, bytes)).collect();
    SiteLinks::new(scans).resolve(base_url, |path| files.get(path).cloned())
}
