//! The files for other programs: what is in them, and that the pages they belong to lead to them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::project::{built_file, project, purplebook};

const RULE: &str = "title: '=cmd|calc, \"quoted\"'
id: 7d1a1b1e-0d34-4b6a-9a53-3d0a5f3c8a11
status: test
level: high
author: A & B
date: 2025/03/02
description: d <b>
logsource: {product: windows, category: process_creation}
tags: [attack.execution, attack.persistence, attack.t1047, attack.t1053.005]
data_needed: [DN_0001_4688_windows_process_creation]
detection:
  s: {Image|endswith: '\\wscript.exe'}
  condition: s
";

const DATA: &str = "title: DN_0001_4688_windows_process_creation
platform: Windows
channel: Security
provider: Microsoft-Windows-Security-Auditing
category: OS Logs
type: Windows Log
loggingpolicy: [LP_0001_windows_audit_process_creation]
description: d
fields: [Image, User]
";

const POLICY: &str = "title: LP_0001_windows_audit_process_creation
default: Not configured
volume: Medium
description: d
eventID: [4688]
configuration: x
";

const USE_CASE: &str = "title: UC_0001_wmi
usecase_name: WMI
description: d
detectionrule: [7d1a1b1e-0d34-4b6a-9a53-3d0a5f3c8a11]
";

const CUSTOMER: &str = "title: CU_0001_north
customer_name: North
description: d
usecase: [UC_0001_wmi]
";

fn built(config: &str) -> TempDir {
    let config = format!("{config}\n[queries]\nshow = []\n");
    let dir = project(&[
        ("purplebook.toml", config.as_str()),
        ("content/rules/a.yml", RULE),
        ("content/data_needed/DN_0001_4688_windows_process_creation.yml", DATA),
        ("content/logging_policies/LP_0001_windows_audit_process_creation.yml", POLICY),
        ("content/use_cases/UC_0001_wmi.yml", USE_CASE),
        ("content/customers/CU_0001_north.yml", CUSTOMER),
    ]);
    let (code, _, err) = purplebook(dir.path(), &["build"]);
    assert_eq!(code, 0, "{err}");
    dir
}

fn file(dir: &TempDir, path: &str) -> String {
    built_file(dir.path(), path)
}

