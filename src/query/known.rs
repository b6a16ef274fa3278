//! Queries of rules that are as they were, so that they need not be converted again.
//!
//! The queries of a detection depend on it, on the filters there are, on ATT&CK and on what is
//! asked for, and on nothing else. Correlations depend on other rules; there are few, and they are
//! always converted.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Corpus, Rule, RuleKind};
use crate::text::FileId;

use super::compile::compile_unless;
use super::{Compiled, Outcome, Request};

/// What a rule is the same by: its file, a number that is another whenever that file has been
/// parsed anew, and its position there.
type Key = (FileId, u64, u32);

/// The queries of the last time.
#[derive(Default)]
pub struct Known {
    /// What all of them depend on.
    base: Option<(u64, Vec<Key>)>,
    outcomes: HashMap<Key, Arc<Vec<Outcome>>>,
}

impl Known {
    /// [`super::compile`], where what is known is not converted again.
    ///
    /// `stamp` gives the number of a rule's file, which files parsed together may share; `base` is
    /// another whenever the requests or the facts of ATT&CK are.
    pub fn compile(
        &mut self,
        corpus: &Corpus,
        requests: &[Request],
        base: u64,
        stamp: impl Fn(&Rule) -> u64,
    ) -> Compiled {
        let keys: Vec<Key> = corpus.rules.iter().map(|rule| (rule.origin.file, stamp(rule), rule.ordinal)).collect();
        let filters = corpus.rules.iter().zip(&keys).filter(|(rule, _)| rule.kind == RuleKind::Filter);
        let base = Some((base, filters.map(|(_, key)| *key).collect()));
        if self.base != base {
            self.outcomes.clear();
            self.base = base;
        }
        let is_detection = |i: usize| corpus.rules[i].kind == RuleKind::Detection;
        let known = |i: usize| self.outcomes.get(&keys[i]).filter(|_| is_detection(i)).map(Arc::clone);
        let compiled = compile_unless(corpus, requests, &known);
        let outcome = |(i, key): (usize, &Key)| Some((*key, Arc::clone(compiled.outcomes(i)?)));
        self.outcomes = keys.iter().enumerate().filter_map(outcome).collect();
        compiled
    }
}
