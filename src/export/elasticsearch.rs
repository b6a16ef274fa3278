//! Documents for Elasticsearch, as its bulk interface takes them, with the templates of their indices.
//!
//! A document of a rule has the fields of ATC's `atc_es_index.json`, so that what people built on them
//! goes on working, and those that came after. An `_id` is the rule's own: ATC's were random, so each
//! upload doubled the index. A day nobody wrote is `null`, where ATC put one of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::{Map, Value, json};

use crate::graph::{EdgeKind, Node};
use crate::model::{AttackKind, Customer, DataNeeded, Rule, RuleKind, Status};
use crate::site::SiteView;
use crate::site::exports::{Index, documents, index_template};

use super::Export;
use super::dates::day;
use super::object::Object;

/// What ATC wrote where there is nothing.
const NONE: &str = "not defined";

/// The fields of ATC that hold words. Elasticsearch made each a text with a `keyword` below it, which
/// is what visualisations count.
const TEXTS: [&str; 21] = [
    "category",
    "channel",
    "customer",
    "data_needed",
    "description",
    "detection_rule_author",
    "detection_rule_confidence",
    "detection_rule_development_status",
    "detection_rule_internal_responsible",
    "detection_rule_severity",
    "detection_rule_title",
    "dr_id",
    "enrichment",
    "enrichment_requirements",
    "logging_policy",
    "platform",
    "provider",
    "references",
    "tactic",
    "technique",
    "type",
];

/// The fields that ATC had not.
const KEYWORDS: [&str; 16] = [
    "event_id",
    "group",
    "kind",
    "license",
    "logsource_category",
    "logsource_product",
    "logsource_service",
    "page",
    "response_playbook",
    "software",
    "tactic_id",
    "tags",
    "technique_id",
    "trigger",
    "use_case",
    "sigma_rule_path",
];

pub(super) fn files(view: &SiteView<'_>) -> Vec<Export> {
    let template = |index: Index, mappings: &Value| {
        let name = index.name().replace('_', "-");
        let body = json!({
            "index_patterns": [format!("purplebook-{name}*")],
            "template": { "mappings": mappings },
            "_meta": { "description": "For the documents of purplebook" },
        });
        Export::json(index_template(index), &body)
    };
    vec![
        Export { path: documents(Index::Rules), bytes: rules(view) },
        template(Index::Rules, &rule_mappings()),
        Export { path: documents(Index::Techniques), bytes: techniques(view) },
        template(Index::Techniques, &technique_mappings()),
    ]
}

fn rule_mappings() -> Value {
    let mut fields = Map::new();
    for name in TEXTS {
        let below = json!({ "keyword": { "type": "keyword", "ignore_above": 1024 } });
        fields.insert(name.to_owned(), json!({ "type": "text", "fields": below }));
    }
    for name in KEYWORDS {
        fields.insert(name.to_owned(), json!({ "type": "keyword", "ignore_above": 1024 }));
    }
    for name in ["date_created", "date_modified"] {
        fields.insert(name.to_owned(), json!({ "type": "date" }));
    }
    for name in ["raw_detection_rule", "falsepositives"] {
        fields.insert(name.to_owned(), json!({ "type": "text" }));
    }
    fields.insert("tests".to_owned(), json!({ "type": "integer" }));
    json!({ "dynamic": "strict", "properties": fields })
}

fn technique_mappings() -> Value {
    let keyword = json!({ "type": "keyword", "ignore_above": 1024 });
    let number = json!({ "type": "integer" });
    json!({ "dynamic": "strict", "properties": {
        "technique": keyword, "technique_id": keyword, "parent": keyword, "tactic": keyword, "tactic_id": keyword,
        "domain": keyword, "platform": keyword, "coverage": keyword, "page": keyword,
        "rules": number, "tests": number, "data_needed": number, "groups": number,
    } })
}

/// A line that names a document, and the document.
fn pair(id: &str, document: &[u8]) -> Vec<u8> {
    let mut lines = format!("{}\n", json!({ "index": { "_id": id } })).into_bytes();
    lines.extend_from_slice(document);
    lines
}

