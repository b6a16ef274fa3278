//! A file of any kind of content: loading never fails, and findings point into the file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use purplebook::load::{load, locate};
use purplebook::model::{Attack, Kind};
use purplebook::source::{FileRole, SourceFile, SourceSet};
use purplebook::text::At;

fuzz_target!(|input: (u8, &str)| {
    let (kind, text) = input;
    let kind = Kind::ALL[usize::from(kind) % Kind::ALL.len()];
    let file = SourceFile {
        role: FileRole::Content(kind),
        path: "content/T1059/T1059.yml".to_owned(),
        within: "T1059/T1059.yml".to_owned(),
        text: text.to_owned(),
    };
    let sources = SourceSet::new(vec![file], Vec::new());
    let (_, mut findings) = load(&sources, Attack::default());
    locate(&sources, &mut findings);
    for finding in &findings {
        if let At::Span(span) = finding.at {
            assert!(span.start <= span.end && span.end as usize <= text.len(), "{finding:?}");
        }
        assert!(!finding.message.is_empty());
    }
});
