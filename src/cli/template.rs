//! Templates filled in, and new files that overwrite nothing.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::failure::Failure;

/// `text` as a YAML scalar that is read as this very text.
pub(super) fn yaml_text(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_alphabetic())
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '(' | ')' | '/'))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
        );
    // A JSON string is a double-quoted YAML scalar.
    if plain { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

/// `text` as Markdown that shows this very text.
pub(super) fn markdown_text(text: &str) -> String {
    let special = |c: char| c.is_ascii_punctuation() && !matches!(c, '.' | ',' | ':' | '-' | '/' | '\'' | '(' | ')');
    text.chars().fold(String::new(), |mut out, c| {
        if special(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

/// `template` with each `{{key}}` replaced.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let (key, tail) = after.split_once("}}").unwrap_or((after, ""));
        out.push_str(values.iter().find(|(name, _)| *name == key).map_or("", |(_, value)| value));
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Writes a new file and the folders above it; what exists is left as it is.
pub(super) fn create(path: &Path, text: &str) -> Result<(), Failure> {
    let refused = |operation: &str, path: &Path, error: &io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::new(format!("{} exists; it was not changed", path.display())),
        _ => Failure::new(format!("cannot {operation} {}: {error}", path.display())),
    };
    let folder = path.parent().map(PathBuf::from).unwrap_or_default();
    fs::create_dir_all(&folder).map_err(|error| refused("make the folder", &folder, &error))?;
    let mut file = File::create_new(path).map_err(|error| refused("create", path, &error))?;
    file.write_all(text.as_bytes()).map_err(|error| refused("write", path, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_survive_yaml() {
        for title in ["Plain title", "a: b # c", "yes", "- x", "\"q\" 'q' \\", "12", "{a}", "é ü", "ends with:"] {
            let value: serde_yaml::Value = serde_yaml::from_str(&format!("title: {}", yaml_text(title))).expect(title);
            assert_eq!(value["title"].as_str(), Some(title));
        }
    }

    #[test]
    fn values_are_not_filled_in_twice() {
        assert_eq!(fill("{{a}}-{{b}}", &[("a", "{{b}}"), ("b", "x")]), "{{b}}-x");
    }
}