fn rules(view: &SiteView<'_>) -> Vec<u8> {
    let customers = customers(view);
    let all: Vec<(u32, &Arc<Rule>)> = (0..).zip(&view.graph.corpus().rules).collect();
    let lines: Vec<Vec<u8>> = all
        .into_par_iter()
        .filter_map(|(i, rule)| {
            let id = view.plan.file_name(Node::Rule(i))?;
            Some(pair(id, &document(view, i, rule, customers.get(&i).map_or(&[][..], Vec::as_slice))))
        })
        .collect();
    lines.concat()
}

/// The names of the Customers that have each rule in use.
fn customers<'a>(view: &SiteView<'a>) -> BTreeMap<u32, Vec<&'a str>> {
    let mut names: BTreeMap<u32, Vec<&'a str>> = BTreeMap::new();
    let name = |customer: &'a Customer| customer.name.as_deref().unwrap_or(&customer.title);
    for (i, customer) in (0..).zip(&view.graph.corpus().customers) {
        for rule in view.graph.rules_of_customer(Node::Customer(i)) {
            names.entry(rule).or_default().push(name(customer));
        }
    }
    names
}

fn document(view: &SiteView<'_>, index: u32, rule: &Rule, customers: &[&str]) -> Vec<u8> {
    let (graph, corpus, node) = (view.graph, view.graph.corpus(), Node::Rule(index));
    let to = |kind: EdgeKind| graph.to(node, kind);
    let data: Vec<&DataNeeded> = to(EdgeKind::NeedsData).filter_map(|to| corpus.data_needed.get(to.index())).collect();
    let of_data = |field: fn(&DataNeeded) -> Option<&String>| or_none(each_once(data.iter().filter_map(|d| field(d))));
    let policies = to(EdgeKind::NeedsData).flat_map(|data| graph.to(data, EdgeKind::LoggedBy));
    let enrichments: Vec<_> =
        to(EdgeKind::UsesEnrichment).filter_map(|to| corpus.enrichments.get(to.index())).collect();
    let triggers: Vec<_> = to(EdgeKind::TestedBy).filter_map(|to| corpus.triggers.get(to.index())).collect();
    let techniques: Vec<Node> = to(EdgeKind::HasTechnique).collect();
    let playbooks: BTreeSet<Node> = techniques
        .iter()
        .flat_map(|technique| graph.from(*technique, EdgeKind::HasTechnique))
        .filter(|from| matches!(from, Node::ResponsePlaybook(_)))
        .collect();
    let named = |kind: EdgeKind| or_none(to(kind).map(|to| view.label(to)).collect());
    let ids = |kind: EdgeKind| to(kind).filter_map(|to| Some(graph.attack(to)?.id.to_string())).collect::<Vec<_>>();
    let written = |key: &str| rule.documents.iter().find_map(|document| document.get(key)?.scalar_text());
    let or = |text: Option<&str>| text.unwrap_or(NONE).to_owned();
    let sources = |part: fn(&crate::model::LogSource) -> Option<&String>| {
        each_once(rule.logsources.iter().filter_map(|(_, source)| part(source)))
    };
    let moment = |text: Option<&String>| text.and_then(|text| day(text)).map(|day| format!("{day}T00:00:00"));
    let titles = |nodes: &mut dyn Iterator<Item = Node>| -> Vec<String> {
        let mut seen = BTreeSet::new();
        nodes.filter(|node| seen.insert(*node)).map(|node| graph.title(node).to_owned()).collect()
    };
    let kind = match rule.kind {
        RuleKind::Detection => "detection",
        RuleKind::Correlation => "correlation",
        RuleKind::Filter => "filter",
    };
    let mut out = Object::new();
    out.put("date_created", &moment(rule.date.as_ref()));
    out.put("date_modified", &moment(rule.modified.as_ref()));
    out.put("sigma_rule_path", &rule.origin.within);
    out.put("description", &or(rule.description.as_deref()));
    out.put("references", &or_none(rule.references.clone()));
    out.put("customer", &if customers.is_empty() { vec!["None"] } else { customers.to_vec() });
    out.put("tactic", &named(EdgeKind::HasTactic));
    out.put("dr_id", &or(rule.id.as_deref()));
    out.put("technique", &named(EdgeKind::HasTechnique));
    out.put("raw_detection_rule", &view.rule_text(index));
    out.put("detection_rule_title", &rule.title);
    out.put("detection_rule_author", &or(rule.author.as_deref()));
    out.put("detection_rule_internal_responsible", &or(written("internal_responsible").as_deref()));
    out.put("detection_rule_development_status", &or(rule.status.as_deref()));
    out.put("detection_rule_severity", &or(rule.level.as_deref()));
    out.put("detection_rule_confidence", &or(written("confidence").as_deref()));
    out.put("category", &of_data(|data| data.category.as_ref()));
    out.put("platform", &of_data(|data| data.platform.as_ref()));
    out.put("type", &of_data(|data| data.log_type.as_ref()));
    out.put("channel", &of_data(|data| data.channel.as_ref()));
    out.put("provider", &of_data(|data| data.provider.as_ref()));
    out.put("data_needed", &or_none(titles(&mut to(EdgeKind::NeedsData))));
    out.put("logging_policy", &or_none(titles(&mut policies.into_iter())));
    out.put("enrichment", &or_none(enrichments.iter().map(|enrichment| enrichment.title.clone()).collect()));
    out.put("enrichment_requirements", &or_none(each_once(enrichments.iter().flat_map(|e| &e.requirements))));
    out.put("event_id", &each_once(data.iter().flat_map(|data| &data.event_ids)));
    out.put("falsepositives", &rule.falsepositives);
    out.put("group", &ids(EdgeKind::HasGroup));
    out.put("kind", &kind);
    out.put("license", &rule.license_or_default());
    out.put("logsource_category", &sources(|source| source.category.as_ref()));
    out.put("logsource_product", &sources(|source| source.product.as_ref()));
    out.put("logsource_service", &sources(|source| source.service.as_ref()));
    out.put("page", &view.address(node));
    out.put("response_playbook", &playbooks.into_iter().map(|playbook| graph.title(playbook)).collect::<Vec<_>>());
    out.put("software", &ids(EdgeKind::HasSoftware));
    out.put("tactic_id", &ids(EdgeKind::HasTactic));
    out.put("tags", &rule.tags);
    out.put("technique_id", &ids(EdgeKind::HasTechnique));
    out.put("tests", &triggers.iter().map(|trigger| trigger.tests.len()).sum::<usize>());
    out.put("trigger", &triggers.iter().map(|trigger| trigger.technique.as_str()).collect::<Vec<_>>());
    out.put(
        "use_case",
        &titles(&mut graph.from(node, EdgeKind::HasRule).into_iter().filter(|n| matches!(n, Node::UseCase(_)))),
    );
    out.line()
}

