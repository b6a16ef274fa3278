//! The knowledge base as a bundle of STIX 2.1.
//!
//! A rule is an indicator with its own text as a Sigma pattern, which indicates the techniques it is
//! tagged with; Mitigation Policies, Hardening Policies, Response Actions and Playbooks are courses of
//! action. What STIX has no property for is in an extension of its own, defined in the bundle. Ids are
//! made from the address or name of the knowledge base (UUID version 5), times from the days authors
//! wrote: the same content gives the same bundle.

mod attack;
mod indicator;
mod markings;
mod response;

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::graph::Node;
use crate::model::AttackKind;
use crate::site::SiteView;
use crate::site::exports::knowledge_base;

use super::Export;
use super::dates::day;

/// The time of what has no day of its own. A reader of STIX has to have one, and must not take it for
/// a day that somebody wrote.
const NO_TIME: &str = "1970-01-01T00:00:00.000Z";

/// The extension with what STIX has no property for: the same one in all bundles.
const EXTENSION: &str = "extension-definition--b7f7d0b0-6c5f-4d0d-9a55-0f6f8a3c1d27";

/// Who defines it.
const DEFINER: &str = "identity--8a1f4a6e-5b0c-4c57-8c3e-2f9f4b7d6e10";

pub(super) fn bundle(view: &SiteView<'_>) -> Vec<Export> {
    let base = Base::new(view);
    let corpus = view.graph.corpus();
    let rules: Vec<u32> = (0..).take(corpus.rules.len()).collect();
    let made: Vec<Made> = rules.into_par_iter().filter_map(|i| indicator::of(&base, i)).collect();
    let responses = response::all(&base);
    let made: Vec<&Made> = made.iter().chain(&responses).collect();
    let techniques: BTreeSet<Node> = made.iter().flat_map(|made| made.techniques.iter().copied()).collect();
    let markings: BTreeSet<&str> = made.iter().flat_map(|made| made.markings.iter().map(String::as_str)).collect();

    let mut objects = vec![base.identity(), definer(), extension()];
    objects.extend(markings::all(&base, &markings));
    objects.extend(techniques.iter().filter_map(|node| attack::pattern(&base, *node)));
    if !techniques.is_empty() {
        objects.extend(attack::copyright(&base));
    }
    let mut text = format!("{{\"type\":\"bundle\",\"id\":\"{}\",\"objects\":[\n", base.id("bundle", ""));
    let all = objects.iter().chain(made.iter().map(|made| &made.object));
    let all = all.chain(made.iter().flat_map(|made| &made.relationships));
    for (i, object) in all.enumerate() {
        if i > 0 {
            text.push_str(",\n");
        }
        text.push_str(&object.to_string());
    }
    text.push_str("\n]}\n");
    vec![Export::text(knowledge_base(), text)]
}

/// An object of the bundle with what goes with it.
struct Made {
    object: Value,
    relationships: Vec<Value>,
    techniques: Vec<Node>,
    /// The ids of its markings that are not for all of the bundle.
    markings: Vec<String>,
}

/// What all objects are made with.
struct Base<'a, 'v> {
    view: &'a SiteView<'v>,
    namespace: Uuid,
    identity: String,
}

impl<'a, 'v> Base<'a, 'v> {
    fn new(view: &'a SiteView<'v>) -> Self {
        let SiteView { config, .. } = view;
        // Where it is published is who it is; a name is not unique.
        let name = config.base_url.clone().unwrap_or_else(|| format!("purplebook:{}", config.title));
        let namespace = Uuid::new_v5(&Uuid::NAMESPACE_URL, name.trim_end_matches('/').as_bytes());
        let identity = format!("identity--{}", Uuid::new_v5(&namespace, b"identity"));
        Self { view, namespace, identity }
    }

    /// The id of the object of a type that is called `name`.
    fn id(&self, kind: &str, name: &str) -> String {
        format!("{kind}--{}", Uuid::new_v5(&self.namespace, format!("{kind}:{name}").as_bytes()))
    }

    /// The id of the object of a type that is about a node.
    fn id_of(&self, kind: &str, node: Node) -> Option<String> {
        let plan = self.view.plan;
        Some(self.id(kind, &format!("{}/{}", plan.entity_key(node)?, plan.file_name(node)?)))
    }

