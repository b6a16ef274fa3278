//! Response Actions, Response Playbooks and Response Stages: ATC of 2019 and its successor RE&CT of 2020 on.
//!
//! The later format adds `id`, Response Stages, and in playbooks the stages `preparation` and `detect`
//! to `deter`; it has no `linked_ra`.

use crate::model::{ResponseAction, ResponsePlaybook, ResponseStage, Stage};
use crate::report::Findings;

use super::fields::{Fields, Input, Shape, recognised};
use super::yaml::Document;

const ACTION: Shape =
    Shape { noun: "Response Action", own: &["stage", "workflow", "automation", "linked_ra", "linked_analytics"] };

const PLAYBOOK: Shape = Shape {
    noun: "Response Playbook",
    own: &[
        "preparation",
        "identification",
        "containment",
        "eradication",
        "recovery",
        "lessons_learned",
        "detect",
        "deny",
        "disrupt",
        "degrade",
        "deceive",
        "destroy",
        "deter",
        "linked_rp",
        "workflow",
    ],
};

/// RE&CT's have nothing but what all kinds have.
const STAGE: Shape = Shape { noun: "Response Stage", own: &[] };

pub(super) fn actions(input: Input<'_>, documents: Vec<Document>, findings: &mut Findings) -> Vec<ResponseAction> {
    let documents = recognised(&ACTION, documents, input.id, findings);
    documents.into_iter().map(|document| action(input, document, findings)).collect()
}

fn action(input: Input<'_>, document: Document, findings: &mut Findings) -> ResponseAction {
    let origin = input.origin(document.index);
    let documents = std::slice::from_ref(&document);
    let mut fields = Fields::new(input.id, documents, findings);
    ResponseAction {
        title: fields.title(ACTION.noun, &origin.stem),
        id: fields.text("id"),
        stage: fields.text("stage"),
        automation: fields.list("automation"),
        author: fields.joined("author"),
        creation_date: fields.text("creation_date"),
        references: fields.list("references"),
        description: fields.text("description"),
        linked_actions: fields.list("linked_ra"),
        linked_analytics: fields.list("linked_analytics"),
        requirements: fields.list("requirements"),
        workflow: fields.text("workflow"),
        origin: fields.origin(origin),
        document: document.value,
    }
}

pub(super) fn playbooks(input: Input<'_>, documents: Vec<Document>, findings: &mut Findings) -> Vec<ResponsePlaybook> {
    let documents = recognised(&PLAYBOOK, documents, input.id, findings);
    documents.into_iter().map(|document| playbook(input, document, findings)).collect()
}

fn playbook(input: Input<'_>, document: Document, findings: &mut Findings) -> ResponsePlaybook {
    let origin = input.origin(document.index);
    let documents = std::slice::from_ref(&document);
    let mut fields = Fields::new(input.id, documents, findings);
    let stages = Stage::ALL.into_iter().map(|stage| (stage, fields.list(stage.key())));
    let stages = stages.filter(|(_, actions)| !actions.is_empty()).collect();
    ResponsePlaybook {
        title: fields.title(PLAYBOOK.noun, &origin.stem),
        id: fields.text("id"),
        description: fields.text("description"),
        tags: fields.list("tags"),
        severity: fields.text("severity"),
        tlp: fields.text("tlp"),
        pap: fields.text("pap"),
        author: fields.joined("author"),
        creation_date: fields.text("creation_date"),
        linked_playbooks: fields.list("linked_rp"),
        stages,
        workflow: fields.text("workflow"),
        origin: fields.origin(origin),
        document: document.value,
    }
}

pub(super) fn stages(input: Input<'_>, documents: Vec<Document>, findings: &mut Findings) -> Vec<ResponseStage> {
    let documents = recognised(&STAGE, documents, input.id, findings);
    documents.into_iter().map(|document| stage(input, document, findings)).collect()
}

fn stage(input: Input<'_>, document: Document, findings: &mut Findings) -> ResponseStage {
    let origin = input.origin(document.index);
    let documents = std::slice::from_ref(&document);
    let mut fields = Fields::new(input.id, documents, findings);
    ResponseStage {
        title: fields.title(STAGE.noun, &origin.stem),
        id: fields.text("id"),
        description: fields.text("description"),
        references: fields.list("references"),
        author: fields.joined("author"),
        origin: fields.origin(origin),
        document: document.value,
    }
}
