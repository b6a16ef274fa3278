//! The fields of a YAML document, asked for by the type a format gives them.
//!
//! A scalar where a list belongs is a list of one (ATC's own files do that); anything else of
//! the wrong type is a finding and counts as absent. Of a rule of several documents the first
//! that gives a field is asked.

use crate::model::{ListPlace, Origin, Value};
use crate::report::{Code, Finding, Findings};
use crate::source::SourceFile;
use crate::text::{FileId, Place, YamlPath};

use super::yaml::Document;

/// A file being loaded.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) id: FileId,
    pub(super) file: &'a SourceFile,
}

impl Input<'_> {
    pub(super) fn origin(self, document: u32) -> Origin {
        let name = self.file.within.rsplit('/').next().unwrap_or_default();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        Origin {
            file: self.id,
            document,
            path: self.file.path.clone(),
            within: self.file.within.clone(),
            stem: stem.to_owned(),
            lists: Vec::new(),
        }
    }
}

/// The fields of one entity.
pub(super) struct Fields<'a> {
    pub(super) file: FileId,
    /// The documents of the entity, in order.
    pub(super) documents: &'a [Document],
    pub(super) findings: &'a mut Findings,
    /// Where the items of lists lie whose order does not say so; for [`Origin::lists`].
    pub(super) lists: Vec<ListPlace>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(file: FileId, documents: &'a [Document], findings: &'a mut Findings) -> Self {
        Self { file, documents, findings, lists: Vec::new() }
    }

    /// The number of the document that gives `key`, and its value; not null.
    pub(super) fn get(&self, key: &str) -> Option<(u32, &'a Value)> {
        let given = |document: &'a Document| Some((document.index, document.value.get(key)?));
        self.documents.iter().filter_map(given).find(|(_, value)| !value.is_null())
    }

    /// `origin` with what is known of its lists.
    pub(super) fn origin(&mut self, origin: Origin) -> Origin {
        Origin { lists: std::mem::take(&mut self.lists), ..origin }
    }

    pub(super) fn place(&self, document: u32, path: YamlPath) -> Place {
        Place { file: self.file, document, path }
    }

    fn first(&self) -> u32 {
        self.documents.first().map_or(0, |document| document.index)
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong(&mut self, document: u32, path: YamlPath, expected: &str, value: &Value) {
        let message = format!("`{path}` must be {expected}, not {}", value.type_name());
        let place = self.place(document, path);
        self.findings.push(Finding::new(Code::WrongType, place, message));
    }

    /// Reports the absence of a required field.
    pub(super) fn missing(&mut self, document: u32, parent: YamlPath, field: &str, noun: &str) {
        let message = format!("the {noun} has no `{field}`");
        let place = self.place(document, parent);
        self.findings.push(Finding::new(Code::MissingField, place, message));
    }

    /// A scalar as text.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        let (document, value) = self.get(key)?;
        self.scalar(document, YamlPath::field(key), value)
    }

    /// The text of a scalar at `path`; null is absent.
    pub(super) fn scalar(&mut self, document: u32, path: YamlPath, value: &Value) -> Option<String> {
        let text = value.scalar_text();
        if text.is_none() && !value.is_null() {
            self.wrong(document, path, "text", value);
        }
        text
    }

    /// The text under `key` of the mapping `map` at `path`.
    pub(super) fn text_in(&mut self, document: u32, path: &YamlPath, map: &Value, key: &'static str) -> Option<String> {
        let value = map.get(key)?;
        self.scalar(document, path.clone().key(key), value)
    }

    /// Text, or several texts joined by commas (`author` is given so by some).
    pub(super) fn joined(&mut self, key: &'static str) -> Option<String> {
        let texts = self.list(key);
        (!texts.is_empty()).then(|| texts.join(", "))
    }

    /// A list of texts.
    pub(super) fn list(&mut self, key: &'static str) -> Vec<String> {
        match self.get(key) {
            Some((document, value)) => self.texts(document, &YamlPath::field(key), value),
            None => Vec::new(),
        }
    }

    /// The texts of the list, or the one text, at `path`.
    pub(super) fn texts(&mut self, document: u32, path: &YamlPath, value: &Value) -> Vec<String> {
        match value {
            Value::Seq(items) => {
                let text = |(i, item)| Some((i, self.scalar(document, path.clone().index(i), item)?));
                let (kept, texts): (Vec<usize>, Vec<String>) = items.iter().enumerate().filter_map(text).unzip();
                self.kept(document, path, items.len(), kept);
                texts
            }
            Value::Map(_) => {
                self.wrong(document, path.clone(), "a list", value);
                Vec::new()
            }
            scalar => {
                let text = scalar.scalar_text();
                self.kept(document, path, 1, text.iter().map(|_| 0).collect());
                text.into_iter().collect()
            }
        }
    }

    /// Remembers which items of a list were kept, if it takes remembering.
    pub(super) fn kept(&mut self, document: u32, path: &YamlPath, length: usize, items: Vec<usize>) {
        if !items.is_empty() && (items.len() < length || document != self.first()) {
            self.lists.push(ListPlace { path: path.clone(), document, items });
        }
    }

    /// The title; where it is absent or empty, a finding and `stem` in its place.
    pub(super) fn title(&mut self, noun: &str, stem: &str) -> String {
        if let Some(title) = self.text("title").map(|title| title.trim().to_owned()).filter(|title| !title.is_empty()) {
            return title;
        }
        self.missing_unless_wrong(self.first(), "title", noun);
        stem.to_owned()
    }

    /// Reports the absence of a required field, but not where it has a value of the wrong type, which was told.
    pub(super) fn missing_unless_wrong(&mut self, document: u32, field: &str, noun: &str) {
        if self.get(field).is_none_or(|(_, value)| value.scalar_text().is_some()) {
            self.missing(document, YamlPath::root(), field, noun);
        }
    }
}

