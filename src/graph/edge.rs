//! Relations between nodes, and references that lead nowhere.

use crate::model::{AttackId, Stage};
use crate::text::{At, Place};

use super::Node;

/// How two nodes are related; the direction is that of the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// A rule, playbook or policy is tagged with a tactic.
    HasTactic,
    /// A rule, playbook or policy is tagged with a technique, or a Trigger tests one.
    HasTechnique,
    /// A rule is tagged with a group.
    HasGroup,
    /// A rule is tagged with a software.
    HasSoftware,
    /// A rule or policy is tagged with a campaign, mitigation or another ATT&CK object.
    HasOther,
    /// A rule needs a Data Needed.
    NeedsData,
    /// A rule uses an Enrichment.
    UsesEnrichment,
    /// A rule's techniques are tested by a Trigger.
    TestedBy,
    /// An event was recorded for a rule.
    RecordedFor,
    /// A recorded event is one a Data Needed describes.
    EventOf,
    /// A rule says it is related to another.
    RelatedTo,
    /// A correlation or filter refers to a rule.
    RefersTo,
    /// A Data Needed is switched on by a Logging Policy.
    LoggedBy,
    /// An Enrichment takes its new fields from a Data Needed.
    EnrichesFrom,
    /// An Enrichment adds fields to a Data Needed.
    Enriches,
    /// An Enrichment needs another one in place.
    Requires,
    /// A playbook has an action in this stage.
    HasAction(Stage),
    /// A Response Action belongs to a Response Stage.
    InStage,
    /// A Response Action asks for a Data Needed or Mitigation System to be in place.
    AsksFor,
    /// A Response Action works with another.
    LinkedAction,
    /// A playbook goes with another.
    LinkedPlaybook,
    /// A Data Needed records the work of a Mitigation Policy.
    Records,
    /// A Mitigation Policy is put in place with a Mitigation System.
    UsesSystem,
    /// A Use Case or Customer has a rule in use.
    HasRule,
    /// A Use Case or Customer takes a Data Needed.
    TakesData,
    /// A Use Case or Customer takes a Logging Policy.
    TakesPolicy,
    /// A Customer has a Use Case.
    HasUseCase,
    /// A technique belongs to a tactic.
    InTactic,
    /// A sub-technique belongs to a technique.
    SubOf,
    /// A group, campaign or software uses a technique or software.
    Uses,
    /// A mitigation addresses a technique.
    Mitigates,
    /// A campaign is attributed to a group.
    AttributedTo,
    /// A detection strategy detects a technique.
    Detects,
    /// A detection strategy has an analytic.
    HasAnalytic,
    /// An analytic needs what a data component records.
    NeedsComponent,
    /// A revoked object was replaced by another.
    RevokedBy,
}

/// How a reference names its target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Via {
    /// By its current id or name.
    #[default]
    Direct,
    /// By a current name in a spelling Sigma's tag appendix does not use: the canonical tag.
    Spelling(String),
    /// By a retired id; the target is its successor. The ids between the two, if any.
    Retired {
        /// As written, in canonical form (`T1191`).
        id: String,
        /// The links of the chain between both.
        through: Vec<AttackId>,
    },
    /// By a retired tactic's short name; the target was chosen by the techniques beside it.
    RetiredTactic(String),
}

/// A relation between two nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// From.
    pub from: Node,
    /// How.
    pub kind: EdgeKind,
    /// To; never a revoked object where its successor is known (except for `RevokedBy`).
    pub to: Node,
    /// Where it was written; `None` for relations ATT&CK states or purplebook derives.
    pub place: Option<Place>,
    /// How the reference was written, where it is not the current name of `to`.
    pub via: Via,
    /// ATT&CK's own words on the relation (index into the corpus's relations), if any.
    pub relation: Option<u32>,
}

/// Why a reference leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnresolvedWhy {
    /// Nothing has this name or id.
    Unknown,
    /// It was known once; deprecated, nothing in its place: what it was called, where known.
    Deprecated(Option<String>),
    /// A technique's or tactic's name stands where its id belongs.
    NameNotId(AttackId),
    /// Only a newer ATT&CK than the one in use has it: since which version.
    Newer(String),
    /// A tactic that was split, and the tags give no choice between its successors.
    Ambiguous(Vec<AttackId>),
}

/// A reference that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// Who refers.
    pub from: Node,
    /// As what.
    pub kind: EdgeKind,
    /// What was written.
    pub text: String,
    /// Where.
    pub at: At,
    /// Why.
    pub why: UnresolvedWhy,
}
