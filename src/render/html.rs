//! Pages as HTML.
//!
//! The theme's templates decide what stands where; the markup of leaves (a line, a table, the
//! matrix) is made here, as [`Html`], because it is the same in every theme, must be escaped
//! without exception, and is most of a page's bytes.

mod block;
mod inline;
mod matrix;
mod names;
mod shell;
#[cfg(test)]
mod tests;

use tera::Value;

use self::inline::{Place, grouped};
use self::names::Names;
use self::shell::Shell;
use super::env::{map, markup, text};
use super::theme::{Theme, ThemeError};
use crate::site::{Fact, FactValue, Format, Frame, LinkTarget, Page, RouteTable, Section, WayStep};
use crate::text::{Html, SafeUrl};

/// A page gets a list of its sections from this many on.
const FEWEST_CONTENTS: usize = 3;

/// A list of sections longer than this shows those of the highest level only.
const MOST_CONTENTS: usize = 16;

/// Makes the pages of one site; shared by all threads.
pub struct HtmlRenderer<'a> {
    theme: &'a Theme,
    routes: &'a RouteTable,
    shell: Shell,
}

impl<'a> HtmlRenderer<'a> {
    /// Prepares what the pages share.
    pub fn new(theme: &'a Theme, frame: &Frame, routes: &'a RouteTable) -> Self {
        Self { theme, routes, shell: Shell::new(frame, routes) }
    }

    /// The page as a complete document.
    pub fn page(&self, page: &Page) -> Result<String, ThemeError> {
        let place = Place { routes: self.routes, from: page.route };
        let mut names = Names::of(page);
        let mut context = self.shell.context(page);
        let mut heading = Html::new();
        inline::push_breakable(&mut heading, &page.title);
        context.insert_value(
            "page",
            map([
                ("kind", text(page.kind.key())),
                ("kicker", text(page.kicker)),
                ("title", text(&page.title)),
                ("heading", markup(&heading)),
                ("id", Value::from(page.id.as_deref())),
                ("summary", text(&page.summary)),
                ("path", text(page.path.as_str())),
            ]),
        );
        let moved_to = page.moved_to.map(|route| text(place.href(route).as_str()));
        context.insert_value("moved_to", Value::from(moved_to));
        let scripts = page.scripts.iter().map(|file| text(self.routes.file_href(page.route, file).as_str()));
        context.insert_value("scripts", scripts.collect::<Vec<_>>().into());
        context.insert_value("markdown", text(self.markdown_twin(page).as_str()));
        let (edit, history) = self.shell.file_urls(page);
        context.insert_value("edit", Value::from(edit.map(|url| text(url.as_str()))));
        context.insert_value("history", Value::from(history.map(|url| text(url.as_str()))));
        let crumbs = page
            .breadcrumbs
            .iter()
            .map(|(title, route)| map([("title", text(title)), ("href", text(place.href(*route).as_str()))]));
        context.insert_value("breadcrumbs", crumbs.collect::<Vec<_>>().into());
        let badges = page.badges.iter().map(|b| map([("text", text(&b.text)), ("tone", text(b.tone.key()))]));
        context.insert_value("badges", badges.collect::<Vec<_>>().into());
        context.insert_value("way", page.way.iter().map(|step| way_step(place, step)).collect::<Vec<_>>().into());
        context.insert_value("facts", page.facts.iter().map(|f| fact(place, f)).collect::<Vec<_>>().into());
        context.insert_value("contents", contents(page).into());
        let sections = page.sections.iter().map(|s| section(place, s, &mut names));
        context.insert_value("sections", sections.collect::<Vec<_>>().into());
        let credits = page.credits.iter().map(|line| {
            let mut html = Html::new();
            place.push_line(&mut html, line);
            markup(&html)
        });
        context.insert_value("credits", credits.collect::<Vec<_>>().into());
        self.theme.render(&self.theme.template_for(page.kind), &context, page.path.as_str())
    }

    /// The same page as Markdown, which lies beside it.
    fn markdown_twin(&self, page: &Page) -> SafeUrl {
        self.routes.href(page.route, &LinkTarget::Page(page.route), Format::Markdown)
    }

    /// The page a server sends for addresses that do not exist (`404.html`).
    ///
    /// Its links start at the root of the host, or at the path of the site's base address.
    pub fn not_found(&self) -> Result<String, ThemeError> {
        self.theme.render("404.html", &self.shell.lost_context(), "404")
    }
}

/// One page as a complete document; for many pages keep an [`HtmlRenderer`].
pub fn html(page: &Page, frame: &Frame, routes: &RouteTable, theme: &Theme) -> Result<String, ThemeError> {
    HtmlRenderer::new(theme, frame, routes).page(page)
}

fn fact(place: Place<'_>, fact: &Fact) -> Value {
    let value = fact_value(place, &fact.value);
    map([("key", text(fact.key)), ("label", text(fact.label)), ("value", markup(&value))])
}

fn way_step(place: Place<'_>, step: &WayStep) -> Value {
    let value = fact_value(place, &step.value);
    map([("key", text(step.key)), ("title", text(step.title)), ("value", markup(&value))])
}

fn fact_value(place: Place<'_>, fact_value: &FactValue) -> Html {
    let mut value = Html::new();
    match fact_value {
        FactValue::One(line) => place.push_line(&mut value, line),
        FactValue::Many(lines) => block::push_list(&mut value, place, lines),
        FactValue::None(why) => {
            value.push_static("<span class=\"absent\">");
            value.push_text(why);
            value.push_static("</span>");
        }
    }
    value
}

/// The sections in the list of contents; none where the page is short.
fn contents(page: &Page) -> Vec<Value> {
    let titled = || page.sections.iter().filter(|section| !section.title.is_empty());
    let deepest = if titled().count() > MOST_CONTENTS { 2 } else { u8::MAX };
    let listed: Vec<_> = titled().filter(|section| section.level <= deepest).collect();
    if listed.len() < FEWEST_CONTENTS {
        return Vec::new();
    }
    let entry = |section: &&Section| {
        map([
            ("href", text(anchor_href(section).as_str())),
            ("title", text(&section.title)),
            ("level", section.level.clamp(2, 4).into()),
        ])
    };
    listed.iter().map(entry).collect()
}

fn anchor_href(section: &Section) -> SafeUrl {
    SafeUrl::from_path("", Some(&section.anchor))
}

fn section(place: Place<'_>, section: &Section, names: &mut Names) -> Value {
    map([
        ("anchor", text(&section.anchor)),
        ("href", text(anchor_href(section).as_str())),
        ("title", text(&section.title)),
        ("level", section.level.clamp(2, 4).into()),
        ("count", Value::from(section.count.map(grouped))),
        ("body", markup(&block::section_body(place, section, names))),
    ])
}
