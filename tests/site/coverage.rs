//! What is covered, and by whose rules: the lists of techniques and of gaps, each by what its page is about.

use serde_json::{Value, json};

use super::built::{Site, site};
use super::detection_strategies::stix;

fn rule(title: &str, source: &str, tag: &str, data: &str) -> String {
    format!(
        "title: {title}\nlogsource: {{{source}}}\ntags: [{tag}]\ndata_needed: [{data}]\n\
         detection: {{a: {{Image: x}}, condition: a}}\n"
    )
}

/// Two customers who have one rule each of the three that are for one technique; its test, and the data.
fn customers() -> Site {
    let process = "product: windows, category: process_creation";
    let (one, two, three) = (
        rule("One", process, "attack.t1053.005", "DN_1"),
        rule("Two", process, "attack.t1053.005, attack.t1047", "DN_2"),
        rule("Three", "category: proxy", "attack.t1053.005, attack.t1059.001", ""),
    );
    let test = "attack_technique: T1047\ndisplay_name: WMI\natomic_tests:\n- name: Ask\n  auto_generated_guid: \
                476419b5-aebf-4366-a131-ae3e8dae5fc2\n  description: d\n  supported_platforms: [windows]\n  executor: \
                {name: command_prompt, command: echo}\n";
    site(
        "",
        &[
            ("rules/one.yml", &one),
            ("rules/two.yml", &two),
            ("rules/three.yml", &three),
            ("triggers/T1047/T1047.yaml", test),
            ("data_needed/DN_1.yml", "title: DN_1\nplatform: windows\nloggingpolicy: [LP_1]\n"),
            ("data_needed/DN_2.yml", "title: DN_2\nplatform: windows\n"),
            ("logging_policies/LP_1.yml", "title: LP_1\n"),
            ("use_cases/UC_1.yml", "title: UC_1\ndetectionrule: [Two]\n"),
            ("customers/CU_1.yml", "title: CU_1\nusecase: [UC_1]\ndetectionrule: [One]\ndataneeded: [DN_2]\n"),
            ("customers/CU_2.yml", "title: CU_2\n"),
        ],
    )
}

/// The part of a Markdown page below a heading.
fn part<'t>(page: &'t str, heading: &str) -> &'t str {
    let rest = page.split_once(&format!("\n## {heading}")).unwrap_or_else(|| panic!("no {heading}:\n{page}")).1;
    rest.split("\n## ").next().unwrap_or_default()
}

fn row<'t>(text: &'t str, name: &str) -> &'t str {
    text.lines().find(|line| line.starts_with(&format!("| [{name}"))).unwrap_or_else(|| panic!("no {name}:\n{text}"))
}

#[test]
fn the_techniques_of_customers_cases_and_data_are_counted_by_their_own_rules() {
    let site = customers();
    // All there is: three rules, two of them with data.
    let whole = site.page("Techniques/index.md");
    let all = row(&whole, "T1053.005");
    assert!(all.contains("| [3](T1053.005.md#rules) | 0 | rule |"), "{all}");

    let customer = site.page("Customers/CU_1.md");
    let techniques = part(&customer, "Techniques these rules detect");
    assert!(row(techniques, "T1053.005").ends_with("| 2 | 0 | rule |"), "{techniques}");
    assert!(row(techniques, "T1047").ends_with("| 1 | [1](../Techniques/T1047.md#tests) | rule, test and data |"));
    let case = site.page("Use_Cases/UC_1.md");
    assert!(row(part(&case, "Techniques its rules detect"), "T1053.005").ends_with("| 1 | 0 | rule |"), "{case}");
    let data = site.page("Data_Needed/DN_1.md");
    assert!(row(part(&data, "Techniques seen through it"), "T1053.005").ends_with("| 1 | 0 | rule |"), "{data}");
    assert!(!part(&data, "Techniques seen through it").contains("T1047"), "{data}");
}

