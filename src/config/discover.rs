//! From the disk to a complete [`Config`]: finds `purplebook.toml`, lays the flags over it, fills
//! in defaults, and checks that every folder and file somebody named is there.

use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::{env, fs};

use crate::model::Kind;
use crate::report::{Code, Finding, Findings, Severity};

use super::read::{Settings, Written, WrittenPipeline, WrittenQuery, read};
use super::{
    AttackConfig, CheckConfig, Config, ContentConfig, CoverageConfig, KnownQueries, MarkdownProfile, PipelineChoice,
    QueryChoice, QueryConfig, SiteConfig, web_address,
};

/// The name of the configuration file.
pub const FILE_NAME: &str = "purplebook.toml";

/// What flags say; absent ones are `None` or empty. Paths are relative to the working directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    /// `--root`
    pub root: Option<PathBuf>,
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--output`
    pub output: Option<PathBuf>,
    /// `--title`
    pub title: Option<String>,
    /// `--base-url`
    pub base_url: Option<String>,
    /// `--theme`
    pub theme: Option<PathBuf>,
    /// `--markdown-profile`
    pub markdown: Option<MarkdownProfile>,
    /// `--attack-version`
    pub attack_version: Option<String>,
    /// `--attack-bundle`
    pub attack_bundles: Vec<PathBuf>,
    /// `--fail-on`
    pub fail_on: Option<Severity>,
    /// `--external-cache`
    pub external_cache: Option<PathBuf>,
    /// The flags of the content kinds.
    pub content: [Vec<PathBuf>; Kind::ALL.len()],
}

/// Why there is no configuration to work with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The operating system refused something.
    #[error("cannot {operation} {}: {source}", .path.display())]
    Io {
        /// What was tried.
        operation: &'static str,
        /// On what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A flag has a value that cannot be used.
    #[error("{flag} {value}: {problem}")]
    Flag {
        /// The flag.
        flag: String,
        /// Its value.
        value: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The file has problems.
    #[error("{} has errors", .0.path)]
    Invalid(Box<InvalidConfig>),
}

/// A configuration file with its problems.
#[derive(Debug)]
pub struct InvalidConfig {
    /// The path as shown: relative to the working directory where it was found by walking up.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What is wrong with it, sorted; all positions are in [`super::CONFIG_FILE`].
    pub findings: Findings,
}

/// Reads the configuration of this run; `known` says what queries there are.
///
/// # Errors
/// If a file cannot be read, a flag names something that is not there, or the file has problems.
pub fn discover(flags: &Overrides, known: &KnownQueries) -> Result<Config, ConfigError> {
    let here = env::current_dir().map_err(io_error("find", Path::new("the working directory")))?;
    let found = find(flags, &here)?;
    let (settings, mut findings) = match &found.file {
        Some((_, text)) => read(text, known),
        None => (Settings::default(), Findings::new()),
    };
    let mut paths = Paths { here: &here, root: &found.root, base: &found.base, findings: Findings::new() };
    let config = paths.resolve(settings, flags)?;
    findings.append(paths.findings);
    match found.file {
        Some((path, text)) if !findings.is_empty() => {
            Err(ConfigError::Invalid(Box::new(InvalidConfig { path, text, findings: findings.sorted() })))
        }
        file => Ok(Config { file, ..config }),
    }
}

struct Found {
    /// The project folder.
    root: PathBuf,
    /// The folder the file's paths are relative to.
    base: PathBuf,
    /// The path as shown, and the text.
    file: Option<(String, String)>,
}

fn find(flags: &Overrides, here: &Path) -> Result<Found, ConfigError> {
    let root = match &flags.root {
        Some(root) if !here.join(root).is_dir() => return Err(flag_error("--root", root, "no such folder")),
        Some(root) => Some(physical(&here.join(root))?),
        None => None,
    };
    if let Some(config) = &flags.config {
        let text = read_text(config)?;
        let base = physical(here.join(config).parent().unwrap_or(here))?;
        let file = Some((config.display().to_string(), text));
        return Ok(Found { root: root.unwrap_or_else(|| base.clone()), base, file });
    }
    if let Some(root) = root {
        let path = flags.root.clone().unwrap_or_default().join(FILE_NAME);
        let file = if path.is_file() { Some((path.display().to_string(), read_text(&path)?)) } else { None };
        return Ok(Found { base: root.clone(), root, file });
    }
    let mut shown = PathBuf::new();
    for folder in here.ancestors() {
        if folder.join(FILE_NAME).is_file() {
            let path = shown.join(FILE_NAME);
            let text = read_text(&path)?;
            let file = Some((path.display().to_string(), text));
            return Ok(Found { root: folder.to_owned(), base: folder.to_owned(), file });
        }
        shown.push("..");
    }
    Ok(Found { root: here.to_owned(), base: here.to_owned(), file: None })
}

/// The path without symbolic links, so that its parent is the folder `..` leads to.
fn physical(path: &Path) -> Result<PathBuf, ConfigError> {
    // Windows' canonical form (`\\?\C:\…`) is one many programs cannot read.
    let result = if cfg!(windows) { std::path::absolute(path) } else { fs::canonicalize(path) };
    result.map_err(io_error("find", path))
}

fn read_text(path: &Path) -> Result<String, ConfigError> {
    let bytes = fs::read(path).map_err(io_error("read", path))?;
    let text = String::from_utf8(bytes).map_err(|e| io_error("read", path)(io::Error::other(e.utf8_error())))?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn io_error(operation: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ConfigError {
    let path = path.to_owned();
    move |source| ConfigError::Io { operation, path, source }
}

fn flag_error(flag: &str, value: &Path, problem: &str) -> ConfigError {
    ConfigError::Flag { flag: flag.to_owned(), value: value.display().to_string(), problem: problem.to_owned() }
}

#[derive(Clone, Copy)]
enum Wanted {
    Folder,
    File,
}

impl Wanted {
    /// What is wrong with `path`, if anything.
    fn problem(self, path: &Path) -> Option<&'static str> {
        match self {
            Self::Folder if path.is_dir() => None,
            Self::Folder if path.exists() => Some("is not a folder"),
            Self::Folder => Some("no such folder"),
            Self::File if path.is_file() => None,
            Self::File if path.exists() => Some("is not a file"),
            Self::File => Some("no such file"),
        }
    }
}

struct Paths<'a> {
    here: &'a Path,
    root: &'a Path,
    base: &'a Path,
    findings: Findings,
}

impl Paths<'_> {
    fn resolve(&mut self, settings: Settings, flags: &Overrides) -> Result<Config, ConfigError> {
        let mut content: [Vec<PathBuf>; Kind::ALL.len()] = Default::default();
        for (kind, written) in Kind::ALL.into_iter().zip(settings.content) {
            let flag = format!("--{}", kind.key().replace('_', "-"));
            let default = self.root.join("content").join(kind.key());
            content[kind as usize] = match self.chosen(&flag, &flags.content[kind as usize], written, Wanted::Folder)? {
                Some(folders) => folders,
                None if default.is_dir() => vec![default],
                None => Vec::new(),
            };
        }
        let bundles = self.chosen("--attack-bundle", &flags.attack_bundles, settings.bundles, Wanted::File)?;
        let theme =
            self.chosen("--theme", flags.theme.as_slice(), settings.theme.map(|theme| vec![theme]), Wanted::Folder)?;
        let layers = self.chosen("", &[], settings.layers, Wanted::Folder)?;
        let usual_layers = || Some(self.root.join("content/layers")).filter(|folder| folder.is_dir());
        let layers = layers.unwrap_or_else(|| usual_layers().into_iter().collect());
        let names = settings.names.map(|names| self.written(&names, Wanted::File));
        let base_url = match &flags.base_url {
            Some(url) => Some(web_address(url).map_err(|problem| ConfigError::Flag {
                flag: "--base-url".to_owned(),
                value: url.clone(),
                problem: problem.to_owned(),
            })?),
            None => settings.base_url,
        };
        let usual = CheckConfig::default();
        Ok(Config {
            root: self.root.to_owned(),
            output: match (&flags.output, settings.output) {
                (Some(output), _) => self.seen(self.here, output),
                (None, Some(output)) => self.seen(self.base, &output),
                (None, None) => self.root.join("output"),
            },
            site: SiteConfig {
                title: flags.title.clone().or(settings.title).unwrap_or_else(|| "Knowledge base".to_owned()),
                base_url,
                edit_url: settings.edit_url,
                history_url: settings.history_url,
                theme: theme.and_then(|theme| theme.into_iter().next()),
            },
            content: ContentConfig(content),
            attack: AttackConfig {
                version: flags.attack_version.clone().or(settings.attack_version),
                bundles: bundles.unwrap_or_default(),
                names,
                layers,
            },
            markdown: flags.markdown.or(settings.markdown).unwrap_or_default(),
            check: CheckConfig {
                levels: settings.levels,
                fail_on: flags.fail_on.or(settings.fail_on).unwrap_or(usual.fail_on),
                baseline: self.seen(self.base, settings.baseline.as_deref().unwrap_or(&usual.baseline)),
                external_skip: settings.external_skip,
                external_cache: match &flags.external_cache {
                    Some(path) => self.seen(self.here, path),
                    None => self.seen(self.base, settings.external_cache.as_deref().unwrap_or(&usual.external_cache)),
                },
            },
            queries: self.queries(settings.show, settings.compat, settings.placeholders),
            coverage: CoverageConfig {
                baseline: settings.coverage.baseline.as_deref().map(|path| self.seen(self.base, path)),
                ..settings.coverage
            },
            file: None,
        })
    }

    fn queries(
        &mut self,
        show: Option<Vec<WrittenQuery>>,
        compat: Option<String>,
        placeholders: BTreeMap<String, Vec<String>>,
    ) -> QueryConfig {
        let usual = QueryConfig::default();
        let mut choice = |query: WrittenQuery| QueryChoice {
            target: query.target,
            title: query.title,
            format: query.format,
            pipelines: query.pipelines.into_iter().map(|pipeline| self.pipeline(pipeline)).collect(),
        };
        let show = show.map(|show| show.into_iter().map(&mut choice).collect());
        QueryConfig { show: show.unwrap_or(usual.show), compat: compat.unwrap_or(usual.compat), placeholders }
    }

    fn pipeline(&mut self, pipeline: WrittenPipeline) -> PipelineChoice {
        match pipeline {
            WrittenPipeline::BuiltIn(name) => PipelineChoice::BuiltIn(name),
            WrittenPipeline::File(path) => PipelineChoice::File(self.written(&path, Wanted::File)),
        }
    }

    /// The paths of a flag if it was given, else those of the file, each once and checked.
    fn chosen(
        &mut self,
        flag: &str,
        typed: &[PathBuf],
        written: Option<Vec<Written<PathBuf>>>,
        wanted: Wanted,
    ) -> Result<Option<Vec<PathBuf>>, ConfigError> {
        let mut paths = Vec::new();
        if !typed.is_empty() {
            for path in typed {
                if let Some(problem) = wanted.problem(&self.here.join(path)) {
                    return Err(flag_error(flag, path, problem));
                }
                paths.push(self.seen(self.here, path));
            }
        } else if let Some(written) = written {
            paths.extend(written.into_iter().map(|path| self.written(&path, wanted)));
        } else {
            return Ok(None);
        }
        let mut seen = std::collections::BTreeSet::new();
        paths.retain(|path| seen.insert(path.clone()));
        Ok(Some(paths))
    }

    fn written(&mut self, path: &Written<PathBuf>, wanted: Wanted) -> PathBuf {
        let full = self.base.join(&path.value);
        if let Some(problem) = wanted.problem(&full) {
            let shown = path.value.display();
            let message = match problem.strip_prefix("no such ") {
                Some(noun) => format!("{noun} `{shown}` does not exist"),
                None => format!("`{shown}` {problem}"),
            };
            let mut finding = Finding::new(Code::MissingConfiguredPath, path.span, message);
            if path.value.is_relative() {
                finding = finding.help("paths are relative to the folder of this file");
            }
            self.findings.push(finding);
        }
        self.seen(self.base, &path.value)
    }

    /// A path that is relative to `folder`, as it is told from the root. Only an absolute path
    /// outside the root stays as it was given.
    fn seen(&self, folder: &Path, path: &Path) -> PathBuf {
        if path.is_absolute() && !path.starts_with(self.root) {
            return tidy(path);
        }
        seen_from(self.root, &folder.join(path))
    }
}

/// `path` without `.` and with `..` resolved by name; both must be absolute.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                tidy.pop();
            }
            other => tidy.push(other),
        }
    }
    tidy
}

/// `path` as `root`, then as many `..` as needed, then the rest: what lies beside the project is
/// then shown (and sorted) the same wherever both are checked out.
fn seen_from(root: &Path, path: &Path) -> PathBuf {
    let path = tidy(path);
    let shared = root.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let up = root.components().count() - shared;
    let mut out = root.to_owned();
    out.extend(std::iter::repeat_n("..", up));
    out.extend(path.components().skip(shared));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_the_root() {
        let root = Path::new("/a/kb");
        assert_eq!(seen_from(root, Path::new("/a/kb/./content/x")), Path::new("/a/kb/content/x"));
        assert_eq!(seen_from(root, Path::new("/a/kb/../sigma/rules")), Path::new("/a/kb/../sigma/rules"));
        assert_eq!(seen_from(root, Path::new("/a/kb/sub/../../sigma")), Path::new("/a/kb/../sigma"));
        assert_eq!(seen_from(root, Path::new("/a/kb/sub/rules")), Path::new("/a/kb/sub/rules"));
    }
}
