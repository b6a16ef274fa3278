//! Whatever stands in a rule: no panic, no blow-up, and no value that escapes its quotes.

mod canon;
mod formats;
mod hostile;
mod lists;
mod mistakes;
mod names;
mod networks;
#[path = "../query_support/mod.rs"]
mod query_support;
mod readers;
mod sought;
mod values;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use purplebook::load;
use purplebook::model::{Corpus, Rule, SigmacConfig, Value};
use purplebook::query::{
    Chain, Compat, Outcome, Request, built_in_pipelines, compile, legacy_stdout, sigmac2020, targets,
};
use purplebook::requests::configs_of_2020;
use purplebook::text::FileId;
use query_support::rule;

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

/// The chain of a pipeline's text.
fn chain(pipeline: &str) -> Arc<Chain> {
    let (pipeline, _) = load::pipeline(FileId(0), pipeline);
    Arc::new(Chain::new(vec![pipeline.expect("sound")]))
}

/// The chain of a pipeline that is built in.
fn built_in(name: &str) -> Arc<Chain> {
    chain(built_in_pipelines().iter().find(|pipeline| pipeline.name == name).expect("built in").text)
}

/// Every format of every target, strict and as the reference has it, after the same pipelines; and
/// the targets of 2019 with its configuration.
fn everything(chain: &Arc<Chain>) -> Vec<Request> {
    let config = load::shipped_sigmac_config("winlogbeat").and_then(|text| load::sigmac_config(FileId(0), text).0);
    let config = Arc::new(config.expect("sound"));
    let mut requests = Vec::new();
    for compat in [Compat::Strict, Compat::PySigma] {
        for target in targets() {
            let formats = target.formats.iter();
            requests.extend(formats.map(|format| Request {
                format,
                compat,
                chain: Arc::clone(chain),
                ..Request::new(target)
            }));
            if target.reads_2019() && compat == Compat::Strict {
                requests.push(Request { config: Some(Arc::clone(&config)), ..Request::new(target) });
            }
        }
    }
    requests
}

/// The same without pipelines.
fn plain() -> &'static [Request] {
    static REQUESTS: LazyLock<Vec<Request>> = LazyLock::new(|| everything(&Arc::default()));
    &REQUESTS
}

/// What becomes of a rule, or of the first of several that know each other.
fn outcomes(rules: &[Rule], requests: &[Request]) -> Vec<Outcome> {
    let corpus = Corpus { rules: rules.iter().cloned().map(Arc::new).collect(), ..Corpus::default() };
    let compiled = compile(&corpus, requests);
    (0..requests.len()).map(|request| compiled.get(0, request).expect("asked for").clone()).collect()
}

/// What ATC gave the converter of 2020.
static CONFIGS: LazyLock<BTreeMap<&str, SigmacConfig>> = LazyLock::new(configs_of_2020);

/// Converts to everything; the results only have to be there.
fn run(rule: &Rule) {
    let outcomes = outcomes(std::slice::from_ref(rule), plain());
    assert!(outcomes.iter().all(|outcome| outcome.as_ref().map_or(true, |queries| !queries.is_empty())));
    for target in targets() {
        let _ = legacy_stdout(rule, target, None);
    }
    assert_eq!(sigmac2020::printed(rule, "r.yml", |name| CONFIGS.get(name)).len(), 7);
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