#[test]
fn a_customer_sees_its_gaps_and_the_data_it_lacks() {
    let site = customers();
    let customer = site.page("Customers/CU_1.md");
    let numbers = part(&customer, "Enterprise techniques");
    assert!(numbers.contains("- **1** rule, test and data\n- **1** rule\n- **0** test, no rule\n- **"), "{numbers}");
    let missing = part(&customer, "Data its rules need and it does not name");
    assert!(
        missing.contains("| [DN_1](../Data_Needed/DN_1.md) | 1 | [LP_1](../Logging_Policies/LP_1.md) |"),
        "{missing}"
    );
    assert!(!missing.contains("DN_2"), "{missing}");
    let gaps = part(&customer, "Gaps: techniques it has no rule for");
    let groups = |line: &str| -> usize { line.split(" | ").nth(2).expect("a cell").parse().expect("a number") };
    let listed: Vec<usize> = gaps.lines().filter(|line| line.contains("/T1")).map(groups).collect();
    assert_eq!(listed.len(), 100);
    assert!(listed.is_sorted_by(|a, b| a >= b) && listed[0] > 50, "{listed:?}");
    assert!(gaps.contains("more, which fewer groups use, are left out here."), "{gaps}");
    // What others have a rule for is a gap, too: for PowerShell there is one that this customer does not have.
    assert!(row(gaps, "T1059.001").ends_with(" | 1 | 0 |"), "{gaps}");
    assert!(!gaps.contains("T1053.005") && !gaps.contains("T1047"), "{gaps}");
    // Who names no rule has no figures.
    assert!(!site.page("Customers/CU_2.md").contains("## "), "{}", site.page("Customers/CU_2.md"));
}

#[test]
fn coverage_tells_states_by_customer_log_source_and_data_component() {
    let site = customers();
    let page = site.page("Matrix/coverage.md");
    let cells = |line: &str| -> Vec<usize> {
        line.split(" | ").skip(1).map(|cell| cell.trim_end_matches(" |").parse().expect("a number")).collect()
    };
    let by_customer = part(&page, "By customer");
    let [own, all, full, ruled, tested, nothing] = cells(row(by_customer, "CU_1"))[..] else { panic!("{by_customer}") };
    assert_eq!((own, full, ruled, tested), (2, 1, 1, 0));
    assert_eq!(all, full + ruled + tested + nothing);
    let [own, others, full, ruled, tested, nothing] = cells(row(by_customer, "CU_2"))[..] else {
        panic!("{by_customer}")
    };
    assert_eq!((own, full, ruled, tested, nothing), (0, 0, 0, 1, others - 1));
    assert_eq!(all, others);
    // Rules, techniques, with test and data, without.
    let sources = part(&page, "By log source");
    assert_eq!(cells(row(sources, "windows process_creation")), [2, 2, 1, 1], "{sources}");
    assert_eq!(cells(row(sources, "proxy")), [1, 2, 0, 2], "{sources}");
    let components = part(&page, "By data component");
    let all: Vec<Vec<usize>> = components.lines().filter(|line| line.contains("/DC0")).map(cells).collect();
    assert!(all.len() > 50 && all.iter().all(|of| of[0] == of[1..].iter().sum::<usize>()), "{components}");
    assert!(all.is_sorted_by(|a, b| a[0] >= b[0]), "{components}");
    assert_eq!(cells(row(components, "Process Creation"))[1..4], [1, 4, 0], "{components}");
}

