//! Our queries beside those of Sigma's reference converter, rule by rule.
//!
//! With `--compat pysigma` the text is the reference's, byte for byte. Without, it differs only
//! for a reason that is named here; which rules differ for which reason is written down in
//! `docs/differences/` (`PURPLEBOOK_BLESS=1` writes it anew; `ONLY=lucene` looks at one file of
//! recorded conversions).

mod crowdstrike;
mod elastic;
mod json;
mod kusto;
mod logpoint;
mod loki;
mod lucene;
mod netwitness;
mod ppl;
mod qradar;
#[path = "../query_support/mod.rs"]
mod query_support;
mod splunk;
mod victorialogs;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use json::{Query, Run, shortest};
use purplebook::config::{PipelineChoice, QueryChoice, QueryConfig};
use purplebook::model::Rule;
use purplebook::query::{Compat, Context, convert};
use purplebook::requests::requests;
use purplebook::source::SourceSet;
use query_support::{corpus_2026, shared};

/// One file of recorded conversions.
struct Record {
    /// Its name without the ending.
    file: &'static str,
    /// What it was made with.
    target: &'static str,
    /// See [`Self::target`].
    format: &'static str,
    /// See [`Self::target`].
    pipelines: &'static [&'static str],
    /// Why our strict text differs from the reference's; `None` if there is no good reason.
    why: fn(&Difference<'_>) -> Option<&'static str>,
    /// Rules whose text differs in both modes: the path of the rule, and why it must.
    never: &'static [(&'static str, &'static str)],
}

/// A rule whose strict text is not the reference's. `None` is a rule that was not converted.
struct Difference<'a> {
    reference: Option<&'a [String]>,
    ours: Option<&'a [String]>,
    /// The rule's YAML, for what it asks for.
    rule: &'a str,
}

impl Difference<'_> {
    fn regex(&self) -> bool {
        self.rule.contains("|re")
    }
}

/// One table for each family of targets.
static RECORDS: &[&[Record]] = &[
    crowdstrike::RECORDS,
    elastic::RECORDS,
    kusto::RECORDS,
    loki::RECORDS,
    logpoint::RECORDS,
    lucene::RECORDS,
    netwitness::RECORDS,
    ppl::RECORDS,
    qradar::RECORDS,
    splunk::RECORDS,
    victorialogs::RECORDS,
];

/// Files whose conversions depend on the rules converted before, and what makes texts alike that
/// differ in nothing else.
static REMEMBERING: &[(&str, Forget)] = &[("netwitness", netwitness::without_memory)];

/// Makes texts alike that differ by what was converted before.
type Forget = fn(&str) -> String;

/// Files made outside the versions that the reference's parts declare, which are hints: what our
/// text in the reference's mode has that theirs has not, and why.
static HINTS: &[(&str, Hint)] = &[("qradar_aql", qradar::hint)];

