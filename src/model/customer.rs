//! Who is watched for, and what for: ATC's Customers and Use Cases.

use super::{Origin, Value};

/// A Use Case: what is watched for, with the rules and the data it takes.
#[derive(Debug, Clone, PartialEq)]
pub struct UseCase {
    /// Where it was read.
    pub origin: Origin,
    /// Its title; links use it.
    pub title: String,
    /// What people call it.
    pub name: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// Data Needed it takes.
    pub data_needed: Vec<String>,
    /// Logging Policies it takes.
    pub logging_policies: Vec<String>,
    /// Its rules, by title, name, id or the file's stem.
    pub rules: Vec<String>,
    /// Sources.
    pub references: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The YAML document as written.
    pub document: Value,
}

/// A Customer: who is watched for, with everything that is in use there.
#[derive(Debug, Clone, PartialEq)]
pub struct Customer {
    /// Where it was read.
    pub origin: Origin,
    /// Its title; links use it.
    pub title: String,
    /// What people call it.
    pub name: Option<String>,
    /// Who it is.
    pub description: Option<String>,
    /// Its Use Cases.
    pub use_cases: Vec<String>,
    /// Data Needed it collects.
    pub data_needed: Vec<String>,
    /// Logging Policies in force.
    pub logging_policies: Vec<String>,
    /// Its rules, by title, name, id or the file's stem.
    pub rules: Vec<String>,
    /// Sources.
    pub references: Vec<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// The YAML document as written.
    pub document: Value,
}
