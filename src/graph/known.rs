//! What rules need that are as they were, so that it need not be found out again.
//!
//! What a rule needs depends on it, on the Data Needed and Enrichments there are and on how it is
//! calculated, and on nothing else.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use crate::model::Corpus;

use super::Graph;
use super::data_needed::{self, DataNeededProfile, Needs};
use super::link::link_with;

/// The needs of the last time, by what a rule is the same by.
pub struct Known<K> {
    /// What all of them depend on.
    base: Option<(DataNeededProfile, Vec<K>)>,
    needs: HashMap<K, Arc<Needs>>,
}

/// What entities are the same by: those of one key were made of the same text, at the same place.
#[derive(Debug)]
pub struct Keys<K> {
    /// Of each rule.
    pub rules: Vec<K>,
    /// Of each Data Needed, and of each Enrichment.
    pub data: Vec<K>,
}

impl<K> Default for Known<K> {
    fn default() -> Self {
        Self { base: None, needs: HashMap::new() }
    }
}

impl<K: Copy + Eq + Hash + Send + Sync> Known<K> {
    /// [`super::link`], where what is known is not calculated again.
    pub fn link(&mut self, corpus: Arc<Corpus>, profile: DataNeededProfile, keys: Keys<K>) -> Graph {
        let base = Some((profile, keys.data));
        if self.base != base {
            self.needs.clear();
            self.base = base;
        }
        let known = |i: usize| self.needs.get(keys.rules.get(i)?).map(Arc::clone);
        let mut needs = Vec::new();
        let graph = link_with(corpus, profile, |corpus| {
            needs = data_needed::needs_unless(corpus, profile, &known);
            needs.clone()
        });
        self.needs = keys.rules.into_iter().zip(needs).collect();
        graph
    }
}
