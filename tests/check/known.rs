//! What `check` leaves out because it is known (`--baseline`) or old (`--changed-since`).

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::project::{answer, check, check_command, project, write};

/// A rule with an error on line 4.
const RULE: &str = "\
title: Shell as a service
tags:
  - attack.privilege-escalation
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

fn rule(title: &str, technique: &str) -> String {
    RULE.replace("Shell as a service", title).replace("t9999", technique)
}

fn folder() -> TempDir {
    project(&[])
}

fn said(code: i32, out: &str, err: &str) -> (i32, String, String) {
    (code, out.to_owned(), err.to_owned())
}

fn git(folder: &Path, args: &[&str]) -> String {
    let settings = ["user.name=T", "user.email=t@example.org", "protocol.file.allow=always", "init.defaultBranch=main"];
    let output = Command::new("git")
        .args(settings.iter().flat_map(|setting| ["-c", setting]))
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

fn commit(folder: &Path) -> String {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", "a commit"]);
    git(folder, &["rev-parse", "HEAD"])
}

#[test]
fn known_findings_are_counted_and_not_shown() {
    let dir = folder();
    let root = dir.path();
    write(root, "content/rules/b.yml", RULE);
    write(root, "content/rules/a.yml", &rule("Another", "t9998"));
    assert_eq!(check(root, &["--baseline", "write"]), said(0, "2 findings written to purplebook-baseline.json\n", ""));
    let written = fs::read_to_string(root.join("purplebook-baseline.json")).expect("the baseline");
    assert_eq!(
        written,
        "{\n  \"version\": 1,\n  \"findings\": [\n    \
         {\"path\":\"content/rules/a.yml\",\"code\":\"PB201\",\"line\":\"- attack.t9998\"},\n    \
         {\"path\":\"content/rules/b.yml\",\"code\":\"PB201\",\"line\":\"- attack.t9999\"}\n  ]\n}\n"
    );
    let known = "note: 2 findings known from purplebook-baseline.json not shown\n";
    assert_eq!(check(root, &["--baseline", "use"]), said(0, "no findings\n", known));
    // The line moves, and a new finding is shown.
    write(root, "content/rules/b.yml", &RULE.replace("tags:\n", "author: me\ntags:\n  -   attack.t9997\n"));
    let new = "content/rules/b.yml:4:7: error[PB201] ATT&CK 19.1 has no technique `t9997`\n1 error in 1 file\n";
    assert_eq!(check(root, &["--baseline", "use"]), said(1, new, known));
    // One is mended: a note, at its line of the file, that can be made to fail.
    write(root, "content/rules/b.yml", &rule("Shell as a service", "t1543.003"));
    let gone = "purplebook-baseline.json:5:5: note[PB905] there is no `PB201` at `- attack.t9999` of \
                `content/rules/b.yml` any more\n1 note in 1 file\n";
    let known = "note: 1 finding known from purplebook-baseline.json not shown\n";
    assert_eq!(check(root, &["--baseline", "use"]), said(0, gone, known));
    write(root, "purplebook.toml", "[check]\ndeny = [\"PB905\"]\n");
    assert_eq!(check(root, &["--baseline", "use"]).0, 1);
}

#[test]
fn the_file_of_known_findings_is_named_in_the_configuration() {
    let dir = folder();
    let root = dir.path();
    write(root, "content/rules/a.yml", RULE);
    write(root, "purplebook.toml", "[check]\nbaseline = \"ci/known.json\"\n");
    let (code, out, err) = check(root, &["--baseline", "use"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.starts_with("error: cannot read `") && err.contains("known.json`: "), "{err}");
    assert!(err.ends_with("help: `purplebook check --baseline write` writes it\n"), "{err}");
    write(root, "ci/known.json", "<<<<<<< HEAD\n");
    let (code, _, err) = check(root, &["--baseline", "use"]);
    assert_eq!(code, 2);
    assert!(err.starts_with("error: ci/known.json is no file of known findings: expected value at line 1 "), "{err}");
    assert_eq!(check(root, &["--baseline", "write"]), said(0, "1 finding written to ci/known.json\n", ""));
    assert_eq!(check(root, &["--baseline", "use"]).1, "no findings\n");
    let both = "error: --baseline write is for all findings; leave out --changed-since\n";
    assert_eq!(check(root, &["--baseline", "write", "--changed-since", "main"]), said(2, "", both));
}

#[test]
fn only_what_a_change_may_have_made_is_told() {
    let dir = folder();
    let root = &dir.path().join("mono/kb é");
    fs::create_dir_all(root.join("site")).expect("a folder");
    git(dir.path(), &["init", "-q", "mono"]);
    write(root, "content/rules/old.yml", &rule("Old", "t9991"));
    write(root, "content/rules/edited.yml", &rule("Edited", "t9992"));
    write(root, "content/rules/moved.yml", &rule("Moved", "t9993"));
    write(root, "content/pages/index.md", "# Start\n\n[about](about.md#x), [else](else.md)\n");
    write(root, "content/pages/about.md", "# X\n");
    write(root, "content/pages/.gitignore", "ignored.md\n");
    let old = commit(root);
    git(root, &["checkout", "-q", "-b", "topic"]);
    write(root, "content/rules/edited.yml", &rule("Edited ", "t9992"));
    commit(root);
    // What happens on the other branch is nobody's change here.
    git(root, &["checkout", "-q", "main"]);
    write(root, "content/rules/old.yml", &rule("Old, edited", "t9991"));
    commit(root);
    git(root, &["checkout", "-q", "topic"]);
    fs::rename(root.join("content/rules/moved.yml"), root.join("content/rules/renamed.yml")).expect("renamed");
    fs::remove_file(root.join("content/pages/about.md")).expect("removed");
    write(root, "content/pages/ignored.md", "[x](gone.md)\n");
    write(root, "content/pages/new.md", "[x](gone.md)\n");
    let told = "content/pages/index.md:3:9: error[PB501] `about.md#x` leads nowhere: there is no \
                `content/pages/about.md`\n\
                content/pages/new.md:1:5: error[PB501] `gone.md` leads nowhere: there is no `content/pages/gone.md`\n\
                content/rules/edited.yml:4:5: error[PB201] ATT&CK 19.1 has no technique `t9992`\n\
                content/rules/renamed.yml:4:5: error[PB201] ATT&CK 19.1 has no technique `t9993`\n\
                4 errors in 4 files\n";
    for revision in ["main", old.as_str(), "HEAD~1"] {
        let hidden = format!("note: 3 findings not of what changed since {revision} not shown\n");
        assert_eq!(check(root, &["--changed-since", revision]), said(1, told, &hidden), "{revision}");
    }
    // As a hook of Git is called.
    let mut hook = check_command(root, &["--changed-since", "main"]);
    hook.env("GIT_DIR", ".git").env("GIT_INDEX_FILE", ".git/index");
    assert_eq!(answer(hook).1, told);
    // A second working tree of the repository.
    git(root, &["worktree", "add", "-q", "../../tree", "topic~1"]);
    let tree = dir.path().join("tree/kb é");
    fs::create_dir_all(tree.join("site")).expect("a folder");
    assert_eq!(check(&tree, &["--changed-since", "main"]).1, "no findings\n");
    write(&tree, "content/rules/old.yml", &rule("Old!", "t9991"));
    let (code, out, _) = check(&tree, &["--changed-since", "main"]);
    assert_eq!((code, out.lines().count()), (1, 2), "{out}");
}

#[test]
fn submodules_are_followed_into() {
    let dir = folder();
    let (sigma, root) = (dir.path().join("sigma"), dir.path().join("kb"));
    for path in [&sigma, &root] {
        fs::create_dir_all(path.join("site")).expect("a folder");
        git(path, &["init", "-q"]);
    }
    write(&sigma, "rules/old.yml", &rule("Old", "t9991"));
    write(&sigma, "rules/edited.yml", &rule("Edited", "t9992"));
    write(&sigma, "rules/edited_too.yml", &rule("Edited too", "t9993"));
    commit(&sigma);
    write(&root, "purplebook.toml", "[content]\nrules = \"sigma/rules\"\n");
    commit(&root);
    git(&root, &["submodule", "--quiet", "add", "../sigma", "sigma"]);
    let all = check(&root, &["--changed-since", "HEAD"]).1;
    assert!(all.ends_with("3 errors in 3 files\n"), "{all}");
    commit(&root);
    assert_eq!(check(&root, &["--changed-since", "HEAD"]).1, "no findings\n");
    write(&root, "sigma/rules/edited.yml", &rule("Edited!", "t9992"));
    commit(&root.join("sigma"));
    write(&root, "sigma/rules/edited_too.yml", &rule("Edited too!", "t9993"));
    write(&root, "sigma/rules/new.yml", &rule("New", "t9994"));
    let (_, out, err) = check(&root, &["--changed-since", "HEAD"]);
    let files: Vec<&str> =
        out.lines().filter_map(|line| line.strip_prefix("sigma/rules/")?.split(':').next()).collect();
    assert_eq!(files, ["edited.yml", "edited_too.yml", "new.yml"], "{out}");
    assert_eq!(err, "note: 1 finding not of what changed since HEAD not shown\n");
}

#[test]
fn what_git_cannot_tell_is_no_answer() {
    let dir = folder();
    let root = dir.path();
    write(root, "content/rules/a.yml", RULE);
    let (code, out, err) = answer({
        let mut command = check_command(root, &["--changed-since", "main"]);
        command.env("GIT_CEILING_DIRECTORIES", root.parent().expect("a parent"));
        command
    });
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.starts_with("error: --changed-since main: Git has no repository for "), "{err}");
    git(root, &["init", "-q"]);
    commit(root);
    for revision in ["nowhere", "--all", "HEAD:content", "HEAD~9"] {
        let argument = format!("--changed-since={revision}");
        let expected = format!(
            "error: --changed-since {revision}: Git knows no such revision\n\
             help: fetch it first; a shallow checkout lacks history (`fetch-depth: 0` in GitHub Actions)\n"
        );
        assert_eq!(check(root, &[&argument]), said(2, "", &expected));
    }
    let mut command = check_command(root, &["--changed-since", "HEAD"]);
    command.env("PATH", root.join("site"));
    let (code, out, err) = answer(command);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.starts_with("error: --changed-since needs Git, which cannot be run: "), "{err}");
}
