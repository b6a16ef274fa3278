//! Techniques as attack patterns that name MITRE's own by their id there.
//!
//! The bundle holds no copy of MITRE's objects, whose ids are MITRE's to give: an attack pattern here
//! is this knowledge base's, and its reference of the source `mitre-attack` says which one it is.

use serde_json::{Value, json};

use crate::graph::{EdgeKind, Node};
use crate::model::Domain;

use super::{Base, NO_TIME, filled};

pub(super) fn id(base: &Base<'_, '_>, node: Node) -> Option<String> {
    base.id_of("attack-pattern", node)
}

pub(super) fn pattern(base: &Base<'_, '_>, node: Node) -> Option<Value> {
    let object = base.view.graph.attack(node)?;
    let domain = object.domains.first().copied().unwrap_or(Domain::Enterprise);
    let (source, chain) = match domain {
        Domain::Enterprise => ("mitre-attack", "mitre-attack"),
        Domain::Mobile => ("mitre-attack", "mitre-mobile-attack"),
        Domain::Ics => ("mitre-attack", "mitre-ics-attack"),
    };
    let tactics = base.view.graph.to(node, EdgeKind::InTactic);
    let phases: Vec<Value> = tactics
        .filter_map(|to| base.view.graph.attack(to)?.short_name.as_deref())
        .map(|name| json!({ "kill_chain_name": chain, "phase_name": name }))
        .collect();
    Some(filled(json!({
        "type": "attack-pattern",
        "spec_version": "2.1",
        "id": id(base, node)?,
        "created_by_ref": base.identity,
        "created": NO_TIME,
        "modified": NO_TIME,
        "name": object.name,
        "kill_chain_phases": phases,
        "external_references": [{
            "source_name": source,
            "external_id": object.id.to_string(),
            "url": object.id.url(),
        }],
        "object_marking_refs": copyright_id(base).into_iter().collect::<Vec<_>>(),
    })))
}

fn copyright_id(base: &Base<'_, '_>) -> Option<String> {
    let text = &base.view.graph.corpus().attack.copyright;
    (!text.trim().is_empty()).then(|| base.id("marking-definition", text))
}

/// What MITRE asks to be said with its facts.
pub(super) fn copyright(base: &Base<'_, '_>) -> Option<Value> {
    Some(json!({
        "type": "marking-definition",
        "spec_version": "2.1",
        "id": copyright_id(base)?,
        "created": NO_TIME,
        "definition_type": "statement",
        "definition": { "statement": base.view.graph.corpus().attack.copyright },
    }))
}
