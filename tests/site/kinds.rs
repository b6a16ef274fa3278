//! The later kinds of Atomic Threat Coverage: what they name, and that it leads both ways.

use super::built::{self, Site};

const RULE: &str = "title: Office Starts a Shell
id: 6b8f9c0e-1f63-4d55-8f0c-0b6f8f1c9d11
logsource: {product: windows, category: process_creation}
detection: {a: {Image|endswith: '\\cmd.exe'}, condition: a}
tags: [attack.execution, attack.t1059.003]
";

/// The site of these files of the content.
fn site(files: &[(&str, &str)]) -> Site {
    built::site("", files)
}

/// Each of the pages links to the other, as HTML and as Markdown.
fn both_ways(site: &Site, one: &str, other: &str) {
    for end in ["html", "md"] {
        for (from, to) in [(one, other), (other, one)] {
            let text = site.page(&format!("{from}.{end}"));
            assert!(text.contains(&format!("../{to}.{end}")), "{from}.{end} does not lead to {to}:\n{text}");
        }
    }
}

#[test]
fn use_cases_and_customers_lead_to_what_they_name_and_back() {
    let site = site(&[
        ("rules/office_shell.yml", RULE),
        ("rules/other.yml", &RULE.replace("Office Starts a Shell", "Other").replace("6b8f", "7b8f")),
        ("data_needed/DN_1.yml", "title: DN_1\nplatform: Windows\n"),
        ("logging_policies/LP_1.yml", "title: LP_1\nvolume: Low\n"),
        (
            "use_cases/UC_1.yml",
            "title: UC_1\nusecase_name: A case\ndataneeded: DN_1\nloggingpolicy: [LP_1]\ndetectionrule: \
             [Office Starts a Shell]\n",
        ),
        (
            "customers/CU_1.yml",
            "title: CU_1\ncustomer_name: A <customer>\nusecase: [UC_1]\ndataneeded: [DN_1]\nloggingpolicy: \
             LP_1\ndetectionrule: [7b8f9c0e-1f63-4d55-8f0c-0b6f8f1c9d11]\n",
        ),
        ("customers/CU_2.yml", "title: CU_2\ndetectionrule: other.yml\n"),
    ]);
    for (one, other) in [
        ("Use_Cases/UC_1", "Detection_Rules/office_shell"),
        ("Use_Cases/UC_1", "Data_Needed/DN_1"),
        ("Use_Cases/UC_1", "Logging_Policies/LP_1"),
        ("Customers/CU_1", "Use_Cases/UC_1"),
        ("Customers/CU_1", "Detection_Rules/other"),
        ("Customers/CU_2", "Detection_Rules/other"),
        ("Customers/CU_1", "Data_Needed/DN_1"),
        ("Customers/CU_1", "Logging_Policies/LP_1"),
    ] {
        both_ways(&site, one, other);
    }
    // The rules of its Use Cases are shown, but only what is named itself leads back.
    let customer = site.page("Customers/CU_1.md");
    let (named, more) = customer.split_once("## More rules, of its Use Cases").expect("both tables");
    assert!(named.contains("Detection_Rules/other.md") && !named.contains("office_shell"), "{customer}");
    assert!(more.contains("Detection_Rules/office_shell.md") && more.contains("Techniques/T1059.003.md"), "{customer}");
    assert!(!site.page("Detection_Rules/office_shell.md").contains("CU_1"));
    assert!(customer.contains("| Customer Name  | A &lt;customer> |"), "{customer}");
    let index = site.page("Customers/index.md");
    assert!(index.contains("| [CU_1](CU_1.md) | A &lt;customer> | 1 | 1 |"), "{index}");
    assert!(site.page("Use_Cases/index.md").contains("| [UC_1](UC_1.md) | A case | 1 | 1 |"));
}

