//! `purplebook new`: one entity from a template, in the folder of its kind.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::Technique;
use crate::config::{QueryConfig, discover};
use crate::model::Kind;

use super::CLEAN;
use super::args::ProjectArgs;
use super::failure::Failure;

/// Writes the file and prints its path.
pub(super) fn run(kind: Kind, name: &str, project: ProjectArgs) -> Result<u8, Failure> {
    let name = name.trim();
    if name.chars().any(char::is_control) {
        return Err(Failure::new("a title is one line of text, without control characters"));
    }
    let config = discover(&project.overrides(), &QueryConfig::default().show)?;
    let default = config.root.join("content").join(kind.key());
    let folder = config.content.folders(kind).first().unwrap_or(&default);
    let stem = stem(kind, name);
    if stem.is_empty() {
        return Err(Failure::new(format!("`{name}` has no letter or digit to name a file by")));
    }
    let id = uuid::Uuid::new_v4().to_string();
    let (path, text) = match kind {
        Kind::Trigger => {
            let (technique, title) = technique(name)?;
            let path = folder.join(&technique).join(format!("{technique}.yaml"));
            (path, fill(template(kind), &[("technique", &technique), ("title", &title), ("id", &id)]))
        }
        Kind::Page => {
            let path = folder.join(format!("{stem}.md"));
            (path, fill(template(kind), &[("title", &yaml_text(name)), ("heading", &markdown_text(name))]))
        }
        _ => {
            let path = folder.join(format!("{stem}.yml"));
            (path, fill(template(kind), &[("title", &yaml_text(name)), ("id", &id)]))
        }
    };
    create(&path, &text)?;
    let shown = path.strip_prefix(&config.root).unwrap_or(&path);
    writeln!(io::stdout(), "created {}", shown.display())?;
    Ok(CLEAN)
}

const fn template(kind: Kind) -> &'static str {
    match kind {
        Kind::Rule => include_str!("templates/rule.yml"),
        Kind::DataNeeded => include_str!("templates/data_needed.yml"),
        Kind::LoggingPolicy => include_str!("templates/logging_policy.yml"),
        Kind::Enrichment => include_str!("templates/enrichment.yml"),
        Kind::Trigger => include_str!("templates/trigger.yaml"),
        Kind::ResponseAction => include_str!("templates/response_action.yml"),
        Kind::ResponsePlaybook => include_str!("templates/response_playbook.yml"),
        Kind::Page => include_str!("templates/page.md"),
    }
}

/// The id and name of a current technique.
fn technique(typed: &str) -> Result<(String, String), Failure> {
    let example = "a Trigger is named by a technique: `purplebook new trigger T1053.005`";
    match crate::technique(typed) {
        Technique::Current { id, name } => Ok((id, name)),
        Technique::Replaced { by } => {
            Err(Failure::help(format!("ATT&CK replaced `{typed}` by {by}"), format!("purplebook new trigger {by}")))
        }
        Technique::Unknown => Err(Failure::help(format!("`{typed}` is no current ATT&CK technique"), example)),
    }
}

/// The file's name: letters and digits, `_` for what is between them; ATC's kinds keep their case.
fn stem(kind: Kind, name: &str) -> String {
    let keep = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-');
    let words: Vec<&str> = name.split(|c| !keep(c)).map(|word| word.trim_matches(['.', '-'])).collect();
    let stem = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
    if matches!(kind, Kind::Rule | Kind::Page) { stem.to_lowercase() } else { stem }
}

/// `text` as a YAML scalar that is read as this very text.
fn yaml_text(text: &str) -> String {
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
fn markdown_text(text: &str) -> String {
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
    fn titles_become_file_names() {
        assert_eq!(stem(Kind::Rule, "CMSTP: loads a Remote/Script"), "cmstp_loads_a_remote_script");
        assert_eq!(stem(Kind::DataNeeded, "DN_0003_1_windows_Sysmon"), "DN_0003_1_windows_Sysmon");
        assert_eq!(stem(Kind::Page, "../../etc/passwd"), "etc_passwd");
        assert_eq!(stem(Kind::Page, " ../ "), "");
    }

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
