//! `purplebook check` and `purplebook build` as users meet them: text, exit codes, files.

// snapbox writes its snapshots with hashes.
#![allow(clippy::needless_raw_string_hashes)]

use std::fs;

use snapbox::{assert_data_eq, str};

use crate::project::{project, purplebook};

const RULE: &str = "\
title: Shell as a service
id: 6b4b4a8e-5d0d-4d7c-9d1e-0d6a5c1c2f10
tags:
  - attack.privilege_escalation
  - attack.t9999
logsource:
  product: windows
  service: system
detection:
  selection:
    EventID: 7045
    ServiceFileName: cmd.exe
  condition: selection
";

#[test]
fn what_init_and_new_write_passes_a_check() {
    let dir = project(&[]);
    assert_eq!(purplebook(dir.path(), &["init"]).0, 0);
    for (kind, name) in [
        ("rule", "Office starts cmd: \"macro\""),
        ("data-needed", "DN_0009_4688_windows_process"),
        ("logging-policy", "LP_0009_windows_audit"),
        ("enrichment", "EN_0009_owner"),
        ("trigger", "T1059.003"),
        ("response-action", "RA_0009_find_hosts"),
        ("response-playbook", "RP_0009_office"),
        ("response-stage", "Deter"),
        ("mitigation-system", "MS_0009_defender"),
        ("mitigation-policy", "MP_0009_office"),
        ("hardening-policy", "HP_0009_wdigest"),
        ("use-case", "UC_0009_documents"),
        ("customer", "CU_0009_example"),
        ("page", "On *call*: who & when"),
    ] {
        let (code, _, err) = purplebook(dir.path(), &["new", kind, name]);
        assert_eq!((code, err.as_str()), (0, ""), "{kind}");
    }
    let clean = (0, "no findings\n".to_owned(), String::new());
    assert_eq!(purplebook(dir.path(), &["check", "--output", "site"]), clean);
}

#[test]
fn a_finding_is_shown_at_its_value_and_fails_the_check() {
    let dir = project(&[("content/rules/service.yml", RULE)]);
    let (code, out, err) = purplebook(dir.path(), &["check", "--output", "site"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert_data_eq!(
        out,
        str![[r#"
content/rules/service.yml:4:5: note[PB210] [..]
  |
4 |   - attack.privilege_escalation
  |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
  = help: use `attack.privilege-escalation`

content/rules/service.yml:5:5: error[PB201] ATT&CK 19.1 has no technique `t9999`
  |
5 |   - attack.t9999
  |     ^^^^^^^^^^^^

1 error, 1 note in 1 file

"#]]
    );
}

#[test]
fn notes_do_not_fail_a_check() {
    let dir = project(&[("content/rules/service.yml", &RULE.replace("  - attack.t9999\n", ""))]);
    let (code, out, _) = purplebook(dir.path(), &["check", "--output", "site", "--format", "concise"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.ends_with("1 note in 1 file\n"), "{out}");
    assert_eq!(out.lines().count(), 2, "{out}");
}

#[test]
fn programs_get_json() {
    let dir = project(&[("content/rules/service.yml", RULE)]);
    let (code, out, _) = purplebook(dir.path(), &["check", "--output", "site", "--format", "json"]);
    assert_eq!(code, 1);
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["summary"], serde_json::json!({ "errors": 1, "warnings": 0, "notes": 1 }));
    let first = &document["findings"][1];
    assert_eq!(first["code"], "PB201");
    assert_eq!(
        first["place"],
        serde_json::json!({
            "path": "content/rules/service.yml", "line": 5, "column": 5, "endLine": 5, "endColumn": 17
        })
    );
}

#[test]
fn findings_of_the_site_stand_beside_those_of_the_content() {
    let dir = project(&[
        ("content/rules/service.yml", RULE),
        ("site/index.html", "<!DOCTYPE html>\n<a href=\"gone.html\">x</a>\n"),
    ]);
    let (code, out, _) = purplebook(dir.path(), &["check", "--output", "site", "--format", "concise"]);
    assert_eq!(code, 1);
    assert!(out.contains("content/rules/service.yml:5:5: error[PB201] "), "{out}");
    assert!(out.contains("\nsite/index.html:2:10: error[PB504] "), "{out}");
    assert!(out.ends_with("2 errors, 1 note in 2 files\n"), "{out}");
}

#[test]
fn a_build_counts_what_it_found_and_shows_what_it_left_out() {
    let dir = project(&[
        ("content/rules/service.yml", &RULE.replace("  - attack.t9999\n", "")),
        ("content/rules/broken.yml", "title: [\n"),
        ("content/pages/about.md", "# About\n"),
    ]);
    let (code, out, err) = purplebook(dir.path(), &["build", "--jobs", "1", "-o", "public"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.starts_with("content/rules/broken.yml:2:1: error[PB001] "), "{err}");
    assert_data_eq!(
        out,
        str![[r#"
                        found rendered rejected
Detection Rules             2        1        1
Pages                       1        1        0
Total                       3        2        1

1 error, 1 note in 2 files; `purplebook check` shows all
[..] pages ([..] files) written to public in [..] s

"#]]
    );
    for file in ["index.html", "about.html", "Detection_Rules/service.html", "Detection_Rules/service.md"] {
        assert!(dir.path().join("public").join(file).is_file(), "{file}");
    }
}

#[test]
fn a_folder_of_somebody_else_is_not_replaced() {
    let dir = project(&[("mine/letter.txt", "dear"), ("content/pages/about.md", "# About\n")]);
    let (code, out, err) = purplebook(dir.path(), &["build", "-o", "mine"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.starts_with("error: "), "{err}");
    assert_eq!(fs::read_to_string(dir.path().join("mine/letter.txt")).expect("the letter"), "dear");
}

#[test]
fn an_unknown_version_of_attack_is_answered_with_the_known_ones() {
    let dir = project(&[]);
    let (code, _, err) = purplebook(dir.path(), &["check", "--attack-version", "3.0", "--output", "site"]);
    assert_eq!(code, 2);
    assert!(err.starts_with("error: ") && err.contains("19.1"), "{err}");
}
