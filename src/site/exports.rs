//! Where the files for other programs lie: all in one folder that is theirs alone.

use crate::model::{AttackId, AttackKind, Domain, Kind};
use crate::text::slug;

use super::plan::{ATTACK_FOLDERS, AttackFolder};
use super::{OutPath, plan_input};

/// The folder; no page and no copied file of an author gets into it.
pub(super) const FOLDER: &str = "exports";

/// The folder of the API, with its version.
pub(super) const API: &str = "exports/api/v1";

const TABLES: &str = "exports/tables";

const ELASTICSEARCH: &str = "exports/elasticsearch";

/// What a layer of the ATT&CK Navigator shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// All of a domain.
    Domain(Domain),
    /// The techniques of an ATT&CK object, in the domain most of them are in.
    Object(AttackId),
    /// Those of another domain.
    ObjectIn(AttackId, Domain),
    /// What there is for a platform of the Enterprise matrix.
    Platform(String),
    /// What the rules of a log source cover in it.
    LogSource(String),
    /// What the rules of a Customer cover in it, by the name of its file.
    Customer(String),
}

/// The form of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableForm {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// A list of objects.
    Json,
}

impl TableForm {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Csv, Self::Json];

    /// As shown.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Json => "JSON",
        }
    }

    const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// An index of Elasticsearch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Index {
    /// A document for each rule, with ATC's fields.
    Rules,
    /// A document for each technique.
    Techniques,
}

impl Index {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Rules, Self::Techniques];

    /// The name of its files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rules => "detection_rules",
            Self::Techniques => "techniques",
        }
    }
}

/// What there is a JSON Schema for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Layers of the ATT&CK Navigator.
    Layer,
    /// Case templates.
    CaseTemplate,
    /// The API.
    Api,
    /// The tables.
    Tables,
    /// The extension of STIX.
    StixExtension,
}

impl Schema {
    /// All.
    pub const ALL: [Self; 5] = [Self::Api, Self::Tables, Self::Layer, Self::CaseTemplate, Self::StixExtension];

    /// What it says the form of.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Layer => "Layers of the ATT&CK Navigator",
            Self::CaseTemplate => "Case templates of TheHive",
            Self::Api => "The JSON API",
            Self::Tables => "Tables",
            Self::StixExtension => "What the STIX bundle has that STIX has no property for",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Layer => "navigator-layer-4.5",
            Self::CaseTemplate => "thehive-case-template",
            Self::Api => "api-v1",
            Self::Tables => "tables",
            Self::StixExtension => "stix-extension",
        }
    }
}

/// The file of a layer.
pub fn layer(layer: &Layer) -> OutPath {
    let name = match layer {
        Layer::Domain(domain) => domain.key().to_owned(),
        Layer::Object(id) => id.to_string(),
        Layer::ObjectIn(id, domain) => format!("{id}-{}", domain.key()),
        Layer::Platform(name) => format!("platform-{}", slug(name)),
        Layer::LogSource(name) => format!("source-{}", slug(name)),
        Layer::Customer(name) => format!("customer-{}", slug(name)),
    };
    OutPath::sanitised("exports/navigator", &format!("{name}.json"))
}

/// The file of the table of a kind of content.
pub fn table(kind: Kind, form: TableForm) -> OutPath {
    OutPath::sanitised(TABLES, &format!("{}.{}", kind.folder().to_lowercase(), form.extension()))
}

/// The file of the table of a kind of ATT&CK object.
pub fn attack_table(kind: AttackKind, form: TableForm) -> OutPath {
    let folder = AttackFolder::of(kind).map_or("attack", |folder| folder.name);
    OutPath::sanitised(TABLES, &format!("attack_{}.{}", folder.to_lowercase(), form.extension()))
}

/// ATC's table of rules with their data, logs and responses.
pub fn analytics() -> OutPath {
    OutPath::sanitised(TABLES, "analytics.csv")
}

/// ATC's table of fields with the events that have them.
pub fn pivoting() -> OutPath {
    OutPath::sanitised(TABLES, "pivoting.csv")
}

/// The kinds of ATT&CK objects that have an index and its table, with the index's title.
pub fn attack_tables() -> impl Iterator<Item = (AttackKind, &'static str)> {
    ATTACK_FOLDERS.into_iter().map(|folder| (folder.kind, folder.title))
}

/// Where a client of the API begins.
pub fn api_index() -> OutPath {
    OutPath::sanitised(API, "index.json")
}

/// The list of all entities of a kind, by its key.
pub fn api_list(key: &str) -> OutPath {
    OutPath::sanitised(API, &format!("{key}.json"))
}

/// What the folder of a kind of ATT&CK object is called in the API.
pub fn attack_key(kind: AttackKind) -> Option<&'static str> {
    plan_input::attack_key(kind)
}

/// All of the knowledge base as a bundle of STIX 2.1.
pub fn knowledge_base() -> OutPath {
    OutPath::sanitised("exports/stix", "knowledge-base.json")
}

/// The documents of an index of Elasticsearch, as its bulk interface takes them.
pub fn documents(index: Index) -> OutPath {
    OutPath::sanitised(ELASTICSEARCH, &format!("{}.ndjson", index.name()))
}

/// The template of an index of Elasticsearch.
pub fn index_template(index: Index) -> OutPath {
    OutPath::sanitised(ELASTICSEARCH, &format!("{}.template.json", index.name()))
}

/// The file of a JSON Schema.
pub fn schema(which: Schema) -> OutPath {
    OutPath::sanitised("exports/schemas", &format!("{}.schema.json", which.name()))
}

/// The files that lie where those look who know no other place.
pub(super) fn at_the_top() -> [OutPath; 4] {
    [sitemap(), robots(), feed(), llms()]
}

/// Whether a path is that of a file for other programs, if there is any file.
pub fn is_one(path: &OutPath) -> bool {
    path.is_below(&OutPath::sanitised("", FOLDER)) || at_the_top().contains(path)
}

/// The addresses of all pages, for search engines.
pub fn sitemap() -> OutPath {
    OutPath::sanitised("", "sitemap.xml")
}

/// Where those find it.
pub fn robots() -> OutPath {
    OutPath::sanitised("", "robots.txt")
}

/// The rules changed last, as an Atom feed.
pub fn feed() -> OutPath {
    OutPath::sanitised("", "feed.xml")
}

/// The way into the Markdown pages, for language models.
pub fn llms() -> OutPath {
    OutPath::sanitised("", "llms.txt")
}
