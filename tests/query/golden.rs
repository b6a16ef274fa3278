//! The exact query of every construct of Sigma in every target: `tests/golden/TARGET.txt`, and the
//! reference for users, `docs/queries.md`, made of the same queries.
//!
//! `PURPLEBOOK_BLESS=1` writes both anew; what changed is for a reader's eyes.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::query_support::{convert, rule};
use purplebook::query::{Target, built_in_pipelines, targets};

/// A construct, its name for users, and a detection section that has it.
struct Case {
    /// As users look for it; cases of the same name stand together.
    name: &'static str,
    /// One item of a selection, or a whole section.
    written: &'static str,
    /// The condition, if `written` is more than an item.
    condition: Option<&'static str>,
}

const fn item(name: &'static str, written: &'static str) -> Case {
    Case { name, written, condition: None }
}

const fn section(name: &'static str, written: &'static str, condition: &'static str) -> Case {
    Case { name, written, condition: Some(condition) }
}

const CASES: &[Case] = &[
    item("text", "A: x"),
    item("text", "A: ''"),
    item("text", "A: 127.0.0.1"),
    item("wildcards", "A: 'x*'"),
    item("wildcards", "A: '*x'"),
    item("wildcards", "A: '*x*'"),
    item("wildcards", "A: 'x*y'"),
    item("wildcards", "A: 'a?c'"),
    item("wildcards", "A: '*'"),
    item("literal `*`", r"A: 'a\*b'"),
    item("numbers", "A: 5"),
    item("numbers", "A: -1.5"),
    item("booleans", "A: true"),
    item("null", "A:"),
    item("lists", "A: [x, y, 5]"),
    item("lists", "A: [5, 6]"),
    item("lists", "A: [x, 'y*']"),
    item("lists", "A: [x, null]"),
    item("`contains`", "A|contains: x"),
    item("`startswith`", "A|startswith: x"),
    item("`endswith`", "A|endswith: x"),
    item("`all`", "A|all: [x, y]"),
    item("`all`", "A|contains|all: [x, y]"),
    item("`neq`", "A|neq: x"),
    item("`cased`", "A|cased: Xx"),
    item("`cased`", "A|contains|cased: Xx"),
    item("`re`", r#"A|re: '^a"\d'"#),
    item("`re`", r"A|re: '\s/b|c$'"),
    item("`re` with `i`", "A|re|i: ab"),
    item("`re` with `m` and `s`", "A|re|m|s: a.b"),
    item("`cidr`", "A|cidr: 10.0.0.0/8"),
    item("`cidr` of IPv6", "A|cidr: 'fe80::/10'"),
    item("`gt`, `gte`, `lt`, `lte`", "A|gte: 5"),
    item("`gt`, `gte`, `lt`, `lte`", "A|lt: 1.5"),
    item("`exists`", "A|exists: true"),
    item("`exists`", "A|exists: false"),
    item("`fieldref`", "A|fieldref: B"),
    item("`fieldref`", "A|fieldref|startswith: b-c"),
    item("`fieldref`", "A|fieldref|endswith: B"),
    item("`fieldref`", "A|fieldref|contains: B"),
    item("parts of a time", "A|hour: 5"),
    item("parts of a time compared", "A|hour|gte: 22"),
    item("parts of a time", "A|week: 5"),
    item("`windash`", "A|windash: '-a'"),
    item("`base64`", "A|base64: foo"),
    item("`base64offset`", "A|base64offset|contains: foo"),
    item("`wide`", "A|wide|base64: foo"),
    item("`expand` without values", "A|expand: '%x%'"),
    item("field names", "a-b: x"),
    item("field names", "a.b: ['x*', 'y*']"),
    item("field names", r#""A b": x"#),
    item("special characters", r#"A: "q\"\\\\\n\tü""#),
    item("special characters", r"A|endswith: '\'"),
    item("special characters", "A: '50%_x'"),
    item("special characters", r#"A: "it's""#),
    item("special characters", "A: '(a) [b] {c} <d> $e ^f ~g !h #i &j |k `l ;m'"),
    section("words without a field", "k: [foo, 'a.b c']", "k"),
    section("words without a field", "k: {'|all': [foo, bar]}", "k"),
    section("words without a field", "k: ['a*b', 404]", "k"),
    section("words without a field", "k: [foo]\n  s: {A: x}", "s and not k"),
    section("conditions", "s: {A: x, B: y}\n  f: {C: z}", "s and not f"),
    section("conditions", "s: {A: x}\n  f: {C: null}", "s and not f"),
    section("conditions", "s: {A: x}\n  t: [{B: y, C: z}, {D: 1}]", "s or t"),
    section("conditions", "s: {A: x, B|contains: [y, z]}", "not s"),
    section("conditions", "s_1: {A: x}\n  s_2: {B: y}\n  f: {C|windash: '-z'}", "1 of s_* and not f"),
    section("conditions", "s_1: {A: x}\n  s_2: {B: y}", "all of them"),
    section("conditions with `re`", "s: {A|re: a.b}\n  t: {B: x}", "s or t"),
    section("conditions with `re`", "s: {A|re: a.b}\n  t: {B: x}", "t and not s"),
];

impl Case {
    /// The detection section.
    fn detection(&self) -> String {
        match self.condition {
            Some(condition) => format!("detection:\n  {}\n  condition: {condition}\n", self.written),
            None => format!("detection:\n  s:\n    {}\n  condition: s\n", self.written),
        }
    }

    /// The queries in a target, or why there are none.
    fn outcome(&self, target: &'static Target) -> Result<String, String> {
        let head = "title: T\nid: 5d1f9c1e-7e0b-4b7a-9c55-000000000001\n";
        let rule = rule(&format!("{head}{}", self.detection()));
        convert(&rule, target).map(|queries| queries.join("\n")).map_err(|why| why.reason)
    }

    /// The construct in a line.
    fn line(&self) -> String {
        let written = self.written.replace("\n  ", "; ");
        match self.condition {
            Some(condition) => format!("{written}; condition: {condition}"),
            None => written,
        }
    }
}

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Compares a file with what it should be, or writes it.
fn same(path: &str, text: &str) -> Option<String> {
    if std::env::var_os("PURPLEBOOK_BLESS").is_some() {
        fs::create_dir_all(file(path).parent().expect("a folder")).expect("writable");
        fs::write(file(path), text).expect("writable");
    }
    let found = fs::read_to_string(file(path)).unwrap_or_default();
    let differs = found.lines().zip(text.lines()).find(|(found, wanted)| found != wanted);
    match differs {
        Some((found, now)) => Some(format!("{path}\n  was {found}\n  now {now}")),
        None if found != text => Some(format!("{path} has another length")),
        None => None,
    }
}

#[test]
fn every_construct_has_its_query_in_every_target() {
    let mut wrong = Vec::new();
    for target in targets() {
        let mut text = String::new();
        for case in CASES {
            let _ = match case.outcome(target) {
                Ok(query) => writeln!(text, "{}\n    {}", case.line(), query.replace('\n', "\n    ")),
                Err(why) => writeln!(text, "{}\n  ! {why}", case.line()),
            };
        }
        wrong.extend(same(&format!("tests/golden/{}.txt", target.name), &text));
    }
    let known: Vec<String> = targets().iter().map(|target| format!("{}.txt", target.name)).collect();
    for entry in fs::read_dir(file("tests/golden")).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        assert!(known.contains(&name), "tests/golden/{name} is of no target");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reference_of_queries_is_up_to_date() {
    let mut text = String::from(
        "# Queries\n\n<!-- Written by tests/query/golden.rs; `PURPLEBOOK_BLESS=1 cargo test --test query golden` writes it \
         anew. -->\n\nEach rule is written in the language of each target that `[queries] show` names ([configuration]\
         (configuration.md)), or by `purplebook convert -t TARGET`. This page shows what each target makes of each \
         construct of Sigma, by its real output in mode `strict`, and what it cannot say and why. Where and why this \
         differs from Sigma's reference converter is told in [differences.md](differences.md).\n",
    );
    text.push_str("\n## Targets\n\n| target | what it is | formats |\n|---|---|---|\n");
    for target in targets() {
        let formats: Vec<String> = target.formats.iter().map(|format| format!("`{}`", format.name)).collect();
        let _ = writeln!(text, "| [`{0}`](#{0}) | {1} | {2} |", target.name, target.description, formats.join(", "));
    }
    text.push_str("\n## Pipelines\n\n| pipeline | what it is for |\n|---|---|\n");
    for pipeline in built_in_pipelines() {
        let _ = writeln!(text, "| `{}` | {} |", pipeline.name, pipeline.description);
    }
    for target in targets() {
        section_of(&mut text, target);
    }
    let wrong = same("docs/queries.md", &text);
    assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
}

fn section_of(text: &mut String, target: &'static Target) {
    let _ = writeln!(text, "\n## {}\n\n{}.", target.name, target.description);
    for format in target.formats.iter().skip(1) {
        let _ = writeln!(text, "\n`-f {}`: {}.", format.name, format.description);
    }
    let outcomes: Vec<(&Case, Result<String, String>)> =
        CASES.iter().map(|case| (case, case.outcome(target))).collect();
    let refused: Vec<_> = outcomes.iter().filter_map(|(case, outcome)| Some((case, outcome.as_ref().err()?))).collect();
    if refused.len() == outcomes.len() {
        let _ = writeln!(text, "\nNo rule of Sigma 2.x has a query: {}.", refused[0].1);
        return;
    }
    text.push_str("\n```text\n");
    let mut last = "";
    // One is enough of what wraps the query of another target.
    let long =
        |(_, outcome): &(&Case, Result<String, String>)| outcome.as_ref().is_ok_and(|query| query.lines().count() > 8);
    let shown = if outcomes.iter().all(|outcome| outcome.1.is_err() || long(outcome)) { 1 } else { outcomes.len() };
    for (case, outcome) in outcomes.iter().take(shown) {
        let Ok(query) = outcome else { continue };
        if case.name != last {
            let _ = writeln!(text, "{}# {}", if last.is_empty() { "" } else { "\n" }, case.name.replace('`', ""));
            last = case.name;
        }
        let _ = writeln!(text, "{}\n    {}", case.line(), query.replace('\n', "\n    "));
    }
    text.push_str("```\n");
    if !refused.is_empty() {
        text.push_str("\nNot expressible:\n\n");
        for (case, why) in refused {
            let _ = writeln!(text, "- {} (`{}`): {why}", case.name, case.line().replace('`', "'"));
        }
    }
}
