//! A text of somebody else for the Markdown form of the site.
//!
//! Only what must change is changed, by byte ranges: destinations the site knows, and what could
//! run or load something where the Markdown is published. The rest stays byte for byte. Removing
//! one construct can bring another to life (a link inside a tag that is no tag any more), so a
//! text that needed it is read again until nothing is left, and shown as it is written if that
//! does not end.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Tag, TagEnd};

use crate::render::markdown::escape::{Place, push_destination, push_fence, push_link, push_text};
use crate::site::{Format, Prose, RouteId, RouteTable};
use crate::text::{RawHtml, SafeUrl, markdown};

use super::destination::{inside_definition, inside_link, is_dangerous, is_dangerous_as_written};
use super::links::Links;
use super::{Events, code_pairs, element_end, without_nul};

/// How often a text is read before it is given up.
const PASSES: usize = 4;

/// `prose` as Markdown for the page `from`, with links to the `.md` pages and nothing that runs.
pub fn to_markdown(prose: &Prose, from: RouteId, routes: &RouteTable) -> String {
    let source = without_nul(&prose.source);
    let links = Links::new(prose, from, routes, Format::Markdown);
    let (text, found) = pass(&source, Some(&links));
    if !found {
        return text;
    }
    // Made safe first, then linked: what is a link may have changed.
    let mut safe = source.into_owned();
    for _ in 0..PASSES {
        let found;
        (safe, found) = pass(&safe, None);
        if !found {
            return pass(&safe, Some(&links)).0;
        }
    }
    let mut shown = String::new();
    push_fence(&mut shown, "", &prose.source);
    shown
}

/// One reading; also says whether anything dangerous was found and taken out.
fn pass(source: &str, links: Option<&Links<'_>>) -> (String, bool) {
    let parser = markdown(source).into_offset_iter();
    let mut definitions: Vec<(Range<usize>, String)> =
        parser.reference_definitions().iter().map(|(_, d)| (d.span.clone(), d.dest.to_string())).collect();
    definitions.sort_by_key(|(span, _)| span.start);
    let events: Vec<_> = parser.collect();
    let mut pass = Pass { source, links, edits: Vec::new(), found: false, quiet: Vec::new() };
    pass.definitions(&definitions);
    pass.events(&events);
    pass.hidden_definitions(&definitions);
    pass.apply()
}

struct Pass<'a> {
    source: &'a str,
    links: Option<&'a Links<'a>>,
    edits: Vec<(Range<usize>, String)>,
    found: bool,
    /// Code blocks, in order: what stands in them is shown, never followed.
    quiet: Vec<Range<usize>>,
}