fn value(dir: &TempDir, path: &str) -> Value {
    serde_json::from_str(&file(dir, path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn a_table_has_the_rows_of_its_page_and_no_formula() {
    let dir = built("");
    assert_eq!(
        file(&dir, "exports/tables/detection_rules.csv"),
        "Rule,Level,Status,Log source,Platform,Tactics,Techniques,Author,Changed,Data,Tests,Page\r\n\
         \"'=cmd|calc, \"\"quoted\"\"\",high,test,windows / process_creation,Windows,\"Execution, Persistence\",\"T1047, T1053.005\",A & B,2025/03/02,1,0,Detection_Rules/a.html\r\n"
    );
    assert_eq!(
        value(&dir, "exports/tables/detection_rules.json"),
        json!([{
            "rule": "=cmd|calc, \"quoted\"",
            "level": "high",
            "status": "test",
            "log_source": "windows / process_creation",
            "platform": "Windows",
            "tactics": ["Execution", "Persistence"],
            "techniques": ["T1047", "T1053.005"],
            "author": "A & B",
            "changed": "2025/03/02",
            "data": 1,
            "tests": 0,
            "page": "Detection_Rules/a.html",
        }])
    );
    let index = file(&dir, "Detection_Rules/index.html");
    assert!(index.contains(
        "This table as <a href=\"../exports/tables/detection_rules.csv\">CSV</a>, \
         <a href=\"../exports/tables/detection_rules.json\">JSON</a>, \
         <a href=\"../exports/tables/analytics.csv\">CSV with data, logs and responses</a> or \
         <a href=\"../exports/elasticsearch/detection_rules.ndjson\">documents for Elasticsearch</a>"
    ));
    let groups = value(&dir, "exports/tables/attack_groups.json");
    let muddywater = groups.as_array().expect("rows").iter().find(|row| row["id"] == "G0069").expect("G0069");
    assert!(muddywater["also_known_as"].as_array().expect("a list").len() > 3, "{muddywater}");
}

#[test]
fn the_layer_of_a_domain_has_what_is_covered_and_that_of_a_group_its_gaps() {
    let dir = built("[site]\ntitle = 'KB'\nbase_url = 'https://kb.example/team'");
    let layer = value(&dir, "exports/navigator/enterprise.json");
    assert_eq!(layer["domain"], "enterprise-attack");
    assert_eq!(layer["versions"], json!({"attack": "19", "navigator": "5.1.0", "layer": "4.5"}));
    let techniques = layer["techniques"].as_array().expect("a list");
    let of = |id: &str| techniques.iter().find(|technique| technique["techniqueID"] == id);
    assert_eq!(
        of("T1047").expect("T1047"),
        &json!({
            "techniqueID": "T1047",
            "score": 1,
            "color": "#ddccf2",
            "comment": "1 rule, 0 tests, 1 Data Needed",
            "enabled": true,
            "showSubtechniques": false,
            "links": [{"label": "Rules and tests", "url": "https://kb.example/team/Techniques/T1047.html"}],
        })
    );
    // Unfolded, since there is something below it.
    assert_eq!(of("T1053").expect("T1053")["showSubtechniques"], true);
    assert_eq!(techniques.len(), 3, "{layer}");
    let group = value(&dir, "exports/navigator/G0069.json");
    assert_eq!(group["name"], "MuddyWater (G0069): KB");
    let gaps = group["techniques"].as_array().expect("a list").iter().filter(|one| one["color"] == "#f5b7b1").count();
    let all = group["techniques"].as_array().expect("a list").len();
    assert!(gaps + 2 == all && all > 20, "{gaps} of {all}");
    assert!(file(&dir, "Groups/G0069.html").contains("../exports/navigator/G0069.json"));
    let names = ["platform-windows", "source-windows-process_creation", "customer-cu_0001_north"];
    for name in names {
        let layer = value(&dir, &format!("exports/navigator/{name}.json"));
        assert_eq!(layer["techniques"].as_array().expect("a list").len(), 2, "{name}");
    }
    // Of platforms without anything there is none.
    assert!(!dir.path().join("output/exports/navigator/platform-macos.json").exists());
}

#[test]
fn analytics_leads_from_technique_to_log() {
    let dir = built("");
    let table = file(&dir, "exports/tables/analytics.csv");
    let rows: Vec<&str> = table.lines().skip(1).collect();
    let event = "OS Logs,Windows,Windows Log,Security,Microsoft-Windows-Security-Auditing,\
                 DN_0001_4688_windows_process_creation,LP_0001_windows_audit_process_creation,-,,-,-";
    let rule = "\"'=cmd|calc, \"\"quoted\"\"\"";
    assert_eq!(
        rows,
        [
            format!("TA0002: Execution,T1047: Windows Management Instrumentation,{rule},{event}"),
            format!("TA0002: Execution,T1053.005: Scheduled Task,{rule},{event}"),
            // T1047 is of no tactic but Execution.
            format!("TA0003: Persistence,T1053.005: Scheduled Task,{rule},{event}"),
        ]
    );
}

#[test]
fn pivoting_says_of_all_of_atc_which_events_have_a_field() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let expected = shared.join("expected/atc-2019-exports/pivoting.csv");
    let Ok(expected) = fs::read_to_string(expected) else {
        println!("skipped: ../shared is absent");
        return;
    };
    let dir = project(&[("purplebook.toml", "[queries]\nshow = []\n")]);
    let corpus = shared.join("corpus/atc-2019");
    let folder = |name: &str| corpus.join(name).display().to_string();
    let (data, policies, enrichments) = (folder("Data_Needed"), folder("Logging_Policies"), folder("Enrichments"));
    let args = ["build", "--data-needed", &data, "--logging-policies", &policies, "--enrichments", &enrichments];
    let (code, _, err) = purplebook(dir.path(), &args);
    assert_eq!(code, 0, "{err}");
    let rows = |text: &str| -> BTreeSet<String> { text.lines().map(|line| line.trim_end().to_owned()).collect() };
    let written = file(&dir, "exports/tables/pivoting.csv");
    let differences: Vec<String> = rows(&expected).symmetric_difference(&rows(&written)).cloned().collect();
    assert!(differences.is_empty(), "{differences:#?}");
}

#[test]
fn what_names_absolute_addresses_is_there_where_the_address_is_known() {
    let dir = built("[site]\ntitle = 'K & B'\nbase_url = 'https://kb.example/team/'");
    let sitemap = file(&dir, "sitemap.xml");
    assert!(sitemap.contains("<url><loc>https://kb.example/team/</loc></url>"), "{}", &sitemap[..300]);
    assert!(
        sitemap.contains(
            "<url><loc>https://kb.example/team/Detection_Rules/a.html</loc><lastmod>2025-03-02</lastmod></url>"
        )
    );
    let customer = file(&dir, "Customers/CU_0001_north.md");
    assert!(
        customer.contains(
            "[Navigator layer](../exports/navigator/customer-cu_0001_north.json) ([open in the \
             Navigator](https://mitre-attack.github.io/attack-navigator/#layerURL=https%3A%2F%2Fkb.example%2Fteam%2F\
             exports%2Fnavigator%2Fcustomer-cu_0001_north.json))"
        ),
        "{customer}"
    );
    // What ATT&CK revoked leads on, and is no place to be found.
    assert!(sitemap.contains("/Techniques/T1218.003.html</loc>") && !sitemap.contains("/Techniques/T1191.html"));
    assert_eq!(file(&dir, "robots.txt"), "User-agent: *\nAllow: /\n\nSitemap: https://kb.example/team/sitemap.xml\n");
    assert_eq!(
        file(&dir, "feed.xml"),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\">\n\
         <title>K &amp; B: detection rules</title>\n<id>https://kb.example/team/</id>\n\
         <link href=\"https://kb.example/team/\"/>\n<link rel=\"self\" href=\"https://kb.example/team/feed.xml\"/>\n\
         <updated>2025-03-02T00:00:00Z</updated>\n<author><name>K &amp; B</name></author>\n\
         <entry><title>=cmd|calc, &quot;quoted&quot;</title><id>https://kb.example/team/Detection_Rules/a.html</id>\
         <link href=\"https://kb.example/team/Detection_Rules/a.html\"/><updated>2025-03-02T00:00:00Z</updated>\
         <author><name>A &amp; B</name></author><category term=\"high\"/><summary>d &lt;b&gt;</summary></entry>\n</feed>\n"
    );
    let page = file(&dir, "Detection_Rules/a.html");
    assert!(page.contains("<meta property=\"og:url\" content=\"https://kb.example/team/Detection_Rules/a.html\">"));
    assert!(page.contains("<meta property=\"og:site_name\" content=\"K &amp; B\">"));
    let home = file(&dir, "index.html");
    assert!(home.contains("<link rel=\"alternate\" type=\"application/atom+xml\""), "{home}");

    let without = built("");
    for name in ["sitemap.xml", "robots.txt", "feed.xml"] {
        assert!(!without.path().join("output").join(name).exists(), "{name}");
    }
    let llms = file(&without, "llms.txt");
    assert!(llms.starts_with("# Knowledge base\n\n> "), "{llms}");
    assert!(llms.contains("\n- [Detection Rules (1)](Detection_Rules/index.md)\n"), "{llms}");
}

#[test]
fn every_file_for_programs_is_on_the_page_of_downloads() {
    let dir = built("[site]\nbase_url = 'https://kb.example'");
    let page = file(&dir, "exports/index.html");
    let folders = ["navigator", "tables", "elasticsearch", "schemas", "stix"].map(|name| format!("exports/{name}"));
    for folder in &folders {
        for entry in fs::read_dir(dir.path().join("output").join(folder)).expect("a folder") {
            let name = entry.expect("an entry").file_name().into_string().expect("a name");
            // There are hundreds of layers of ATT&CK's objects: each is on the page of its object.
            let id = name.split(['.', '-']).next().unwrap_or_default();
            let id = if name.contains(&format!("{id}.0")) { &name[..id.len() + 4] } else { id };
            let kind = id.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            let folders = [
                ("T", "Techniques"),
                ("TA", "Tactics"),
                ("S", "Software"),
                ("M", "Mitigations"),
                ("C", "Campaigns"),
                ("DC", "Data_Components"),
            ];
            if let Some((_, of)) = folders.iter().find(|(letters, _)| *letters == kind) {
                let own = file(&dir, &format!("{of}/{id}.html"));
                assert!(own.contains(&format!("<a href=\"../{folder}/{name}\">")), "{name} on {of}/{id}");
                continue;
            }
            assert!(page.contains(&format!("<a href=\"../{folder}/{name}\">")), "{folder}/{name}");
        }
    }
    let (code, out, err) = purplebook(dir.path(), &["check", "--output", "output", "--format", "concise"]);
    assert!(!out.contains("PB50"), "{code} {out} {err}");
}

#[test]
fn the_page_of_coverage_has_the_gaps_most_groups_use_first() {
    let dir = built("");
    let page = file(&dir, "Matrix/coverage.md");
    let section = |title: &str| {
        let rest = page.split(&format!("\n## {title}")).nth(1).unwrap_or_else(|| panic!("{title}"));
        rest.split("\n## ").next().unwrap_or_default()
    };
    let numbers = |row: &str| -> Vec<usize> {
        row.split('|').map(|cell| cell.trim().trim_start_matches('[')).filter_map(|cell| cell.parse().ok()).collect()
    };
    let gaps: Vec<&str> =
        section("Gaps: neither rule nor test").lines().filter(|line| line.contains("Techniques/T")).collect();
    let groups: Vec<usize> = gaps.iter().take(50).map(|row| numbers(row)[0]).collect();
    assert!(groups.is_sorted_by(|a, b| a >= b) && groups[0] > 50, "{groups:?}");
    assert!(!gaps.iter().any(|row| row.contains("T1047")));
    let untested = section("Techniques with a rule and no test");
    assert!(
        untested.contains("| [T1047: Windows Management Instrumentation](../Techniques/T1047.md) | 1 | 1 |"),
        "{untested}"
    );
    let source = "| [windows process_creation](enterprise.md), \
                  [layer](../exports/navigator/source-windows-process_creation.json) | 1 | 2 | 0 | 2 |";
    assert!(section("By log source").contains(source), "{page}");
    assert!(section("By customer").contains("| 1 | 697 | 0 | 2 | 0 | 695 |"), "{page}");
    assert!(file(&dir, "Matrix/coverage.html").contains("href=\"enterprise.html?platform=Windows\""));
    // Each technique of the matrix is in one state.
    let row = section("By tactic").lines().find(|line| line.contains("Execution")).expect("a row").to_owned();
    let row = numbers(&row);
    assert_eq!(row[0], row[1..].iter().sum::<usize>(), "{row:?}");
}