#[test]
fn measures_are_shown_where_attack_names_what_they_are_against() {
    let measure = |title: &str, tags: &str| format!("title: {title}\nplatform: Windows\ntags: [{tags}]\n");
    let mitigation = measure("MP_1", "attack.credential-access, attack.t1003.001, attack.m1040, car.2013-05-001")
        + "mitigation_system: MS_1\nprerequisites: [A licence]\nconfiguration: Do *this*.\n";
    let site = site(&[
        ("rules/dump.yml", &RULE.replace("attack.execution, attack.t1059.003", "attack.t1003.001")),
        ("data_needed/DN_1.yml", "title: DN_1\nplatform: Windows\nmitigation_policy: MP_1\n"),
        ("mitigation_systems/MS_1.yml", "title: MS_1\nplatform: Windows\ndescription: |\n  Blocks\n\n  - this\n"),
        ("mitigation_policies/MP_1.yml", &mitigation),
        // Of an older ATT&CK: T1075 became T1550.002.
        ("hardening_policies/HP_1.yml", &measure("HP_1", "attack.lateral_movement, attack.t1075, attack.m1026")),
    ]);
    for (one, other) in [
        ("Mitigation_Policies/MP_1", "Tactics/TA0006"),
        ("Mitigation_Policies/MP_1", "Techniques/T1003.001"),
        ("Mitigation_Policies/MP_1", "Mitigations/M1040"),
        ("Mitigation_Policies/MP_1", "Mitigation_Systems/MS_1"),
        ("Mitigation_Policies/MP_1", "Data_Needed/DN_1"),
        ("Hardening_Policies/HP_1", "Tactics/TA0008"),
        ("Hardening_Policies/HP_1", "Techniques/T1550.002"),
        ("Hardening_Policies/HP_1", "Mitigations/M1026"),
    ] {
        both_ways(&site, one, other);
    }
    let policy = site.page("Mitigation_Policies/MP_1.md");
    for part in [
        "| ATT&amp;CK Mitigation | <ul><li>[M1040: Behavior Prevention on Endpoint](../Mitigations/M1040.md)</li></ul> |",
        "| Prerequisites ",
        "| Other Tags ",
        "## Configuration\n\nDo *this*.\n",
        "../Detection_Rules/dump.md",
    ] {
        assert!(policy.contains(part), "no {part}:\n{policy}");
    }
    let hardening = site.page("Hardening_Policies/HP_1.md");
    assert!(hardening.contains("(tagged T1075, since replaced)") && !hardening.contains("Other Tags"), "{hardening}");
    assert!(site.page("Techniques/T1075.md").contains("HP_1"), "the old id says who still uses it");
    assert!(site.page("Mitigation_Systems/MS_1.md").contains("## Description\n\nBlocks\n\n- this\n"));
    assert!(site.page("Mitigation_Policies/index.md").contains("[T1003.001](../Techniques/T1003.001.md)"));
    // A measure is no rule: the technique is still without one.
    assert!(site.page("Techniques/T1550.002.md").contains("neither a rule nor a test"));
}

#[test]
fn a_response_stage_lists_its_actions_by_id_however_they_name_it() {
    let action = |title: &str, rest: &str| format!("title: {title}\ndescription: Does {title}.\nworkflow: w\n{rest}");
    let site = site(&[
        ("response_stages/RS0006.yml", "title: Lessons Learned\nid: RS0006\ndescription: Do better.\n"),
        ("response_stages/RS0003.yml", "title: Containment\nid: RS0003\n"),
        ("response_actions/a.yml", &action("by key", "id: RA6004\nstage: lessons_learned\n")),
        ("response_actions/b.yml", &action("by title", "id: RA6003\nstage: Lessons Learned\n")),
        ("response_actions/c.yml", &action("by id", "id: RA6002\nstage: RS0006\n")),
        ("response_actions/d.yml", &action("by its own id", "id: RA6001\n")),
        ("response_actions/e.yml", &action("no id", "stage: lessons-learned\n")),
        ("response_actions/f.yml", &action("elsewhere", "id: RA6005\nstage: containment\n")),
        ("response_playbooks/RP.yml", "title: RP\nlessons_learned: [by id]\ndeter: [RA6005]\n"),
    ]);
    let stage = site.page("Response_Stages/RS0006.md");
    let row = |id: &str, file: &str, title: &str| {
        let id = if id.is_empty() { String::new() } else { format!("[{id}](../Response_Actions/{file}.md)") };
        format!("| {id} | [{title}](../Response_Actions/{file}.md) | Does {title}. |").replace("|  |", "|  |")
    };
    let rows = [
        row("RA6001", "d", "by its own id"),
        row("RA6002", "c", "by id"),
        row("RA6003", "b", "by title"),
        row("RA6004", "a", "by key"),
        row("", "e", "no id"),
    ];
    assert!(stage.contains(&rows.join("\n")), "{stage}");
    assert!(!stage.contains("elsewhere"), "{stage}");
    for (one, other) in [
        ("Response_Stages/RS0006", "Response_Actions/a"),
        ("Response_Stages/RS0006", "Response_Actions/d"),
        ("Response_Stages/RS0003", "Response_Actions/f"),
        ("Response_Playbooks/RP", "Response_Actions/f"),
    ] {
        both_ways(&site, one, other);
    }
    assert!(stage.contains("../Response_Playbooks/RP.md"));
    let playbook = site.page("Response_Playbooks/RP.md");
    assert!(playbook.contains("| Deter ") && playbook.contains("## Deter"), "{playbook}");
    let action = site.page("Response_Actions/a.md");
    assert!(action.contains("[RS0006: Lessons Learned](../Response_Stages/RS0006.md)"), "{action}");
    let index = site.page("Response_Stages/index.md");
    assert!(index.contains("| RS0006 | [Lessons Learned](RS0006.md) | Do better. | 5 |"), "{index}");
}

