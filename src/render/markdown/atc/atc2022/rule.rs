//! The page of a Sigma rule.

use std::collections::BTreeSet;

use crate::graph::{EdgeKind, Node};
use crate::model::{Corpus, RuleKind};
use crate::query::sigmac2020;
use crate::site::{Query, QueryText};

use super::super::document::Document;
use super::super::names::Named;
use super::super::sheet::{Sheet, page_links, unordered, web_links};
use super::super::{first, python, unix_lines, whole_file};
use super::tags::{self, Tag};
use super::{Input, Queries};

pub(super) fn page(input: &Input<'_>, index: usize) -> Option<String> {
    let corpus = input.graph.corpus();
    let rule = first(&corpus.rules, index, |rule| &rule.origin)?;
    if rule.kind != RuleKind::Detection {
        return None;
    }
    let document = Document::new(rule.documents.first()?)?;
    let tags = Tags::read(corpus, document)?;

    let line = "|:-------------------------|:------------------|";
    let mut sheet = Sheet::ruled("Title                   ", &document.text("title"), 7, line);
    sheet.row("**Description**         ", document.description()?, 1);
    let tactics = links(&tags.tactics, "tactics");
    let missing = "This Detection Rule wasn't mapped to ATT&amp;CK Tactic yet";
    sheet.row("**ATT&amp;CK Tactic**   ", &format!(" {}", cell(&tactics, missing)), 1);
    let techniques = links(&tags.techniques, "techniques");
    let missing = "This Detection Rule wasn't mapped to ATT&amp;CK Technique yet";
    sheet.row("**ATT&amp;CK Technique**", &cell(&techniques, missing), 1);
    let data: Vec<String> = data_needed(input, index, document)?.into_iter().collect();
    let data = page_links("Data_Needed", &data);
    sheet.row("**Data Needed**         ", &none(&data, "documented Data Needed", "is"), 1);
    if document.get("enrichment").is_some() {
        let enrichments = page_links("Enrichments", &document.wrapped("enrichment")?);
        sheet.tight("**Enrichment**", &[&unordered(&enrichments)], 1, 0);
    }
    let has_trigger = |id: &str| corpus.triggers.iter().any(|trigger| trigger.origin.stem == id);
    let triggers = tags.techniques.iter().filter(|technique| has_trigger(&technique.id));
    let triggers: Vec<String> = triggers.map(|technique| technique.link("../Triggers/", ".md")).collect();
    sheet.row("**Trigger**             ", &none(&triggers, "documented Trigger", "is"), 1);
    let scalar =
        |key, missing: &str| Some(if document.filled(key)? { document.text(key) } else { format!(" {missing} ") });
    let level = scalar("level", "Severity Level for this Detection Rule wasn't defined yet")?;
    sheet.row("**Severity Level**      ", &level, 1);
    let positives = document.items_or_none("falsepositives")?;
    sheet.row("**False Positives**     ", &none(&positives, "documented False Positives", "are"), 1);
    let status = scalar("status", "Development Status wasn't defined for this Detection Rule yet")?;
    sheet.row("**Development Status**  ", &status, 1);
    let references = web_links(&document.items_or_none("references")?);
    sheet.row("**References**          ", &none(&references, "documented References", "are"), 1);
    let author = scalar("author", "Author of this Detection Rule haven't introduced himself")?;
    sheet.row("**Author**              ", &author, 1);
    if !tags.others.is_empty() {
        sheet.out.extend(["| Other Tags           | ", &unordered(&tags.others), " | "]);
    }
    sheet.out.push_str("\n\n## Detection Rules\n\n");
    sheet.code("Sigma rule", &unix_lines((input.text)(rule.origin.file)));
    sheet.out.push_str("\n\n\n");
    for (name, query) in queries(input, index) {
        sheet.out.extend(["\n### ", &name, "\n    \n```\n", &query, "\n```\n\n"]);
    }
    sheet.out.push_str("\n\n");
    Some(sheet.out)
}

