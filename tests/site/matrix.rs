//! The matrix: its states, what it can be narrowed to, its picture, and the way to it from groups.

use serde_json::{Value, json};

use super::built::{Site, site};
use super::project::{project, purplebook};

const RULE: &str = "title: Script host started from Office
id: 7d1a1b1e-0d34-4b6a-9a53-3d0a5f3c8a11
status: test
level: high
logsource: {product: windows, category: process_creation}
tags: [attack.execution, attack.t1059.005, attack.t1047]
detection:
  s: {Image|endswith: '\\wscript.exe'}
  condition: s
";

const OTHER: &str = "title: Shell on Linux
id: 7d1a1b1e-0d34-4b6a-9a53-3d0a5f3c8a12
status: stable
level: low
logsource: {product: linux, category: process_creation}
tags: [attack.execution, attack.t1059.005]
detection:
  s: {Image|endswith: '/bash'}
  condition: s
";

const DATA: &str = "title: DN_0001_4688_windows_process_creation
platform: Windows
channel: Security
provider: Microsoft-Windows-Security-Auditing
category: OS Logs
type: Windows Log
description: d
fields: [Image]
";

const TRIGGER: &str = "attack_technique: T1047
display_name: Windows Management Instrumentation
atomic_tests:
- name: List
  description: d
  supported_platforms: [windows]
  executor: {name: command_prompt, command: wmic process}
- name: Elsewhere
  description: d
  supported_platforms: [office-365, nowhere]
  executor: {name: command_prompt, command: x}
";

fn built(title: &str) -> Site {
    let rule = format!("{RULE}data_needed: [DN_0001_4688_windows_process_creation]\n");
    let config = format!("[site]\ntitle = '{title}'\n[queries]\nshow = []\n");
    let files = [
        ("rules/a.yml", rule.as_str()),
        ("rules/b.yml", OTHER),
        ("data_needed/DN_0001_4688_windows_process_creation.yml", DATA),
        ("triggers/T1047/T1047.yaml", TRIGGER),
    ];
    site(&config, &files)
}

fn choices(site: &Site, domain: &str) -> Value {
    let script = site.page(&format!("Matrix/{domain}.js"));
    let data = script.strip_prefix("purplebookMatrix(").and_then(|rest| rest.strip_suffix(");\n")).expect("a call");
    let json: String = serde_json::from_str(data).expect("a text");
    serde_json::from_str(&json).expect("JSON")
}

#[test]
fn a_technique_with_rule_test_and_data_is_told_from_one_with_less() {
    let site = built("KB");
    let html = site.page("Matrix/enterprise.html");
    let cell = |id: &str| {
        let at = html.find(&format!("<span class=\"id\">{id}</span>")).unwrap_or_else(|| panic!("{id}"));
        let open = html[..at].rfind("<li class=\"cell ").expect("a cell");
        html[open + 16..].split('"').next().expect("a state").to_owned()
    };
    assert_eq!(cell("T1047"), "full");
    assert_eq!(cell("T1059.005"), "rules", "it has no test");
    assert_eq!(cell("T1059.001"), "none");
    let markdown = site.page("Matrix/enterprise.md");
    assert!(
        markdown.contains(
            "- [T1047: Windows Management Instrumentation](../Techniques/T1047.md) (1 rule, 2 tests, 1 Data Needed)"
        ),
        "{markdown}"
    );
    assert!(markdown.contains("(../Matrix/enterprise.svg)"), "{markdown}");
}

#[test]
fn the_choices_of_a_matrix_are_rules_tests_and_actors_by_number() {
    let site = built("KB");
    let all = choices(&site, "enterprise");
    let list = |key: &str| -> Vec<&str> {
        all[key].as_array().expect("a list").iter().map(|name| name.as_str().expect("a name")).collect()
    };
    let place = |key: &str, name: &str| list(key).iter().position(|one| *one == name).expect("a name");
    assert_eq!(list("levels"), ["high", "low"]);
    assert_eq!(list("statuses"), ["stable", "test"]);
    assert_eq!(list("sources"), ["linux process_creation", "windows process_creation"]);
    let (wmi, vb) = (place("techniques", "T1047"), place("techniques", "T1059.005"));
    let (windows, linux) = (place("platforms", "Windows"), place("platforms", "Linux"));
    assert_eq!(all["rules"], json!([[0, 1, 1, windows, [wmi, vb], [0]], [1, 0, 0, linux, [vb], []]]));
    // A platform ATT&CK does not have narrows nothing.
    assert_eq!(all["tests"], json!([[wmi, [windows]], [wmi, [place("platforms", "Office Suite")]]]));
    let muddywater = all["groups"].as_array().expect("groups").iter().find(|group| group[0] == "G0069");
    let muddywater = muddywater.expect("G0069");
    assert_eq!(muddywater[1], "MuddyWater");
    assert!(muddywater[2].as_array().expect("numbers").contains(&json!(wmi)), "{muddywater}");
    assert!(all["software"].as_array().expect("software").iter().any(|one| one[0] == "S0002"));
    // Of another domain there is nothing of ours.
    assert_eq!(choices(&site, "mobile")["rules"], json!([]));
}

#[test]
fn a_group_and_a_software_lead_to_their_view_of_the_matrix() {
    let site = built("KB");
    assert!(
        site.page("Groups/G0069.html").contains("<a href=\"../Matrix/enterprise.html?group=G0069\">Enterprise</a>")
    );
    assert!(site.page("Software/S0002.html").contains("href=\"../Matrix/enterprise.html?software=S0002\""));
    assert!(site.page("Groups/G0069.md").contains("[Enterprise](../Matrix/enterprise.md)"));
    // The links of a site that is written lead to what is there.
    let dir = project(&[("content/rules/a.yml", RULE), ("content/triggers/T1047/T1047.yaml", TRIGGER)]);
    let (code, _, err) = purplebook(dir.path(), &["build"]);
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = purplebook(dir.path(), &["check", "--output", "output", "--format", "concise"]);
    assert!(!out.contains("PB50"), "{code} {out} {err}");
}

#[test]
fn the_picture_is_a_document_of_its_own_whatever_the_title_is() {
    let site = built("a <script>&\"</script>");
    let svg = site.page("Matrix/enterprise.svg");
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""), "{}", &svg[..200]);
    assert!(svg.contains("<title>a &lt;script&gt;&amp;&quot;&lt;/script&gt;: Enterprise matrix, MITRE ATT&amp;CK® "));
    assert!(svg.contains("<title>T1047: Windows Management Instrumentation, rule, test and data</title>"));
    assert!(svg.contains("<a href=\"../Techniques/T1047.html\">"));
    assert!(!svg.contains("<script"));
    // Every element is closed where it must be.
    let mut open: Vec<&str> = Vec::new();
    for tag in svg.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a whole tag");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None if tag.ends_with('/') => {}
            None => open.push(tag.split_whitespace().next().expect("a name")),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn the_home_page_has_the_matrix_at_a_glance() {
    let site = built("KB");
    let html = site.page("index.html");
    assert!(
        html.contains("<a class=\"overview\" href=\"Matrix/enterprise.html\"><span class=\"hidden\">Enterprise matrix")
    );
    assert!(html.contains("<i class=\"full\"></i>") && html.contains("<i class=\"none\"></i>"));
    assert!(site.page("index.md").contains("![Enterprise matrix](Matrix/enterprise.svg)"));
}
