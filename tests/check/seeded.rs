//! A thousand breaks of the shipped content, chosen by a seed: each is found where it is, and
//! nothing else is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use tempfile::TempDir;

use crate::project::{copy, findings};

/// One way to break a file.
struct Break {
    /// Files whose path begins so.
    within: &'static str,
    /// Where it can be broken: the first group is what is replaced.
    at: &'static str,
    /// By what, made of what was there and a number.
    by: fn(&str, u64) -> String,
    /// The start of the finding's severity and code.
    found: &'static str,
}

const fn by_value(within: &'static str, at: &'static str, by: fn(&str, u64) -> String, found: &'static str) -> Break {
    Break { within, at, by, found }
}

fn gone(_: &str, n: u64) -> String {
    format!("gone_{n}")
}

/// A tactic's tag with another letter in it, after the first three of its name.
fn misspelt(tag: &str, n: u64) -> String {
    let at = 10 + usize::try_from(n).expect("small") % (tag.len() - 11);
    [&tag[..at], "q", &tag[at + 1..]].concat()
}

fn id(n: u64) -> String {
    format!("00000000-{:04x}-4000-8000-{:012x}", n % 0x1_0000, n)
}

#[rustfmt::skip]
const BREAKS: &[Break] = &[
    by_value("rules/", r"(?m)^ +- (attack\.t\d{4})$", |_, n| format!("attack.t9{:03}", n % 1000), "error[PB201]"),
    by_value("rules/", r"(?m)^ +- (attack\.t\d{4}\.\d{3})$", |tag, n| format!("{}9{:02}", &tag[..13], n % 100), "error[PB201]"),
    by_value("rules/", r"(?m)^ +- (attack\.[a-z]{5}[a-z-]*)$", misspelt, "error[PB202]"),
    by_value("rules/", r"(?m)^ +- (attack\.g\d{4})$", |_, n| format!("attack.g9{:03}", n % 1000), "error[PB203]"),
    by_value("rules/", r"(?m)^ +- (attack\.s\d{4})$", |_, n| format!("attack.s7{:03}", n % 1000), "error[PB204]"),
    by_value("rules/", r"(?m)^ +- (attack\.t[\d.]+)$", |tag, _| tag.to_uppercase(), "note[PB210]"),
    by_value("rules/", r"(?m)^ +- (attack\.[a-z]+-[a-z-]+)$", |tag, _| tag.replace('-', "_"), "note[PB210]"),
    by_value("response_playbooks/", r"(?m)^ +- (attack\.t\d{4}\.\d{3})$", |tag, n| format!("{}9{:02}", &tag[..13], n % 100), "error[PB201]"),
    by_value("response_playbooks/", r"(?m)^ +- (attack\.[a-z]{5}[a-z-]*)$", misspelt, "error[PB202]"),
    by_value("rules/", r"(?m)^ +- id: ([0-9a-f-]{36})$", |_, n| id(n), "note[PB106]"),
    by_value("rules/", r"(?m)^ +- (failed_\w+)$", gone, "error[PB107]"),
    by_value("rules/", r"(?m)^ +- (DN_\w+)$", gone, "error[PB101]"),
    by_value("rules/", r"(?m)^ +- (EN_\w+)$", gone, "error[PB103]"),
    by_value("data_needed/", r"(?m)^ +- (LP_\w+)$", gone, "error[PB102]"),
    by_value("enrichments/", r"(?m)^ +- (DN_\w+)$", gone, "error[PB101]"),
    by_value("enrichments/", r"(?m)^ +- (EN_\w+)$", gone, "error[PB103]"),
    by_value("response_playbooks/", r"(?m)^ +- (RA_\w+)$", gone, "error[PB104]"),
    by_value("response_playbooks/", r"(?m)^ +- (RP_\w+)$", gone, "error[PB105]"),
    by_value("response_actions/", r"(?m)^ +- (RA_\w+)$", gone, "error[PB104]"),
    by_value("response_actions/", r"(?m)^stage: (\w+)$", gone, "error[PB112]"),
    by_value("data_needed/", r"(?m)^ +- (MP_\w+)$", gone, "error[PB110]"),
    by_value("mitigation_policies/", r"(?m)^mitigation_system: (MS_\w+)$", gone, "error[PB111]"),
    by_value("mitigation_policies/", r"(?m)^ +- (attack\.m\d{4})$", |_, n| format!("attack.m7{:03}", n % 1000), "error[PB205]"),
    by_value("hardening_policies/", r"(?m)^ +- (attack\.m\d{4})$", |_, n| format!("attack.m7{:03}", n % 1000), "error[PB205]"),
    by_value("hardening_policies/", r"(?m)^ +- (attack\.t\d{4}\.\d{3})$", |tag, n| format!("{}9{:02}", &tag[..13], n % 100), "error[PB201]"),
    by_value("use_cases/", r"(?m)^ +- (\w+(?: [\w+]+)+)$", gone, "error[PB108]"),
    by_value("use_cases/", r"(?m)^ +- (DN_\w+)$", gone, "error[PB101]"),
    by_value("use_cases/", r"(?m)^ +- (LP_\w+)$", gone, "error[PB102]"),
    by_value("customers/", r"(?m)^ +- (UC_\w+)$", gone, "error[PB109]"),
    by_value("customers/", r"(?m)^ +- (\w+(?: [\w+]+)+)$", gone, "error[PB108]"),
    by_value("customers/", r"(?m)^ +- (DN_\w+)$", gone, "error[PB101]"),
    by_value("customers/", r"(?m)^ +- (LP_\w+)$", gone, "error[PB102]"),
    by_value("triggers/", r"(?m)^attack_technique: (\S+)$", |_, n| format!("T9{:03}", n % 1000), "error[PB201]"),
    by_value("pages/", r"\]\((\.\./\w+/[^)#]+)\)", |path, n| format!("{path}.{n}"), "error[PB501]"),
    by_value("pages/", r"\]\(([a-z-]+\.md)\)", |path, n| format!("gone-{n}-{path}"), "error[PB501]"),
    by_value("pages/", r"\]\(([a-z-]+\.md)\)", |path, n| format!("{path}#gone-{n}"), "error[PB502]"),
    by_value("pages/", r"\]\((https?://[^)]+)\)", |_, n| format!("javascript:alert({n})"), "warning[PB503]"),
    by_value("rules/", r"(?m)^(title: .+)$", |_, n| format!("title: [{n}]"), "error[PB004]"),
    by_value("rules/", r"(?m)^ +(\w+\|(?:contains|startswith|endswith)(?:\|\w+)?):", |key, n| format!("{key}|gone{n}"), "error[PB401]"),
    by_value("rules/", r"(?m)^level: \w+\n()[a-z]", |_, n| format!("level: low # {n}\n"), "warning[PB006]"),
];

