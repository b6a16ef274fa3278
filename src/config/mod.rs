//! What the user chose, as one small struct per stage.
//!
//! The keys of `purplebook.toml` are a table in `schema`; `read` turns its text into values with
//! positions, `discover` finds it, lays flags over it and looks whether what it names exists.
//! The other stages see only these plain structs.

mod coverage;
mod discover;
mod read;
pub mod schema;
mod suggest;
mod told;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

pub use coverage::{COVERAGE_BASELINE, CoverageConfig, Need, TacticMinimum};
pub use discover::{ConfigError, FILE_NAME, InvalidConfig, Overrides, discover};
pub use read::{CONFIG_FILE, Settings, Written, read, web_address};
pub use suggest::{list, nearest};
pub use told::{CheckConfig, Level, LevelRule, PathGlobs, code_help, is_about_configuration};

use crate::model::Kind;

/// All choices of one run, complete with defaults and flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The project folder, absolute; paths in messages and output are relative to it.
    pub root: PathBuf,
    /// Where the site goes, absolute.
    pub output: PathBuf,
    /// Site-wide texts and addresses.
    pub site: SiteConfig,
    /// Where content is read from.
    pub content: ContentConfig,
    /// Which ATT&CK.
    pub attack: AttackConfig,
    /// How Markdown pages are written.
    pub markdown: MarkdownProfile,
    /// Which queries rules are shown with.
    pub queries: QueryConfig,
    /// What the content must cover.
    pub coverage: CoverageConfig,
    /// The configuration file, if there is one: its path as shown, and its text.
    pub file: Option<(String, String)>,
    /// Which findings are told.
    pub check: CheckConfig,
}

/// `[site]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteConfig {
    /// The name of the knowledge base.
    pub title: String,
    /// Where the site will be published, without a final `/`; needed only where an absolute
    /// address is.
    pub base_url: Option<String>,
    /// Where the file of a page can be edited, with `{path}` for its path from the root.
    pub edit_url: Option<String>,
    /// Where the changes of that file can be seen, likewise.
    pub history_url: Option<String>,
    /// The theme folder; the built-in default theme where absent.
    pub theme: Option<PathBuf>,
}

/// `[content]`: for each kind, its folders, as absolute paths that start with the root.
///
/// All of them existed when the configuration was read: a folder that was named and is missing is
/// an error there, a default folder that is missing is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContentConfig(pub [Vec<PathBuf>; Kind::ALL.len()]);

impl ContentConfig {
    /// The folders of one kind, in the order given.
    pub fn folders(&self, kind: Kind) -> &[PathBuf] {
        &self.0[kind as usize]
    }
}

/// `[attack]`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttackConfig {
    /// The version of the built-in facts; the newest where absent.
    pub version: Option<String>,
    /// STIX bundles to take ATT&CK from, prose included.
    pub bundles: Vec<PathBuf>,
    /// A table of names that override ATT&CK's.
    pub names: Option<PathBuf>,
    /// Folders of layers of the ATT&CK Navigator.
    pub layers: Vec<PathBuf>,
}

/// `[markdown] profile`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum MarkdownProfile {
    /// ATC's layout, everything correct and linked.
    #[default]
    Default,
    /// The bytes ATC wrote in February 2019, quirks included.
    Atc2019,
    /// The bytes ATC wrote in its last state, of 2022, quirks included.
    Atc2022,
}

impl MarkdownProfile {
    /// The names of all profiles.
    pub const NAMES: [&'static str; 3] = ["default", "atc-2019", "atc-2022"];

    /// The name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Atc2019 => "atc-2019",
            Self::Atc2022 => "atc-2022",
        }
    }
}

/// The text names no profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownProfile;

impl FromStr for MarkdownProfile {
    type Err = UnknownProfile;

    fn from_str(text: &str) -> Result<Self, UnknownProfile> {
        match text {
            "default" => Ok(Self::Default),
            "atc-2019" => Ok(Self::Atc2019),
            "atc-2022" => Ok(Self::Atc2022),
            _ => Err(UnknownProfile),
        }
    }
}

/// `[queries]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryConfig {
    /// The queries of each rule, in the order shown.
    pub show: Vec<QueryChoice>,
    /// Whose text the queries have: `strict` or `pysigma`.
    pub compat: String,
    /// The values of placeholders (`expand`), by name.
    pub placeholders: BTreeMap<String, Vec<String>>,
}

impl QueryConfig {
    /// Whether the queries are others than those shown where nobody says which.
    pub fn is_chosen(&self) -> bool {
        self.show != Self::default().show
    }
}

/// One query of each rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryChoice {
    /// The target's name (`es-qs`).
    pub target: String,
    /// The heading ("Kibana query").
    pub title: String,
    /// The shape of the output; the target's first where none is named.
    pub format: Option<String>,
    /// The processing pipelines, applied by their priority.
    pub pipelines: Vec<PipelineChoice>,
}

/// A processing pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PipelineChoice {
    /// One that is built in, by its name.
    BuiltIn(String),
    /// A file of the user's.
    File(PathBuf),
}

impl PipelineChoice {
    /// What it is called: its name, or that of its file without the ending.
    pub fn name(&self) -> String {
        match self {
            Self::BuiltIn(name) => name.clone(),
            Self::File(path) => path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        }
    }
}

/// What queries can be asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownQueries {
    /// The targets, with their usual headings.
    pub targets: Vec<KnownTarget>,
    /// The names of the pipelines that are built in.
    pub pipelines: Vec<&'static str>,
}

/// A target that can be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTarget {
    /// Its name.
    pub name: &'static str,
    /// Its usual heading.
    pub title: &'static str,
    /// The names of its formats, the usual one first.
    pub formats: Vec<&'static str>,
}

/// The queries shown where nothing is configured: target, pipeline, heading.
pub(crate) const DEFAULT_QUERIES: [(&str, Option<&str>, &str); 9] = [
    ("lucene", Some("ecs_windows"), "Kibana query"),
    ("esql", Some("ecs_windows"), "ES|QL"),
    ("eql", Some("ecs_windows"), "EQL"),
    ("splunk", Some("splunk_windows"), "Splunk"),
    ("kusto", Some("microsoft_xdr"), "Defender XDR"),
    ("kusto", Some("sentinel_asim"), "Sentinel"),
    ("graylog", None, "Graylog"),
    ("xpack-watcher", None, "X-Pack Watcher"),
    ("loki", None, "Loki"),
];

impl Default for QueryConfig {
    /// What most teams run.
    fn default() -> Self {
        let choice = |(target, pipeline, title): &(&str, Option<&str>, &str)| QueryChoice {
            target: (*target).to_owned(),
            title: (*title).to_owned(),
            format: None,
            pipelines: pipeline.iter().map(|name| PipelineChoice::BuiltIn((*name).to_owned())).collect(),
        };
        Self {
            show: DEFAULT_QUERIES.iter().map(choice).collect(),
            compat: "strict".to_owned(),
            placeholders: BTreeMap::new(),
        }
    }
}
