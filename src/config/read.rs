//! `purplebook.toml` from text to values with their positions, and every problem in it at once.
//!
//! Reading goes on after each problem; whoever calls decides that a file with findings is not
//! used. Nothing here looks at the disk: whether a path exists is `discover`'s question.

mod coverage;
mod levels;
mod queries;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::Kind;
use crate::report::{Code, Finding, Findings, Severity};
use crate::text::{FileId, SafeUrl, Span};

use super::schema::{KEYS, Key, Takes, keys_of, tables};
use super::suggest::{list, nearest};
use super::{CoverageConfig, KnownQueries, LevelRule, MarkdownProfile};

/// The id under which findings name the configuration file; it is in no source set.
pub const CONFIG_FILE: FileId = FileId(0);

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written<T> {
    /// The value.
    pub value: T,
    /// Its bytes in the file.
    pub span: Span,
}

/// What the file says; absent keys are `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// `[site] title`
    pub title: Option<String>,
    /// `[site] base_url`
    pub base_url: Option<String>,
    /// `[site] edit_url`
    pub edit_url: Option<String>,
    /// `[site] history_url`
    pub history_url: Option<String>,
    /// `[site] theme`
    pub theme: Option<Written<PathBuf>>,
    /// `[content]`, by kind.
    pub content: [Option<Vec<Written<PathBuf>>>; Kind::ALL.len()],
    /// `[attack] version`
    pub attack_version: Option<String>,
    /// `[attack] bundle`
    pub bundles: Option<Vec<Written<PathBuf>>>,
    /// `[attack] layers`
    pub layers: Option<Vec<Written<PathBuf>>>,
    /// `[attack] names`
    pub names: Option<Written<PathBuf>>,
    /// `[markdown] profile`
    pub markdown: Option<MarkdownProfile>,
    /// `[queries] show`
    pub show: Option<Vec<WrittenQuery>>,
    /// `[queries] compat`
    pub compat: Option<String>,
    /// `[queries] placeholders`
    pub placeholders: BTreeMap<String, Vec<String>>,
    /// `[check] allow`, `warn` and `deny`
    pub levels: Vec<LevelRule>,
    /// `[check] fail_on`
    pub fail_on: Option<Severity>,
    /// `[check] baseline`
    pub baseline: Option<PathBuf>,
    /// `[check] external_skip`
    pub external_skip: Vec<String>,
    /// `[check] external_cache`
    pub external_cache: Option<PathBuf>,
    /// `[build] output`
    pub output: Option<PathBuf>,
    /// `[coverage]`
    pub coverage: CoverageConfig,
}

/// A query as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenQuery {
    /// The target's name.
    pub target: String,
    /// The heading.
    pub title: String,
    /// The format's name.
    pub format: Option<String>,
    /// The pipelines: names of built-in ones, or paths.
    pub pipelines: Vec<WrittenPipeline>,
}

/// A pipeline as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrittenPipeline {
    /// One that is built in.
    BuiltIn(String),
    /// A file.
    File(Written<PathBuf>),
}

/// Reads the text of a `purplebook.toml`; `known` says what queries there are.
pub fn read(text: &str, known: &KnownQueries) -> (Settings, Findings) {
    let mut reader = Reader { known, settings: Settings::default(), findings: Findings::new() };
    let (document, errors) = DeTable::parse_recoverable(text);
    reader.document(document.get_ref());
    let Reader { settings, findings, .. } = reader;
    let broken: Vec<Finding> = errors.iter().map(malformed).collect();
    // Where the parser put something in for what it could not read, that is no second problem.
    let rest = findings.into_iter().filter(|finding| broken.iter().all(|syntax| syntax.at != finding.at));
    let all: Findings = rest.chain(broken.iter().cloned()).collect();
    (settings, all.sorted())
}

fn malformed(error: &toml::de::Error) -> Finding {
    let message = format!("not valid TOML: {}", error.message().trim_end_matches('.'));
    Finding::new(Code::MalformedConfig, at(error.span().unwrap_or(0..0)), message)
}

fn at(range: Range<usize>) -> Span {
    Span::new(CONFIG_FILE, range.start, range.end)
}

struct Reader<'a> {
    known: &'a KnownQueries,
    settings: Settings,
    findings: Findings,
}

