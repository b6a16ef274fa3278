//! A matrix as a picture: SVG that needs nothing around it, for slides, wikis and print.
//!
//! A state is told by the pattern of a cell's edge and by its marks as well as by its colour, as on
//! the page. Colours are those of the default theme on white. Text is measured by its number of
//! characters: fonts differ from one machine to the next, and a picture must not.

use std::fmt::Write as _;

use crate::graph::CoverageState;
use crate::site::{Format, LinkTarget, MatrixCell, MatrixColumn, RouteId, RouteTable};
use crate::text::escape_xml;

/// Pixels.
const COLUMN: usize = 148;
const GAP: usize = 8;
const MARGIN: usize = 16;
const TITLE: usize = 64;
const HEAD: usize = 44;
const CELL: usize = 50;
const ROW: usize = CELL + 4;

/// Characters of a name that fit into a line of a cell.
const LINE: usize = 21;

/// A matrix as a document. `from` is its page, in whose folder the picture lies.
pub fn matrix_picture(columns: &[MatrixColumn], title: &str, routes: &RouteTable, from: RouteId) -> String {
    let rows = columns.iter().map(|column| column.cells.len()).max().unwrap_or_default();
    let width = 2 * MARGIN + (columns.len() * (COLUMN + GAP)).saturating_sub(GAP).max(4 * COLUMN);
    let height = 2 * MARGIN + TITLE + HEAD + rows * ROW;
    let mut picture = Picture { out: String::new(), routes, from };
    let title = escape_xml(title);
    picture.put(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"system-ui, sans-serif\" role=\"img\" aria-label=\"{title}\">\n<title>{title}</title>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n\
         <text x=\"{MARGIN}\" y=\"34\" font-size=\"18\" font-weight=\"600\" fill=\"#1e1a26\">{title}</text>\n"
    ));
    picture.legend();
    for (i, column) in columns.iter().enumerate() {
        picture.column(MARGIN + i * (COLUMN + GAP), column);
    }
    picture.out.push_str("</svg>\n");
    picture.out
}

struct Picture<'a> {
    out: String,
    routes: &'a RouteTable,
    from: RouteId,
}

