//! Queries of rules that are as they were, so that they need not be converted again.
//!
//! The queries of a detection depend on it, on the filters there are, on ATT&CK and on what is
//! asked for, and on nothing else. Correlations depend on other rules; there are few, and they are
//! always converted.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use crate::model::{Corpus, Rule, RuleKind};

use super::compile::compile_unless;
use super::{Compiled, Outcome, Request};

/// The queries of the last time, by what a rule is the same by.
pub struct Known<K> {
    /// What all of them depend on.
    base: Option<(u64, Vec<K>)>,
    outcomes: HashMap<K, Arc<Vec<Outcome>>>,
}

impl<K> Default for Known<K> {
    fn default() -> Self {
        Self { base: None, outcomes: HashMap::new() }
    }
}

impl<K: Copy + Eq + Hash + Sync> Known<K> {
    /// [`super::compile`], where what is known is not converted again. `base` is another whenever the
    /// requests or the facts of ATT&CK are.
    pub fn compile(&mut self, corpus: &Corpus, requests: &[Request], base: u64, key: impl Fn(&Rule) -> K) -> Compiled {
        let keys: Vec<K> = corpus.rules.iter().map(|rule| key(rule)).collect();
        let filters = corpus.rules.iter().zip(&keys).filter(|(rule, _)| rule.kind == RuleKind::Filter);
        let base = Some((base, filters.map(|(_, key)| *key).collect()));
        if self.base != base {
            self.outcomes.clear();
            self.base = base;
        }
        let is_detection = |i: usize| corpus.rules[i].kind == RuleKind::Detection;
        let known = |i: usize| self.outcomes.get(&keys[i]).filter(|_| is_detection(i)).map(Arc::clone);
        let compiled = compile_unless(corpus, requests, &known);
        let outcome = |(i, key): (usize, &K)| Some((*key, Arc::clone(compiled.outcomes(i)?)));
        self.outcomes = keys.iter().enumerate().filter_map(outcome).collect();
        compiled
    }
}
