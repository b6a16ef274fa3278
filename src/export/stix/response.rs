//! What is done against an attack as courses of action.

use serde_json::json;

use crate::graph::{EdgeKind, Node};
use crate::model::{Measure, Stage};

use super::{Base, Made, attack, extended, filled, markings, named, techniques, times};

pub(super) fn all(base: &Base<'_, '_>) -> Vec<Made> {
    let corpus = base.view.graph.corpus();
    let measures = (0..).map(Node::MitigationPolicy).zip(&corpus.mitigation_policies);
    let measures = measures.chain((0..).map(Node::HardeningPolicy).zip(&corpus.hardening_policies));
    let mut out: Vec<Made> = measures.filter_map(|(node, measure)| of_measure(base, node, measure)).collect();
    out.extend((0..).take(corpus.response_actions.len()).filter_map(|i| action(base, i)));
    out.extend((0..).take(corpus.response_playbooks.len()).filter_map(|i| playbook(base, i)));
    out
}

/// What a course of action says.
struct Course<'a> {
    node: Node,
    id: Option<&'a String>,
    title: &'a str,
    texts: [Option<&'a String>; 2],
    created: Option<&'a String>,
    references: &'a [String],
    tlp: Option<&'a str>,
    kind: &'static str,
    author: Option<&'a String>,
    tags: &'a [String],
}

fn course(base: &Base<'_, '_>, course: &Course<'_>) -> Option<Made> {
    let (created, modified) = times(course.created, None);
    let description: Vec<&str> =
        course.texts.into_iter().flatten().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    let markings: Vec<String> = markings::tlp(course.tlp).into_iter().collect();
    let mut references = base.references(course.node, course.references);
    if let Some(id) = course.id.filter(|id| !id.trim().is_empty()) {
        references.insert(0, json!({ "source_name": named(&base.view.config.title), "external_id": id }));
    }
    let object = filled(json!({
        "type": "course-of-action",
        "spec_version": "2.1",
        "id": base.id_of("course-of-action", course.node)?,
        "created_by_ref": base.identity,
        "created": created,
        "modified": modified,
        "name": named(course.title),
        "description": (!description.is_empty()).then(|| description.join("\n\n")),
        "external_references": references,
        "object_marking_refs": markings,
        "extensions": extended(vec![
            ("author", json!(course.author)),
            ("kind", json!(course.kind)),
            ("tags", json!(course.tags)),
        ]),
    }));
    Some(Made { object, relationships: Vec::new(), techniques: techniques(base.view, course.node), markings })
}

/// Adds how a course of action is related to the techniques it is tagged with.
fn related(base: &Base<'_, '_>, mut made: Made, how: &str) -> Made {
    let targets = made.techniques.iter().filter_map(|technique| attack::id(base, *technique));
    let relationships: Vec<_> = targets.map(|target| base.relationship(&made.object, how, &target)).collect();
    made.relationships.extend(relationships);
    made
}

fn of_measure(base: &Base<'_, '_>, node: Node, measure: &Measure) -> Option<Made> {
    let made = course(
        base,
        &Course {
            node,
            id: None,
            title: &measure.title,
            texts: [measure.description.as_ref(), measure.configuration.as_ref()],
            created: None,
            references: &measure.references,
            tlp: None,
            kind: if matches!(node, Node::MitigationPolicy(_)) { "mitigation-policy" } else { "hardening-policy" },
            author: measure.author.as_ref(),
            tags: &measure.tags,
        },
    )?;
    Some(related(base, made, "mitigates"))
}

fn action(base: &Base<'_, '_>, index: u32) -> Option<Made> {
    let action = &base.view.graph.corpus().response_actions[index as usize];
    course(
        base,
        &Course {
            node: Node::ResponseAction(index),
            id: action.id.as_ref(),
            title: &action.title,
            texts: [action.description.as_ref(), action.workflow.as_ref()],
            created: action.creation_date.as_ref(),
            references: &action.references,
            tlp: None,
            kind: "response-action",
            author: action.author.as_ref(),
            tags: &[],
        },
    )
}

fn playbook(base: &Base<'_, '_>, index: u32) -> Option<Made> {
    let (graph, node) = (base.view.graph, Node::ResponsePlaybook(index));
    let playbook = &graph.corpus().response_playbooks[index as usize];
    let made = course(
        base,
        &Course {
            node,
            id: playbook.id.as_ref(),
            title: &playbook.title,
            texts: [playbook.description.as_ref(), playbook.workflow.as_ref()],
            created: playbook.creation_date.as_ref(),
            references: &[],
            tlp: playbook.tlp.as_deref(),
            kind: "response-playbook",
            author: playbook.author.as_ref(),
            tags: &playbook.tags,
        },
    )?;
    // A playbook answers a technique that was used; it does not keep it from being used.
    let mut made = related(base, made, "related-to");
    let mut actions: Vec<Node> =
        Stage::ALL.into_iter().flat_map(|stage| graph.to(node, EdgeKind::HasAction(stage))).collect();
    actions.sort_unstable();
    actions.dedup();
    let ids: Vec<String> = actions.into_iter().filter_map(|to| base.id_of("course-of-action", to)).collect();
    made.relationships.extend(ids.iter().map(|id| base.relationship(&made.object, "related-to", id)));
    Some(made)
}
