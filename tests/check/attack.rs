//! What `check` says of references to ATT&CK: each tag on its own line, and whole collections.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::project::{findings, project};

/// The findings on a rule with these tags, without the file's name: the first tag is on line 7.
fn tagged_in(version: &str, tags: &[&str]) -> Vec<String> {
    let list = tags.join("\n  - ");
    let text = format!(
        "title: A rule\nlogsource: {{product: windows}}\ndetection:\n  a: {{b: c}}\n  condition: a\ntags:\n  - {list}\n"
    );
    let dir = project(&[("content/rules/r.yml", &text)]);
    let lines = findings(dir.path(), &["--attack-version", version]);
    // What tags say of each other has tests of its own.
    let alone = |line: &String| !["[PB213]", "[PB214]", "[PB215]", "[PB417]"].iter().any(|code| line.contains(code));
    lines.into_iter().filter(alone).map(|line| line.replace("content/rules/r.yml:", "")).collect()
}

fn tagged(tags: &[&str]) -> Vec<String> {
    tagged_in("19.1", tags)
}

#[test]
fn current_tags_in_any_domain_are_in_order() {
    let tags = [
        "attack.stealth",
        "attack.t1218.003",
        "attack.t1404", // Mobile
        "attack.t0800", // ICS
        "attack.g0069",
        "attack.s0002",
        "attack.m1042",
        "attack.c0001",
        "attack.ta0002",
        "car.2013-05-003",
        "cve.2021-44228",
        "tlp.amber",
        "detection.emerging-threats",
    ];
    assert_eq!(tagged(&tags), [""; 0]);
}

#[test]
fn unknown_ids_are_told_by_kind() {
    let unknown = |code, what, id| format!("error[{code}] ATT&CK 19.1 has no {what} `{id}`");
    assert_eq!(
        tagged(&["attack.t9999", "attack.t1218.999", "attack.ta9999", "attack.g9999", "attack.s99999", "attack.c9999"]),
        [
            format!("7:5: {}", unknown("PB201", "technique", "t9999")),
            format!("8:5: {}", unknown("PB201", "technique", "t1218.999")),
            format!("9:5: {}", unknown("PB202", "tactic", "ta9999")),
            format!("10:5: {}", unknown("PB203", "group", "g9999")),
            format!("11:5: {}", unknown("PB204", "software", "s99999")),
            format!("12:5: {}", unknown("PB205", "object", "c9999")),
        ]
    );
}

#[test]
fn revoked_ids_name_their_successor_and_the_way_to_it() {
    assert_eq!(
        tagged(&["attack.t1191", "attack.t1073", "attack.T1086", "attack.s0001", "attack.t1064", "attack.ds0005"]),
        [
            "7:5: warning[PB206] ATT&CK replaced T1191 by T1218.003 (CMSTP)",
            "8:5: warning[PB206] ATT&CK replaced T1073 by T1574.002, then by T1574.001 (DLL)",
            "9:5: warning[PB206] ATT&CK replaced T1086 by T1059.001 (PowerShell)",
            "11:5: warning[PB207] ATT&CK deprecated T1064 (Scripting) and names nothing in its place",
            "12:5: warning[PB207] ATT&CK deprecated DS0005 (WMI) and names nothing in its place",
        ]
    );
}

#[test]
fn every_tag_is_told_even_where_two_name_one_technique() {
    assert_eq!(
        tagged(&["attack.t1059.001", "attack.t1003", "attack.t1086", "attack.t1086", "attack.T1059.001"]),
        [
            "9:5: warning[PB206] ATT&CK replaced T1086 by T1059.001 (PowerShell)",
            "10:5: warning[PB206] ATT&CK replaced T1086 by T1059.001 (PowerShell)",
            "11:5: note[PB210] the tag of T1059.001 is written `attack.t1059.001`",
        ]
    );
    assert_eq!(tagged(&["attack.t1003", "attack.t1059", "attack.t1003"]), [""; 0]);
}

#[test]
fn a_retired_tactic_is_told_by_the_techniques_beside_it() {
    let retired = |line: u32| format!("{line}:5: warning[PB209] ATT&CK 19.1 has no tactic `defense-evasion` any more");
    // Stealth, impairment, both, neither (T1550 left the tactic), and no technique at all.
    for techniques in
        [&["attack.t1036"][..], &["attack.t1685"], &["attack.t1036", "attack.t1685"], &["attack.t1550"], &[]]
    {
        let tags = [techniques, &["attack.defense-evasion"]].concat();
        assert_eq!(tagged(&tags), [retired(7 + u32::try_from(techniques.len()).expect("few"))], "{techniques:?}");
    }
    // Mobile still has the tactic, and the rule is of Mobile.
    assert_eq!(tagged(&["attack.t1406", "attack.defense-evasion"]), [""; 0]);
    // One finding a tag, also where the new name is there already.
    assert_eq!(tagged(&["attack.stealth", "attack.t1036", "attack.defense-evasion"]), [retired(9)]);
    assert_eq!(tagged_in("18.1", &["attack.t1036", "attack.defense-evasion"]), [""; 0]);
}

