//! Rules as indicators.

use serde_json::{Value, json};

use crate::graph::{EdgeKind, Node};

use super::{Base, Made, attack, extended, filled, markings, named, techniques, times};

pub(super) fn of(base: &Base<'_, '_>, index: u32) -> Option<Made> {
    let (view, node) = (base.view, Node::Rule(index));
    let rule = &view.graph.corpus().rules[index as usize];
    let (created, modified) = times(rule.date.as_ref(), rule.modified.as_ref());
    let titles = |kind: EdgeKind| view.graph.to(node, kind).map(|to| view.graph.title(to)).collect::<Vec<_>>();
    let tactics =
        view.graph.to(node, EdgeKind::HasTactic).filter_map(|to| view.graph.attack(to)?.short_name.as_deref());
    let phases: Vec<Value> =
        tactics.map(|name| json!({ "kill_chain_name": "mitre-attack", "phase_name": name })).collect();
    let mut references = base.references(node, &rule.references);
    if let Some(id) = rule.id.as_deref().map(str::trim).filter(|id| !id.is_empty()) {
        references.insert(0, json!({ "source_name": "sigma", "external_id": id }));
    }
    let tlp =
        rule.tags.iter().find_map(|tag| markings::tlp(Some(tag.trim().to_ascii_lowercase().strip_prefix("tlp.")?)));
    let own: Vec<String> = tlp.into_iter().chain([markings::license(base, rule.license_or_default())]).collect();
    let text = view.rule_text(index);
    let object = filled(json!({
        "type": "indicator",
        "spec_version": "2.1",
        "id": base.id_of("indicator", node)?,
        "created_by_ref": base.identity,
        "created": created,
        "modified": modified,
        "name": named(&rule.title),
        // The specification asks for both; a rule that describes nothing is described by its title.
        "description": rule.description.as_deref().map_or_else(|| named(&rule.title).to_string(), str::to_owned),
        "indicator_types": ["malicious-activity"],
        "pattern": named(text),
        "pattern_type": "sigma",
        "valid_from": created,
        "kill_chain_phases": phases,
        "external_references": references,
        "object_marking_refs": own,
        "extensions": extended(vec![
            ("author", json!(rule.author)),
            ("data_needed", json!(titles(EdgeKind::NeedsData))),
            ("false_positives", json!(rule.falsepositives)),
            ("level", json!(rule.level)),
            ("license", json!(rule.license_or_default())),
            ("status", json!(rule.status)),
            ("tags", json!(rule.tags)),
        ]),
    }));
    let techniques = techniques(view, node);
    let targets = techniques.iter().filter_map(|technique| attack::id(base, *technique));
    let relationships = targets.map(|target| base.relationship(&object, "indicates", &target)).collect();
    Some(Made { relationships, object, techniques, markings: own })
}
