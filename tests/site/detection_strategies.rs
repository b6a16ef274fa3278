//! How ATT&CK says techniques are detected: from a technique over strategies and analytics to the data
//! components they need, and back, with what we have for each.

use serde_json::{Value, json};

use super::built::{self, Site};

const RULE: &str = "title: LSASS Is Read
id: 6b8f9c0e-1f63-4d55-8f0c-0b6f8f1c9d11
logsource: {product: windows, category: process_access}
detection: {a: {TargetImage|endswith: '\\lsass.exe'}, condition: a}
tags: [attack.credential-access, attack.t1485]
";

const TEST: &str = "attack_technique: T1485
display_name: Data Destruction
atomic_tests:
- name: Overwrite a file
  auto_generated_guid: 476419b5-aebf-4366-a131-ae3e8dae5fc2
  description: Overwrites a file.
  supported_platforms: [windows]
  executor: {name: command_prompt, command: echo}
";

fn site() -> Site {
    built::site("", &[("rules/lsass.yml", RULE), ("triggers/T1485/T1485.yaml", TEST)])
}

/// The part of a Markdown page from one heading to the next.
fn part<'a>(page: &'a str, heading: &str) -> &'a str {
    let start = page.find(&format!("## {heading}")).unwrap_or_else(|| panic!("no {heading}:\n{page}"));
    let end = page[start + 3..].find("\n## ").map_or(page.len(), |end| start + 3 + end);
    let part = &page[start..end];
    part.split("\n---\n").next().unwrap_or(part).trim_end()
}

fn json_of(site: &Site, path: &str) -> Value {
    serde_json::from_str(&site.page(&format!("exports/api/v1/{path}.json"))).expect("JSON")
}

