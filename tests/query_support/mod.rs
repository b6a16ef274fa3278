//! Rules for the query tests, made from YAML text.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use purplebook::load::yaml::{self, YamlLimits};
use purplebook::model::{Attack, LogSource, Origin, Rule, RuleKind, Value};
use purplebook::query::{Context, Outcome, Request, Target};
use purplebook::text::FileId;

/// The folder of reference material, or `None` with a printed line.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is absent", path.display());
    None
}

/// All rule files below a folder, by path.
pub(crate) fn rule_files(root: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries.map(walkdir::DirEntry::into_path).filter(|path| path.extension().is_some_and(|ext| ext == "yml")).collect()
}

/// The rule a file of this text is.
pub(crate) fn rule(text: &str) -> Rule {
    let documents = documents(text);
    let first = |key: &str| documents.iter().find_map(|document| document.get(key));
    let text_of = |key: &str| first(key).and_then(Value::scalar_text);
    let list_of = |key: &str| -> Vec<String> {
        first(key).and_then(Value::as_seq).unwrap_or_default().iter().filter_map(Value::scalar_text).collect()
    };
    let referred = first("correlation").or_else(|| first("filter")).and_then(|section| section.get("rules"));
    let refers_to =
        referred.and_then(Value::as_seq).unwrap_or_default().iter().filter_map(Value::scalar_text).collect();
    let kind = match (first("correlation"), first("filter")) {
        (Some(_), _) => RuleKind::Correlation,
        (_, Some(_)) => RuleKind::Filter,
        _ => RuleKind::Detection,
    };
    Rule {
        origin: Origin {
            file: FileId(0),
            document: 0,
            path: "rule.yml".to_owned(),
            within: "rule.yml".to_owned(),
            stem: "rule".to_owned(),
            lists: Vec::new(),
        },
        ordinal: 0,
        kind,
        id: text_of("id"),
        title: text_of("title").unwrap_or_else(|| "rule".to_owned()),
        name: None,
        description: text_of("description"),
        status: text_of("status"),
        level: text_of("level"),
        author: text_of("author"),
        license: text_of("license"),
        date: text_of("date"),
        modified: text_of("modified"),
        references: list_of("references"),
        tags: list_of("tags"),
        falsepositives: list_of("falsepositives"),
        fields: list_of("fields"),
        logsources: vec![(0, LogSource::default())],
        related: Vec::new(),
        refers_to,
        data_needed: Vec::new(),
        enrichments: Vec::new(),
        documents,
    }
}

fn documents(text: &str) -> Vec<Value> {
    let (documents, _) = yaml::read(text, FileId(0), &YamlLimits::default());
    documents.into_iter().map(|document| document.value).filter(|value| !value.is_null()).collect()
}

/// The queries of a rule that stands alone, strict and in the target's first format.
pub(crate) fn convert(rule: &Rule, target: &'static Target) -> Outcome {
    convert_request(rule, &Request::new(target))
}

/// The queries of a rule that stands alone.
pub(crate) fn convert_request(rule: &Rule, request: &Request) -> Outcome {
    let attack = Attack::default();
    purplebook::query::convert(rule, request, &Context::new(&[], &attack))
}

/// Sigma's rules of August 2026 with their YAML, by path; `None` with a printed line.
pub(crate) fn corpus_2026() -> Option<BTreeMap<String, (Rule, String)>> {
    let root = shared("corpus/sigma-2026")?;
    // Recorded events lie beside the rules.
    let files = rule_files(&root).into_iter().filter(|path| !path.starts_with(root.join("regression_data")));
    let rules = files.map(|path| {
        let text = std::fs::read_to_string(&path).expect("readable");
        (path.strip_prefix(&root).expect("below").to_string_lossy().replace('\\', "/"), (rule(&text), text))
    });
    Some(rules.collect())
}
