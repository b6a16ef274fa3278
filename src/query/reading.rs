//! What a target is given: one document of a rule, ready to be written.

use crate::model::{Attack, Rule};

use super::correlation::{Correlation, Referred, What};
use super::detection::{Sigma, State};
use super::refusal::Refusal;
use super::tree::{Node, trees};

/// How close to Sigma's reference converter the text of a query is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Compat {
    /// Right in the engine, whatever the reference writes.
    #[default]
    Strict,
    /// The reference's text, its mistakes among it.
    PySigma,
}

impl Compat {
    /// The mode of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "strict" => Some(Self::Strict),
            "pysigma" => Some(Self::PySigma),
            _ => None,
        }
    }
}

/// One document of a rule with its queries as trees.
pub(super) struct Reading<'n> {
    /// The document.
    pub(super) sigma: &'n Sigma<'n>,
    /// One tree per condition.
    pub(super) queries: Vec<Node<'n>>,
    /// Whose text is wanted.
    pub(super) compat: Compat,
    /// Names of techniques and tactics, for formats that carry them.
    pub(super) attack: &'n Attack,
}

impl<'n> Reading<'n> {
    /// The rule.
    pub(super) fn rule(&self) -> &'n Rule {
        self.sigma.rule
    }

    /// What the pipelines say.
    pub(super) fn state(&self) -> &'n State {
        &self.sigma.state
    }

    /// Whether the query is to be right rather than the reference's.
    pub(super) fn strict(&self) -> bool {
        self.compat == Compat::Strict
    }
}

/// A correlation with the queries of the rules below it as trees.
pub(super) struct Correlating<'n> {
    /// The correlation.
    pub(super) correlation: &'n Correlation<'n>,
    /// One for each of its rules.
    pub(super) rules: Vec<Matching<'n>>,
    /// Whose text is wanted.
    pub(super) compat: Compat,
}

/// A rule a correlation names, ready to be written.
pub(super) struct Matching<'n> {
    /// Which.
    pub(super) referred: &'n Referred<'n>,
    /// What it looks for.
    pub(super) what: Matches<'n>,
}

/// What a rule below a correlation looks for.
pub(super) enum Matches<'n> {
    /// Single events.
    Events(Reading<'n>),
    /// Matches of others.
    Correlation,
}

impl<'n> Correlating<'n> {
    /// Makes the trees of all rules below a correlation.
    pub(super) fn new(
        correlation: &'n Correlation<'n>,
        compat: Compat,
        attack: &'n Attack,
    ) -> Result<Self, Refusal<'n>> {
        let mut rules = Vec::with_capacity(correlation.rules.len());
        for referred in &correlation.rules {
            let what = match &referred.what {
                What::Events(sigma) => {
                    trees(sigma).map(|queries| Matches::Events(Reading { sigma, queries, compat, attack }))
                }
                What::Correlation(_) => Ok(Matches::Correlation),
            };
            let what = what.map_err(|refusal| refusal.retold(referred.spot, &below(referred.reference)))?;
            rules.push(Matching { referred, what });
        }
        Ok(Self { correlation, rules, compat })
    }

    /// What the pipelines say.
    pub(super) fn state(&self) -> &'n State {
        &self.correlation.state
    }

    /// Whether the query is to be right rather than the reference's.
    pub(super) fn strict(&self) -> bool {
        self.compat == Compat::Strict
    }

    /// Writes each rule; a refusal of one is told at the place that names it.
    pub(super) fn each<T>(
        &self,
        mut write: impl FnMut(&Matching<'n>) -> Result<T, Refusal<'n>>,
    ) -> Result<Vec<T>, Refusal<'n>> {
        let one = |matching: &Matching<'n>| {
            let Referred { spot, reference, .. } = matching.referred;
            write(matching).map_err(|refusal| refusal.retold(*spot, &below(reference)))
        };
        self.rules.iter().map(one).collect()
    }
}

fn below(reference: &str) -> String {
    format!("the rule `{reference}`, which the correlation names: ")
}
