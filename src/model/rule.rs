//! A Sigma rule: its metadata, and its documents as they were written.

use crate::text::{Place, YamlPath};

use super::{Origin, Value};

/// What a Sigma document describes (Sigma specification 2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RuleKind {
    /// A detection over single events.
    Detection,
    /// A correlation of other rules' matches.
    Correlation,
    /// Conditions added to other rules.
    Filter,
}

/// A log source (Sigma taxonomy): each part as written, absent parts `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogSource {
    /// `windows`, `linux`, `aws` …
    pub product: Option<String>,
    /// `process_creation`, `proxy` …
    pub category: Option<String>,
    /// `sysmon`, `security`, `cloudtrail` …
    pub service: Option<String>,
    /// Free text on what must be configured.
    pub definition: Option<String>,
}

impl LogSource {
    /// Whether no part is given.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A rule another rule says it is related to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// The other rule's id.
    pub id: String,
    /// `derived`, `obsolete`, `merged`, `renamed`, `similar`, `correlation`, or what was written.
    pub relation: String,
}

/// A Sigma rule, correlation or filter.
///
/// A file may hold several; a file of the 2019 language (`action: global …`) is one rule of
/// several documents. Metadata comes from the first document that gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Where it was read; `document` is the first of [`Self::documents`].
    pub origin: Origin,
    /// Position among the rules of its file, from 0; the first has the file's name as its page.
    pub ordinal: u32,
    /// What it describes.
    pub kind: RuleKind,
    /// The UUID, as written.
    pub id: Option<String>,
    /// The title; the file stem where none is given.
    pub title: String,
    /// The name correlations may refer to.
    pub name: Option<String>,
    /// What it detects.
    pub description: Option<String>,
    /// `stable`, `test`, `experimental`, `deprecated`, `unsupported`, or what was written.
    pub status: Option<String>,
    /// `informational`, `low`, `medium`, `high`, `critical`, or what was written.
    pub level: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// An SPDX identifier; Detection Rule License 1.1 where absent.
    pub license: Option<String>,
    /// Created, as written.
    pub date: Option<String>,
    /// Last changed, as written.
    pub modified: Option<String>,
    /// Sources.
    pub references: Vec<String>,
    /// Tags with their namespaces.
    pub tags: Vec<String>,
    /// Known false positives.
    pub falsepositives: Vec<String>,
    /// Fields worth looking at.
    pub fields: Vec<String>,
    /// The log source of each document that gives one, with that document's index in
    /// [`Self::documents`].
    pub logsources: Vec<(usize, LogSource)>,
    /// Rules it is related to.
    pub related: Vec<Related>,
    /// Rules a correlation or filter refers to, by id or name.
    pub refers_to: Vec<String>,
    /// Data Needed it declares, by title or file stem.
    pub data_needed: Vec<String>,
    /// Enrichments it declares, by title or file stem.
    pub enrichments: Vec<String>,
    /// Its YAML documents, in order.
    pub documents: Vec<Value>,
}

impl Rule {
    /// The license text that holds for the rule.
    pub fn license_or_default(&self) -> &str {
        self.license.as_deref().unwrap_or("DRL-1.1")
    }

    /// Where the id of the item `index` of [`Self::related`] is written.
    pub fn related_id(&self, index: usize) -> Place {
        let item = self.origin.item_of(YamlPath::field("related"), index);
        Place { path: item.path.key("id"), ..item }
    }
}
