//! Enrichments, in ATC's format.

use crate::model::Enrichment;
use crate::report::Findings;

use super::fields::{Fields, Input, Shape, recognised};
use super::yaml::Document;

const SHAPE: Shape =
    Shape { noun: "Enrichment", own: &["data_needed", "data_to_enrich", "new_fields", "config", "requirements"] };

pub(super) fn load(input: Input<'_>, documents: Vec<Document>, findings: &mut Findings) -> Vec<Enrichment> {
    let documents = recognised(&SHAPE, documents, input.id, findings);
    documents.into_iter().map(|document| one(input, document, findings)).collect()
}

fn one(input: Input<'_>, document: Document, findings: &mut Findings) -> Enrichment {
    let origin = input.origin(document.index);
    let documents = std::slice::from_ref(&document);
    let mut fields = Fields::new(input.id, documents, findings);
    Enrichment {
        title: fields.title(SHAPE.noun, &origin.stem),
        description: fields.text("description"),
        data_needed: fields.list("data_needed"),
        data_to_enrich: fields.list("data_to_enrich"),
        references: fields.list("references"),
        author: fields.joined("author"),
        requirements: fields.list("requirements"),
        new_fields: fields.list("new_fields"),
        config: fields.text("config"),
        origin: fields.origin(origin),
        document: document.value,
    }
}
