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
            "  sel_a: {{a: b}}\n  sel_b: {{c: c}}\n  filter_x: {{b: d}}\n  _later: {{b: d}}\n  condition: {condition}\n"
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

const SEARCH: &str = "`sel` can never match: nothing is both";

#[test]
fn a_search_no_event_matches_is_told_at_the_value_at_fault() {
    for (entries, told) in [
        ("    a: x\n    a|endswith: yx\n", format!("6:17: warning[PB422] {SEARCH} `a: x` and `a|endswith: yx`")),
        ("    a: null\n    a|contains: [x]\n", format!("6:18: warning[PB422] {SEARCH} `a: null` and `a|contains: x`")),
        ("    a|gt: 5\n    a|lt: 5\n", format!("6:11: warning[PB422] {SEARCH} `a|gt: 5` and `a|lt: 5`")),
        ("    a|exists: false\n    a: 4\n", format!("6:8: warning[PB422] {SEARCH} `a|exists: false` and `a: 4`")),
        (
            "    a|cidr: 10.0.0.0/8\n    a: 192.168.0.1\n",
            format!("6:8: warning[PB422] {SEARCH} `a|cidr: 10.0.0.0/8` and `a: 192.168.0.1`"),
        ),
        (
            "    a: x\n    a|neq: X\n",
            "6:12: warning[PB422] `sel` can never match: `a: x` is asked for and `a|neq: X`, which it always is, excluded"
                .to_owned(),
        ),
        ("    a: [x, y]\n    a|startswith: [z, w]\n", "4:3: warning[PB422] `sel` can never match".to_owned()),
    ] {
        assert_eq!(detection(&format!("  sel:\n{entries}  condition: sel\n")), [told], "{entries}");
    }
    let list = "  sel:\n    - a: x\n    - a|cased: X\n      a: y\n  condition: sel\n";
    let told = "7:10: warning[PB422] one alternative of `sel` can never match: nothing is both `a|cased: X` and `a: y`";
    assert_eq!(detection(list), [told]);
}

#[test]
fn a_search_some_event_may_match_is_sound() {
    for sound in [
        "    a|all: [x, y]",
        "    a|contains|all: [x, y]",
        "    a|contains: x\n    a|endswith: y",
        "    a|startswith: x\n    a: [y, xy]",
        "    a: ''\n    a|exists: false",
        "    a: null\n    a|re: .*",
        "    a|gte: 5\n    a|lte: 5",
        "    a: '0x10'\n    a|gt: 20",
        "    a|hour: 5\n    a|hour|neq: 5",
        "    a|minute|gte: 5\n    a|minute|lte: 8",
        "    a|cidr: 10.0.0.0/8\n    a|startswith: 192.",
        "    a|fieldref: b\n    a: x",
        "    a|windash|contains: ' -x'\n    a|contains: ' /x'",
        "    a: é\n    a|endswith: E",
        "    A: x\n    a: y",
    ] {
        assert_eq!(selection(sound), [""; 0], "{sound}");
    }
    // A rule that asks for two values of a field says that it is a list.
    let with = |more: &str| detection(&format!("  s:\n    a|all: [x, y]\n  t:\n    a: z\n  condition: s and {more}\n"));
    assert_eq!(with("t"), [""; 0]);
    let told = "8:14: warning[PB422] the condition can never be true";
    assert_eq!(with("t and not 1 of t*"), [format!("{told}: `a: z` is both asked for and excluded")]);
}

#[test]
fn conditions_that_decide_nothing_are_told() {
    let with = |condition: &str| {
        detection(&format!(
            "  s1: {{a: x}}\n  s2: {{a: X, b: y}}\n  s3: {{a|contains: z}}\n  s4: [k, l]\n  condition: {condition}\n"
        ))
    };
    let used = "and not (1 of s1 or 1 of s2 or 1 of s3 or 1 of s4)";
    for sound in
        ["1 of s*", "s1 and (s2 or s3 or s4)", "(s1 and not s2) or s3 or s4", "s4 and not 1 of s1 and s2 or s3"]
    {
        let told = with(sound).into_iter().filter(|line| line.contains("PB422")).collect::<Vec<_>>();
        assert_eq!(told, [""; 0], "{sound}");
    }
    let never = "8:14: warning[PB422] the condition can never be true";
    assert_eq!(with(&format!("1 of them {used}")), [never]);
    assert_eq!(with("s1 and s3 and (s2 or s4)"), [format!("{never}: nothing is both `a: x` and `a|contains: z`")]);
    let excluded = format!("{never}: `a: X` is asked for and `a: x`, which it always is, excluded");
    assert_eq!(with("s2 and not s1 and (s3 or s4)"), [excluded]);
    assert_eq!(with("s4 and not s4 and (s1 or s2 or s3)"), [never]);
    assert_eq!(with("1 of them or not 1 of them"), ["8:14: warning[PB422] the condition is true of every event"]);
    assert_eq!(
        with("s1 and (s4 or s2) and not s3"),
        [
            "6:20: warning[PB422] `s3` excludes nothing the rest of the condition matches: nothing is both `a: x` and `a|contains: z`"
        ]
    );
    // Events without a value are excluded to be safe.
    let guard = "  s: {a|endswith: x}\n  filter_null: {a: null}\n  filter_empty: {a: ''}\n  condition: s and not 1 of filter*\n";
    assert_eq!(detection(guard), [""; 0]);
}

#[test]
fn contradictions_are_found_in_all_kinds_of_rules() {
    let rule = "title: T\nlogsource: {product: okta, service: okta}\n";
    let filter = format!("{rule}filter:\n  rules: any\n  s: {{a: x, a|contains: y}}\n  condition: not s\n");
    assert_eq!(
        check(&filter),
        ["5:25: warning[PB422] `s` can never match: nothing is both `a: x` and `a|contains: y`"]
    );
    let collection = format!(
        "{rule}action: global\ndetection:\n  condition: s and t\n---\ndetection:\n  s: {{a: 1}}\n  t: {{a: 2}}\n---\ndetection:\n  s: {{a: 1}}\n  t: {{b: 2}}\n"
    );
    assert_eq!(
        check(&collection),
        ["5:14: warning[PB422] the condition can never be true: nothing is both `a: 1` and `a: 2`"]
    );
}

/// Combinations without end are given up, and do not hold up the check.
#[test]
fn a_condition_of_too_many_combinations_is_taken_to_be_possible() {
    let many = "*a".repeat(99);
    let search = |i: u32| format!("  s{i}: {{f: [a{i}, b{i}], g{i}|contains: '{many}'}}\n");
    let mut searches: Vec<String> = (0..40).map(search).collect();
    searches.push("  condition: all of s*\n".to_owned());
    let text = searches.concat();
    let told = detection(&text);
    assert!(told.iter().all(|line| !line.contains("PB402")), "{told:?}");
}

/// Published rules are sound by their authors' own checks: what is told of them was looked at one
/// by one. A star that was meant literally, dates of the older form in retired rules, and two
/// filters that exclude what their rules never match.
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
    assert_eq!(counts, BTreeMap::from([("PB422".to_owned(), 2), ("PB424".to_owned(), 4)]));
}
