//! Where the files of each entity are that are for other programs.
//!
//! A client that has an id can say the address: the file of a rule has its UUID as its name, that of
//! a technique `T1059.001`. What has no id, or one that another of its kind has too, has the name of
//! its page.

use std::collections::{HashMap, HashSet};

use crate::graph::Node;
use crate::model::{AttackKind, Corpus};
use crate::text::{EncodedPath, fold_path};

use super::OutPath;
use super::exports::API;

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
    /// Names the files of all nodes that have a page.
    pub(super) fn new<'a>(corpus: &Corpus, pages: impl Iterator<Item = (Node, &'a OutPath)>) -> Self {
        let pages: Vec<(Node, &'static str, &str)> = pages
            .filter_map(|(node, path)| {
                Some((node, folder(corpus, node)?, path.as_str().rsplit('/').next().unwrap_or_default()))
            })
            .collect();
        let mut taken: HashSet<(&'static str, String)> = HashSet::with_capacity(pages.len());
        let mut names = HashMap::with_capacity(pages.len());
        let mut take = |folder, name: &str| taken.insert((folder, fold_path(name)));
        // Ids before the names of pages, whatever their order: an address by an id must not depend on
        // how a file is called.
        for (node, folder, _) in &pages {
            if let Some(id) = id(corpus, *node).filter(|id| take(*folder, id)) {
                names.insert(*node, File::new(folder, id));
            }
        }
        for (node, folder, page) in &pages {
            if names.contains_key(node) {
                continue;
            }
            let numbered = (2..).map(|n: u32| format!("{page}_{n}"));
            let name = std::iter::once((*page).to_owned()).chain(numbered).find(|name| take(*folder, name));
            names.extend(name.map(|name| (*node, File::new(folder, name))));
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

/// The folder of a node's kind; `None` where it has no files of its own.
fn folder(corpus: &Corpus, node: Node) -> Option<&'static str> {
    match node.kind() {
        Some(kind) => kind.is_listed().then(|| kind.key()),
        None => attack_key(corpus.attack.objects.get(node.index())?.id.kind()),
    }
}

/// The folder of a kind of ATT&CK object that has pages.
pub(super) fn attack_key(kind: AttackKind) -> Option<&'static str> {
    Some(match kind {
        AttackKind::Tactic => "tactics",
        AttackKind::Technique => "techniques",
        AttackKind::Group => "groups",
        AttackKind::Software => "software",
        AttackKind::Mitigation => "mitigations",
        AttackKind::DataComponent => "data_components",
        AttackKind::Campaign => "campaigns",
        _ => return None,
    })
}

/// The id of a node in the form an address has it, if it can be in one as it is.
fn id(corpus: &Corpus, node: Node) -> Option<String> {
    let i = node.index();
    let id = match node {
        Node::Rule(_) => corpus.rules.get(i)?.id.as_deref()?.trim().to_ascii_lowercase(),
        Node::ResponseAction(_) => corpus.response_actions.get(i)?.id.as_deref()?.trim().to_owned(),
        Node::ResponsePlaybook(_) => corpus.response_playbooks.get(i)?.id.as_deref()?.trim().to_owned(),
        Node::ResponseStage(_) => corpus.response_stages.get(i)?.id.as_deref()?.trim().to_owned(),
        Node::Attack(_) => corpus.attack.objects.get(i)?.id.to_string(),
        _ => return None,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let fits = id.len() <= 64 && !id.starts_with('.') && id.chars().all(plain) && OutPath::new(&id).is_ok();
    fits.then_some(id)
}
