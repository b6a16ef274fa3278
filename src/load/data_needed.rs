//! Data Needed, in ATC's format of 2019 to 2022.
//!
//! Two fields are ours: `event_id` (one or a list) and `logsource` (one mapping or a list, each
//! as in a Sigma rule). ATC takes the event id from the third part of the title
//! (`DN_0016_12_…`), which stays the fallback.

use crate::model::{DataNeeded, LogSource, Value};
use crate::report::Findings;
use crate::text::YamlPath;

use super::fields::{Fields, Input, Shape, recognised};
use super::sigma::log_source;
use super::yaml::Document;

const SHAPE: Shape = Shape {
    noun: "Data Needed",
    own: &["loggingpolicy", "channel", "provider", "fields", "sample", "platform", "category", "type", "event_id"],
};

pub(super) fn load(input: Input<'_>, documents: Vec<Document>, findings: &mut Findings) -> Vec<DataNeeded> {
    let documents = recognised(&SHAPE, documents, input.id, findings);
    documents.into_iter().map(|document| one(input, document, findings)).collect()
}

fn one(input: Input<'_>, document: Document, findings: &mut Findings) -> DataNeeded {
    let origin = input.origin(document.index);
    let documents = std::slice::from_ref(&document);
    let mut fields = Fields::new(input.id, documents, findings);
    let title = fields.title(SHAPE.noun, &origin.stem);
    let mut event_ids = fields.list("event_id");
    if event_ids.is_empty() {
        event_ids.extend(event_id_of(&title));
    }
    DataNeeded {
        description: fields.text("description"),
        logging_policies: fields.list("loggingpolicy"),
        mitigation_policies: fields.list("mitigation_policy"),
        references: fields.list("references"),
        category: fields.text("category"),
        platform: fields.text("platform"),
        log_type: fields.text("type"),
        channel: fields.text("channel"),
        provider: fields.text("provider"),
        event_ids,
        logsources: log_sources(&mut fields),
        fields: fields.list("fields"),
        sample: fields.text("sample"),
        enriched_sample: fields.text("enriched_sample"),
        author: fields.joined("author"),
        title,
        origin: fields.origin(origin),
        document: document.value,
    }
}

fn event_id_of(title: &str) -> Option<String> {
    let part = title.split('_').nth(2)?;
    (!part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.to_owned())
}

fn log_sources(fields: &mut Fields<'_>) -> Vec<LogSource> {
    let Some((document, value)) = fields.get("logsource") else { return Vec::new() };
    let path = YamlPath::field("logsource");
    match value {
        Value::Seq(items) => {
            let item = |(i, item)| log_source(fields, document, &path.clone().index(i), item);
            items.iter().enumerate().filter_map(item).collect()
        }
        one => log_source(fields, document, &path, one).into_iter().collect(),
    }
}
