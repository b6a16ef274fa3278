//! A node: an entity or an ATT&CK object, by its position in the corpus.

use crate::model::Kind;

/// An entity or an ATT&CK object. The number is its index in the corpus's list of that kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each variant is its own name")]
pub enum Node {
    Rule(u32),
    DataNeeded(u32),
    LoggingPolicy(u32),
    Enrichment(u32),
    Trigger(u32),
    RecordedEvent(u32),
    ResponseAction(u32),
    ResponsePlaybook(u32),
    ResponseStage(u32),
    MitigationSystem(u32),
    MitigationPolicy(u32),
    HardeningPolicy(u32),
    UseCase(u32),
    Customer(u32),
    Page(u32),
    Attack(u32),
}

impl Node {
    /// The node of the entity number `index` of `kind`.
    pub fn of(kind: Kind, index: u32) -> Self {
        match kind {
            Kind::Rule => Self::Rule(index),
            Kind::DataNeeded => Self::DataNeeded(index),
            Kind::LoggingPolicy => Self::LoggingPolicy(index),
            Kind::Enrichment => Self::Enrichment(index),
            Kind::Trigger => Self::Trigger(index),
            Kind::RecordedEvent => Self::RecordedEvent(index),
            Kind::ResponseAction => Self::ResponseAction(index),
            Kind::ResponsePlaybook => Self::ResponsePlaybook(index),
            Kind::ResponseStage => Self::ResponseStage(index),
            Kind::MitigationSystem => Self::MitigationSystem(index),
            Kind::MitigationPolicy => Self::MitigationPolicy(index),
            Kind::HardeningPolicy => Self::HardeningPolicy(index),
            Kind::UseCase => Self::UseCase(index),
            Kind::Customer => Self::Customer(index),
            Kind::Page => Self::Page(index),
        }
    }

    /// The kind of content; `None` for ATT&CK objects.
    pub fn kind(self) -> Option<Kind> {
        Some(match self {
            Self::Rule(_) => Kind::Rule,
            Self::DataNeeded(_) => Kind::DataNeeded,
            Self::LoggingPolicy(_) => Kind::LoggingPolicy,
            Self::Enrichment(_) => Kind::Enrichment,
            Self::Trigger(_) => Kind::Trigger,
            Self::RecordedEvent(_) => Kind::RecordedEvent,
            Self::ResponseAction(_) => Kind::ResponseAction,
            Self::ResponsePlaybook(_) => Kind::ResponsePlaybook,
            Self::ResponseStage(_) => Kind::ResponseStage,
            Self::MitigationSystem(_) => Kind::MitigationSystem,
            Self::MitigationPolicy(_) => Kind::MitigationPolicy,
            Self::HardeningPolicy(_) => Kind::HardeningPolicy,
            Self::UseCase(_) => Kind::UseCase,
            Self::Customer(_) => Kind::Customer,
            Self::Page(_) => Kind::Page,
            Self::Attack(_) => return None,
        })
    }

    /// The position in the corpus's list of its kind.
    pub fn index(self) -> usize {
        match self {
            Self::Rule(i)
            | Self::DataNeeded(i)
            | Self::LoggingPolicy(i)
            | Self::Enrichment(i)
            | Self::Trigger(i)
            | Self::RecordedEvent(i)
            | Self::ResponseAction(i)
            | Self::ResponsePlaybook(i)
            | Self::ResponseStage(i)
            | Self::MitigationSystem(i)
            | Self::MitigationPolicy(i)
            | Self::HardeningPolicy(i)
            | Self::UseCase(i)
            | Self::Customer(i)
            | Self::Page(i)
            | Self::Attack(i) => i as usize,
        }
    }
}
