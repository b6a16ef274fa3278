//! A project rendered: every page in both forms, and the files beside them.

use rayon::prelude::*;

use crate::config::{Config, MarkdownProfile, PipelineChoice, QueryChoice};
use crate::export::{self, EXPORTS};
use crate::model::{Domain, Kind};
use crate::query::{Compat, Request};
use crate::render::markdown::{atc2019, atc2022, to_markdown};
use crate::render::{self, HtmlRenderer, Theme, search};
use crate::report::{Progress, Stage};
use crate::requests::configs_of_2020;
use crate::site::{
    Frame, LinkIndex, MatrixChoices, OutPath, Page, Query, QueryText, RouteId, Searchable, SiteView, Subject,
    matrix_choices, matrix_picture, notice,
};
use crate::source;
use crate::text::FileId;
use crate::write::Sink;

use super::{Error, Project, assets};

/// The page for missing addresses, the licences, and the file without which GitHub Pages runs
/// Jekyll over a site, which drops files it dislikes.
pub(super) const OWN_FILES: [&str; 3] = ["404.html", "NOTICE.txt", ".nojekyll"];

/// Paths no page and no copied file may have.
pub(super) fn reserved(config: &Config) -> Result<Vec<OutPath>, Error> {
    let mut paths: Vec<OutPath> = OWN_FILES.iter().map(|name| OutPath::sanitised("", name)).collect();
    // As a file, so that nothing can lie below it either.
    paths.push(search::folder());
    paths.extend(Theme::embedded_assets());
    if config.markdown == MarkdownProfile::Atc2022 {
        paths.push(list_of_stages());
    }
    if let Some(folder) = &config.site.theme {
        let files = source::named::folder(folder)?;
        let statics = files.iter().filter_map(|(name, _)| name.strip_prefix("static/"));
        paths.extend(statics.filter_map(|name| OutPath::new(&format!("assets/{name}")).ok()));
    }
    Ok(paths)
}

/// The files of the user's theme as they are on the disk now; none of the default theme, which is
/// built in.
pub(super) fn theme_files(config: &Config) -> Result<Vec<(String, Vec<u8>)>, Error> {
    Ok(config.site.theme.as_deref().map(source::named::folder).transpose()?.unwrap_or_default())
}

/// The list of the Response Stages that ATC wrote beside their pages in 2022.
pub(super) fn list_of_stages() -> OutPath {
    OutPath::sanitised(Kind::ResponseStage.folder(), "responsestages.md")
}

impl Project {
    /// Renders the whole site into `sink`, in parallel.
    ///
    /// # Errors
    /// If the theme does not work or the sink refuses a file.
    pub fn render(&self, sink: &dyn Sink, progress: &Progress) -> Result<(), Error> {
        let theme = Theme::load(&theme_files(&self.config)?)?;
        self.with_site(&theme, |site| site.put_all(sink, progress))
    }

