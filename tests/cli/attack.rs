//! `purplebook attack` as users meet it: releases compared, content taken from one to another.

// snapbox writes its snapshots with hashes.
#![allow(clippy::needless_raw_string_hashes)]

use std::fs;
use std::path::Path;

use snapbox::{assert_data_eq, str};
use tempfile::TempDir;

use crate::project::{copy, project, purplebook};

fn read(dir: &TempDir, path: &str) -> String {
    fs::read_to_string(dir.path().join(path)).expect(path)
}

/// A rule with these lines under `tags:`.
fn rule(tags: &str) -> String {
    format!(
        "title: A rule  # of ours\nid: 6b4b4a8e-5d0d-4d7c-9d1e-0d6a5c1c2f10\ntags:\n{tags}logsource:\n  product: \
         windows\n  service: system\ndetection:\n  a:\n    EventID: 7045\n  condition: a\n"
    )
}

/// The lines under `tags:` after an upgrade to 19.1, and its exit code.
fn upgraded(tags: &str) -> (i32, String) {
    let dir = project(&[("content/rules/a.yml", &rule(tags))]);
    let (code, _, err) = purplebook(dir.path(), &["attack", "upgrade", "--to", "19.1", "--fix"]);
    assert_eq!(err, "");
    let text = read(&dir, "content/rules/a.yml");
    let again = purplebook(dir.path(), &["attack", "upgrade", "--to", "v19.1", "--fix"]);
    assert_eq!(text, read(&dir, "content/rules/a.yml"), "a second run changes nothing: {}", again.1);
    let tags =
        text.split_once("tags:\n").and_then(|(_, rest)| rest.split_once("logsource:")).expect("tags").0.to_owned();
    assert_eq!(text, rule(&tags), "only tags change");
    (code, tags)
}

