//! A mapping of a pipeline, asked for its keys one by one; those nobody asked for are findings.

use crate::config::{list, nearest};
use crate::model::Value;
use crate::report::{Code, Finding, Findings};
use crate::text::{FileId, Place, YamlPath};

/// Where findings go.
pub(super) struct Reader<'f> {
    pub(super) file: FileId,
    pub(super) document: u32,
    pub(super) findings: &'f mut Findings,
}

impl Reader<'_> {
    /// Reports a problem at `path`.
    pub(super) fn report(&mut self, code: Code, path: YamlPath, message: impl Into<String>) {
        self.report_with(code, path, message, None);
    }

    /// Reports a problem with advice.
    pub(super) fn report_with(&mut self, code: Code, path: YamlPath, message: impl Into<String>, help: Option<String>) {
        let mut finding = Finding::new(code, Place { file: self.file, document: self.document, path }, message);
        finding.help = help;
        self.findings.push(finding);
    }

    /// Reports a value that is not what its key needs.
    pub(super) fn bad(&mut self, path: YamlPath, message: impl Into<String>) {
        self.report(Code::BadPipelineValue, path, message);
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong(&mut self, path: YamlPath, expected: &str, value: &Value) {
        let message = format!("`{path}` must be {expected}, not {}", value.type_name());
        self.bad(path, message);
    }

    /// The text of a scalar.
    pub(super) fn scalar(&mut self, path: YamlPath, value: &Value) -> Option<String> {
        let text = value.scalar_text();
        if text.is_none() {
            self.wrong(path, "text", value);
        }
        text
    }

    /// The texts of a list, or the one text.
    pub(super) fn texts(&mut self, path: &YamlPath, value: &Value) -> Option<Vec<String>> {
        match value {
            Value::Seq(items) => {
                let text = |(i, item)| self.scalar(path.clone().index(i), item);
                items.iter().enumerate().map(text).collect()
            }
            Value::Map(_) => {
                self.wrong(path.clone(), "a list of texts", value);
                None
            }
            scalar => self.scalar(path.clone(), scalar).map(|text| vec![text]),
        }
    }
}

/// A mapping with the keys that were asked for.
pub(super) struct Table<'a> {
    entries: &'a [(String, Value)],
    pub(super) path: YamlPath,
    asked: Vec<&'static str>,
}

impl<'a> Table<'a> {
    /// The mapping `value` at `path`, which is `noun`; a finding if it is none.
    pub(super) fn of(reader: &mut Reader<'_>, path: YamlPath, value: &'a Value, noun: &str) -> Option<Self> {
        let Some(entries) = value.as_map() else {
            reader.bad(path, format!("{noun} must be a mapping, this is {}", value.type_name()));
            return None;
        };
        Some(Self { entries, path, asked: Vec::new() })
    }

    /// The value of `key`, and its path.
    pub(super) fn take(&mut self, key: &'static str) -> Option<(&'a Value, YamlPath)> {
        self.asked.push(key);
        let (_, value) = self.entries.iter().find(|(name, _)| name == key)?;
        Some((value, self.path.clone().key(key)))
    }

    /// The value of `key`; a finding if there is none.
    pub(super) fn require(
        &mut self,
        reader: &mut Reader<'_>,
        noun: &str,
        key: &'static str,
    ) -> Option<(&'a Value, YamlPath)> {
        let found = self.take(key);
        if found.is_none() {
            reader.bad(self.path.clone(), format!("{noun} needs `{key}`"));
        }
        found
    }