    /// Has `work` done with all that making files of the site needs.
    pub(super) fn with_site<T>(
        &self,
        theme: &Theme,
        work: impl FnOnce(&Site<'_>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let links = LinkIndex::new(&self.graph, &self.plan, assets(&self.sources, &self.plan));
        let text = |file: FileId| self.sources.file(file).text.as_str();
        let path = |file: FileId| self.sources.file(file).path.as_str();
        // Only where the project does not say which queries it shows.
        let is_atc = self.config.markdown == MarkdownProfile::Atc2022 && !self.config.queries.is_chosen();
        let configs = is_atc.then(configs_of_2020);
        let queries = self.queries();
        let view = SiteView {
            graph: &self.graph,
            plan: &self.plan,
            links: &links,
            queries: &queries,
            text: &text,
            config: &self.config.site,
        };
        let frame = view.frame();
        let renderer = HtmlRenderer::new(theme, &frame, self.plan.routes());
        let printed = configs.as_ref().map_or(atc2022::Queries::Chosen(&queries), atc2022::Queries::Converter);
        let path = &path;
        work(&Site { project: self, theme, view: &view, frame: &frame, renderer: &renderer, path, printed })
    }

    /// What makes the queries of a rule as its page shows them, by its index.
    fn queries(&self) -> impl Fn(u32) -> Vec<Query> + Sync {
        let choices: Vec<(&QueryChoice, Label)> =
            self.config.queries.show.iter().zip(&self.requests).map(|(c, r)| (c, Label::of(c, r))).collect();
        move |rule| {
            let query = |(i, (choice, label)): (usize, &(&QueryChoice, Label))| {
                let text = match self.compiled.get(rule as usize, i)? {
                    Ok(queries) => QueryText::Converted(queries.clone()),
                    Err(why) => QueryText::NotConvertible(why.reason.clone()),
                };
                let (key, provenance) = (label.key.clone(), label.provenance.clone());
                Some(Query { key, title: choice.title.clone(), provenance, language: label.language, text })
            };
            choices.iter().enumerate().filter_map(query).collect()
        }
    }
}

/// What a matrix can be narrowed to, as a call the script of the theme answers. A file of data could
/// not be read by a page that was opened from a disk. As a text in it JSON is read in a fraction of
/// the time that a script of the same size takes.
fn choices_script(choices: &MatrixChoices) -> Vec<u8> {
    // Numbers and texts alone always have a form in JSON.
    let json = serde_json::to_string(choices).unwrap_or_default();
    let text = serde_json::to_string(&json).unwrap_or_default();
    format!("purplebookMatrix({text});\n").into_bytes()
}

/// What a page says about where a query comes from.
struct Label {
    key: String,
    provenance: String,
    language: &'static str,
}

impl Label {
    fn of(choice: &QueryChoice, request: &Request) -> Self {
        let names: Vec<String> = choice.pipelines.iter().map(PipelineChoice::name).collect();
        let mut key = choice.target.clone();
        let mut provenance = format!("Target {}", choice.target);
        if !names.is_empty() {
            let word = if names.len() == 1 { "pipeline" } else { "pipelines" };
            provenance = format!("{provenance}, {word} {}", names.join(", "));
            key = format!("{key}+{}", names.join("+"));
        }
        if let Some(format) = &choice.format {
            provenance = format!("{provenance}, format {format}");
            key = format!("{key}+{format}");
        }
        if request.compat == Compat::PySigma {
            provenance.push_str(", as pySigma writes it");
        }
        provenance = format!("{provenance}; purplebook {}", env!("CARGO_PKG_VERSION"));
        Self { key, provenance, language: request.format.language }
    }
}

/// The files of a site, each made when it is asked for.
pub(super) struct Site<'a> {
    project: &'a Project,
    theme: &'a Theme,
    view: &'a SiteView<'a>,
    frame: &'a Frame,
    renderer: &'a HtmlRenderer<'a>,
    path: &'a (dyn Fn(FileId) -> &'a str + Sync),
    /// The queries of ATC's pages of 2022.
    printed: atc2022::Queries<'a>,
}

