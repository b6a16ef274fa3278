//! Mitigation Systems, Mitigation Policies and Hardening Policies, in ATC's format of 2020 to 2022.

use crate::model::{Measure, MitigationSystem};
use crate::report::Findings;

use super::fields::{Fields, Input, Shape, recognised};
use super::yaml::Document;

const SYSTEM: Shape = Shape { noun: "Mitigation System", own: &["platform", "minimum_version"] };

const MITIGATION: Shape = Shape {
    noun: "Mitigation Policy",
    own: &["mitigation_system", "platform", "minimum_version", "prerequisites", "configuration"],
};

const HARDENING: Shape = Shape { noun: "Hardening Policy", own: &["platform", "minimum_version", "configuration"] };

pub(super) fn systems(input: Input<'_>, documents: Vec<Document>, findings: &mut Findings) -> Vec<MitigationSystem> {
    let documents = recognised(&SYSTEM, documents, input.id, findings);
    documents.into_iter().map(|document| system(input, document, findings)).collect()
}

fn system(input: Input<'_>, document: Document, findings: &mut Findings) -> MitigationSystem {
    let origin = input.origin(document.index);
    let documents = std::slice::from_ref(&document);
    let mut fields = Fields::new(input.id, documents, findings);
    MitigationSystem {
        title: fields.title(SYSTEM.noun, &origin.stem),
        description: fields.text("description"),
        platforms: fields.list("platform"),
        minimum_versions: fields.list("minimum_version"),
        references: fields.list("references"),
        author: fields.joined("author"),
        origin: fields.origin(origin),
        document: document.value,
    }
}

pub(super) fn mitigations(input: Input<'_>, documents: Vec<Document>, findings: &mut Findings) -> Vec<Measure> {
    let documents = recognised(&MITIGATION, documents, input.id, findings);
    documents.into_iter().map(|document| measure(input, &MITIGATION, document, findings)).collect()
}

pub(super) fn hardenings(input: Input<'_>, documents: Vec<Document>, findings: &mut Findings) -> Vec<Measure> {
    let documents = recognised(&HARDENING, documents, input.id, findings);
    documents.into_iter().map(|document| measure(input, &HARDENING, document, findings)).collect()
}

fn measure(input: Input<'_>, shape: &Shape, document: Document, findings: &mut Findings) -> Measure {
    let origin = input.origin(document.index);
    let documents = std::slice::from_ref(&document);
    let mut fields = Fields::new(input.id, documents, findings);
    let mut own = |field| if shape.own.contains(&field) { fields.list(field) } else { Vec::new() };
    let (systems, prerequisites) = (own("mitigation_system"), own("prerequisites"));
    Measure {
        title: fields.title(shape.noun, &origin.stem),
        description: fields.text("description"),
        tags: fields.list("tags"),
        systems,
        platforms: fields.list("platform"),
        minimum_versions: fields.list("minimum_version"),
        prerequisites,
        references: fields.list("references"),
        configuration: fields.text("configuration"),
        author: fields.joined("author"),
        origin: fields.origin(origin),
        document: document.value,
    }
}
