//! Any rule, pipeline or state of a pipeline is read or refused, and twice in the same way.

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use purplebook::load;
use purplebook::model::{Rule, RuleKind, Value};
use purplebook::query::{Chain, Request, built_in_pipelines};
use purplebook::text::FileId;
use serde_json::json;

use crate::{chain, everything, map, outcomes, plain, run, text, with};

fn yaml_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        any::<String>().prop_map(Value::Str),
        "[-/*?%a ]{0,12}".prop_map(Value::Str),
        r"[\\\\a(|)\[\]{}^$.*+?1,<>=!:/-]{0,12}".prop_map(Value::Str),
    ];
    let key = prop_oneof![
        "[a-z]{0,3}",
        "[a-z]\\|(contains|re|cidr|windash|base64offset|wide|expand|exists|gt|all|neq|fieldref|x)",
        "[a-z]?\\|(windash|wide|re|base64)\\|(contains|base64offset|i|endswith|all)",
        "(CommandLine|Image|EventID|Hashes|TargetObject|User|DestinationIp|QueryName)(\\|(contains|re|cased|startswith|all))?",
        any::<String>(),
    ];
    leaf.prop_recursive(4, 32, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Seq),
            prop::collection::vec((key.clone(), inner), 0..4).prop_map(Value::Map),
        ]
    })
}

proptest! {
    #[test]
    fn any_condition_is_parsed_or_refused(
        condition in prop_oneof![
            any::<String>(),
            "((not|and|or|1 of|all of|them|a|b\\*|\\(|\\)|\\||count|near|by|>|==|5) ?){0,30}",
        ],
        id in any::<bool>(),
    ) {
        let definition = map("F", text("x"));
        let list = Value::Seq(vec![text("k"), Value::Int(1)]);
        run(&with(vec![("a", definition), ("b1", list), ("condition", text(condition))], id));
    }

    #[test]
    fn any_detection_is_read_or_refused(value in yaml_value(), other in yaml_value(), id in any::<bool>()) {
        run(&with(vec![("a", value.clone()), ("condition", text("a"))], id));
        run(&with(vec![("a", value.clone()), ("b", other.clone()), ("condition", text("1 of them and not a"))], id));
        let mut whole = with(vec![], id);
        whole.documents = vec![value.clone(), other.clone()];
        run(&whole);
        whole.documents = vec![
            Value::Map(vec![("action".to_owned(), text("global")), ("detection".to_owned(), value)]),
            Value::Map(vec![("detection".to_owned(), other)]),
            Value::Map(vec![("action".to_owned(), text("repeat"))]),
        ];
        run(&whole);
    }

    #[test]
    fn after_any_pipeline_the_same_comes_out_twice(
        a in detection(),
        b in detection(),
        pipeline in 0..built_in_pipelines().len(),
        source in prop::sample::select(SOURCES),
        condition in "(not )?(a|b|1 of them|all of them)( (and|or) (not )?(a|b))?",
    ) {
        static AFTER: LazyLock<Vec<Vec<Request>>> =
            LazyLock::new(|| built_in_pipelines().iter().map(|one| everything(&chain(one.text))).collect());
        twice(&[from(source, vec![("a", a), ("b", b), ("condition", text(condition))])], &AFTER[pipeline]);
    }

    #[test]
    fn any_state_of_a_pipeline_is_taken_or_refused(
        a in detection(),
        source in prop::sample::select(SOURCES),
        key in prop_oneof![prop::sample::select(STATES).prop_map(str::to_owned), any::<String>()],
        value in prop_oneof![scalar(), prop::collection::vec(scalar(), 0..4).prop_map(Value::Seq)],
    ) {
        let state = |key: &str| json!({"type": "set_state", "key": key, "val": json_of(&value)});
        let both = [state(&key), json!({"type": "set_state", "key": "fields", "val": ["P.x"]}), state("data_model_set")];
        let pipeline = json!({"name": "p", "priority": 1, "transformations": both});
        let (pipeline, _) = load::pipeline(FileId(0), &pipeline.to_string());
        let Some(pipeline) = pipeline else { return Ok(()) };
        let requests = everything(&Arc::new(Chain::new(vec![pipeline])));
        twice(&[from(source, vec![("a", a), ("condition", text("a"))])], &requests);
    }

    #[test]
    fn any_correlation_is_written_or_refused(
        a in detection(),
        source in prop::sample::select(SOURCES),
        kind in "(event_count|value_count|temporal|temporal_ordered|value_sum|x)",
        group in prop::collection::vec(any_text(), 0..3),
        field in any_text(),
        span in "([0-9]{1,20}[smhdwMyx]?|.{0,4})",
        (operator, number) in ("(gte?|lte?|eq|neq|x)", any::<i64>()),
    ) {
        let mut events = from(source, vec![("a", a), ("condition", text("a"))]);
        events.name = Some("events".to_owned());
        let condition = vec![(operator, Value::Int(number)), ("field".to_owned(), text(field))];
        let section = [
            ("type", text(kind)),
            ("rules", Value::Seq(vec![text("events")])),
            ("group-by", Value::Seq(group.into_iter().map(Value::Str).collect())),
            ("timespan", text(span)),
            ("condition", Value::Map(condition)),
        ];
        let section = section.map(|(key, value)| (key.to_owned(), value));
        let mut rule = with(Vec::new(), true);
        rule.kind = RuleKind::Correlation;
        rule.refers_to = vec!["events".to_owned()];
        rule.documents = vec![Value::Map(vec![
            ("title".to_owned(), text("T")),
            ("correlation".to_owned(), Value::Map(section.into())),
        ])];
        twice(&[rule, events], plain());
    }
}

