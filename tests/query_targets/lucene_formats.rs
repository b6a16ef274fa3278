//! What the queries of `lucene` and `opensearch` are wrapped in.

use purplebook::query::{Compat, Context, Request, convert, target};
use serde_json::{Value, json};

use super::query_support::rule;

const RULE: &str = "title: Título\nid: 5d1f9c1e-7e0b-4b7a-9c55-000000000001\nlevel: high\nauthor: A, B\n\
                    description: It does\nreferences: [https://a.example]\nfalsepositives: [None known]\n\
                    tags: [attack.persistence, attack.initial-access, attack.t1190, attack.t1505.003, \
                    attack.t1505.004, attack.g0007, cve.2024-1]\ndetection:\n  a: {A: 'x \"y'}\n  b: {B: 1}\n  \
                    condition: [a, b]\n";

fn texts(name: &str, format: &str, text: &str, compat: Compat) -> Vec<String> {
    let mut request = Request::new(target(name).expect("registered"));
    request.format = request.target.format(format).expect("a format");
    request.compat = compat;
    let attack = purplebook::load::attack::embedded(None).expect("built in");
    convert(&rule(text), &request, &Context::new(&[], &attack)).expect("queries")
}

fn values(name: &str, format: &str, text: &str, compat: Compat) -> Vec<Value> {
    let texts = texts(name, format, text, compat);
    texts.iter().map(|text| serde_json::from_str(text).expect("JSON")).collect()
}

#[test]
fn a_search_request_holds_the_query() {
    let expected = "{\n  \"query\": {\n    \"bool\": {\n      \"must\": [\n        {\n          \"query_string\": {\n            \
                    \"query\": \"A:\\\"x \\\\\\\"y\\\"\",\n            \"analyze_wildcard\": true\n          }\n        \
                    }\n      ]\n    }\n  }\n}";
    for (name, format) in [("lucene", "dsl"), ("lucene", "dsl_lucene"), ("opensearch", "dsl")] {
        assert_eq!(texts(name, format, RULE, Compat::Strict)[0], expected);
    }
}

#[test]
fn a_saved_search_is_one_line_and_has_an_id_of_its_own() {
    let lines = texts("lucene", "kibana_ndjson", RULE, Compat::Strict);
    assert!(lines[0].starts_with(
        "{\"id\": \"5d1f9c1e-7e0b-4b7a-9c55-000000000001\", \"type\": \"search\", \"attributes\": {\"title\": \"SIGMA \
         - T\\u00edtulo\", \"description\": \"It does\", "
    ));
    assert!(lines.iter().all(|line| !line.contains('\n')));
    assert_eq!(lines, texts("opensearch", "dashboards_ndjson", RULE, Compat::Strict));
    let search: Value = serde_json::from_str(&lines[1]).expect("JSON");
    assert_eq!(search["id"], "5d1f9c1e-7e0b-4b7a-9c55-000000000001-2");
    let source = search["attributes"]["kibanaSavedObjectMeta"]["searchSourceJSON"].as_str().expect("text");
    let source: Value = serde_json::from_str(source).expect("JSON");
    assert_eq!(source["query"]["query_string"]["query"], "B:1");
}

#[test]
fn techniques_stand_below_the_tactics_they_belong_to() {
    let rules = values("lucene", "siem_rule", RULE, Compat::Strict);
    let names = |threat: &Value| -> Vec<(String, Vec<String>)> {
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let technique = |value: &Value| {
            let below = value["subtechnique"].as_array().expect("a list");
            std::iter::once(text(&value["id"])).chain(below.iter().map(|sub| text(&sub["name"]))).collect::<Vec<_>>()
        };
        let tactic = |value: &Value| {
            let techniques = value["technique"].as_array().expect("a list");
            (text(&value["tactic"]["name"]), techniques.iter().flat_map(technique).collect())
        };
        threat.as_array().expect("a list").iter().map(tactic).collect()
    };
    let right = vec![
        ("Persistence".to_owned(), vec!["T1505".to_owned(), "Web Shell".to_owned(), "IIS Components".to_owned()]),
        ("Initial Access".to_owned(), vec!["T1190".to_owned()]),
    ];
    for rule in &rules {
        assert_eq!(names(&rule["params"]["threat"]), right);
        assert_eq!(rule["tags"], json!(["attack-g0007", "cve-2024-1"]));
    }
    let pairs = vec![
        ("Persistence".to_owned(), vec!["T1190".to_owned()]),
        ("Initial-Access".to_owned(), vec!["T1505".to_owned(), "Web Shell".to_owned()]),
    ];
    let reference = values("lucene", "siem_rule", RULE, Compat::PySigma);
    assert_eq!(names(&reference[0]["params"]["threat"]), pairs);
    assert_eq!(names(&reference[1]["params"]["threat"]), []);
}

#[test]
fn a_retired_tactic_leads_to_the_one_its_techniques_are_in() {
    let rule = |tags: &str| format!("title: T\ntags: [{tags}]\ndetection:\n  a: {{A: x}}\n  condition: a\n");
    for (tags, tactic) in [
        ("attack.defense-evasion, attack.t1036", "Stealth"),
        ("attack.defense_evasion, attack.t1222", "Defense Impairment"),
        ("attack.execution", "Execution"),
        ("attack.t1486", "Impact"),
    ] {
        let found = values("lucene", "siem_rule_ndjson", &rule(tags), Compat::Strict);
        assert_eq!(found[0]["threat"][0]["tactic"]["name"], tactic, "{tags}");
        assert_eq!(found[0]["threat"].as_array().map(Vec::len), Some(1), "{tags}");
    }
}

#[test]
fn severities_are_those_the_engines_know() {
    let rule = |level: &str| format!("title: T\n{level}detection:\n  a: {{A: x}}\n  condition: a\n");
    for (level, severity, monitor) in [
        ("", json!([21, "low"]), 1),
        ("level: informational\n", json!([1, "low"]), 5),
        ("level: low\n", json!([21, "low"]), 4),
        ("level: medium\n", json!([47, "medium"]), 3),
        ("level: high\n", json!([73, "high"]), 2),
        ("level: critical\n", json!([99, "critical"]), 1),
    ] {
        let found = &values("lucene", "siem_rule_ndjson", &rule(level), Compat::Strict)[0];
        assert_eq!(json!([found["risk_score"], found["severity"]]), severity);
        assert_eq!(found["rule_id"], "rule", "a rule without an id is known by its file");
        let found = &values("opensearch", "monitor_rule", &rule(level), Compat::Strict)[0];
        assert_eq!(found["triggers"][0]["severity"], monitor);
        assert_eq!(found["inputs"][0]["search"]["query"]["query"]["bool"]["must"][0]["query_string"]["query"], "A:x");
        assert_eq!(found["description"], "");
    }
}
