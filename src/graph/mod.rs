//! Identity and relation: what is linked to what, in both directions.
//!
//! `link` resolves the names authors wrote into edges between [`Node`]s. The graph is immutable
//! afterwards; pages, checks and coverage are questions to it. Nothing here formats text or
//! knows an address.

mod attack_links;
mod coverage;
mod data_needed;
mod detection;
mod edge;
mod index;
mod known;
mod link;
mod names;
mod node;
mod tags;

pub use coverage::{Coverage, CoverageState};
pub use data_needed::{DataGap, DataNeededProfile};
pub use detection::Detection;
pub use edge::{Edge, EdgeKind, Unresolved, UnresolvedWhy, Via};
pub use known::{Keys, Known};
pub use link::link;
pub use node::Node;
pub use tags::{TagIndex, Target};

use std::sync::Arc;

use crate::model::{AttackId, AttackKind, AttackObject, Corpus, Origin};

/// The linked knowledge base.
#[derive(Debug, Default)]
pub struct Graph {
    corpus: Arc<Corpus>,
    /// Sorted by (from, kind, position in the source).
    edges: Vec<Edge>,
    index: index::EdgeIndex,
    /// What there is for each ATT&CK object: for itself, and with its sub-techniques.
    coverage: Vec<(Coverage, Coverage)>,
    /// References that name their target by another than its current name, each as written.
    indirect: Vec<Edge>,
    unresolved: Vec<Unresolved>,
    /// For each rule: why it has no Data Needed, where it has none and should.
    data_gaps: Vec<Option<DataGap>>,
}

impl Graph {
    /// The entities.
    pub fn corpus(&self) -> &Corpus {
        &self.corpus
    }

    /// The edges that leave `from` with this kind, in source order.
    pub fn edges(&self, from: Node, kind: EdgeKind) -> &[Edge] {
        let own = &self.edges[self.index.leaving(from)];
        let start = own.partition_point(|edge| edge.kind < kind);
        let len = own[start..].partition_point(|edge| edge.kind <= kind);
        &own[start..start + len]
    }

    /// Where the edges of this kind lead from `from`, in source order.
    pub fn to(&self, from: Node, kind: EdgeKind) -> impl ExactSizeIterator<Item = Node> + Clone {
        self.edges(from, kind).iter().map(|edge| edge.to)
    }

    /// The edges of this kind that lead to `to`, by their start.
    pub fn backlinks(&self, to: Node, kind: EdgeKind) -> impl ExactSizeIterator<Item = &Edge> + Clone {
        let own = &self.index.by_target[self.index.entering(to)];
        let kind_of = |i: &u32| self.edges[*i as usize].kind;
        let start = own.partition_point(|i| kind_of(i) < kind);
        let len = own[start..].partition_point(|i| kind_of(i) <= kind);
        own[start..start + len].iter().map(|i| &self.edges[*i as usize])
    }

    /// The nodes with an edge of this kind to `to`, sorted, each once.
    pub fn from(&self, to: Node, kind: EdgeKind) -> Vec<Node> {
        let mut nodes: Vec<Node> = self.backlinks(to, kind).map(|edge| edge.from).collect();
        nodes.dedup();
        nodes
    }

    /// References that lead nowhere, in source order.
    pub fn unresolved(&self) -> &[Unresolved] {
        &self.unresolved
    }

    /// All entities with where they were read, by kind and position.
    pub fn origins(&self) -> impl Iterator<Item = (Node, &Origin)> {
        fn numbered<'a, T: 'a>(
            entities: &'a [T],
            node: fn(u32) -> Node,
            origin: fn(&T) -> &Origin,
        ) -> impl Iterator<Item = (Node, &'a Origin)> {
            (0..).zip(entities).map(move |(i, entity)| (node(i), origin(entity)))
        }
        let corpus = &self.corpus;
        numbered(&corpus.rules, Node::Rule, |x| &x.origin)
            .chain(numbered(&corpus.data_needed, Node::DataNeeded, |x| &x.origin))
            .chain(numbered(&corpus.logging_policies, Node::LoggingPolicy, |x| &x.origin))
            .chain(numbered(&corpus.enrichments, Node::Enrichment, |x| &x.origin))
            .chain(numbered(&corpus.triggers, Node::Trigger, |x| &x.origin))
            .chain(numbered(&corpus.recorded_events, Node::RecordedEvent, |x| &x.origin))
            .chain(numbered(&corpus.response_actions, Node::ResponseAction, |x| &x.origin))
            .chain(numbered(&corpus.response_playbooks, Node::ResponsePlaybook, |x| &x.origin))
            .chain(numbered(&corpus.response_stages, Node::ResponseStage, |x| &x.origin))
            .chain(numbered(&corpus.mitigation_systems, Node::MitigationSystem, |x| &x.origin))
            .chain(numbered(&corpus.mitigation_policies, Node::MitigationPolicy, |x| &x.origin))
            .chain(numbered(&corpus.hardening_policies, Node::HardeningPolicy, |x| &x.origin))
            .chain(numbered(&corpus.use_cases, Node::UseCase, |x| &x.origin))
            .chain(numbered(&corpus.customers, Node::Customer, |x| &x.origin))
            .chain(numbered(&corpus.pages, Node::Page, |x| &x.origin))
    }

