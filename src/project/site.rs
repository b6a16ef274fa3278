//! A project rendered: every page in both forms, and the files beside them.

use rayon::prelude::*;

use crate::config::{Config, MarkdownProfile, PipelineChoice, QueryChoice};
use crate::export::EXPORTS;
use crate::model::Domain;
use crate::query::{Compat, Request};
use crate::render::markdown::{atc2019, to_markdown};
use crate::render::{self, HtmlRenderer, Theme, search};
use crate::report::{Progress, Stage};
use crate::site::{
    Frame, LinkIndex, MatrixChoices, OutPath, Query, QueryText, RouteId, Searchable, SiteView, Subject, matrix_choices,
    matrix_picture, notice,
};
use crate::source;
use crate::text::FileId;
use crate::write::Sink;

use super::{Error, Project, assets};

/// The page for missing addresses, the licences, and the file without which GitHub Pages runs
/// Jekyll over a site, which drops files it dislikes.
const OWN_FILES: [&str; 3] = ["404.html", "NOTICE.txt", ".nojekyll"];

/// Paths no page and no copied file may have.
pub(super) fn reserved(config: &Config) -> Result<Vec<OutPath>, Error> {
    let mut paths: Vec<OutPath> = OWN_FILES.iter().map(|name| OutPath::sanitised("", name)).collect();
    // As a file, so that nothing can lie below it either.
    paths.push(search::folder());
    paths.extend(Theme::embedded_assets());
    if let Some(folder) = &config.site.theme {
        let files = source::named::folder(folder)?;
        let statics = files.iter().filter_map(|(name, _)| name.strip_prefix("static/"));
        paths.extend(statics.filter_map(|name| OutPath::new(&format!("assets/{name}")).ok()));
    }
    Ok(paths)
}

impl Project {
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
        let links = LinkIndex::new(&self.graph, &self.plan, assets(&self.sources, &self.plan));
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
        progress.begin(Stage::Rendering, self.plan.len());
        let routes: Vec<RouteId> = self.plan.routes().routes().collect();
        let found: Vec<Searchable> = routes
            .par_iter()
            .map(|route| {
                progress.advance(1);
                pages.put(*route)
            })
            .collect::<Result<_, Error>>()?;
        for (path, bytes) in search::files(&found, self.plan.routes()) {
            sink.put(&path, &bytes)?;
        }
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
        for (asset, path) in self.sources.assets.iter().zip(self.plan.copied()) {
            sink.put(path, &asset.bytes)?;
        }
        for domain in Domain::ALL {
            let Some(route) = self.plan.route(Subject::Matrix(domain)) else { continue };
            let title = format!(
                "{}: {} matrix, MITRE ATT&CK® {}",
                self.config.site.title,
                domain.title(),
                self.graph.corpus().attack.version
            );
            let picture = render::matrix_picture(&view.matrix(domain), &title, self.plan.routes(), route);
            sink.put(&matrix_picture(domain), picture.as_bytes())?;
            sink.put(&matrix_choices(domain), &choices_script(&view.matrix_choices(domain)))?;
        }
        EXPORTS.par_iter().try_for_each(|export| {
            export(view).into_iter().try_for_each(|export| sink.put(&export.path, &export.bytes))
        })?;
        let [not_found, notices, no_jekyll] = OWN_FILES.map(|name| OutPath::sanitised("", name));
        sink.put(&not_found, renderer.not_found()?.as_bytes())?;
        sink.put(&notices, notice(view).as_bytes())?;
        sink.put(&no_jekyll, b"")?;
        Ok(())
    }

    /// The queries of each rule as its page shows them.
    fn queries(&self) -> Vec<Vec<Query>> {
        let choices: Vec<(&QueryChoice, Label)> =
            self.config.queries.show.iter().zip(&self.requests).map(|(c, r)| (c, Label::of(c, r))).collect();
        let of_rule = |rule: usize| {
            let query = |(i, (choice, label)): (usize, &(&QueryChoice, Label))| {
                let text = match self.compiled.get(rule, i)? {
                    Ok(queries) => QueryText::Converted(queries.clone()),
                    Err(why) => QueryText::NotConvertible(why.reason.clone()),
                };
                let (key, provenance) = (label.key.clone(), label.provenance.clone());
                Some(Query { key, title: choice.title.clone(), provenance, language: label.language, text })
            };
            choices.iter().enumerate().filter_map(query).collect()
        };
        (0..self.graph.corpus().rules.len()).into_par_iter().map(of_rule).collect()
    }
}

/// What a matrix can be narrowed to, as a call the script of the theme answers. A file of data could
/// not be read by a page that was opened from a disk.
fn choices_script(choices: &MatrixChoices) -> Vec<u8> {
    // Numbers and texts alone always have a form in JSON.
    let json = serde_json::to_string(choices).unwrap_or_default();
    format!("purplebookMatrix({json});\n").into_bytes()
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

/// What rendering one page needs.
struct Pages<'a> {
    project: &'a Project,
    view: &'a SiteView<'a>,
    frame: &'a Frame,
    renderer: &'a HtmlRenderer<'a>,
    sink: &'a dyn Sink,
}

impl Pages<'_> {
    /// Writes a page in both forms; gives what the search can find of it.
    fn put(&self, route: RouteId) -> Result<Searchable, Error> {
        let page = self.view.page(route);
        let html = self.renderer.page(&page)?;
        self.sink.put(&page.path.with_extension("html"), html.as_bytes())?;
        let markdown = self.legacy(route).unwrap_or_else(|| to_markdown(&page, self.frame, self.project.plan.routes()));
        self.sink.put(&page.path.with_extension("md"), markdown.as_bytes())?;
        Ok(Searchable::of(&page))
    }

    /// The page as ATC wrote it, where that profile is on and has such a page.
    fn legacy(&self, route: RouteId) -> Option<String> {
        if self.project.config.markdown != MarkdownProfile::Atc2019 {
            return None;
        }
        let Subject::Node(node) = self.project.plan.subject(route) else { return None };
        atc2019::page(&atc2019::Input { graph: &self.project.graph, text: self.view.text }, node)
    }
}
