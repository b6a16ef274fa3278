//! The tables of the index pages as CSV and JSON, with the same rows and columns.
//!
//! A cell that a spreadsheet would take for a formula begins with an apostrophe, as OWASP advises
//! against CSV injection; JSON has the text as it is.

use serde_json::{Map, Value};

use crate::model::Kind;
use crate::site::exports::{TableForm, attack_table, attack_tables, table};
use crate::site::{Block, Column, Inline, LinkTarget, OutPath, Page, RouteId, SiteView, Subject};

use super::Export;

/// Columns of which a cell may have several values; in JSON they are lists, however many there are.
const LISTS: [&str; 9] =
    ["ATT&CK", "Also known as", "Domain", "Event", "New fields", "Platforms", "Tactics", "Techniques", "Replaced by"];

type Rows = [Vec<Vec<Inline>>];

pub(super) fn tables(view: &SiteView<'_>) -> Vec<Export> {
    let kinds = Kind::ALL.into_iter().map(|kind| (Subject::Index(kind), TableForm::ALL.map(|form| table(kind, form))));
    let attack = attack_tables()
        .map(|(kind, _)| (Subject::AttackIndex(kind), TableForm::ALL.map(|form| attack_table(kind, form))));
    let mut out = Vec::new();
    for (subject, [csv, json]) in kinds.chain(attack) {
        let Some(page) = view.plan.route(subject).map(|route| view.page(route)) else { continue };
        // Retired objects have a table of their own, which is no list of what there is.
        if let Some((columns, rows)) = first_table(&page) {
            out.push(Export { path: csv, bytes: csv_of(view, columns, rows) });
            out.push(json_of(view, json, columns, rows));
        }
    }
    out
}

fn first_table(page: &Page) -> Option<(&[Column], &Rows)> {
    let blocks = page.sections.iter().flat_map(|section| &section.blocks);
    blocks.into_iter().find_map(|block| match block {
        Block::Table { columns, rows } => Some((columns.as_slice(), rows.as_slice())),
        _ => None,
    })
}

/// The page a row is about: that of its first link.
fn page_of(row: &[Vec<Inline>]) -> Option<RouteId> {
    row.iter().flatten().find_map(|piece| match piece {
        Inline::Link(_, LinkTarget::Page(route)) => Some(*route),
        _ => None,
    })
}

fn path(view: &SiteView<'_>, route: Option<RouteId>) -> String {
    route.map(|route| view.plan.routes().path(route).with_extension("html").to_string()).unwrap_or_default()
}

fn texts(cell: &[Inline]) -> Vec<&str> {
    cell.iter()
        .map(|piece| match piece {
            Inline::Text(text) | Inline::Code(text) | Inline::Link(text, _) => text.as_str(),
            Inline::Badge(badge) => badge.text.as_str(),
        })
        .filter(|text| !text.trim_matches([',', ' ']).is_empty())
        .collect()
}

fn csv_of(view: &SiteView<'_>, columns: &[Column], rows: &Rows) -> Vec<u8> {
    let head = columns.iter().map(|column| column.title.to_owned()).chain(["Page".to_owned()]);
    let lines = rows.iter().map(|row| {
        let cells = row.iter().map(|cell| texts(cell).join(", "));
        cells.chain([path(view, page_of(row))]).collect()
    });
    csv(head.collect(), lines)
}

/// Lines of comma-separated values as RFC 4180 has them, safe to be opened in a spreadsheet.
pub(super) fn csv(head: Vec<String>, lines: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for line in std::iter::once(head).chain(lines) {
        // Writing into memory fails for lines of different lengths only, and these have one.
        let _ = writer.write_record(line.iter().map(|cell| inert(cell)));
    }
    writer.into_inner().unwrap_or_default()
}

fn inert(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.len() > 1;
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}

fn json_of(view: &SiteView<'_>, path_of_file: OutPath, columns: &[Column], rows: &Rows) -> Export {
    let key = |title: &str| title.replace("ATT&CK", "attack").to_lowercase().replace(' ', "_");
    let row = |row: &Vec<Vec<Inline>>| {
        let mut object = Map::new();
        for (column, cell) in columns.iter().zip(row) {
            let texts = texts(cell);
            let value = if column.numeric {
                texts.first().and_then(|text| text.parse::<u64>().ok()).map_or(Value::Null, Value::from)
            } else if LISTS.contains(&column.title) {
                texts.iter().flat_map(|text| text.split(", ")).collect::<Vec<_>>().into()
            } else {
                texts.first().map_or(Value::Null, |text| Value::from(*text))
            };
            object.insert(key(column.title), value);
        }
        object.insert("page".to_owned(), path(view, page_of(row)).into());
        Value::Object(object)
    };
    Export::json(path_of_file, &Value::Array(rows.iter().map(row).collect()))
}
