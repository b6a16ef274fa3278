//! Queries find the events that were recorded for their rules.

#[path = "query_support/lucene.rs"]
mod lucene;
mod query_support;

use std::collections::BTreeMap;

use lucene::{Event, finds};
use purplebook::query::target;
use query_support::{convert, rule, rule_files, shared};

/// The fields of a Windows event as log shippers flatten them.
fn event(json: &serde_json::Value) -> Event {
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let event = &json["Event"];
    let system = &event["System"];
    let mut fields = Event::new();
    for section in ["EventData", "UserData"] {
        let mut level = event[section].as_object();
        // User data has one element around its fields.
        if section == "UserData" {
            level = level.and_then(|inner| inner.values().find_map(serde_json::Value::as_object));
        }
        fields.extend(level.into_iter().flatten().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), text(v))));
    }
    fields.insert("EventID".to_owned(), text(&system["EventID"]));
    fields.insert("Channel".to_owned(), text(&system["Channel"]));
    fields.insert("Provider_Name".to_owned(), text(&system["Provider"]["#attributes"]["Name"]));
    fields
}

#[test]
fn queries_find_the_recorded_events() {
    let Some(root) = shared("corpus/sigma-2026") else { return };
    let mut rules = BTreeMap::new();
    for path in rule_files(&root).into_iter().filter(|path| !path.starts_with(root.join("regression_data"))) {
        let rule = rule(&std::fs::read_to_string(&path).expect("readable"));
        rules.extend(rule.id.clone().map(|id| (id, rule)));
    }
    let files = walkdir::WalkDir::new(root.join("regression_data")).sort_by_file_name();
    let (mut found, mut wrong) = (0, Vec::new());
    for file in files.into_iter().filter_map(Result::ok) {
        let path = file.path();
        let Some(id) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".json")) else { continue };
        let Some(rule) = rules.get(id) else { continue };
        // One record after the other; the rule finds at least one of them.
        let text = std::fs::read_to_string(path).expect("readable");
        let events: Vec<Event> =
            serde_json::Deserializer::from_str(&text).into_iter().map(|json| event(&json.expect("JSON"))).collect();
        for name in ["es-qs", "graylog", "lucene"] {
            match convert(rule, target(name).expect("registered")) {
                Ok(queries) => match events
                    .iter()
                    .flat_map(|event| queries.iter().map(move |query| finds(query, event)))
                    .collect::<Result<Vec<_>, _>>()
                {
                    Ok(results) if results.contains(&true) => found += 1,
                    other => wrong.push(format!(
                        "{} {name}: {other:?}\n  {}\n  {:?}",
                        rule.title,
                        queries.join("\n  "),
                        events.first()
                    )),
                },
                Err(why) => println!("{} {name}: {}", rule.title, why.reason),
            }
        }
    }
    println!("{found} found");
    assert!(wrong.is_empty(), "{} not found:\n{}", wrong.len(), wrong.join("\n"));
    assert!(found > 100, "only {found}");
}

/// The reader itself can say no, and every published rule's query is one it can read.
#[test]
fn every_query_can_be_read_and_an_empty_event_is_rarely_found() {
    assert_eq!(finds("A:x AND NOT B:1", &Event::from([("A".to_owned(), "y".to_owned())])), Ok(false));
    assert!(finds("A:x AND B:y OR C:z", &Event::new()).is_err());
    assert!(finds("A:x OR NOT B:y", &Event::new()).is_err());
    let Some(root) = shared("corpus/sigma-2026") else { return };
    let mut found = Vec::new();
    for path in rule_files(&root).into_iter().filter(|path| !path.starts_with(root.join("regression_data"))) {
        let mut rule = rule(&std::fs::read_to_string(&path).expect("readable"));
        // Rules of the 2019 language keep the text of that time.
        rule.id.get_or_insert_with(|| "x".to_owned());
        let legacy = rule.documents.iter().any(|document| {
            document.get("action").is_some() || document.get("detection").is_some_and(|d| d.get("timeframe").is_some())
        });
        if legacy {
            continue;
        }
        for name in ["es-qs", "graylog", "lucene"] {
            for query in convert(&rule, target(name).expect("registered")).unwrap_or_default() {
                match finds(&query, &Event::new()) {
                    Ok(true) => found.push(path.clone()),
                    Ok(false) => {}
                    Err(error) => panic!("{}: {error}\n{query}", path.display()),
                }
            }
        }
    }
    println!("{found:#?}");
    assert!(found.len() < 20, "{} queries find an event without fields", found.len());
}
