//! What is done about an alert: Response Actions, Response Playbooks, Response Stages.

use super::{Origin, Value};

/// A stage of a response, in the order a playbook shows them: those of an incident, then what can be
/// done to an attack, of which RE&CT's playbooks have lists as well.
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
    /// Seeing it as it happens.
    Detect,
    /// Keeping the attacker from what is wanted.
    Deny,
    /// Breaking off what goes on.
    Disrupt,
    /// Making it slow and dear.
    Degrade,
    /// Leading the attacker astray.
    Deceive,
    /// Making what the attacker uses useless.
    Destroy,
    /// Making the attacker give up.
    Deter,
}

impl Stage {
    /// All stages, in order.
    pub const ALL: [Self; 13] = [
        Self::Preparation,
        Self::Identification,
        Self::Containment,
        Self::Eradication,
        Self::Recovery,
        Self::LessonsLearned,
        Self::Detect,
        Self::Deny,
        Self::Disrupt,
        Self::Degrade,
        Self::Deceive,
        Self::Destroy,
        Self::Deter,
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
            Self::Detect => "detect",
            Self::Deny => "deny",
            Self::Disrupt => "disrupt",
            Self::Degrade => "degrade",
            Self::Deceive => "deceive",
            Self::Destroy => "destroy",
            Self::Deter => "deter",
        }
    }

    /// The form of a key of the name of a stage, which need not be one of these.
    pub fn key_of(name: &str) -> String {
        name.trim().to_lowercase().replace([' ', '-'], "_")
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
            Self::Detect => "Detect",
            Self::Deny => "Deny",
            Self::Disrupt => "Disrupt",
            Self::Degrade => "Degrade",
            Self::Deceive => "Deceive",
            Self::Destroy => "Destroy",
            Self::Deter => "Deter",
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
    /// What must be in place: Data Needed, Mitigation Systems, or anything in words.
    pub requirements: Vec<String>,
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

/// A Response Stage: what Response Actions of one stage are for.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseStage {
    /// Where it was read.
    pub origin: Origin,
    /// Its name; actions use it.
    pub title: String,
    /// `RS0001`.
    pub id: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Sources.
    pub references: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The YAML document as written.
    pub document: Value,
}