/// The queries of the whole file by the name of their target.
fn queries(input: &Input<'_>, index: usize) -> Vec<(String, String)> {
    let rules = &input.graph.corpus().rules;
    match input.queries {
        Queries::Converter(configs) => {
            let rule = whole_file(rules, index);
            let printed = sigmac2020::printed(&rule, (input.path)(rule.origin.file), |name| configs.get(name));
            printed.into_iter().map(|(name, query)| (name.to_owned(), query)).collect()
        }
        Queries::Chosen(queries) => {
            let file = rules[index].origin.file;
            let of_file = (index as u32..).zip(&rules[index..]).take_while(|(_, rule)| rule.origin.file == file);
            let of_file: Vec<Vec<Query>> = of_file.map(|(rule, _)| queries(rule)).collect();
            chosen(&of_file).into_iter().map(|(name, query)| (name.to_owned(), query)).collect()
        }
    }
}

/// The queries of the rules of a file that the project chose, and where there is none the words of
/// the converter for that.
fn chosen(of_file: &[Vec<Query>]) -> Vec<(&str, String)> {
    // Targets ATC knew are called as there, as long as that tells them from the others.
    fn plain(key: &str) -> &str {
        key.split('+').next().unwrap_or_default().trim_start_matches("legacy-")
    }
    let of_rule = of_file.first().map(Vec::as_slice).unwrap_or_default();
    let is_alone = |name: &str| of_rule.iter().filter(|query| plain(&query.key) == name).count() < 2;
    let mut shown: Vec<(&str, String)> = Vec::new();
    for query in of_file.iter().flatten() {
        let mut text = match &query.text {
            QueryText::Converted(texts) => texts.join("\n"),
            QueryText::NotConvertible(why) => {
                format!("An unsupported feature is required for this Sigma rule: {why}")
            }
        };
        let called = Some(plain(&query.key)).filter(|name| is_alone(name)).unwrap_or(&query.key);
        text.truncate(text.trim_end_matches('\n').len());
        match shown.iter_mut().find(|(name, _)| *name == called) {
            Some((_, all)) => all.extend(["\n", &text]),
            None => shown.push((called, text)),
        }
    }
    shown
}

/// A list, or the words for none.
fn cell(list: &[String], missing: &str) -> String {
    if list.is_empty() { format!(" {missing} ") } else { format!("{} ", unordered(list)) }
}

fn none(list: &[String], what: &str, is: &str) -> String {
    let no = if is == "is" { "There is no" } else { "There are no" };
    cell(list, &format!("{no} {what} for this Detection Rule yet"))
}

/// The tags of a rule, by what becomes of them; those of AM!TT are not shown.
#[derive(Default)]
struct Tags {
    tactics: Vec<Named>,
    techniques: Vec<Named>,
    others: Vec<String>,
}

impl Tags {
    fn read(corpus: &Corpus, document: Document<'_>) -> Option<Self> {
        let mut read = Self::default();
        for tag in tags::list(document.get("tags"))? {
            match tags::read(&corpus.attack, &tag) {
                Tag::Tactic(Some(tactic)) => read.tactics.push(tactic),
                Tag::Technique(technique) => read.techniques.push(technique),
                Tag::AmittTactic | Tag::AmittTechnique(_) => {}
                Tag::Tactic(None) | Tag::Mitigation(_) | Tag::Other => read.others.push(tag),
            }
        }
        Some(read)
    }
}

fn links(list: &[Named], folder: &str) -> Vec<String> {
    list.iter().map(|named| named.web_link(&format!("https://attack.mitre.org/{folder}/"))).collect()
}

/// The titles of the Data Needed, and what the rule's Enrichments say they need, which need not
/// exist; each once, in ascending order.
fn data_needed(input: &Input<'_>, rule: usize, document: Document<'_>) -> Option<BTreeSet<String>> {
    let corpus = input.graph.corpus();
    let node = Node::Rule(u32::try_from(rule).unwrap_or(u32::MAX));
    let title = |node: Node| {
        let needed = corpus.data_needed.get(node.index())?;
        Some(needed.document.get("title").map_or_else(|| needed.title.clone(), python::text))
    };
    let mut titles: BTreeSet<String> = input.graph.to(node, EdgeKind::NeedsData).filter_map(title).collect();
    if document.get("enrichment").is_some() {
        for name in document.wrapped("enrichment")? {
            let named = corpus.enrichments.iter().find(|enrichment| enrichment.title == name);
            titles.extend(named.into_iter().flat_map(|enrichment| enrichment.data_needed.iter().cloned()));
        }
    }
    Some(titles)
}
