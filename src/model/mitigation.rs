//! What keeps an attack from succeeding: ATC's Mitigation Systems, Mitigation Policies and Hardening Policies.

use super::{Origin, Value};

/// A Mitigation System: a product that mitigations are put in place with.
#[derive(Debug, Clone, PartialEq)]
pub struct MitigationSystem {
    /// Where it was read.
    pub origin: Origin,
    /// Its name; links use it.
    pub title: String,
    /// What it does, in Markdown.
    pub description: Option<String>,
    /// Where it runs.
    pub platforms: Vec<String>,
    /// The least versions of these it runs on.
    pub minimum_versions: Vec<String>,
    /// Sources.
    pub references: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The YAML document as written.
    pub document: Value,
}

/// A measure against an attack: a Mitigation Policy, or a Hardening Policy, which needs no system
/// and has no prerequisites.
#[derive(Debug, Clone, PartialEq)]
pub struct Measure {
    /// Where it was read.
    pub origin: Origin,
    /// Its name; links use it.
    pub title: String,
    /// What it prevents.
    pub description: Option<String>,
    /// Tags with their namespaces: tactics, techniques and mitigations of ATT&CK.
    pub tags: Vec<String>,
    /// Mitigation Systems it is put in place with.
    pub systems: Vec<String>,
    /// Where it can be put in place.
    pub platforms: Vec<String>,
    /// The least versions of these that have it.
    pub minimum_versions: Vec<String>,
    /// What must be there first.
    pub prerequisites: Vec<String>,
    /// Sources.
    pub references: Vec<String>,
    /// The steps, in Markdown.
    pub configuration: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The YAML document as written.
    pub document: Value,
}
