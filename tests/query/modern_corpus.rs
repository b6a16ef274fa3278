//! Sigma's published rules: each is converted or refused with a reason and a place.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::query_support::{rule, rule_files, shared};
use purplebook::model::{Corpus, Rule};
use purplebook::query::{Request, compile, targets};
use purplebook::report::Code;

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
    let corpus = Corpus { rules: rules.into_iter().map(Arc::new).collect(), ..Corpus::default() };
    let all: Vec<_> = targets().iter().map(Request::new).collect();
    let started = std::time::Instant::now();
    let compiled = compile(&corpus, &all);
    println!("{} rules in {:?}", paths.len(), started.elapsed());
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    for (i, path) in paths.iter().enumerate() {
        for (n, Request { target, .. }) in all.iter().enumerate() {
            match compiled.get(i, n).expect("asked for") {
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
