//! Markdown that somebody else wrote, as safe HTML and as safe Markdown.
//!
//! Content authors, Atomic Red Team and ATT&CK write Markdown; none of them may put script, styles
//! or foreign requests on a page people trust. pulldown-cmark reads it and [`to_html`] writes only
//! elements of its own source code, text, and addresses that are [`SafeUrl`]s: there is nothing to
//! clean up afterwards. Raw HTML is shown as text, except `<code>` pairs and `<br>`.
//!
//! Classes for the style sheet: `align-left`, `align-center`, `align-right` on cells, `table-scroll`
//! around tables, `code` on `pre`, `raw` on HTML shown as text, `external` on links that leave the site.

mod blocks;
mod destination;
mod links;
mod rewrite;

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{Alignment, Event, Tag};

use crate::site::{Format, Prose, RouteId, RouteTable};
use crate::text::{Anchors, Html, RawHtml, SafeUrl, markdown};

use links::Links;
pub use rewrite::to_markdown;

/// The most HTML one text may become, in bytes; nested quotes can grow a text 27 times.
const MAX_HTML: usize = 4 << 20;

/// `prose` as HTML for the page `from`; headings get the anchors the loader computed.
///
/// A text that would grow beyond 4 MiB is shown as it is written.
pub fn to_html(prose: &Prose, from: RouteId, routes: &RouteTable) -> Html {
    to_html_with(prose, from, routes, &mut Anchors::default())
}

/// Like [`to_html`], for a page with several texts or with anchors of its own in `anchors`.
pub fn to_html_with(prose: &Prose, from: RouteId, routes: &RouteTable, anchors: &mut Anchors) -> Html {
    let source = &*without_nul(&prose.source);
    let events: Vec<_> = markdown(source).into_offset_iter().collect();
    let code_pairs = code_pairs(&events);
    let writer = Writer {
        source,
        links: Links::new(prose, from, routes, Format::Html),
        shift: shift(prose.heading_shift, &events),
        anchors,
        code_pairs,
        html: Html::new(),
        open_links: Vec::new(),
        table: Table::default(),
    };
    writer.run(&events).unwrap_or_else(|TooLong| as_written(source))
}

/// `source` with U+FFFD for NUL, as `CommonMark` 2.3 demands: no document may hold that character.
fn without_nul(source: &str) -> Cow<'_, str> {
    if memchr::memchr(0, source.as_bytes()).is_some() { source.replace('\0', "\u{fffd}").into() } else { source.into() }
}

/// A text with none of its markup followed.
fn as_written(source: &str) -> Html {
    let mut html = Html::new();
    // The first line feed after `<pre>` is not part of it.
    html.push_static("<pre class=\"raw\" tabindex=\"0\">\n");
    html.push_text(source);
    html.push_static("</pre>\n");
    html
}

/// By how much the headings of a text are moved: at most by `most`, and so that its highest ones stand
/// right below the heading they are under, since a level left out would be taken for a missing part.
fn shift(most: u8, events: &Events<'_>) -> i8 {
    let level = |(event, _): &(Event<'_>, Range<usize>)| match event {
        Event::Start(Tag::Heading { level, .. }) => Some(*level as u8),
        _ => None,
    };
    let highest = events.iter().filter_map(level).min().unwrap_or(1);
    let wanted = (most + 1).max(2);
    let too_deep = (highest + most).saturating_sub(wanted);
    i8::try_from(most).unwrap_or_default() - i8::try_from(too_deep).unwrap_or_default()
}

struct TooLong;

type Events<'a> = [(Event<'a>, Range<usize>)];

#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    cell: usize,
    head: bool,
    body: bool,
}

struct Writer<'a> {
    source: &'a str,
    links: Links<'a>,
    shift: i8,
    anchors: &'a mut Anchors,
    /// Index of each `<code>` that has an end, with the index of that.
    code_pairs: HashMap<usize, usize>,
    html: Html,
    /// For each link we are in, whether it was written.
    open_links: Vec<bool>,
    table: Table,
}