#[test]
fn the_gaps_of_a_group_are_ranked_by_how_many_groups_use_them() {
    let site = customers();
    let page = site.page("Groups/G0069.md");
    let gaps = part(&page, "Gaps: techniques without a rule");
    let line = |line: &str| -> (usize, usize) {
        let cells: Vec<&str> = line.split(" | ").collect();
        (cells[3].parse().expect("groups"), cells[4].parse().expect("software"))
    };
    let ranks: Vec<_> = gaps.lines().filter(|line| line.contains("/T1")).map(line).collect();
    assert!(ranks.len() > 30 && ranks.is_sorted_by(|a, b| a >= b), "{gaps}");
    assert!(!gaps.contains("T1047") && !gaps.contains("[T1053.005"), "{gaps}");
    for page in ["Tactics/TA0002.md", "Data_Components/DC0032.md", "Software/S0002.md", "Campaigns/C0001.md"] {
        assert!(site.page(page).contains("\n## Gaps: techniques without a rule\n"), "{page}");
    }
}

#[test]
fn a_sub_technique_leads_to_the_others_of_its_parent() {
    let site = customers();
    let page = site.page("Techniques/T1053.005.md");
    let others = part(&page, "Other sub-techniques of T1053");
    assert!(row(others, "T1053.002").contains("| 0 | 0 | no rule, no test |"), "{others}");
    assert!(!others.contains("T1053.005") && !site.page("Techniques/T1053.md").contains("Other sub"), "{page}");
}

#[test]
fn lists_tell_what_they_can_be_narrowed_by() {
    let site = customers();
    let techniques = site.page("Techniques/index.md");
    assert!(techniques.contains("| ID | Name | Rules | Tests | Coverage | Tactics | Platforms | Domain |"));
    assert!(
        row(&techniques, "T1047").ends_with("| Execution | Windows | Enterprise |"),
        "{}",
        row(&techniques, "T1047")
    );
    let rules = site.page("Detection_Rules/index.md");
    assert!(row(&rules, "One").contains("| windows / process_creation | Windows |"), "{rules}");
    assert!(row(&rules, "Three").contains("| proxy |  |"), "{rules}");
    let table: Value = serde_json::from_str(&site.page("exports/tables/detection_rules.json")).expect("JSON");
    let platform = |title: &str| {
        let rule = table.as_array().expect("rows").iter().find(|row| row["rule"] == title).expect("a rule");
        rule["platform"].clone()
    };
    assert_eq!((platform("One"), platform("Three")), (json!("Windows"), Value::Null));
}

#[test]
fn procedures_of_a_bundle_are_on_the_pages_of_both_ends_with_their_sources() {
    let phases = json!({"kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "execution"}]});
    let bundle = json!({"type": "bundle", "objects": [
        stix("attack-pattern", "T9001", "Ours", phases),
        stix("intrusion-set", "G9001", "Them", json!({})),
        {"type": "relationship", "id": "relationship--1", "relationship_type": "uses",
         "source_ref": "intrusion-set--G9001", "target_ref": "attack-pattern--T9001",
         "description": "[Them](https://attack.mitre.org/groups/G9001) did <it>.(Citation: A Blog)",
         "external_references": [
            {"source_name": "A Blog", "description": "A. (2026). Blog.", "url": "https://blog.example/a"}]},
    ]});
    let config = "[attack]\nbundle = \"content/attack.json\"\n";
    let site = site(config, &[("attack.json", &bundle.to_string())]);
    for (page, heading, other, them) in [
        ("Techniques/T9001.md", "Procedure examples", "[G9001: Them](../Groups/G9001.md)", "../Groups/G9001.md"),
        ("Groups/G9001.md", "How it uses them", "[T9001: Ours](../Techniques/T9001.md)", "G9001.md"),
    ] {
        let page = site.page(page);
        let told = part(&page, heading);
        let wanted = format!("{other}\n\n[Them]({them}) did &lt;it>.[\\[1\\]](#references)");
        assert!(told.contains(&wanted), "no {wanted} in {told}");
        assert!(part(&page, "References").contains("| 1 | [A. (2026). Blog.](https://blog.example/a) |"), "{page}");
    }
    // Without prose there is nothing that cites.
    assert!(!site.page("Techniques/T1047.md").contains("## References"));
}
