//! Findings as people read them: a header line, the source line, a caret under the exact value.
//!
//! The header is `path:line:col: severity[PBnnn] message`, the same as in [`super::concise`], so
//! that terminals make it clickable and a search for it finds both. Only the lines a finding
//! points at are given to the drawing library, and long ones are cut around the caret: a minified
//! file costs no more than a short one.

use std::fmt::Write as _;
use std::io;
use std::ops::Range;

use annotate_snippets::renderer::{AnsiColor, Effects, Style};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::report::{Finding, Findings, Severity};
use crate::text::{FileId, visible_controls, visible_in_place};

use super::concise::header;
use super::position::Indexed;
use super::{Lookup, not_shown, totals};

/// How findings are shown to people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HumanOptions {
    /// Whether the output understands ANSI colours.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// How many findings of one file are shown; the rest is counted.
    pub per_file: usize,
}

impl Default for HumanOptions {
    /// No colour, 140 columns, 100 findings of each file.
    fn default() -> Self {
        Self { color: false, width: 140, per_file: 100 }
    }
}

/// Lines a second position may be away from the first and still be drawn with it.
const NEAR: u32 = 12;

/// Columns the line numbers and frame take.
const GUTTER: usize = 10;

/// Writes all findings and, last, their totals.
///
/// # Errors
/// If `out` does not take it.
pub fn human(
    findings: &Findings,
    lookup: &Lookup<'_>,
    options: HumanOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let drawing = Drawing {
        renderer: if options.color { Renderer::styled() } else { Renderer::plain() }.term_width(usize::MAX / 4),
        limit: options.width.saturating_sub(GUTTER).max(40),
        color: options.color,
    };
    let mut last = None;
    let mut run: (Option<FileId>, usize) = (None, 0);
    for finding in findings {
        let id = finding.at.file();
        if run.0 != Some(id) {
            hidden(run, options, lookup, out)?;
            run = (Some(id), 0);
        }
        run.1 += 1;
        if run.1 <= options.per_file {
            let file = Indexed::of(&mut last, id, lookup);
            out.write_all(drawing.finding(finding, file, lookup).as_bytes())?;
        }
    }
    hidden(run, options, lookup, out)?;
    writeln!(out, "{}", totals(findings))
}

fn hidden(
    (file, count): (Option<FileId>, usize),
    options: HumanOptions,
    lookup: &Lookup<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let said = file.and_then(|file| not_shown(lookup(file).path, count, options.per_file));
    said.map_or(Ok(()), |said| writeln!(out, "{said}\n"))
}

struct Drawing {
    renderer: Renderer,
    /// The longest line shown whole, in characters.
    limit: usize,
    color: bool,
}

/// A position of a finding, shortened to its first line.
struct Mark {
    range: Range<usize>,
    line: u32,
    primary: bool,
    label: Option<String>,
}

impl Drawing {
    fn finding(&self, finding: &Finding, file: &Indexed<'_>, lookup: &Lookup<'_>) -> String {
        let mut text = self.header(finding, file);
        text.push('\n');
        let mut near: Vec<Mark> = Vec::new();
        let mut snippets = Vec::new();
        if let Some(range) = file.range(&finding.at) {
            near.push(mark(file, range, true, finding.label.as_deref()));
        }
        for note in &finding.also {
            let other = (note.at.file() != file.id).then(|| Indexed::new(note.at.file(), lookup));
            let place = other.as_ref().unwrap_or(file);
            let second = mark(place, place.range(&note.at).unwrap_or(0..0), false, Some(&note.label));
            if other.is_none() && self.drawn_together(file, &near, &second) {
                near.push(second);
            } else {
                let path = visible_controls(place.source.path).into_owned();
                snippets.push(self.snippet(place, vec![second]).path(path));
            }
        }
        if !near.is_empty() {
            snippets.insert(0, self.snippet(file, near));
        }
        let mut group = Group::with_level(level(finding.severity)).elements(snippets);
        if let Some(help) = &finding.help {
            let lines: Vec<_> = help.lines().map(visible_controls).collect();
            group = group.element(Level::HELP.message(lines.join("\n")));
        }
        if !group.is_empty() {
            text.push_str(&self.renderer.render(&[group]));
            text.push('\n');
        }
        text.push('\n');
        text
    }

