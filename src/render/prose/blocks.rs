//! The elements of a text, one by one.

use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Tag, TagEnd};

use crate::render::highlight::highlight;
use crate::text::{RawHtml, push_plain_text};

use super::{Events, Writer, element_end};

const HEADING_OPEN: [&str; 6] = ["<h1", "<h2", "<h3", "<h4", "<h5", "<h6"];
const HEADING_CLOSE: [&str; 6] = ["</h1>\n", "</h2>\n", "</h3>\n", "</h4>\n", "</h5>\n", "</h6>\n"];

impl Writer<'_> {
    /// Opens an element, or writes it whole; gives the index of the next event.
    pub(super) fn start(&mut self, tag: &Tag<'_>, events: &Events<'_>, at: usize) -> usize {
        match tag {
            Tag::Heading { level, .. } => self.heading(*level, events, at),
            Tag::CodeBlock(kind) => return self.code_block(kind, events, at),
            Tag::HtmlBlock => return self.html_block(events, at),
            Tag::Image { dest_url, title, .. } => return self.image(dest_url, title, events, at),
            Tag::Link { dest_url, title, .. } => {
                let url = self.links.resolve(dest_url);
                self.open_link(url.as_ref(), title);
            }
            Tag::List(Some(first)) if *first != 1 => {
                self.html.push_static("<ol");
                self.html.push_attribute("start", &first.to_string());
                self.html.push_static(">\n");
            }
            Tag::Table(alignments) => {
                self.table.alignments.clone_from(alignments);
                self.html.push_static("<div class=\"table-scroll\" tabindex=\"0\"><table>\n");
            }
            Tag::TableHead => {
                self.table.head = true;
                self.table.cell = 0;
                self.html.push_static("<thead><tr>");
            }
            Tag::TableRow => {
                self.table.cell = 0;
                self.html.push_static(if self.table.body { "<tr>" } else { "<tbody>\n<tr>" });
                self.table.body = true;
            }
            Tag::TableCell => self.open_cell(),
            other => self.html.push_static(simple_open(other)),
        }
        at + 1
    }

    pub(super) fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => self.html.push_static(HEADING_CLOSE[self.shifted(level)]),
            TagEnd::Link => self.close_link(),
            TagEnd::TableHead => {
                self.table.head = false;
                self.html.push_static("</tr></thead>\n");
            }
            TagEnd::TableCell => {
                self.table.cell += 1;
                self.html.push_static(if self.table.head { "</th>" } else { "</td>" });
            }
            TagEnd::Table => {
                self.html.push_static(if self.table.body { "</tbody>\n</table></div>\n" } else { "</table></div>\n" });
                self.table.body = false;
            }
            other => self.html.push_static(simple_close(other)),
        }
    }

    fn shifted(&self, level: HeadingLevel) -> usize {
        (level as usize).saturating_add_signed(self.shift.into()).clamp(1, 6) - 1
    }

    fn heading(&mut self, level: HeadingLevel, events: &Events<'_>, at: usize) {
        let mut text = String::new();
        for (event, _) in &events[at..element_end(events, at)] {
            push_plain_text(&mut text, event);
        }
        let anchor = self.anchors.take(&text);
        self.html.push_static(HEADING_OPEN[self.shifted(level)]);
        self.html.push_attribute("id", &anchor);
        self.html.push_static(">");
    }

    fn code_block(&mut self, kind: &CodeBlockKind<'_>, events: &Events<'_>, at: usize) -> usize {
        let end = element_end(events, at);
        let language = match kind {
            CodeBlockKind::Fenced(info) => info.split([' ', '\t', ',', '{']).next().unwrap_or_default(),
            CodeBlockKind::Indented => "",
        };
        self.html.push_static("<pre class=\"code\" tabindex=\"0\"><code>");
        let text = text_of(&events[at..end]);
        // A line feed right after `<pre>` would be dropped; after `<code>` it is kept.
        self.html.push(&highlight(language, &text));
        self.html.push_static("</code></pre>\n");
        end + 1
    }

    fn html_block(&mut self, events: &Events<'_>, at: usize) -> usize {
        let end = element_end(events, at);
        let text = text_of(&events[at..end]);
        if RawHtml::of(&text) == RawHtml::Break {
            self.html.push_static("<br>\n");
        } else if RawHtml::of(&text) != RawHtml::Comment {
            self.html.push_static("<p class=\"raw\">");
            self.html.push_text(text.trim_end());
            self.html.push_static("</p>\n");
        }
        end + 1
    }

    /// An image of the site; one from elsewhere is a link, since pages make no foreign requests.
    fn image(&mut self, destination: &str, title: &str, events: &Events<'_>, at: usize) -> usize {
        let end = element_end(events, at);
        let mut alt = String::new();
        for (event, _) in &events[at..end] {
            push_plain_text(&mut alt, event);
        }
        match self.links.resolve(destination) {
            Some(url) if !url.is_external() => {
                self.html.push_static("<img");
                self.html.push_url_attribute("src", &url);
                self.html.push_attribute("alt", &alt);
                if !title.is_empty() {
                    self.html.push_attribute("title", title);
                }
                self.html.push_static(" loading=\"lazy\">");
            }
            url => {
                self.open_link(url.as_ref(), title);
                self.html.push_text(if alt.is_empty() { destination } else { &alt });
                self.close_link();
            }
        }
        end + 1
    }

    fn open_cell(&mut self) {
        let alignment = self.table.alignments.get(self.table.cell).copied().unwrap_or(Alignment::None);
        self.html.push_static(if self.table.head { "<th scope=\"col\"" } else { "<td" });
        self.html.push_static(match alignment {
            Alignment::None => ">",
            Alignment::Left => " class=\"align-left\">",
            Alignment::Center => " class=\"align-center\">",
            Alignment::Right => " class=\"align-right\">",
        });
    }
}

fn text_of(events: &Events<'_>) -> String {
    let mut text = String::new();
    for (event, _) in events {
        if let Event::Text(part) | Event::Html(part) = event {
            text.push_str(part);
        }
    }
    text
}

fn simple_open(tag: &Tag<'_>) -> &'static str {
    match tag {
        Tag::Paragraph => "<p>",
        Tag::BlockQuote(_) => "<blockquote>\n",
        Tag::List(None) => "<ul>\n",
        Tag::List(Some(_)) => "<ol>\n",
        Tag::Item => "<li>",
        Tag::Emphasis => "<em>",
        Tag::Strong => "<strong>",
        Tag::Strikethrough => "<del>",
        _ => "",
    }
}

fn simple_close(tag: TagEnd) -> &'static str {
    match tag {
        TagEnd::Paragraph => "</p>\n",
        TagEnd::BlockQuote(_) => "</blockquote>\n",
        TagEnd::List(false) => "</ul>\n",
        TagEnd::List(true) => "</ol>\n",
        TagEnd::Item => "</li>\n",
        TagEnd::TableRow => "</tr>\n",
        TagEnd::Emphasis => "</em>",
        TagEnd::Strong => "</strong>",
        TagEnd::Strikethrough => "</del>",
        _ => "",
    }
}
