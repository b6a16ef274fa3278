//! Files in, entities and findings out.

use std::path::Path;

use super::*;
use crate::model::RuleKind;
use crate::report::Finding;
use crate::text::At;

/// Files of one kind, loaded.
struct Run {
    sources: SourceSet,
    corpus: Corpus,
    findings: Findings,
}

fn run(kind: Kind, files: &[(&str, &str)]) -> Run {
    let file = |(path, text): &(&str, &str)| SourceFile {
        role: if Path::new(path).extension() == Some("md".as_ref()) {
            FileRole::TriggerPage
        } else {
            FileRole::Content(kind)
        },
        path: format!("content/{path}"),
        within: (*path).into(),
        text: (*text).into(),
    };
    let sources = SourceSet::new(files.iter().map(file).collect(), Vec::new());
    let (corpus, mut findings) = load(&sources, Attack::default());
    locate(&sources, &mut findings);
    Run { sources, corpus, findings }
}

impl Run {
    /// Code, marked text and message of each finding.
    fn problems(&self) -> Vec<String> {
        let show = |finding: &Finding| match &finding.at {
            At::Span(span) => {
                let text = &self.sources.file(span.file).text;
                let marked = &text[span.start as usize..span.end as usize];
                format!("{} {marked:?}: {}", finding.code, finding.message)
            }
            At::File(_) => format!("{} file: {}", finding.code, finding.message),
            At::Yaml(_) => panic!("not located"),
        };
        self.findings.iter().map(show).collect()
    }
}

const RULE: &str = "title: T
id: 5af54681-df95-4c26-854f-2565e13cfab0
status: test
author: [A, B]
date: 2026-01-02
references: https://one.example
tags:
  - attack.t1059
falsepositives: Unknown
logsource: {product: windows, category: process_creation}
related:
  - id: aaaa
    type: similar
data_needed: DN_1
enrichment: [EN_1, EN_2]
detection:
  s: {a: yes}
  condition: s
";

#[test]
fn a_rule_of_today() {
    let run = run(Kind::Rule, &[("windows/a.yml", RULE)]);
    assert_eq!(run.problems(), [""; 0]);
    let rule = &run.corpus.rules[0];
    assert_eq!((rule.kind, rule.ordinal, rule.title.as_str()), (RuleKind::Detection, 0, "T"));
    assert_eq!(rule.author.as_deref(), Some("A, B"));
    assert_eq!(rule.date.as_deref(), Some("2026-01-02"));
    assert_eq!(rule.references, ["https://one.example"]);
    assert_eq!(rule.falsepositives, ["Unknown"]);
    assert_eq!(rule.data_needed, ["DN_1"]);
    assert_eq!(rule.enrichments, ["EN_1", "EN_2"]);
    assert_eq!(rule.related[0].relation, "similar");
    assert_eq!(rule.logsources[0].1.category.as_deref(), Some("process_creation"));
    let origin = &rule.origin;
    assert_eq!([&origin.path, &origin.within, &origin.stem], ["content/windows/a.yml", "windows/a.yml", "a"]);
    assert_eq!(rule.documents.len(), 1);
}

#[test]
fn each_document_of_today_is_a_rule_and_correlations_name_theirs() {
    let text = "---
title: A
name: a
logsource: {product: x}
detection: {condition: x}
---
title: C
correlation:
  type: event_count
  rules: [a, b]
---
title: F
filter: {rules: a, s: {k: v}, condition: s}
logsource: {product: x}
---
title: G
filter: {rules: any}
---
";
    let run = run(Kind::Rule, &[("a.yml", text)]);
    assert_eq!(run.problems(), [""; 0]);
    let shown = run.corpus.rules.iter().map(|rule| {
        format!("{} {:?} {} {} {:?}", rule.title, rule.kind, rule.ordinal, rule.origin.document, rule.refers_to)
    });
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [r"A Detection 0 0 []", r#"C Correlation 1 1 ["a", "b"]"#, r#"F Filter 2 2 ["a"]"#, r"G Filter 3 3 []"]
    );
}

