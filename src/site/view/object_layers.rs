//! The layers of the ATT&CK Navigator that are about one object: the techniques a group, software or
//! campaign uses, a mitigation addresses, a data component shows or a tactic has, and a technique with
//! those below it.

use crate::graph::{EdgeKind, Node};
use crate::model::{AttackKind, Domain, Status};
use crate::site::exports::Layer;

use super::SiteView;

/// A layer, which is of one domain.
pub struct ObjectLayer {
    /// Its file.
    pub which: Layer,
    /// The domain.
    pub domain: Domain,
    /// What is in it, by id, each once.
    pub techniques: Vec<Node>,
}

impl SiteView<'_> {
    /// The layers of an object: one for each domain its techniques are in, that with most of them
    /// first. None of what is no longer current.
    pub fn object_layers(&self, node: Node) -> Vec<ObjectLayer> {
        let Some(object) = self.graph.attack(node).filter(|object| object.status == Status::Active) else {
            return Vec::new();
        };
        let mut all = self.techniques_about(node, object.id.kind());
        all.sort_by_key(|node| self.graph.attack(*node).map(|technique| technique.id));
        all.dedup();
        let of = |domain: Domain| {
            let is_there = |node: &Node| self.graph.attack(*node).is_some_and(|o| o.domains.contains(&domain));
            (domain, all.iter().copied().filter(is_there).collect::<Vec<Node>>())
        };
        let mut domains: Vec<(Domain, Vec<Node>)> = Domain::ALL.into_iter().map(of).collect();
        domains.retain(|(_, techniques)| !techniques.is_empty());
        // Stable: of as many the first.
        domains.sort_by_key(|(_, techniques)| std::cmp::Reverse(techniques.len()));
        let layer = |(i, (domain, techniques)): (usize, (Domain, Vec<Node>))| ObjectLayer {
            which: if i == 0 { Layer::Object(object.id) } else { Layer::ObjectIn(object.id, domain) },
            domain,
            techniques,
        };
        domains.into_iter().enumerate().map(layer).collect()
    }

    fn techniques_about(&self, node: Node, kind: AttackKind) -> Vec<Node> {
        let graph = self.graph;
        let found: Vec<Node> = match kind {
            AttackKind::Technique => std::iter::once(node).chain(graph.sub_techniques(node)).collect(),
            AttackKind::Tactic => graph.from(node, EdgeKind::InTactic),
            AttackKind::Mitigation => graph.to(node, EdgeKind::Mitigates).collect(),
            AttackKind::DataComponent => graph.detectable_with(node).into_iter().map(|(to, _)| to).collect(),
            AttackKind::Group | AttackKind::Software | AttackKind::Campaign => graph.to(node, EdgeKind::Uses).collect(),
            _ => Vec::new(),
        };
        let is_technique = |node: &Node| {
            graph.attack(*node).is_some_and(|o| o.id.kind() == AttackKind::Technique && o.status == Status::Active)
        };
        found.into_iter().filter(is_technique).collect()
    }
}
