//! Configurations of the 2019 converter (what `sigmac -c` took).
//!
//! The converter passed over keys it did not know and failed half way on values it did not
//! expect; here both are findings, and a configuration with one is not used at all, because half
//! a mapping makes queries that look right and find nothing.

use crate::config::{list, nearest};
use crate::model::{FieldMapping, MappedLogSource, MappingCase, SigmacConfig, Value};
use crate::report::{Code, Finding, Findings, Severity};
use crate::text::{FileId, Place, YamlPath};

use super::yaml::{self, YamlLimits};

/// Keys of a configuration; the last two told later versions how to put several together, which
/// a query here never needs.
const KEYS: [&str; 6] = ["title", "fieldmappings", "logsources", "defaultindex", "order", "backends"];
/// Keys of a log source.
const LOG_SOURCE_KEYS: [&str; 5] = ["category", "product", "service", "conditions", "index"];

/// The configurations that come with the program, by name.
const SHIPPED: [(&str, &str); 2] = [
    ("splunk-windows-all", include_str!("../../data/sigmac/splunk-windows-all.yml")),
    ("winlogbeat", include_str!("../../data/sigmac/winlogbeat.yml")),
];

/// The configurations ATC gave the converter of 2020, by the names they had there.
const OF_2020: [(&str, &str); 4] = [
    ("logpoint-windows", include_str!("../../data/sigmac/2020/logpoint-windows.yml")),
    ("powershell", include_str!("../../data/sigmac/2020/powershell.yml")),
    ("splunk-windows", include_str!("../../data/sigmac/splunk-windows-all.yml")),
    ("winlogbeat", include_str!("../../data/sigmac/2020/winlogbeat.yml")),
];

/// The names of the configurations that come with the program.
pub fn sigmac_configs() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