impl Reader<'_> {
    fn document(&mut self, document: &DeTable<'_>) {
        for (name, value) in document {
            if !tables().any(|table| table == name.get_ref()) {
                self.unknown_table(name, value.get_ref().is_table());
            } else if let Some(table) = value.get_ref().as_table() {
                self.table(name.get_ref(), table);
            } else {
                let message = format!("`{0}` must be a table, `[{0}]`", name.get_ref());
                self.bad(value.span(), message, value.get_ref());
            }
        }
    }

    fn table(&mut self, table: &str, entries: &DeTable<'_>) {
        for (name, value) in entries {
            match keys_of(table).find(|key| key.name == name.get_ref()) {
                Some(key) => self.value(key, value),
                None => self.unknown_key(table, name),
            }
        }
    }

    fn unknown_table(&mut self, name: &Spanned<std::borrow::Cow<'_, str>>, is_table: bool) {
        let word: &str = name.get_ref();
        let home = KEYS.iter().find(|key| key.name == word);
        let (message, help) = match (is_table, home) {
            (false, Some(key)) => {
                (format!("`{word}` stands outside a table"), format!("put it under `[{}]`", key.table))
            }
            (is_table, _) => (
                if is_table { format!("unknown table `[{word}]`") } else { format!("unknown key `{word}`") },
                match nearest(word, tables()) {
                    Some(table) => format!("did you mean `[{table}]`?"),
                    None => format!("the tables are {}", list(tables())),
                },
            ),
        };
        self.findings.push(Finding::new(Code::UnknownKey, at(name.span()), message).help(help));
    }

    fn unknown_key(&mut self, table: &str, name: &Spanned<std::borrow::Cow<'_, str>>) {
        let word: &str = name.get_ref();
        let help = match (
            nearest(word, keys_of(table).map(|key| key.name)),
            KEYS.iter().find(|key| key.name == word && key.table != table),
        ) {
            (Some(key), _) => format!("did you mean `{key}`?"),
            (None, Some(key)) => format!("`{word}` belongs under `[{}]`", key.table),
            (None, None) => format!("the keys of `[{table}]` are {}", list(keys_of(table).map(|key| key.name))),
        };
        let message = format!("unknown key `{word}` in `[{table}]`");
        self.findings.push(Finding::new(Code::UnknownKey, at(name.span()), message).help(help));
    }

    fn value(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) {
        match key.takes {
            Takes::Text | Takes::Url | Takes::FileUrl | Takes::Profile | Takes::Compat | Takes::Severity => {
                self.text_value(key, value);
            }
            Takes::Folder | Takes::File | Takes::NewFolder | Takes::NewFile => {
                let Some(path) = self.path(key, value) else { return };
                match key.name {
                    "theme" => self.settings.theme = Some(path),
                    "names" => self.settings.names = Some(path),
                    "baseline" if key.table == "coverage" => self.settings.coverage.baseline = Some(path.value),
                    "external_cache" => self.settings.external_cache = Some(path.value),
                    "baseline" => self.settings.baseline = Some(path.value),
                    _ => self.settings.output = Some(path.value),
                }
            }
            Takes::Files | Takes::Folders | Takes::Globs => {
                let paths = self.paths(key, value);
                match Kind::ALL.into_iter().find(|kind| key.table == "content" && kind.key() == key.name) {
                    Some(kind) => self.settings.content[kind as usize] = Some(paths),
                    None if key.name == "layers" => self.settings.layers = Some(paths),
                    None => self.settings.bundles = Some(paths),
                }
            }
            Takes::Addresses => self.addresses(key, value),
            Takes::Queries => self.queries(key, value),
            Takes::Lists => self.lists(key, value),
            Takes::Levels | Takes::Needs => self.words(key, value),
            Takes::Minima => self.minima(key, value),
            Takes::Codes => self.levels(key, value),
        }
    }

    fn text_value(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) {
        let Some(text) = self.text(key, value) else { return };
        match key.takes {
            Takes::Url => match web_address(&text) {
                Ok(url) => self.settings.base_url = Some(url),
                Err(problem) => self.refuse(value.span(), format!("`{text}` {problem}"), BASE_URL_HELP),
            },
            Takes::FileUrl => match file_address(&text) {
                Ok(()) if key.name == "edit_url" => self.settings.edit_url = Some(text),
                Ok(()) => self.settings.history_url = Some(text),
                Err(problem) => self.refuse(value.span(), format!("`{text}` {problem}"), FILE_URL_HELP),
            },
            Takes::Profile => self.profile(&text, value.span()),
            Takes::Severity => self.severity(&text, value),
            Takes::Compat if matches!(text.as_str(), "strict" | "pysigma") => self.settings.compat = Some(text),
            Takes::Compat => {
                self.refuse(value.span(), format!("unknown mode `{text}`"), "the modes are `strict` and `pysigma`");
            }
            _ if key.name == "version" => self.settings.attack_version = Some(text),
            _ => self.settings.title = Some(text),
        }
    }

    fn profile(&mut self, text: &str, span: Range<usize>) {
        if let Ok(profile) = text.parse() {
            self.settings.markdown = Some(profile);
            return;
        }
        let help = match nearest(text, MarkdownProfile::NAMES) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the profiles are {}", list(MarkdownProfile::NAMES)),
        };
        self.refuse(span, format!("unknown profile `{text}`"), help);
    }

    pub(super) fn text(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(key, value);
            return None;
        };
        if text.trim().is_empty() {
            self.refuse(value.span(), format!("`{}` is empty", key.name), "leave the key out to get its default");
            return None;
        }
        Some(text.to_owned())
    }

    fn path(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) -> Option<Written<PathBuf>> {
        self.text(key, value).map(|text| Written { value: PathBuf::from(text), span: at(value.span()) })
    }

    fn paths(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) -> Vec<Written<PathBuf>> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| self.path(key, item)).collect(),
            _ => self.path(key, value).into_iter().collect(),
        }
    }

    fn addresses(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) {
        let items = value.get_ref().as_array().map_or(std::slice::from_ref(value), |items| &items[..]);
        let patterns: Vec<String> = items.iter().filter_map(|item| self.text(key, item)).collect();
        self.settings.external_skip = patterns;
    }

    pub(super) fn wrong_type(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) {
        let message = format!("`{}` must be {}", key.name, key.takes.noun());
        self.bad(value.span(), message, value.get_ref());
    }

    pub(super) fn bad(&mut self, span: Range<usize>, message: String, found: &DeValue<'_>) {
        let noun = match found.type_str() {
            kind @ ("integer" | "array") => format!("an {kind}"),
            kind => format!("a {kind}"),
        };
        self.findings.push(Finding::new(Code::BadConfigValue, at(span), message).label(format!("this is {noun}")));
    }

    pub(super) fn refuse(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.findings.push(Finding::new(Code::BadConfigValue, at(span), message).help(help));
    }
}