    /// Where an entity was read; `None` for ATT&CK objects.
    pub fn origin(&self, node: Node) -> Option<&Origin> {
        let (corpus, i) = (&self.corpus, node.index());
        Some(match node {
            Node::Rule(_) => &corpus.rules.get(i)?.origin,
            Node::DataNeeded(_) => &corpus.data_needed.get(i)?.origin,
            Node::LoggingPolicy(_) => &corpus.logging_policies.get(i)?.origin,
            Node::Enrichment(_) => &corpus.enrichments.get(i)?.origin,
            Node::Trigger(_) => &corpus.triggers.get(i)?.origin,
            Node::RecordedEvent(_) => &corpus.recorded_events.get(i)?.origin,
            Node::ResponseAction(_) => &corpus.response_actions.get(i)?.origin,
            Node::ResponsePlaybook(_) => &corpus.response_playbooks.get(i)?.origin,
            Node::ResponseStage(_) => &corpus.response_stages.get(i)?.origin,
            Node::MitigationSystem(_) => &corpus.mitigation_systems.get(i)?.origin,
            Node::MitigationPolicy(_) => &corpus.mitigation_policies.get(i)?.origin,
            Node::HardeningPolicy(_) => &corpus.hardening_policies.get(i)?.origin,
            Node::UseCase(_) => &corpus.use_cases.get(i)?.origin,
            Node::Customer(_) => &corpus.customers.get(i)?.origin,
            Node::Page(_) => &corpus.pages.get(i)?.origin,
            Node::Attack(_) => return None,
        })
    }

    /// The title of an entity, or the name of an ATT&CK object.
    pub fn title(&self, node: Node) -> &str {
        let (corpus, i) = (&self.corpus, node.index());
        match node {
            Node::Rule(_) => &corpus.rules[i].title,
            Node::DataNeeded(_) => &corpus.data_needed[i].title,
            Node::LoggingPolicy(_) => &corpus.logging_policies[i].title,
            Node::Enrichment(_) => &corpus.enrichments[i].title,
            Node::Trigger(_) => &corpus.triggers[i].display_name,
            // It has no other name than its file, which is called by the id of its rule.
            Node::RecordedEvent(_) => &corpus.recorded_events[i].origin.stem,
            Node::ResponseAction(_) => &corpus.response_actions[i].title,
            Node::ResponsePlaybook(_) => &corpus.response_playbooks[i].title,
            Node::ResponseStage(_) => &corpus.response_stages[i].title,
            Node::MitigationSystem(_) => &corpus.mitigation_systems[i].title,
            Node::MitigationPolicy(_) => &corpus.mitigation_policies[i].title,
            Node::HardeningPolicy(_) => &corpus.hardening_policies[i].title,
            Node::UseCase(_) => &corpus.use_cases[i].title,
            Node::Customer(_) => &corpus.customers[i].title,
            Node::Page(_) => &corpus.pages[i].title,
            Node::Attack(_) => &corpus.attack.objects[i].name,
        }
    }

    /// References that name their target by another than its current name, in source order: all
    /// of them, also where an edge to the same target was written twice.
    pub fn indirect(&self) -> &[Edge] {
        &self.indirect
    }

    /// Why the rule with this index has no Data Needed.
    pub fn data_gap(&self, rule: u32) -> Option<&DataGap> {
        self.data_gaps.get(rule as usize)?.as_ref()
    }

    /// The ATT&CK object behind a node.
    pub fn attack(&self, node: Node) -> Option<&AttackObject> {
        match node {
            Node::Attack(i) => self.corpus.attack.objects.get(i as usize),
            _ => None,
        }
    }

    /// The node of an ATT&CK object.
    pub fn attack_node(&self, id: AttackId) -> Option<Node> {
        let i = self.corpus.attack.objects.binary_search_by_key(&id, |object| object.id).ok()?;
        Some(Node::Attack(u32::try_from(i).unwrap_or(u32::MAX)))
    }

    /// All ATT&CK objects of a kind, by id.
    pub fn attack_nodes(&self, kind: AttackKind) -> impl Iterator<Item = (Node, &AttackObject)> {
        (0..)
            .zip(&self.corpus.attack.objects)
            .filter(move |(_, o)| o.id.kind() == kind)
            .map(|(i, o)| (Node::Attack(i), o))
    }
}
