//! The file of known findings: `check` tells only what is not in it.
//!
//! A finding is known again by its code, its file and the text of its line with blanks folded, so
//! that it may move with its line; of several that are alike, by their order. The file has one
//! finding a line, sorted, so that two branches can be merged.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::report::render::{Lookup, SourceText};
use crate::report::{Code, Finding, Findings};
use crate::text::{At, FileId, LineIndex, Span};

use super::super::external::is_external;

/// The version of the format.
const VERSION: u32 = 1;

/// Characters of a line that are kept; of a longer one the beginning and a hash.
const LONGEST_LINE: usize = 200;

/// What a finding is known by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Fingerprint {
    path: String,
    code: String,
    line: String,
    /// Which of several that are alike, from 1.
    #[serde(default = "first", skip_serializing_if = "is_first")]
    nth: u32,
}

const fn first() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde gives a reference
const fn is_first(nth: &u32) -> bool {
    *nth == 1
}

/// A file of known findings that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// Its number among the files findings point into.
    file: FileId,
    /// What is known, and where it stands in the file.
    known: BTreeMap<Fingerprint, Range<usize>>,
}

#[derive(Deserialize)]
struct Document<'t> {
    version: u32,
    #[serde(borrow)]
    findings: Vec<&'t RawValue>,
}

impl Baseline {
    /// Reads the text of the file that findings will name as `file`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn read(file: FileId, text: &str) -> Result<Self, String> {
        let document: Document<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if document.version != VERSION {
            return Err(format!("it is of version {}, and this purplebook knows version {VERSION}", document.version));
        }
        let mut known = BTreeMap::new();
        let mut from = 0;
        for raw in document.findings {
            // They are parts of the text, in its order.
            let start = from + text[from..].find(raw.get()).unwrap_or(0);
            from = start + raw.get().len();
            let line = || text[..start].matches('\n').count() + 1;
            let fingerprint: Fingerprint = serde_json::from_str(raw.get()).map_err(|error| {
                format!("line {}: {}", line(), error.to_string().split(" at line").next().unwrap_or_default())
            })?;
            known.insert(fingerprint, start..from);
        }
        Ok(Self { file, known })
    }

    /// `findings` without the known ones; how many these are; and what is known and not there.
    pub(super) fn split(&self, findings: Findings, lookup: &Lookup<'_>) -> (Findings, usize, Vec<Stale>) {
        let mut left = self.known.clone();
        let mut known = 0;
        let prints = fingerprints(&findings, lookup);
        let is_new = |(_, print): &(Finding, Fingerprint)| {
            left.remove(print).is_none() || {
                known += 1;
                false
            }
        };
        let new = findings.into_iter().zip(prints).filter(is_new).map(|(finding, _)| finding).collect();
        // Nobody may have asked, and what was asked may answer today.
        left.retain(|print, _| !print.code.parse().is_ok_and(is_external));
        let stale = left.into_iter().map(|(print, range)| self.stale(print, &range)).collect();
        (new, known, stale)
    }

    fn stale(&self, print: Fingerprint, range: &Range<usize>) -> Stale {
        let Fingerprint { path, code, line, .. } = print;
        let place = if line.is_empty() { format!("`{path}`") } else { format!("`{line}` of `{path}`") };
        let span = Span::new(self.file, range.start, range.end);
        let finding = Finding::new(Code::StaleBaseline, span, format!("there is no `{code}` at {place} any more"))
            .help("`purplebook check --baseline write` leaves it out");
        Stale { path, finding }
    }
}

/// A known finding that is not there.
pub(super) struct Stale {
    /// The file it was in.
    pub(super) path: String,
    pub(super) finding: Finding,
}