impl Writer<'_> {
    fn run(mut self, events: &Events<'_>) -> Result<Html, TooLong> {
        let mut at = 0;
        while let Some((event, _)) = events.get(at) {
            at = match event {
                Event::Start(tag) => self.start(tag, events, at),
                Event::End(tag) => {
                    self.end(*tag);
                    at + 1
                }
                Event::InlineHtml(raw) => self.inline_html(raw, events, at),
                other => {
                    self.leaf(other);
                    at + 1
                }
            };
            if self.html.as_str().len() > MAX_HTML {
                return Err(TooLong);
            }
        }
        Ok(self.html)
    }

    fn leaf(&mut self, event: &Event<'_>) {
        match event {
            Event::Text(text) | Event::Html(text) => self.html.push_text(text),
            Event::Code(text) => {
                self.html.push_static("<code>");
                self.html.push_text(text);
                self.html.push_static("</code>");
            }
            Event::SoftBreak => self.html.push_static("\n"),
            Event::HardBreak => self.html.push_static("<br>\n"),
            Event::Rule => self.html.push_static("<hr>\n"),
            Event::TaskListMarker(done) => self.html.push_static(if *done { "☑ " } else { "☐ " }),
            _ => {}
        }
    }

    /// `<code>` up to its end is text as written: `\`, `*` and `_` of a path mean themselves in it.
    fn inline_html(&mut self, raw: &str, events: &Events<'_>, at: usize) -> usize {
        match RawHtml::of(raw) {
            RawHtml::Break => self.html.push_static("<br>"),
            RawHtml::Comment => {}
            RawHtml::Text | RawHtml::CodeEnd => self.html.push_text(raw),
            RawHtml::CodeStart => {
                let Some(end) = self.code_pairs.get(&at).copied() else {
                    self.html.push_text(raw);
                    return at + 1;
                };
                self.html.push_static("<code>");
                self.verbatim(&events[at..=end]);
                self.html.push_static("</code>");
                return end + 1;
            }
        }
        at + 1
    }

    /// The source between the first and the last of `events`, with character references read and
    /// what stands before continued lines (`> `) left out.
    fn verbatim(&mut self, events: &Events<'_>) {
        let (Some((_, first)), Some((_, last))) = (events.first(), events.last()) else { return };
        let mut from = first.end;
        for (i, (event, range)) in events.iter().enumerate() {
            match event {
                Event::Text(text) if self.source[range.clone()].starts_with('&') && range.start >= from => {
                    self.source_text(from, range.start);
                    self.html.push_text(text);
                    from = range.end;
                }
                Event::SoftBreak | Event::HardBreak if range.start >= from => {
                    self.source_text(from, range.start);
                    self.html.push_static("\n");
                    from = events.get(i + 1).map_or(range.end, |(_, next)| next.start);
                }
                _ => {}
            }
        }
        self.source_text(from, last.start);
    }

    fn source_text(&mut self, start: usize, end: usize) {
        self.html.push_text(self.source.get(start..end).unwrap_or_default());
    }

    fn open_link(&mut self, url: Option<&SafeUrl>, title: &str) {
        // HTML knows no link in a link.
        let url = url.filter(|_| !self.open_links.contains(&true));
        self.open_links.push(url.is_some());
        let Some(url) = url else { return };
        self.html.push_static("<a");
        self.html.push_url_attribute("href", url);
        if !title.is_empty() {
            self.html.push_attribute("title", title);
        }
        if url.is_external() {
            self.html.push_static(" class=\"external\" rel=\"noopener noreferrer nofollow\"");
        }
        self.html.push_static(">");
    }

    fn close_link(&mut self) {
        if self.open_links.pop() == Some(true) {
            self.html.push_static("</a>");
        }
    }
}

/// Which `<code>` ends where: both in one inline element, so that the markup stays a tree.
fn code_pairs(events: &Events<'_>) -> HashMap<usize, usize> {
    enum Open {
        Element,
        Code(usize),
    }
    let mut pairs = HashMap::new();
    let mut open = Vec::new();
    for (i, (event, _)) in events.iter().enumerate() {
        match event {
            Event::Start(_) => open.push(Open::Element),
            Event::End(_) => while matches!(open.pop(), Some(Open::Code(_))) {},
            Event::InlineHtml(raw) => match RawHtml::of(raw) {
                RawHtml::CodeStart => open.push(Open::Code(i)),
                RawHtml::CodeEnd => {
                    if let Some(Open::Code(start)) = open.last() {
                        pairs.insert(*start, i);
                        open.pop();
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    pairs
}

/// The end of the element that starts at `at`, as the index of its end event.
fn element_end(events: &Events<'_>, at: usize) -> usize {
    let mut depth = 0_usize;
    for (i, (event, _)) in events.iter().enumerate().skip(at) {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return i;
                }
            }
            _ => {}
        }
    }
    events.len().saturating_sub(1)
}

#[cfg(test)]
mod tests;
