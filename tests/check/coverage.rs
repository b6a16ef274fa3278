//! Coverage beside a recorded one: `check --coverage-baseline` and `[coverage] baseline`.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::project::{check, project, purplebook, write};

const RULE: &str = "\
title: TITLE
id: ID
tags:
TAGS
logsource:
  product: windows
  category: process_creation
detection:
  selection:
    EventID: 1
    Image: TITLE
  condition: selection
";

const POWERSHELL: &str = "11111111-1111-4111-8111-111111111111";
const SHELL: &str = "22222222-2222-4222-8222-222222222222";

fn rule(title: &str, id: &str, techniques: &[&str]) -> String {
    let tags: Vec<String> = techniques.iter().map(|id| format!("  - attack.{id}")).collect();
    RULE.replace("TITLE", title).replace("ID\n", &format!("{id}\n")).replace("TAGS", &tags.join("\n"))
}

const TRIGGER: &str = "\
attack_technique: T1059.001
display_name: PowerShell
atomic_tests:
  - name: Mimikatz
    auto_generated_guid: f3132740-55bc-48c4-bcc0-758a459cd027
    description: Runs it.
    supported_platforms: [windows]
    executor:
      name: powershell
      command: whoami
  - name: By hand
    description: Do it.
    supported_platforms: [windows]
    executor:
      name: manual
      steps: Do it.
";

const DATA: &str = "\
title: DN_0001_process
description: A process was created
platform: Windows
event_id: [1]
logsource:
  - product: windows
    category: process_creation
fields:
  - EventID
  - Image
";

const RECORDED: &str = r#"{
  "version": 1,
  "attack": "19.1",
  "tactics": [
    {"id": "TA0002", "name": "Execution", "techniques": 1}
  ],
  "techniques": [
    {
      "id": "T1059.001",
      "rules": [
        "11111111-1111-4111-8111-111111111111",
        "22222222-2222-4222-8222-222222222222",
        "content/rules/no_id.yml"
      ],
      "tests": [
        "By hand",
        "f3132740-55bc-48c4-bcc0-758a459cd027"
      ],
      "data_needed": [
        "DN_0001_process"
      ]
    },
    {
      "id": "T1059.003",
      "rules": [
        "22222222-2222-4222-8222-222222222222"
      ],
      "data_needed": [
        "DN_0001_process"
      ]
    }
  ]
}
"#;

/// A project with two sub-techniques of one technique covered, one of them tested.
fn covered() -> TempDir {
    let dir = project(&[]);
    let root = dir.path();
    // What these tests are not about.
    write(
        root,
        "purplebook.toml",
        "[coverage]\nbaseline = \"ci/coverage.json\"\n[check]\nallow = [\"PB214\", \"PB412\"]\n",
    );
    fs::create_dir_all(root.join("ci")).expect("a folder");
    write(root, "content/rules/powershell.yml", &rule("PowerShell", POWERSHELL, &["t1059.001"]));
    write(root, "content/rules/shell.yml", &rule("Shell", SHELL, &["t1059.001", "t1059.003"]));
    let no_id = rule("No id", "ID", &["t1059.001"]).replace("id: ID\n", "");
    write(root, "content/rules/no_id.yml", &no_id);
    write(root, "content/triggers/T1059.001/T1059.001.yaml", TRIGGER);
    write(root, "content/data_needed/DN_0001_process.yml", DATA);
    dir
}

fn said(code: i32, out: &str, err: &str) -> (i32, String, String) {
    (code, out.to_owned(), err.to_owned())
}

fn recorded() -> TempDir {
    let dir = covered();
    let written = said(0, "coverage of 2 techniques written to ci/coverage.json\n", "");
    assert_eq!(check(dir.path(), &["--coverage-baseline", "write"]), written);
    dir
}

fn file(root: &Path) -> String {
    fs::read_to_string(root.join("ci/coverage.json")).expect("the recorded coverage")
}

#[test]
fn what_is_covered_is_recorded_line_by_line_and_no_drop() {
    let dir = recorded();
    assert_eq!(file(dir.path()), RECORDED);
    assert_eq!(check(dir.path(), &[]), said(0, "no findings\n", ""));
    assert_eq!(check(dir.path(), &["--coverage-baseline", "use"]), said(0, "no findings\n", ""));
    // More is no drop either, and is recorded when asked for.
    write(dir.path(), "content/rules/task.yml", &rule("Task", "33333333-3333-4333-8333-333333333333", &["t1053.005"]));
    assert_eq!(check(dir.path(), &[]), said(0, "no findings\n", ""));
    assert_eq!(file(dir.path()), RECORDED);
    assert_eq!(
        check(dir.path(), &["--coverage-baseline", "write"]).1,
        "coverage of 3 techniques written to ci/coverage.json\n"
    );
}

