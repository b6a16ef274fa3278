//! The file of recorded coverage: what was covered once and is not any more is a drop.
//!
//! For each technique with rules or tests of its own it keeps which there are, and for each tactic
//! how many of its techniques have a rule. It is sorted, with a line for each thing named, so that
//! a change of the content is a change of few lines and two branches can be merged.
//!
//! Ids are looked up again when the file is used: what ATT&CK has replaced leads to its successor,
//! and what it has given up is not asked for. A new release of ATT&CK alone is no drop.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::graph::{EdgeKind, Graph, Node, TagIndex, Target};
use crate::model::{AttackId, AttackKind, Status};
use crate::report::{Code, Finding, Findings};
use crate::text::{FileId, Span, YamlPath};

/// The version of the format.
const VERSION: u32 = 1;

/// What is named in a message of several.
const MOST_NAMED: usize = 3;

const HELP: &str = "bring it back, or accept it with `purplebook check --coverage-baseline write`";

/// What there is for one technique, each sorted.
#[derive(Debug, Default)]
struct Covered {
    /// Rules by their ids, those without one by their files.
    rules: BTreeSet<String>,
    /// Tests by their guids, those without one by their names.
    tests: BTreeSet<String>,
    /// Data Needed that serve one of the rules, by title.
    data_needed: BTreeSet<String>,
}

/// A file of recorded coverage that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedCoverage {
    /// The release of ATT&CK it was written with.
    attack: String,
    tactics: Vec<(Span, RecordedTactic)>,
    techniques: Vec<(Span, RecordedTechnique)>,
}

#[derive(Deserialize)]
struct Document<'t> {
    version: u32,
    attack: String,
    #[serde(borrow)]
    tactics: Vec<&'t RawValue>,
    #[serde(borrow)]
    techniques: Vec<&'t RawValue>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct RecordedTactic {
    id: String,
    techniques: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct RecordedTechnique {
    id: String,
    #[serde(default)]
    rules: Vec<String>,
    #[serde(default)]
    tests: Vec<String>,
    #[serde(default)]
    data_needed: Vec<String>,
}

impl RecordedCoverage {
    /// Reads the text of the file that findings will name as `file`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn read(file: FileId, text: &str) -> Result<Self, String> {
        let document: Document<'_> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if document.version != VERSION {
            return Err(format!("it is of version {}, and this purplebook knows version {VERSION}", document.version));
        }
        let tactics = located(file, text, &document.tactics, |tactic: &RecordedTactic| &tactic.id)?;
        let techniques = located(file, text, &document.techniques, |technique: &RecordedTechnique| &technique.id)?;
        Ok(Self { attack: document.attack, tactics, techniques })
    }

    /// A finding for each drop below what was recorded.
    pub fn drops(&self, graph: &Graph) -> Findings {
        let tags = TagIndex::new(&graph.corpus().attack);
        let mut findings = Findings::new();
        // The techniques of today that the recorded rules stand for.
        let mut detected: BTreeSet<Node> = BTreeSet::new();
        for (span, recorded) in &self.techniques {
            let Some(node) = current(graph, &tags, &recorded.id) else { continue };
            if !recorded.rules.is_empty() {
                detected.insert(top(graph, node));
            }
            findings.extend(technique_drops(graph, node, *span, recorded));
        }
        for (span, recorded) in &self.tactics {
            let Some(node) = current(graph, &tags, &recorded.id) else { continue };
            let techniques = graph.techniques_of(node);
            let now = techniques.iter().filter(|node| has_rule(graph, **node)).count();
            let mut before = recorded.techniques;
            if self.attack != graph.corpus().attack.version {
                // Techniques join and leave a tactic: those recorded, as they are sorted today.
                before = before.min(techniques.iter().filter(|node| detected.contains(node)).count());
            }
            if now < before {
                let name = graph.title(node);
                let message = format!(
                    "rules cover {now} of the {} techniques of `{name}`; when coverage was recorded they covered \
                     {before}",
                    techniques.len()
                );
                findings.push(Finding::new(Code::TacticCoverageDropped, *span, message).help(HELP));
            }
        }
        findings
    }
}

