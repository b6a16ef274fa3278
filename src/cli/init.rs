//! `purplebook init`: a small knowledge base to start from, with an example of every kind.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::CLEAN;
use super::failure::Failure;
use super::template::{create, fill};
use crate::config::FILE_NAME;

/// The files, with their paths. `{{id}}` is a fresh UUID in each project.
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

/// Writes the project into `dir`; refuses where there already is one.
pub(super) fn run(dir: &Path) -> Result<u8, Failure> {
    // `purplebook.toml` reads better than `./purplebook.toml`.
    let dir = dir.strip_prefix(".").unwrap_or(dir);
    for name in [FILE_NAME, "content"] {
        let path = dir.join(name);
        if fs::symlink_metadata(&path).is_ok() {
            let help = "choose another folder, or add single files with `purplebook new`";
            return Err(Failure::help(format!("{} exists; nothing was changed", path.display()), help));
        }
    }
    let mut out = io::stdout().lock();
    for (path, template) in FILES {
        let path = dir.join(path);
        create(&path, &fill(template, &[("id", &uuid::Uuid::new_v4().to_string())]))?;
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
    Ok(CLEAN)
}
