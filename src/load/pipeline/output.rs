//! Postprocessing and finalizers: their types, and the parameters of each.

use crate::model::Value;
use crate::model::pipeline::{Finalizer, JsonTemplate, Postprocessing, PostprocessingItem, Template};
use crate::report::Code;
use crate::text::YamlPath;

use super::condition::{self, RULE, compiled, conditions};
use super::table::{Reader, Table, unknown_type};
use super::{format, json, regex, template, transformation};

/// All types of postprocessing.
pub(super) const POSTPROCESSING: &[&str] = &["embed", "json", "nest", "replace", "simple_template", "template"];
/// All types of finalizers.
pub(super) const FINALIZERS: &[&str] = &["concat", "json", "nested", "template", "yaml"];

/// Nesting of items within items.
const MAX_DEPTH: usize = 16;

/// Reads one postprocessing item.
pub(super) fn postprocessing_item(
    reader: &mut Reader<'_>,
    path: YamlPath,
    value: &Value,
) -> Option<PostprocessingItem> {
    let mut table = Table::of(reader, path, value, "a postprocessing item")?;
    let (name, type_path) = table.type_name(reader, "a postprocessing item")?;
    if !POSTPROCESSING.contains(&name.as_str()) {
        let others = [("transformations", transformation::TYPES), ("finalizers", FINALIZERS)];
        unknown_type(reader, type_path, ("postprocessing", &name), POSTPROCESSING, &others);
        return None;
    }
    let noun = format!("the postprocessing `{name}`");
    let id = table.text(reader, "id");
    let rule_conditions = conditions(reader, &mut table, &RULE, condition::rule);
    let postprocessing = postprocessing(reader, &mut table, &noun, &name);
    table.finish(reader, &noun);
    Some(PostprocessingItem { id, postprocessing: postprocessing?, rule_conditions })
}

fn postprocessing(reader: &mut Reader<'_>, table: &mut Table<'_>, noun: &str, name: &str) -> Option<Postprocessing> {
    match name {
        "embed" => {
            let prefix = table.text(reader, "prefix").unwrap_or_default();
            let suffix = table.text(reader, "suffix").unwrap_or_default();
            Some(Postprocessing::Embed { prefix, suffix })
        }
        "simple_template" => {
            let text = table.required_text(reader, noun, "template")?;
            match format::parse(&text, &["query", "rule", "pipeline"]) {
                Ok(text) => Some(Postprocessing::SimpleTemplate(text)),
                Err(why) => {
                    reader.bad(table.path.clone().key("template"), why);
                    None
                }
            }
        }
        "template" => jinja(reader, table, noun).map(Postprocessing::Template),
        "json" => {
            let text = table.required_text(reader, noun, "json_template")?;
            match json::read(&text) {
                Ok(document) => Some(Postprocessing::Json(JsonTemplate(document))),
                Err(why) => {
                    reader.bad(table.path.clone().key("json_template"), format!("this is no JSON: {why}"));
                    None
                }
            }
        }
        "replace" => {
            let replacement = table.required_text(reader, noun, "replacement");
            let regex = compiled(reader, table, noun, "pattern", regex::search)?;
            let text = replacement?;
            match regex::replacement(&text, &regex) {
                Ok(replacement) => Some(Postprocessing::Replace { regex, replacement }),
                Err(why) => {
                    let message = format!("`{text}` is no replacement: {why}");
                    reader.bad(table.path.clone().key("replacement"), message);
                    None
                }
            }
        }
        _ => nested(reader, table, noun, "items", postprocessing_item).map(Postprocessing::Nest),
    }
}

/// Reads one finalizer.
pub(super) fn finalizer(reader: &mut Reader<'_>, path: YamlPath, value: &Value) -> Option<Finalizer> {
    let mut table = Table::of(reader, path, value, "a finalizer")?;
    let (name, type_path) = table.type_name(reader, "a finalizer")?;
    if !FINALIZERS.contains(&name.as_str()) {
        let others = [("transformations", transformation::TYPES), ("postprocessing", POSTPROCESSING)];
        unknown_type(reader, type_path, ("finalizer", &name), FINALIZERS, &others);
        return None;
    }
    let noun = format!("the finalizer `{name}`");
    let finalizer = match name.as_str() {
        "concat" => {
            let mut text = |key| table.text(reader, key);
            let separator = text("separator").unwrap_or_else(|| "\n".to_owned());
            let (prefix, suffix) = (text("prefix").unwrap_or_default(), text("suffix").unwrap_or_default());
            Some(Finalizer::Concat { separator, prefix, suffix })
        }
        "json" => {
            let indent = table.whole(reader, "indent").and_then(|indent| usize::try_from(indent).ok());
            Some(Finalizer::Json { indent: indent.map(|indent| indent.min(16)) })
        }
        "yaml" => {
            // A list of texts is not indented in YAML, whatever is asked for.
            table.whole(reader, "indent");
            Some(Finalizer::Yaml)
        }
        "template" => jinja(reader, &mut table, &noun).map(Finalizer::Template),
        _ => nested(reader, &mut table, &noun, "finalizers", finalizer).map(Finalizer::Nested),
    };
    table.finish(reader, &noun);
    finalizer
}

fn nested<T>(
    reader: &mut Reader<'_>,
    table: &mut Table<'_>,
    noun: &str,
    key: &'static str,
    read: fn(&mut Reader<'_>, YamlPath, &Value) -> Option<T>,
) -> Option<Vec<T>> {
    let (value, path) = table.require(reader, noun, key)?;
    if path.steps().len() / 2 > MAX_DEPTH {
        reader.bad(path, format!("`{key}` is nested deeper than {MAX_DEPTH} levels"));
        return None;
    }
    let Some(items) = value.as_seq() else {
        reader.wrong(path, "a list", value);
        return None;
    };
    Some(items.iter().enumerate().filter_map(|(i, item)| read(reader, path.clone().index(i), item)).collect())
}

fn jinja(reader: &mut Reader<'_>, table: &mut Table<'_>, noun: &str) -> Option<Template> {
    let escape_html = table.flag(reader, "autoescape");
    for (key, why) in [
        ("path", "a template of another file is not read: put its text under `template`"),
        ("vars", "variables from a Python file are not read: put them under the pipeline's `vars`"),
        ("vars_allowed_paths", "variables from a Python file are not read: put them under the pipeline's `vars`"),
    ] {
        if let Some((_, path)) = table.take(key).filter(|(value, _)| !value.is_null()) {
            reader.report(Code::PipelineNeedsMore, path, format!("`{key}` cannot be used: {why}"));
        }
    }
    table.flag(reader, "allow_template_vars");
    let source = table.required_text(reader, noun, "template")?;
    match template::compile(&source, escape_html) {
        Ok(template) => Some(template),
        Err(why) => {
            reader.bad(table.path.clone().key("template"), format!("this is no Jinja template: {why}"));
            None
        }
    }
}
