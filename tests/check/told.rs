//! What `check` tells and what fails it: levels, suppressions in the content, `fail_on`.

use crate::project::{check, project, purplebook, write};

/// A rule with an error on line 4 and a note on line 3.
const RULE: &str = "\
title: Shell as a service
tags:
  - attack.privilege_escalation
  - attack.t9999
logsource:
  product: windows
  service: system
detection:
  selection:
    EventID: 7045
    ServiceFileName: cmd.exe
  condition: selection
";

const NOTE: &str = ":3:5: note[PB210] the tag of TA0004 is written `attack.privilege-escalation`\n";
const ERROR: &str = ":4:5: error[PB201] ATT&CK 19.1 has no technique `t9999`\n";

/// What the lines say after the path of the rule.
fn at(path: &str, lines: &[&str]) -> String {
    lines.iter().map(|line| if line.starts_with(':') { format!("{path}{line}") } else { (*line).to_owned() }).collect()
}

#[test]
fn levels_hold_for_codes_and_the_more_exact_one_wins() {
    let (new, old) = ("content/rules/new.yml", "content/rules/legacy/old.yml");
    let with = |config: &str| {
        let dir = project(&[(new, RULE), (old, &RULE.replace("as a", "as an old")), ("purplebook.toml", config)]);
        let (code, out, err) = check(dir.path(), &[]);
        assert_eq!(err, "");
        (code, out)
    };
    let all = at(old, &[NOTE, ERROR]) + &at(new, &[NOTE, ERROR]);
    assert_eq!(with(""), (1, all.clone() + "2 errors, 2 notes in 2 files\n"));
    let left = at(new, &[NOTE, ERROR]) + "1 error, 1 note in 1 file\n";
    let here = "[check]\nallow = [{ code = [\"PB201\", \"pb210\"], paths = \"content/rules/legacy/**\" }]\n";
    assert_eq!(with(here), (1, left.clone()));
    // The path goes before the code alone, whatever the strictness.
    let both = "[check]\ndeny = [\"PB201\"]\nallow = [{ code = [\"PB201\", \"PB210\"], paths = [\"**/legacy/*\"] }]\n";
    assert_eq!(with(both), (1, left));
    assert_eq!(with("[check]\nallow = [\"PB201\", \"PB210\"]\n"), (0, "no findings\n".to_owned()));
    let graded = all.replace("error[", "warning[").replace("note[", "error[") + "2 errors, 2 warnings in 2 files\n";
    assert_eq!(with("[check]\nwarn = [\"PB201\"]\ndeny = [\"PB210\"]\n"), (1, graded));
}

#[test]
fn the_severity_that_fails_is_chosen() {
    let note = RULE.replace("  - attack.t9999\n", "");
    let dir = project(&[("content/rules/a.yml", &note)]);
    assert_eq!(check(dir.path(), &[]).0, 0);
    assert_eq!(check(dir.path(), &["--fail-on", "note"]).0, 1);
    write(dir.path(), "purplebook.toml", "[check]\nwarn = [\"PB210\"]\nfail_on = \"error\"\n");
    let warned = at("content/rules/a.yml", &[&NOTE.replace("note", "warning")]) + "1 warning in 1 file\n";
    assert_eq!(check(dir.path(), &[]), (0, warned, String::new()));
    assert_eq!(check(dir.path(), &["--fail-on", "warning"]).0, 1);
    assert_eq!(check(dir.path(), &["--fail-on", "never"]).0, 2);
}

