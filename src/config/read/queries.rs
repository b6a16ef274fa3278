//! `[queries]` of `purplebook.toml`: targets, pipelines, formats and placeholders.

use std::path::PathBuf;

use toml::Spanned;
use toml::de::DeValue;

use crate::report::{Code, Finding};

use super::{Reader, Written, WrittenPipeline, WrittenQuery, at};
use crate::config::KnownTarget;
use crate::config::schema::{Key, Takes};
use crate::config::suggest::{list, nearest};

/// The keys of a query.
const KEYS: [&str; 4] = ["target", "pipelines", "format", "title"];

impl Reader<'_> {
    pub(super) fn queries(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) {
        let Some(items) = value.get_ref().as_array() else { return self.wrong_type(key, value) };
        let show = items.iter().filter_map(|item| self.query(key, item)).collect();
        self.settings.show = Some(show);
    }

    fn query(&mut self, key: &Key, item: &Spanned<DeValue<'_>>) -> Option<WrittenQuery> {
        let Some(table) = item.get_ref().as_table() else {
            return self.target(key, item).map(|target| WrittenQuery {
                target: target.name.to_owned(),
                title: target.title.to_owned(),
                format: None,
                pipelines: Vec::new(),
            });
        };
        for (name, _) in table.iter().filter(|(name, _)| !KEYS.contains(&name.get_ref().as_ref())) {
            let message = format!("unknown key `{}` of a query", name.get_ref());
            let help = match nearest(name.get_ref(), KEYS) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("the keys of a query are {}", list(KEYS)),
            };
            self.findings.push(Finding::new(Code::UnknownKey, at(name.span()), message).help(help));
        }
        let text_of = |name: &'static str| Key { name, takes: Takes::Text, ..*key };
        let title = table.get("title").and_then(|value| self.text(&text_of("title"), value));
        let pipelines = match table.get("pipelines") {
            Some(value) => self.pipelines(&text_of("pipelines"), value),
            None => Vec::new(),
        };
        let Some(value) = table.get("target") else {
            self.refuse(item.span(), "a query without `target`", "write `{ target = \"es-qs\", title = \"Kibana\" }`");
            return None;
        };
        let target = self.target(key, value)?;
        let format = table.get("format").and_then(|value| self.format(&target, &text_of("format"), value));
        let title = title.unwrap_or_else(|| target.title.to_owned());
        Some(WrittenQuery { target: target.name.to_owned(), title, format, pipelines })
    }

    fn target(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) -> Option<KnownTarget> {
        let Some(name) = value.get_ref().as_str() else {
            self.wrong_type(key, value);
            return None;
        };
        let found = self.known.targets.iter().find(|target| target.name == name).cloned();
        if found.is_none() {
            let names = || self.known.targets.iter().map(|target| target.name);
            let help = match nearest(name, names()) {
                Some(target) => format!("did you mean `{target}`?"),
                None => format!("the targets are {}", list(names())),
            };
            self.refuse(value.span(), format!("unknown target `{name}`"), help);
        }
        found
    }

    fn format(&mut self, target: &KnownTarget, key: &Key, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let name = self.text(key, value)?;
        if target.formats.contains(&name.as_str()) {
            return Some(name);
        }
        let formats = || target.formats.iter().copied();
        let help = match nearest(&name, formats()) {
            Some(format) => format!("did you mean `{format}`?"),
            None => format!("the formats of `{}` are {}", target.name, list(formats())),
        };
        self.refuse(value.span(), format!("unknown format `{name}` of `{}`", target.name), help);
        None
    }

    fn pipelines(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) -> Vec<WrittenPipeline> {
        match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| self.pipeline(key, item)).collect(),
            _ => self.pipeline(key, value).into_iter().collect(),
        }
    }

    /// A name of a built-in pipeline; anything that looks like a path is one.
    fn pipeline(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) -> Option<WrittenPipeline> {
        let name = self.text(key, value)?;
        if self.known.pipelines.contains(&name.as_str()) {
            return Some(WrittenPipeline::BuiltIn(name));
        }
        if name.contains(['/', '\\', '.']) {
            return Some(WrittenPipeline::File(Written { value: PathBuf::from(name), span: at(value.span()) }));
        }
        let known = || self.known.pipelines.iter().copied();
        let help = match nearest(&name, known()) {
            Some(pipeline) => format!("did you mean `{pipeline}`?"),
            None => format!("the pipelines are {}; a file is named by its path", list(known())),
        };
        self.refuse(value.span(), format!("unknown pipeline `{name}`"), help);
        None
    }

    pub(super) fn lists(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) {
        let Some(table) = value.get_ref().as_table() else { return self.wrong_type(key, value) };
        for (name, value) in table {
            let items: Vec<&Spanned<DeValue<'_>>> = match value.get_ref() {
                DeValue::Array(items) => items.iter().collect(),
                _ => vec![value],
            };
            let mut texts = Vec::with_capacity(items.len());
            for item in items {
                if let Some(text) = item.get_ref().as_str() {
                    texts.push(text.to_owned());
                } else {
                    let message = format!("the values of `{}` must be strings", name.get_ref());
                    self.bad(item.span(), message, item.get_ref());
                }
            }
            self.settings.placeholders.insert(name.get_ref().to_string(), texts);
        }
    }
}
