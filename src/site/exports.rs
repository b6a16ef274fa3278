//! Where the files for other programs lie: all in one folder that is theirs alone.

use crate::model::{AttackId, AttackKind, Domain, Kind};
use crate::text::slug;

use super::OutPath;
use super::plan::ATTACK_FOLDERS;

/// The folder; no page and no copied file of an author gets into it.
pub(super) const FOLDER: &str = "exports";

const TABLES: &str = "exports/tables";

/// What a layer of the ATT&CK Navigator shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// All of a domain.
    Domain(Domain),
    /// What a group, or another object that uses techniques, uses.
    Object(AttackId),
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

/// The file of a layer.
pub fn layer(layer: &Layer) -> OutPath {
    let name = match layer {
        Layer::Domain(domain) => domain.key().to_owned(),
        Layer::Object(id) => id.to_string(),
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
    let folder = ATTACK_FOLDERS.iter().find(|(known, _)| *known == kind).map_or("attack", |(_, folder)| folder);
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
    ATTACK_FOLDERS.into_iter()
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