    fn header(&self, finding: &Finding, file: &Indexed<'_>) -> String {
        let plain = header(finding, file);
        let tag = format!("{}[{}]", finding.severity, finding.code);
        let Some((place, message)) = plain.split_once(&tag).filter(|_| self.color) else { return plain };
        let color = match finding.severity {
            Severity::Error => AnsiColor::BrightRed,
            Severity::Warning => AnsiColor::Yellow,
            Severity::Note => AnsiColor::BrightGreen,
        };
        let (bold, style) = (Style::new().effects(Effects::BOLD), color.on_default().effects(Effects::BOLD));
        let mut text = String::new();
        let _ = write!(text, "{bold}{place}{bold:#}{style}{tag}{style:#}{bold}{message}{bold:#}");
        text
    }

    /// Whether `second` is near the marks there are, and no line among them has to be cut.
    fn drawn_together(&self, file: &Indexed<'_>, near: &[Mark], second: &Mark) -> bool {
        let Some(first) = near.first() else { return false };
        let lines = first.line.min(second.line)..=first.line.max(second.line);
        first.line.abs_diff(second.line) <= NEAR && lines.into_iter().all(|line| !self.too_long(file.line(line)))
    }

    fn too_long(&self, line: &str) -> bool {
        line.len() > self.limit && line.chars().count() > self.limit
    }

    /// The lines of `marks`, the first of which decides how a long line is cut.
    fn snippet(
        &self,
        file: &Indexed<'_>,
        marks: Vec<Mark>,
    ) -> Snippet<'static, annotate_snippets::Annotation<'static>> {
        let first = marks.iter().map(|mark| mark.line).min().unwrap_or(1);
        let last = marks.iter().map(|mark| mark.line).max().unwrap_or(1);
        let start = file.lines.line_start(first);
        let line = file.line(first);
        let (source, shift, limit) = if first == last && self.too_long(line) {
            let (cut, from) = self.cut(line, marks[0].range.start - start);
            // The caret is moved by what was cut away, and back by the `…` that stands for it.
            (cut, start + from, usize::MAX)
        } else {
            let end = file.lines.line_start(last) + file.line(last).len();
            (file.source.text[start..end].to_owned(), start, end - start)
        };
        let limit = limit.min(source.len());
        let annotations: Vec<_> = marks
            .into_iter()
            .map(|mark| {
                let lead = if source.starts_with('…') && shift != start { '…'.len_utf8() } else { 0 };
                let from = (mark.range.start - shift + lead).min(limit);
                let to = (mark.range.end - shift + lead).clamp(from, limit);
                let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
                kind.span(from..to).label(mark.label)
            })
            .collect();
        Snippet::source(visible_in_place(&source).into_owned()).line_start(first as usize).annotations(annotations)
    }

    /// A part of `line` around the byte `at`, at most `limit` characters, `…` where it was cut;
    /// and the byte of `line` it starts with.
    fn cut(&self, line: &str, at: usize) -> (String, usize) {
        let before = self.limit / 3;
        let from = line[..at].char_indices().rev().take(before).last().map_or(at, |(i, _)| i);
        let to = line[from..].char_indices().nth(self.limit).map_or(line.len(), |(i, _)| from + i);
        let lead = if from > 0 { "…" } else { "" };
        let tail = if to < line.len() { "…" } else { "" };
        (format!("{lead}{}{tail}", &line[from..to]), from)
    }
}