impl Pass<'_> {
    fn events(&mut self, events: &Events<'_>) {
        let pairs = code_pairs(events);
        let paired: std::collections::HashSet<usize> = pairs.iter().flat_map(|(a, b)| [*a, *b]).collect();
        let (mut at, mut open) = (0, Vec::new());
        while let Some((event, range)) = events.get(at) {
            match event {
                Event::Start(Tag::CodeBlock(kind)) => {
                    self.quiet.push(range.clone());
                    if kind.is_fenced() {
                        self.close_fence(events, at);
                    }
                    at = element_end(events, at);
                }
                Event::Start(Tag::HtmlBlock) => {
                    let end = element_end(events, at);
                    self.html_block(&events[at..end]);
                    at = end;
                }
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => open.push(at),
                Event::End(TagEnd::Link | TagEnd::Image) => {
                    if let Some(start) = open.pop() {
                        self.whole_link(events, start, at);
                    }
                }
                Event::InlineHtml(raw) => match RawHtml::of(raw) {
                    RawHtml::Break => {}
                    RawHtml::CodeStart | RawHtml::CodeEnd if paired.contains(&at) => {}
                    RawHtml::Comment => self.remove(range.clone()),
                    _ => self.as_text(range.clone(), Place::Middle),
                },
                Event::Text(_) => self.text(range),
                _ => {}
            }
            at += 1;
        }
    }

    /// Ends a fence that is open at the end of the text, before the rest of the page is code and the
    /// next open fence makes a tag of what was code. One in a list or quote ends with it.
    fn close_fence(&mut self, events: &Events<'_>, at: usize) {
        let range = &events[at].1;
        if !self.source[range.end..].trim().is_empty() {
            return;
        }
        let starts = events[..at].iter().filter(|(event, _)| matches!(event, Event::Start(_))).count();
        let ends = events[..at].iter().filter(|(event, _)| matches!(event, Event::End(_))).count();
        let block = self.source[range.clone()].trim();
        let mark = block.chars().next().unwrap_or('`');
        let fence = &block[..block.len() - block.trim_start_matches(mark).len()];
        // Four blanks before it make it code.
        let last = block.lines().skip(1).last().unwrap_or_default();
        let indented = last.starts_with("    ") || last.trim_start_matches(' ').starts_with('\t');
        let closed = !indented && last.trim().len() >= fence.len() && last.trim().chars().all(|c| c == mark);
        if starts == ends && !closed {
            self.edits.push((self.source.len()..self.source.len(), format!("\n{fence}\n")));
        }
    }

    /// The link or image between two events.
    fn whole_link(&mut self, events: &Events<'_>, start: usize, end: usize) {
        let (event, range) = &events[start];
        let (kind, destination, image) = match event {
            Event::Start(Tag::Link { link_type, dest_url, .. }) => (*link_type, dest_url, false),
            Event::Start(Tag::Image { link_type, dest_url, .. }) => (*link_type, dest_url, true),
            _ => return,
        };
        // Where its text ends, before `]`.
        let text_end = if end == start + 1 { range.start + 1 + usize::from(image) } else { events[end - 1].1.end };
        self.link(kind, destination, image, text_end, range);
    }

    /// What another dialect might take for a tag, though ours does not.
    fn text(&mut self, range: &Range<usize>) {
        let bytes = self.source.as_bytes();
        for at in memchr::memchr_iter(b'<', &bytes[range.clone()]) {
            let at = range.start + at;
            if bytes.get(at + 1).is_some_and(|b| b.is_ascii_alphabetic() || b"/!?".contains(b)) {
                let escaped = at == range.start && at > 0 && bytes[at - 1] == b'\\';
                self.edits.push((at - usize::from(escaped)..at + 1, "&lt;".to_owned()));
            }
        }
    }

    fn html_block(&mut self, events: &Events<'_>) {
        let mut whole = String::new();
        for (event, range) in events {
            if matches!(event, Event::Html(_) | Event::Text(_)) {
                whole.push_str(&self.source[range.clone()]);
            }
        }
        let verdict = RawHtml::of(&whole);
        if verdict == RawHtml::Break {
            return;
        }
        let mut last = None;
        for (event, range) in events {
            if !matches!(event, Event::Html(_) | Event::Text(_)) {
                continue;
            }
            // The line feed stays: it also ends the block before or the line of a container.
            let text = self.source[range.clone()].trim_end_matches(['\n', '\r']);
            let range = range.start..range.start + text.len();
            if verdict == RawHtml::Comment {
                self.remove(range);
            } else {
                last = Some(range.end);
                self.as_text(range, Place::Lines);
            }
        }
        if let Some(end) = last {
            // What follows was no part of the block and must not become part of its paragraph.
            self.edits.push((end..end, "\n".to_owned()));
        }
    }

    fn link(&mut self, kind: LinkType, destination: &str, image: bool, text_end: usize, range: &Range<usize>) {
        match kind {
            LinkType::Autolink if is_dangerous(destination) => self.as_text(range.clone(), Place::Middle),
            LinkType::Autolink => {
                if let Some(url) = self.known(destination) {
                    let mut link = String::new();
                    push_link(&mut link, destination, &url, Place::Cell);
                    self.edits.push((range.clone(), link));
                }
            }
            LinkType::Inline if is_dangerous(destination) || self.leads_nowhere(destination) => {
                let bracket = range.start + usize::from(image);
                self.edits.push((bracket..bracket, "\\".to_owned()));
                self.as_text(text_end.max(bracket + 1)..range.end, Place::Middle);
            }
            LinkType::Inline => {
                self.demote(image, destination, range);
                let part = &self.source[text_end..range.end];
                if let (Some(url), Some(inner)) = (self.known(destination), inside_link(part)) {
                    self.destination(text_end + inner.start..text_end + inner.end, &url);
                }
            }
            // Their destinations stand in definitions.
            _ => self.demote(image, destination, range),
        }
    }

    /// An image of elsewhere becomes a link: pages make no foreign requests.
    fn demote(&mut self, image: bool, destination: &str, range: &Range<usize>) {
        if image && SafeUrl::external(destination).is_some() && self.source[range.clone()].starts_with('!') {
            self.edits.push((range.start..range.start + 1, String::new()));
        }
    }

    fn definitions(&mut self, definitions: &[(Range<usize>, String)]) {
        for (span, destination) in definitions {
            if is_dangerous(destination) || self.leads_nowhere(destination) {
                self.as_text(span.clone(), Place::Lines);
            } else if let (Some(url), Some(inner)) =
                (self.known(destination), inside_definition(&self.source[span.clone()]))
            {
                self.destination(span.start + inner.start..span.start + inner.end, &url);
            }
        }
    }

    /// A label defined twice counts by its first definition here, by its last in other dialects.
    fn hidden_definitions(&mut self, definitions: &[(Range<usize>, String)]) {
        let mut start = 0;
        for line in self.source.split_inclusive('\n') {
            let opening = line.len() - line.trim_start_matches([' ', '\t', '>', '-', '*', '+']).len();
            let at = start + opening;
            start += line.len();
            let rest = &line[opening..];
            let Some(close) = rest.starts_with('[').then(|| rest.find("]:")).flatten() else { continue };
            let written = self.source[at + close + 2..].split_whitespace().next().unwrap_or_default();
            let dangerous = is_dangerous_as_written(written.trim_start_matches('<'));
            if dangerous && !is_in(&self.quiet, at) && !is_in_first(definitions, at) {
                self.edits.push((at..at, "\\".to_owned()));
                self.found = true;
            }
        }
    }

    /// Whether an address is no link of this page: what leads nowhere is shown as it is written.
    fn leads_nowhere(&self, destination: &str) -> bool {
        self.links.is_some_and(|links| links.resolve(destination).is_none())
    }

    fn known(&self, destination: &str) -> Option<SafeUrl> {
        self.links.and_then(|links| links.known(destination))
    }

    fn destination(&mut self, range: Range<usize>, url: &SafeUrl) {
        let mut text = String::new();
        push_destination(&mut text, url);
        self.edits.push((range, text));
    }

    fn as_text(&mut self, range: Range<usize>, place: Place) {
        let mut text = String::new();
        // Lines stay lines: what a container puts before them is no part of the range.
        let place = if self.source[range.clone()].contains('\n') { Place::Lines } else { place };
        push_text(&mut text, &self.source[range.clone()], place);
        self.edits.push((range, text));
        self.found = true;
    }

    fn remove(&mut self, range: Range<usize>) {
        self.edits.push((range, String::new()));
        self.found = true;
    }

    /// Makes the edits; of two that overlap the first counts, and the text is read again.
    fn apply(mut self) -> (String, bool) {
        if self.edits.is_empty() {
            return (self.source.to_owned(), false);
        }
        self.edits.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::with_capacity(self.source.len() + 64);
        let mut done = 0;
        for (range, text) in &self.edits {
            if range.start < done {
                self.found = true;
                continue;
            }
            out.push_str(&self.source[done..range.start]);
            out.push_str(text);
            done = range.end;
        }
        out.push_str(&self.source[done..]);
        (out, self.found)
    }
}

fn is_in(ranges: &[Range<usize>], at: usize) -> bool {
    let next = ranges.partition_point(|range| range.start <= at);
    next > 0 && ranges[next - 1].contains(&at)
}

fn is_in_first(definitions: &[(Range<usize>, String)], at: usize) -> bool {
    let next = definitions.partition_point(|(range, _)| range.start <= at);
    next > 0 && definitions[next - 1].0.contains(&at)
}
