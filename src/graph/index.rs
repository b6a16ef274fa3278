//! Where each node's edges begin: look-ups that do not depend on how large the graph is.

use crate::model::{Corpus, Kind};

use super::{Edge, EdgeKind, Node};

/// Positions of nodes in one dense order (by kind, then position), and in it the first edge of
/// each, in both directions.
#[derive(Debug, Default)]
pub(super) struct EdgeIndex {
    /// The first dense number of each kind, in the order of [`Kind`], and of ATT&CK's objects.
    bases: [u32; Kind::ALL.len() + 1],
    /// For each dense number the first of its edges; one more for the end.
    forward: Vec<u32>,
    backward: Vec<u32>,
    /// Edge numbers sorted by (to, kind, from).
    pub(super) by_target: Vec<u32>,
}

impl EdgeIndex {
    /// Indexes `edges`, which are sorted by (from, kind).
    pub(super) fn new(corpus: &Corpus, edges: &[Edge]) -> Self {
        let counts = [
            corpus.rules.len(),
            corpus.data_needed.len(),
            corpus.logging_policies.len(),
            corpus.enrichments.len(),
            corpus.triggers.len(),
            corpus.recorded_events.len(),
            corpus.response_actions.len(),
            corpus.response_playbooks.len(),
            corpus.response_stages.len(),
            corpus.mitigation_systems.len(),
            corpus.mitigation_policies.len(),
            corpus.hardening_policies.len(),
            corpus.use_cases.len(),
            corpus.customers.len(),
            corpus.pages.len(),
            corpus.attack.objects.len(),
        ];
        let mut bases = [0; Kind::ALL.len() + 1];
        let mut nodes = 0;
        for (base, count) in bases.iter_mut().zip(counts) {
            *base = nodes;
            nodes += u32::try_from(count).unwrap_or(u32::MAX);
        }
        let mut index = Self { bases, forward: Vec::new(), backward: Vec::new(), by_target: Vec::new() };
        index.forward = index.starts(nodes, edges.iter().map(|edge| edge.from));
        index.backward = index.starts(nodes, edges.iter().map(|edge| edge.to));
        index.by_target = index.by_target(edges);
        index
    }

    /// The edges by where they lead, each target's by kind and source.
    fn by_target(&self, edges: &[Edge]) -> Vec<u32> {
        let mut next = self.backward.clone();
        let mut sorted: Vec<(EdgeKind, u32)> = vec![(EdgeKind::HasTactic, 0); edges.len()];
        for (i, edge) in (0..).zip(edges) {
            let place = &mut next[self.dense(edge.to)];
            sorted[*place as usize] = (edge.kind, i);
            *place += 1;
        }
        // In one kind the numbers of edges are in the order of their sources.
        for ends in self.backward.windows(2) {
            sorted[ends[0] as usize..ends[1] as usize].sort_unstable();
        }
        sorted.into_iter().map(|(_, i)| i).collect()
    }

    /// Where each node begins in a list of nodes, once that is sorted.
    fn starts(&self, nodes: u32, list: impl Iterator<Item = Node>) -> Vec<u32> {
        let mut starts = vec![0; nodes as usize + 1];
        for node in list {
            starts[self.dense(node) + 1] += 1;
        }
        for i in 1..starts.len() {
            starts[i] += starts[i - 1];
        }
        starts
    }

    fn dense(&self, node: Node) -> usize {
        let kind = node.kind().map_or(Kind::ALL.len(), |kind| kind as usize);
        self.bases[kind] as usize + node.index()
    }

    /// The range of the edges that leave a node; empty for nodes of another corpus.
    pub(super) fn leaving(&self, node: Node) -> std::ops::Range<usize> {
        Self::range(&self.forward, self.dense(node))
    }

    /// The range within [`Self::by_target`] of the edges that lead to a node.
    pub(super) fn entering(&self, node: Node) -> std::ops::Range<usize> {
        Self::range(&self.backward, self.dense(node))
    }

    fn range(starts: &[u32], dense: usize) -> std::ops::Range<usize> {
        match (starts.get(dense), starts.get(dense + 1)) {
            (Some(start), Some(end)) => *start as usize..*end as usize,
            _ => 0..0,
        }
    }
}
