//! A rule in the language of every target.
#![no_main]

use libfuzzer_sys::fuzz_target;
use purplebook::load::load;
use purplebook::model::{Attack, Kind};
use purplebook::query::{Request, compile, targets};
use purplebook::source::{FileRole, SourceFile, SourceSet};

fuzz_target!(|text: &str| {
    let file = SourceFile {
        role: FileRole::Content(Kind::Rule),
        path: "content/rules/a.yml".to_owned(),
        within: "a.yml".to_owned(),
        text: text.to_owned(),
    };
    let (corpus, _) = load(&SourceSet::new(vec![file], Vec::new()), Attack::default());
    let all: Vec<_> = targets().iter().map(Request::new).collect();
    let compiled = compile(&corpus, &all);
    for rule in 0..corpus.rules.len() {
        for (i, request) in all.iter().enumerate() {
            let outcome = compiled.get(rule, i).expect("every target was asked for");
            assert!(outcome.as_ref().map_or(true, |queries| !queries.is_empty()), "{}", request.target.name);
        }
    }
});
