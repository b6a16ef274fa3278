//! Atomic Red Team's technique files.

use std::collections::BTreeMap;

use crate::model::{AtomicTest, Dependency, Executor, InputArgument, Trigger, Value};
use crate::report::Findings;
use crate::text::{FileId, YamlPath};

use super::fields::{Fields, Input, Shape, recognised};
use super::yaml::Document;

const SHAPE: Shape = Shape { noun: "Trigger", own: &["atomic_tests"] };

/// Upstream's own pages, by path.
pub(super) type UpstreamPages<'a> = BTreeMap<&'a str, FileId>;

pub(super) fn load(
    input: Input<'_>,
    documents: Vec<Document>,
    pages: &UpstreamPages<'_>,
    findings: &mut Findings,
) -> Vec<Trigger> {
    let documents = recognised(&SHAPE, documents, input.id, findings);
    documents.into_iter().map(|document| one(input, &document, pages, findings)).collect()
}

fn one(input: Input<'_>, document: &Document, pages: &UpstreamPages<'_>, findings: &mut Findings) -> Trigger {
    let origin = input.origin(document.index);
    let documents = std::slice::from_ref(document);
    let mut fields = Fields::new(input.id, documents, findings);
    let technique = fields.text("attack_technique").map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    let technique = technique.unwrap_or_else(|| {
        fields.missing_unless_wrong(document.index, "attack_technique", SHAPE.noun);
        origin.stem.clone()
    });
    let page = origin.path.rsplit_once('.').map(|(path, _)| format!("{path}.md"));
    Trigger {
        technique_id: technique.parse().ok(),
        display_name: fields.text("display_name").unwrap_or_else(|| technique.clone()),
        tests: tests(&mut Tests { fields, document: document.index }),
        upstream_page: page.and_then(|page| pages.get(page.as_str()).copied()),
        technique,
        origin,
    }
}

/// Reads the parts of tests.
struct Tests<'a> {
    fields: Fields<'a>,
    document: u32,
}

impl<'a> Tests<'a> {
    fn text(&mut self, path: &YamlPath, map: &Value, key: &'static str) -> Option<String> {
        self.fields.text_in(self.document, path, map, key)
    }

    /// The items of the list of mappings under `key`, each with its number and path.
    fn maps(&mut self, path: &YamlPath, map: &'a Value, key: &'static str) -> Vec<(usize, YamlPath, &'a Value)> {
        let Some(value) = map.get(key).filter(|value| !value.is_null()) else { return Vec::new() };
        let path = path.clone().key(key);
        let Some(items) = value.as_seq() else {
            self.fields.wrong(self.document, path, "a list", value);
            return Vec::new();
        };
        let mut maps = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            let path = path.clone().index(i);
            if item.as_map().is_some() {
                maps.push((i, path, item));
            } else {
                self.fields.wrong(self.document, path, "a mapping", item);
            }
        }
        maps
    }

    /// The mapping under `key`.
    fn map(&mut self, path: &YamlPath, map: &'a Value, key: &'static str) -> Option<(YamlPath, &'a Value)> {
        let value = map.get(key).filter(|value| !value.is_null())?;
        let path = path.clone().key(key);
        if value.as_map().is_none() {
            self.fields.wrong(self.document, path, "a mapping", value);
            return None;
        }
        Some((path, value))
    }
}

fn tests(reader: &mut Tests<'_>) -> Vec<AtomicTest> {
    let documents = reader.fields.documents;
    let Some(root) = documents.first().map(|document| &document.value) else { return Vec::new() };
    let items = reader.maps(&YamlPath::root(), root, "atomic_tests");
    items.into_iter().map(|(position, path, item)| AtomicTest { position, ..test(reader, &path, item) }).collect()
}

fn test<'a>(reader: &mut Tests<'a>, path: &YamlPath, test: &'a Value) -> AtomicTest {
    let name = reader.text(path, test, "name").unwrap_or_else(|| {
        reader.fields.missing(reader.document, path.clone(), "name", "test");
        String::new()
    });
    let platforms = match test.get("supported_platforms") {
        Some(value) => reader.fields.texts(reader.document, &path.clone().key("supported_platforms"), value),
        None => Vec::new(),
    };
    let dependencies = reader.maps(path, test, "dependencies");
    let dependencies = dependencies
        .into_iter()
        .map(|(position, path, item)| Dependency { position, ..dependency(reader, &path, item) })
        .collect();
    AtomicTest {
        position: 0,
        name,
        guid: reader.text(path, test, "auto_generated_guid"),
        description: reader.text(path, test, "description").unwrap_or_default(),
        platforms,
        inputs: inputs(reader, path, test),
        dependency_executor: reader.text(path, test, "dependency_executor_name"),
        dependencies,
        executor: executor(reader, path, test),
    }
}

fn inputs<'a>(reader: &mut Tests<'a>, path: &YamlPath, test: &'a Value) -> Vec<InputArgument> {
    let Some((path, map)) = reader.map(path, test, "input_arguments") else { return Vec::new() };
    let mut inputs = Vec::new();
    for (name, value) in map.as_map().unwrap_or_default() {
        let path = path.clone().key(name.clone());
        if value.as_map().is_none() {
            reader.fields.wrong(reader.document, path, "a mapping", value);
            continue;
        }
        inputs.push(InputArgument {
            name: name.clone(),
            description: reader.text(&path, value, "description").unwrap_or_default(),
            kind: reader.text(&path, value, "type").unwrap_or_default(),
            default: reader.text(&path, value, "default"),
        });
    }
    inputs
}

fn dependency(reader: &mut Tests<'_>, path: &YamlPath, item: &Value) -> Dependency {
    Dependency {
        position: 0,
        description: reader.text(path, item, "description").unwrap_or_default(),
        prereq_command: reader.text(path, item, "prereq_command"),
        // A key without a value says that nothing gets it.
        get_prereq_command: reader
            .text(path, item, "get_prereq_command")
            .or_else(|| item.get("get_prereq_command").map(|_| String::new())),
    }
}

fn executor<'a>(reader: &mut Tests<'a>, path: &YamlPath, test: &'a Value) -> Executor {
    let Some((path, map)) = reader.map(path, test, "executor") else {
        if test.get("executor").is_none_or(Value::is_null) {
            reader.fields.missing(reader.document, path.clone().key("name"), "executor", "test");
        }
        return Executor::default();
    };
    let elevation_required = match map.get("elevation_required") {
        None | Some(Value::Null) => false,
        Some(Value::Bool(required)) => *required,
        Some(other) => {
            reader.fields.wrong(reader.document, path.clone().key("elevation_required"), "true or false", other);
            false
        }
    };
    Executor {
        name: reader.text(&path, map, "name").unwrap_or_default(),
        elevation_required,
        command: reader.text(&path, map, "command"),
        cleanup_command: reader.text(&path, map, "cleanup_command"),
        steps: reader.text(&path, map, "steps"),
    }
}
