//! What findings advise, and which of them are left out because nobody would act on them.

use crate::project::{answer, command, findings, project};

/// The findings of `check --format json` as `code: help`.
fn helps(files: &[(&str, &str)]) -> Vec<String> {
    let dir = project(files);
    let (_, out, err) = answer(command(dir.path(), &["check", "--output", "site", "--format", "json"]));
    let report: serde_json::Value = serde_json::from_str(&out).expect(&err);
    let findings = report["findings"].as_array().expect("findings");
    let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
    findings.iter().map(|one| format!("{}: {}", text(&one["code"]), text(&one["help"]))).collect()
}

fn rule(tags: &[&str]) -> String {
    let tags = tags.join("\n  - ");
    format!(
        "title: A rule\nlogsource: {{product: windows}}\ndetection: {{a: {{b: c}}, condition: a}}\ntags:\n  - {tags}\n"
    )
}

#[test]
fn an_old_id_beside_its_successor_is_to_be_removed() {
    let of = |tags: &[&str]| helps(&[("content/rules/r.yml", &rule(tags))]);
    assert_eq!(of(&["attack.execution", "attack.t1086"]), ["PB206: use `attack.t1059.001`"]);
    let remove = ["PB206: remove it: `attack.t1059.001` is given as well"];
    assert_eq!(of(&["attack.execution", "attack.t1086", "attack.t1059.001"]), remove);
    assert_eq!(of(&["attack.t1059.001", "attack.t1086"]), remove);
}

#[test]
fn an_id_of_a_newer_release_says_which() {
    let config = ("purplebook.toml", "[attack]\nversion = \"18.1\"\n");
    assert_eq!(
        helps(&[("content/rules/r.yml", &rule(&["attack.t1685"])), config]),
        ["PB208: use ATT&CK 19.0 or later: `version` in `[attack]`, or `--attack-version`"]
    );
}

#[test]
fn an_event_of_another_log_is_pointed_at() {
    let rule = "\
title: A rule
logsource: {product: windows, service: system}
detection: {a: {EventID: [4697, 4698]}, condition: a}
";
    let data = "\
title: DN_0063_4697_service_was_installed
loggingpolicy: [None]
platform: Windows
channel: Security
fields: [EventID]
";
    let other = data.replace("0063_4697", "0005_7045").replace("Security", "System");
    let content = [
        ("content/rules/r.yml", rule),
        ("content/data_needed/DN_0005.yml", other.as_str()),
        ("content/data_needed/DN_0063.yml", data),
    ];
    assert_eq!(
        helps(&content),
        ["PB601: `DN_0063_4697_service_was_installed` describes event 4697 of the channel Security"]
    );
    let dir = project(&content);
    let message =
        "note[PB601] no Data Needed describes any of the events 4697, 4698 of product windows, service system";
    assert_eq!(findings(dir.path(), &[]), [format!("content/rules/r.yml:3:27: {message}")]);
}

#[test]
fn a_star_that_is_none_is_told_where_it_empties_a_filter() {
    let of = |filter: &str| {
        let rule = format!(
            "title: A rule\nlogsource: {{product: windows}}\ndetection:\n  selection:\n    CommandLine: '*\\Mc.exe'\n  \
             filter:\n    CommandLine: {filter}\n  condition: selection and not filter\n"
        );
        helps(&[("content/rules/r.yml", &rule)])
    };
    let star = r"PB422: the `\*` of `*\McAfee\*` is a literal `*`; for a backslash and a wildcard write `*\McAfee\\*`";
    assert_eq!(of(r"'*\McAfee\*'"), [star]);
    assert_eq!(of(r"['*\Vendor.exe', '*\McAfee\*']"), [star]);
    assert_eq!(of(r"'*\McAfee\\*'"), [""; 0]);
    assert_eq!(of(r"'*\McAfee.exe'"), ["PB422: remove it, or correct the value that rules it out"]);
    // Sigma's placeholders before `expand`: the values are not known.
    assert_eq!(of("'%Vendors%'"), [""; 0]);
}

