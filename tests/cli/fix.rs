//! `check --fix`: which bytes of which files change, and which never do.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize as _;
use tempfile::TempDir;

/// A project with these files and no others.
fn project(files: &[(&str, &str)]) -> TempDir {
    let dir = TempDir::new().expect("a temporary folder");
    fs::create_dir_all(dir.path().join("site")).expect("a folder");
    fs::write(dir.path().join("purplebook.toml"), "").expect("a file");
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    dir
}

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_purplebook"))
        .args(["check", "--output", "site", "--format", "concise"])
        .args(args)
        .current_dir(folder)
        .output()
        .expect("the program runs")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

const HEAD: &str =
    "title: A rule\nlogsource: {product: windows}\ndetection:\n  a: {b: c}\n  condition: a\n# of ATT&CK\n";

/// What `--fix` makes of the text after the head of a rule, and what it says of it.
fn fixed(tags: &str) -> (String, String) {
    let dir = project(&[("content/rules/r.yml", &format!("{HEAD}{tags}"))]);
    let output = run(dir.path(), &["--fix"]);
    let after = fs::read_to_string(dir.path().join("content/rules/r.yml")).expect("the rule");
    let again = run(dir.path(), &["--fix"]);
    assert_eq!(text(&again.stderr), "mended 0 findings in 0 files\n");
    assert_eq!(fs::read_to_string(dir.path().join("content/rules/r.yml")).expect("the rule"), after);
    let rest = after.strip_prefix(HEAD).expect("the head as it was").to_owned();
    (rest, text(&output.stderr).to_owned())
}

/// Tags and what becomes of them, with the number of findings that ends.
#[track_caller]
fn becomes(before: &str, after: &str, findings: usize) {
    let counted =
        if findings == 1 { "1 finding in 1 file".to_owned() } else { format!("{findings} findings in 1 file") };
    let counted = if findings == 0 { "0 findings in 0 files".to_owned() } else { counted };
    assert_eq!(fixed(before), (after.to_owned(), format!("mended {counted}\n")));
}

#[track_caller]
fn stays(tags: &str) {
    becomes(tags, tags, 0);
}

#[test]
fn values_change_and_nothing_around_them() {
    becomes(
        "tags:   # theirs\n  -   attack.Credential_Access\t# first\n  - 'attack.t1086'\n  - \"attack.T1003\"  \n  - acme.x\n",
        "tags:   # theirs\n  -   attack.credential-access\t# first\n  - 'attack.t1059.001'\n  - \"attack.t1003\"  \n  - acme.x\n",
        3,
    );
    becomes("tags: [attack.T1003,\tattack.t1086 ] # x", "tags: [attack.t1003,\tattack.t1059.001 ] # x", 2);
    becomes("tags: attack.T1003", "tags: attack.t1003", 1);
    becomes(
        "tags:\r\n- attack.t1036\r\n- attack.defense_evasion\r\n",
        "tags:\r\n- attack.t1036\r\n- attack.stealth\r\n",
        1,
    );
}

#[test]
fn a_value_the_list_has_already_goes_with_its_line() {
    becomes(
        "tags:\n  - attack.t1059.001\n\n  - attack.t1086\n  # of the next\n  - attack.t1003\n",
        "tags:\n  - attack.t1059.001\n\n  # of the next\n  - attack.t1003\n",
        1,
    );
    becomes("tags:\n  - attack.T1086\n  - 'attack.t1086'", "tags:\n  - attack.t1059.001", 2);
    becomes("tags:\r\n- attack.T1003\r\n- attack.t1003\r\n", "tags:\r\n- attack.t1003\r\n", 2);
    becomes("tags: ['attack.T1003', attack.t1003]\n", "tags: ['attack.t1003']\n", 2);
    becomes("tags: [attack.t1003 , 'attack.T1003']\n", "tags: [attack.t1003]\n", 1);
    becomes("tags:\n  - acme.x\n  - tlp.red\n  - acme.x\n", "tags:\n  - acme.x\n  - tlp.red\n", 1);
    stays("tags:\n  - acme.x\n  - acme.x   # wanted twice\n");
    // The comment speaks of the item, and may be wanted.
    stays("tags:\n  - attack.t1059.001\n  - attack.t1086 # the old one\n");
    stays("tags:\n  - attack.t1059.001\n  # the old one\n  - attack.t1086\n");
}

#[test]
fn tags_of_other_namespaces_are_written_in_lower_case() {
    becomes(
        "tags:\n  - TLP.Red\n  - 'CVE.2021-44228' # log4j\n",
        "tags:\n  - tlp.red\n  - 'cve.2021-44228' # log4j\n",
        2,
    );
    becomes("tags: [d3fend.D3-AM, D3FEND.D3F-Process]\n", "tags: [d3fend.d3-am, d3fend.d3f-Process]\n", 2);
    // What was meant is a guess.
    stays("tags: [tlp.white, detection.threat_hunting]\n");
}

