//! Processing pipelines in the YAML of pySigma.
//!
//! Nothing is passed over: a key, type or value that is not understood is a finding at its place,
//! and a pipeline with such a finding is not used at all, because half a pipeline makes queries
//! that look right and are not. What each type does is written in `query::pipeline`.

mod condition;
mod expression;
mod format;
mod json;
mod output;
mod regex;
mod table;
mod template;
mod transformation;

use crate::model::Value;
use crate::model::pipeline::Pipeline;
use crate::report::{Code, Findings, Severity};
use crate::text::{FileId, YamlPath};

use super::yaml::{self, YamlLimits};
use table::{Reader, Table};

/// Reads the pipeline in `text`, the content of `file`; none if anything of it is not understood.
///
/// Regular expressions and templates are compiled here, once.
pub fn pipeline(file: FileId, text: &str) -> (Option<Pipeline>, Findings) {
    let (documents, mut findings) = yaml::read(text, file, &YamlLimits::default());
    let mut documents = documents.into_iter().filter(|document| !document.value.is_null());
    let Some(first) = documents.next() else {
        if findings.is_empty() {
            findings.push(super::fields::empty(file));
        }
        return (None, findings);
    };
    let mut reader = Reader { file, document: first.index, findings: &mut findings };
    let pipeline = read(&mut reader, &first.value);
    if let Some(second) = documents.next() {
        reader.document = second.index;
        reader.report(Code::BadPipelineValue, YamlPath::root(), "a file holds one pipeline, this is a second document");
    }
    let sound = findings.iter().all(|finding| finding.severity < Severity::Error);
    (pipeline.filter(|_| sound), findings)
}

fn read(reader: &mut Reader<'_>, value: &Value) -> Option<Pipeline> {
    let mut table = Table::of(reader, YamlPath::root(), value, "a pipeline")?;
    let mut pipeline = Pipeline {
        name: table.text(reader, "name"),
        priority: table.whole(reader, "priority").unwrap_or(0),
        allowed_backends: table.texts(reader, "allowed_backends").unwrap_or_default(),
        ..Pipeline::default()
    };
    if let Some((value, path)) = table.take("vars") {
        match value.as_map() {
            Some(entries) => pipeline.vars = entries.iter().cloned().collect(),
            None => reader.wrong(path, "a mapping", value),
        }
    }
    pipeline.transformations = table.items(reader, "transformations", transformation::item);
    pipeline.postprocessing = table.items(reader, "postprocessing", output::postprocessing_item);
    pipeline.finalizers = table.items(reader, "finalizers", output::finalizer);
    table.finish(reader, "a pipeline");
    Some(pipeline)
}

#[cfg(test)]
mod tests;
