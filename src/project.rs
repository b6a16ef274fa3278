//! The stages, composed once: from a configuration to a linked project, and from there to a site.

use rayon::prelude::*;

use crate::check::{self, CheckInput};
use crate::config::{Config, MarkdownProfile, QueryChoice};
use crate::graph::{DataNeededProfile, Graph, link};
use crate::load::{self, attack};
use crate::model::{Attack, Kind, Tally};
use crate::query::{self, Compiled, Target};
use crate::render::{self, HtmlRenderer, Theme, ThemeError};
use crate::report::{Findings, Progress, Stage};
use crate::site::{
    Frame, LinkIndex, OutPath, Query, QueryText, RouteId, SitePlan, SiteView, Subject, notice, plan,
};
use crate::source::{self, Folder, ReadError, ReadLimits, SourceSet};
use crate::text::FileId;
use crate::write::{Sink, WriteError};

/// Why a project could not be opened or written: the environment, never the content.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Content could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The built-in ATT&CK has no such version.
    #[error(transparent)]
    AttackVersion(#[from] attack::UnknownVersion),
    /// A STIX bundle could not be read.
    #[error(transparent)]
    Bundle(#[from] attack::BundleError),
    /// A row of the table of names cannot be used.
    #[error("{path}:{line}: {message}")]
    Names {
        /// The table.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// The theme does not work.
    #[error(transparent)]
    Theme(#[from] ThemeError),
    /// The output could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// A project: everything read, linked, converted and checked, ready to be rendered.
#[derive(Debug)]
pub struct Project {
    config: Config,
    sources: SourceSet,
    graph: Graph,
    plan: SitePlan,
    compiled: Compiled,
    findings: Findings,
}

impl Project {
    /// Reads, links, converts and checks the content `config` names.
    ///
    /// # Errors
    /// If files cannot be read or ATT&CK cannot be had; problems of the content are findings.
    pub fn open(config: Config, progress: &Progress) -> Result<Self, Error> {
        progress.begin(Stage::Read, 0);
        let (sources, mut findings) = source::read(&config.root, &folders(&config), &ReadLimits::default())?;
        let attack = attack(&config)?;
        progress.begin(Stage::Load, 0);
        let (corpus, more) = load::load(&sources, attack);
        findings.append(more);
        progress.begin(Stage::Link, 0);
        let graph = link(corpus, data_needed_profile(config.markdown));
        let plan = plan(&graph, sources.assets.iter().map(|asset| asset.within.as_str()));
        progress.begin(Stage::Compile, 0);
        let compiled = query::compile(graph.corpus(), &targets(&config));
        findings.append(compiled.findings());
        progress.begin(Stage::Check, 0);
        let links = LinkIndex::new(&graph, &plan, assets(&sources));
        findings.append(check::check(&CheckInput { graph: &graph, plan: &plan, links: &links }));
        load::locate(&sources, &mut findings);
        Ok(Self { config, sources, graph, plan, compiled, findings: findings.sorted() })
    }

    /// The linked content.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The source files, which findings point into.
    pub fn sources(&self) -> &SourceSet {
        &self.sources
    }

    /// What is wrong with the content: located, sorted.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// Files found, loaded and rejected.
    pub fn tally(&self) -> &Tally {
        &self.graph.corpus().tally
    }

    /// How many pages the site has, each as HTML and Markdown.
    pub fn pages(&self) -> usize {
        self.plan.len()
    }

    /// Renders the whole site into `sink`, in parallel.
    ///
    /// # Errors
    /// If the theme does not work or the sink refuses a file.
    pub fn render(&self, sink: &dyn Sink, progress: &Progress) -> Result<(), Error> {
        let theme = match &self.config.site.theme {
            Some(folder) => Theme::load(&source::named::folder(folder)?)?,
            None => Theme::embedded(),
        };
        let queries = self.queries();
        let links = LinkIndex::new(&self.graph, &self.plan, assets(&self.sources));
        let text = |file: FileId| self.sources.file(file).text.as_str();
        let view = SiteView {
            graph: &self.graph,
            plan: &self.plan,
            links: &links,
            queries: &queries,
            text: &text,
            config: &self.config.site,
        };
        let frame = view.frame();
        let renderer = HtmlRenderer::new(&theme, &frame, self.plan.routes());
        let pages = Pages { project: self, view: &view, frame: &frame, renderer: &renderer, sink };
        progress.begin(Stage::Render, self.plan.len());
        let routes: Vec<RouteId> = self.plan.routes().routes().collect();
        routes.par_iter().try_for_each(|route| {
            progress.advance(1);
            pages.put(*route)
        })?;
        self.extras(&view, &theme, &renderer, sink)
    }

    /// The files beside the pages: assets, notices, the page servers show for missing ones.
    fn extras(
        &self,
        view: &SiteView<'_>,
        theme: &Theme,
        renderer: &HtmlRenderer<'_>,
        sink: &dyn Sink,
    ) -> Result<(), Error> {
        for (path, bytes) in theme.assets() {
            sink.put(&path, &bytes)?;
        }
        for asset in &self.sources.assets {
            sink.put(&OutPath::of_file(&asset.within), &asset.bytes)?;
        }
        sink.put(&OutPath::sanitised("", "404.html"), renderer.not_found()?.as_bytes())?;
        sink.put(&OutPath::sanitised("", "NOTICE.txt"), notice(view).as_bytes())?;
        // GitHub Pages runs Jekyll over a site without this file, which drops files it dislikes.
        sink.put(&OutPath::sanitised("", ".nojekyll"), b"")?;
        Ok(())
    }

    /// The queries of each rule as its page shows them.
    fn queries(&self) -> Vec<Vec<Query>> {
        let choices: Vec<(&QueryChoice, &Target)> =
            self.config.queries.show.iter().filter_map(|choice| Some((choice, query::target(&choice.target)?))).collect();
        let of_rule = |rule: usize| {
            let query = |(choice, target): &(&QueryChoice, &Target)| {
                let text = match self.compiled.get(rule, target.name)? {
                    Ok(queries) => QueryText::Converted(queries.clone()),
                    Err(why) => QueryText::NotConvertible(why.reason.clone()),
                };
                let (title, language) = (choice.title.clone(), target.language);
                Some(Query { target: target.name.to_owned(), title, language, text })
            };
            choices.iter().filter_map(query).collect()
        };
        (0..self.graph.corpus().rules.len()).into_par_iter().map(of_rule).collect()
    }
}

/// What rendering one page needs.
struct Pages<'a> {
    project: &'a Project,
    view: &'a SiteView<'a>,
    frame: &'a Frame,
    renderer: &'a HtmlRenderer<'a>,
    sink: &'a dyn Sink,
}

impl Pages<'_> {
    /// Writes a page in both forms.
    fn put(&self, route: RouteId) -> Result<(), Error> {
        let page = self.view.page(route);
        let html = self.renderer.page(&page)?;
        self.sink.put(&page.path.with_extension("html"), html.as_bytes())?;
        let markdown = self.legacy(route).unwrap_or_else(|| {
            render::to_markdown(&page, self.frame, self.project.plan.routes())
        });
        self.sink.put(&page.path.with_extension("md"), markdown.as_bytes())?;
        Ok(())
    }

    /// The page as ATC wrote it, where that profile is on and has such a page.
    fn legacy(&self, route: RouteId) -> Option<String> {
        if self.project.config.markdown != MarkdownProfile::Atc2019 {
            return None;
        }
        let Subject::Node(_node) = self.project.plan.subject(route) else { return None };
        None
    }
}

fn folders(config: &Config) -> Vec<Folder> {
    let of = |kind: Kind| {
        let folders = config.content.folders(kind).iter();
        folders.map(move |path| Folder { kind, path: path.clone(), required: true })
    };
    Kind::ALL.into_iter().flat_map(of).collect()
}

fn targets(config: &Config) -> Vec<&'static Target> {
    config.queries.show.iter().filter_map(|choice| query::target(&choice.target)).collect()
}

fn data_needed_profile(markdown: MarkdownProfile) -> DataNeededProfile {
    match markdown {
        MarkdownProfile::Default => DataNeededProfile::Default,
        MarkdownProfile::Atc2019 => DataNeededProfile::Atc2019,
    }
}

/// ATT&CK as configured: built-in facts, bundles laid over them, names laid over both.
fn attack(config: &Config) -> Result<Attack, Error> {
    let mut attack = attack::embedded(config.attack.version.as_deref())?;
    let mut bundles = Vec::new();
    for path in &config.attack.bundles {
        bundles.push((path.display().to_string(), source::named::bytes(path)?));
    }
    if !bundles.is_empty() {
        let bundles: Vec<(&str, &[u8])> = bundles.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
        attack = attack::from_bundles(&bundles, attack)?.0;
    }
    if let Some(path) = &config.attack.names {
        let (names, problems) = attack::names(&source::named::text(path)?);
        if let Some(problem) = problems.into_iter().next() {
            let path = path.display().to_string();
            return Err(Error::Names { path, line: problem.line, message: problem.message });
        }
        attack.rename(names);
    }
    Ok(attack)
}

fn assets(sources: &SourceSet) -> impl Iterator<Item = (&str, OutPath)> {
    sources.assets.iter().map(|asset| (asset.path.as_str(), OutPath::of_file(&asset.within)))
}