/// The text of a configuration that comes with the program, to be read like a user's own.
pub fn shipped_sigmac_config(name: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// The text of the configuration the converter of 2020 had under this name.
pub fn sigmac_config_of_2020(name: &str) -> Option<&'static str> {
    OF_2020.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// Reads the configuration in `text`, the content of `file`; none if anything of it is not
/// understood.
pub fn sigmac_config(file: FileId, text: &str) -> (Option<SigmacConfig>, Findings) {
    let (documents, findings) = yaml::read(text, file, &YamlLimits::default());
    let mut reader = Reader { file, document: 0, findings };
    let mut documents = documents.into_iter().filter(|document| !document.value.is_null());
    let Some(first) = documents.next() else {
        if reader.findings.is_empty() {
            reader.findings.push(super::fields::empty(file));
        }
        return (None, reader.findings);
    };
    reader.document = first.index;
    let config = reader.config(&first.value);
    if let Some(second) = documents.next() {
        reader.document = second.index;
        reader.bad(YamlPath::root(), "a file holds one configuration, this is a second document");
    }
    let sound = reader.findings.iter().all(|finding| finding.severity < Severity::Error);
    (config.filter(|_| sound), reader.findings)
}

/// Where findings go.
struct Reader {
    file: FileId,
    document: u32,
    findings: Findings,
}

impl Reader {
    fn bad(&mut self, path: YamlPath, message: impl Into<String>) {
        let place = Place { file: self.file, document: self.document, path };
        self.findings.push(Finding::new(Code::BadMappingValue, place, message));
    }

    fn wrong(&mut self, path: YamlPath, expected: &str, value: &Value) {
        let message = format!("`{path}` must be {expected}, not {}", value.type_name());
        self.bad(path, message);
    }

    /// The entries of a mapping; null is an empty one.
    fn entries<'v>(&mut self, path: &YamlPath, value: &'v Value, what: &str) -> &'v [(String, Value)] {
        match value {
            Value::Null => &[],
            Value::Map(entries) => entries,
            other => {
                self.wrong(path.clone(), what, other);
                &[]
            }
        }
    }

    /// Reports keys of `entries` that are none of `known`.
    fn unknown(&mut self, path: &YamlPath, entries: &[(String, Value)], known: &[&'static str], noun: &str) {
        for (key, _) in entries.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
            let help = match nearest(key, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its keys are {}", list(known.iter().copied())),
            };
            let place = Place { file: self.file, document: self.document, path: path.clone().key_of(key.clone()) };
            let finding = Finding::new(Code::UnknownMappingKey, place, format!("{noun} has no key `{key}`"));
            self.findings.push(finding.help(help));
        }
    }

    fn config(&mut self, value: &Value) -> Option<SigmacConfig> {
        let root = YamlPath::root();
        if value.as_map().is_none() {
            self.bad(root, format!("a configuration must be a mapping, this is {}", value.type_name()));
            return None;
        }
        let entries = self.entries(&root, value, "a mapping");
        self.unknown(&root, entries, &KEYS, "a configuration");
        let mut config = SigmacConfig::default();
        for (key, value) in entries {
            let path = YamlPath::root().key(key.clone());
            match key.as_str() {
                "title" => config.title = self.text(&path, value),
                "fieldmappings" => {
                    for (field, value) in self.entries(&path, value, "a mapping from fields to names") {
                        if let Some(mapping) = self.mapping(path.clone().key(field.clone()), value) {
                            config.fields.insert(field.clone(), mapping);
                        }
                    }
                }
                "logsources" => {
                    for (name, value) in self.entries(&path, value, "a mapping of named log sources") {
                        let source = self.log_source(&path.clone().key(name.clone()), value);
                        config.log_sources.extend(source);
                    }
                }
                "defaultindex" => config.default_index = self.names(&path, value),
                _ => {}
            }
        }
        Some(config)
    }

    fn text(&mut self, path: &YamlPath, value: &Value) -> Option<String> {
        let text = value.scalar_text();
        if text.is_none() {
            self.wrong(path.clone(), "text", value);
        }
        text
    }

    /// A name or a list of names; null is none. A name given twice counts once.
    fn names(&mut self, path: &YamlPath, value: &Value) -> Vec<String> {
        let items = match value {
            Value::Null => return Vec::new(),
            Value::Seq(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        let mut names = Vec::with_capacity(items.len());
        for (i, item) in items.iter().enumerate() {
            match item {
                Value::Str(name) if names.contains(name) => {}
                Value::Str(name) => names.push(name.clone()),
                other => {
                    let at = if value.as_seq().is_some() { path.clone().index(i) } else { path.clone() };
                    self.wrong(at, "a name or a list of names", other);
                }
            }
        }
        names
    }

    fn mapping(&mut self, path: YamlPath, value: &Value) -> Option<FieldMapping> {
        let Value::Map(entries) = value else {
            let names = self.names(&path, value);
            if value.as_seq().is_some_and(<[Value]>::is_empty) {
                self.bad(path, "an empty list would take every comparison of the field out of a rule");
            }
            return (!names.is_empty()).then_some(FieldMapping::Names(names));
        };
        let (mut cases, mut default) = (Vec::new(), Vec::new());
        for (key, value) in entries {
            let names = self.names(&path.clone().key(key.clone()), value);
            match key.split_once('=') {
                _ if key == "default" => default = names,
                Some((field, value)) if !value.contains('=') => {
                    cases.push(MappingCase { field: field.to_owned(), value: value.to_owned(), names });
                }
                _ => {
                    let message = format!("`{key}` is neither `default` nor a condition such as `EventID=1`");
                    self.bad(path.clone().key_of(key.clone()), message);
                }
            }
        }
        (!cases.is_empty() || !default.is_empty()).then_some(FieldMapping::Conditional { cases, default })
    }

    fn log_source(&mut self, path: &YamlPath, value: &Value) -> Option<MappedLogSource> {
        let entries = self.entries(path, value, "a log source");
        if entries.is_empty() {
            return None;
        }
        self.unknown(path, entries, &LOG_SOURCE_KEYS, "a log source of a configuration");
        let mut source = MappedLogSource::default();
        for (key, value) in entries {
            let path = path.clone().key(key.clone());
            match (key.as_str(), value) {
                ("category", Value::Str(text)) => source.category = Some(text.clone()),
                ("product", Value::Str(text)) => source.product = Some(text.clone()),
                ("service", Value::Str(text)) => source.service = Some(text.clone()),
                ("category" | "product" | "service", other) => self.wrong(path, "text", other),
                ("conditions", value) => source.conditions = self.conditions(&path, value),
                ("index", value) => source.indices = self.names(&path, value),
                _ => {}
            }
        }
        if (&source.category, &source.product, &source.service) == (&None, &None, &None) {
            self.bad(path.clone(), "a log source needs one of `category`, `product` and `service`");
            return None;
        }
        Some(source)
    }

    fn conditions(&mut self, path: &YamlPath, value: &Value) -> Vec<(String, Value)> {
        let entries = self.entries(path, value, "a mapping from fields to values");
        for (field, value) in entries {
            let items = match value {
                Value::Seq(items) if !items.is_empty() => items.as_slice(),
                value => std::slice::from_ref(value),
            };
            if let Some(wrong) = items.iter().find(|item| !matches!(item, Value::Str(_) | Value::Int(_))) {
                self.wrong(path.clone().key(field.clone()), "text, a whole number or a list of them", wrong);
            }
        }
        entries.to_vec()
    }
}

#[cfg(test)]
mod tests;
