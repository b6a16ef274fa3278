//! What is done about an alert: Response Actions and Response Playbooks.

use super::{Origin, Value};

/// A stage of a response, in the order a playbook shows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Before anything happens.
    Preparation,
    /// Finding out what happened.
    Identification,
    /// Stopping it from spreading.
    Containment,
    /// Removing it.
    Eradication,
    /// Back to normal.
    Recovery,
    /// Doing better next time.
    LessonsLearned,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 6] = [
        Self::Preparation,
        Self::Identification,
        Self::Containment,
        Self::Eradication,
        Self::Recovery,
        Self::LessonsLearned,
    ];

    /// The YAML key.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Preparation => "preparation",
            Self::Identification => "identification",
            Self::Containment => "containment",
            Self::Eradication => "eradication",
            Self::Recovery => "recovery",
            Self::LessonsLearned => "lessons_learned",
        }
    }

    /// The heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Preparation => "Preparation",
            Self::Identification => "Identification",
            Self::Containment => "Containment",
            Self::Eradication => "Eradication",
            Self::Recovery => "Recovery",
            Self::LessonsLearned => "Lessons Learned",
        }
    }
}

/// A Response Action: one step.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseAction {
    /// Where it was read.
    pub origin: Origin,
    /// Its name; links use it.
    pub title: String,
    /// `RA1001` in later ATC.
    pub id: Option<String>,
    /// The stage it belongs to, as written.
    pub stage: Option<String>,
    /// Tools that automate it.
    pub automation: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Created, as written.
    pub creation_date: Option<String>,
    /// Sources.
    pub references: Vec<String>,
    /// What it achieves.
    pub description: Option<String>,
    /// Actions it works with.
    pub linked_actions: Vec<String>,
    /// Analytics it works with.
    pub linked_analytics: Vec<String>,
    /// The steps, in Markdown.
    pub workflow: Option<String>,
    /// The YAML document as written.
    pub document: Value,
}

/// A Response Playbook: actions by stage.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponsePlaybook {
    /// Where it was read.
    pub origin: Origin,
    /// Its name; links use it.
    pub title: String,
    /// `RP0001` in later ATC.
    pub id: Option<String>,
    /// When to use it.
    pub description: Option<String>,
    /// Tags with their namespaces.
    pub tags: Vec<String>,
    /// Severity, as written.
    pub severity: Option<String>,
    /// Traffic Light Protocol.
    pub tlp: Option<String>,
    /// Permissible Actions Protocol.
    pub pap: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// Created, as written.
    pub creation_date: Option<String>,
    /// Playbooks that go with it.
    pub linked_playbooks: Vec<String>,
    /// The actions of each stage that has any, in stage order.
    pub stages: Vec<(Stage, Vec<String>)>,
    /// The steps, in Markdown.
    pub workflow: Option<String>,
    /// The YAML document as written.
    pub document: Value,
}
