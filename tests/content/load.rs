//! Everything people have published, read and loaded: nothing panics, every file gives an entity
//! or an error, and the same sources give the same corpus.
//!
//! Skips, and says so, where the corpora are not beside the project.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use purplebook::load::{load, locate, yaml};
use purplebook::model::{Attack, Corpus, Kind, RuleKind};
use purplebook::report::{Findings, Severity};
use purplebook::source::{FileRole, Folder, ReadLimits, SourceSet, read};
use purplebook::text::{At, FileId};

fn corpus_folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {} is not there", folder.display());
    None
}

struct Loaded {
    sources: SourceSet,
    corpus: Corpus,
    findings: Findings,
}

/// Loads folders of the corpus and checks what holds for every content.
fn loaded(folders: &[(Kind, &str)]) -> Option<Loaded> {
    let base = corpus_folder()?;
    let folder = |(kind, path): &(Kind, &str)| Folder { kind: *kind, path: base.join(path), required: true };
    let folders: Vec<_> = folders.iter().map(folder).collect();
    let (sources, mut findings) = read(&base, &folders, &ReadLimits::default()).expect("readable");
    let (corpus, problems) = load(&sources, Attack::default());
    findings.append(problems);
    locate(&sources, &mut findings);
    for finding in &findings {
        if let At::Span(span) = &finding.at {
            let text = &sources.file(span.file).text;
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{finding:?}");
        }
    }
    for kind in Kind::ALL {
        let tally = corpus.tally.of(kind);
        assert_eq!(tally.found, tally.loaded + tally.rejected, "{kind:?}");
    }
    every_file_is_accounted_for(&sources, &corpus, &findings);
    Some(Loaded { sources, corpus, findings })
}

fn every_file_is_accounted_for(sources: &SourceSet, corpus: &Corpus, findings: &Findings) {
    let mut entities: BTreeMap<FileId, usize> = BTreeMap::new();
    let origins = (corpus.rules.iter().map(|x| &x.origin))
        .chain(corpus.data_needed.iter().map(|x| &x.origin))
        .chain(corpus.logging_policies.iter().map(|x| &x.origin))
        .chain(corpus.enrichments.iter().map(|x| &x.origin))
        .chain(corpus.triggers.iter().map(|x| &x.origin))
        .chain(corpus.response_actions.iter().map(|x| &x.origin))
        .chain(corpus.response_playbooks.iter().map(|x| &x.origin))
        .chain(corpus.response_stages.iter().map(|x| &x.origin))
        .chain(corpus.mitigation_systems.iter().map(|x| &x.origin))
        .chain(corpus.mitigation_policies.iter().map(|x| &x.origin))
        .chain(corpus.hardening_policies.iter().map(|x| &x.origin))
        .chain(corpus.use_cases.iter().map(|x| &x.origin))
        .chain(corpus.customers.iter().map(|x| &x.origin))
        .chain(corpus.pages.iter().map(|x| &x.origin));
    for origin in origins {
        *entities.entry(origin.file).or_default() += 1;
    }
    for (id, file) in sources.iter() {
        if matches!(file.role, FileRole::Content(_)) && !entities.contains_key(&id) {
            let says_why = findings.iter().any(|f| f.at.file() == id && f.severity == Severity::Error);
            assert!(says_why, "{} gave nothing and no error says why", file.path);
        }
    }
}

impl Loaded {
    /// Code, path and message of each finding.
    fn lines(&self) -> Vec<String> {
        let path = |finding: &purplebook::report::Finding| self.sources.file(finding.at.file()).path.clone();
        self.findings.iter().map(|f| format!("{} {}: {}", f.code, path(f), f.message)).collect()
    }
}

fn found_and_loaded(corpus: &Corpus, kind: Kind) -> (usize, usize) {
    let tally = corpus.tally.of(kind);
    (tally.found, tally.loaded)
}

#[test]
fn sigma_of_today_loads_and_foreign_yaml_is_named() {
    let Some(loaded) = loaded(&[(Kind::Rule, "sigma-2026")]) else { return };
    assert_eq!(found_and_loaded(&loaded.corpus, Kind::Rule), (2020, 1920));
    // The descriptions of recorded events beside the rules are YAML and no rules.
    for line in loaded.lines() {
        assert!(line.starts_with("PB007 sigma-2026/regression_data/") && line.contains("/info.yml: "), "{line}");
        assert!(line.ends_with("this is no Sigma rule: it has none of `detection`, `correlation`, `filter`"), "{line}");
    }
    let rules = &loaded.corpus.rules;
    assert!(rules.iter().all(|rule| rule.kind == RuleKind::Detection && rule.id.is_some()));
    assert!(rules.is_sorted_by(|a, b| a.origin.path <= b.origin.path));
}

