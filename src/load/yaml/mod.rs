//! YAML text to [`Value`] documents, with findings instead of errors.
//!
//! `yaml_serde` parses, as `libyaml` and `PyYAML` do; it resolves scalars by YAML 1.2 and hides
//! their style. `build` therefore looks at where in the text a string was borrowed from (a plain
//! scalar has no quote before it) and resolves the forms in which YAML 1.1 differs; numbers,
//! whose text is not shown, are read a second time as text, only in documents that hold a
//! form of number in which the versions differ (`numbers`). `merge` applies `<<` and ends
//! repeated keys.

mod build;
mod merge;
mod numbers;
mod scalar;

use saphyr_parser::{Event, Marker, Parser};
use serde::de::DeserializeSeed as _;

use crate::model::Value;
use crate::report::{Code, Finding, Findings};
use crate::text::{At, FileId, Place, Span, YamlPath};

use build::{Build, Node};

/// What is read at most; beyond it the file is a finding.
///
/// The largest Sigma rule in the wild has 295 KB; depth is at most 8 in practice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YamlLimits {
    /// Nesting of sequences and mappings.
    pub depth: u32,
    /// Documents in a file.
    pub documents: usize,
    /// Bytes of one scalar.
    pub scalar: usize,
    /// Nodes of a file, aliases expanded.
    pub nodes: u32,
}

impl Default for YamlLimits {
    fn default() -> Self {
        Self { depth: 64, documents: 64, scalar: 256 * 1024, nodes: 250_000 }
    }
}

/// One document of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its number in the file, from 0.
    pub index: u32,
    /// What it holds; [`Value::Null`] for an empty one.
    pub value: Value,
}

/// Reads all documents of `text`, which must be without byte order mark.
///
/// A file that is not YAML to its end, or over a limit, gives no document at all: half a rule
/// is another rule.
pub fn read(text: &str, file: FileId, limits: &YamlLimits) -> (Vec<Document>, Findings) {
    let mut documents = Vec::with_capacity(1);
    let mut findings = Findings::new();
    if let Some(finding) = runaway_brackets(text, file, limits.depth) {
        findings.push(finding);
        return (documents, findings);
    }
    let build = Build::new(text, limits);
    for (index, deserializer) in serde_yaml::Deserializer::from_str(text).enumerate() {
        if index >= limits.documents {
            let message = format!("the file holds more than {} YAML documents", limits.documents);
            findings.push(Finding::new(Code::OverLimit, At::File(file), message));
            return (Vec::new(), findings);
        }
        let mut value = match (Node { build: &build, depth: 0 }).deserialize(deserializer) {
            Ok(value) => value,
            Err(error) => {
                findings.push(failure(text, file, &build, &error));
                return (Vec::new(), findings);
            }
        };
        if build.recheck.take() {
            numbers::recheck(text, index, &mut value);
        }
        for tag in build.tags.take() {
            let place = Place::new(file, index, YamlPath::root());
            let message = format!("the tag `!{tag}` has no meaning here; the value is read as if it had none");
            findings.push(Finding::new(Code::WrongType, place, message));
        }
        let (merges, duplicates) = (build.merges.take(), build.duplicates.take());
        if !merges.is_empty() || !duplicates.is_empty() {
            merge::apply(&mut value, merges, duplicates, file, index, &mut findings);
        }
        documents.push(Document { index: u32::try_from(index).unwrap_or(u32::MAX), value });
    }
    (documents, findings)
}