#[test]
fn a_response_action_shows_what_must_be_in_place() {
    let action =
        "title: RA_1\nid: RA2101\nworkflow: w\nrequirements:\n  - DN_1\n  - MS_1\n  - A <phone> list\n  - DN_gone\n";
    let site = site(&[
        ("response_actions/RA_1.yml", action),
        ("response_actions/RA_2.yml", "title: RA_2\nid: RAé01\nworkflow: w\nrequirements: DN_1.yml\n"),
        ("data_needed/DN_1.yml", "title: DN_1\nplatform: Windows\n"),
        ("mitigation_systems/MS_1.yml", "title: MS_1\nplatform: Windows\n"),
    ]);
    for (one, other) in [
        ("Response_Actions/RA_1", "Data_Needed/DN_1"),
        ("Response_Actions/RA_2", "Data_Needed/DN_1"),
        ("Response_Actions/RA_1", "Mitigation_Systems/MS_1"),
    ] {
        both_ways(&site, one, other);
    }
    let page_1 = site.page("Response_Actions/RA_1.md");
    let rest = "<li>A &lt;phone> list</li><li>DN_gone</li></ul> |";
    assert!(page_1.contains("| Category ") && page_1.contains("| Network |") && page_1.contains(rest), "{page_1}");
    assert!(!site.page("Response_Actions/RA_2.md").contains("Category"));
}

#[test]
fn kinds_without_content_are_not_in_the_navigation() {
    let site = site(&[("rules/office_shell.yml", RULE)]);
    let home = site.page("index.html");
    assert!(home.contains("Detection_Rules/index.html"));
    for folder in
        ["Response_Stages", "Mitigation_Systems", "Mitigation_Policies", "Hardening_Policies", "Use_Cases", "Customers"]
    {
        assert!(!home.contains(folder), "{folder}");
    }
}

#[test]
fn what_tests_and_answers_an_object_of_attack_is_on_its_page() {
    let site = site(&[
        ("rules/office_shell.yml", &format!("{RULE}data_needed: [DN_1]\n").replace("t1059.003", "t1059.001")),
        ("data_needed/DN_1.yml", "title: DN_1\nplatform: windows\n"),
        (
            "triggers/T1059.001/T1059.001.yaml",
            "attack_technique: T1059.001\ndisplay_name: PowerShell\natomic_tests:\n- name: Say hello\n  description: d\n  \
             supported_platforms: [windows]\n  executor: {name: powershell, command: echo hello}\n",
        ),
        ("response_actions/RA_1.yml", "title: RA_1\nid: RA3001\nstage: containment\n"),
        (
            "response_playbooks/RP_1.yml",
            "title: RP_1\nid: RP1001\ntags: [attack.execution, attack.t1059.001, attack.g0069]\ncontainment: [RA_1]\n",
        ),
    ]);
    let answers = ["[RP_1](../Response_Playbooks/RP_1.md)", "[RA_1](../Response_Actions/RA_1.md)"];
    let tests = ["(../Triggers/T1059.001.md", "[DN_1](../Data_Needed/DN_1.md)"];
    for (path, is_answered) in [
        ("Techniques/T1059.001", true),
        ("Tactics/TA0002", true),
        ("Groups/G0069", true),
        ("Software/S0194", false),
        ("Mitigations/M1042", false),
    ] {
        let text = site.page(&format!("{path}.md"));
        for wanted in tests {
            assert!(text.contains(wanted), "{path} has no {wanted}:\n{text}");
        }
        for answer in answers {
            assert_eq!(text.contains(answer), is_answered, "{path}, {answer}:\n{text}");
        }
    }
}
