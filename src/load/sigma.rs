//! Sigma: rules, correlations and filters of specification 2, and the files of 2019.
//!
//! Today each document of a file is a rule of its own. In 2019 a file with `action: global`,
//! `reset` or `repeat` was one rule whose documents are merged by the converter; it stays one
//! [`Rule`] with all its documents, unmerged, because today's and the 2019 language merge in
//! opposite directions.

use crate::model::{LogSource, Related, Rule, RuleKind, Value};
use crate::report::{Code, Finding, Findings};
use crate::text::{Place, YamlPath};

use super::fields::{Fields, Input, empty};
use super::yaml::Document;

const NOUN: &str = "rule";

pub(super) fn load(input: Input<'_>, mut documents: Vec<Document>, findings: &mut Findings) -> Vec<Rule> {
    while documents.last().is_some_and(|document| document.value.is_null()) {
        documents.pop();
    }
    let leading = documents.iter().take_while(|document| document.value.is_null()).count();
    documents.drain(..leading);
    if documents.is_empty() {
        findings.push(empty(input.id));
        return Vec::new();
    }
    let is_collection = documents.iter().any(|document| document.value.get("action").is_some());
    let groups: Vec<Vec<Document>> = if is_collection {
        vec![documents]
    } else {
        documents.into_iter().filter(|document| !document.value.is_null()).map(|document| vec![document]).collect()
    };
    let mut rules = Vec::with_capacity(groups.len());
    for group in groups {
        match kind(&group) {
            Some(kind) => rules.push(rule(input, kind, rules.len(), group, findings)),
            None => findings.push(unrecognised(input, &group)),
        }
    }
    rules
}

/// What the documents of one rule describe.
fn kind(documents: &[Document]) -> Option<RuleKind> {
    let has = |key| documents.iter().any(|document| document.value.get(key).is_some());
    if has("detection") {
        Some(RuleKind::Detection)
    } else if has("correlation") {
        Some(RuleKind::Correlation)
    } else if has("filter") {
        Some(RuleKind::Filter)
    } else {
        None
    }
}

fn unrecognised(input: Input<'_>, documents: &[Document]) -> Finding {
    let first = documents.first();
    let message = match first.map(|document| &document.value) {
        Some(value) if value.as_map().is_none() => {
            format!("this is no Sigma rule: it is {}, not a mapping", value.type_name())
        }
        _ => "this is no Sigma rule: it has none of `detection`, `correlation`, `filter`".to_owned(),
    };
    let document = first.map_or(0, |document| document.index);
    Finding::new(Code::UnrecognisedDocument, Place { file: input.id, document, path: YamlPath::root() }, message)
}

fn rule(input: Input<'_>, kind: RuleKind, ordinal: usize, documents: Vec<Document>, findings: &mut Findings) -> Rule {
    let origin = input.origin(documents.first().map_or(0, |document| document.index));
    let mut fields = Fields::new(input.id, &documents, findings);
    let mut rule = Rule {
        ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
        kind,
        title: fields.title(NOUN, &origin.stem),
        id: fields.text("id"),
        name: fields.text("name"),
        description: fields.text("description"),
        status: fields.text("status"),
        level: fields.text("level"),
        author: fields.joined("author"),
        license: fields.text("license"),
        date: fields.text("date"),
        modified: fields.text("modified"),
        references: fields.list("references"),
        tags: fields.list("tags"),
        falsepositives: fields.list("falsepositives"),
        fields: fields.list("fields"),
        logsources: log_sources(&mut fields),
        related: related(&mut fields),
        refers_to: refers_to(&mut fields, kind),
        data_needed: fields.list("data_needed"),
        enrichments: fields.list("enrichment"),
        documents: Vec::new(),
        origin,
    };
    if kind == RuleKind::Detection {
        detection(&mut fields, &rule);
    }
    rule.origin.lists = std::mem::take(&mut fields.lists);
    rule.documents = documents.into_iter().map(|document| document.value).collect();
    rule
}

/// Reports what no detection can do without.
fn detection(fields: &mut Fields<'_>, rule: &Rule) {
    for document in fields.documents {
        if let Some(value) = document.value.get("detection").filter(|value| value.as_map().is_none()) {
            fields.wrong(document.index, YamlPath::field("detection"), "a mapping", value);
        }
    }
    if rule.logsources.is_empty() && fields.get("logsource").is_none() {
        fields.missing(rule.origin.document, YamlPath::root(), "logsource", NOUN);
    }
}

fn log_sources(fields: &mut Fields<'_>) -> Vec<(usize, LogSource)> {
    let mut sources = Vec::new();
    let path = YamlPath::field("logsource");
    for (i, document) in fields.documents.iter().enumerate() {
        if let Some(value) = document.value.get("logsource").filter(|value| !value.is_null()) {
            sources.extend(log_source(fields, document.index, &path, value).map(|source| (i, source)));
        }
    }
    sources
}

/// The log source written at `path`.
pub(super) fn log_source(fields: &mut Fields<'_>, document: u32, path: &YamlPath, value: &Value) -> Option<LogSource> {
    if value.as_map().is_none() {
        fields.wrong(document, path.clone(), "a mapping", value);
        return None;
    }
    let mut part = |key| fields.text_in(document, path, value, key);
    Some(LogSource {
        product: part("product"),
        category: part("category"),
        service: part("service"),
        definition: part("definition"),
    })
}

fn related(fields: &mut Fields<'_>) -> Vec<Related> {
    let Some((document, value)) = fields.get("related") else { return Vec::new() };
    let path = YamlPath::field("related");
    let Some(items) = value.as_seq() else {
        fields.wrong(document, path, "a list", value);
        return Vec::new();
    };
    let mut related = Vec::with_capacity(items.len());
    let mut kept = Vec::with_capacity(items.len());
    for (i, item) in items.iter().enumerate() {
        let path = path.clone().index(i);
        if item.as_map().is_none() {
            fields.wrong(document, path, "a mapping of `id` and `type`", item);
            continue;
        }
        let id = fields.text_in(document, &path, item, "id");
        let relation = fields.text_in(document, &path, item, "type");
        match id {
            Some(id) => {
                related.push(Related { id, relation: relation.unwrap_or_default() });
                kept.push(i);
            }
            None => fields.missing(document, path, "id", "related rule"),
        }
    }
    fields.kept(document, &path, items.len(), kept);
    related
}

/// The rules a correlation or filter names; a filter of `any` names none.
fn refers_to(fields: &mut Fields<'_>, kind: RuleKind) -> Vec<String> {
    let section = match kind {
        RuleKind::Detection => return Vec::new(),
        RuleKind::Correlation => "correlation",
        RuleKind::Filter => "filter",
    };
    let Some((document, value)) = fields.get(section) else { return Vec::new() };
    let path = YamlPath::field(section);
    if value.as_map().is_none() {
        fields.wrong(document, path, "a mapping", value);
        return Vec::new();
    }
    match value.get("rules").filter(|rules| !rules.is_null()) {
        None => {
            fields.missing(document, YamlPath::root().key_of(section), "rules", section);
            Vec::new()
        }
        Some(Value::Str(any)) if kind == RuleKind::Filter && any == "any" => Vec::new(),
        Some(rules) => fields.texts(document, &path.key("rules"), rules),
    }
}
