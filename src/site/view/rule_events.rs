//! The events that were recorded for a rule: what they say of the fields the rule searches, and all of it.

use crate::graph::{EdgeKind, Node};
use crate::model::{EventField, Origin, RecordedEvent};
use crate::site::frame::of_file;
use crate::site::{Badge, Block, Fold, Inline, LinkTarget, RouteId, Section, Tone};
use crate::text::{indented_json, visible_controls, visible_in_json};

use super::SiteView;
use super::parts::{code_block, section, table};

/// Events shown; of the others it is said how many there are, and where.
const MOST_EVENTS: usize = 3;

/// Rows of the fields a rule searches, and of others.
const MOST_FIELDS: [usize; 2] = [20, 6];

/// Bytes of a value that are shown in the table.
const LONGEST_VALUE: usize = 300;

/// Bytes of an event, one member to a line, that are shown.
const LONGEST_EVENT: usize = 8000;

/// Bytes of all events of a page.
const LONGEST_OF_ALL: usize = 16_000;

/// The anchor of the section.
const ANCHOR: &str = "recorded-events";

/// How many there are, as a line of the way of the rule.
pub(super) fn step(view: &SiteView<'_>, route: RouteId, node: Node) -> Option<Vec<Inline>> {
    let events = events(view, node);
    let label = match count(&events) {
        0 => return None,
        1 => "1 recorded event".to_owned(),
        count => format!("{count} recorded events"),
    };
    Some(vec![Inline::Link(label, LinkTarget::Anchor(route, ANCHOR.to_owned()))])
}

fn events<'a>(view: &SiteView<'a>, node: Node) -> Vec<(Node, &'a RecordedEvent)> {
    let nodes = view.graph.backlinks(node, EdgeKind::RecordedFor).map(|edge| edge.from);
    nodes.map(|from| (from, &view.graph.corpus().recorded_events[from.index()])).collect()
}

/// The rules that have an event a Data Needed describes.
pub(super) fn of_data(view: &SiteView<'_>, data: Node) -> Option<Section> {
    let mut rules: Vec<Node> = view.graph.from(data, EdgeKind::EventOf);
    rules = rules.into_iter().flat_map(|event| view.graph.to(event, EdgeKind::RecordedFor)).collect();
    rules.sort_unstable();
    rules.dedup();
    let link = |rule: &Node| match view.plan.node(*rule) {
        Some(route) => Inline::Link(view.label(*rule), LinkTarget::Anchor(route, ANCHOR.to_owned())),
        None => Inline::text(view.label(*rule)),
    };
    let items: Vec<Vec<Inline>> = rules.iter().map(|rule| vec![link(rule)]).collect();
    let count = items.len();
    let title = "Rules with recorded events of it";
    (count > 0).then(|| section(ANCHOR, title, Some(count), vec![Block::List(items)]))
}

/// How many events the files have, those among them that were not kept.
fn count(events: &[(Node, &RecordedEvent)]) -> usize {
    // The first that was kept of a file stands for all; those of one file stand together.
    let mut files: Vec<_> = events.iter().map(|(_, event)| (event.origin.file, event.in_file)).collect();
    files.dedup_by_key(|(file, _)| *file);
    files.into_iter().map(|(_, in_file)| in_file).sum()
}

/// The events of a rule; `None` where there is none.
pub(super) fn section_of(view: &SiteView<'_>, node: Node) -> Option<Section> {
    let events = events(view, node);
    let count = count(&events);
    if events.is_empty() {
        return None;
    }
    let rule = &view.graph.corpus().rules[node.index()];
    let looked_at = view.graph.fields_of_rule(u32::try_from(node.index()).unwrap_or(u32::MAX));
    let mut blocks = Vec::new();
    let mut left = LONGEST_OF_ALL;
    for (from, event) in events.iter().take(MOST_EVENTS) {
        blocks.push(Block::Line(introduction(view, *from, event)));
        let (rows, more) = rows(event, &looked_at, &rule.fields);
        blocks.push(table(&[("Field", false), ("Value", false), ("In the rule", false)], rows));
        blocks.push(whole(view, event, more, &mut left));
    }
    let rest = count.saturating_sub(MOST_EVENTS);
    if rest > 0 {
        let files = events.iter().skip(MOST_EVENTS).map(|(_, event)| &event.origin);
        blocks.push(Block::Line(others(view, rest, files.chain(events.last().map(|(_, event)| &event.origin)))));
    }
    let section = section(ANCHOR, "Recorded events", Some(count), blocks);
    Some(Section { level: 3, linked: true, ..section })
}

