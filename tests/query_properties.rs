//! Whatever stands in a rule: no panic, no blow-up, and no value that escapes its quotes.

mod query_support;

use std::time::{Duration, Instant};

use proptest::prelude::*;
use purplebook::model::{Rule, Value};
use purplebook::query::{legacy_stdout, target, targets};
use query_support::{convert, rule};

fn with(detection: Vec<(&str, Value)>, id: bool) -> Rule {
    let mut rule = rule("title: T\n");
    rule.id = id.then(|| "5d1f9c1e-7e0b-4b7a-9c55-000000000001".to_owned());
    let detection = detection.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    rule.documents = vec![Value::Map(vec![
        ("title".to_owned(), Value::Str("T".to_owned())),
        ("detection".to_owned(), Value::Map(detection)),
    ])];
    rule
}

fn map(key: &str, value: Value) -> Value {
    Value::Map(vec![(key.to_owned(), value)])
}

fn text(text: impl Into<String>) -> Value {
    Value::Str(text.into())
}

/// Converts to everything; the results only have to exist.
fn run(rule: &Rule) {
    for target in targets() {
        let _ = convert(rule, target);
        let _ = legacy_stdout(rule, target, None);
    }
}

/// Reads a term of Lucene's syntax back: the text in quotes, or outside of them up to the end.
fn unescape(term: &str) -> Option<String> {
    let quoted = term.strip_prefix('"');
    let body = match quoted {
        Some(rest) => rest.strip_suffix('"')?,
        None => term,
    };
    let mut out = String::new();
    let mut chars = body.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.push(chars.next()?),
            '"' => return None,
            c if quoted.is_none() && (" \t\n\r\u{3000}".contains(c) || r"+!(){}[]^~?:/&|<>=-".contains(c)) => {
                return None;
            }
            c => out.push(c),
        }
    }
    Some(out)
}

/// The text as a Sigma string without wildcards.
fn literal(text: &str) -> String {
    text.chars().flat_map(|c| matches!(c, '\\' | '*' | '?').then_some('\\').into_iter().chain([c])).collect()
}

fn yaml_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        any::<f64>().prop_map(Value::Float),
        any::<String>().prop_map(Value::Str),
        "[-/*?%a ]{0,12}".prop_map(Value::Str),
    ];
    let key = prop_oneof![
        "[a-z]{0,3}",
        "[a-z]\\|(contains|re|cidr|windash|base64offset|wide|expand|exists|gt|all|neq|fieldref|x)",
        "[a-z]?\\|(windash|wide|re|base64)\\|(contains|base64offset|i|endswith|all)",
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
    fn a_value_comes_back_from_its_query(value in "\\PC{1,20}", name in prop_oneof![Just("es-qs"), Just("graylog")]) {
        let target = target(name).expect("registered");
        let rule = with(vec![("s", map("F", text(literal(&value)))), ("condition", text("s"))], true);
        let query = convert(&rule, target).expect("sound").remove(0);
        let term = query.strip_prefix("F:").expect("the field");
        prop_assert_eq!(unescape(term), Some(value.clone()), "{}", query);

        let rule = with(vec![("s", map("F|contains", text(literal(&value)))), ("condition", text("s"))], true);
        let query = convert(&rule, target).expect("sound").remove(0);
        let term = query.strip_prefix("F.keyword:").or(query.strip_prefix("F:")).expect("the field");
        let inner = term.strip_prefix('*').and_then(|term| term.strip_suffix('*')).expect("stars");
        prop_assert_eq!(unescape(inner), Some(value), "{}", query);
    }

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
}

#[test]
fn nothing_blows_up() {
    let started = Instant::now();
    let many = |value: Value| with(vec![("a", value), ("condition", text("a"))], true);
    let condition = |text_of: String, id| with(vec![("a", map("F", text("x"))), ("condition", text(text_of))], id);
    for id in [true, false] {
        run(&condition("(".repeat(100_000), id));
        run(&condition("not ".repeat(100_000), id));
        run(&condition("a and ".repeat(500) + "a", id));
        run(&condition("a or not ".repeat(340) + "a", id));
        run(&condition("(a or ".repeat(60) + "a" + &")".repeat(60), id));
        let words: Vec<Value> = (0..50_000).map(|i| text(format!("word{i}"))).collect();
        run(&with(vec![("a", Value::Seq(words.clone())), ("condition", text("a"))], id));
        run(&with(vec![("a", Value::Seq(words)), ("condition", text("a or ".repeat(400) + "a"))], id));
        let pair = Value::Seq(vec![text("x"), text("y")]);
        for deep in ["a and ".repeat(511) + "a", "a and a or ".repeat(250) + "a", "a or not ".repeat(340) + "a"] {
            run(&with(vec![("a", pair.clone()), ("condition", text(deep))], id));
        }
        let mut deep = text("x");
        for _ in 0..500 {
            deep = Value::Seq(vec![deep]);
        }
        run(&with(vec![("a", deep), ("condition", text("a"))], id));
    }
    run(&many(map("F|windash|contains", text(" -a".repeat(200)))));
    run(&many(map("F|windash|windash|windash", text("-a -b -c"))));
    run(&many(map(
        "F|base64offset|base64offset|base64offset|base64offset|base64offset|base64offset|base64offset|base64offset",
        text("a"),
    )));
    run(&many(map("F|re", text("(".repeat(5000)))));
    run(&many(map("F|re", text("((((a{1,1000}){1,1000}){1,1000}){1,1000}){1,1000}"))));
    run(&many(map("F|re", text("(a|b)".repeat(5000)))));
    assert!(started.elapsed() < Duration::from_mins(1), "{:?}", started.elapsed());
}