/// Log sources that pipelines look at: category, product, service.
const SOURCES: &[[&str; 3]] = &[
    ["process_creation", "windows", ""],
    ["registry_set", "windows", ""],
    ["network_connection", "windows", ""],
    ["dns_query", "windows", ""],
    ["file_event", "linux", ""],
    ["", "windows", "security"],
    ["proxy", "", ""],
    ["application", "kubernetes", "audit"],
    ["\"|'\\", "\n*", "`)("],
];

/// What formats read of a pipeline's state.
const STATES: &[&str] =
    &["query_table", "index", "table", "logsource_loki_selection", "loki_parser", "data_model_set", "fields"];

/// A rule of a log source.
fn from(source: [&str; 3], detection: Vec<(&str, Value)>) -> Rule {
    let mut rule = with(detection, true);
    let keys = ["category", "product", "service"].into_iter().zip(source).filter(|(_, value)| !value.is_empty());
    let keys = keys.map(|(key, value)| (key.to_owned(), text(value))).collect();
    let Value::Map(document) = &mut rule.documents[0] else { unreachable!("it is one") };
    document.push(("logsource".to_owned(), Value::Map(keys)));
    rule
}

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), r#"[a-cA-C0-9 "'`\\*?%_$./|&;:,=\[\](){}<>!~^+#@\n\t-]{0,10}"#]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => any_text().prop_map(Value::Str),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<i64>().prop_map(Value::Int),
        1 => any::<f64>().prop_map(Value::Float),
        1 => "(10\\.[0-9]{1,2}\\.0\\.0/[0-9]{1,2}|fe80::/[0-9]{1,3})".prop_map(Value::Str),
    ]
}

/// A detection that a rule could have.
fn detection() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        3 => "(CommandLine|Image|EventID|Hashes|TargetObject|User|DestinationIp|QueryName|Initiated)",
        2 => any_text().prop_map(|name| name.replace('|', "")),
    ];
    let modifiers = "(\\|(contains|startswith|endswith|cased|re|re\\|i|re\\|s|cidr|windash|windash\\|contains|\
                     base64offset\\|contains|wide\\|base64|wide|expand|exists|gt|lte|neq|fieldref|hour|all|contains\\|all))?";
    let value = prop_oneof![3 => scalar(), 1 => prop::collection::vec(scalar(), 0..4).prop_map(Value::Seq)];
    let item = (name, modifiers, value).prop_map(|(name, modifiers, value)| (format!("{name}{modifiers}"), value));
    let items = prop::collection::vec(item, 1..4).prop_map(Value::Map);
    prop_oneof![
        4 => items.clone(),
        1 => prop::collection::vec(items, 1..3).prop_map(Value::Seq),
        1 => prop::collection::vec(any_text().prop_map(Value::Str), 1..3).prop_map(Value::Seq),
    ]
}

/// Converts the first of some rules to everything, and again in another order.
fn twice(rules: &[Rule], requests: &[Request]) {
    let first = outcomes(rules, requests);
    let backwards: Vec<Request> = requests.iter().rev().cloned().collect();
    let again = outcomes(rules, &backwards);
    for ((request, one), other) in requests.iter().zip(&first).zip(again.iter().rev()) {
        assert_eq!(one, other, "{} {} {:?}", request.target.name, request.format.name, request.compat);
    }
}

fn json_of(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(flag) => json!(flag),
        Value::Int(number) => json!(number),
        Value::Float(number) => json!(number),
        Value::Str(text) => json!(text),
        Value::Seq(values) => values.iter().map(json_of).collect(),
        Value::Map(entries) => entries.iter().map(|(key, value)| (key.clone(), json_of(value))).collect(),
    }
}