/// The file in which `findings`, sorted, are known.
pub fn baseline(findings: &Findings, lookup: &Lookup<'_>) -> String {
    let mut prints = fingerprints(findings, lookup);
    prints.sort();
    let mut text = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [");
    for (i, print) in prints.iter().enumerate() {
        let json = serde_json::to_string(print).unwrap_or_default();
        let _ = write!(text, "{}\n    {json}", if i == 0 { "" } else { "," });
    }
    text + if prints.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" }
}

/// What each of `findings` is known by, in their order.
fn fingerprints(findings: &Findings, lookup: &Lookup<'_>) -> Vec<Fingerprint> {
    let mut last: Option<(FileId, SourceText<'_>, LineIndex)> = None;
    let mut alike: BTreeMap<Fingerprint, u32> = BTreeMap::new();
    let mut print = |finding: &Finding| {
        let file = finding.at.file();
        let (_, source, lines) = match last.take() {
            Some(same) if same.0 == file => last.insert(same),
            _ => {
                let source = lookup(file);
                last.insert((file, source, LineIndex::new(source.text)))
            }
        };
        let line = match &finding.at {
            At::Span(span) => {
                let number = lines.line_col(source.text, span.start as usize).line;
                let line = source.text[lines.line_start(number)..].split('\n').next().unwrap_or_default();
                folded(line)
            }
            _ => String::new(),
        };
        let mut print = Fingerprint { path: source.path.to_owned(), code: finding.code.to_string(), line, nth: 0 };
        let count = alike.entry(print.clone()).or_default();
        *count += 1;
        print.nth = *count;
        print
    };
    findings.iter().map(&mut print).collect()
}

/// A line with single blanks, cut to a bearable length.
fn folded(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    let line = words.join(" ");
    let Some((cut, _)) = line.char_indices().nth(LONGEST_LINE) else { return line };
    // FNV-1a: lines of one beginning must differ, nobody has a reason to make two alike.
    let hash = line
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{}… {hash:016x}", &line[..cut])
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATHS: [&str; 2] = ["b.yml", "a.yml"];

    fn findings(text: &str) -> Findings {
        let at = text
            .match_indices("bad")
            .map(|(i, _)| Finding::new(Code::UnknownTechnique, Span::new(FileId(0), i, i + 3), "m"));
        at.chain([Finding::new(Code::NotUtf8, At::File(FileId(1)), "m")]).collect()
    }

    fn rest(known: &str, text: &str) -> (usize, usize, Vec<String>) {
        let baseline = Baseline::read(FileId(2), known).expect(known);
        let lookup = |id: FileId| SourceText { path: PATHS[id.0 as usize], text: if id.0 == 0 { text } else { "" } };
        let (new, known, stale) = baseline.split(findings(text), &lookup);
        (new.len(), known, stale.into_iter().map(|stale| stale.finding.message).collect())
    }

    fn written(text: &str) -> String {
        let lookup = |id: FileId| SourceText { path: PATHS[id.0 as usize], text: if id.0 == 0 { text } else { "" } };
        baseline(&findings(text), &lookup)
    }

    #[test]
    fn findings_are_known_again_where_their_line_has_moved() {
        let text = "x\n  - bad, bad\r\n- bad\n- bad\n";
        let known = written(text);
        assert_eq!(
            known,
            "{\n  \"version\": 1,\n  \"findings\": [\n    \
             {\"path\":\"a.yml\",\"code\":\"PB002\",\"line\":\"\"},\n    \
             {\"path\":\"b.yml\",\"code\":\"PB201\",\"line\":\"- bad\"},\n    \
             {\"path\":\"b.yml\",\"code\":\"PB201\",\"line\":\"- bad\",\"nth\":2},\n    \
             {\"path\":\"b.yml\",\"code\":\"PB201\",\"line\":\"- bad, bad\"},\n    \
             {\"path\":\"b.yml\",\"code\":\"PB201\",\"line\":\"- bad, bad\",\"nth\":2}\n  ]\n}\n"
        );
        assert_eq!(rest(&known, text), (0, 5, Vec::new()));
        assert_eq!(rest(&known, "-   bad,\tbad\ny\n- bad # new\n- bad\n    - bad"), (1, 5, Vec::new()));
        let gone = "there is no `PB201` at `- bad` of `b.yml` any more".to_owned();
        assert_eq!(rest(&known, "- bad, bad\n- bad\n"), (0, 4, vec![gone]));
        assert_eq!(
            baseline(&Findings::new(), &|_| SourceText { path: "", text: "" }),
            "{\n  \"version\": 1,\n  \"findings\": []\n}\n"
        );
    }

    #[test]
    fn long_lines_are_told_apart() {
        let (one, other) = (format!("bad {}1", "é".repeat(300)), format!("bad {}2", "é".repeat(300)));
        assert_eq!(rest(&written(&one), &one).1, 2);
        assert_eq!(rest(&written(&one), &other).1, 1);
        assert!(written(&one).len() < 600);
    }

    #[test]
    fn what_is_no_baseline_is_an_error() {
        let read = |text: &str| Baseline::read(FileId(0), text).expect_err(text);
        assert_eq!(
            read("{\"version\": 2, \"findings\": []}"),
            "it is of version 2, and this purplebook knows version 1"
        );
        assert_eq!(
            read("{\"version\": 1,\n\"findings\": [\n{\"path\": 1}]}"),
            "line 3: invalid type: integer `1`, expected a string"
        );
        assert!(read("<<<<<<< HEAD").starts_with("expected value at line 1"));
    }
}
