//! Where a finding stands when what it is about is not where the order of a list says, or is a
//! part of a text.

use crate::project::{findings, project, purplebook};

/// The findings on the one rule; without the file's name.
fn on(rule: &str) -> Vec<String> {
    let dir = project(&[("content/rules/r.yml", rule)]);
    findings(dir.path(), &[]).into_iter().map(|line| line.replace("content/rules/r.yml:", "")).collect()
}

#[test]
fn an_item_that_is_no_text_moves_no_finding() {
    let rule = "\
title: A rule
logsource: {product: windows}
detection: {a: {b: c}, condition: a}
tags:
  -
  - {k: v}
  - attack.t9999
  - attack.t1086
related:
  - similar
  - id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9
    type: similar
enrichment:
  - [EN_1]
  - EN_2
";
    assert_eq!(
        on(rule),
        [
            "6:6: error[PB004] `tags[1]` must be text, not a mapping",
            "7:5: error[PB201] ATT&CK 19.1 has no technique `t9999`",
            "8:5: warning[PB206] ATT&CK replaced T1086 by T1059.001 (PowerShell)",
            "10:5: error[PB004] `related[0]` must be a mapping of `id` and `type`, not text",
            "11:9: note[PB106] there is no rule `08fbc97d-0a2f-491c-ae21-8ffcfd3174e9` in the content",
            "14:6: error[PB004] `enrichment[0]` must be text, not a list",
            "15:5: error[PB103] there is no Enrichment `EN_2`",
        ]
    );
}

#[test]
fn a_mend_is_made_at_the_item_it_is_about() {
    let rule = |tag: &str| {
        format!(
            "title: A rule\nlogsource: {{product: windows}}\ndetection: {{a: {{b: c}}, condition: a}}\ntags:\n  -\n  \
             - attack.execution\n  - {tag} # it's old\n"
        )
    };
    let dir = project(&[("content/rules/r.yml", &rule("'attack.t1086'"))]);
    let (code, out, err) = purplebook(dir.path(), &["check", "--output", "site", "--fix", "--format", "concise"]);
    assert_eq!(code, 0, "{out}{err}");
    let mended = std::fs::read_to_string(dir.path().join("content/rules/r.yml")).expect("the rule");
    assert_eq!(mended, rule("'attack.t1059.001'"));
}

#[test]
fn a_list_in_a_later_document_of_a_collection_is_found_there() {
    let rule = "\
action: global
title: A rule
detection: {condition: a}
---
logsource: {product: windows}
detection: {a: {b: c}}
tags:
  - attack.execution
  - attack.t9999
related:
  - {id: 08fbc97d-0a2f-491c-ae21-8ffcfd3174e9, type: derived}
";
    assert_eq!(
        on(rule),
        [
            "9:5: error[PB201] ATT&CK 19.1 has no technique `t9999`",
            "11:10: note[PB106] there is no rule `08fbc97d-0a2f-491c-ae21-8ffcfd3174e9` in the content",
        ]
    );
}

#[test]
fn a_link_in_a_field_is_shown_where_it_is_written() {
    let action = "\
title: RA_0001_identification_get_mail
stage: identification
workflow: |
  See [gone.md](gone.md), then

  [here](gone.md) or [there][1].

  [1]: javascript:alert(1)
";
    let dir = project(&[("content/response_actions/RA_0001.yml", action)]);
    let at = |line: &str| format!("content/response_actions/RA_0001.yml:{line}");
    let gone = "error[PB501] `gone.md` leads nowhere: there is no `content/response_actions/gone.md`";
    assert_eq!(
        findings(dir.path(), &[]),
        [
            at(&format!("4:17: {gone}")),
            at(&format!("6:10: {gone}")),
            at("8:8: warning[PB503] `javascript:alert(1)` may not be linked to"),
        ]
    );
}

#[test]
fn a_page_of_a_browser_is_not_told() {
    let page = "# A page\n\nOpen [extensions](chrome://extensions), [debugging](About:debugging), [x](chromes://x).\n";
    let dir = project(&[("content/pages/a.md", page)]);
    assert_eq!(
        findings(dir.path(), &[]),
        ["content/pages/a.md:3:75: warning[PB503] `chromes://x` may not be linked to"]
    );
}