    fn identity(&self) -> Value {
        json!({
            "type": "identity",
            "spec_version": "2.1",
            "id": self.identity,
            "created": NO_TIME,
            "modified": NO_TIME,
            "name": named(&self.view.config.title),
            "identity_class": "organization",
        })
    }

    /// A relationship of two objects, as old as the first.
    fn relationship(&self, source: &Value, kind: &str, target: &str) -> Value {
        let from = source["id"].as_str().unwrap_or_default();
        json!({
            "type": "relationship",
            "spec_version": "2.1",
            "id": self.id("relationship", &format!("{from} {kind} {target}")),
            "created_by_ref": self.identity,
            "created": source["created"],
            "modified": source["modified"],
            "relationship_type": kind,
            "source_ref": from,
            "target_ref": target,
        })
    }

    /// The page of a node and the sources its author named, as references.
    fn references(&self, node: Node, sources: &[String]) -> Vec<Value> {
        let mut out = Vec::new();
        if let (Some(_), Some(page)) = (&self.view.config.base_url, self.view.address(node)) {
            out.push(json!({ "source_name": named(&self.view.config.title), "url": page }));
        }
        for text in sources {
            // Not every source is an address.
            out.push(match crate::text::SafeUrl::external(text) {
                Some(url) => json!({ "source_name": "reference", "url": url.to_uri() }),
                None => json!({ "source_name": "reference", "description": named(text) }),
            });
        }
        out
    }
}

/// When something was created and modified, from the days its author wrote.
fn times(created: Option<&String>, modified: Option<&String>) -> (String, String) {
    let time = |written: Option<&String>| Some(format!("{}T00:00:00.000Z", day(written?)?));
    let created = time(created).or_else(|| time(modified)).unwrap_or_else(|| NO_TIME.to_owned());
    let modified = time(modified).filter(|modified| *modified > created).unwrap_or_else(|| created.clone());
    (created, modified)
}

/// A name, which must not be empty.
fn named(text: &str) -> &str {
    if text.trim().is_empty() { "untitled" } else { text }
}

fn definer() -> Value {
    json!({
        "type": "identity",
        "spec_version": "2.1",
        "id": DEFINER,
        "created": NO_TIME,
        "modified": NO_TIME,
        "name": "purplebook",
        "identity_class": "system",
    })
}

fn extension() -> Value {
    json!({
        "type": "extension-definition",
        "spec_version": "2.1",
        "id": EXTENSION,
        "created_by_ref": DEFINER,
        "created": NO_TIME,
        "modified": NO_TIME,
        "name": "purplebook knowledge base",
        "description": "What detection rules and response playbooks say that STIX has no property for.",
        "schema": include_str!("../../../data/schemas/stix-extension.schema.json"),
        "version": "1.0.0",
        "extension_types": ["property-extension"],
    })
}

/// Properties of the extension, without those that are not there.
fn extended(properties: Vec<(&'static str, Value)>) -> Value {
    let there = |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
    let mut own: serde_json::Map<String, Value> =
        properties.into_iter().filter(|(_, value)| there(value)).map(|(key, value)| (key.to_owned(), value)).collect();
    own.insert("extension_type".to_owned(), "property-extension".into());
    json!({ EXTENSION: own })
}

/// Drops what has nothing in it: STIX allows no empty list.
fn filled(object: Value) -> Value {
    match object {
        Value::Object(fields) => {
            let there = |value: &Value| !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty());
            Value::Object(fields.into_iter().filter(|(_, value)| there(value)).collect())
        }
        other => other,
    }
}

/// The techniques among what a node is tagged with.
fn techniques(view: &SiteView<'_>, node: Node) -> Vec<Node> {
    let tagged = view.graph.to(node, crate::graph::EdgeKind::HasTechnique);
    let is_technique =
        |to: &Node| view.graph.attack(*to).is_some_and(|object| object.id.kind() == AttackKind::Technique);
    let mut seen = BTreeSet::new();
    tagged.filter(is_technique).filter(|to| seen.insert(*to)).collect()
}