#[test]
fn a_collection_of_2019_is_one_rule() {
    let text = "---
action: global
title: T
detection: {condition: s}
---
logsource: {product: windows, service: sysmon}
detection: {s: {EventID: 1}}
level: high
---
logsource: {product: windows, service: security}
detection: {s: {EventID: 4688}}
---
";
    let run = run(Kind::Rule, &[("a.yml", text)]);
    assert_eq!(run.problems(), [""; 0]);
    let rule = &run.corpus.rules[0];
    assert_eq!((run.corpus.rules.len(), rule.documents.len(), rule.level.as_deref()), (1, 3, Some("high")));
    let services: Vec<_> = rule.logsources.iter().map(|(i, source)| (*i, source.service.as_deref())).collect();
    assert_eq!(services, [(1, Some("sysmon")), (2, Some("security"))]);
}

#[test]
fn what_is_wrong_with_a_rule_is_shown_where_it_is() {
    let text = "id: [1]
tags: {a: b}
references:
  - x
  - [y]
logsource: windows
related:
  - similar
  - {type: similar}
detection: text
";
    let run = run(Kind::Rule, &[("windows/no_title.yml", text)]);
    assert_eq!(
        run.problems(),
        [
            r#"PB005 "id": the rule has no `title`"#,
            r#"PB004 "id": `id` must be text, not a list"#,
            r#"PB004 "y": `references[1]` must be text, not a list"#,
            r#"PB004 "tags": `tags` must be a list, not a mapping"#,
            r#"PB004 "windows": `logsource` must be a mapping, not text"#,
            r#"PB004 "similar": `related[0]` must be a mapping of `id` and `type`, not text"#,
            r#"PB005 "type": the related rule has no `id`"#,
            r#"PB004 "text": `detection` must be a mapping, not text"#,
        ]
    );
    let rule = &run.corpus.rules[0];
    assert_eq!((rule.title.as_str(), &rule.references[..]), ("no_title", &["x".to_owned()][..]));
    let missing =
        run_problems(Kind::Rule, "title: C\ncorrelation: {type: x}\n---\ntitle: D\ndetection: {condition: x}\n");
    assert_eq!(
        missing,
        [r#"PB005 "correlation": the correlation has no `rules`"#, r#"PB005 "title": the rule has no `logsource`"#,]
    );
}

fn run_problems(kind: Kind, text: &str) -> Vec<String> {
    run(kind, &[("a.yml", text)]).problems()
}

#[test]
fn a_file_that_gives_nothing_is_rejected_with_an_error() {
    let files = [
        ("a.yml", "title: not a rule\n"),
        ("b.yml", "- a\n"),
        ("c.yml", ""),
        ("d.yml", "# nothing\n---\n"),
        ("e.yml", "a: b: c\n"),
        ("f.yml", RULE),
    ];
    let run = run(Kind::Rule, &files);
    assert_eq!(
        run.problems(),
        [
            r#"PB007 "title": this is no Sigma rule: it has none of `detection`, `correlation`, `filter`"#,
            r#"PB007 "a": this is no Sigma rule: it is a list, not a mapping"#,
            "PB007 file: the file is empty",
            "PB007 file: the file is empty",
            r#"PB001 ":": not valid YAML: mapping values are not allowed in this context"#,
        ]
    );
    let tally = run.corpus.tally.of(Kind::Rule);
    assert_eq!((tally.found, tally.loaded, tally.rejected), (6, 1, 5));
    // A rule in another kind's folder is not taken for that kind.
    for kind in [
        Kind::DataNeeded,
        Kind::LoggingPolicy,
        Kind::ResponseAction,
        Kind::ResponsePlaybook,
        Kind::ResponseStage,
        Kind::MitigationSystem,
        Kind::MitigationPolicy,
        Kind::HardeningPolicy,
        Kind::UseCase,
        Kind::Customer,
        Kind::Trigger,
    ] {
        let problems = run_problems(kind, RULE);
        assert!(problems.len() == 1 && problems[0].starts_with(r#"PB007 "title": this is no "#), "{problems:?}");
    }
}

#[test]
fn data_needed_have_event_ids_from_the_field_or_the_title() {
    let run = run(
        Kind::DataNeeded,
        &[
            ("DN_a.yml", "title: DN_0016_12_13_x\nloggingpolicy: LP_1\nchannel: None\n"),
            ("DN_b.yml", "title: DN_0001_x_y\nfields: [a, 1]\nevent_id: 4688\nlogsource: {product: windows}\n"),
            ("DN_c.yml", "title: DN_2\nfields:\nlogsource: [{service: s}, x]\nevent_id: [1, 2]\n"),
        ],
    );
    assert_eq!(run.problems(), [r#"PB004 "x": `logsource[1]` must be a mapping, not text"#]);
    let ids: Vec<_> = run.corpus.data_needed.iter().map(|data| data.event_ids.join(",")).collect();
    assert_eq!(ids, ["12", "4688", "1,2"]);
    let first = &run.corpus.data_needed[0];
    assert_eq!((&first.logging_policies[..], first.channel.as_deref()), (&["LP_1".to_owned()][..], Some("None")));
    assert_eq!(run.corpus.data_needed[1].fields, ["a", "1"]);
    assert_eq!(run.corpus.data_needed[1].logsources[0].product.as_deref(), Some("windows"));
}

#[test]
fn responses_of_both_formats() {
    let run = run(
        Kind::ResponsePlaybook,
        &[(
            "RP.yml",
            "title: RP\nid: RP0001\nrecovery: RA_9\npreparation: [RA_1, RA_2]\ncontainment:\nlinked_rp: [RP_2]\n",
        )],
    );
    assert_eq!(run.problems(), [""; 0]);
    let playbook = &run.corpus.response_playbooks[0];
    let stages: Vec<_> =
        playbook.stages.iter().map(|(stage, list)| format!("{}={}", stage.key(), list.join(","))).collect();
    assert_eq!(stages, ["preparation=RA_1,RA_2", "recovery=RA_9"]);
}

#[test]
fn a_response_stage_has_what_all_kinds_have_and_nothing_else() {
    let action = "title: RA_1\nid: RA1001\nstage: preparation\n";
    let files = [
        ("RS0001.yml", "title: Preparation\nid: RS0001\ndescription: d\n"),
        ("a.yml", action),
        ("b.yml", "id: RS0002\n"),
    ];
    let found = run(Kind::ResponseStage, &files);
    assert_eq!(
        found.problems(),
        [
            r#"PB007 "title": this is no Response Stage: it has `stage`"#,
            r#"PB007 "id": this is no Response Stage: it has no `title`"#
        ]
    );
    let stage = &found.corpus.response_stages[0];
    assert_eq!((stage.title.as_str(), stage.id.as_deref()), ("Preparation", Some("RS0001")));
}

#[test]
fn playbooks_of_react_have_what_can_be_done_to_an_attack() {
    let text = "title: RP\ndeter: [RA_7]\nlessons_learned: [RA_2]\ndetect: RA_1\n";
    let found = run(Kind::ResponsePlaybook, &[("RP.yml", text), ("b.yml", "title: b\ndeceive: [RA_1]\n")]);
    assert_eq!(found.problems(), [""; 0]);
    let stages: Vec<_> = found.corpus.response_playbooks[0].stages.iter().map(|(stage, _)| stage.key()).collect();
    assert_eq!(stages, ["lessons_learned", "detect", "deter"]);
}

#[test]
fn measures_take_lists_and_single_names() {
    let text =
        "title: T\nplatform: Windows\nminimum_version: [a, b]\nmitigation_system: MS\nprerequisites: p\ntags: x\n";
    let found = run(Kind::MitigationPolicy, &[("MP.yml", text)]);
    assert_eq!(found.problems(), [""; 0]);
    let policy = &found.corpus.mitigation_policies[0];
    assert_eq!((&policy.systems[..], &policy.prerequisites[..]), (&["MS".to_owned()][..], &["p".to_owned()][..]));
    assert_eq!((&policy.platforms[..], policy.minimum_versions.len()), (&["Windows".to_owned()][..], 2));
    // A Hardening Policy is put in place without a system.
    let found = run(Kind::HardeningPolicy, &[("HP.yml", text), ("b.yml", "title: b\nconfiguration: [x]\n")]);
    assert_eq!(found.problems(), [r#"PB004 "configuration": `configuration` must be text, not a list"#]);
    assert_eq!((found.corpus.hardening_policies[0].systems.len(), found.corpus.hardening_policies.len()), (0, 2));
    let found = run(Kind::MitigationSystem, &[("MS.yml", text), ("b.yml", "title: b\nvolume: low\n")]);
    assert_eq!(
        found.problems(),
        [r#"PB007 "title": this is no Mitigation System: it has none of `platform`, `minimum_version`"#]
    );
    assert_eq!(found.corpus.mitigation_systems[0].minimum_versions, ["a", "b"]);
}

#[test]
fn use_cases_and_customers_take_lists_and_single_names() {
    let case = "title: UC_1\nusecase_name: Case\ndetectionrule: One rule\ndataneeded: [DN_1, DN_2]\nloggingpolicy:\n";
    let found = run(Kind::UseCase, &[("UC_1.yml", case), ("UC_2.yml", "usecase_name: [x]\n")]);
    assert_eq!(
        found.problems(),
        [
            r#"PB005 "usecase_name": the Use Case has no `title`"#,
            r#"PB004 "usecase_name": `usecase_name` must be text, not a list"#
        ]
    );
    let first = &found.corpus.use_cases[0];
    assert_eq!((first.name.as_deref(), &first.rules[..]), (Some("Case"), &["One rule".to_owned()][..]));
    assert_eq!(
        (&first.data_needed[..], first.logging_policies.len()),
        (&["DN_1".to_owned(), "DN_2".to_owned()][..], 0)
    );
    let customer = "title: CU_1\ncustomer_name: Example\nusecase: [UC_1]\n";
    let found = run(Kind::Customer, &[("CU_1.yml", customer), ("CU_2.yml", "title: x\nusecase_name: y\n")]);
    assert_eq!(
        found.problems(),
        ["PB007 \"title\": this is no Customer: it has none of `customer_name`, `usecase`, `detectionrule`, \
             `dataneeded`"]
    );
    assert_eq!(found.corpus.customers[0].use_cases, ["UC_1"]);
}

#[test]
fn a_trigger_has_its_tests_and_the_page_beside_it() {
    let text = "attack_technique: T1059.001
display_name: PowerShell
atomic_tests:
- name: One
  auto_generated_guid: g
  description: d
  supported_platforms: [windows]
  input_arguments:
    on: {description: i, type: integer, default: 3}
    bad: 4
  dependency_executor_name: powershell
  dependencies:
  - {description: x, prereq_command: p}
  executor: {name: sh, elevation_required: yes, command: c, cleanup_command: u}
- executor: {name: manual, elevation_required: maybe, steps: s}
- name: Three
- 4
";
    let files = [("T1059.001/T1059.001.yaml", text), ("T1059.001/T1059.001.md", "page")];
    let run = run(Kind::Trigger, &files);
    assert_eq!(
        run.problems(),
        [
            r#"PB004 "4": `atomic_tests[3]` must be a mapping, not a number"#,
            r#"PB004 "4": `atomic_tests[0].input_arguments.bad` must be a mapping, not a number"#,
            r#"PB005 "executor": the test has no `name`"#,
            r#"PB004 "maybe": `atomic_tests[1].executor.elevation_required` must be true or false, not text"#,
            r#"PB005 "Three": the test has no `executor`"#,
        ]
    );
    let trigger = &run.corpus.triggers[0];
    assert_eq!(trigger.technique_id.map(|id| id.to_string()).as_deref(), Some("T1059.001"));
    assert_eq!(trigger.upstream_page.map(|id| run.sources.file(id).text.as_str()), Some("page"));
    let first = &trigger.tests[0];
    assert_eq!((first.inputs[0].name.as_str(), first.inputs[0].default.as_deref()), ("on", Some("3")));
    assert!(first.executor.elevation_required);
    assert_eq!(trigger.tests.len(), 3);
    assert_eq!(run.corpus.tally.of(Kind::Trigger).found, 1);
    assert_eq!(
        run_problems(Kind::Trigger, "atomic_tests: []\n"),
        [r#"PB005 "atomic_tests": the Trigger has no `attack_technique`"#]
    );
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(60))]

    /// Any text in any folder: no panic, and nothing is dropped in silence.
    #[test]
    fn nothing_is_dropped_in_silence(
        text in "(title|detection|tags|action|fields|atomic_tests|executor|workflow|---|\\+\\+\\+|[-a-z:\\[\\]{}&*!|>'\"# \n\t.~é=<]){0,40}",
    ) {
        for kind in Kind::ALL {
            let run = run(kind, &[("a.yml", &text)]);
            let tally = run.corpus.tally.of(kind);
            proptest::prop_assert_eq!(tally.found, 1);
            let errors = run.findings.count(crate::report::Severity::Error);
            proptest::prop_assert!(tally.loaded == 1 || errors > 0, "{:?}", run.problems());
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        for kind in [Kind::Rule, Kind::Trigger, Kind::Page] {
            let _ = run(kind, &[("a.yml", &text)]).problems();
        }
    }
}