impl Site<'_> {
    /// All files into `sink`, in parallel.
    fn put_all(&self, sink: &dyn Sink, progress: &Progress) -> Result<(), Error> {
        let plan = &self.project.plan;
        progress.begin(Stage::Rendering, plan.len());
        let routes: Vec<RouteId> = plan.routes().routes().collect();
        let put = |route: &RouteId| {
            progress.advance(1);
            let page = self.view.page(*route);
            sink.put(&page.path.with_extension("html"), self.renderer.page(&page)?.as_bytes())?;
            sink.put(&page.path.with_extension("md"), self.markdown_of(*route, &page).as_bytes())?;
            if let Subject::Node(node) = plan.subject(*route)
                && let Some(json) = export::entity(self.view, node)
            {
                sink.put(&json.path, &json.bytes)?;
            }
            Ok(Searchable::of(&page))
        };
        let pages = || {
            let found: Vec<Searchable> = routes.par_iter().map(put).collect::<Result<_, Error>>()?;
            let files = search::files(&found, plan.routes());
            files.iter().try_for_each(|(path, bytes)| Ok(sink.put(path, bytes)?))
        };
        // Some of the others are one long piece of work each, which is best not left to the end.
        let (pages, others) = rayon::join(pages, || self.put_others(sink));
        pages.and(others)
    }

    /// All files that are no pages and not made of them.
    fn put_others(&self, sink: &dyn Sink) -> Result<(), Error> {
        EXPORTS.par_iter().try_for_each(|export| {
            export(self.view).into_iter().try_for_each(|export| sink.put(&export.path, &export.bytes))
        })?;
        for (path, bytes) in self.theme.assets() {
            sink.put(&path, &bytes)?;
        }
        for (path, bytes) in self.copied() {
            sink.put(path, bytes)?;
        }
        for domain in Domain::ALL {
            if let Some(picture) = self.picture(domain) {
                sink.put(&matrix_picture(domain), picture.as_bytes())?;
            }
            if let Some(choices) = self.choices(domain) {
                sink.put(&matrix_choices(domain), &choices)?;
            }
        }
        if let Some((path, bytes)) = self.list_of_stages() {
            sink.put(&path, &bytes)?;
        }
        for name in OWN_FILES {
            sink.put(&OutPath::sanitised("", name), &self.own(name)?)?;
        }
        Ok(())
    }

    /// A page as HTML.
    pub(super) fn html(&self, route: RouteId) -> Result<Vec<u8>, Error> {
        Ok(self.renderer.page(&self.view.page(route))?.into_bytes())
    }

    /// A page as Markdown.
    pub(super) fn markdown(&self, route: RouteId) -> Vec<u8> {
        self.markdown_of(route, &self.view.page(route)).into_bytes()
    }

    fn markdown_of(&self, route: RouteId, page: &Page) -> String {
        self.legacy(route).unwrap_or_else(|| to_markdown(page, self.frame, self.project.plan.routes()))
    }

    /// The page as ATC wrote it, where that profile is on and has such a page.
    fn legacy(&self, route: RouteId) -> Option<String> {
        let profile = self.project.config.markdown;
        let Subject::Node(node) = self.project.plan.subject(route) else { return None };
        let (graph, text) = (&self.project.graph, self.view.text);
        match profile {
            MarkdownProfile::Default => None,
            MarkdownProfile::Atc2019 => atc2019::page(&atc2019::Input { graph, text }, node),
            MarkdownProfile::Atc2022 => {
                let (path, queries) = (self.path, self.printed);
                atc2022::page(&atc2022::Input { graph, text, path, queries }, node)
            }
        }
    }

    /// The files of the search: of all pages together.
    pub(super) fn search(&self) -> Vec<(OutPath, Vec<u8>)> {
        let routes: Vec<RouteId> = self.project.plan.routes().routes().collect();
        let found: Vec<_> = routes.par_iter().map(|route| Searchable::of(&self.view.page(*route))).collect();
        search::files(&found, self.project.plan.routes())
    }

    /// The files for other programs.
    pub(super) fn exports(&self) -> Vec<(OutPath, Vec<u8>)> {
        let plan = &self.project.plan;
        let routes: Vec<RouteId> = plan.routes().routes().collect();
        let entities = routes.into_par_iter().filter_map(|route| match plan.subject(route) {
            Subject::Node(node) => export::entity(self.view, node),
            _ => None,
        });
        let made = EXPORTS.par_iter().flat_map_iter(|export| export(self.view)).chain(entities);
        made.map(|export| (export.path, export.bytes)).collect()
    }

    /// The list of the Response Stages, where ATC's profile of 2022 is on and there are any.
    pub(super) fn list_of_stages(&self) -> Option<(OutPath, Vec<u8>)> {
        let is_on = self.project.config.markdown == MarkdownProfile::Atc2022;
        let list = is_on.then(|| atc2022::stages(self.project.graph.corpus()))??;
        Some((list_of_stages(), list.into_bytes()))
    }

    /// The files that are copied as they are.
    pub(super) fn copied(&self) -> impl Iterator<Item = (&OutPath, &[u8])> {
        let bytes = self.project.sources.assets.iter().map(|asset| asset.bytes.as_slice());
        self.project.plan.copied().iter().zip(bytes)
    }

    /// The picture of a matrix, where there is a page for it.
    pub(super) fn picture(&self, domain: Domain) -> Option<String> {
        let plan = &self.project.plan;
        let route = plan.route(Subject::Matrix(domain))?;
        let (site, version) = (&self.project.config.site.title, &self.project.graph.corpus().attack.version);
        let title = format!("{site}: {} matrix, MITRE ATT&CK® {version}", domain.title());
        Some(render::matrix_picture(&self.view.matrix(domain), &title, plan.routes(), route))
    }

    /// What a matrix can be narrowed to, as a script, where there is a page for it.
    pub(super) fn choices(&self, domain: Domain) -> Option<Vec<u8>> {
        self.project.plan.route(Subject::Matrix(domain))?;
        Some(choices_script(&self.view.matrix_choices(domain)))
    }

    /// One of [`OWN_FILES`].
    pub(super) fn own(&self, name: &str) -> Result<Vec<u8>, Error> {
        Ok(match name {
            "404.html" => self.renderer.not_found()?.into_bytes(),
            "NOTICE.txt" => notice(self.view).into_bytes(),
            _ => Vec::new(),
        })
    }
}
