//! What `check` says of rules by Sigma's specification, each rule with its neighbours that are
//! sound; and that it says nothing but the truth of published ones.

use std::collections::BTreeMap;
use std::path::Path;

use crate::project::{findings, project, purplebook};

/// The findings of these codes' hundred on a rule, without the file's name.
fn check(rule: &str) -> Vec<String> {
    let dir = project(&[("content/rules/r.yml", rule), ("purplebook.toml", "[queries]\nshow = []\n")]);
    let lines = findings(dir.path(), &[]).into_iter().filter(|line| line.contains("[PB4"));
    lines.map(|line| line.replace("content/rules/r.yml:", "")).collect()
}

/// The findings on a detection whose first line is line 4.
fn detection(text: &str) -> Vec<String> {
    check(&format!("title: T\nlogsource: {{product: okta, service: okta}}\ndetection:\n{text}"))
}

/// The findings on a rule with this selection, whose first line is line 5.
fn selection(text: &str) -> Vec<String> {
    detection(&format!("  selection:\n{text}\n  condition: selection\n"))
}

#[test]
fn searches_are_asked_for_by_name_and_by_pattern() {
    let with = |condition: &str| {
        detection(&format!(
            "  sel_a: {{a: b}}\n  sel_b: {{a: c}}\n  filter_x: {{b: d}}\n  _later: {{b: d}}\n  condition: {condition}\n"
        ))
    };
    let unused = |line: u32, name: &str| format!("{line}:3: warning[PB421] the condition never asks for `{name}`");
    assert_eq!(with("1 of sel_* and not filter_x"), [""; 0]);
    assert_eq!(with("1 of them"), [""; 0]);
    assert_eq!(with("1 of *_*"), [""; 0]);
    assert_eq!(with("(sel_a or sel_b)and not 1 of f*x"), [""; 0]);
    assert_eq!(with("[sel_a, sel_b, filter_x]"), [""; 0]);
    assert_eq!(with("all of sel_*"), [unused(6, "filter_x")]);
    assert_eq!(with("sel_a and not filter_x"), [unused(5, "sel_b")]);
    assert_eq!(with("1 of *_b or filter_x"), [unused(4, "sel_a")]);
}

#[test]
fn a_key_that_slipped_into_the_detection_is_named() {
    let text =
        "title: T\nlogsource: {product: okta, service: okta}\ndetection:\n  a: {b: c}\n  condition: a\n  level: high\n";
    let dir = project(&[("content/rules/r.yml", text)]);
    let (_, out, _) = purplebook(dir.path(), &["check", "--output", "site"]);
    assert!(out.contains("help: is it the key `level`, which belongs outside of `detection`?\n"));
}

#[test]
fn values_say_what_they_mean() {
    for sound in [
        "    a|contains: x",
        "    a: ''",
        "    a: '*x*'",
        "    a|contains: '*'",
        "    a|contains: 'x\\*'",
        "    a|startswith: '*x'",
        "    a|endswith: 'x*'",
        "    a|contains|all: [x, y]",
        "    a|re: '.*x'",
        "    a|re: '(?i)^(?:a|b)*$'",
        "    Image|endswith: '\\x.exe'",
        "    Image: 'C:\\Users\\\\*\\x.exe'",
        "    CommandLine|contains: 'del C:\\*'",
        "    TargetObject|contains: '\\Classes\\*\\shell'",
        "    - a: b\n    - c|contains: d",
    ] {
        assert_eq!(selection(sound), [""; 0], "{sound}");
    }
    for (broken, told) in [
        ("    a|contains: ''", "5:17: warning[PB423] `contains` with an empty text matches every value of `a`"),
        ("    a|endswith: [x, '']", "5:21: warning[PB423] `endswith` with an empty text matches every value of `a`"),
        ("    a|contains: x*", "5:17: note[PB424] `contains` is already open where `x*` has a wildcard"),
        ("    a|startswith: x*", "5:19: note[PB424] `startswith` is already open where `x*` has a wildcard"),
        ("    a|contains: 'x\\\\*'", "5:18: note[PB424] `contains` is already open where `x\\\\*` has a wildcard"),
        ("    a|all: [x]", "5:5: note[PB424] `all` in `a|all` has a single value"),
        ("    - b: c\n    - a|contains|all: x", "6:7: note[PB424] `all` in `a|contains|all` has a single value"),
        ("    a|re: '(x'", "5:12: warning[PB425] `(x` is no regular expression: a `(` has no `)`"),
        ("    Image|endswith: 'x\\*'", "5:22: warning[PB426] the `\\*` of `x\\*` is a literal `*`, which no path has"),
    ] {
        assert_eq!(selection(broken), [told], "{broken}");
    }
}

#[test]
fn log_sources_are_told_where_a_slip_is_likely() {
    let with =
        |source: &str| check(&format!("title: T\nlogsource: {source}\ndetection:\n  a: {{b: c}}\n  condition: a\n"));
    for sound in [
        "{product: windows, category: process_creation}",
        "{category: process_creation}",
        "{product: windows, category: process_creation, service: sysmon}",
        "{product: windows, category: dns}",
        "{product: acme, category: anything, service: at-all}",
        "{service: own}",
        "{product: windows}",
    ] {
        assert_eq!(with(sound), [""; 0], "{sound}");
    }
    for (slip, told) in [
        ("{product: window, service: system}", "2:22: note[PB419] Sigma's taxonomy has no product `window`"),
        (
            "{product: windows, category: proces_creation}",
            "2:41: note[PB419] Sigma's taxonomy has no category `proces_creation` of `windows`",
        ),
        ("{product: windows, service: sshd}", "2:40: note[PB419] Sigma's taxonomy has no service `sshd` of `windows`"),
        ("{category: web-server}", "2:23: note[PB419] Sigma's taxonomy has no category `web-server`"),
    ] {
        assert_eq!(with(slip), [told], "{slip}");
    }
}

/// Published rules are sound by their authors' own checks: what is told of them was looked at one
/// by one. A star that was meant literally, and dates of the older form in retired rules.
#[test]
fn of_published_rules_only_what_is_true_is_told() {
    let shared = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/sigma-2026");
    if !shared.is_dir() {
        println!("skipped: {} is not there", shared.display());
        return;
    }
    let shared = shared.canonicalize().expect("a folder");
    let dir = project(&[("purplebook.toml", "[queries]\nshow = []\n")]);
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for set in ["rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance", "rules-placeholder"] {
        let rules = shared.join(set);
        let found = findings(dir.path(), &["--rules", &rules.to_string_lossy()]);
        for line in found.iter().filter(|line| line.contains("[PB4")) {
            let code = &line[line.find("[PB4").expect("a code") + 1..][..5];
            *counts.entry(code.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(counts, BTreeMap::from([("PB424".to_owned(), 4)]));
}