fn each_once<'a>(texts: impl Iterator<Item = &'a String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.filter(|text| seen.insert(text.as_str())).cloned().collect()
}

fn or_none(mut texts: Vec<String>) -> Vec<String> {
    if texts.is_empty() {
        texts.push(NONE.to_owned());
    }
    texts
}

fn techniques(view: &SiteView<'_>) -> Vec<u8> {
    let graph = view.graph;
    let current = graph.attack_nodes(AttackKind::Technique).filter(|(_, object)| object.status == Status::Active);
    let line = |(node, object): (Node, &crate::model::AttackObject)| {
        let tactics: Vec<Node> = graph.to(node, EdgeKind::InTactic).collect();
        let (coverage, id) = (graph.coverage(node), object.id.to_string());
        let groups = graph.from(node, EdgeKind::Uses).into_iter();
        let is_group = |from: &Node| graph.attack(*from).is_some_and(|from| from.id.kind() == AttackKind::Group);
        let mut document = Object::new();
        document.put("technique", &view.label(node));
        document.put("technique_id", &id);
        document.put("parent", &object.id.parent().map(|parent| parent.to_string()));
        document.put("tactic", &tactics.iter().map(|tactic| view.label(*tactic)).collect::<Vec<_>>());
        document.put("tactic_id", &object.tactics.iter().map(ToString::to_string).collect::<Vec<_>>());
        document.put("domain", &object.domains.iter().map(|domain| domain.title()).collect::<Vec<_>>());
        document.put("platform", &object.platforms);
        document.put("coverage", &coverage.state().key());
        document.put("page", &view.address(node));
        document.put("rules", &coverage.rules);
        document.put("tests", &coverage.tests);
        document.put("data_needed", &coverage.data);
        document.put("groups", &groups.filter(is_group).count());
        pair(&id, &document.line())
    };
    current.flat_map(line).collect()
}