#[test]
fn a_technique_without_its_rules_is_told_with_their_ids() {
    let dir = recorded();
    let root = dir.path();
    // The rule is there still, with one technique of its two.
    write(root, "content/rules/shell.yml", &rule("Shell", SHELL, &["t1059.001"]));
    let lost = "ci/coverage.json:24:14: warning[PB614] no rule covers T1059.003 (Windows Command Shell) any more; when \
                coverage was recorded, `22222222-2222-4222-8222-222222222222` did\n1 warning in 1 file\n";
    assert_eq!(check(root, &[]), said(1, lost, ""));
    let human = purplebook(root, &["check", "--output", "site"]).1;
    assert!(
        human.contains("content/rules/shell.yml:3:1") && human.contains("this rule has other techniques now"),
        "{human}"
    );
    assert!(human.contains("bring it back, or accept it with `purplebook check --coverage-baseline write`"), "{human}");
    // It is accepted.
    assert_eq!(check(root, &["--coverage-baseline", "write"]).0, 0);
    assert_eq!(check(root, &[]), said(0, "no findings\n", ""));
}

#[test]
fn a_tactic_with_fewer_techniques_is_told_beside_them() {
    let dir = recorded();
    let root = dir.path();
    for name in ["powershell", "shell", "no_id"] {
        fs::remove_file(root.join(format!("content/rules/{name}.yml"))).expect("removed");
    }
    let lost = "\
ci/coverage.json:5:13: warning[PB617] rules cover 0 of the 20 techniques of `Execution`; when coverage was recorded they covered 1
ci/coverage.json:9:14: warning[PB614] no rule covers T1059.001 (PowerShell) any more; when coverage was recorded, `11111111-1111-4111-8111-111111111111`, `22222222-2222-4222-8222-222222222222` and `content/rules/no_id.yml` did
ci/coverage.json:24:14: warning[PB614] no rule covers T1059.003 (Windows Command Shell) any more; when coverage was recorded, `22222222-2222-4222-8222-222222222222` did
3 warnings in 1 file
";
    assert_eq!(check(root, &[]), said(1, lost, ""));
    // What moved to a sub-technique is no drop for the technique, but is for the sub-technique.
    write(root, "ci/coverage.json", &RECORDED.replace("T1059.003", "T1059"));
    write(root, "content/rules/shell.yml", &rule("Shell", SHELL, &["t1059.004"]));
    let (code, out, _) = check(root, &[]);
    assert_eq!((code, out.lines().count()), (1, 2), "{out}");
    assert!(
        out.starts_with("ci/coverage.json:9:14: warning[PB614] no rule covers T1059.001 (PowerShell) any more"),
        "{out}"
    );
}

#[test]
fn tests_and_data_needed_that_are_gone_are_told() {
    let dir = recorded();
    let root = dir.path();
    fs::remove_dir_all(root.join("content/triggers")).expect("removed");
    fs::remove_dir_all(root.join("content/data_needed")).expect("removed");
    let lost = "\
ci/coverage.json:9:14: warning[PB615] no Trigger tests T1059.001 (PowerShell) any more; when coverage was recorded, `By hand` and `f3132740-55bc-48c4-bcc0-758a459cd027` did
ci/coverage.json:9:14: warning[PB616] no Data Needed serves the rules of T1059.001 (PowerShell) any more; when coverage was recorded, `DN_0001_process` did
ci/coverage.json:24:14: warning[PB616] no Data Needed serves the rules of T1059.003 (Windows Command Shell) any more; when coverage was recorded, `DN_0001_process` did
3 warnings in 1 file
";
    assert_eq!(check(root, &[]), said(1, lost, ""));
    // Levels are chosen as for any finding.
    write(
        root,
        "purplebook.toml",
        "[coverage]\nbaseline = \"ci/coverage.json\"\n[check]\nallow = [\"PB214\", \"PB412\", \"PB615\", \"PB616\"]\n",
    );
    assert_eq!(check(root, &[]), said(0, "no findings\n", ""));
}

