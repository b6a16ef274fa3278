//! What is wrapped around a query, in JSON or a file of settings, changes nothing of it, whatever
//! the rule is called; and no target is without a reader.

use proptest::prelude::*;
use purplebook::model::Value;
use purplebook::query::{Compat, Request, targets};
use serde_json::Value as Json;

use crate::query_support::convert_request;
use crate::readers::{READERS, settings};
use crate::values::any_pattern;
use crate::{map, text, with};

/// Formats that carry the query of another target's first format.
const WRAPPED: &[(&str, &str, &str)] = &[
    ("lucene", "dsl", "lucene"),
    ("lucene", "dsl_lucene", "lucene"),
    ("lucene", "kibana_ndjson", "lucene"),
    ("lucene", "siem_rule", "lucene"),
    ("lucene", "siem_rule_ndjson", "lucene"),
    ("opensearch", "dsl", "opensearch"),
    ("opensearch", "dsl_lucene", "opensearch"),
    ("opensearch", "monitor_rule", "opensearch"),
    ("opensearch", "dashboards_ndjson", "opensearch"),
    ("xpack-watcher", "default", "es-qs"),
];

/// Targets of the language of 2019 only, whose texts are those of its converter byte for byte, wrong
/// or not; they are compared with what it wrote.
const LEGACY: &[&str] = &["legacy-splunk", "legacy-logpoint", "legacy-qradar"];

#[test]
fn every_format_is_read() {
    for target in targets().iter().filter(|target| !LEGACY.contains(&target.name)) {
        for format in target.formats {
            let is = |row: (&str, &str)| row == (target.name, format.name);
            let read = READERS.iter().any(|row| is((row.0, row.1))) || WRAPPED.iter().any(|row| is((row.0, row.1)));
            assert!(read, "{} {} has no reader", target.name, format.name);
        }
    }
}

/// All texts that are called `query`.
fn queries(json: &Json, out: &mut Vec<String>) {
    match json {
        Json::Object(entries) => {
            for (key, value) in entries {
                match value {
                    Json::String(text) if key == "query" => out.push(text.clone()),
                    // A search of Kibana is JSON in a text.
                    Json::String(text) if key == "searchSourceJSON" => {
                        queries(&serde_json::from_str(text).expect("JSON"), out);
                    }
                    value => queries(value, out),
                }
            }
        }
        Json::Array(values) => values.iter().for_each(|value| queries(value, out)),
        _ => {}
    }
}

fn any_name() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), r#"[a-c "'`\\\[\]=#{}<>$%EOF\n\r\t]{0,12}"#]
}

proptest! {
    #[test]
    fn wrapping_changes_no_query(patterns in prop::collection::vec(any_pattern(), 1..4), title in any_name(), description in any_name(), tag in any_name()) {
        let values = Value::Seq(patterns.iter().map(text).collect());
        let words = Value::Seq(patterns.iter().rev().map(text).collect());
        let mut rule = with(vec![("s", map("f", values)), ("k", words), ("condition", text("s and k"))], true);
        rule.title = title;
        rule.description = Some(description);
        rule.author = Some(tag.clone());
        rule.tags = vec![tag.clone()];
        rule.references = vec![tag.clone()];
        rule.falsepositives = vec![tag];
        let modes = WRAPPED.iter().flat_map(|row| [Compat::Strict, Compat::PySigma].map(|compat| (row, compat)));
        for ((name, format, plain), compat) in modes {
            let find = |name: &str| targets().iter().find(|target| target.name == name).expect("registered");
            let request = Request { format: find(name).format(format).expect("there"), compat, ..Request::new(find(name)) };
            let wrapped = convert_request(&rule, &request).expect("sound").concat();
            let plain = Request { compat, ..Request::new(find(plain)) };
            let plain = convert_request(&rule, &plain).expect("sound").concat();
            let json = match *name {
                // What a POSIX shell gives the command.
                "xpack-watcher" => {
                    let (_, rest) = wrapped.split_once("<<'EOF'\n").expect("a document");
                    let (json, rest) = rest.split_once("\nEOF").expect("its end");
                    assert_eq!(rest, "", "{wrapped}");
                    json
                }
                _ => &wrapped,
            };
            let json = serde_json::from_str(json).map_err(|why| TestCaseError::fail(format!("{why}: {wrapped}")))?;
            let mut found = Vec::new();
            queries(&json, &mut found);
            prop_assert_eq!(found, vec![plain], "{} {} {:?}", name, format, compat);
        }
    }

    #[test]
    fn a_saved_search_is_one_stanza(pattern in any_pattern(), title in any_name(), description in any_name()) {
        let mut rule = with(vec![("s", map("f", text(pattern))), ("condition", text("s"))], true);
        rule.title = title;
        rule.description = Some(description);
        let splunk = targets().iter().find(|target| target.name == "splunk").expect("registered");
        let request = Request { format: splunk.format("savedsearches").expect("there"), ..Request::new(splunk) };
        let stanza = convert_request(&rule, &request).expect("sound").concat();
        let settings = settings(&stanza);
        let starts = ["", "[", "description =", "search ="];
        prop_assert_eq!(settings.len(), starts.len(), "{}", &stanza);
        prop_assert!(settings.iter().zip(starts).all(|(setting, start)| setting.starts_with(start)), "{}", &stanza);
        prop_assert!(settings[1].ends_with(']') && settings[1].matches([']', '[']).count() == 2, "{}", &stanza);
    }
}