/// The items of one list with the spans of their ids. They are parts of the text, in its order.
fn located<'t, T: Deserialize<'t>>(
    file: FileId,
    text: &'t str,
    items: &[&'t RawValue],
    id: impl Fn(&T) -> &String,
) -> Result<Vec<(Span, T)>, String> {
    let base = text.as_ptr().addr();
    let read = |raw: &&'t RawValue| {
        let start = raw.get().as_ptr().addr().saturating_sub(base);
        let item: T = serde_json::from_str(raw.get()).map_err(|error| {
            let line = text.get(..start).unwrap_or_default().matches('\n').count() + error.line();
            format!("line {line}: {}", error.to_string().split(" at line").next().unwrap_or_default())
        })?;
        let quoted = format!("\"{}\"", id(&item));
        let span = match raw.get().find(&quoted) {
            Some(at) => Span::new(file, start + at + 1, start + at + quoted.len() - 1),
            None => Span::new(file, start, start + 1),
        };
        Ok((span, item))
    };
    items.iter().map(read).collect()
}

/// The object of today an id stands for; none where ATT&CK has given it up, or has not yet got it.
fn current(graph: &Graph, tags: &TagIndex<'_>, id: &str) -> Option<Node> {
    match tags.id(id) {
        Target::Found { id, .. } => graph.attack_node(id),
        Target::Lost { .. } => None,
    }
}

/// The technique of a sub-technique, and any other object itself.
fn top(graph: &Graph, node: Node) -> Node {
    graph.to(node, EdgeKind::SubOf).next().unwrap_or(node)
}

fn has_rule(graph: &Graph, technique: Node) -> bool {
    graph.coverage_with_subs(technique).rules > 0
}

/// What a technique had and has not any more. What moved to a sub-technique is still there.
fn technique_drops(graph: &Graph, node: Node, span: Span, recorded: &RecordedTechnique) -> Vec<Finding> {
    let Some(object) = graph.attack(node) else { return Vec::new() };
    let before = match object.id.to_string() {
        id if id.eq_ignore_ascii_case(&recorded.id) => String::new(),
        _ => format!(", recorded as {}", recorded.id),
    };
    let technique = format!("{} ({}{before})", object.id, object.name);
    let now = graph.coverage_with_subs(node);
    let mut findings = Vec::new();
    if !recorded.rules.is_empty() && now.rules == 0 {
        let message =
            format!("no rule covers {technique} any more; when coverage was recorded, {} did", said(&recorded.rules));
        let finding = Finding::new(Code::TechniqueLostRules, span, message).help(HELP);
        findings.push(with_the_rule(graph, finding, &recorded.rules));
    }
    if !recorded.tests.is_empty() && now.tests == 0 {
        let message =
            format!("no Trigger tests {technique} any more; when coverage was recorded, {} did", said(&recorded.tests));
        findings.push(Finding::new(Code::TechniqueLostTests, span, message).help(HELP));
    }
    if !recorded.data_needed.is_empty() && now.rules > 0 && !has_data(graph, node) {
        let message = format!(
            "no Data Needed serves the rules of {technique} any more; when coverage was recorded, {} did",
            said(&recorded.data_needed)
        );
        findings.push(Finding::new(Code::TechniqueLostData, span, message).help(HELP));
    }
    findings
}

/// `` `a`, `b` and 3 more ``
fn said(names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(MOST_NAMED).map(|name| format!("`{name}`")).collect();
    match (names.len().saturating_sub(MOST_NAMED), shown.as_slice()) {
        (0, [others @ .., last]) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        (0, _) => shown.concat(),
        (more, _) => format!("{} and {more} more", shown.join(", ")),
    }
}

