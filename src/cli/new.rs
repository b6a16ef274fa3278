//! `purplebook new`: one entity from a template, in the folder of its kind.

use std::io::{self, Write as _};

use crate::Technique;
use crate::config::discover;
use crate::convert::known_queries;
use crate::model::Kind;

use super::CLEAN;
use super::args::LocationArgs;
use super::failure::Failure;
use super::template::{create, fill, markdown_text, yaml_text};

/// Writes the file and prints its path.
pub(super) fn run(kind: Kind, name: &str, location: LocationArgs) -> Result<u8, Failure> {
    let name = name.trim();
    if name.chars().any(char::is_control) {
        return Err(Failure::new("a title is one line of text, without control characters"));
    }
    let config = discover(&location.overrides(), &known_queries())?;
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
            (path, fill(template(kind), &[("technique", &technique), ("name", &yaml_text(&title)), ("id", &id)]))
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
        Kind::ResponseStage => include_str!("templates/response_stage.yml"),
        Kind::MitigationSystem => include_str!("templates/mitigation_system.yml"),
        Kind::MitigationPolicy => include_str!("templates/mitigation_policy.yml"),
        Kind::HardeningPolicy => include_str!("templates/hardening_policy.yml"),
        Kind::UseCase => include_str!("templates/use_case.yml"),
        Kind::Customer => include_str!("templates/customer.yml"),
        // Of no word after `new`.
        Kind::RecordedEvent => "",
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
}
