//! Where each node's edges begin: look-ups that do not depend on how large the graph is.

use rayon::prelude::*;

use crate::model::{Corpus, Kind};

use super::{Edge, Node};

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
        let mut by_target: Vec<u32> = (0..u32::try_from(edges.len()).unwrap_or(u32::MAX)).collect();
        by_target.par_sort_by_key(|i| {
            let edge = &edges[*i as usize];
            (edge.to, edge.kind, edge.from)
        });
        let mut index = Self { bases, forward: Vec::new(), backward: Vec::new(), by_target };
        index.forward = index.starts(nodes, edges.iter().map(|edge| edge.from));
        index.backward = index.starts(nodes, index.by_target.iter().map(|i| edges[*i as usize].to));
        index
    }

    /// Where each node begins in a sorted list of nodes.
    fn starts(&self, nodes: u32, sorted: impl Iterator<Item = Node>) -> Vec<u32> {
        let mut starts = vec![0; nodes as usize + 1];
        for node in sorted {
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
