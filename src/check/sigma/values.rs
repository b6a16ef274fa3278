//! Values that say something else under their modifiers than their author can have meant.

use crate::model::{Rule, Value};
use crate::report::{Code, Finding, Findings};
use crate::text::YamlPath;

use super::{documents, place, regex, searches};

/// Levels of lists and mappings in a search; no published rule has more than three.
pub(super) const MAX_DEPTH: usize = 16;

/// Fields that hold the path of a file on Windows, where no name can have a `*`.
const PATHS: [&str; 16] = [
    "CurrentDirectory",
    "Destination",
    "Device",
    "FileName",
    "Image",
    "ImageLoaded",
    "ImagePath",
    "NewProcessName",
    "ParentImage",
    "ParentProcessName",
    "PipeName",
    "ProcessName",
    "ProcessPath",
    "SourceImage",
    "TargetFilename",
    "TargetImage",
];

pub(super) fn check(rule: &Rule, findings: &mut Findings) {
    for (number, document) in documents(rule) {
        let Some((section, entries)) = searches(document) else { continue };
        for (name, value) in entries {
            let mut walk = Walk { rule, number, findings: &mut *findings };
            walk.search(value, &YamlPath::field(section).key(name.clone()), 0);
        }
    }
}

struct Walk<'a> {
    rule: &'a Rule,
    number: u32,
    findings: &'a mut Findings,
}

impl Walk<'_> {
    fn search(&mut self, value: &Value, path: &YamlPath, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match value {
            Value::Map(entries) => entries.iter().for_each(|(key, value)| self.entry(key, value, path)),
            Value::Seq(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.search(item, &path.clone().index(i), depth + 1);
                }
            }
            _ => {}
        }
    }

    /// One `field|modifier: values`.
    fn entry(&mut self, key: &str, value: &Value, path: &YamlPath) {
        let mut parts = key.split('|');
        let field = parts.next().unwrap_or_default();
        let modifiers: Vec<&str> = parts.collect();
        let under = path.clone().key(key.to_owned());
        match value {
            Value::Seq(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.value(field, &modifiers, item, under.clone().index(i));
                }
                if let ([_], true) = (items.as_slice(), modifiers.contains(&"all")) {
                    self.one_of_all(key, path);
                }
            }
            value => {
                self.value(field, &modifiers, value, under);
                if modifiers.contains(&"all") {
                    self.one_of_all(key, path);
                }
            }
        }
    }

    fn one_of_all(&mut self, key: &str, path: &YamlPath) {
        let message = format!("`all` in `{key}` has a single value");
        let at = path.clone().key_of(key.to_owned());
        self.found(Code::NeedlessModifier, at, message, "remove `all`, or give the values that all must match");
    }

    fn value(&mut self, field: &str, modifiers: &[&str], value: &Value, at: YamlPath) {
        let Value::Str(text) = value else { return };
        let has = |name: &str| modifiers.contains(&name);
        if has("re") {
            if let Some(fault) = regex::fault(text) {
                let message = format!("`{text}` is no regular expression: {fault}");
                let help = if text.starts_with('*') {
                    "in a regular expression any text is `.*`"
                } else {
                    "what is meant literally needs a `\\` before it"
                };
                self.found(Code::BadRegex, at, message, help);
            }
            return;
        }
        let opens = modifiers.iter().find(|name| matches!(**name, "contains" | "startswith" | "endswith"));
        // What other modifiers make of the text, they say themselves.
        let plain =
            modifiers.iter().all(|name| matches!(*name, "contains" | "startswith" | "endswith" | "all" | "cased"));
        if !plain {
            return;
        }
        if let Some(modifier) = opens {
            if text.is_empty() {
                let message = format!("`{modifier}` with an empty text matches every value of `{field}`");
                let help = format!("remove it; to ask whether the field is there, write `{field}|exists: true`");
                self.found(Code::MatchesAnything, at, message, help);
                return;
            }
            // A wildcard alone is how some ask for any value at all.
            if text == "*" {
                return;
            }
            let (start, end) = (text.starts_with('*'), ends_in_wildcard(text));
            let doubled = (start && *modifier != "startswith") || (end && *modifier != "endswith");
            if doubled {
                let message = format!("`{modifier}` is already open where `{text}` has a wildcard");
                self.found(Code::NeedlessModifier, at, message, "remove the `*`, or write `\\*` for a star");
                return;
            }
        }
        if PATHS.contains(&field)
            && let Some(meant) = literal_star(text)
        {
            let message = format!("the `\\*` of `{text}` is a literal `*`, which no path has");
            self.found(Code::EscapedWildcard, at, message, format!("for a backslash and a wildcard write `{meant}`"));
        }
    }

    fn found(&mut self, code: Code, at: YamlPath, message: String, help: impl Into<String>) {
        self.findings.push(Finding::new(code, place(self.rule, self.number, at), message).help(help));
    }
}

/// Whether the last `*` is a wildcard: no `\` before it, or an even number of them.
fn ends_in_wildcard(text: &str) -> bool {
    text.strip_suffix('*').is_some_and(|rest| (rest.len() - rest.trim_end_matches('\\').len()) % 2 == 0)
}

/// The text with its escaped `*` as wildcards after a backslash, if it has any.
pub(super) fn literal_star(text: &str) -> Option<String> {
    let mut meant = String::with_capacity(text.len() + 2);
    let mut backslashes = 0;
    let mut found = false;
    for c in text.chars() {
        if c == '*' && backslashes % 2 == 1 {
            meant.push('\\');
            found = true;
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        meant.push(c);
    }
    found.then_some(meant)
}