/// The files of the content, by their path in it.
fn contents(root: &Path) -> BTreeMap<String, String> {
    let files =
        walkdir::WalkDir::new(root).into_iter().filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
    let text = |path: &Path| {
        let inside = path.strip_prefix(root).expect("inside").to_str().expect("text").replace('\\', "/");
        Some((inside, fs::read_to_string(path).ok()?))
    };
    files.filter_map(|entry| text(entry.path())).collect()
}

fn found(folder: &Path) -> BTreeSet<String> {
    findings(folder, &[]).into_iter().collect()
}

/// A linear congruential generator: the same breaks in every run.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % end
    }
}

const WANTED: usize = 1000;

#[test]
fn a_thousand_breaks_are_found_where_they_are() {
    let dir = TempDir::new().expect("a temporary folder");
    let root: PathBuf = dir.path().join("content");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content"), &root);
    fs::create_dir_all(dir.path().join("site")).expect("a folder");
    let before = found(dir.path());
    let files = contents(&root);
    // All places each kind of break has: the file and the bytes.
    let places: Vec<Vec<(&str, std::ops::Range<usize>)>> = BREAKS
        .iter()
        .map(|kind| {
            let at = Regex::new(kind.at).expect("an expression");
            let within = files.iter().filter(|(path, _)| path.starts_with(kind.within));
            let found = within.flat_map(|(path, text)| {
                let groups = at.captures_iter(text).filter_map(|found| found.get(1)).map(|group| group.range());
                groups.map(|range| (path.as_str(), range)).collect::<Vec<_>>()
            });
            found.collect()
        })
        .collect();
    for (kind, places) in BREAKS.iter().zip(&places) {
        assert!(!places.is_empty(), "nothing to break by {} in {}", kind.at, kind.within);
    }
    let mut seeded = Seeded(2026);
    let (mut broken, mut wrong) = (0, Vec::new());
    while broken < WANTED {
        let mut expected = BTreeMap::new();
        // A rule that has lost its title is missed where a Use Case or Customer names it by that.
        let mut missed = Vec::new();
        for number in 0..40 {
            let kind = seeded.below(BREAKS.len());
            let (path, range) = &places[kind][seeded.below(places[kind].len())];
            if expected.contains_key(path) {
                continue;
            }
            let text = &files[*path];
            let new = (BREAKS[kind].by)(&text[range.clone()], u64::try_from(broken + number).expect("small"));
            let head = &text[..range.start];
            let (line, column) =
                (head.matches('\n').count() + 1, head.rsplit('\n').next().map_or(0, |l| l.chars().count()) + 1);
            missed.extend(text[range.clone()].strip_prefix("title: ").map(|old| format!("there is no rule `{old}`")));
            let changed = [head, &new, &text[range.end..]].concat();
            fs::write(root.join(path), changed).expect("written");
            expected.insert(*path, (format!("content/{path}:{line}:{column}: {}", BREAKS[kind].found), new));
        }
        let mut after = found(dir.path());
        after.retain(|line| !missed.iter().any(|consequence| line.contains(consequence)));
        for (path, (start, new)) in &expected {
            fs::write(root.join(path), &files[*path]).expect("written");
            let gained: Vec<&String> =
                after.difference(&before).filter(|line| line.starts_with(&format!("content/{path}:"))).collect();
            if !matches!(gained.as_slice(), [one] if one.starts_with(start)) {
                wrong.push(format!("{new}\n  expected {start}\n  found {gained:#?}"));
            }
        }
        let is_broken = |line: &String| expected.keys().any(|path| line.starts_with(&format!("content/{path}:")));
        wrong
            .extend(after.difference(&before).filter(|line| !is_broken(line)).map(|line| format!("elsewhere: {line}")));
        broken += expected.len();
    }
    println!("{broken} breaks of {} kinds", BREAKS.len());
    let count = wrong.len();
    wrong.truncate(30);
    assert!(wrong.is_empty(), "{count} of {broken}:\n{}", wrong.join("\n"));
    assert_eq!(found(dir.path()), before);
}