const BASE_URL_HELP: &str = "write the whole address, such as `https://security.example.org/kb/`";

/// `text` as an address pages can be joined to, without a final `/`; else what is wrong with it.
///
/// # Errors
/// If it is no `http`/`https` address, or carries a query or fragment that joining would break.
pub fn web_address(text: &str) -> Result<String, &'static str> {
    let url = SafeUrl::external(text).filter(|url| !url.as_str().to_ascii_lowercase().starts_with("mailto:"));
    let Some(url) = url else { return Err("is not an http or https address") };
    if url.as_str().contains(['?', '#']) {
        return Err("has a query or fragment, so no page can be joined to it");
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

const FILE_URL_HELP: &str = "write an address such as `https://git.example.org/kb/edit/main/{path}`";

/// What is wrong with `text` as an address of files, which has `{path}` behind the name of its host.
fn file_address(text: &str) -> Result<(), &'static str> {
    let is_web = |url: &SafeUrl| !url.as_str().to_ascii_lowercase().starts_with("mailto:");
    // Whatever path is filled in is made of letters, digits and such signs as these.
    if !SafeUrl::external(&text.replace("{path}", "a/b-c.yml")).is_some_and(|url| is_web(&url)) {
        return Err("is not an http or https address");
    }
    let behind_host = text.split_once("://").and_then(|(_, rest)| rest.split_once(['/', '?'])).map(|(_, path)| path);
    if behind_host.is_some_and(|path| path.contains("{path}")) {
        Ok(())
    } else {
        Err("has no `{path}` behind the host, so it is the same for every file")
    }
}

#[cfg(test)]
mod tests {
    use super::super::KnownTarget;
    use super::*;

    fn problems(text: &str) -> Vec<(String, String)> {
        let (_, findings) = read(text, &known());
        let shown = |finding: &Finding| match &finding.at {
            crate::text::At::Span(span) => text[span.start as usize..span.end as usize].to_owned(),
            other => format!("{other:?}"),
        };
        findings.iter().map(|finding| (shown(finding), finding.message.clone())).collect()
    }

