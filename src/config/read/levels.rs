//! `allow`, `warn` and `deny` of `[check]`: codes, alone or for some paths.

use toml::Spanned;
use toml::de::DeValue;

use crate::report::{Code, Finding, Severity};

use super::{Reader, at};
use crate::config::schema::{Key, Takes};
use crate::config::suggest::{list, nearest};
use crate::config::told::{Level, LevelRule, PathGlobs, code_help, is_about_configuration};

/// The keys of an item that is a table.
const KEYS: [&str; 2] = ["code", "paths"];

const SEVERITIES: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Note];

impl Reader<'_> {
    pub(super) fn levels(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) {
        let Some(items) = value.get_ref().as_array() else { return self.wrong_type(key, value) };
        let level = [Level::Allow, Level::Warn, Level::Deny].into_iter().find(|level| level.key() == key.name);
        for (item, level) in items.iter().zip(std::iter::repeat(level.unwrap_or(Level::Deny))) {
            if let Some(rule) = self.level_rule(key, level, item) {
                self.settings.levels.push(rule);
            }
        }
    }

    fn level_rule(&mut self, key: &Key, level: Level, item: &Spanned<DeValue<'_>>) -> Option<LevelRule> {
        let Some(table) = item.get_ref().as_table() else {
            let code = self.code(key, level, item, true)?;
            return Some(LevelRule { level, codes: vec![code], paths: None });
        };
        for (name, _) in table.iter().filter(|(name, _)| !KEYS.contains(&name.get_ref().as_ref())) {
            let message = format!("unknown key `{}` of an item of `{}`", name.get_ref(), key.name);
            let help = match nearest(name.get_ref(), KEYS) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("the keys are {}", list(KEYS)),
            };
            self.findings.push(Finding::new(Code::UnknownKey, at(name.span()), message).help(help));
        }
        let everywhere = !table.contains_key("paths");
        let mut codes = Vec::new();
        if let Some(value) = table.get("code") {
            codes.extend(items(value).into_iter().filter_map(|item| self.code(key, level, item, everywhere)));
        } else {
            let help = "write `{ code = \"PB402\", paths = [\"content/rules/legacy/**\"] }`";
            self.refuse(item.span(), format!("an item of `{}` without `code`", key.name), help);
        }
        let paths = match table.get("paths") {
            Some(value) => Some(self.globs(key, value)?),
            None => None,
        };
        (!codes.is_empty()).then_some(LevelRule { level, codes, paths })
    }

    /// One code; `everywhere` says that no path limits it.
    fn code(&mut self, key: &Key, level: Level, value: &Spanned<DeValue<'_>>, everywhere: bool) -> Option<Code> {
        let text = self.text(key, value)?;
        let Ok(code) = text.parse::<Code>() else {
            self.refuse(value.span(), format!("unknown code `{text}`"), code_help(&text));
            return None;
        };
        if is_about_configuration(code) {
            let message = format!("`{code}` ({}) is always an error", code.title());
            self.refuse(
                value.span(),
                message,
                "what is wrong with this file is told before anything else is looked at",
            );
            return None;
        }
        let other = |rule: &&LevelRule| rule.level != level && rule.paths.is_none() && rule.codes.contains(&code);
        if everywhere && let Some(rule) = self.settings.levels.iter().find(other) {
            let message = format!("`{code}` is both in `{}` and in `{}`", rule.level.key(), level.key());
            self.refuse(value.span(), message, "keep one of them, or say for which `paths` each holds");
            return None;
        }
        Some(code)
    }

    fn globs(&mut self, key: &Key, value: &Spanned<DeValue<'_>>) -> Option<PathGlobs> {
        let key = Key { name: "paths", takes: Takes::Globs, ..*key };
        let items = items(value);
        let patterns: Vec<String> = items.iter().filter_map(|item| self.text(&key, item)).collect();
        if patterns.len() < items.len() {
            return None;
        }
        if patterns.is_empty() {
            self.refuse(value.span(), "`paths` is empty", "leave the key out to mean all files");
            return None;
        }
        match PathGlobs::new(patterns.clone()) {
            Ok(globs) => Some(globs),
            Err((i, why)) => {
                let message = format!("`{}` is no pattern of paths: {why}", patterns[i]);
                self.refuse(items[i].span(), message, "write a path with `*`, `**`, `?`, `[…]` or `{a,b}`");
                None
            }
        }
    }

    pub(super) fn severity(&mut self, text: &str, value: &Spanned<DeValue<'_>>) {
        let names = || SEVERITIES.into_iter().map(Severity::as_str);
        if let Some(severity) = SEVERITIES.into_iter().find(|severity| severity.as_str() == text) {
            self.settings.fail_on = Some(severity);
            return;
        }
        let help = match nearest(text, names()) {
            Some(name) => format!("did you mean `{name}`?"),
            None => format!("the severities are {}", list(names())),
        };
        self.refuse(value.span(), format!("unknown severity `{text}`"), help);
    }
}

/// The items of a list, or what stands for a list of one.
fn items<'v, 'a>(value: &'v Spanned<DeValue<'a>>) -> Vec<&'v Spanned<DeValue<'a>>> {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().collect(),
        _ => vec![value],
    }
}