#[test]
fn a_new_release_of_attack_is_no_drop() {
    let dir = covered();
    let root = dir.path();
    // T1086 became T1059.001 in ATT&CK 7; T1043 was deprecated; TA0005 was split in 19.
    let old = r#"{
  "version": 1,
  "attack": "6.3",
  "tactics": [
    {"id": "TA0002", "name": "Execution", "techniques": 9},
    {"id": "TA0005", "name": "Defense Evasion", "techniques": 3}
  ],
  "techniques": [
    {"id": "T1043", "rules": ["a"]},
    {"id": "T1086", "rules": ["a"], "tests": ["b"], "data_needed": ["c"]}
  ]
}
"#;
    write(root, "ci/coverage.json", old);
    assert_eq!(check(root, &[]), said(0, "no findings\n", ""));
    // Where the successor is not covered, it is one.
    for name in ["powershell", "shell", "no_id"] {
        fs::remove_file(root.join(format!("content/rules/{name}.yml"))).expect("removed");
    }
    let lost = "\
ci/coverage.json:5:13: warning[PB617] rules cover 0 of the 20 techniques of `Execution`; when coverage was recorded they covered 1
ci/coverage.json:10:13: warning[PB614] no rule covers T1059.001 (PowerShell, recorded as T1086) any more; when coverage was recorded, `a` did
2 warnings in 1 file
";
    assert_eq!(check(root, &[]), said(1, lost, ""));
}

#[test]
fn the_file_need_not_be_named_in_the_configuration() {
    let dir = covered();
    let root = dir.path();
    write(root, "purplebook.toml", "[check]\nallow = [\"PB214\", \"PB412\"]\n");
    let written = "coverage of 2 techniques written to purplebook-coverage.json\n";
    assert_eq!(check(root, &["--coverage-baseline", "write"]), said(0, written, ""));
    write(root, "content/rules/shell.yml", &rule("Shell", SHELL, &["t1059.001"]));
    // Asked for by nobody, it is not used.
    assert_eq!(check(root, &[]), said(0, "no findings\n", ""));
    assert_eq!(check(root, &["--coverage-baseline", "use"]).0, 1);
    // A drop can be a known finding.
    let both = ["--coverage-baseline", "use", "--baseline", "write"];
    assert_eq!(check(root, &both), said(0, "1 finding written to purplebook-baseline.json\n", ""));
    let known = "note: 1 finding known from purplebook-baseline.json not shown\n";
    assert_eq!(check(root, &["--coverage-baseline", "use", "--baseline", "use"]), said(0, "no findings\n", known));
    // Both files at once.
    let both = ["--coverage-baseline", "write", "--baseline", "write"];
    let written =
        "coverage of 1 technique written to purplebook-coverage.json\n0 findings written to purplebook-baseline.json\n";
    assert_eq!(check(root, &both), said(0, written, ""));
}

#[test]
fn a_file_that_cannot_be_used_ends_the_check() {
    let dir = covered();
    let root = dir.path();
    let (code, out, err) = check(root, &[]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.starts_with("error: cannot read `") && err.contains("coverage.json`: "), "{err}");
    assert!(err.ends_with("help: `purplebook check --coverage-baseline write` writes it\n"), "{err}");
    let help = "help: `purplebook check --coverage-baseline write` writes it\n";
    for (text, why) in [
        ("<<<<<<< HEAD\n", "expected value at line 1 column 1"),
        (
            "{\"version\": 2, \"attack\": \"19.1\", \"tactics\": [], \"techniques\": []}",
            "it is of version 2, and this purplebook knows version 1",
        ),
        (
            "{\"version\": 1, \"attack\": \"19.1\", \"tactics\": [],\n\"techniques\": [\n{\"id\": \"T1059\"},\n{\n\"id\": 1}]}",
            "line 5: invalid type: integer `1`, expected a string",
        ),
    ] {
        write(root, "ci/coverage.json", text);
        let expected = format!("error: ci/coverage.json is no file of recorded coverage: {why}\n{help}");
        assert_eq!(check(root, &[]), said(2, "", &expected), "{text}");
    }
    assert_eq!(
        check(root, &["--coverage-baseline", "both"]).2,
        "error: invalid value 'both' for '--coverage-baseline <write|use>'\n  [possible values: write, use]\n\nFor more \
         information, try '--help'.\n"
    );
}

#[test]
fn services_see_the_file_from_the_root_of_the_repository() {
    let dir = recorded();
    let root = dir.path();
    fs::create_dir(root.join(".git")).expect("a folder");
    write(root, "content/rules/shell.yml", &rule("Shell", SHELL, &["t1059.001"]));
    let (_, out, _) = purplebook(root, &["check", "--output", "site", "--format", "github"]);
    assert!(out.contains("file=ci/coverage.json,line=24,"), "{out}");
}
