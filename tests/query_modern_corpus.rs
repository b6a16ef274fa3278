//! Sigma's published rules: each is converted or refused with a reason and a place.

mod query_support;

use std::collections::BTreeMap;

use purplebook::model::{Corpus, Rule};
use purplebook::query::{compile, convert, target, targets};
use purplebook::report::Code;
use query_support::{rule, rule_files, shared};

fn corpus() -> Option<Vec<(String, Rule)>> {
    let root = shared("corpus/sigma-2026")?;
    // Recorded events lie beside the rules.
    let files = rule_files(&root).into_iter().filter(|path| !path.starts_with(root.join("regression_data")));
    let rules = files.map(|path| {
        let text = std::fs::read_to_string(&path).expect("readable");
        (path.strip_prefix(&root).expect("below").to_string_lossy().replace('\\', "/"), rule(&text))
    });
    Some(rules.collect())
}

#[test]
fn every_published_rule_has_queries_or_a_reason() {
    let Some(rules) = corpus() else { return };
    let (paths, rules): (Vec<String>, Vec<Rule>) = rules.into_iter().unzip();
    let corpus = Corpus { rules, ..Corpus::default() };
    let all: Vec<_> = targets().iter().collect();
    let started = std::time::Instant::now();
    let compiled = compile(&corpus, &all);
    println!("{} rules in {:?}", paths.len(), started.elapsed());
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for (i, path) in paths.iter().enumerate() {
        for target in &all {
            match compiled.get(i, target.name).expect("asked for") {
                Ok(queries) => {
                    assert!(!queries.is_empty(), "{path}: {} has no query", target.name);
                    if std::env::var_os("DUMP").is_some() {
                        for query in queries {
                            println!("{path}\t{}\t{query}", target.name);
                        }
                    }
                }
                Err(why) => {
                    assert!(!why.reason.is_empty() && !why.reason.ends_with('.'), "{path}: {why:?}");
                    // What Sigma itself gave up need not be Sigma.
                    let given_up = path.starts_with("unsupported/");
                    assert!(why.code == Code::NotConvertible || given_up, "{path}: {why:?}");
                    *reasons.entry(format!("{}: {} @ {}", target.name, why.reason, why.at.path)).or_default() += 1;
                }
            }
        }
    }
    println!("{reasons:#?}");
}

/// The reference leaves regular expressions as they are, which the engine reads otherwise; all
/// other rules show that both make the same tree of a rule.
#[test]
fn lucene_queries_equal_those_of_the_reference_converter() {
    let (Some(expected), Some(rules)) = (shared("expected/modern/lucene.jsonl"), corpus()) else { return };
    let rules: BTreeMap<String, Rule> = rules.into_iter().collect();
    let lucene = target("lucene").expect("registered");
    let (mut same, mut wrong) = (0, Vec::new());
    for line in std::fs::read_to_string(expected).expect("readable").lines() {
        let run: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let path = run["path"].as_str().expect("a path");
        let Some(rule) = rules.get(path).filter(|rule| !format!("{:?}", rule.documents).contains("|re")) else {
            continue;
        };
        let queries: Option<Vec<String>> = run["queries"]
            .as_array()
            .map(|queries| queries.iter().filter_map(|q| q.as_str()).map(str::to_owned).collect());
        match (convert(rule, lucene), queries) {
            (Ok(written), Some(queries)) if written == queries => same += 1,
            (Err(why), None) if why.code == Code::NotConvertible => same += 1,
            (outcome, queries) => wrong.push(format!("{path}\n  reference {queries:?}\n  written   {outcome:?}")),
        }
    }
    println!("{same} equal");
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(same > 1000, "only {same} compared");
}