/// The text after the head of a rule, mended and with its tags sorted.
fn ordered(tags: &str) -> String {
    let dir = project(&[("content/rules/r.yml", &format!("{HEAD}{tags}"))]);
    let output = run(dir.path(), &["--fix", "--sort-tags"]);
    let after = fs::read_to_string(dir.path().join("content/rules/r.yml")).expect("the rule");
    let again = run(dir.path(), &["--fix", "--sort-tags", "--dry-run"]);
    assert_eq!((text(&again.stdout), again.status.code()), ("", Some(0)), "{}", text(&output.stderr));
    after.strip_prefix(HEAD).expect("the head as it was").to_owned()
}

#[test]
fn tags_are_sorted_if_that_is_asked_for() {
    // Not otherwise.
    stays("tags:\n  - tlp.red\n  - acme.x\n");
    assert_eq!(
        ordered(
            "tags:  # all\n  - tlp.red # ours\n\n  # of the next\n  # two lines\n  - 'acme.x'\n  - attack.t1003\nlevel: high\n"
        ),
        "tags:  # all\n\n  # of the next\n  # two lines\n  - 'acme.x'\n  - attack.t1003\n  - tlp.red # ours\nlevel: high\n"
    );
    assert_eq!(ordered("tags:\r\n- b.x\r\n- \"a.x\"\r\n- c.x"), "tags:\r\n- \"a.x\"\r\n- b.x\r\n- c.x");
    assert_eq!(ordered("tags:\n- b.x\n- a.x # last"), "tags:\n- a.x # last\n- b.x");
    assert_eq!(ordered("tags: [ 'b.x',  c.x , a.x ] # all\n"), "tags: [ a.x,  'b.x' , c.x ] # all\n");
    // Mended first: what is new belongs elsewhere.
    assert_eq!(
        ordered("tags: [attack.T1003, attack.t1086, acme.x]\n"),
        "tags: [acme.x, attack.t1003, attack.t1059.001]\n"
    );
    for left in [
        "tags:\n  # of all, or of the first\n  - b.x\n  - a.x\n",
        "tags: [b.x, # of b\n  a.x]\n",
        "tags:\n  - &x b.x\n  - a.x\nmine: *x\n",
        "tags:\n  - b.x\n  - >-\n    a.x\n",
        "tags:\n  - b.x\n  - {a: x}\n",
        "tags: b.x\n",
        "tags: []\n",
        "tags:\n",
    ] {
        assert_eq!(ordered(left), left);
    }
    let dir = project(&[("content/rules/r.yml", &format!("{HEAD}tags: [b.x, a.x]\n"))]);
    let diff = run(dir.path(), &["--fix", "--sort-tags", "--dry-run"]);
    assert!(text(&diff.stdout).ends_with("-tags: [b.x, a.x]\n+tags: [a.x, b.x]\n"), "{}", text(&diff.stdout));
    assert_eq!(text(&diff.stderr), "would mend 0 findings in 1 file; sort the tags of 1 file\n");
    assert_eq!(diff.status.code(), Some(1));
}

/// What one repair makes possible, another makes in the next round; the diff shows the end.
#[test]
fn a_dry_run_shows_what_all_rounds_come_to() {
    let before = format!("\u{feff}tags: [attack.T1003]\n{HEAD}");
    let dir = project(&[("content/rules/r.yml", &before)]);
    let diff = run(dir.path(), &["--fix", "--dry-run"]);
    assert!(
        text(&diff.stdout).starts_with(
            "--- a/content/rules/r.yml\n+++ b/content/rules/r.yml\n@@ -1,4 +1,4 @@\n\
             -\u{feff}tags: [attack.T1003]\n+\u{feff}tags: [attack.t1003]\n title: A rule\n"
        ),
        "{}",
        text(&diff.stdout)
    );
    // A tag that moved to its successor is then one given twice.
    let tags = "tags:\n  - attack.T1086\n  - attack.t1059.001\n  - ATTACK.T1059.001\n";
    let dir = project(&[("content/rules/r.yml", &format!("{HEAD}{tags}"))]);
    let diff = run(dir.path(), &["--fix", "--dry-run"]);
    run(dir.path(), &["--fix"]);
    let after = fs::read_to_string(dir.path().join("content/rules/r.yml")).expect("the rule");
    assert_eq!(after, format!("{HEAD}tags:\n  - attack.t1059.001\n"));
    assert!(
        text(&diff.stdout).ends_with(" tags:\n-  - attack.T1086\n   - attack.t1059.001\n-  - ATTACK.T1059.001\n"),
        "{}",
        text(&diff.stdout)
    );
}