/// With the place of the first of these rules that is still there: it lost the technique, not its life.
fn with_the_rule(graph: &Graph, finding: Finding, rules: &[String]) -> Finding {
    let known: BTreeSet<&str> = rules.iter().map(String::as_str).collect();
    let rules = &graph.corpus().rules;
    match rules.iter().find(|rule| rule.id.as_deref().is_some_and(|id| known.contains(id))) {
        Some(rule) => finding.also(rule.origin.place(YamlPath::field("tags")), "this rule has other techniques now"),
        None => finding,
    }
}

/// Whether a rule of the technique, or of one of its sub-techniques, has a Data Needed.
fn has_data(graph: &Graph, technique: Node) -> bool {
    let serves = |node: Node| {
        let rules = graph.rules_of(node, EdgeKind::HasTechnique);
        rules.into_iter().any(|rule| graph.to(Node::Rule(rule), EdgeKind::NeedsData).next().is_some())
    };
    serves(technique) || graph.sub_techniques(technique).into_iter().any(serves)
}

/// The file that records what `graph` covers, and how many techniques it is about; `path` gives the
/// path of a file as shown.
pub fn recorded_coverage(graph: &Graph, path: &dyn Fn(FileId) -> String) -> (String, usize) {
    let mut techniques: BTreeMap<AttackId, Covered> = BTreeMap::new();
    for (node, object) in graph.attack_nodes(AttackKind::Technique) {
        let covered = covered(graph, node, path);
        if !covered.rules.is_empty() || !covered.tests.is_empty() {
            techniques.insert(object.id, covered);
        }
    }
    let mut text = format!(
        "{{\n  \"version\": {VERSION},\n  \"attack\": {},\n  \"tactics\": [",
        json(&graph.corpus().attack.version)
    );
    let mut separator = "";
    for (node, tactic) in graph.attack_nodes(AttackKind::Tactic).filter(|(_, tactic)| tactic.status == Status::Active) {
        let count = graph.techniques_of(node).into_iter().filter(|node| has_rule(graph, *node)).count();
        if count > 0 {
            let name = json(&tactic.name);
            let _ = write!(
                text,
                "{separator}\n    {{\"id\": \"{}\", \"name\": {name}, \"techniques\": {count}}}",
                tactic.id
            );
            separator = ",";
        }
    }
    text.push_str(if separator.is_empty() { "],\n  \"techniques\": [" } else { "\n  ],\n  \"techniques\": [" });
    for (i, (id, covered)) in techniques.iter().enumerate() {
        let _ = write!(text, "{}\n    {{\n      \"id\": \"{id}\"", if i == 0 { "" } else { "," });
        for (key, names) in
            [("rules", &covered.rules), ("tests", &covered.tests), ("data_needed", &covered.data_needed)]
        {
            if !names.is_empty() {
                let lines: Vec<String> = names.iter().map(|name| format!("\n        {}", json(name))).collect();
                let _ = write!(text, ",\n      \"{key}\": [{}\n      ]", lines.join(","));
            }
        }
        text.push_str("\n    }");
    }
    text.push_str(if techniques.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
    (text, techniques.len())
}

fn covered(graph: &Graph, technique: Node, path: &dyn Fn(FileId) -> String) -> Covered {
    let mut covered = Covered::default();
    let corpus = graph.corpus();
    for i in graph.rules_of(technique, EdgeKind::HasTechnique) {
        let rule = &corpus.rules[i as usize];
        covered.rules.insert(rule.id.clone().unwrap_or_else(|| path(rule.origin.file)));
        let data = graph.to(Node::Rule(i), EdgeKind::NeedsData);
        covered.data_needed.extend(data.map(|node| graph.title(node).to_owned()));
    }
    for i in graph.triggers_of(technique) {
        let tests = &corpus.triggers[i as usize].tests;
        covered.tests.extend(tests.iter().map(|test| test.guid.clone().unwrap_or_else(|| test.name.clone())));
    }
    covered
}

fn json(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}