    fn known() -> KnownQueries {
        let target = |name, title, formats: &[&'static str]| KnownTarget { name, title, formats: formats.to_vec() };
        let targets = vec![
            target("es-qs", "Kibana query", &["default"]),
            target("graylog", "Graylog", &["default"]),
            target("lucene", "Lucene", &["default", "siem_rule"]),
        ];
        KnownQueries { targets, pipelines: vec!["ecs_windows", "winlogbeat"] }
    }

    #[test]
    fn every_key_is_read() {
        let text = r#"
            [site]
            title = "KB"
            base_url = "https://example.org/kb/"
            theme = "mine"
            [content]
            rules = ["../sigma/rules", "content/rules"]
            pages = "docs"
            [attack]
            version = "18.1"
            bundle = "a.json"
            names = "names.tsv"
            [markdown]
            profile = "atc-2019"
            [queries]
            show = [
                "graylog",
                { target = "es-qs", title = "Kibana" },
                { target = "lucene", pipelines = ["ecs_windows", "pipelines/ours.yml"], format = "siem_rule" },
            ]
            compat = "pysigma"
            placeholders = { admins = ["root", "adm-*"], host = "dc1" }
            [build]
            output = "public"
        "#;
        let (settings, findings) = read(text, &known());
        assert_eq!(findings, Findings::new());
        assert_eq!(settings.title.as_deref(), Some("KB"));
        assert_eq!(settings.base_url.as_deref(), Some("https://example.org/kb"));
        let rules = settings.content[Kind::Rule as usize].as_ref().expect("rules");
        assert_eq!(
            rules.iter().map(|r| r.value.to_str()).collect::<Vec<_>>(),
            [Some("../sigma/rules"), Some("content/rules")]
        );
        assert_eq!(settings.content[Kind::Page as usize].as_ref().map(Vec::len), Some(1));
        assert_eq!(settings.content[Kind::Trigger as usize], None);
        assert_eq!(settings.attack_version.as_deref(), Some("18.1"));
        assert_eq!(settings.bundles.map(|b| b.len()), Some(1));
        assert_eq!(settings.markdown, Some(MarkdownProfile::Atc2019));
        let show = settings.show.expect("show");
        assert_eq!((show[0].title.as_str(), show[1].title.as_str()), ("Graylog", "Kibana"));
        assert_eq!((show[2].title.as_str(), show[2].format.as_deref()), ("Lucene", Some("siem_rule")));
        assert_eq!(show[2].pipelines[0], WrittenPipeline::BuiltIn("ecs_windows".to_owned()));
        assert!(matches!(&show[2].pipelines[1], WrittenPipeline::File(path) if path.value.ends_with("ours.yml")));
        assert_eq!(settings.compat.as_deref(), Some("pysigma"));
        assert_eq!(settings.placeholders["admins"], ["root", "adm-*"]);
        assert_eq!(settings.placeholders["host"], ["dc1"]);
        assert_eq!(settings.output, Some(PathBuf::from("public")));
    }

    #[test]
    fn addresses_of_files_have_their_path() {
        let text =
            "[site]\nedit_url = \"https://git.example/e/{path}\"\nhistory_url = \"https://git.example/?f={path}\"\n";
        let (settings, findings) = read(text, &known());
        assert_eq!(findings, Findings::new());
        assert_eq!(settings.edit_url.as_deref(), Some("https://git.example/e/{path}"));
        assert_eq!(settings.history_url.as_deref(), Some("https://git.example/?f={path}"));
        for (url, problem) in [
            ("https://git.example/e/", "has no `{path}` behind the host, so it is the same for every file"),
            ("https://{path}/e", "has no `{path}` behind the host, so it is the same for every file"),
            ("javascript:{path}", "is not an http or https address"),
            ("mailto:{path}@example.org", "is not an http or https address"),
        ] {
            let found = problems(&format!("[site]\nedit_url = \"{url}\"\n"));
            assert_eq!(found, [(format!("\"{url}\""), format!("`{url}` {problem}"))]);
        }
    }

    #[test]
    fn all_problems_are_reported_each_at_its_own_bytes() {
        let text =
            "title = \"x\"\n[site]\ntitel = 1\nbase_url = \"ftp://x\"\n[atack]\n[queries]\nshow = [\"es-q\", 3]\n";
        let found = problems(text);
        let found: Vec<_> = found.iter().map(|(at, message)| (at.as_str(), message.as_str())).collect();
        assert_eq!(
            found,
            [
                ("title", "`title` stands outside a table"),
                ("titel", "unknown key `titel` in `[site]`"),
                ("\"ftp://x\"", "`ftp://x` is not an http or https address"),
                ("atack", "unknown table `[atack]`"),
                ("\"es-q\"", "unknown target `es-q`"),
                (
                    "3",
                    "`show` must be a list of targets, each a name or a table `{ target, pipelines, format, title }`"
                ),
            ]
        );
    }

    #[test]
    fn broken_toml_is_a_finding_and_the_rest_is_still_read() {
        let found = problems("[site]\ntitle = \nthem = \"a\"\n");
        assert!(found[0].1.starts_with("not valid TOML: "), "{found:?}");
        assert_eq!(found.last().map(|(_, message)| message.as_str()), Some("unknown key `them` in `[site]`"));
    }

    #[test]
    fn base_addresses_are_web_addresses_without_a_query() {
        assert_eq!(web_address("http://h/a/"), Ok("http://h/a".to_owned()));
        assert!(web_address("mailto:a@b").is_err());
        assert!(web_address("//h").is_err());
        assert!(web_address("https://h/?a").is_err());
    }
}
