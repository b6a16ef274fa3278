//! How ATT&CK says that techniques are detected: strategies, their analytics, and the data components those need.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AttackKind, Status};

use super::{EdgeKind, Graph, Node};

/// A detection strategy with those of its analytics that are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detection {
    /// The strategy.
    pub strategy: Node,
    /// The current techniques it detects, by id.
    pub techniques: Vec<Node>,
    /// Its current analytics, by id.
    pub analytics: Vec<Node>,
}

impl Graph {
    /// The current detection strategies of a technique, by id, with all their analytics.
    pub fn detections_of(&self, technique: Node) -> Vec<Detection> {
        let strategies = self.current(self.from(technique, EdgeKind::Detects));
        let with_all = |strategy| {
            let analytics = self.current(self.to(strategy, EdgeKind::HasAnalytic)).collect();
            self.detection(strategy, analytics)
        };
        strategies.map(with_all).collect()
    }

    /// The current detection strategies with an analytic that needs a data component, by id, each with
    /// those analytics only.
    pub fn detections_with(&self, component: Node) -> Vec<Detection> {
        let mut found: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
        for analytic in self.current(self.from(component, EdgeKind::NeedsComponent)) {
            for strategy in self.current(self.from(analytic, EdgeKind::HasAnalytic)) {
                found.entry(strategy).or_default().push(analytic);
            }
        }
        found.into_iter().map(|(strategy, analytics)| self.detection(strategy, analytics)).collect()
    }

    /// The data components an analytic needs, by id.
    pub fn components_of(&self, analytic: Node) -> impl Iterator<Item = Node> {
        self.to(analytic, EdgeKind::NeedsComponent)
    }

    /// The logs an analytic reads, in ATT&CK's words: a text for each data component of which a bundle names them.
    pub fn log_sources_of(&self, analytic: Node) -> impl Iterator<Item = &str> {
        let relations = &self.corpus().attack.relations;
        let needed = self.edges(analytic, EdgeKind::NeedsComponent).iter();
        needed.filter_map(|edge| relations.get(edge.relation? as usize)?.description.as_deref())
    }

    /// The current techniques an analytic can detect with a data component, Enterprise's first and then
    /// by id, each with the platforms those analytics are for.
    pub fn detectable_with(&self, component: Node) -> Vec<(Node, BTreeSet<&str>)> {
        let mut found: BTreeMap<Node, BTreeSet<&str>> = BTreeMap::new();
        for Detection { techniques, analytics, .. } in self.detections_with(component) {
            for technique in techniques {
                let analytics = analytics.iter().filter_map(|analytic| self.attack(*analytic));
                let platforms = analytics.flat_map(|analytic| analytic.platforms.iter().map(String::as_str));
                found.entry(technique).or_default().extend(platforms);
            }
        }
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort_by_key(|(node, _)| self.attack(*node).and_then(|object| object.domains.first().copied()));
        found
    }

    fn detection(&self, strategy: Node, analytics: Vec<Node>) -> Detection {
        let is_technique = |to: &Node| self.attack(*to).is_some_and(|object| object.id.kind() == AttackKind::Technique);
        let mut techniques: Vec<Node> =
            self.current(self.to(strategy, EdgeKind::Detects)).filter(is_technique).collect();
        techniques.sort_unstable();
        Detection { strategy, techniques, analytics }
    }

    fn current(&self, nodes: impl IntoIterator<Item = Node>) -> impl Iterator<Item = Node> {
        nodes.into_iter().filter(|node| self.attack(*node).is_some_and(|object| object.status == Status::Active))
    }
}