/// Which event it is, what describes it, and where it is from.
fn introduction(view: &SiteView<'_>, from: Node, event: &RecordedEvent) -> Vec<Inline> {
    let mut line = Vec::new();
    match &event.event_id {
        Some(id) => {
            line.push(Inline::text("Event "));
            line.push(Inline::Code(shown(id)));
        }
        None => line.push(Inline::text("An event")),
    }
    if let Some(log) = event.channel.as_ref().or(event.provider.as_ref()) {
        line.push(Inline::text(" of "));
        line.push(Inline::Code(shown(log)));
    }
    for (i, data) in view.graph.to(from, EdgeKind::EventOf).enumerate() {
        line.push(Inline::text(if i == 0 { ", described by " } else { ", " }));
        line.push(view.link(data));
    }
    line.push(Inline::text(if event.in_file > 1 {
        format!("; number {} of {} in ", event.origin.document + 1, event.in_file)
    } else {
        "; from ".to_owned()
    }));
    line.push(file(view, &event.origin));
    line
}

/// A file by its path, which leads to it where the user said how.
fn file(view: &SiteView<'_>, origin: &Origin) -> Inline {
    let Some(path) = origin.in_project() else { return Inline::Code(shown(&origin.within)) };
    match view.config.edit_url.as_deref().and_then(|pattern| of_file(pattern, path)) {
        Some(url) => Inline::Link(shown(path), LinkTarget::Url(url)),
        None => Inline::Code(shown(path)),
    }
}

/// The fields the rule searches, those it says are worth a look, then others; and how many more there are.
fn rows(event: &RecordedEvent, searched: &[String], worth_a_look: &[String]) -> (Vec<Vec<Vec<Inline>>>, usize) {
    let is_one_of = |field: &EventField, names: &[String]| names.iter().any(|name| field.is_called(name));
    let (own, others): (Vec<_>, Vec<_>) = event.fields.iter().partition(|field| is_one_of(field, searched));
    let (worth, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|field| is_one_of(field, worth_a_look));
    let [most_own, most_others] = MOST_FIELDS;
    let row = |(field, mark): (&EventField, Option<(&str, Tone)>)| {
        let mark = mark.map(|(text, tone)| Inline::Badge(Badge { text: text.to_owned(), tone }));
        let texts = [&field.name, &field.value].map(|text| vec![Inline::Code(shown(text))]);
        texts.into_iter().chain([mark.into_iter().collect()]).collect()
    };
    let own = own.into_iter().map(|field| (field, Some(("searched", Tone::Info)))).take(most_own);
    let worth = worth.into_iter().map(|field| (field, Some(("worth a look", Tone::Neutral))));
    let rest = worth.chain(others.into_iter().map(|field| (field, None))).take(most_others);
    let rows: Vec<_> = own.chain(rest).map(row).collect();
    let more = event.fields.len() - rows.len();
    (rows, more)
}

/// All of an event, or where it is if it is too long for a page.
fn whole(view: &SiteView<'_>, event: &RecordedEvent, more: usize, left: &mut usize) -> Block {
    let text = (view.text)(event.span.file).get(event.span.start as usize..event.span.end as usize).unwrap_or_default();
    let Some(json) = indented_json(text, LONGEST_EVENT.min(*left)) else {
        let size = format!("All of the event, {} KB, is in ", text.len().div_ceil(1000));
        return Block::Line(vec![Inline::text(size), file(view, &event.origin)]);
    };
    *left -= json.len();
    let more = match (more, event.more_fields) {
        (0, false) => None,
        (1, false) => Some("1 more field".to_owned()),
        (more, false) => Some(format!("{more} more fields")),
        (more, true) => Some(format!("more than {more} more fields")),
    };
    let texts = vec![code_block("json", "", &visible_in_json(&json))];
    Block::Folds(vec![Fold {
        title: "The whole event".to_owned(),
        target: None,
        about: more.into_iter().collect(),
        texts,
    }])
}

/// What is not shown, and the files it is in.
fn others<'o>(view: &SiteView<'_>, rest: usize, origins: impl Iterator<Item = &'o Origin>) -> Vec<Inline> {
    let mut line =
        vec![Inline::text(if rest == 1 { "1 more is in ".to_owned() } else { format!("{rest} more are in ") })];
    let mut files: Vec<&Origin> = Vec::new();
    for origin in origins {
        if files.iter().all(|known| known.file != origin.file) {
            files.push(origin);
        }
    }
    for (i, origin) in files.into_iter().enumerate() {
        if i > 0 {
            line.push(Inline::text(", "));
        }
        line.push(file(view, origin));
    }
    line
}

/// A text of an event, on one line and not too long.
fn shown(text: &str) -> String {
    let end = text.floor_char_boundary(LONGEST_VALUE);
    let cut = visible_controls(&text[..end]).to_string();
    if end < text.len() { format!("{cut}…") } else { cut }
}
