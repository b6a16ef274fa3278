//! The page of a Sigma rule.

use crate::graph::{EdgeKind, Node};
use crate::model::{Attack, Corpus, Rule, RuleKind, Value};
use crate::query;

use super::super::document::{Document, items};
use super::super::names::Named;
use super::super::sheet::{Sheet, page_link, unordered, web_links};
use super::super::{first, python, unix_lines, whole_file};
use super::Input;
use super::tags::{self, Tag};

/// The queries shown: heading, and the converter's name of the target.
const QUERIES: [(&str, &str); 3] =
    [("Kibana query", "es-qs"), ("X-Pack Watcher", "xpack-watcher"), ("Graylog", "graylog")];

pub(super) fn page(input: &Input<'_>, index: usize) -> Option<String> {
    let corpus = input.graph.corpus();
    let rule = first(&corpus.rules, index, |rule| &rule.origin)?;
    if rule.kind != RuleKind::Detection || !log_source_is_clear(rule) {
        return None;
    }
    let document = Document::new(rule.documents.first()?)?;
    let tags = Tags::read(&corpus.attack, document.get("tags"))?;

    let mut sheet = Sheet::new("Title               ", &document.text("title"), 145, (21, 156));
    sheet.row("Description         ", document.description()?, 139);
    let tactics = links(&tags.tactics, "https://attack.mitre.org/tactics/", "");
    sheet.row("ATT&amp;CK Tactic   ", &unordered(&tactics), 2);
    let techniques = links(&tags.techniques, "https://attack.mitre.org/techniques/", "");
    sheet.row("ATT&amp;CK Technique", &unordered(&techniques), 29);
    sheet.row("Data Needed         ", &unordered(&data_needed(input, index)), 57);
    if tags.techniques.is_empty() {
        sheet.row("Trigger             ", " There is no Trigger for this technique yet.", 2);
    } else {
        sheet.row("Trigger             ", &unordered(&links(&tags.techniques, "../Triggers/", ".md")), 2);
    }
    sheet.row("Severity Level      ", &document.text("level"), 145);
    sheet.row("False Positives     ", &unordered(&document.items("falsepositives")?), 66);
    sheet.row("Development Status  ", &document.text("status"), 144);
    sheet.row("References          ", &unordered(&web_links(&document.items("references")?)), 58);
    sheet.row("Author              ", &document.text("author"), 144);
    if !tags.others.is_empty() {
        sheet.out.extend(["| Other Tags           | ", &unordered(&tags.others), " | "]);
    }
    sheet.out.push_str("\n\n## Detection Rules\n\n");
    sheet.code("Sigma rule", &unix_lines((input.text)(rule.origin.file)));
    for ((heading, _), stdout) in QUERIES.into_iter().zip(stdouts(corpus, index)) {
        sheet.out.push_str("\n\n");
        match shown(&stdout) {
            Some(query) => {
                sheet.out.push_str("\n\n");
                sheet.code(heading, &query);
            }
            None => sheet.out.push('\n'),
        }
    }
    Some(sheet.out)
}

/// Whether ATC could calculate Data Needed without an exception.
fn log_source_is_clear(rule: &Rule) -> bool {
    let is_mapping = |document: &Value, key| document.get(key).is_some_and(|value| value.as_map().is_some());
    let is_clear = |document: &Value| is_mapping(document, "detection") && is_mapping(document, "logsource");
    let Some((first, further)) = rule.documents.split_first() else { return false };
    match first.get("action").map(Value::as_str) {
        None => is_clear(first),
        Some(Some("global")) => !further.is_empty() && further.iter().all(is_clear),
        Some(_) => true,
    }
}

/// The tags of a rule, by what becomes of them.
#[derive(Default)]
struct Tags {
    tactics: Vec<Named>,
    techniques: Vec<Named>,
    others: Vec<String>,
}

impl Tags {
    fn read(attack: &Attack, tags: Option<&Value>) -> Option<Self> {
        let mut read = Self::default();
        let tags = match tags {
            None | Some(Value::Null | Value::Bool(false) | Value::Int(0)) => return Some(read),
            Some(Value::Seq(tags)) if tags.iter().any(|tag| tag.as_str().is_none()) => return None,
            Some(tags) => items(tags)?,
        };
        for tag in tags {
            match tags::read(attack, &tag) {
                Tag::Tactic(Some(tactic)) => read.tactics.push(tactic),
                Tag::Tactic(None) => read.others.push(tag),
                Tag::Technique(technique) => read.techniques.push(technique),
                Tag::Other => read.others.extend([tag.clone(), tag]),
            }
        }
        Some(read)
    }
}

fn links(list: &[Named], before: &str, after: &str) -> Vec<String> {
    list.iter().map(|named| named.link(before, after)).collect()
}

/// Links to the Data Needed, each title once, in ascending order.
fn data_needed(input: &Input<'_>, rule: usize) -> Vec<String> {
    let node = Node::Rule(u32::try_from(rule).unwrap_or(u32::MAX));
    let data = &input.graph.corpus().data_needed;
    let mut titles: Vec<String> = input
        .graph
        .to(node, EdgeKind::NeedsData)
        .filter_map(|node| data.get(node.index()))
        .map(|needed| needed.document.get("title").map_or_else(|| needed.title.clone(), python::text))
        .collect();
    titles.sort_unstable();
    titles.dedup();
    titles.iter().map(|title| page_link("Data_Needed", title)).collect()
}

/// What the converter printed for the whole file, for each target.
fn stdouts(corpus: &Corpus, index: usize) -> Vec<String> {
    let whole = &*whole_file(&corpus.rules, index);
    let stdout =
        |(_, name)| query::target(name).map(|target| query::legacy_stdout(whole, target, None)).unwrap_or_default();
    QUERIES.into_iter().map(stdout).collect()
}

/// The output as its page shows it: the inside of a byte string's literal without its last
/// line end. Nothing for no output.
fn shown(stdout: &str) -> Option<String> {
    let mut text = python::bytes(stdout);
    text.truncate(text.len().checked_sub(2)?);
    (!text.is_empty()).then_some(text)
}
