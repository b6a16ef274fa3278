//! What a target is given: one document of a rule, ready to be written.

use crate::model::{Attack, Rule};

use super::detection::{Sigma, State};
use super::tree::Node;

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