#[test]
fn a_dry_run_prints_the_diff_and_says_what_is_done_and_asked() {
    let tags = "    - attack.defense_evasion  # how\n    - attack.execution\n    - 'attack.t1191'\n    - attack.g0069\n    \
                - attack.t1064\n";
    let dir = project(&[("content/rules/a.yml", &rule(tags))]);
    let (code, out, err) = purplebook(dir.path(), &["attack", "upgrade", "--to", "19.1"]);
    assert_eq!((code, err.as_str()), (1, ""));
    assert_data_eq!(
        out,
        str![[r#"
--- a/content/rules/a.yml
+++ b/content/rules/a.yml
@@ -1,9 +1,9 @@
 title: A rule  # of ours
 id: 6b4b4a8e-5d0d-4d7c-9d1e-0d6a5c1c2f10
 tags:
-    - attack.defense_evasion  # how
+    - attack.stealth  # how
     - attack.execution
-    - 'attack.t1191'
+    - 'attack.t1218.003'
     - attack.g0069
     - attack.t1064
 logsource:

content/rules/a.yml
  4:7 attack.defense_evasion -> attack.stealth: ATT&CK 19.1 has no tactic `defense-evasion` any more, and the techniques are in this
  6:8 attack.t1191 -> attack.t1218.003: ATT&CK replaced T1191 by T1218.003 (System Binary Proxy Execution: CMSTP)
  8:7 attack.t1064 ? ATT&CK deprecated it (Scripting) and names nothing in its place
1 file to change, 2 references moved, 0 dropped, 1 question

"#]]
    );
    assert_eq!(read(&dir, "content/rules/a.yml"), rule(tags), "nothing is written");
}

#[test]
fn a_tag_with_one_successor_is_moved_and_its_tactics_follow() {
    // The technique's tactics changed with it: `execution` was CMSTP's, and is no longer.
    let tags = "  - attack.defense-evasion\n  - attack.execution # cmstp\n  - \"attack.T1191\"\n";
    let after = "  - attack.stealth\n  # cmstp\n  - \"attack.t1218.003\"\n";
    assert_eq!(upgraded(tags), (0, after.to_owned()));
    // Another technique holds it.
    let tags = "  - attack.execution\n  - attack.t1191\n  - attack.t1059\n";
    let after = "  - attack.execution\n  - attack.t1218.003\n  - attack.t1059\n";
    assert_eq!(upgraded(tags), (0, after.to_owned()));
    // A tactic no technique had is its author's own.
    let tags = "  - attack.impact\n  - attack.t1086\n";
    assert_eq!(upgraded(tags), (0, "  - attack.impact\n  - attack.t1059.001\n".to_owned()));
}

#[test]
fn tags_of_policies_follow_as_those_of_rules_do() {
    let policy =
        "title: P\nplatform: Windows\ntags:\n  - attack.credential-access\n  - attack.t1075\n  - attack.m1026\n";
    let dir = project(&[("content/mitigation_policies/m.yml", policy), ("content/hardening_policies/h.yml", policy)]);
    let (code, _, err) = purplebook(dir.path(), &["attack", "upgrade", "--to", "19.1", "--fix"]);
    assert_eq!((code, err.as_str()), (0, ""));
    for path in ["content/mitigation_policies/m.yml", "content/hardening_policies/h.yml"] {
        let text = read(&dir, path);
        assert!(text.contains("  - attack.t1550.002\n") && !text.contains("t1075"), "{text}");
    }
}

#[test]
fn what_would_be_there_twice_is_dropped() {
    let tags =
        "  - attack.t1562\n  - attack.t1562.001\n  - attack.t1685\n  - attack.defense_evasion\n  - attack.t1562.006\n";
    assert_eq!(upgraded(tags), (0, "  - attack.t1685\n  - attack.defense-impairment\n".to_owned()));
    // Repetitions of the author's own are not the upgrade's business.
    let tags = "  - attack.t1059\n  - attack.t1059\n";
    assert_eq!(upgraded(tags), (0, tags.to_owned()));
}

#[test]
fn a_tactic_becomes_both_its_parts_where_techniques_are_in_both() {
    let tags = "  - \"attack.defense_evasion\" # both\n  - attack.t1218.003\n  - attack.t1112\n";
    let after =
        "  - \"attack.stealth\"\n  - \"attack.defense-impairment\" # both\n  - attack.t1218.003\n  - attack.t1112\n";
    assert_eq!(upgraded(tags), (0, after.to_owned()));
}

#[test]
fn what_has_no_single_successor_stays_and_is_asked() {
    for tags in [
        "  - attack.defense-evasion\n",
        "  - attack.defense-evasion\n  - attack.t1548.002\n",
        "  - attack.t1064\n",
        "  - attack.process_injection\n",
        "  - attack.t9999\n",
    ] {
        assert_eq!(upgraded(tags), (1, tags.to_owned()), "{tags}");
    }
}

#[test]
fn triggers_move_with_their_folder_and_all_in_it() {
    let test = "attack_technique: T1191  # CMSTP\ndisplay_name: CMSTP\natomic_tests:\n- name: x\n  executor:\n    name: \
                command_prompt\n    command: cmstp /s PathToAtomicsFolder\\T1191\\src\\T1191.inf\n";
    let dir = project(&[
        ("content/triggers/T1191/T1191.yaml", test),
        ("content/triggers/T1191/T1191.md", "# T1191\n"),
        ("content/triggers/T1191/src/T1191.inf", "[x]\n"),
        ("content/triggers/T1022/T1022.yaml", &test.replace("T1191", "T1022")),
        ("content/triggers/T1560/T1560.yaml", &test.replace("T1191", "T1560")),
    ]);
    let (code, out, _) = purplebook(dir.path(), &["attack", "upgrade", "--to", "19.1"]);
    assert_eq!(code, 1);
    assert_data_eq!(
        out,
        str![[r#"
diff --git a/content/triggers/T1191/T1191.md b/content/triggers/T1218.003/T1218.003.md
rename from content/triggers/T1191/T1191.md
rename to content/triggers/T1218.003/T1218.003.md
diff --git a/content/triggers/T1191/T1191.yaml b/content/triggers/T1218.003/T1218.003.yaml
rename from content/triggers/T1191/T1191.yaml
rename to content/triggers/T1218.003/T1218.003.yaml
--- a/content/triggers/T1191/T1191.yaml
+++ b/content/triggers/T1218.003/T1218.003.yaml
@@ -1,7 +1,7 @@
-attack_technique: T1191  # CMSTP
+attack_technique: T1218.003  # CMSTP
 display_name: CMSTP
 atomic_tests:
 - name: x
   executor:
     name: command_prompt
-    command: cmstp /s PathToAtomicsFolder/T1191/src/T1191.inf
+    command: cmstp /s PathToAtomicsFolder/T1218.003/src/T1191.inf

content/triggers/T1022/T1022.yaml
  1:19 T1022 ? ATT&CK replaced T1022 by T1560 (Archive Collected Data); `content/triggers/T1560` is there already, so the tests have to be put together
      candidates: T1560
content/triggers/T1191/T1191.md
  moved to content/triggers/T1218.003/T1218.003.md
content/triggers/T1191/T1191.yaml
  1:19 T1191 -> T1218.003: ATT&CK replaced T1191 by T1218.003 (System Binary Proxy Execution: CMSTP)
  7:43 T1191 -> T1218.003: the folder is named by its technique
  moved to content/triggers/T1218.003/T1218.003.yaml
content/triggers/T1191/ -> content/triggers/T1218.003/
2 files to change, 2 of them renamed, 2 references moved, 0 dropped, 1 question

"#]]
    );
    let (code, ..) = purplebook(dir.path(), &["attack", "upgrade", "--to", "19.1", "--fix"]);
    assert_eq!(code, 1);
    let folder = "content/triggers/T1218.003";
    let moved = test.replacen("T1191", "T1218.003", 1).replace("Folder\\T1191", "Folder\\T1218.003");
    assert_eq!(read(&dir, &format!("{folder}/T1218.003.yaml")), moved);
    assert_eq!(read(&dir, &format!("{folder}/T1218.003.md")), "# T1191\n");
    assert_eq!(read(&dir, &format!("{folder}/src/T1191.inf")), "[x]\n");
    assert!(!dir.path().join("content/triggers/T1191").exists());
    assert_eq!(read(&dir, "content/triggers/T1022/T1022.yaml"), test.replace("T1191", "T1022"));
}

#[test]
fn releases_are_listed_and_compared() {
    let dir = project(&[]);
    let (code, out, err) = purplebook(dir.path(), &["attack", "list"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_data_eq!(
        out,
        str![[r#"
19.1  built-in facts (Enterprise 19.1, Mobile 18.1, ICS 19.0), in use
  Enterprise 19.1: 15 tactics, 222 techniques, 475 sub-techniques, 174 groups, 821 software, 56 campaigns, 44 mitigations
  Mobile 18.1: 12 tactics, 77 techniques, 47 sub-techniques, 17 groups, 124 software, 3 campaigns, 13 mitigations
  ICS 19.0: 12 tactics, 79 techniques, 18 sub-techniques, 14 groups, 23 software, 7 campaigns, 52 mitigations
  815 retired ids
18.1  built-in facts (Enterprise 18.1, Mobile 18.1, ICS 18.1)
  Enterprise 18.1: 14 tactics, 216 techniques, 475 sub-techniques, 172 groups, 784 software, 52 campaigns, 44 mitigations
  Mobile 18.1: 12 tactics, 77 techniques, 47 sub-techniques, 17 groups, 122 software, 3 campaigns, 13 mitigations
  ICS 18.1: 12 tactics, 83 techniques, 14 groups, 23 software, 7 campaigns, 52 mitigations
  789 retired ids

"#]]
    );
    let (code, out, _) = purplebook(dir.path(), &["attack", "diff", "18.1", "19.1"]);
    assert_eq!(code, 0);
    let of = |title: &str| -> Vec<&str> {
        out.lines().skip_while(|line| !line.starts_with(title)).take_while(|line| !line.is_empty()).collect()
    };
    assert_eq!(of("tactic"), ["tactic added: 1", "  TA0112 Defense Impairment"]);
    assert_eq!(of("technique renamed")[1], "  T1211 Exploitation for Defense Evasion -> Exploitation for Stealth");
    assert_eq!(of("technique revoked").len() - 1, 17 + 9, "Enterprise and ICS");
    assert!(of("technique revoked").contains(&"  T1656 Impersonation -> T1684.001 Social Engineering: Impersonation"));
    assert!(of("technique moved").contains(&"  T1610 Deploy Container (-defense-evasion)"));
    let (_, json, _) = purplebook(dir.path(), &["attack", "diff", "18.1", "19.1", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["added"].as_array().map(Vec::len), Some(92));
    assert_eq!(json["revoked"][0]["by"]["id"], "T1691.001");
    let same = purplebook(dir.path(), &["attack", "diff", "19.1", "19.1"]);
    assert_eq!(same, (0, "ATT&CK 19.1 and 19.1 do not differ\n".to_owned(), String::new()));
    let unknown = purplebook(dir.path(), &["attack", "diff", "18.1", "20.0"]);
    let message = "error: ATT&CK 20.0 is not at hand; at hand are `19.1` and `18.1`\n";
    assert_eq!(unknown, (2, String::new(), message.to_owned()));
}

#[test]
fn bundles_are_imported_to_a_file_the_configuration_names() {
    let bundle = r#"{"type": "bundle", "objects": [
        {"type": "x-mitre-collection", "id": "c", "x_mitre_version": "20.0"},
        {"type": "x-mitre-matrix", "id": "m", "tactic_refs": ["t"], "external_references":
         [{"source_name": "mitre-attack", "external_id": "enterprise-attack"}]},
        {"type": "x-mitre-tactic", "id": "t", "name": "Stealth", "x_mitre_shortname": "stealth", "external_references":
         [{"source_name": "mitre-attack", "external_id": "TA0005"}]},
        {"type": "attack-pattern", "id": "p", "name": "CMSTP", "description": "A sentence.", "kill_chain_phases":
         [{"kill_chain_name": "mitre-attack", "phase_name": "stealth"}], "external_references":
         [{"source_name": "mitre-attack", "external_id": "T1218.003"}]}]}"#;
    let dir = project(&[("stix.json", bundle)]);
    let (code, out, err) = purplebook(dir.path(), &["attack", "import", "stix.json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_data_eq!(
        out,
        str![[r#"
created attack-20.0.tsv: Enterprise 20.0, 2 objects, 0 relations

To use it, in purplebook.toml:

[attack]
bundle = "attack-20.0.tsv"

"#]]
    );
    let facts = read(&dir, "attack-20.0.tsv");
    assert!(facts.contains("\nT1218.003\tactive\tCMSTP\t\t\tTA0005\t\t\n") && !facts.contains("sentence"), "{facts}");
    let again = purplebook(dir.path(), &["attack", "import", "stix.json"]);
    assert_eq!(again, (2, String::new(), "error: attack-20.0.tsv exists; it was not changed\n".to_owned()));
    assert_eq!(purplebook(dir.path(), &["attack", "import", "stix.json", "--force"]).0, 0);
    let from_file = purplebook(dir.path(), &["attack", "diff", "19.1", "attack-20.0.tsv"]);
    assert_eq!(from_file.0, 0);
    assert!(from_file.1.contains("\ntactic removed: 14\n"), "{}", from_file.1);
    assert_eq!(from_file, purplebook(dir.path(), &["attack", "diff", "19.1", "stix.json"]));
    fs::write(dir.path().join("purplebook.toml"), "[attack]\nbundle = \"attack-20.0.tsv\"\n").expect("written");
    let (_, out, _) = purplebook(dir.path(), &["attack", "list"]);
    let enterprise = "20.0  STIX bundles (Enterprise 20.0), built-in facts (Mobile 18.1, ICS 19.0), in use\n  Enterprise 20.0: 1 \
                      tactic, 1 sub-technique\n";
    assert!(out.starts_with(enterprise), "{out}");
    assert_eq!(from_file, purplebook(dir.path(), &["attack", "diff", "19.1", "20.0"]));
}

/// A copy of published content, or `None` with a line that says so.
fn corpus(name: &str, folders: &[(&str, &str)]) -> Option<TempDir> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(name);
    if !from.is_dir() {
        println!("skipped: {} is not at hand", from.display());
        return None;
    }
    let dir = TempDir::new().expect("a temporary folder");
    let mut config = "[content]\n".to_owned();
    for (key, folder) in folders {
        copy(&from.join(folder), &dir.path().join(folder));
        config = format!("{config}{key} = \"{folder}\"\n");
    }
    fs::write(dir.path().join("purplebook.toml"), config).expect("written");
    Some(dir)
}

/// Upgrades, and compares the places of the questions with those of what `check` still says of
/// ATT&CK.
fn only_questions_are_left(dir: &TempDir) -> usize {
    let fix = || purplebook(dir.path(), &["attack", "upgrade", "--to", "19.1", "--fix"]);
    let (code, first, err) = fix();
    assert_eq!((code, err.as_str()), (1, ""));
    assert!(!first.contains("is not edited"), "{first}");
    let (_, second, _) = fix();
    assert!(second.contains("\n0 files changed, 0 references moved, 0 dropped, "), "{second}");
    let mut path = "";
    let mut asked = Vec::new();
    for line in second.lines() {
        match line.strip_prefix("  ").and_then(|line| line.split_once(' ')) {
            Some((at, rest)) if rest.contains(" ? ") => asked.push(format!("{path}:{at}")),
            Some(_) => {}
            None => path = line,
        }
    }
    // A site without links: what is looked at is the content.
    fs::create_dir_all(dir.path().join("site")).expect("a folder");
    let (_, found, _) = purplebook(dir.path(), &["check", "--format", "concise", "--output", "site"]);
    let found: Vec<String> = found
        .lines()
        .filter_map(|line| {
            let at = line.split_once(": ")?.0.to_owned();
            let is_left = (201..=210).any(|code| line.contains(&format!("[PB{code}]")));
            // A tactic its technique has left is asked; one without a technique is its author's.
            (is_left || (line.contains("[PB213]") && asked.contains(&at))).then_some(at)
        })
        .collect();
    asked.sort();
    let mut sorted = found;
    sorted.sort();
    assert_eq!(asked, sorted);
    asked.len()
}

#[test]
fn the_rules_of_2019_are_current_but_for_the_questions() {
    let Some(dir) = corpus("sigma-2019", &[("rules", "rules")]) else { return };
    assert_eq!(only_questions_are_left(&dir), 10);
}

#[test]
fn the_content_of_2022_is_current_but_for_the_questions() {
    let folders = [
        ("rules", "rules"),
        ("triggers", "Triggers"),
        ("response_playbooks", "Response_Playbooks"),
        ("mitigation_policies", "Mitigation_Policies"),
        ("hardening_policies", "Hardening_Policies"),
    ];
    let Some(dir) = corpus("atc-2022", &folders) else { return };
    assert_eq!(only_questions_are_left(&dir), 20);
}