#[test]
fn what_is_no_level_is_told_at_its_place() {
    let config = "\
[check]
allow = [\"PB209\", \"PB1O1\", 3, { paths = [\"[\"] }, { code = \"not convertible\", path = \"a\" }]
warn = [{ code = \"PB201\", paths = [\"{a\", \"b\"] }, \"PB209\", { code = \"PB201\", paths = [] }]
deny = \"PB201\"
fail_on = \"warn\"
";
    let dir = project(&[("purplebook.toml", config)]);
    let (code, out, err) = purplebook(dir.path(), &["check", "--output", "site"]);
    assert_eq!((code, out.as_str()), (2, ""));
    let said: Vec<&str> = err
        .lines()
        .filter_map(|line| line.strip_prefix("purplebook.toml:").or_else(|| line.strip_prefix("  = ")))
        .collect();
    assert_eq!(
        said,
        [
            "2:19: error[PB702] unknown code `PB1O1`",
            "help: `purplebook explain` lists all codes",
            "2:28: error[PB702] `allow` must be a list of codes, each a name or a table `{ code, paths }`",
            "2:31: error[PB702] an item of `allow` without `code`",
            "help: write `{ code = \"PB402\", paths = [\"content/rules/legacy/**\"] }`",
            "2:42: error[PB702] `[` is no pattern of paths: unclosed character class; missing ']'",
            "help: write a path with `*`, `**`, `?`, `[…]` or `{a,b}`",
            "2:59: error[PB702] unknown code `not convertible`",
            "help: did you mean `PB402` (not convertible)?",
            "2:78: error[PB701] unknown key `path` of an item of `allow`",
            "help: did you mean `paths`?",
            "3:36: error[PB702] `{a` is no pattern of paths: unclosed alternate group; missing '}'",
            "help: write a path with `*`, `**`, `?`, `[…]` or `{a,b}`",
            "3:50: error[PB702] `PB209` is both in `allow` and in `warn`",
            "help: keep one of them, or say for which `paths` each holds",
            "3:85: error[PB702] `paths` is empty",
            "help: leave the key out to mean all files",
            "4:8: error[PB702] `deny` must be a list of codes, each a name or a table `{ code, paths }`",
            "5:11: error[PB702] unknown severity `warn`",
            "help: the severities are `error`, `warning` and `note`",
        ],
        "{err}"
    );
}

#[test]
fn a_comment_suppresses_findings_of_its_line_or_the_next() {
    let rule = RULE
        .replace("_escalation\n", "_escalation  # purplebook: allow(PB210) as our wiki has it\n")
        .replace("  - attack.t9999\n", "  # purplebook: allow(PB201): our own\n  # a note\n\n  - attack.t9999\n");
    let page = "---\n# purplebook: allow(PB009) for another program\ntags: x\n---\n# About\n\n\
                <!-- purplebook: allow(PB501, PB503) made by our wiki -->\n\nSee [owners](owners.html), [x](javascript:x)\n\
                and [us](gone.md) <!-- purplebook: allow(PB501) not yet -->.\n\nAnd [them](gone.md).\n";
    let dir = project(&[("content/rules/a.yml", &rule), ("content/pages/index.md", page)]);
    let told = "content/pages/index.md:12:12: error[PB501] `gone.md` leads nowhere: there is no `content/pages/gone.md`\n1 error in 1 file\n";
    assert_eq!(check(dir.path(), &[]), (1, told.to_owned(), String::new()));
}

#[test]
fn the_comment_on_the_head_of_a_block_is_about_the_block() {
    let rule = RULE.replace("_escalation", "-escalation").replace("  - attack.t9999\n", "").replace(
        "condition: selection",
        "condition: |  # purplebook: allow(PB401) of another program\n    selection\n    and (",
    ) + "description: |\n  # purplebook: allow(PB401) a text, no comment\n";
    let dir = project(&[("content/rules/a.yml", &rule)]);
    assert_eq!(check(dir.path(), &[]), (0, "no findings\n".to_owned(), String::new()));
}

#[test]
fn a_build_counts_what_a_check_would_tell() {
    let dir = project(&[("content/rules/a.yml", RULE), ("purplebook.toml", "[check]\nallow = [\"PB201\"]\n")]);
    let (_, out, err) = purplebook(dir.path(), &["build", "--output", "public"]);
    assert_eq!(err, "");
    assert!(out.contains("\n1 note in 1 file; `purplebook check` shows all\n"), "{out}");
}