#[test]
fn what_a_newer_version_has_is_no_misspelling() {
    assert_eq!(
        tagged_in("18.1", &["attack.stealth", "attack.defense-impairment", "attack.t1685", "attack.g1054"]),
        [
            "7:5: error[PB208] the tactic `stealth` is known since ATT&CK 19.0; ATT&CK 18.1 is in use",
            "8:5: error[PB208] the tactic `defense-impairment` is known since ATT&CK 19.0; ATT&CK 18.1 is in use",
            "9:5: error[PB208] T1685 is known since ATT&CK 19.0; ATT&CK 18.1 is in use",
            "10:5: error[PB208] G1054 is known since ATT&CK 19.0; ATT&CK 18.1 is in use",
        ]
    );
}

#[test]
fn spellings_are_understood_and_told() {
    assert_eq!(
        tagged(&[
            "attack.credential_access",
            "attack.command and control",
            "ATTACK.execution",
            "attack.G0069",
            "t1059",
            "FIN7",
            "\"attack. t1003\"",
        ]),
        [
            "7:5: note[PB210] the tag of TA0006 is written `attack.credential-access`",
            "8:5: note[PB210] the tag of TA0011 is written `attack.command-and-control`",
            "9:5: note[PB210] the tag of TA0002 is written `attack.execution`",
            "10:5: note[PB210] the tag of G0069 is written `attack.g0069`",
            "11:5: note[PB210] the tag of T1059 is written `attack.t1059`",
            "12:5: note[PB210] the tag of G0046 is written `attack.g0046`",
            "13:6: note[PB210] the tag of T1003 is written `attack.t1003`",
        ]
    );
}

#[test]
fn names_where_ids_belong_and_misspelt_tactics_are_errors() {
    assert_eq!(
        tagged(&[
            "attack.process_injection",
            "attack.signed_binary_proxy_execution",
            "attack.muddywater",
            "attack.mimikatz",
            "attack.privelege_escalation"
        ]),
        [
            "7:5: error[PB202] `process_injection` is no tactic, but a name of T1055 (Process Injection)",
            "8:5: error[PB202] `signed_binary_proxy_execution` is no tactic, but a name of T1218 (System Binary Proxy Execution)",
            "9:5: error[PB202] `muddywater` is no tactic, but a name of G0069 (MuddyWater)",
            "10:5: error[PB202] `mimikatz` is no tactic, but a name of S0002 (Mimikatz)",
            "11:5: error[PB202] ATT&CK 19.1 has no tactic `privelege_escalation`",
        ]
    );
}

#[test]
fn ids_of_past_forms_are_known() {
    assert_eq!(
        tagged(&["attack.PRE-T1001", "attack.MOB-T1001", "attack.t1454"]),
        [
            "7:5: warning[PB207] ATT&CK deprecated PRE-T1001 (Assess leadership areas of interest) and names nothing in \
             its place",
            "8:5: warning[PB206] ATT&CK replaced MOB-T1001 by T1398 (Boot or Logon Initialization Scripts)",
            "9:5: warning[PB207] ATT&CK deprecated T1454 (Malicious SMS Message) and names nothing in its place",
        ]
    );
}

#[test]
fn a_tag_that_is_no_text_is_an_error_of_the_file() {
    let lines = tagged(&["[attack.t1003]", "{a: b}", "7"]);
    let ends = [
        "error[PB004] `tags[0]` must be text, not a list",
        "error[PB004] `tags[1]` must be text, not a mapping",
        "warning[PB216] the tag `7` has no namespace",
    ];
    assert_eq!(lines.len(), ends.len(), "{lines:?}");
    for ((line, end), number) in lines.iter().zip(ends).zip(7..) {
        assert!(line.starts_with(&format!("{number}:")) && line.ends_with(end), "{line}");
    }
}

/// ATT&CK's history as the tables beside the project have it: id in capitals → whether it has a
/// successor, for one version.
fn old_ids(shared: &Path, version: &str) -> BTreeMap<String, bool> {
    let table = fs::read_to_string(shared.join("corpus/attack/attack-old-ids.tsv")).expect("the table");
    let mut rows = table.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = rows.next().expect("a header");
    let column = |name: String| header.iter().position(|cell| *cell == name).expect("a column");
    let (status, successor) = (column(format!("status_{version}")), column(format!("successor_{version}")));
    // An id two domains share may live on in the other.
    rows.filter(|row| matches!(row[status], "revoked" | "deprecated"))
        .map(|row| (row[2].to_ascii_uppercase(), !row[successor].is_empty()))
        .collect()
}

