//! Rules of the 2019 language give the bytes the converter of that time printed.

mod query_support;

use purplebook::query::{legacy_stdout, target};
use purplebook::report::Code;
use query_support::{convert, rule, shared};

/// Checks one target against all recorded runs; returns how many there were.
fn same_bytes(name: &str) -> Option<usize> {
    let expected = shared(&format!("expected/legacy/{name}.jsonl"))?;
    let corpus = shared("corpus/sigma-2019")?;
    let target = target(name).expect("a registered target");
    let mut wrong = Vec::new();
    let mut runs = 0;
    for line in std::fs::read_to_string(expected).expect("readable").lines() {
        let run: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let path = run["path"].as_str().expect("a path");
        let rule = rule(&std::fs::read_to_string(corpus.join(path)).expect(path));
        let stdout = legacy_stdout(&rule, target);
        let queries = run["queries"].as_array().map(Vec::as_slice).unwrap_or_default();
        let recorded: String = queries.iter().filter_map(|query| query.as_str()).collect();
        if stdout != recorded {
            wrong.push(format!("{path}\n  recorded {recorded:?}\n  written  {stdout:?}"));
        }
        match convert(&rule, target) {
            Ok(texts) if run["rc"] == 0 => {
                let pasted = texts.join("\n");
                if !recorded.starts_with(&pasted) {
                    wrong.push(format!("{path}: what a page shows is not what was printed: {pasted:?}"));
                }
            }
            Err(why) if run["rc"] != 0 && why.code == Code::NotConvertible => {}
            outcome => wrong.push(format!("{path}: exit code {} but {outcome:?}", run["rc"])),
        }
        runs += 1;
    }
    assert!(wrong.is_empty(), "{} of {runs} differ:\n{}", wrong.len(), wrong.join("\n"));
    Some(runs)
}

#[test]
fn es_qs_writes_the_recorded_bytes() {
    assert!(same_bytes("es-qs").is_none_or(|runs| runs > 100));
}

#[test]
fn graylog_writes_the_recorded_bytes() {
    assert!(same_bytes("graylog").is_none_or(|runs| runs > 100));
}

#[test]
fn xpack_watcher_writes_the_recorded_bytes() {
    assert!(same_bytes("xpack-watcher").is_none_or(|runs| runs > 100));
}
