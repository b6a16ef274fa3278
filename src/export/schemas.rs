//! The JSON Schemas of the files for other programs, published beside them.

use crate::site::SiteView;
use crate::site::exports::{Schema, schema};

use super::Export;

pub(super) fn files(_: &SiteView<'_>) -> Vec<Export> {
    Schema::ALL.map(|which| Export::text(schema(which), text(which).to_owned())).into()
}

fn text(which: Schema) -> &'static str {
    match which {
        Schema::Api => include_str!("../../data/schemas/api-v1.schema.json"),
        Schema::CaseTemplate => include_str!("../../data/schemas/thehive-case-template.schema.json"),
        Schema::StixExtension => include_str!("../../data/schemas/stix-extension.schema.json"),
        Schema::Tables => include_str!("../../data/schemas/tables.schema.json"),
        Schema::Layer => include_str!("../../data/schemas/navigator-layer-4.5.schema.json"),
    }
}