#[test]
fn what_needs_judgement_stays() {
    // Both successors, and neither.
    stays("tags:\n  - attack.t1036\n  - attack.t1685\n  - attack.defense-evasion\n");
    stays("tags:\n  - attack.defense-evasion\n");
    // Deprecated, misspelt.
    stays("tags:\n  - attack.t1064\n  - attack.persistance\n");
    // Written here, used elsewhere; escapes; values of more than one line.
    stays("tags:\n  - &x attack.t1086\nmine: *x\n");
    stays("tags: &x\n  - attack.t1086\nmine: *x\n");
    stays("mine: &x\n  - attack.t1086\ntags: *x\n");
    stays("tags:\n  - \"attack.t\\x31086\"\n");
    stays("tags:\n  - |-\n    attack.t1086\n");
}

#[test]
fn rules_of_one_file_that_disagree_change_nothing_they_share() {
    let shared = "action: global\ntitle: Two\ndetection:\n  condition: a\ntags:\n  - attack.defense-evasion\n---\n";
    let rule = |technique: &str| {
        format!("logsource: {{product: windows}}\ndetection:\n  a: {{b: c}}\ntags:\n  - attack.{technique}\n")
    };
    let file = format!("{shared}{}---\n{}", rule("t1036"), rule("t1685"));
    let dir = project(&[("content/rules/r.yml", &file)]);
    run(dir.path(), &["--fix"]);
    assert_eq!(fs::read_to_string(dir.path().join("content/rules/r.yml")).expect("the file"), file);
}

#[test]
fn what_nobody_wants_to_be_told_of_stays() {
    let rule = format!("{HEAD}tags:\n  - attack.T1003\n  - attack.t1086\n");
    let dir = project(&[("content/rules/r.yml", &rule)]);
    fs::write(dir.path().join("purplebook.toml"), "[check]\nallow = [\"PB210\"]\n").expect("a file");
    run(dir.path(), &["--fix"]);
    let after = fs::read_to_string(dir.path().join("content/rules/r.yml")).expect("the rule");
    assert_eq!(after, rule.replace("t1086", "t1059.001"));
}

#[test]
fn a_byte_order_mark_stays() {
    let dir = project(&[("content/rules/r.yml", &format!("\u{feff}{HEAD}tags: [attack.T1003]\n"))]);
    run(dir.path(), &["--fix"]);
    let after = fs::read_to_string(dir.path().join("content/rules/r.yml")).expect("the rule");
    assert_eq!(after, format!("\u{feff}{HEAD}tags: [attack.t1003]\n"));
}

#[test]
fn what_is_left_is_printed_and_decides_the_exit_code() {
    let dir = project(&[("content/rules/r.yml", &format!("{HEAD}tags:\n  - attack.t1086\n  - attack.t9999\n"))]);
    let output = run(dir.path(), &["--fix"]);
    assert_eq!(text(&output.stderr), "mended 1 finding in 1 file\n");
    assert!(
        text(&output.stdout)
            .starts_with("content/rules/r.yml:9:5: error[PB201] ATT&CK 19.1 has no technique `t9999`\n"),
        "{}",
        text(&output.stdout)
    );
    assert!(!text(&output.stdout).contains("PB206"));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_dry_run_prints_one_diff_and_changes_nothing() {
    let a = format!("{HEAD}tags:\n  - attack.t1086 # shell\n  - attack.execution\n");
    let b = "attack_technique: T1191\ndisplay_name: CMSTP\natomic_tests: []\n";
    let dir = project(&[
        ("content/rules/a.yml", &a),
        ("content/rules/b.yml", &format!("{HEAD}tags: [attack.T1003]")),
        ("content/triggers/T1218.003/T1218.003.yaml", b),
        ("content/triggers/T1191/T1191.yaml", b),
    ]);
    let output = run(dir.path(), &["--fix", "--dry-run"]);
    assert_eq!(
        text(&output.stdout),
        "\
--- a/content/rules/a.yml
+++ b/content/rules/a.yml
@@ -5,5 +5,5 @@
   condition: a
 # of ATT&CK
 tags:
-  - attack.t1086 # shell
+  - attack.t1059.001 # shell
   - attack.execution
--- a/content/rules/b.yml
+++ b/content/rules/b.yml
@@ -4,4 +4,4 @@
   a: {b: c}
   condition: a
 # of ATT&CK
-tags: [attack.T1003]
\\ No newline at end of file
+tags: [attack.t1003]
\\ No newline at end of file
--- a/content/triggers/T1218.003/T1218.003.yaml
+++ b/content/triggers/T1218.003/T1218.003.yaml
@@ -1,3 +1,3 @@
-attack_technique: T1191
+attack_technique: T1218.003
 display_name: CMSTP
 atomic_tests: []
"
    );
    assert_eq!(text(&output.stderr), "would mend 3 findings in 3 files\n");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read_to_string(dir.path().join("content/rules/a.yml")).expect("the rule"), a);
    run(dir.path(), &["--fix"]);
    let clean = run(dir.path(), &["--fix", "--dry-run"]);
    assert_eq!((text(&clean.stdout), clean.status.code()), ("", Some(0)));
    // Its folder would have to move.
    assert_eq!(fs::read_to_string(dir.path().join("content/triggers/T1191/T1191.yaml")).expect("the Trigger"), b);
}

