//! A page as data: what the HTML templates and the Markdown writer both render.
//!
//! Values are plain text or links to routes; nothing here is markup. `key`s are stable names
//! that themes, style sheets and tests may rely on; labels may be reworded.

use serde::{Serialize, Serializer};

use crate::graph::{Coverage, CoverageState};
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
    Downloads,
    Coverage,
    Free,
    Rule,
    DataNeeded,
    LoggingPolicy,
    Enrichment,
    Trigger,
    ResponseAction,
    ResponsePlaybook,
    ResponseStage,
    MitigationSystem,
    MitigationPolicy,
    HardeningPolicy,
    UseCase,
    Customer,
    Tactic,
    Technique,
    Group,
    Software,
    Mitigation,
    DataComponent,
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
            Self::Downloads => "downloads",
            Self::Coverage => "coverage",
            Self::Free => "free",
            Self::Rule => "rule",
            Self::DataNeeded => "data-needed",
            Self::LoggingPolicy => "logging-policy",
            Self::Enrichment => "enrichment",
            Self::Trigger => "trigger",
            Self::ResponseAction => "response-action",
            Self::ResponsePlaybook => "response-playbook",
            Self::ResponseStage => "response-stage",
            Self::MitigationSystem => "mitigation-system",
            Self::MitigationPolicy => "mitigation-policy",
            Self::HardeningPolicy => "hardening-policy",
            Self::UseCase => "use-case",
            Self::Customer => "customer",
            Self::Tactic => "tactic",
            Self::Technique => "technique",
            Self::Group => "group",
            Self::Software => "software",
            Self::Mitigation => "mitigation",
            Self::DataComponent => "data-component",
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
    /// The steps from what the page is about to the log that must be on; empty on most pages.
    pub way: Vec<WayStep>,
    /// The table of metadata.
    pub facts: Vec<Fact>,
    /// Everything else, in order.
    pub sections: Vec<Section>,
    /// The page that stands in the place of this one, which has nothing to say but that.
    pub moved_to: Option<RouteId>,
    /// Files of the site this page alone has as scripts, in order; nothing is missing without them.
    pub scripts: Vec<OutPath>,
    /// Who must be named where this page is reproduced; each line ends without a full stop.
    pub credits: Vec<Vec<Inline>>,
    /// The file it was written in, relative to the project with `/`; none for pages of no one file.
    pub source: Option<String>,
}

/// A step on the way from a technique to the log its detection depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct WayStep {
    /// The stable name.
    pub key: &'static str,
    /// What stands here ("Data Needed").
    pub title: &'static str,
    /// The things themselves, or why there is none.
    pub value: FactValue,
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
    /// Texts that are folded below a name: tests with their commands, whole events.
    Folds(Vec<Fold>),
    /// Something the reader must not miss.
    Notice(Tone, Vec<Inline>),
    /// Figures.
    Stats(Vec<Stat>),
    /// Links as cards: title, target, a line of text, a count.
    Cards(Vec<(String, RouteId, String, Option<usize>)>),
    /// An ATT&CK matrix.
    Matrix(Vec<MatrixColumn>),
    /// A matrix at a glance.
    Overview(Overview),
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
    /// The text before the default values of inputs (`#{name}`) were filled in, where they can be
    /// chosen on the page.
    pub template: Option<String>,
}

/// Texts below a name: a test with the commands to run it, its inputs filled in, or an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Its name.
    pub title: String,
    /// The test, where all of it is.
    pub target: Option<LinkTarget>,
    /// Where a test runs and what it needs, or how long a text is, as short texts.
    pub about: Vec<String>,
    /// The texts; commands in the order they are run.
    pub texts: Vec<CodeBlock>,
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

/// A matrix at a glance: a column of marks for each tactic, in the order of the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overview {
    /// What it is of ("Enterprise matrix").
    pub title: String,
    /// The page of the matrix.
    pub target: RouteId,
    /// The matrix as a picture.
    pub picture: OutPath,
    /// The states of the techniques of each tactic, each with its sub-techniques.
    pub columns: Vec<Vec<CoverageState>>,
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

/// What a matrix can be narrowed to. Techniques, platforms and the rest are numbers of entries of
/// the lists of names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatrixChoices {
    /// The ids of all techniques of the matrix, sub-techniques among them.
    pub techniques: Vec<String>,
    /// The platforms of each.
    pub technique_platforms: Vec<Vec<usize>>,
    /// Platforms as ATT&CK names them, sorted.
    pub platforms: Vec<String>,
    /// Levels of rules, the gravest first.
    pub levels: Vec<String>,
    /// Statuses of rules, the most trusted first.
    pub statuses: Vec<String>,
    /// Log sources of rules, sorted.
    pub sources: Vec<String>,
    /// The rules tagged with a technique of the matrix.
    pub rules: Vec<MatrixRule>,
    /// The tests of its techniques.
    pub tests: Vec<MatrixTest>,
    /// The groups that use a technique of it, by name.
    pub groups: Vec<MatrixActor>,
    /// The software that does.
    pub software: Vec<MatrixActor>,
}

/// A rule of a matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixRule {
    /// Its level.
    pub level: Option<usize>,
    /// Its status.
    pub status: Option<usize>,
    /// Its log source.
    pub source: Option<usize>,
    /// The platform its log source is of, if it is of one.
    pub platform: Option<usize>,
    /// Its techniques, sorted.
    pub techniques: Vec<usize>,
    /// The Data Needed it needs, which have no names here.
    pub data: Vec<usize>,
}

/// A test of a matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixTest {
    /// Its technique.
    pub technique: usize,
    /// The platforms it runs on; none where ATT&CK has no such platform.
    pub platforms: Vec<usize>,
}

/// A group or software of a matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatrixActor {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The techniques it uses, sorted.
    pub techniques: Vec<usize>,
}

// There are thousands of them, so they are rows without names.
impl Serialize for MatrixRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.level, self.status, self.source, self.platform, &self.techniques, &self.data).serialize(serializer)
    }
}

impl Serialize for MatrixTest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.technique, &self.platforms).serialize(serializer)
    }
}

impl Serialize for MatrixActor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.id, &self.name, &self.techniques).serialize(serializer)
    }
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
    /// How many Data Needed those rules need.
    pub data: usize,
    /// Its sub-techniques; none below a sub-technique.
    pub subs: Vec<MatrixCell>,
}

impl MatrixCell {
    /// Whether a rule detects it or one of its sub-techniques.
    pub fn is_detected(&self) -> bool {
        self.rules > 0 || self.subs.iter().any(|sub| sub.rules > 0)
    }

    /// What its figures stand for.
    pub fn state(&self) -> CoverageState {
        Coverage { rules: self.rules, tests: self.tests, data: self.data }.state()
    }
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