impl Picture<'_> {
    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        // A string takes everything.
        let _ = self.out.write_fmt(what);
    }

    fn text(&mut self, x: usize, y: usize, size: usize, colour: &str, text: &str) {
        let text = escape_xml(text);
        self.put(format_args!("<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" fill=\"{colour}\">{text}</text>\n"));
    }

    fn link(&mut self, target: RouteId, inner: impl FnOnce(&mut Self)) {
        let href = self.routes.href(self.from, &LinkTarget::Page(target), Format::Html);
        let href = escape_xml(href.as_str());
        self.put(format_args!("<a href=\"{href}\">\n"));
        inner(self);
        self.out.push_str("</a>\n");
    }

    fn legend(&mut self) {
        let mut x = MARGIN;
        let rows = [
            (CoverageState::Full, "rule, test and data"),
            (CoverageState::Rule, "rule; test or data missing"),
            (CoverageState::TestOnly, "test, no rule"),
            (CoverageState::Nothing, "neither rule nor test"),
        ];
        for (state, words) in rows {
            self.frame(x, MARGIN + 32, 22, 14, state);
            self.text(x + 28, MARGIN + 43, 11, MUTED, words);
            x += 44 + words.len() * 6;
        }
    }

    /// The box of a state.
    fn frame(&mut self, x: usize, y: usize, width: usize, height: usize, state: CoverageState) {
        let (fill, edge, dashes) = match state {
            CoverageState::Full => ("#e3d5f6", "#6a3fa8", ""),
            CoverageState::Rule => ("#f6f1fc", "#6a3fa8", " stroke-dasharray=\"5 2\""),
            CoverageState::TestOnly => ("#fcf2dc", "#7d5200", " stroke-dasharray=\"2 2\""),
            CoverageState::Nothing => ("#fff", "#b9b3c4", " stroke-dasharray=\"1 3\""),
        };
        let (middle, bottom) = (x + 2, y + height);
        self.put(format_args!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\" stroke=\"#e3dfea\"/>\n\
             <path d=\"M{middle} {y}V{bottom}\" stroke=\"{edge}\" stroke-width=\"4\"{dashes}/>\n"
        ));
    }

    fn column(&mut self, x: usize, column: &MatrixColumn) {
        let top = MARGIN + TITLE;
        self.link(column.target, |picture| picture.text(x, top + 14, 13, "#1e1a26", &column.title));
        let with_rules = column.cells.iter().filter(|cell| cell.is_detected()).count();
        self.text(x, top + 30, 10, MUTED, &format!("{with_rules} of {} with rules", column.cells.len()));
        let line = top + 36;
        self.put(format_args!("<path d=\"M{x} {line}h{COLUMN}\" stroke=\"#6a3fa8\" stroke-width=\"2\"/>\n"));
        for (i, cell) in column.cells.iter().enumerate() {
            self.link(cell.target, |picture| picture.cell(x, top + HEAD + i * ROW, cell));
        }
    }

    fn cell(&mut self, x: usize, y: usize, cell: &MatrixCell) {
        let name = escape_xml(&cell.title);
        self.put(format_args!("<title>{}: {name}, {}</title>\n", cell.id, cell.state().title()));
        self.frame(x, y, COLUMN, CELL, cell.state());
        self.text(x + 9, y + 11, 9, MUTED, &cell.id);
        let [first, second] = two_lines(&cell.title);
        self.text(x + 9, y + 23, 11, "#1e1a26", &first);
        if !second.is_empty() {
            self.text(x + 9, y + 35, 11, "#1e1a26", &second);
        }
        let mut right = x + COLUMN - 4;
        if !cell.subs.is_empty() {
            let detected = cell.subs.iter().filter(|sub| sub.rules > 0).count();
            self.text(x + 9, y + 46, 8, MUTED, &format!("{detected} of {} sub-techniques", cell.subs.len()));
        }
        for (count, shape, colour) in [
            (cell.data, Shape::Square, "#1c5a96"),
            (cell.tests, Shape::Triangle, "#7d5200"),
            (cell.rules, Shape::Disc, "#6a3fa8"),
        ] {
            if count > 0 {
                let number = count.to_string();
                right = right.saturating_sub(number.len() * 6 + 10);
                self.mark(right, y + 4, shape, colour);
                self.text(right + 9, y + 11, 9, MUTED, &number);
            }
        }
    }

    fn mark(&mut self, x: usize, y: usize, shape: Shape, colour: &str) {
        let path = match shape {
            Shape::Disc => format!("<circle cx=\"{}\" cy=\"{}\" r=\"3.5\"", x + 4, y + 4),
            Shape::Triangle => format!("<path d=\"M{} {y}l4 7h-8z\"", x + 4),
            Shape::Square => format!("<path d=\"M{x} {y}h7v7h-7z\""),
        };
        self.put(format_args!("{path} fill=\"{colour}\"/>\n"));
    }
}

const MUTED: &str = "#625c70";

#[derive(Clone, Copy)]
enum Shape {
    Disc,
    Triangle,
    Square,
}

/// A name in two lines, cut where it is longer.
fn two_lines(name: &str) -> [String; 2] {
    let mut lines = [String::new(), String::new()];
    let mut at = 0;
    for word in name.split_whitespace() {
        let length = lines[at].chars().count();
        let fits = length == 0 || length + 1 + word.chars().count() <= LINE;
        if !fits {
            if at == 1 {
                lines[1].push('…');
                break;
            }
            at = 1;
        }
        if !lines[at].is_empty() {
            lines[at].push(' ');
        }
        lines[at].push_str(word);
    }
    lines.map(
        |line| {
            if line.chars().count() <= LINE + 1 { line } else { line.chars().take(LINE).chain(['…']).collect() }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_two_lines_at_most() {
        assert_eq!(two_lines("Phishing"), ["Phishing", ""]);
        assert_eq!(two_lines("Command and Scripting Interpreter"), ["Command and Scripting", "Interpreter"]);
        assert_eq!(
            two_lines("One two three four five six seven eight nine ten eleven"),
            ["One two three four", "five six seven eight…"]
        );
        assert_eq!(two_lines(&"x".repeat(40))[0], format!("{}…", "x".repeat(21)));
    }
}