#[test]
fn a_file_that_cannot_be_written_keeps_all_as_they_were() {
    let rule = format!("{HEAD}tags: [attack.T1003]\n");
    let dir = project(&[("content/rules/a.yml", &rule), ("content/rules/b.yml", &rule)]);
    let locked = dir.path().join("content/rules/b.yml");
    let mut permissions = fs::metadata(&locked).expect("the rule").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&locked, permissions).expect("permissions");
    let output = run(dir.path(), &["--fix"]);
    let error = text(&output.stderr);
    assert!(error.starts_with("error: cannot write `") && error.ends_with("b.yml`: it is read-only\n"), "{error}");
    assert_eq!((text(&output.stdout), output.status.code()), ("", Some(2)));
    assert_eq!(fs::read_to_string(dir.path().join("content/rules/a.yml")).expect("the rule"), rule);
}

#[test]
fn a_dry_run_is_one_of_fix() {
    let dir = project(&[]);
    assert_eq!(run(dir.path(), &["--dry-run"]).status.code(), Some(2));
}

#[test]
fn a_published_collection_is_mended_once_and_for_all() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/sigma-2019/rules");
    if !corpus.is_dir() {
        println!("skipped: {} is not there", corpus.display());
        return;
    }
    let before = files(&corpus);
    let dir = project(&[]);
    for (path, bytes) in &before {
        let path = dir.path().join("content/rules").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
    let diff = run(dir.path(), &["--fix", "--dry-run"]);
    let first = run(dir.path(), &["--fix"]);
    let after = files(&dir.path().join("content/rules"));
    assert!(before.keys().eq(after.keys()));
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    for (path, old) in &before {
        if *old == after[path] {
            continue;
        }
        let (old, mended) = (text(old), text(&after[path]));
        assert_eq!(without_tags(old), without_tags(mended), "{}", path.display());
        let differing = old.split_inclusive('\n').zip(mended.split_inclusive('\n')).filter(|(old, new)| old != new);
        for (old, mended) in differing {
            assert!(old.trim_start().starts_with("- attack."), "{old}");
            gone.push(old.to_owned());
            new.push(mended.to_owned());
        }
    }
    // The diff said so.
    let told = |sign: &str| -> Vec<String> {
        let lines = text(&diff.stdout).split_inclusive('\n').filter(|line| !line.starts_with(&sign.repeat(3)));
        lines.filter_map(|line| line.strip_prefix(sign)).map(str::to_owned).collect()
    };
    assert!(gone.len() > 50, "{gone:?}");
    gone.sort();
    new.sort();
    for (sign, mut lines) in [("-", gone), ("+", new)] {
        let mut told = told(sign);
        told.sort();
        lines.sort();
        assert_eq!(told, lines);
    }
    let second = run(dir.path(), &["--fix"]);
    assert_eq!(text(&second.stderr), "mended 0 findings in 0 files\n");
    assert_eq!(text(&second.stdout), text(&first.stdout));
    assert_eq!(files(&dir.path().join("content/rules")), after);
}

/// The documents of a file that can be read, each without its tags.
fn without_tags(text: &str) -> Vec<Option<serde_yaml::Value>> {
    let documents = serde_yaml::Deserializer::from_str(text).map(|document| {
        let mut value = serde_yaml::Value::deserialize(document).ok()?;
        if let Some(map) = value.as_mapping_mut() {
            map.remove("tags");
        }
        Some(value)
    });
    documents.collect()
}

/// All files of a folder, by their paths in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(inner) = open.pop() {
        for entry in fs::read_dir(&inner).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else {
                let within = path.strip_prefix(folder).expect("a path in the folder").to_owned();
                all.insert(within, fs::read(&path).expect("a file"));
            }
        }
    }
    all
}
