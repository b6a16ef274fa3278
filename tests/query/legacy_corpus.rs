//! Rules of the 2019 language give the bytes the converter of that time printed.

use std::sync::Arc;

use crate::query_support::{convert_request, rule, shared};
use purplebook::load::{shipped_sigmac_config, sigmac_config};
use purplebook::model::SigmacConfig;
use purplebook::query::{Request, legacy_stdout, target};
use purplebook::report::Code;
use purplebook::text::FileId;

fn config(name: &str) -> Arc<SigmacConfig> {
    let text = shipped_sigmac_config(name).expect("it comes with the program");
    Arc::new(sigmac_config(FileId(0), text).0.expect("sound"))
}

/// Checks one target against all recorded runs, which are those of `recorded`; returns how many
/// there were.
fn same_bytes(name: &str, recorded: &str, config_name: Option<&str>) -> Option<usize> {
    let expected = shared(&format!("expected/legacy/{recorded}.jsonl"))?;
    let corpus = shared("corpus/sigma-2019")?;
    let target = target(name).expect("a registered target");
    let config = config_name.map(config);
    let request = Request { config: config.clone(), ..Request::new(target) };
    let mut wrong = Vec::new();
    let mut runs = 0;
    for line in std::fs::read_to_string(expected).expect("readable").lines() {
        let run: serde_json::Value = serde_json::from_str(line).expect("JSON");
        let path = run["path"].as_str().expect("a path");
        let rule = rule(&std::fs::read_to_string(corpus.join(path)).expect(path));
        let stdout = legacy_stdout(&rule, target, config.as_deref());
        let queries = run["queries"].as_array().map(Vec::as_slice).unwrap_or_default();
        let recorded: String = queries.iter().filter_map(|query| query.as_str()).collect();
        if stdout != recorded {
            wrong.push(format!("{path}\n  recorded {recorded:?}\n  written  {stdout:?}"));
        }
        match convert_request(&rule, &request) {
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

/// One test for each file of recorded runs.
macro_rules! recorded {
    ($($test:ident: $target:literal as $file:literal $(with $config:literal)?;)*) => {
        $(
            #[test]
            fn $test() {
                let config: Option<&str> = None$(.or(Some($config)))?;
                assert!(same_bytes($target, $file, config).is_none_or(|runs| runs > 100));
            }
        )*
    };
}

recorded! {
    es_qs: "es-qs" as "es-qs";
    es_qs_of_winlogbeat: "es-qs" as "es-qs.winlogbeat" with "winlogbeat";
    graylog: "graylog" as "graylog";
    graylog_of_winlogbeat: "graylog" as "graylog.winlogbeat" with "winlogbeat";
    xpack_watcher: "xpack-watcher" as "xpack-watcher";
    xpack_watcher_of_winlogbeat: "xpack-watcher" as "xpack-watcher.winlogbeat" with "winlogbeat";
    splunk: "legacy-splunk" as "splunk";
    splunk_of_windows: "legacy-splunk" as "splunk.windows-all" with "splunk-windows-all";
    logpoint: "legacy-logpoint" as "logpoint";
    powershell: "legacy-powershell" as "powershell";
    grep: "legacy-grep" as "grep";
    qradar: "legacy-qradar" as "qradar";
}
