//! The kinds of content a knowledge base is made of, with their folder and field names.

/// A kind of content.
///
/// The order is the order of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A Sigma rule.
    Rule,
    /// A log event an organisation collects.
    DataNeeded,
    /// How a log is switched on.
    LoggingPolicy,
    /// How an event is given more fields.
    Enrichment,
    /// An Atomic Red Team technique file.
    Trigger,
    /// A log event that was recorded for a rule; it has no page of its own.
    RecordedEvent,
    /// A single step of a response.
    ResponseAction,
    /// An ordered response to an incident.
    ResponsePlaybook,
    /// A stage of a response, with the actions that belong to it.
    ResponseStage,
    /// A product that mitigations are put in place with.
    MitigationSystem,
    /// How a mitigation is switched on.
    MitigationPolicy,
    /// How a system is made harder to attack.
    HardeningPolicy,
    /// What is watched for, and with which rules and data.
    UseCase,
    /// Who is watched for, and with what.
    Customer,
    /// A free page in Markdown.
    Page,
}

impl Kind {
    /// All kinds, in navigation order.
    pub const ALL: [Self; 15] = [
        Self::Rule,
        Self::DataNeeded,
        Self::LoggingPolicy,
        Self::Enrichment,
        Self::Trigger,
        Self::RecordedEvent,
        Self::ResponseAction,
        Self::ResponsePlaybook,
        Self::ResponseStage,
        Self::MitigationSystem,
        Self::MitigationPolicy,
        Self::HardeningPolicy,
        Self::UseCase,
        Self::Customer,
        Self::Page,
    ];

    /// Whether there is an index of the kind, and files of it for other programs.
    pub const fn is_listed(self) -> bool {
        !matches!(self, Self::RecordedEvent | Self::Page)
    }

    /// The folder of the kind's pages in the output, as ATC names it.
    pub const fn folder(self) -> &'static str {
        match self {
            Self::Rule => "Detection_Rules",
            Self::DataNeeded => "Data_Needed",
            Self::LoggingPolicy => "Logging_Policies",
            Self::Enrichment => "Enrichments",
            Self::Trigger => "Triggers",
            Self::ResponseAction => "Response_Actions",
            Self::ResponsePlaybook => "Response_Playbooks",
            Self::ResponseStage => "Response_Stages",
            Self::MitigationSystem => "Mitigation_Systems",
            Self::MitigationPolicy => "Mitigation_Policies",
            Self::HardeningPolicy => "Hardening_Policies",
            Self::UseCase => "Use_Cases",
            Self::Customer => "Customers",
            Self::RecordedEvent | Self::Page => "",
        }
    }

    /// The key under `[content]` and, with `-` for `_`, the name of the flag.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Rule => "rules",
            Self::DataNeeded => "data_needed",
            Self::LoggingPolicy => "logging_policies",
            Self::Enrichment => "enrichments",
            Self::Trigger => "triggers",
            Self::RecordedEvent => "recorded_events",
            Self::ResponseAction => "response_actions",
            Self::ResponsePlaybook => "response_playbooks",
            Self::ResponseStage => "response_stages",
            Self::MitigationSystem => "mitigation_systems",
            Self::MitigationPolicy => "mitigation_policies",
            Self::HardeningPolicy => "hardening_policies",
            Self::UseCase => "use_cases",
            Self::Customer => "customers",
            Self::Page => "pages",
        }
    }

    /// One of them, as said in a sentence.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::DataNeeded => "Data Needed",
            Self::LoggingPolicy => "Logging Policy",
            Self::Enrichment => "Enrichment",
            Self::Trigger => "Trigger",
            Self::RecordedEvent => "recorded event",
            Self::ResponseAction => "Response Action",
            Self::ResponsePlaybook => "Response Playbook",
            Self::ResponseStage => "Response Stage",
            Self::MitigationSystem => "Mitigation System",
            Self::MitigationPolicy => "Mitigation Policy",
            Self::HardeningPolicy => "Hardening Policy",
            Self::UseCase => "Use Case",
            Self::Customer => "Customer",
            Self::Page => "page",
        }
    }

    /// The heading of the kind's index.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Rule => "Detection Rules",
            Self::DataNeeded => "Data Needed",
            Self::LoggingPolicy => "Logging Policies",
            Self::Enrichment => "Enrichments",
            Self::Trigger => "Triggers",
            Self::RecordedEvent => "Recorded Events",
            Self::ResponseAction => "Response Actions",
            Self::ResponsePlaybook => "Response Playbooks",
            Self::ResponseStage => "Response Stages",
            Self::MitigationSystem => "Mitigation Systems",
            Self::MitigationPolicy => "Mitigation Policies",
            Self::HardeningPolicy => "Hardening Policies",
            Self::UseCase => "Use Cases",
            Self::Customer => "Customers",
            Self::Page => "Pages",
        }
    }
}
