//! A page as Markdown, for wikis and for reading in a repository: the default profile.
//!
//! The layout is that of ATC's pages: a table of facts with lists in its cells, then the sections.
//! Everything on the HTML page is here too; links lead to the `.md` pages. Values cannot change
//! the structure of the page (see `escape`), and other people's texts go through
//! [`crate::render::prose::to_markdown`].

mod atc;
mod blocks;
pub(super) mod escape;

pub use atc::{atc2019, atc2022};

use crate::site::{FactValue, Format, Frame, Inline, LinkTarget, Page, PageKind, RouteId, RouteTable, WayStep};

use escape::{Place, push_code, push_link, push_text};

/// The page as Markdown.
pub fn to_markdown(page: &Page, frame: &Frame, routes: &RouteTable) -> String {
    let mut writer = Writer { out: String::with_capacity(8 << 10), from: page.route, routes };
    writer.head(page);
    for section in &page.sections {
        writer.section(section);
    }
    writer.foot(page, frame);
    writer.out
}

struct Writer<'a> {
    out: String,
    from: RouteId,
    routes: &'a RouteTable,
}

impl Writer<'_> {
    /// The title and the table of facts; pages without facts begin with a heading.
    fn head(&mut self, page: &Page) {
        let listing = matches!(
            page.kind,
            PageKind::Home
                | PageKind::Index
                | PageKind::Matrix
                | PageKind::Credits
                | PageKind::Downloads
                | PageKind::Coverage
                | PageKind::Free
        );
        if listing && page.facts.is_empty() {
            self.out.push_str("# ");
            push_text(&mut self.out, &page.title, Place::Middle);
            self.out.push('\n');
            return;
        }
        let id = page.id.as_deref().filter(|id| !page.facts.iter().any(|fact| says(&fact.value, id)));
        let badges: Vec<&str> = page
            .badges
            .iter()
            .map(|badge| badge.text.as_str())
            .filter(|text| !page.facts.iter().any(|fact| says(&fact.value, text)))
            .collect();
        let labels = page.facts.iter().map(|fact| fact.label).chain(["Title"]);
        let width = labels.map(|label| cell_text(label).chars().count()).max().unwrap_or_default();

        self.row("Title", width, |w| push_text(&mut w.out, &page.title, Place::Cell));
        self.out.push_str("|:");
        self.out.extend(std::iter::repeat_n('-', width + 1));
        self.out.push_str("|:---|\n");
        if let Some(id) = id {
            self.row("ID", width, |w| push_text(&mut w.out, id, Place::Cell));
        }
        for fact in page.facts.iter().filter(|fact| fact.label != "Title") {
            self.row(fact.label, width, |w| w.fact_value(&fact.value));
        }
        if !badges.is_empty() {
            self.row("Marks", width, |w| push_text(&mut w.out, &badges.join(", "), Place::Cell));
        }
        self.way(&page.way);
    }

    /// The steps to the log, below each other.
    fn way(&mut self, steps: &[WayStep]) {
        for (i, step) in steps.iter().enumerate() {
            self.out.push_str(if i == 0 { "\n- " } else { "- " });
            self.out.push_str(step.title);
            self.out.push_str(": ");
            match &step.value {
                FactValue::One(line) => self.inlines(line, Place::Middle),
                FactValue::Many(lines) => {
                    for (i, line) in lines.iter().enumerate() {
                        self.out.push_str(if i == 0 { "" } else { "; " });
                        self.inlines(line, Place::Middle);
                    }
                }
                FactValue::None(why) => push_text(&mut self.out, why, Place::Middle),
            }
            self.out.push('\n');
        }
    }

    fn row(&mut self, label: &str, width: usize, value: impl FnOnce(&mut Self)) {
        let label = cell_text(label);
        self.out.push_str("| ");
        self.out.push_str(&label);
        self.out.extend(std::iter::repeat_n(' ', width.saturating_sub(label.chars().count())));
        self.out.push_str(" | ");
        value(self);
        self.out.push_str(" |\n");
    }

    fn fact_value(&mut self, value: &FactValue) {
        match value {
            FactValue::One(line) => self.inlines(line, Place::Cell),
            FactValue::Many(lines) => {
                self.out.push_str("<ul>");
                for line in lines {
                    self.out.push_str("<li>");
                    self.inlines(line, Place::Cell);
                    self.out.push_str("</li>");
                }
                self.out.push_str("</ul>");
            }
            FactValue::None(why) => push_text(&mut self.out, why, Place::Cell),
        }
    }

    fn inlines(&mut self, line: &[Inline], place: Place) {
        let mut place = place;
        for (i, inline) in line.iter().enumerate() {
            match inline {
                Inline::Text(text) => {
                    // A blank beside another piece is safe as it is; at an end of the line it is not.
                    let after = text.strip_prefix(' ').filter(|_| i > 0);
                    let text = after.unwrap_or(text);
                    let before = text.strip_suffix(' ').filter(|_| i + 1 < line.len());
                    self.out.push_str(if after.is_some() { " " } else { "" });
                    push_text(&mut self.out, before.unwrap_or(text), place);
                    self.out.push_str(if before.is_some() { " " } else { "" });
                }
                Inline::Code(text) => push_code(&mut self.out, text, place),
                Inline::Badge(badge) => push_text(&mut self.out, &badge.text, place),
                Inline::Link(text, target) => self.link(text, target, place),
            }
            if place == Place::Start {
                place = Place::Middle;
            }
        }
    }

    fn link(&mut self, text: &str, target: &LinkTarget, place: Place) {
        let url = self.routes.href(self.from, target, Format::Markdown);
        push_link(&mut self.out, text, &url, place);
    }

    fn page_link(&mut self, text: &str, target: RouteId, place: Place) {
        self.link(text, &LinkTarget::Page(target), place);
    }

    /// Whom to name, and the way home.
    fn foot(&mut self, page: &Page, frame: &Frame) {
        self.out.push_str("\n---\n\n");
        for line in &page.credits {
            self.out.push_str("- ");
            self.inlines(line, Place::Start);
            self.out.push('\n');
        }
        if !page.credits.is_empty() {
            self.out.push('\n');
        }
        self.page_link(&frame.title, frame.home, Place::Middle);
        if page.route != frame.credits {
            self.out.push_str(" · ");
            self.page_link("Credits", frame.credits, Place::Middle);
        }
        for (words, url) in [("Edit this page", frame.edit(page)), ("History", frame.history(page))] {
            if let Some(url) = url {
                self.out.push_str(" · ");
                push_link(&mut self.out, words, &url, Place::Middle);
            }
        }
        self.out.push('\n');
    }
}

fn cell_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    push_text(&mut out, text, Place::Cell);
    out
}

/// Whether a fact's value is or has `text`, so that it need not be said again.
fn says(value: &FactValue, text: &str) -> bool {
    let has = |line: &Vec<Inline>| {
        line.iter().any(|inline| match inline {
            Inline::Text(said) | Inline::Code(said) | Inline::Link(said, _) => said.eq_ignore_ascii_case(text),
            Inline::Badge(badge) => badge.text.eq_ignore_ascii_case(text),
        })
    };
    match value {
        FactValue::One(line) => has(line),
        FactValue::Many(lines) => lines.iter().any(has),
        FactValue::None(_) => false,
    }
}

#[cfg(test)]
mod tests;