const KEYWORDS: &str = "\
title: Keywords
logsource: {product: linux}
detection:
  keywords: [segfault]
  condition: keywords
";

const PLACEHOLDER: &str = "\
title: A placeholder
logsource: {product: windows, service: security}
detection:
  a:
    WorkstationName|expand: '%Workstations%'
  condition: a
";

#[test]
fn what_one_of_the_default_queries_cannot_say_is_no_news() {
    let (keywords, placeholder) = (("content/rules/a.yml", KEYWORDS), ("content/rules/b.yml", PLACEHOLDER));
    assert_eq!(helps(&[keywords, placeholder]), ["PB402: give it values: `placeholders` in `[queries]`"]);
    // Whoever names a query is told all it cannot say.
    let named = ("purplebook.toml", "[queries]\nshow = [\"splunk\", \"lucene\", \"esql\", \"eql\"]\n");
    let dir = project(&[keywords, named]);
    assert_eq!(
        findings(dir.path(), &[]),
        ["content/rules/a.yml:4:14: note[PB402] no query for eql: an EQL query cannot express this search without a \
          field"]
    );
    let values = ("purplebook.toml", "[queries.placeholders]\nWorkstations = [\"ws-*\"]\n");
    assert_eq!(helps(&[placeholder, values]), [""; 0]);
}

#[test]
fn misspelt_names_of_the_later_kinds_are_told_right() {
    let measure = "title: MP_0001_block\nmitigation_system: MS_0001_defendre\ntags: [attack.t1075, attack.t1550.002]\n";
    let of = helps(&[
        ("content/rules/r.yml", &rule(&["attack.execution", "attack.t1059"])),
        ("content/use_cases/u.yml", "title: UC_0001_case\ndetectionrule: [A ruel, \"a  rule?\"]\n"),
        ("content/customers/c.yml", "title: CU_1\nusecase: UC_0001_csae\n"),
        (
            "content/data_needed/d.yml",
            "title: DN_1\nplatform: Windows\nfields: [b]\nmitigation_policy: [MP_0001_blok, None]\n",
        ),
        ("content/mitigation_policies/m.yml", measure),
        ("content/mitigation_systems/m.yml", "title: MS_0001_defender\nplatform: Windows\n"),
    ]);
    assert_eq!(
        of,
        [
            "PB109: did you mean `UC_0001_case`?",
            "PB110: did you mean `MP_0001_block`?",
            "PB111: did you mean `MS_0001_defender`?",
            "PB206: remove it: `attack.t1550.002` is given as well",
            "PB108: did you mean `A rule`?",
            "PB108: did you mean `A rule`?",
        ]
    );
}

#[test]
fn the_usual_stages_need_no_file_while_there_is_none() {
    let of = |stage: &str, more: &[(&str, &str)]| {
        let action = format!("title: RA_1\nworkflow: w\nstage: {stage}\n");
        let mut files = vec![("content/response_actions/a.yml", action.as_str())];
        files.extend(more);
        helps(&files)
    };
    for stage in ["containment", "Lessons Learned", "lessons-learned", "deter", "None", "", "~"] {
        assert_eq!(of(stage, &[]), [""; 0], "{stage}");
    }
    assert_eq!(of("contanment", &[]), ["PB112: did you mean `containment`?"]);
    assert_eq!(of("triage", &[]), ["PB112: -"]);
    let stages = [
        ("content/response_stages/RS0003.yml", "title: Containment\nid: RS0003\n"),
        ("content/response_stages/RS0007.yml", "title: Triage\n"),
    ];
    for stage in ["containment", "RS0003", "triage", "RS0007"] {
        assert_eq!(of(stage, &stages), [""; 0], "{stage}");
    }
    // Not offered, since it has no file either.
    assert_eq!(of("eradicatoin", &stages), ["PB112: -"]);
    assert_eq!(of("Containmnet", &stages), ["PB112: did you mean `Containment`?"]);
}
