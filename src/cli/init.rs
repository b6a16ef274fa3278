//! `purplebook init`: a small knowledge base to start from, with an example of every kind.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::str::FromStr;

use super::CLEAN;
use super::failure::Failure;
use super::template::{create, fill};
use crate::config::FILE_NAME;

/// The files, with their paths. `{{id}}` is a fresh UUID in each file, `{{rule}}` one for all of a project.
const FILES: &[(&str, &str)] = &[
    (FILE_NAME, include_str!("starter/purplebook.toml")),
    ("content/rules/windows_scheduled_task_script_host.yml", include_str!("starter/rule.yml")),
    ("content/data_needed/DN_0001_1_windows_sysmon_process_creation.yml", include_str!("starter/data_needed.yml")),
    (
        "content/logging_policies/LP_0001_windows_sysmon_process_creation.yml",
        include_str!("starter/logging_policy.yml"),
    ),
    ("content/enrichments/EN_0001_owner_of_the_host.yml", include_str!("starter/enrichment.yml")),
    ("content/triggers/T1053.005/T1053.005.yaml", include_str!("starter/trigger.yaml")),
    ("content/recorded_events/{{rule}}.json", include_str!("starter/recorded_event.json")),
    (
        "content/response_actions/RA_0001_identification_collect_scheduled_tasks.yml",
        include_str!("starter/identify.yml"),
    ),
    ("content/response_actions/RA_0002_containment_isolate_host.yml", include_str!("starter/contain.yml")),
    ("content/response_playbooks/RP_0001_suspicious_scheduled_task.yml", include_str!("starter/playbook.yml")),
    ("content/response_stages/RS0001.yml", include_str!("starter/preparation.yml")),
    ("content/response_stages/RS0002.yml", include_str!("starter/identification.yml")),
    ("content/response_stages/RS0003.yml", include_str!("starter/containment.yml")),
    ("content/response_stages/RS0004.yml", include_str!("starter/eradication.yml")),
    ("content/response_stages/RS0005.yml", include_str!("starter/recovery.yml")),
    ("content/response_stages/RS0006.yml", include_str!("starter/lessons_learned.yml")),
    (
        "content/mitigation_systems/MS_0001_microsoft_defender_antivirus.yml",
        include_str!("starter/mitigation_system.yml"),
    ),
    (
        "content/mitigation_policies/MP_0001_windows_asr_block_obfuscated_scripts.yml",
        include_str!("starter/mitigation_policy.yml"),
    ),
    ("content/hardening_policies/HP_0001_windows_no_script_host.yml", include_str!("starter/hardening_policy.yml")),
    ("content/use_cases/UC_0001_programs_that_return.yml", include_str!("starter/use_case.yml")),
    ("content/customers/CU_0001_workplaces.yml", include_str!("starter/customer.yml")),
    ("content/pages/about.md", include_str!("starter/page.md")),
];

const IGNORE: &str = include_str!("starter/gitignore");

/// The workflow that publishes the site; it installs this very version.
const WORKFLOW: (&str, &str) = (".github/workflows/knowledge-base.yml", include_str!("starter/pages.yml"));

/// What stands for the addresses of a project that is published nowhere yet.
const NO_ADDRESSES: &str =
    "# base_url = \"https://security.example.org/kb\"    # where it will be published; no default";

/// A repository on GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GithubRepository {
    owner: String,
    name: String,
}

impl FromStr for GithubRepository {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_name = |part: &str, more: &[char]| {
            let signs = |c: char| c.is_ascii_alphanumeric() || more.contains(&c);
            !part.is_empty() && part.len() <= 100 && part.chars().all(signs) && !matches!(part, "." | "..")
        };
        match text.split_once('/') {
            Some((owner, name)) if is_name(owner, &['-']) && is_name(name, &['-', '_', '.']) => {
                Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
            }
            _ => Err("write owner and name, such as `acme/kb`"),
        }
    }
}

impl GithubRepository {
    /// The keys of `[site]` for a site on this repository's Pages. A repository called as the host has
    /// the whole of it.
    fn addresses(&self) -> String {
        let Self { owner, name } = self;
        let host = format!("{}.github.io", owner.to_ascii_lowercase());
        let base = if name.eq_ignore_ascii_case(&host) { host } else { format!("{host}/{name}") };
        format!(
            "base_url = \"https://{base}\"\n\
             edit_url = \"https://github.com/{owner}/{name}/edit/main/{{path}}\"\n\
             history_url = \"https://github.com/{owner}/{name}/commits/main/{{path}}\""
        )
    }
}

/// Writes the project into `dir`; refuses where there already is one. With `github`, what publishes it
/// from there as well.
pub(super) fn run(dir: &Path, github: Option<&GithubRepository>) -> Result<u8, Failure> {
    // `purplebook.toml` reads better than `./purplebook.toml`.
    let dir = dir.strip_prefix(".").unwrap_or(dir);
    let workflow = github.map(|_| WORKFLOW.0);
    for name in [FILE_NAME, "content"].into_iter().chain(workflow) {
        let path = dir.join(name);
        if fs::symlink_metadata(&path).is_ok() {
            let help = "choose another folder, or add single files with `purplebook new`";
            return Err(Failure::help(format!("{} exists; nothing was changed", path.display()), help));
        }
    }
    let mut out = io::stdout().lock();
    let rule = uuid::Uuid::new_v4().to_string();
    let addresses = github.map_or_else(|| NO_ADDRESSES.to_owned(), GithubRepository::addresses);
    for (path, template) in FILES {
        let id = uuid::Uuid::new_v4().to_string();
        let values = [("id", id.as_str()), ("rule", &rule), ("addresses", &addresses)];
        let path = dir.join(fill(path, &values));
        create(&path, &fill(template, &values))?;
        writeln!(out, "created {}", path.display())?;
    }
    if github.is_some() {
        let path = dir.join(WORKFLOW.0);
        create(&path, &WORKFLOW.1.replace("VERSION", env!("CARGO_PKG_VERSION")))?;
        writeln!(out, "created {}", path.display())?;
    }
    let ignore = dir.join(".gitignore");
    if fs::symlink_metadata(&ignore).is_ok() {
        let lines: Vec<String> = IGNORE.lines().map(|line| format!("`{line}`")).collect();
        writeln!(out, "kept {}; add the lines {} to it", ignore.display(), lines.join(" and "))?;
    } else {
        create(&ignore, IGNORE)?;
        writeln!(out, "created {}", ignore.display())?;
    }
    let command = if dir == Path::new("") { String::new() } else { format!("cd {} && ", dir.display()) };
    writeln!(out, "\nNext: {command}purplebook build")?;
    if github.is_some() {
        writeln!(out, "The site is published from the branch main; the source of Pages has to be \"GitHub Actions\".")?;
    }
    Ok(CLEAN)
}
