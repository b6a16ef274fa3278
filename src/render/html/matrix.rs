//! The ATT&CK matrix: a column for each tactic, a cell for each technique.
//!
//! A cell's state is told by shape and figures as well as by colour: a filled disc with the
//! number of rules, a triangle with that of tests, a square with that of Data Needed, an empty ring
//! where there is neither rule nor test. The script `matrix.js` writes cells the same way when it
//! counts for a choice of them.
//! Sub-techniques are folded into `details`, whose summary says how many of them have a rule.

use super::block::push_heading_below;
use super::inline::{Place, push_number};
use crate::site::{MatrixCell, MatrixColumn, Overview};
use crate::text::Html;

/// Appends a matrix with its legend.
pub(super) fn push_matrix(out: &mut Html, place: Place<'_>, label: &str, level: u8, columns: &[MatrixColumn]) {
    out.push_static(LEGEND);
    out.push_static("<div class=\"matrix-tools\"></div>\n<section class=\"matrix\" tabindex=\"0\"");
    out.push_attribute("aria-label", label);
    out.push_static(">\n");
    for column in columns {
        push_column(out, place, level, column);
    }
    out.push_static("</section>\n");
}

const LEGEND: &str = "<ul class=\"legend\">\
    <li><span class=\"key full\"><span class=\"mark rules\" aria-hidden=\"true\"></span><span class=\"mark tests\" aria-hidden=\"true\"></span><span class=\"mark data\" aria-hidden=\"true\"></span></span> rule, test and data</li>\
    <li><span class=\"key rules\"><span class=\"mark rules\" aria-hidden=\"true\"></span></span> rule; test or data missing</li>\
    <li><span class=\"key tests\"><span class=\"mark tests\" aria-hidden=\"true\"></span></span> test, no rule</li>\
    <li><span class=\"key none\"><span class=\"mark none\" aria-hidden=\"true\"></span></span> neither rule nor test</li>\
    </ul>\n";

/// Appends a matrix at a glance, which is one link to the page of the matrix.
pub(super) fn push_overview(out: &mut Html, place: Place<'_>, overview: &Overview) {
    out.push_static("<a class=\"overview\"");
    out.push_url_attribute("href", &place.href(overview.target));
    out.push_static("><span class=\"hidden\">");
    out.push_text(&overview.title);
    out.push_static("</span>\n");
    for column in &overview.columns {
        out.push_static("<span aria-hidden=\"true\">");
        for state in column {
            out.push_static("<i class=\"");
            out.push_static(state.key());
            out.push_static("\"></i>");
        }
        out.push_static("</span>\n");
    }
    out.push_static("</a>\n");
    out.push_static(LEGEND);
}

fn push_column(out: &mut Html, place: Place<'_>, level: u8, column: &MatrixColumn) {
    // As everywhere else, a rule for a sub-technique is one for its technique.
    let detected = column.cells.iter().filter(|cell| cell.is_detected()).count();
    out.push_static("<div class=\"tactic\"><div class=\"head\">");
    push_heading_below(out, level, |out| {
        out.push_static("<a");
        out.push_url_attribute("href", &place.href(column.target));
        out.push_static(">");
        out.push_text(&column.title);
        out.push_static("</a>");
    });
    out.push_static("<p>");
    push_share(out, detected, column.cells.len());
    out.push_static(" with rules</p></div>\n<ul>\n");
    for cell in &column.cells {
        push_cell(out, place, cell);
    }
    out.push_static("</ul></div>\n");
}

fn push_cell(out: &mut Html, place: Place<'_>, cell: &MatrixCell) {
    out.push_static("<li class=\"cell ");
    out.push_static(cell.state().key());
    out.push_static("\">");
    out.push_static("<a");
    out.push_url_attribute("href", &place.href(cell.target));
    out.push_static("><span class=\"id\">");
    out.push_text(&cell.id);
    out.push_static("</span> ");
    out.push_text(&cell.title);
    out.push_static("</a>");
    push_marks(out, cell);
    if !cell.subs.is_empty() {
        let detected = cell.subs.iter().filter(|sub| sub.rules > 0).count();
        out.push_static("<details><summary>");
        push_share(out, detected, cell.subs.len());
        out.push_static(if cell.subs.len() == 1 { " sub-technique" } else { " sub-techniques" });
        out.push_static("<span class=\"hidden\"> of ");
        out.push_text(&cell.id);
        out.push_static(" with rules</span></summary><ul>\n");
        for sub in &cell.subs {
            push_cell(out, place, sub);
        }
        out.push_static("</ul></details>");
    }
    out.push_static("</li>\n");
}

fn push_marks(out: &mut Html, cell: &MatrixCell) {
    out.push_static(" <span class=\"marks\">");
    if cell.rules > 0 {
        push_mark(out, "<span class=\"mark rules\" aria-hidden=\"true\"></span>", cell.rules, ["rule", "rules"]);
    }
    if cell.tests > 0 {
        push_mark(out, "<span class=\"mark tests\" aria-hidden=\"true\"></span>", cell.tests, ["test", "tests"]);
    }
    if cell.data > 0 {
        push_mark(out, "<span class=\"mark data\" aria-hidden=\"true\"></span>", cell.data, ["Data Needed"; 2]);
    }
    if cell.rules == 0 && cell.tests == 0 {
        out.push_static(
            "<span class=\"mark none\" aria-hidden=\"true\"></span><span class=\"hidden\">no rules, no tests</span>",
        );
    }
    out.push_static("</span>");
}

fn push_mark(out: &mut Html, mark: &'static str, number: usize, words: [&'static str; 2]) {
    out.push_static(mark);
    push_number(out, number);
    out.push_static("<span class=\"hidden\"> ");
    out.push_static(words[usize::from(number != 1)]);
    out.push_static(" </span>");
}

fn push_share(out: &mut Html, some: usize, all: usize) {
    push_number(out, some);
    out.push_static(" of ");
    push_number(out, all);
}
