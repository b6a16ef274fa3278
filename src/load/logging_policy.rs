//! Logging Policies, in ATC's format.

use crate::model::LoggingPolicy;
use crate::report::Findings;

use super::fields::{Fields, Input, Shape, recognised};
use super::yaml::Document;

const SHAPE: Shape = Shape { noun: "Logging Policy", own: &["eventID", "volume", "default", "configuration"] };

pub(super) fn load(input: Input<'_>, documents: Vec<Document>, findings: &mut Findings) -> Vec<LoggingPolicy> {
    let documents = recognised(&SHAPE, documents, input.id, findings);
    documents.into_iter().map(|document| one(input, document, findings)).collect()
}

fn one(input: Input<'_>, document: Document, findings: &mut Findings) -> LoggingPolicy {
    let origin = input.origin(document.index);
    let documents = std::slice::from_ref(&document);
    let mut fields = Fields::new(input.id, documents, findings);
    LoggingPolicy {
        title: fields.title(SHAPE.noun, &origin.stem),
        description: fields.text("description"),
        default: fields.text("default"),
        volume: fields.text("volume"),
        event_ids: fields.list("eventID"),
        references: fields.list("references"),
        configuration: fields.text("configuration"),
        author: fields.joined("author"),
        origin: fields.origin(origin),
        document: document.value,
    }
}