/// What must be said of a tag, by nothing but the tables and the spelling.
fn expected(tag: &str, version: &str, old: &BTreeMap<String, bool>) -> Option<&'static str> {
    if tag == "FIN7" {
        return Some("PB210");
    }
    let rest = tag.strip_prefix("attack.")?;
    match old.get(&rest.to_ascii_uppercase()) {
        Some(true) => return Some("PB206"),
        Some(false) => return Some("PB207"),
        None => {}
    }
    if rest.starts_with("ds0") {
        return Some("PB207"); // ATT&CK 18 deprecated all data sources; the table leaves them out.
    }
    if rest.len() > 1 && rest[1..].starts_with(|c: char| c.is_ascii_digit()) {
        return (rest != rest.to_ascii_lowercase()).then_some("PB210");
    }
    match rest.replace('_', "-").as_str() {
        "defense-evasion" if version == "19.1" => Some("PB209"),
        "stealth" | "defense-impairment" if version == "18.1" => Some("PB208"),
        "process-injection" | "signed-binary-proxy-execution" => Some("PB202"),
        _ => rest.contains('_').then_some("PB210"),
    }
}

fn rule_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rule_files(&path, files);
        } else if path.extension().is_some_and(|end| end == "yml") {
            files.push(path);
        }
    }
}

/// The tags of a rule by line, read without a YAML parser.
fn tag_lines(text: &str) -> Vec<(usize, String)> {
    let mut tags = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(text.lines()) {
        let item = line.trim_start().strip_prefix("- ");
        inside = line.trim_end() == "tags:" || (inside && (item.is_some() || line.trim_start().starts_with('#')));
        if let Some(item) = item.filter(|_| inside) {
            let tag = item.split(" #").next().unwrap_or_default().trim().trim_matches(['\'', '"']);
            tags.push((number, tag.to_owned()));
        }
    }
    tags
}

/// Every tag of published collections gives the finding ATT&CK's history asks for, at its line,
/// and no other tag gives one.
#[test]
fn collections_give_exactly_the_findings_the_history_asks_for() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    if !shared.is_dir() {
        println!("skipped: {} is not there", shared.display());
        return;
    }
    let shared = shared.canonicalize().expect("a folder");
    // Each on its own line, also where one finding stands for all.
    let dir = project(&[("purplebook.toml", "[check]\nallow = [\"PB218\"]\n")]);
    let mut counts = Vec::new();
    for (set, version) in [
        ("sigma-2019/rules", "18.1"),
        ("sigma-2019/rules", "19.1"),
        ("sigma-2026/deprecated", "18.1"),
        ("sigma-2026/deprecated", "19.1"),
        ("sigma-2026/unsupported", "19.1"),
        ("sigma-2026/rules", "19.1"),
        ("atc-2022/rules", "19.1"),
    ] {
        let folder = shared.join("corpus").join(set);
        let old = old_ids(&shared, version);
        let mut files = Vec::new();
        rule_files(&folder, &mut files);
        let mut wanted = Vec::new();
        for file in &files {
            let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
            for (line, tag) in tag_lines(&fs::read_to_string(file).expect("text")) {
                wanted.extend(expected(&tag, version, &old).map(|code| format!("{name}:{line} {code}")));
            }
        }
        wanted.sort();
        let rules = folder.to_string_lossy();
        let mut given: Vec<String> = findings(dir.path(), &["--attack-version", version, "--rules", &rules])
            .iter()
            .filter(|line| ["[PB20", "[PB210", "[PB211"].iter().any(|code| line.contains(code)))
            .map(|line| {
                let (place, rest) = line.split_once(": ").expect("a place");
                let mut parts = place.rsplit(':').skip(1);
                let (number, path) = (parts.next().expect("a line"), parts.next().expect("a path"));
                let code = rest.split_once('[').and_then(|(_, rest)| rest.split_once(']')).expect("a code").0;
                format!("{}:{number} {code}", path.rsplit('/').next().expect("a name"))
            })
            .collect();
        given.sort();
        let only = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|line| !other.contains(line)).cloned().collect()
        };
        assert_eq!(only(&given, &wanted), only(&wanted, &given), "{set} under {version}: given, wanted");
        assert_eq!(given.len(), wanted.len(), "{set} under {version}");
        let of = |code: &str| wanted.iter().filter(|line| line.ends_with(code)).count();
        counts.push((set, version, of("PB206"), of("PB207"), of("PB209"), of("PB210"), of("PB202")));
    }
    // Revoked, deprecated, retired tactic, spelling, name instead of an id.
    assert_eq!(
        counts,
        [
            ("sigma-2019/rules", "18.1", 43, 1, 0, 52, 3),
            ("sigma-2019/rules", "19.1", 43, 1, 18, 34, 3),
            ("sigma-2026/deprecated", "18.1", 1, 0, 0, 54, 0),
            ("sigma-2026/deprecated", "19.1", 3, 0, 27, 29, 0),
            ("sigma-2026/unsupported", "19.1", 1, 1, 9, 22, 0),
            ("sigma-2026/rules", "19.1", 0, 1, 0, 0, 0),
            ("atc-2022/rules", "19.1", 114, 4, 82, 81, 0),
        ]
    );
}