#[test]
fn a_file_of_2019_is_one_rule_of_all_its_documents() {
    let Some(loaded) = loaded(&[(Kind::Rule, "sigma-2019")]) else { return };
    assert_eq!(found_and_loaded(&loaded.corpus, Kind::Rule), (137, 137));
    assert_eq!(loaded.lines(), [""; 0]);
    assert_eq!(loaded.corpus.rules.len(), 137);
    assert!(loaded.corpus.rules.iter().any(|rule| rule.documents.len() > 1 && rule.logsources.len() > 1));
    assert!(loaded.corpus.rules.iter().all(|rule| rule.ordinal == 0 && rule.title != rule.origin.stem));
}

#[test]
fn atc_loads_without_a_finding() {
    for (year, counts) in [
        ("atc-2019", [90, 43, 17, 3, 60, 0, 41, 1, 0, 0, 0, 0, 0, 0, 0]),
        ("atc-2022", [230, 101, 42, 5, 75, 0, 202, 1, 6, 1, 1, 1, 2, 2, 0]),
    ] {
        let names = [
            "rules",
            "Data_Needed",
            "Logging_Policies",
            "Enrichments",
            "Triggers",
            "there were no recorded events",
            "Response_Actions",
            "Response_Playbooks",
            "Response_Stages",
            "Mitigation_Systems",
            "Mitigation_Policies",
            "Hardening_Policies",
            "Use_Cases",
            "Customers",
        ];
        let paths: Vec<_> = names.iter().map(|name| format!("{year}/{name}")).collect();
        let folders = Kind::ALL.into_iter().zip(paths.iter().map(String::as_str)).zip(counts);
        // Those of 2019 have fewer kinds.
        let folders: Vec<_> = folders.filter_map(|(folder, count)| (count > 0).then_some(folder)).collect();
        let Some(loaded) = loaded(&folders) else { return };
        assert_eq!(loaded.lines(), [""; 0]);
        assert_eq!(Kind::ALL.map(|kind| found_and_loaded(&loaded.corpus, kind)), counts.map(|n| (n, n)));
        let corpus = &loaded.corpus;
        assert!(corpus.triggers.iter().all(|trigger| trigger.upstream_page.is_some()));
        assert!(corpus.data_needed.iter().any(|data| data.event_ids == ["4688"]));
        assert!(corpus.data_needed.iter().all(|data| !data.logging_policies.is_empty()));
        assert!(corpus.logging_policies.iter().any(|policy| policy.event_ids == ["4688", "4696"]));
        assert!(corpus.response_playbooks[0].stages.len() >= 4);
    }
}

#[test]
fn every_atomic_test_is_complete() {
    let Some(loaded) = loaded(&[(Kind::Trigger, "atomics")]) else { return };
    assert_eq!(found_and_loaded(&loaded.corpus, Kind::Trigger), (190, 190));
    assert_eq!(loaded.lines(), [""; 0]);
    let tests: Vec<_> = loaded.corpus.triggers.iter().flat_map(|trigger| &trigger.tests).collect();
    assert_eq!(tests.len(), 1030);
    for test in tests {
        assert!(!test.name.is_empty() && !test.executor.name.is_empty() && !test.platforms.is_empty(), "{test:?}");
        assert_eq!(test.executor.name == "manual", test.executor.command.is_none(), "{}", test.name);
    }
    let technique = |trigger: &purplebook::model::Trigger| trigger.technique_id.map(|id| id.to_string());
    assert!(loaded.corpus.triggers.iter().all(|t| technique(t).as_deref() == Some(t.origin.stem.as_str())));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let Some(base) = corpus_folder() else { return };
    let folders = [Folder { kind: Kind::Rule, path: base.join("sigma-2026"), required: true }];
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| {
            let (sources, problems) = read(&base, &folders, &ReadLimits::default()).expect("readable");
            let (corpus, findings) = load(&sources, Attack::default());
            (format!("{:?}", corpus.rules), format!("{problems:?} {findings:?}"))
        })
    };
    assert!(run(1) == run(4));
}

/// How long one thread takes; for people: `cargo test --release -- --ignored --nocapture`.
#[test]
#[ignore = "measures"]
fn speed() {
    let Some(base) = corpus_folder() else { return };
    let folders = [Folder { kind: Kind::Rule, path: base.join("sigma-2026"), required: true }];
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("thread");
    pool.install(|| {
        for _ in 0..5 {
            let start = Instant::now();
            let (sources, _) = read(&base, &folders, &ReadLimits::default()).expect("readable");
            let reading = start.elapsed();
            let start = Instant::now();
            for (id, file) in sources.iter() {
                std::hint::black_box(yaml::read(&file.text, id, &yaml::YamlLimits::default()));
            }
            let parsing = start.elapsed();
            let start = Instant::now();
            std::hint::black_box(load(&sources, Attack::default()));
            println!("{} files: read {reading:?}, YAML {parsing:?}, load {:?}", sources.len(), start.elapsed());
        }
    });
}