#[test]
fn a_technique_shows_its_strategies_with_analytics_by_platform_and_the_data_they_need() {
    let site = site();
    let page = site.page("Techniques/T1003.001.md");
    assert_eq!(
        part(&page, "Detection strategies of"),
        "\
## Detection strategies of ATT&amp;CK

[DET0363: Detection of Credential Dumping from LSASS Memory via Access and Dump Sequence](https://attack.mitre.org/detectionstrategies/DET0363)

| Analytic | Platforms | Data components |
|:---|:---|:---|
| AN1030 | Windows | [DC0013: User Account Metadata](../Data_Components/DC0013.md), [DC0032: Process Creation](../Data_Components/DC0032.md), [DC0035: Process Access](../Data_Components/DC0035.md), [DC0039: File Creation](../Data_Components/DC0039.md), [DC0063: Windows Registry Key Modification](../Data_Components/DC0063.md) |"
    );
    let html = site.page("Techniques/T1003.001.html").replace("<wbr>", "");
    for part in
        ["href=\"https://attack.mitre.org/detectionstrategies/DET0363\"", "href=\"../Data_Components/DC0032.html\""]
    {
        assert!(html.contains(part), "no {part}:\n{html}");
    }
    // ATT&CK has none for what it no longer maintains, nor for what is newer than its strategies.
    for path in ["Techniques/T1064.md", "Techniques/T1191.md", "Techniques/T1682.md"] {
        assert!(!site.page(path).contains("Detection strategies"), "{path}");
    }
    // What was detected as T1562.002 is now detected as T1685.001.
    assert!(site.page("Techniques/T1685.001.md").contains("https://attack.mitre.org/detectionstrategies/DET"));
}

#[test]
fn a_data_component_shows_what_can_be_detected_with_it_and_what_we_have_of_that() {
    let site = site();
    let page = site.page("Data_Components/DC0022.md");
    let wanted = "\
| Title        | Cloud Storage Deletion |
|:-------------|:---|
| ID           | DC0022 |
| Domain       | Enterprise |
| ATT&amp;CK   | [DC0022 on attack.mitre.org](https://attack.mitre.org/datacomponents/DC0022) |
| For Programs | <ul><li>[JSON](../exports/api/v1/data_components/DC0022.json)</li><li>[Navigator layer](../exports/navigator/DC0022.json)</li></ul> |

## Coverage

- **2** techniques detectable with it
- **1** with a rule
- **1** with a test
- **1** without a rule

## By platform

| Platform | Techniques | With a rule | With a test |
|:---|---:|---:|---:|
| [IaaS](../Matrix/enterprise.md) | 2 | 1 | 1 |

## Techniques detectable with it

| ID | Name | Platforms | Rules | Tests | Coverage |
|:---|:---|:---|---:|---:|:---|
| [T1485](../Techniques/T1485.md) | [Data Destruction](../Techniques/T1485.md) | IaaS | [1](../Techniques/T1485.md#rules) | [1](../Techniques/T1485.md#tests) | rule |
| [T1490](../Techniques/T1490.md) | [Inhibit System Recovery](../Techniques/T1490.md) | IaaS | 0 | 0 | no rule, no test |

## Gaps: techniques without a rule

| Technique | Tactics | Platforms | Groups | Software | Tests |
|:---|:---|:---|---:|---:|---:|
| [T1490: Inhibit System Recovery](../Techniques/T1490.md) | [Impact](../Tactics/TA0040.md) | Containers, ESXi, IaaS, Linux, macOS, Network Devices, Windows | 7 | 48 | 0 |

## Detection strategies that need it

| ID | Detection strategy | Techniques | Analytics |
|:---|:---|:---|:---|
| [DET0146](https://attack.mitre.org/detectionstrategies/DET0146) | [Detection of Data Destruction Across Platforms via Mass Overwrite and Deletion Patterns](https://attack.mitre.org/detectionstrategies/DET0146) | [T1485](../Techniques/T1485.md) | AN0414 (IaaS) |
| [DET0329](https://attack.mitre.org/detectionstrategies/DET0329) | [Behavioral Detection for T1490 - Inhibit System Recovery](https://attack.mitre.org/detectionstrategies/DET0329) | [T1490](../Techniques/T1490.md) | AN0937 (IaaS) |

## Triggers that test these techniques

- [T1485: Data Destruction](../Triggers/T1485.md)

---
";
    assert!(page.starts_with(wanted), "{page}");
}

#[test]
fn what_names_no_platform_is_shown_without() {
    let site = site();
    let page = site.page("Data_Components/DC0045.md");
    let row = "| [T0872](../Techniques/T0872.md) | [Indicator Removal on Host](../Techniques/T0872.md) |  | 0 | 0 | no rule, no test |";
    assert!(part(&page, "Techniques detectable with it").ends_with(row), "{page}");
    assert!(part(&page, "Detection strategies that need it").contains("| [T0872](../Techniques/T0872.md) | AN1882 |"));
    assert!(!page.contains("## By platform"), "{page}");
}

#[test]
fn a_data_component_that_attack_gave_up_or_that_nothing_needs_says_so() {
    let site = site();
    let page = site.page("Data_Components/DC0120.md");
    let words = "ATT&amp;CK no longer maintains DC0120 and names nothing in its place.";
    assert!(part(&page, "No longer current").contains(words) && !page.contains("## Coverage"), "{page}");
    assert!(part(&site.page("Data_Components/index.md"), "No longer current").contains("| [DC0120](DC0120.md) |"));
    let page = site.page("Data_Components/DC0026.md");
    assert!(part(&page, "Coverage").ends_with("> No analytic of ATT&amp;CK needs it"), "{page}");
}

#[test]
fn the_index_counts_for_each_component() {
    let site = site();
    let index = site.page("Data_Components/index.md");
    assert!(index.contains("| [DC0022](DC0022.md) | [Cloud Storage Deletion](DC0022.md) | 2 | 1 | 1 |"), "{index}");
    let home = site.page("index.html");
    assert!(home.contains("<a href=\"Data_Components/index.html\"><span>Data Components</span>"), "{home}");
    let csv = site.page("exports/tables/attack_data_components.csv");
    assert!(csv.starts_with("ID,Name,Techniques,With a rule,With a test,Page\r\n"), "{csv}");
    assert!(csv.contains("DC0022,Cloud Storage Deletion,2,1,1,Data_Components/DC0022.html\r\n"), "{csv}");
}

#[test]
fn a_rule_tagged_with_a_data_component_is_on_its_page() {
    let rule = RULE.replace("attack.t1485", "attack.dc0035");
    let site = built::site("", &[("rules/lsass.yml", &rule)]);
    let page = site.page("Data_Components/DC0035.md");
    assert!(part(&page, "Rules tagged with it").contains("[LSASS Is Read](../Detection_Rules/lsass.md)"), "{page}");
    assert!(site.page("Detection_Rules/lsass.md").contains("(../Data_Components/DC0035.md)"));
}

#[test]
fn programs_are_told_the_same_both_ways() {
    let site = site();
    let technique = json_of(&site, "techniques/T1003.001");
    assert_eq!(
        technique["detection_strategies"],
        json!([{
            "id": "DET0363",
            "title": "Detection of Credential Dumping from LSASS Memory via Access and Dump Sequence",
            "url": "https://attack.mitre.org/detectionstrategies/DET0363",
            "techniques": ["T1003.001"],
            "analytics": [{
                "id": "AN1030",
                "platforms": ["Windows"],
                "data_components": ["DC0013", "DC0032", "DC0035", "DC0039", "DC0063"],
                "log_sources": [],
            }],
        }])
    );
    let ids = |value: &Value| -> Vec<String> {
        let links = value.as_array().expect("links").iter();
        links.map(|link| link["id"].as_str().expect("an id").to_owned()).collect()
    };
    assert_eq!(ids(&technique["links"]["data_components"]), ["DC0013", "DC0032", "DC0035", "DC0039", "DC0063"]);
    assert_eq!(technique["layers"], json!(["exports/navigator/T1003.001.json"]));
    let component = json_of(&site, "data_components/DC0035");
    assert_eq!(component["layers"], json!(["exports/navigator/DC0035.json"]));
    assert!(ids(&component["links"]["techniques"]).contains(&"T1003.001".to_owned()));
    let strategies = component["detection_strategies"].as_array().expect("strategies");
    assert!(strategies.contains(&technique["detection_strategies"][0]), "{component}");
}

/// An object of a STIX bundle.
pub(crate) fn stix(kind: &str, id: &str, name: &str, mut more: Value) -> Value {
    more["type"] = json!(kind);
    more["id"] = json!(format!("{kind}--{id}"));
    more["name"] = json!(name);
    more["x_mitre_domains"] = json!(["enterprise-attack"]);
    more["external_references"] = json!([{"source_name": "mitre-attack", "external_id": id}]);
    more
}

#[test]
fn a_bundle_brings_descriptions_and_log_sources() {
    let reads = |component: &str, name: &str, channel: &str| {
        let component = format!("x-mitre-data-component--{component}");
        json!({"x_mitre_data_component_ref": component, "name": name, "channel": channel})
    };
    let phases = json!({"kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "execution"}]});
    let analytics = ["AN9001", "AN9002", "AN9003"].map(|id| format!("x-mitre-analytic--{id}"));
    let bundle = json!({"type": "bundle", "objects": [
        stix("attack-pattern", "T9001", "Ours", phases),
        stix("x-mitre-data-component", "DC9001", "Our Log", json!({"description": "What we *log*."})),
        stix("x-mitre-data-component", "DC9002", "Other Log", json!({})),
        stix("x-mitre-detection-strategy", "DET9001", "Look <for> it", json!({"x_mitre_analytic_refs": analytics})),
        stix("x-mitre-analytic", "AN9001", "Analytic 9001", json!({
            "description": "Look at [this](https://attack.mitre.org/techniques/T9001).",
            "x_mitre_platforms": ["Windows"],
            "x_mitre_log_source_references": [
                reads("DC9001", "Our:Log", "EventID=1"),
                reads("DC9002", "Other", "None"),
                reads("DC9001", "Our:Log", "EventID=2|3"),
                reads("DC9999", "Nobody", ""),
            ],
        })),
        stix("x-mitre-analytic", "AN9002", "Analytic 9002", json!({"x_mitre_platforms": ["macOS", "Linux"]})),
        stix("x-mitre-analytic", "AN9003", "Analytic 9003", json!({
            "x_mitre_deprecated": true,
            "x_mitre_log_source_references": [reads("DC9002", "Other", "")],
        })),
        {"type": "relationship", "id": "relationship--1", "relationship_type": "detects",
         "source_ref": "x-mitre-detection-strategy--DET9001", "target_ref": "attack-pattern--T9001"},
    ]});
    let config = "[attack]\nbundle = \"content/attack.json\"\n";
    let site = built::site(config, &[("rules/lsass.yml", RULE), ("attack.json", &bundle.to_string())]);
    let page = site.page("Techniques/T9001.md");
    assert_eq!(
        part(&page, "Detection strategies of"),
        "\
## Detection strategies of ATT&amp;CK

[DET9001: Look &lt;for> it](https://attack.mitre.org/detectionstrategies/DET9001)

| Analytic | Platforms | Data components | Log sources |
|:---|:---|:---|:---|
| AN9001 | Windows | [DC9001: Our Log](../Data_Components/DC9001.md), [DC9002: Other Log](../Data_Components/DC9002.md) | Our:Log (EventID=1); Our:Log (EventID=2\\|3), Other |
| AN9002 | Linux, macOS |  |  |

AN9001 (Windows)

Look at [this](T9001.md)."
    );
    assert!(part(&site.page("Data_Components/DC9001.md"), "Description").contains("What we *log*."));
    // The analytic that ATT&CK gave up is not counted.
    assert_eq!(
        json_of(&site, "techniques/T9001")["detection_strategies"][0]["analytics"][0]["log_sources"],
        json!(["Our:Log (EventID=1); Our:Log (EventID=2|3)", "Other"])
    );
    let strategies = site.page("Data_Components/DC9002.md");
    assert!(part(&strategies, "Detection strategies that need it").contains("| AN9001 (Windows) |"), "{strategies}");
    assert!(!strategies.contains("AN9003"), "{strategies}");
}
