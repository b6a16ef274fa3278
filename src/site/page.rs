//! A page as data: what the HTML templates and the Markdown writer both render.
//!
//! Values are plain text or links to routes; nothing here is markup. `key`s are stable names
//! that themes, style sheets and tests may rely on; labels may be reworded.

use crate::text::SafeUrl;

use super::{LinkTarget, OutPath, RouteId};

/// What a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "each variant is its own name")]
pub enum PageKind {
    Home,
    Index,
    Matrix,
    Credits,
    Free,
    Rule,
    DataNeeded,
    LoggingPolicy,
    Enrichment,
    Trigger,
    ResponseAction,
    ResponsePlaybook,
    Tactic,
    Technique,
    Group,
    Software,
    Mitigation,
    Campaign,
}

impl PageKind {
    /// The stable name, used as a CSS class and in the template context.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::Index => "index",
            Self::Matrix => "matrix",
            Self::Credits => "credits",
            Self::Free => "free",
            Self::Rule => "rule",
            Self::DataNeeded => "data-needed",
            Self::LoggingPolicy => "logging-policy",
            Self::Enrichment => "enrichment",
            Self::Trigger => "trigger",
            Self::ResponseAction => "response-action",
            Self::ResponsePlaybook => "response-playbook",
            Self::Tactic => "tactic",
            Self::Technique => "technique",
            Self::Group => "group",
            Self::Software => "software",
            Self::Mitigation => "mitigation",
            Self::Campaign => "campaign",
        }
    }
}

/// A page of the site.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its own route.
    pub route: RouteId,
    /// Its path without extension.
    pub path: OutPath,
    /// What it is about.
    pub kind: PageKind,
    /// The kind in words, shown above the title ("Detection rule").
    pub kicker: &'static str,
    /// The title.
    pub title: String,
    /// The identifier shown beside the title (`T1059.001`).
    pub id: Option<String>,
    /// One or two plain sentences for the page's metadata; may be empty.
    pub summary: String,
    /// The way from the home page, without this page.
    pub breadcrumbs: Vec<(String, RouteId)>,
    /// Short marks beside the title (level, status, revoked).
    pub badges: Vec<Badge>,
    /// The table of metadata.
    pub facts: Vec<Fact>,
    /// Everything else, in order.
    pub sections: Vec<Section>,
    /// The page that stands in the place of this one, which has nothing to say but that.
    pub moved_to: Option<RouteId>,
    /// Who must be named where this page is reproduced; each line ends without a full stop.
    pub credits: Vec<Vec<Inline>>,
}

/// How a mark or notice is meant; never shown by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each variant is its own name")]
pub enum Tone {
    Neutral,
    Good,
    Info,
    Caution,
    Danger,
}

impl Tone {
    /// The stable name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Good => "good",
            Self::Info => "info",
            Self::Caution => "caution",
            Self::Danger => "danger",
        }
    }
}

/// A short mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// The text.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

/// A row of the metadata table.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// The stable name.
    pub key: &'static str,
    /// The label, as in ATC's tables.
    pub label: &'static str,
    /// The value.
    pub value: FactValue,
}

/// The value of a fact.
#[derive(Debug, Clone, PartialEq)]
pub enum FactValue {
    /// One value.
    One(Vec<Inline>),
    /// Several values.
    Many(Vec<Vec<Inline>>),
    /// None, and why.
    None(String),
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Text.
    Text(String),
    /// Text in a code face.
    Code(String),
    /// A link.
    Link(String, LinkTarget),
    /// A mark.
    Badge(Badge),
}

/// A part of a page under a heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// The anchor, unique on the page; also the stable name.
    pub anchor: String,
    /// Whether other pages link to the anchor: Markdown writes it out, since what a reader of
    /// Markdown makes of a heading differs from one to the next.
    pub linked: bool,
    /// The heading.
    pub title: String,
    /// 2 to 4; the page's title is 1.
    pub level: u8,
    /// How many things it lists, shown beside the heading.
    pub count: Option<usize>,
    /// The content.
    pub blocks: Vec<Block>,
}

/// A piece of a section.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A line of text and links.
    Line(Vec<Inline>),
    /// Markdown of the content's authors.
    Prose(Prose),
    /// A bulleted list.
    List(Vec<Vec<Inline>>),
    /// A table.
    Table {
        /// Its columns.
        columns: Vec<Column>,
        /// Its rows, each as long as `columns`; a cell is a list of values.
        rows: Vec<Vec<Vec<Inline>>>,
    },
    /// A source text.
    Code(CodeBlock),
    /// The same search for several products.
    Queries(Vec<Query>),
    /// Something the reader must not miss.
    Notice(Tone, Vec<Inline>),
    /// Figures.
    Stats(Vec<Stat>),
    /// Links as cards: title, target, a line of text, a count.
    Cards(Vec<(String, RouteId, String, Option<usize>)>),
    /// An ATT&CK matrix.
    Matrix(Vec<MatrixColumn>),
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The heading.
    pub title: &'static str,
    /// Whether its cells are numbers.
    pub numeric: bool,
}

/// A Markdown text of somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prose {
    /// The Markdown.
    pub source: String,
    /// What its relative links and known addresses were resolved to, by destination as written.
    pub links: Vec<(String, LinkTarget)>,
    /// How much deeper its headings are than written, so that they fit under their section.
    pub heading_shift: u8,
}

/// A source text with its language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeBlock {
    /// The name of the language as the highlighter knows it (`yaml`, `lucene`, `powershell` …).
    pub language: &'static str,
    /// What it is, as a caption.
    pub title: String,
    /// The text.
    pub text: String,
}

/// A query of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What tells it from the others of the page, in any rule (`kusto+microsoft_xdr`).
    pub key: String,
    /// The heading ("Kibana query").
    pub title: String,
    /// What it was made for and with, in a line.
    pub provenance: String,
    /// The language for the highlighter.
    pub language: &'static str,
    /// The query, or why there is none.
    pub text: QueryText,
}

/// The outcome of a conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryText {
    /// The queries, one per detection.
    Converted(Vec<String>),
    /// Not convertible, and why.
    NotConvertible(String),
}

/// A figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    /// The figure.
    pub value: String,
    /// What it counts.
    pub label: String,
    /// More about it.
    pub target: Option<RouteId>,
}

/// A tactic of a matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixColumn {
    /// The tactic's name.
    pub title: String,
    /// The tactic's page.
    pub target: RouteId,
    /// Its techniques.
    pub cells: Vec<MatrixCell>,
}

/// A technique of a matrix column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixCell {
    /// The identifier.
    pub id: String,
    /// The name.
    pub title: String,
    /// The technique's page.
    pub target: RouteId,
    /// How many of our rules detect it (itself, not its sub-techniques).
    pub rules: usize,
    /// How many of our tests exercise it.
    pub tests: usize,
    /// Its sub-techniques; none below a sub-technique.
    pub subs: Vec<MatrixCell>,
}

impl Inline {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A link to a page of the site.
    pub fn page(text: impl Into<String>, route: RouteId) -> Self {
        Self::Link(text.into(), LinkTarget::Page(route))
    }

    /// A link to `url` with itself as text; plain text where the address is not safe.
    pub fn url(url: &str) -> Self {
        match SafeUrl::external(url) {
            Some(safe) => Self::Link(url.to_owned(), LinkTarget::Url(safe)),
            None => Self::Text(url.to_owned()),
        }
    }
}
