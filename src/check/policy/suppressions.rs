//! `allow(PB201, PB501) reason` in a comment: findings of these codes on one line are not told.
//!
//! A comment beside something is about its own line; one that stands alone is about the next line
//! that is neither blank nor a comment. A finding about a whole file belongs to the first such line.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::config::{code_help, is_about_configuration, nearest};
use crate::report::render::Lookup;
use crate::report::{Code, Finding, Findings};
use crate::text::{At, FileId, LineIndex, Span};

use super::super::external::is_external;
use super::comments::{Comment, Comments, comments};

/// `found` without what comments in `files` suppress, and with what is wrong with these comments.
pub(super) fn apply(found: Findings, files: impl IntoIterator<Item = FileId>, lookup: &Lookup<'_>) -> Findings {
    let mut left = Findings::new();
    let mut suppressed: BTreeMap<FileId, Suppressions<'_>> = BTreeMap::new();
    for file in files {
        let source = lookup(file);
        let comments = comments(source.path, source.text);
        if !comments.all.is_empty() {
            suppressed.insert(file, Suppressions::read(file, source.text, &comments, &mut left));
        }
    }
    for finding in found {
        let here = suppressed.get_mut(&finding.at.file());
        if here.is_none_or(|here| !here.covers(&finding)) {
            left.push(finding);
        }
    }
    for here in suppressed.values() {
        here.complain(&mut left);
    }
    left
}

/// One code of one comment.
struct Suppressed {
    code: Code,
    span: Span,
    /// The line it is about, from 1.
    line: u32,
    used: bool,
}

/// The suppressions of one file.
struct Suppressions<'t> {
    text: &'t str,
    lines: LineIndex,
    blocks: Vec<Range<usize>>,
    first_line: u32,
    all: Vec<Suppressed>,
    /// Line to positions in `all`.
    by_line: BTreeMap<u32, Vec<usize>>,
}

impl<'t> Suppressions<'t> {
    fn read(file: FileId, text: &'t str, comments: &Comments, findings: &mut Findings) -> Self {
        let after = next_lines(text, comments.is_markdown);
        let target = |line: u32| after.get(line as usize).copied().unwrap_or(line + 1);
        let mut this = Self {
            text,
            lines: LineIndex::new(text),
            blocks: comments.blocks.clone(),
            first_line: target(0),
            all: Vec::new(),
            by_line: BTreeMap::new(),
        };
        for comment in &comments.all {
            let own = this.line(comment.bytes.start);
            let line = if comment.alone { target(own) } else { own };
            for (code, bytes) in codes(file, text, comment, findings) {
                this.by_line.entry(line).or_default().push(this.all.len());
                this.all.push(Suppressed { code, span: Span::new(file, bytes.start, bytes.end), line, used: false });
            }
        }
        this
    }

    fn line(&self, byte: usize) -> u32 {
        self.lines.line_col(self.text, byte).line
    }

    /// Whether a comment suppresses `finding`; it counts as used then.
    fn covers(&mut self, finding: &Finding) -> bool {
        let lines = match &finding.at {
            At::Span(span) => {
                let start = span.start as usize;
                let before = self.blocks.partition_point(|block| block.start <= start);
                let block = before.checked_sub(1).map(|i| &self.blocks[i]).filter(|block| start <= block.end);
                [Some(self.line(start)), block.map(|block| self.line(block.start))]
            }
            _ => [Some(1), Some(self.first_line)],
        };
        let mut covered = false;
        for i in lines.into_iter().flatten().filter_map(|line| self.by_line.get(&line)).flatten() {
            let suppressed = &mut self.all[*i];
            if suppressed.code == finding.code {
                suppressed.used = true;
                covered = true;
            }
        }
        covered
    }

    fn complain(&self, findings: &mut Findings) {
        for Suppressed { code, span, line, .. } in self.all.iter().filter(|suppressed| !suppressed.used) {
            // Nobody may have asked, and what was asked may answer today.
            if is_external(*code) {
                continue;
            }
            let message = format!("there is no `{code}` on line {line} to suppress");
            findings.push(Finding::new(Code::UnusedSuppression, *span, message).help("remove it"));
        }
    }
}

/// For each line (from 1; at 0, for the start of the file), the next one that is neither blank nor
/// a comment nor a fence.
fn next_lines(text: &str, is_markdown: bool) -> Vec<u32> {
    let is_content = |line: &str| {
        let line = line.trim();
        let comment =
            if is_markdown { line.starts_with("<!--") && line.ends_with("-->") } else { line.starts_with('#') };
        !(line.is_empty() || comment || matches!(line, "---" | "+++"))
    };
    let lines: Vec<&str> = text.split('\n').collect();
    let mut next = vec![lines.len() as u32; lines.len() + 1];
    for (i, line) in lines.iter().enumerate().rev() {
        next[i] = if is_content(line) { i as u32 + 1 } else { next[i + 1] };
    }
    next
}

/// The codes a comment suppresses, with their bytes.
fn codes(file: FileId, text: &str, comment: &Comment, findings: &mut Findings) -> Vec<(Code, Range<usize>)> {
    let said = &text[comment.bytes.clone()];
    let start = comment.bytes.start;
    let Some((list, reason)) = split(said) else {
        let word = said.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let help = match nearest(word, ["allow"]).filter(|_| word != "allow") {
            Some(word) => format!("did you mean `{word}`?"),
            None => "write `allow(PB201) reason`, with as many codes as needed".to_owned(),
        };
        let message = format!("`{said}` is no suppression");
        let span = Span::new(file, start, comment.bytes.end);
        findings.push(Finding::new(Code::MalformedSuppression, span, message).help(help));
        return Vec::new();
    };
    if !reason.contains(char::is_alphanumeric) {
        let span = Span::new(file, start, start + list.end + 1);
        findings.push(
            Finding::new(Code::SuppressionWithoutReason, span, format!("`{}` gives no reason", &said[..=list.end]))
                .help("say behind it why the finding is right as it is"),
        );
    }
    let mut codes = Vec::new();
    let mut at = list.start;
    for part in said[list].split(',') {
        let word = part.trim();
        let from = start + at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        let bytes = from..from + word.len();
        let mut wrong = |message: String, help: String| {
            let span = Span::new(file, bytes.start, bytes.end);
            findings.push(Finding::new(Code::UnknownSuppressedCode, span, message).help(help));
        };
        match word.parse::<Code>() {
            Err(_) => wrong(format!("unknown code `{word}` in a suppression"), code_help(word)),
            Ok(code) if is_about_configuration(code) || is_about_suppression(code) => {
                wrong(format!("`{code}` ({}) cannot be suppressed on a line", code.title()), "remove it".to_owned());
            }
            Ok(code) => codes.push((code, bytes)),
        }
    }
    codes
}

/// The bytes between the parentheses of `allow(…)`, and what follows it.
fn split(said: &str) -> Option<(Range<usize>, &str)> {
    let rest = said.strip_prefix("allow")?;
    let open = said.len() - rest.trim_start().strip_prefix('(')?.len();
    let close = open + said[open..].find(')')?;
    (!said[open..close].trim().is_empty()).then(|| (open..close, &said[close + 1..]))
}

/// Whether a finding is about what is told, not about the content.
const fn is_about_suppression(code: Code) -> bool {
    code.number() / 100 == 9
}