/// What a document of an ATC kind is known by.
pub(super) struct Shape {
    /// One of them, as said in a sentence, with its article.
    pub(super) noun: &'static str,
    /// Fields of this kind and no other; one of them is enough. Where a kind has none, a document has
    /// nothing but what all kinds have.
    pub(super) own: &'static [&'static str],
}

/// Fields all of ATC's kinds have.
const SHARED: &[&str] = &["title", "id", "description", "author", "references"];

/// Splits a file into the documents of its kind; the others are findings.
pub(super) fn recognised(
    shape: &Shape,
    documents: Vec<Document>,
    file: FileId,
    findings: &mut Findings,
) -> Vec<Document> {
    let fits = |value: &Value| {
        let Some(entries) = value.as_map() else { return false };
        entries.iter().any(|(key, _)| shape.own.contains(&key.as_str()))
            || (value.get("title").is_some() && entries.iter().all(|(key, _)| SHARED.contains(&key.as_str())))
    };
    let all = documents.len();
    let mut kept = Vec::with_capacity(all);
    let mut refused = 0;
    for document in documents.into_iter().filter(|document| !document.value.is_null()) {
        if fits(&document.value) {
            kept.push(document);
            continue;
        }
        refused += 1;
        let message = match &document.value {
            Value::Map(entries) if shape.own.is_empty() => {
                let strange = entries.iter().map(|(key, _)| key.as_str()).find(|key| !SHARED.contains(key));
                match strange {
                    Some(key) => format!("this is no {}: it has `{key}`", shape.noun),
                    None => format!("this is no {}: it has no `title`", shape.noun),
                }
            }
            Value::Map(_) => format!("this is no {}: it has none of `{}`", shape.noun, shape.own.join("`, `")),
            other => format!("this is no {}: it is {}, not a mapping", shape.noun, other.type_name()),
        };
        let place = Place { file, document: document.index, path: YamlPath::root() };
        findings.push(Finding::new(Code::UnrecognisedDocument, place, message));
    }
    if kept.is_empty() && refused == 0 {
        findings.push(empty(file));
    }
    kept
}

/// The finding for a file without content.
pub(super) fn empty(file: FileId) -> Finding {
    Finding::new(Code::UnrecognisedDocument, crate::text::At::File(file), "the file is empty")
}
