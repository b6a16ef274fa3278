//! How many findings of each code the public collections have, untouched.
//!
//! The findings behind these numbers were judged by hand (`docs/check-quality.md`). A number that
//! changes means findings nobody has judged: look at them before the number is written here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::project::{answer, command, project};

fn shared() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if folder.is_dir() {
        return folder.canonicalize().ok();
    }
    println!("skipped: no collections in {}", folder.display());
    None
}

/// `code count` for each code of a project whose `[content]` names these folders.
fn counts(shared: &Path, content: &[(&str, &[&str])], version: &str) -> String {
    let mut config = format!("[attack]\nversion = \"{version}\"\n[content]\n");
    for (key, folders) in content {
        let folders: Vec<String> =
            folders.iter().map(|folder| format!("'{}'", shared.join(folder).display())).collect();
        config.extend([key, " = [", &folders.join(", "), "]\n"]);
    }
    let dir = project(&[("purplebook.toml", &config)]);
    let (code, out, err) = answer(command(dir.path(), &["check", "--output", "site", "--format", "json"]));
    assert_eq!((code, err.as_str()), (1, ""), "{config}");
    let report: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in report["findings"].as_array().expect("findings") {
        *counts.entry(finding["code"].as_str().expect("a code")).or_default() += 1;
        assert!(finding["place"]["line"].as_u64().is_some_and(|line| line > 0), "{finding}");
    }
    counts.iter().map(|(code, count)| format!("{code} {count}")).collect::<Vec<_>>().join(", ")
}

const PUBLISHED: [&str; 5] = [
    "sigma-2026/rules",
    "sigma-2026/rules-compliance",
    "sigma-2026/rules-emerging-threats",
    "sigma-2026/rules-placeholder",
    "sigma-2026/rules-threat-hunting",
];

#[test]
fn sigma_of_2026() {
    let Some(shared) = shared() else { return };
    assert_eq!(
        counts(&shared, &[("rules", &PUBLISHED)], "19.1"),
        "PB106 313, PB207 1, PB213 240, PB215 27, PB402 14, PB422 2, PB424 4"
    );
    // Told once, and nothing that follows from it.
    assert_eq!(
        counts(&shared, &[("rules", &PUBLISHED)], "18.1"),
        "PB106 313, PB207 1, PB212 1, PB402 14, PB422 2, PB424 4"
    );
}

#[test]
fn sigma_of_2026_that_is_out_of_use() {
    let Some(shared) = shared() else { return };
    assert_eq!(
        counts(&shared, &[("rules", &["sigma-2026/deprecated", "sigma-2026/unsupported"])], "19.1"),
        "PB103 2, PB106 21, PB207 1, PB209 2, PB210 51, PB213 7, PB214 5, PB215 2, PB216 4, PB218 1, PB401 1, \
         PB402 26, PB415 6"
    );
}

#[test]
fn sigma_of_2019() {
    let Some(shared) = shared() else { return };
    assert_eq!(
        counts(&shared, &[("rules", &["sigma-2019/rules"])], "19.1"),
        "PB202 3, PB207 1, PB209 6, PB210 34, PB213 3, PB214 2, PB217 1, PB218 1, PB402 8, PB414 2, PB415 88, \
         PB419 1, PB421 1, PB426 3"
    );
}

#[test]
fn atomic_red_team() {
    let Some(shared) = shared() else { return };
    assert_eq!(counts(&shared, &[("triggers", &["atomics"])], "19.1"), "PB501 2");
    assert_eq!(counts(&shared, &[("triggers", &["atomics"])], "18.1"), "PB208 6, PB501 2");
}

/// All of a project of Atomic Threat Coverage.
fn atc(shared: &Path, year: &str) -> String {
    let folder = |name: &str| format!("atc-{year}/{name}");
    let kinds = [
        ("rules", folder("rules")),
        ("data_needed", folder("Data_Needed")),
        ("enrichments", folder("Enrichments")),
        ("logging_policies", folder("Logging_Policies")),
        ("triggers", folder("Triggers")),
        ("response_actions", folder("Response_Actions")),
        ("response_playbooks", folder("Response_Playbooks")),
        ("response_stages", folder("Response_Stages")),
        ("mitigation_systems", folder("Mitigation_Systems")),
        ("mitigation_policies", folder("Mitigation_Policies")),
        ("hardening_policies", folder("Hardening_Policies")),
        ("use_cases", folder("Use_Cases")),
        ("customers", folder("Customers")),
    ];
    // The later kinds are those of 2022 alone.
    let kinds: Vec<_> = kinds.into_iter().filter(|(_, folder)| shared.join(folder).is_dir()).collect();
    let folders: Vec<[&str; 1]> = kinds.iter().map(|(_, folder)| [folder.as_str()]).collect();
    let content: Vec<(&str, &[&str])> =
        kinds.iter().zip(&folders).map(|((key, _), folders)| (*key, folders.as_slice())).collect();
    counts(shared, &content, "19.1")
}

#[test]
fn atomic_threat_coverage_of_2019() {
    let Some(shared) = shared() else { return };
    assert_eq!(
        atc(&shared, "2019"),
        "PB102 3, PB105 1, PB202 4, PB209 4, PB210 29, PB213 4, PB214 1, PB218 1, PB222 4, PB402 4, PB414 1, \
         PB415 36, PB418 2, PB422 19, PB426 58, PB501 1, PB601 11, PB602 3"
    );
}

#[test]
fn atomic_threat_coverage_of_2022() {
    let Some(shared) = shared() else { return };
    assert_eq!(
        atc(&shared, "2022"),
        "PB102 1, PB105 1, PB108 5, PB207 5, PB209 12, PB210 84, PB213 11, PB214 5, PB218 1, PB224 1, PB401 3, PB402 5, \
         PB413 1, PB414 1, PB415 308, PB418 1, PB422 3, PB424 1, PB426 3, PB501 2, PB601 3, PB602 1, PB603 2"
    );
}
