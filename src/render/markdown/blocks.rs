//! Sections and their blocks.

use std::fmt::Write as _;

use crate::render::highlight::Language;
use crate::render::prose;
use crate::site::{
    Block, CodeBlock, Column, Fold, Inline, MatrixCell, MatrixColumn, Query, QueryText, Section, Stat, Tone,
};
use crate::text::escape_html;

use super::Writer;
use super::escape::{Place, push_destination, push_fence, push_text};

impl Writer<'_> {
    pub(super) fn section(&mut self, section: &Section) {
        let level = section.level.clamp(1, 6);
        // As on ATC's pages: each query has its heading beside that of the rule's text.
        if let [Block::Queries(queries)] = section.blocks.as_slice() {
            for query in queries {
                self.query(level, query);
            }
            return;
        }
        if section.linked {
            let _ = write!(self.out, "\n<a id=\"{}\"></a>\n", escape_html(&section.anchor));
        }
        if !section.title.is_empty() {
            self.heading(level, &section.title);
        }
        for block in &section.blocks {
            self.block(block, (level + 1).min(6));
        }
    }

    /// Ends what stands before and writes a heading.
    fn heading(&mut self, level: u8, title: &str) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n('#', usize::from(level)));
        self.out.push(' ');
        // A final `#` would be taken for the closing sequence of the heading.
        let (head, hashes) = title.split_at(title.trim_end_matches('#').len());
        push_text(&mut self.out, head, Place::Middle);
        self.out.push_str(&"&#35;".repeat(hashes.len()));
        self.out.push('\n');
    }

    /// Each block begins with an empty line and ends its last line.
    fn block(&mut self, block: &Block, level: u8) {
        if !matches!(block, Block::Queries(_) | Block::Matrix(_)) {
            self.out.push('\n');
        }
        match block {
            Block::Line(line) => {
                self.inlines(line, Place::Start);
                self.out.push('\n');
            }
            Block::Prose(text) => {
                self.out.push_str(prose::to_markdown(text, self.from, self.routes).trim_end());
                self.out.push('\n');
            }
            Block::List(items) => items.iter().for_each(|item| self.item(0, |w| w.inlines(item, Place::Start))),
            Block::Table { columns, rows } => self.table(columns, rows),
            Block::Code(code) => self.code(code),
            Block::Folds(folds) => folds.iter().enumerate().for_each(|(i, fold)| self.fold(i, fold)),
            Block::Queries(queries) => queries.iter().for_each(|query| self.query(level, query)),
            Block::Notice(tone, line) => self.notice(*tone, line),
            Block::Stats(stats) => stats.iter().for_each(|stat| self.stat(stat)),
            Block::Cards(cards) => {
                for (title, target, text, count) in cards {
                    self.item(0, |w| {
                        w.page_link(title, *target, Place::Start);
                        if let Some(count) = count {
                            w.aside(&count.to_string());
                        }
                        if !text.is_empty() {
                            w.out.push_str(": ");
                            push_text(&mut w.out, text, Place::Middle);
                        }
                    });
                }
            }
            Block::Overview(overview) => {
                self.page_link(&overview.title, overview.target, Place::Start);
                self.out.push_str("\n\n![");
                push_text(&mut self.out, &overview.title, Place::Middle);
                self.out.push_str("](");
                push_destination(&mut self.out, &self.routes.file_href(self.from, &overview.picture));
                self.out.push_str(")\n");
            }
            Block::Matrix(columns) => columns.iter().for_each(|column| self.matrix_column(level, column)),
        }
    }

    /// The name, which leads to all of a test, and the texts.
    fn fold(&mut self, i: usize, fold: &Fold) {
        self.out.push_str(if i == 0 { "**" } else { "\n**" });
        match &fold.target {
            Some(target) => self.link(&fold.title, target, Place::Middle),
            None => push_text(&mut self.out, &fold.title, Place::Middle),
        }
        self.out.push_str("**");
        if !fold.about.is_empty() {
            self.out.push_str(": ");
            push_text(&mut self.out, &fold.about.join(", "), Place::Middle);
        }
        self.out.push('\n');
        for code in &fold.texts {
            self.out.push('\n');
            self.code(code);
        }
    }

    fn code(&mut self, code: &CodeBlock) {
        if !code.title.is_empty() {
            self.out.push('*');
            push_text(&mut self.out, &code.title, Place::Middle);
            self.out.push_str("*\n\n");
        }
        push_fence(&mut self.out, fence_name(code.language), &code.text);
    }

    /// Our own words in parentheses.
    fn aside(&mut self, words: &str) {
        self.out.push_str(" (");
        self.out.push_str(words);
        self.out.push(')');
    }

    fn item(&mut self, depth: usize, content: impl FnOnce(&mut Self)) {
        self.out.push_str(&"  ".repeat(depth));
        self.out.push_str("- ");
        content(self);
        self.out.push('\n');
    }

    fn table(&mut self, columns: &[Column], rows: &[Vec<Vec<Inline>>]) {
        for column in columns {
            self.out.push_str("| ");
            push_text(&mut self.out, column.title, Place::Cell);
            self.out.push(' ');
        }
        self.out.push_str("|\n");
        for column in columns {
            self.out.push_str(if column.numeric { "|---:" } else { "|:---" });
        }
        self.out.push_str("|\n");
        for row in rows {
            for cell in row {
                self.out.push_str("| ");
                for (i, value) in cell.iter().enumerate() {
                    if i > 0 {
                        self.out.push_str(", ");
                    }
                    self.inlines(std::slice::from_ref(value), Place::Cell);
                }
                self.out.push(' ');
            }
            self.out.push_str("|\n");
        }
    }

    fn query(&mut self, level: u8, query: &Query) {
        self.heading(level, &query.title);
        self.out.push('\n');
        match &query.text {
            QueryText::Converted(texts) => {
                for (i, text) in texts.iter().enumerate() {
                    if i > 0 {
                        self.out.push('\n');
                    }
                    push_fence(&mut self.out, fence_name(query.language), text);
                }
            }
            QueryText::NotConvertible(why) => {
                self.out.push_str("> Not convertible: ");
                push_text(&mut self.out, why, Place::Middle);
                self.out.push('\n');
            }
        }
        self.out.push_str("\n*");
        push_text(&mut self.out, &query.provenance, Place::Middle);
        self.out.push_str("*\n");
    }

    fn notice(&mut self, tone: Tone, line: &[Inline]) {
        self.out.push_str(match tone {
            Tone::Neutral | Tone::Good => "> ",
            Tone::Info => "> **Note:** ",
            Tone::Caution => "> **Caution:** ",
            Tone::Danger => "> **Warning:** ",
        });
        self.inlines(line, Place::Start);
        self.out.push('\n');
    }

    fn stat(&mut self, stat: &Stat) {
        self.item(0, |w| {
            w.out.push_str("**");
            push_text(&mut w.out, &stat.value, Place::Middle);
            w.out.push_str("** ");
            match stat.target {
                Some(target) => w.page_link(&stat.label, target, Place::Middle),
                None => push_text(&mut w.out, &stat.label, Place::Middle),
            }
        });
    }

    fn matrix_column(&mut self, level: u8, column: &MatrixColumn) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n('#', usize::from(level)));
        self.out.push(' ');
        self.page_link(&column.title, column.target, Place::Middle);
        self.out.push_str("\n\n");
        for cell in &column.cells {
            self.matrix_cell(0, cell);
        }
    }

    /// A technique and its sub-techniques, which have none of their own.
    fn matrix_cell(&mut self, depth: usize, cell: &MatrixCell) {
        self.item(depth, |w| {
            w.page_link(&format!("{}: {}", cell.id, cell.title), cell.target, Place::Start);
            let plural = |count: usize| if count == 1 { "" } else { "s" };
            let mut counts: Vec<String> = [(cell.rules, "rule"), (cell.tests, "test")]
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, noun)| format!("{count} {noun}{}", plural(count)))
                .collect();
            if cell.data > 0 {
                counts.push(format!("{} Data Needed", cell.data));
            }
            if !counts.is_empty() {
                w.aside(&counts.join(", "));
            }
        });
        if depth == 0 {
            cell.subs.iter().for_each(|sub| self.matrix_cell(1, sub));
        }
    }
}

/// The name in the fence: one of ours, never a text of somebody else.
fn fence_name(language: &str) -> &'static str {
    Language::from_name(language).map_or("", Language::name)
}
