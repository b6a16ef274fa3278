//! What purplebook knows, as plain immutable data: entities, ATT&CK objects, validated ids.
//!
//! No foreign format is described here (that is `load`), and nothing here needs a second
//! entity to answer a question (that is `graph`). References between entities are still the
//! names their authors wrote.

mod attack;
mod collection;
mod corpus;
mod customer;
mod id;
mod kind;
mod mitigation;
mod page;
pub mod pipeline;
mod recorded_event;
mod response;
mod rule;
mod sigmac_config;
mod telemetry;
mod trigger;
mod value;

pub use attack::{
    Attack, AttackName, AttackObject, Citation, Domain, NewerTactic, OldId, Relation, RelationKind, SoftwareKind,
    Status,
};
pub use collection::{CollectionFault, Emitted, Precedence, has_field_modifier, unfold};
pub use corpus::{Corpus, KindTally, ListPlace, Origin, Tally};
pub use customer::{Customer, UseCase};
pub use id::{AttackId, AttackKind};
pub use kind::Kind;
pub use mitigation::{Measure, MitigationSystem};
pub use page::{FreePage, Heading, MarkdownLink, MarkdownText};
pub use recorded_event::{EventField, RecordedEvent};
pub use response::{ResponseAction, ResponsePlaybook, ResponseStage, Stage};
pub use rule::{LogSource, Related, Rule, RuleKind};
pub use sigmac_config::{FieldMapping, MappedLogSource, MappingCase, SigmacConfig};
pub use telemetry::{DataNeeded, Enrichment, LoggingPolicy};
pub use trigger::{AtomicTest, Dependency, Executor, InputArgument, Trigger};
pub use value::Value;
