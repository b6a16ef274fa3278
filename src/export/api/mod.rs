//! The API: a file of JSON for each entity and ATT&CK object, a list of each kind, and an index.
//!
//! Addresses follow from ids ([`SitePlan::file_name`](crate::site::SitePlan::file_name)); all of them
//! are from the top of the site, so that a client needs to know one address. What a field means is
//! said by the schema, which `docs/api.md` is made from; a field that is taken away or changes its
//! meaning makes a new [`VERSION`], in a folder of its own.

mod attack;
mod content;
mod links;

use serde::Serialize;

use crate::graph::Node;
use crate::model::{AttackKind, Kind};
use crate::site::SiteView;
use crate::site::exports::{api_index, api_list, attack_key, attack_tables};

use super::Export;
use super::object::Object;
use links::Link;

/// The version of the form, as in the addresses.
pub(super) const VERSION: u8 = 1;

/// A kind of what has files here.
#[derive(Debug, Clone, Copy)]
enum Of {
    Content(Kind),
    Attack(AttackKind),
}

/// All of them, with key and title, in the order of the navigation.
fn kinds() -> impl Iterator<Item = (Of, &'static str, &'static str)> {
    let content = Kind::ALL.into_iter().filter(|kind| kind.is_listed());
    let content = content.map(|kind| (Of::Content(kind), kind.key(), kind.title()));
    content.chain(attack_tables().filter_map(|(kind, title)| Some((Of::Attack(kind), attack_key(kind)?, title))))
}

/// The file of an entity or ATT&CK object, if it has one.
pub fn entity(view: &SiteView<'_>, node: Node) -> Option<Export> {
    let path = view.plan.entity_file(node)?;
    let mut out = Object::new();
    out.put("version", &VERSION);
    out.put("kind", view.plan.entity_key(node)?);
    let own = Link::to(view, node)?;
    out.put("id", &own.id);
    out.put("title", own.title);
    out.put("page", &own.page);
    out.put("json", &own.json);
    match view.graph.attack(node) {
        Some(object) => attack::fields(view, node, object, &mut out),
        None => content::fields(view, node, &mut out),
    }
    out.put("links", &links::of(view, node));
    Some(Export { path, bytes: out.line() })
}

/// The index, and the list of each kind.
pub(super) fn lists(view: &SiteView<'_>) -> Vec<Export> {
    #[derive(Serialize)]
    struct Entry {
        kind: &'static str,
        title: &'static str,
        count: usize,
        json: String,
    }
    let mut files = Vec::new();
    let mut entries = Vec::new();
    for (of, key, title) in kinds() {
        let nodes: Vec<Node> = match of {
            Of::Content(kind) => (0..).map(|i| Node::of(kind, i)).take(view.count(kind)).collect(),
            Of::Attack(kind) => view.graph.attack_nodes(kind).map(|(node, _)| node).collect(),
        };
        let listed: Vec<Link<'_>> = nodes.into_iter().filter_map(|node| Link::to(view, node)).collect();
        let path = api_list(key);
        entries.push(Entry { kind: key, title, count: listed.len(), json: path.to_string() });
        let mut out = Object::new();
        out.put("version", &VERSION);
        out.put("kind", "list");
        out.put("of", key);
        out.put("title", title);
        out.put("entities", &listed);
        files.push(Export { path, bytes: out.line() });
    }
    let mut out = Object::new();
    out.put("version", &VERSION);
    out.put("kind", "index");
    out.put("title", &view.config.title);
    out.put("site", &view.config.base_url);
    out.put("generator", concat!("purplebook ", env!("CARGO_PKG_VERSION")));
    out.put("attack", &view.graph.corpus().attack.version);
    out.put("kinds", &entries);
    files.push(Export { path: api_index(), bytes: out.line() });
    files
}