/// The mark for a range, ending where its first line ends.
fn mark(file: &Indexed<'_>, range: Range<usize>, primary: bool, label: Option<&str>) -> Mark {
    let line = file.line_col(range.start).line;
    let line_end = file.lines.line_start(line) + file.line(line).len();
    let start = range.start.min(line_end);
    let label = label.map(|label| visible_controls(label).into_owned());
    Mark { range: start..range.end.clamp(start, line_end), line, primary, label }
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

#[cfg(test)]
mod tests {
    use super::super::SourceText;
    use super::*;
    use crate::report::Code;
    use crate::text::{At, Span};

    fn show(findings: Vec<Finding>, files: &[(&str, &str)], options: HumanOptions) -> String {
        let lookup = |id: FileId| {
            let (path, text) = files[id.0 as usize];
            SourceText { path, text }
        };
        let mut out = Vec::new();
        human(&findings.into_iter().collect(), &lookup, options, &mut out).expect("a Vec takes everything");
        String::from_utf8(out).expect("text")
    }

    fn at(text: &str, needle: &str) -> Span {
        let start = text.find(needle).expect(needle);
        Span::new(FileId(0), start, start + needle.len())
    }

    #[test]
    fn the_caret_is_under_the_exact_value() {
        let text = "title: é\ntags:\n  - attack.t9999\n";
        let finding = Finding::new(Code::UnknownTechnique, at(text, "attack.t9999"), "unknown technique `T9999`")
            .label("no such technique")
            .help("did you mean `attack.t1059`?");
        assert_eq!(
            show(vec![finding], &[("rules/a.yml", text)], HumanOptions::default()),
            "rules/a.yml:3:5: error[PB201] unknown technique `T9999`\n  \
               |\n\
             3 |   - attack.t9999\n  \
               |     ^^^^^^^^^^^^ no such technique\n  \
               |\n  \
               = help: did you mean `attack.t1059`?\n\
             \n\
             1 error in 1 file\n"
        );
    }

    #[test]
    fn second_places_are_drawn_near_and_far() {
        let text = "id: a\nid: b\n";
        let finding = Finding::new(Code::DuplicateKey, at(text, "id: b"), "`id` is given twice")
            .also(at(text, "id: a"), "first given here")
            .also(At::Span(Span::new(FileId(1), 2, 3)), "and here");
        assert_eq!(
            show(vec![finding], &[("a.yml", text), ("b.yml", "x\ny\n")], HumanOptions::default()),
            "a.yml:2:1: warning[PB006] `id` is given twice\n  \
               |\n\
             1 | id: a\n  \
               | ----- first given here\n\
             2 | id: b\n  \
               | ^^^^^\n  \
               |\n \
              ::: b.yml:2:1\n  \
               |\n\
             2 | y\n  \
               | - and here\n\
             \n\
             1 warning in 1 file\n"
        );
    }

    #[test]
    fn a_finding_about_a_whole_file_has_no_source_line() {
        let finding =
            Finding::new(Code::NotUtf8, At::File(FileId(0)), "the file is not UTF-8").help("save it as UTF-8");
        assert_eq!(
            show(vec![finding], &[("a\u{1b}[2J.yml", "")], HumanOptions::default()),
            "a\\u{1b}[2J.yml:1:1: error[PB002] the file is not UTF-8\n\
             \x20= help: save it as UTF-8\n\
             \n\
             1 error in 1 file\n"
        );
    }

    #[test]
    fn long_lines_are_cut_around_the_caret() {
        let text = format!("a: {}HERE{}\n", "x".repeat(100_000), "é".repeat(100_000));
        let finding = Finding::new(Code::WrongType, at(&text, "HERE"), "m");
        let shown = show(vec![finding], &[("a.yml", &text)], HumanOptions { width: 70, ..HumanOptions::default() });
        assert_eq!(
            shown,
            format!(
                "a.yml:1:100004: error[PB004] m\n  |\n1 | …{}HERE{}…\n  |  {}^^^^\n\n1 error in 1 file\n",
                "x".repeat(20),
                "é".repeat(36),
                " ".repeat(20)
            )
        );
    }

    #[test]
    fn positions_outside_the_text_and_inside_a_character_do_no_harm() {
        let text = "é\r\nb";
        for (start, end) in [(0, 1), (1, 1), (1, 9), (3, 3), (4, 5), (9, 9), (9, 2), (5, 4)] {
            for files in [[("a.yml", text)], [("a.yml", "")]] {
                let finding = Finding::new(Code::WrongType, Span::new(FileId(0), start, end), "m").label("l");
                let shown = show(vec![finding], &files, HumanOptions::default());
                assert!(shown.contains('^'), "{start}..{end}: {shown}");
            }
        }
    }

    #[test]
    fn findings_beyond_the_cap_are_counted() {
        let finding = |i: u32| Finding::new(Code::WrongType, At::File(FileId(i / 3)), format!("m{i}"));
        let options = HumanOptions { per_file: 1, ..HumanOptions::default() };
        assert_eq!(
            show((0..6).map(finding).collect(), &[("a", ""), ("b", "")], options),
            "a:1:1: error[PB004] m0\n\na: 2 more findings not shown\n\n\
             b:1:1: error[PB004] m3\n\nb: 2 more findings not shown\n\n\
             6 errors in 2 files\n"
        );
    }

    #[test]
    fn colours_only_where_asked_for() {
        let finding = || vec![Finding::new(Code::WrongType, Span::new(FileId(0), 0, 1), "m")];
        let colored = show(finding(), &[("a", "b")], HumanOptions { color: true, ..HumanOptions::default() });
        assert!(colored.contains("\u{1b}["), "{colored:?}");
        assert!(!show(finding(), &[("a", "b")], HumanOptions::default()).contains('\u{1b}'));
    }
}