    /// Text, if it is given.
    pub(super) fn text(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<String> {
        let (value, path) = self.take(key).filter(|(value, _)| !value.is_null())?;
        reader.scalar(path, value)
    }

    /// Text that must be given.
    pub(super) fn required_text(&mut self, reader: &mut Reader<'_>, noun: &str, key: &'static str) -> Option<String> {
        let (value, path) = self.require(reader, noun, key)?;
        reader.scalar(path, value)
    }

    /// A list of texts, or one text, if it is given.
    pub(super) fn texts(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<Vec<String>> {
        let (value, path) = self.take(key).filter(|(value, _)| !value.is_null())?;
        reader.texts(&path, value)
    }

    /// A list of texts, or one text, that must be given.
    pub(super) fn required_texts(
        &mut self,
        reader: &mut Reader<'_>,
        noun: &str,
        key: &'static str,
    ) -> Option<Vec<String>> {
        let (value, path) = self.require(reader, noun, key)?;
        reader.texts(&path, value)
    }

    /// `true` or `false`; false if it is not given.
    pub(super) fn flag(&mut self, reader: &mut Reader<'_>, key: &'static str) -> bool {
        match self.take(key) {
            None => false,
            Some((Value::Bool(flag), _)) => *flag,
            Some((other, path)) => {
                reader.wrong(path, "`true` or `false`", other);
                false
            }
        }
    }

    /// A whole number, if it is given.
    pub(super) fn whole(&mut self, reader: &mut Reader<'_>, key: &'static str) -> Option<i64> {
        match self.take(key)? {
            (Value::Int(number), _) => Some(*number),
            (Value::Null, _) => None,
            (Value::Str(text), path) => {
                let number = text.trim().parse().ok();
                if number.is_none() {
                    reader.bad(path, format!("`{key}` must be a whole number, not `{text}`"));
                }
                number
            }
            (other, path) => {
                reader.wrong(path, "a whole number", other);
                None
            }
        }
    }

    /// One of a few words; a finding if it is another.
    pub(super) fn choice<T: Copy>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let path = self.path.clone().key(key);
        let word = self.text(reader, key)?;
        let found = choices.iter().find(|(name, _)| *name == word).map(|(_, choice)| *choice);
        if found.is_none() {
            let known = || choices.iter().map(|(name, _)| *name);
            let help = nearest(&word, known()).map(|near| format!("did you mean `{near}`?"));
            let message = format!("`{key}` is one of {}, not `{word}`", list(known()));
            reader.report_with(Code::BadPipelineValue, path, message, help);
        }
        found
    }

    /// What `read` makes of each entry of the list `key`; a lone mapping is a list of one.
    pub(super) fn items<T>(
        &mut self,
        reader: &mut Reader<'_>,
        key: &'static str,
        read: impl Fn(&mut Reader<'_>, YamlPath, &'a Value) -> Option<T>,
    ) -> Vec<T> {
        match self.take(key) {
            None | Some((Value::Null, _)) => Vec::new(),
            Some((Value::Seq(items), path)) => {
                items.iter().enumerate().filter_map(|(i, item)| read(reader, path.clone().index(i), item)).collect()
            }
            Some((other, path)) => {
                reader.wrong(path, "a list", other);
                Vec::new()
            }
        }
    }

    /// The word under `type`, with its path; a finding if there is none.
    pub(super) fn type_name(&mut self, reader: &mut Reader<'_>, noun: &str) -> Option<(String, YamlPath)> {
        let (value, path) = self.require(reader, noun, "type")?;
        reader.scalar(path.clone(), value).map(|name| (name, path))
    }

    /// Reports the keys nobody asked for.
    pub(super) fn finish(self, reader: &mut Reader<'_>, noun: &str) {
        for (key, _) in self.entries.iter().filter(|(key, _)| !self.asked.contains(&key.as_str())) {
            let help = match nearest(key, self.asked.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its keys are {}", list(self.asked.iter().copied())),
            };
            let path = self.path.clone().key_of(key.clone());
            reader.report_with(Code::UnknownPipelineKey, path, format!("{noun} has no key `{key}`"), Some(help));
        }
    }
}

/// Reports a type that is none of `known`; `elsewhere` are types of other places.
pub(super) fn unknown_type(
    reader: &mut Reader<'_>,
    path: YamlPath,
    (noun, name): (&str, &str),
    known: &[&'static str],
    elsewhere: &[(&str, &[&'static str])],
) {
    let help = match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => match elsewhere.iter().find(|(_, names)| names.contains(&name)) {
            Some((other, _)) => format!("it is a type of {other}"),
            None => "a type that exists only as a class of a program's code cannot be used from a file".to_owned(),
        },
    };
    reader.report_with(Code::UnknownPipelineType, path, format!("`{name}` is no type of {noun}"), Some(help));
}
