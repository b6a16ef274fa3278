//! Where the files of each entity are that are for other programs.
//!
//! A client that has an id can say the address: the file of a rule has its UUID as its name, that of
//! a technique `T1059.001`. What has no id, or one that another of its kind has too, has the name of
//! its page.

use std::collections::{HashMap, HashSet};

use crate::graph::Node;
use crate::text::{EncodedPath, fold_path};

use super::OutPath;
use super::exports::API;
use super::plan_input::Named;

/// The files, by what they are about.
#[derive(Debug, Default)]
pub(super) struct EntityFiles(HashMap<Node, File>);

#[derive(Debug)]
struct File {
    folder: &'static str,
    /// Without extension.
    name: String,
    /// The address of the JSON, from the top of the site.
    address: EncodedPath,
}

impl File {
    fn new(folder: &'static str, name: String) -> Self {
        let address = EncodedPath::new(&format!("{API}/{folder}/{name}.json"));
        Self { folder, name, address }
    }
}

impl EntityFiles {
    /// Names the files of all entities, whose pages are given.
    pub(super) fn new<'a>(pages: impl Iterator<Item = (&'a Named, &'a OutPath)>) -> Self {
        let page = |path: &'a OutPath| path.as_str().rsplit('/').next().unwrap_or_default();
        let pages: Vec<(&Named, &'static str, &str)> =
            pages.filter_map(|(entity, path)| Some((entity, entity.key?, page(path)))).collect();
        let mut taken: HashSet<(&'static str, String)> = HashSet::with_capacity(pages.len());
        let mut names = HashMap::with_capacity(pages.len());
        let mut take = |folder, name: &str| taken.insert((folder, fold_path(name)));
        // Ids before the names of pages, whatever their order: an address by an id must not depend on
        // how a file is called.
        for (entity, folder, _) in &pages {
            if let Some(id) = entity.id.as_deref().filter(|id| fits(id) && take(*folder, id)) {
                names.insert(entity.node, File::new(folder, id.to_owned()));
            }
        }
        for (entity, folder, page) in &pages {
            if names.contains_key(&entity.node) {
                continue;
            }
            let numbered = (2..).map(|n: u32| format!("{page}_{n}"));
            let name = std::iter::once((*page).to_owned()).chain(numbered).find(|name| take(*folder, name));
            names.extend(name.map(|name| (entity.node, File::new(folder, name))));
        }
        Self(names)
    }

    pub(super) fn name(&self, node: Node) -> Option<&str> {
        self.0.get(&node).map(|file| file.name.as_str())
    }

    pub(super) fn key(&self, node: Node) -> Option<&'static str> {
        self.0.get(&node).map(|file| file.folder)
    }

    pub(super) fn address(&self, node: Node) -> Option<&str> {
        self.0.get(&node).map(|file| file.address.as_str())
    }

    pub(super) fn json(&self, node: Node) -> Option<OutPath> {
        let File { folder, name, .. } = self.0.get(&node)?;
        OutPath::new(&format!("{API}/{folder}/{name}.json")).ok()
    }

    pub(super) fn case_template(&self, node: Node) -> Option<OutPath> {
        let name = matches!(node, Node::ResponsePlaybook(_)).then(|| self.name(node))??;
        OutPath::new(&format!("exports/thehive/{name}.json")).ok()
    }
}

/// Whether an id can be in an address as it is.
fn fits(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    id.len() <= 64 && !id.starts_with('.') && id.chars().all(plain) && OutPath::new(id).is_ok()
}
