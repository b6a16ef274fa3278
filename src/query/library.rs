//! What is known around a rule: the rules others name, the filters that narrow them, ATT&CK.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Attack, Corpus, Rule, RuleKind, Value};

use super::front::modern::correlation::generates;

/// All rules and what links them.
#[derive(Debug)]
pub struct Context<'a> {
    rules: Vec<&'a Rule>,
    /// Names of techniques and tactics.
    pub(super) attack: &'a Attack,
    /// The first rule of each id (in lower case) and name.
    by_name: HashMap<String, usize>,
    /// The filters that name a rule, by what they call it; `None` for those that name `any`.
    filters: HashMap<Option<String>, Vec<usize>>,
}

impl<'a> Context<'a> {
    /// The rules and facts of `corpus`.
    pub fn of(corpus: &'a Corpus) -> Self {
        Self::new(corpus.rules.iter().map(Arc::as_ref), &corpus.attack)
    }

    /// These rules, and ATT&CK's facts.
    pub fn new(rules: impl IntoIterator<Item = &'a Rule>, attack: &'a Attack) -> Self {
        let rules: Vec<&Rule> = rules.into_iter().collect();
        let mut by_name = HashMap::with_capacity(rules.len());
        let mut filters: HashMap<Option<String>, Vec<usize>> = HashMap::new();
        for (i, rule) in rules.iter().enumerate() {
            for name in names(rule) {
                by_name.entry(name).or_insert(i);
            }
            if rule.kind == RuleKind::Filter {
                if any(rule) {
                    filters.entry(None).or_default().push(i);
                }
                for name in &rule.refers_to {
                    filters.entry(Some(folded(name))).or_default().push(i);
                }
            }
        }
        Self { rules, attack, by_name, filters }
    }

    /// For each rule, whether it only feeds correlations: a correlation names it and does not say
    /// `generate: true`, so its matches are no alerts of their own.
    pub fn only_correlated(&self) -> Vec<bool> {
        let mut only = vec![false; self.rules.len()];
        let correlations = self.rules.iter().filter(|rule| rule.kind == RuleKind::Correlation);
        for name in correlations.filter(|rule| !generates(rule)).flat_map(|rule| &rule.refers_to) {
            if let Some(i) = self.by_name.get(&folded(name)) {
                only[*i] = true;
            }
        }
        only
    }

    /// The rule of this id or name.
    pub(super) fn rule(&self, name: &str) -> Option<&'a Rule> {
        self.by_name.get(&folded(name)).map(|i| self.rules[*i])
    }

    /// The known name nearest to `name`, if one is near enough to be meant.
    pub(super) fn nearest(&self, name: &str) -> Option<&str> {
        let folded = folded(name);
        let near = self.by_name.keys().filter(|known| known.len().abs_diff(folded.len()) <= 2 && known.len() <= 256);
        let near = near.map(|known| (strsim::damerau_levenshtein(known, &folded), known.as_str())).min()?;
        (near.0 <= 2 && near.0 < folded.chars().count()).then_some(near.1)
    }

    /// The filters that name `rule`, in the order of the rules.
    pub(super) fn filters(&self, rule: &Rule) -> Vec<&'a Rule> {
        if self.filters.is_empty() {
            return Vec::new();
        }
        let keys = std::iter::once(None).chain(names(rule).map(Some));
        let mut found: Vec<usize> = keys.filter_map(|key| self.filters.get(&key)).flatten().copied().collect();
        found.sort_unstable();
        found.dedup();
        found.into_iter().map(|i| self.rules[i]).collect()
    }
}

fn names(rule: &Rule) -> impl Iterator<Item = String> {
    rule.id.iter().chain(&rule.name).map(|name| folded(name))
}

/// Ids are compared without regard to case; names that differ in nothing else are one to people
/// too.
fn folded(name: &str) -> String {
    name.to_ascii_lowercase()
}

fn any(filter: &Rule) -> bool {
    let rules = |document: &Value| document.get("filter")?.get("rules")?.as_str().map(|rules| rules == "any");
    filter.documents.iter().any(|document| rules(document) == Some(true))
}
