//! Customers and Use Cases, in ATC's format of 2020 to 2022.

use crate::model::{Customer, UseCase};
use crate::report::Findings;

use super::fields::{Fields, Input, Shape, recognised};
use super::yaml::Document;

const USE_CASE: Shape = Shape { noun: "Use Case", own: &["usecase_name", "detectionrule", "dataneeded"] };

const CUSTOMER: Shape = Shape { noun: "Customer", own: &["customer_name", "usecase", "detectionrule", "dataneeded"] };

pub(super) fn use_cases(input: Input<'_>, documents: Vec<Document>, findings: &mut Findings) -> Vec<UseCase> {
    let documents = recognised(&USE_CASE, documents, input.id, findings);
    documents.into_iter().map(|document| use_case(input, document, findings)).collect()
}

fn use_case(input: Input<'_>, document: Document, findings: &mut Findings) -> UseCase {
    let origin = input.origin(document.index);
    let documents = std::slice::from_ref(&document);
    let mut fields = Fields::new(input.id, documents, findings);
    UseCase {
        title: fields.title(USE_CASE.noun, &origin.stem),
        name: fields.text("usecase_name"),
        description: fields.text("description"),
        data_needed: fields.list("dataneeded"),
        logging_policies: fields.list("loggingpolicy"),
        rules: fields.list("detectionrule"),
        references: fields.list("references"),
        author: fields.joined("author"),
        origin: fields.origin(origin),
        document: document.value,
    }
}

pub(super) fn customers(input: Input<'_>, documents: Vec<Document>, findings: &mut Findings) -> Vec<Customer> {
    let documents = recognised(&CUSTOMER, documents, input.id, findings);
    documents.into_iter().map(|document| customer(input, document, findings)).collect()
}

fn customer(input: Input<'_>, document: Document, findings: &mut Findings) -> Customer {
    let origin = input.origin(document.index);
    let documents = std::slice::from_ref(&document);
    let mut fields = Fields::new(input.id, documents, findings);
    Customer {
        title: fields.title(CUSTOMER.noun, &origin.stem),
        name: fields.text("customer_name"),
        description: fields.text("description"),
        use_cases: fields.list("usecase"),
        data_needed: fields.list("dataneeded"),
        logging_policies: fields.list("loggingpolicy"),
        rules: fields.list("detectionrule"),
        references: fields.list("references"),
        author: fields.joined("author"),
        origin: fields.origin(origin),
        document: document.value,
    }
}
