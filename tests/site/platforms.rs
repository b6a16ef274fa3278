//! What counts for a platform, what a log is the only source of, and the layers of ATT&CK's objects.

use serde_json::Value;

use super::built::{Site, site};

fn rule(title: &str, source: &str, tag: &str, data: &str) -> String {
    format!(
        "title: {title}\nlogsource: {{{source}}}\ntags: [attack.{tag}]\ndata_needed: [{data}]\n\
         detection: {{a: {{Image: x}}, condition: a}}\n"
    )
}

fn has(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "no {wanted:?} in {text}");
    }
}

/// The row of a table in Markdown that begins with a link of this name.
fn row<'t>(text: &'t str, name: &str) -> &'t str {
    let start = format!("| [{name}](");
    text.lines().find(|line| line.starts_with(&start)).unwrap_or_else(|| panic!("no {name} in {text}"))
}

#[test]
fn a_rule_counts_for_the_platform_of_its_log_source_and_for_no_other() {
    let rules = [
        ("rules/windows.yml", rule("Windows", "product: windows, category: process_creation", "t1053.005", "")),
        ("rules/cloud.yml", rule("Cloud", "product: aws, service: cloudtrail", "t1578.002", "")),
        ("rules/people.yml", rule("People", "product: azure, service: signinlogs", "t1556.006", "")),
        ("rules/resources.yml", rule("Resources", "product: azure, service: activitylogs", "t1578.003", "")),
        ("rules/proxy.yml", rule("Proxy", "category: proxy", "t1071.001", "")),
    ];
    let rules: Vec<(&str, &str)> = rules.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let site = site("", &rules);
    let coverage = site.page("Matrix/coverage.md");
    // The platform, techniques, full, rule, test only, neither.
    let with_rules = |platform: &str| -> String {
        let cells: Vec<&str> = row(&coverage, platform).split(" | ").collect();
        cells[3].to_owned()
    };
    for (platform, rules) in
        [("Windows", "1"), ("IaaS", "2"), ("Identity Provider", "1"), ("ESXi", "0"), ("Linux", "0")]
    {
        assert_eq!(with_rules(platform), rules, "{platform}");
    }
    assert!(row(&coverage, "Windows").contains(", [layer](../exports/navigator/platform-windows.json) | "));
    assert!(!row(&coverage, "ESXi").contains("layer"), "{}", row(&coverage, "ESXi"));
    // The web is of no platform: the technique has its rule only where none is asked for.
    assert!(site.page("Techniques/T1071.001.md").contains("[Proxy](../Detection_Rules/proxy.md)"));
}

#[test]
fn a_policy_says_what_is_lost_without_it() {
    let process =
        |title: &str, tag: &str, data: &str| rule(title, "product: windows, category: process_creation", tag, data);
    let (only, both, other) = (
        process("Only", "t1053.005", "DN_1"),
        process("Both", "t1053.005", "DN_1, DN_2"),
        process("Other", "t1059.003", "DN_1"),
    );
    let data =
        |title: &str, policies: &str| format!("title: {title}\nplatform: windows\nloggingpolicy: [{policies}]\n");
    let (first, second) = (data("DN_1", "LP_1"), data("DN_2", "LP_2"));
    let site = site(
        "",
        &[
            ("rules/only.yml", &only),
            ("rules/both.yml", &both),
            ("rules/other.yml", &other),
            ("data_needed/DN_1.yml", &first),
            ("data_needed/DN_2.yml", &second),
            ("logging_policies/LP_1.yml", "title: LP_1\n"),
            ("logging_policies/LP_2.yml", "title: LP_2\n"),
        ],
    );
    has(
        &site.page("Logging_Policies/LP_1.md"),
        &[
            "## What is lost without it\n\n",
            "**3** rules take its data",
            "**2** rules have no other",
            "**1** techniques only these detect",
            "No rule would be left for [T1059.003: Windows Command Shell](../Techniques/T1059.003.md).",
        ],
    );
    has(&site.page("Logging_Policies/LP_2.md"), &["**0** rules have no other"]);
}

fn techniques(site: &Site, layer: &str) -> Vec<String> {
    let layer: Value = serde_json::from_str(&site.page(&format!("exports/navigator/{layer}.json"))).expect("JSON");
    let techniques = layer["techniques"].as_array().expect("techniques").iter();
    techniques.map(|one| one["techniqueID"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn each_object_of_attack_has_its_layer_which_its_page_leads_to() {
    let site = site("", &[]);
    for (page, one) in [
        ("Techniques/T1053", "T1053.005"),
        ("Tactics/TA0002", "T1059.001"),
        ("Groups/G0069", "T1059.001"),
        ("Software/S0002", "T1003.001"),
        ("Mitigations/M1042", "T1218.003"),
        ("Campaigns/C0001", "T1566.001"),
        ("Data_Components/DC0032", "T1059.001"),
    ] {
        let id = page.split_once('/').expect("a folder").1;
        let text = site.page(&format!("{page}.md"));
        assert!(text.contains(&format!("](../exports/navigator/{id}.json)")), "{page}: {text}");
        let all = techniques(&site, id);
        assert!(all.iter().any(|technique| technique == one), "{page}: {all:?}");
    }
    // What uses techniques of several domains has a layer for each.
    let (mobile, enterprise) = (techniques(&site, "G0112-mobile"), techniques(&site, "G0112"));
    assert!(!mobile.is_empty() && mobile.iter().all(|id| !enterprise.contains(id)), "{mobile:?} {enterprise:?}");
    has(&site.page("Groups/G0112.md"), &["[Navigator layer, Mobile](../exports/navigator/G0112-mobile.json)"]);
}

#[test]
fn a_customer_leads_to_no_layer_but_its_own() {
    let windows = rule("Windows", "product: windows, category: process_creation", "t1053.005", "");
    let customer = |title: &str| format!("title: {title}\ndetectionrule: [Windows]\n");
    let (first, second) = (customer("CU A"), customer("CU-A"));
    let site = site("", &[("rules/w.yml", &windows), ("customers/CU A.yml", &first), ("customers/CU-A.yml", &second)]);
    let layer = "[Navigator layer](../exports/navigator/customer-cu-a.json)";
    // Both would be called the same, and the first has the file.
    assert!(site.page("Customers/CU A.md").contains(layer), "{}", site.page("Customers/CU A.md"));
    assert!(!site.page("Customers/CU-A.md").contains("Navigator layer"), "{}", site.page("Customers/CU-A.md"));
}