/// What is wrong with a text that has brackets enough to hold the parser up.
///
/// libyaml's time is the product of tokens and open brackets, so this must be known before it
/// runs. Only a parser can tell brackets that nest from those within texts, and `saphyr-parser`
/// gives up at 255 open ones; the few files with that many brackets are read by it first.
fn runaway_brackets(text: &str, file: FileId, depth: u32) -> Option<Finding> {
    let too_deep = |marker: &Marker| {
        let message = format!("nesting is deeper than {depth} levels");
        Some(Finding::new(Code::OverLimit, one_char(text, file, byte(text, marker.index())), message))
    };
    memchr::memchr2_iter(b'[', b'{', text.as_bytes()).nth(MANY_BRACKETS)?;
    let mut open = 0_u32;
    for event in Parser::new_from_str(text) {
        match event {
            Ok((Event::SequenceStart(..) | Event::MappingStart(..), span)) => {
                open += 1;
                if open > depth {
                    return too_deep(&span.start);
                }
            }
            Ok((Event::SequenceEnd | Event::MappingEnd, _)) => open = open.saturating_sub(1),
            Ok(_) => {}
            Err(error) if error.info().starts_with("recursion limit") => return too_deep(error.marker()),
            // libyaml tells mistakes better, but is not let near a text that looks deep.
            Err(error) if has_many_unclosed(text) => {
                let at = one_char(text, file, byte(text, error.marker().index()));
                return Some(Finding::new(Code::MalformedYaml, at, format!("not valid YAML: {}", error.info())));
            }
            Err(_) => return None,
        }
    }
    None
}

/// Brackets a file may hold before it is looked at, and leave open if it is not valid YAML.
const MANY_BRACKETS: usize = 1000;

fn has_many_unclosed(text: &str) -> bool {
    let mut open = 0_usize;
    text.bytes().any(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > MANY_BRACKETS
    })
}

/// The byte offset of a character's number.
fn byte(text: &str, char: usize) -> usize {
    text.char_indices().nth(char).map_or(text.len(), |(offset, _)| offset)
}

fn failure(text: &str, file: FileId, build: &Build<'_>, error: &serde_yaml::Error) -> Finding {
    let whole = error.to_string();
    let offset = error.location().map(|location| location.index()).filter(|at| *at > 0).or_else(|| position(&whole));
    let at = offset.map_or(At::File(file), |offset| At::Span(one_char(text, file, offset)));
    if let Some(limit) = build.limit.take() {
        return Finding::new(Code::OverLimit, at, limit);
    }
    if whole.starts_with("recursion limit") || whole.starts_with("repetition limit") {
        return Finding::new(Code::OverLimit, at, "aliases of the file repeat more nodes than purplebook reads");
    }
    let problem = whole.find(" at line ").or_else(|| whole.find(" at position ")).map_or(&whole[..], |i| &whole[..i]);
    let mut finding = Finding::new(Code::MalformedYaml, at, format!("not valid YAML: {problem}"));
    if let Some(context) = whole.rfind(", while ").map(|i| &whole[i + 2..]) {
        finding = finding.label(context);
    }
    let next = offset.and_then(|offset| text.get(offset..)).and_then(|rest| rest.chars().next());
    match help(problem, next) {
        Some(help) => finding.help(help),
        None => finding,
    }
}

/// Advice for the mistakes people make in rules.
fn help(problem: &str, next: Option<char>) -> Option<&'static str> {
    match (problem, next) {
        (p, Some('\t')) if p.contains("cannot start any token") || p.contains("tab character") => {
            Some("indent with spaces: YAML allows no tabs there")
        }
        (p, Some(_)) if p.contains("cannot start any token") => Some("put the value into quotes"),
        (p, _) if p.contains("mapping values are not allowed") => {
            Some("put a value that holds `: ` into quotes, or correct the indentation")
        }
        (p, _) if p.contains("unknown anchor") || p.contains("did not find expected alphabetic or numeric") => {
            Some("put a value that begins with `*` or `&` into quotes")
        }
        (p, _) if p.contains("control characters") => {
            Some("remove the character, or write it as `\\x..` in double quotes")
        }
        _ => None,
    }
}

/// Errors of libyaml's reader say where they are in their text only.
fn position(message: &str) -> Option<usize> {
    let digits = message.split(" at position ").nth(1)?;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The span of the character at `offset`, or an empty one at the end of a line or the text.
fn one_char(text: &str, file: FileId, offset: usize) -> Span {
    let mut start = offset.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let len = text[start..].chars().next().filter(|c| !matches!(c, '\r' | '\n')).map_or(0, char::len_utf8);
    Span::new(file, start, start + len)
}

#[cfg(test)]
mod tests;