/// Why our text may differ in both modes.
type Hint = fn(&Difference<'_>) -> Option<&'static str>;

/// Rule paths by reason.
type ByReason = BTreeMap<&'static str, Vec<String>>;

#[test]
fn queries_are_those_of_the_reference_or_better_for_a_reason() {
    let Some(rules) = corpus_2026() else { return };
    let only = std::env::var("ONLY").ok();
    let mut wrong = String::new();
    for record in RECORDS.iter().copied().flatten() {
        if only.as_ref().is_some_and(|only| *only != record.file) {
            continue;
        }
        let Some(path) = shared(&format!("expected/modern/{}.jsonl", record.file)) else { return };
        let mut by_reason = ByReason::new();
        let problems = compare(record, &path, &rules, &mut by_reason);
        for problem in problems.iter().take(12) {
            let _ = writeln!(wrong, "{problem}\n");
        }
        if !problems.is_empty() {
            let _ = writeln!(wrong, "=== {}: {} problems\n", record.file, problems.len());
            continue;
        }
        if !is_current(record.file, &by_reason) {
            let _ = writeln!(wrong, "docs/differences/{}.md is out of date", record.file);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Whether the page that lists the rules that differ says what was found.
fn is_current(file: &str, by_reason: &ByReason) -> bool {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/differences/{file}.md"));
    let text = page(file, by_reason);
    if std::env::var_os("PURPLEBOOK_BLESS").is_some() {
        std::fs::write(&path, &text).expect("writable");
    }
    std::fs::read_to_string(&path).unwrap_or_default() == text
}

fn compare(
    record: &Record,
    path: &Path,
    rules: &BTreeMap<String, (Rule, String)>,
    by_reason: &mut ByReason,
) -> Vec<String> {
    let choice = QueryChoice {
        target: record.target.to_owned(),
        title: String::new(),
        format: Some(record.format.to_owned()),
        pipelines: record.pipelines.iter().map(|name| PipelineChoice::BuiltIn((*name).to_owned())).collect(),
    };
    let known = purplebook::requests::known_queries().pipelines;
    assert!(record.pipelines.iter().all(|name| known.contains(name)), "{:?}", record.pipelines);
    let config = QueryConfig { show: vec![choice], ..QueryConfig::default() };
    let mut sources = SourceSet::new(Vec::new(), Vec::new());
    let (requests, findings) = requests(&config, Path::new(""), &mut sources).expect("built in");
    assert!(findings.is_empty(), "{findings:?}");
    let mut request = requests.into_iter().next().expect("a known target");
    // The names in the recorded detection rules are those of ATT&CK 18.1.
    let release = record.format.starts_with("siem_rule").then_some("18.1");
    let attack = purplebook::load::attack::embedded(release).expect("built in");
    let context = Context::new(&[], &attack);
    let mut problems = Vec::new();
    let mut compared = 0;
    for line in std::fs::read_to_string(path).expect("readable").lines() {
        let run: Run = serde_json::from_str(line).expect("JSON");
        let path = run.path.as_str();
        let Some((rule, yaml)) = rules.get(path) else { continue };
        compared += 1;
        let reference: Option<Vec<String>> =
            run.queries.map(|queries| queries.into_iter().map(Query::into_text).collect());
        let mut outcomes = [Compat::PySigma, Compat::Strict].map(|compat| {
            request.compat = compat;
            convert(rule, &request, &context)
        });
        if request.format.language == "json" {
            outcomes =
                outcomes.map(|outcome| outcome.map(|queries| queries.iter().map(|query| shortest(query)).collect()));
        }
        let head = request.format.head();
        if !head.is_empty() {
            outcomes = outcomes.map(|outcome| outcome.map(|queries| vec![head.to_owned() + &queries.join("\n")]));
        }
        let [compatible, strict] = outcomes;
        let alike = |ours: Option<&Vec<String>>| match REMEMBERING.iter().find(|(file, _)| *file == record.file) {
            Some((_, forget)) => {
                let forget = |texts: &Vec<String>| texts.iter().map(|text| forget(text)).collect::<Vec<_>>();
                ours.map(forget) == reference.as_ref().map(forget)
            }
            None => ours == reference.as_ref(),
        };
        if record.never.iter().all(|(never, _)| *never != path) && !alike(compatible.as_ref().ok()) {
            let difference =
                Difference { reference: reference.as_deref(), ours: compatible.as_deref().ok(), rule: yaml };
            let hint = HINTS.iter().find(|(file, _)| *file == record.file);
            if let Some(why) = hint.and_then(|(_, hint)| hint(&difference)) {
                by_reason.entry(why).or_default().push(path.to_owned());
                continue;
            }
            let error = run.error;
            problems.push(format!(
                "{}: {path}\n  reference {reference:?} {error}\n  pysigma   {compatible:?}",
                record.file
            ));
            continue;
        }
        if strict.as_ref().ok() == reference.as_ref() {
            continue;
        }
        let difference = Difference { reference: reference.as_deref(), ours: strict.as_deref().ok(), rule: yaml };
        let never = record.never.iter().find(|(never, _)| *never == path).map(|(_, why)| *why);
        match never.or_else(|| (record.why)(&difference)) {
            Some(why) => by_reason.entry(why).or_default().push(path.to_owned()),
            None => problems.push(format!(
                "{}: {path}\n  reference {:?}\n  strict    {strict:?}",
                record.file, difference.reference
            )),
        }
    }
    println!("{}: {compared} compared", record.file);
    assert!(compared > 1000, "{}: only {compared} compared", record.file);
    problems
}

fn page(file: &str, by_reason: &ByReason) -> String {
    let mut text = format!(
        "# `{file}`: where our queries differ from the reference's\n\nSigma's rules of August 2026 (about half of \
         them), mode `strict`. Written by `tests/query_reference`; the reasons are explained in \
         [differences.md](../differences.md).\n"
    );
    for (why, paths) in by_reason {
        let _ = writeln!(text, "\n## {why}\n\n{} rules:\n", paths.len());
        for path in paths {
            let _ = writeln!(text, "- `{path}`");
        }
    }
    if by_reason.is_empty() {
        text.push_str("\nNone differs.\n");
    }
    text
}
