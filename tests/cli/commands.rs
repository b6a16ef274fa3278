//! The commands as users meet them: what is typed, and the exact text that comes back.

// snapbox writes its snapshots with hashes.
#![allow(clippy::needless_raw_string_hashes)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use snapbox::{assert_data_eq, str};
use tempfile::TempDir;

fn purplebook(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_purplebook"))
        .args(args)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .stdin(Stdio::null())
        .output()
        .expect("the program runs")
}

fn project(files: &[(&str, &str)]) -> TempDir {
    let dir = TempDir::new().expect("a temporary folder");
    for (path, text) in files {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    dir
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("text")
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn files(root: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let shown = path.strip_prefix(root).expect("inside").to_str().expect("text");
                all.push(shown.replace('\\', "/"));
            }
        }
    }
    all.sort();
    all
}

#[test]
fn every_problem_of_the_configuration_is_shown_at_its_bytes() {
    let dir = project(&[(
        "purplebook.toml",
        "[site]\ntitel = \"Our detections\"\nbase_url = \"example.org\"\n\n[content]\nrules = [\"ghost\", 7]\n\n[markdwon]\n",
    )]);
    let output = purplebook(dir.path(), &["check"]);
    assert_eq!(code(&output), Some(2));
    assert_eq!(out(&output), "");
    assert_data_eq!(
        err(&output),
        str![[r#"
purplebook.toml:2:1: error[PB701] unknown key `titel` in `[site]`
  |
2 | titel = "Our detections"
  | ^^^^^
  |
  = help: did you mean `title`?

purplebook.toml:3:12: error[PB702] `example.org` is not an http or https address
  |
3 | base_url = "example.org"
  |            ^^^^^^^^^^^^^
  |
  = help: write the whole address, such as `https://security.example.org/kb/`

purplebook.toml:6:10: error[PB704] folder `ghost` does not exist
  |
6 | rules = ["ghost", 7]
  |          ^^^^^^^
  |
  = help: paths are relative to the folder of this file

purplebook.toml:6:19: error[PB702] `rules` must be the path of a folder, or a list of them
  |
6 | rules = ["ghost", 7]
  |                   ^ this is an integer

purplebook.toml:8:2: error[PB701] unknown table `[markdwon]`
  |
8 | [markdwon]
  |  ^^^^^^^^
  |
  = help: did you mean `[markdown]`?

5 errors in 1 file

"#]]
    );
}

#[test]
fn the_configuration_is_found_above_and_named_from_here() {
    let dir = project(&[("purplebook.toml", "[site]\ncolor = 1\n"), ("a/b/x", "")]);
    let output = purplebook(&dir.path().join("a/b"), &["build"]);
    assert_eq!(code(&output), Some(2));
    let path = Path::new("..").join("..").join("purplebook.toml");
    let expected = format!("{}:2:1: error[PB701] unknown key `color` in `[site]`\n", path.display());
    assert!(err(&output).starts_with(&expected), "{}", err(&output));
}

#[test]
fn colours_are_for_those_who_ask() {
    let dir = project(&[("purplebook.toml", "x = 1\n")]);
    assert!(!err(&purplebook(dir.path(), &["check"])).contains('\u{1b}'));
    assert!(err(&purplebook(dir.path(), &["--color", "always", "check"])).contains('\u{1b}'));
}

#[test]
fn what_flags_name_must_exist() {
    let dir = project(&[("x.json", "{}")]);
    for (args, message) in [
        (["--rules", "ghost"], "error: --rules ghost: no such folder\n"),
        (["--rules", "x.json"], "error: --rules x.json: is not a folder\n"),
        (["--attack-bundle", "y.json"], "error: --attack-bundle y.json: no such file\n"),
        (["--root", "ghost"], "error: --root ghost: no such folder\n"),
        (["--base-url", "ftp://x"], "error: --base-url ftp://x: is not an http or https address\n"),
    ] {
        let output = purplebook(dir.path(), &["check", args[0], args[1]]);
        assert_eq!((code(&output), err(&output).as_str()), (Some(2), message));
    }
    let output = purplebook(dir.path(), &["check", "--config", "ghost.toml"]);
    assert_eq!(code(&output), Some(2));
    assert!(err(&output).starts_with("error: cannot read ghost.toml: "), "{}", err(&output));
}

#[test]
fn an_unknown_flag_is_answered_with_the_nearest() {
    let output = purplebook(Path::new("."), &["build", "--outptu", "x"]);
    assert_eq!(code(&output), Some(2));
    assert_data_eq!(
        err(&output),
        str![[r#"
error: unexpected argument '--outptu' found

  tip: a similar argument exists: '--output'

Usage: purplebook build --output <DIR>

For more information, try '--help'.

"#]]
    );
}

#[test]
fn help_teaches_commands_examples_and_exit_codes() {
    let output = purplebook(Path::new("."), &["--help"]);
    assert_eq!(code(&output), Some(0));
    for part in [
        "build ",
        "serve ",
        "check ",
        "convert ",
        "init ",
        "new ",
        "explain ",
        "completions ",
        "Examples:",
        "Exit codes:",
    ] {
        assert!(out(&output).contains(part), "{part}");
    }
    let version = purplebook(Path::new("."), &["--version"]);
    assert_eq!(out(&version), concat!("purplebook ", env!("CARGO_PKG_VERSION"), "\n"));
    assert_eq!(code(&purplebook(Path::new("."), &[])), Some(2));
}

#[test]
fn explain_takes_a_code_in_any_form() {
    let text = out(&purplebook(Path::new("."), &["explain", "PB206"]));
    assert!(text.starts_with("PB206: revoked ATT&CK id (warning)\n\nATT&CK revoked this id"), "{text}");
    for form in ["pb206", "206"] {
        assert_eq!(out(&purplebook(Path::new("."), &["explain", form])), text);
    }
    let output = purplebook(Path::new("."), &["explain", "PB209x"]);
    assert_eq!(code(&output), Some(2));
    assert_eq!(
        err(&output),
        "error: unknown code `PB209x`\nhelp: did you mean `PB209`? `purplebook explain` lists all codes\n"
    );
}

#[test]
fn explain_alone_lists_all_codes() {
    let text = out(&purplebook(Path::new("."), &["explain"]));
    assert_eq!(text.lines().count(), purplebook::report::Code::ALL.len());
    assert!(text.starts_with("PB001  error    malformed YAML\n"), "{text}");
}

#[test]
fn completions_name_the_commands() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = purplebook(Path::new("."), &["completions", shell]);
        assert_eq!(code(&output), Some(0));
        assert!(out(&output).contains("data-needed"), "{shell}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_purplebook"))
        .args(["completions", "zsh"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!((code(&output), err(&output).as_str()), (Some(0), ""));
}

#[test]
fn init_makes_a_project_with_an_example_of_every_kind() {
    let dir = project(&[]);
    let output = purplebook(dir.path(), &["init", "kb"]);
    assert_eq!((code(&output), err(&output).as_str()), (Some(0), ""));
    assert!(out(&output).ends_with("\nNext: cd kb && purplebook build\n"), "{}", out(&output));
    assert_data_eq!(
        files(&dir.path().join("kb")).join("\n"),
        str![[r#"
.gitignore
content/customers/CU_0001_workplaces.yml
content/data_needed/DN_0001_1_windows_sysmon_process_creation.yml
content/enrichments/EN_0001_owner_of_the_host.yml
content/hardening_policies/HP_0001_windows_no_script_host.yml
content/logging_policies/LP_0001_windows_sysmon_process_creation.yml
content/mitigation_policies/MP_0001_windows_asr_block_obfuscated_scripts.yml
content/mitigation_systems/MS_0001_microsoft_defender_antivirus.yml
content/pages/about.md
content/recorded_events/[..]-[..]-4[..]-[..]-[..].json
content/response_actions/RA_0001_identification_collect_scheduled_tasks.yml
content/response_actions/RA_0002_containment_isolate_host.yml
content/response_playbooks/RP_0001_suspicious_scheduled_task.yml
content/response_stages/RS0001.yml
content/response_stages/RS0002.yml
content/response_stages/RS0003.yml
content/response_stages/RS0004.yml
content/response_stages/RS0005.yml
content/response_stages/RS0006.yml
content/rules/windows_scheduled_task_script_host.yml
content/triggers/T1053.005/T1053.005.yaml
content/use_cases/UC_0001_programs_that_return.yml
purplebook.toml
"#]]
    );
    let rule = fs::read_to_string(dir.path().join("kb/content/rules/windows_scheduled_task_script_host.yml"));
    assert_data_eq!(
        rule.expect("the rule"),
        str![[r#"
title: Scheduled Task Runs a Script Host
id: [..]-[..]-4[..]-[..]-[..]
...
"#]]
    );
}

#[test]
fn init_overwrites_nothing() {
    let dir = project(&[(".gitignore", "mine\n"), ("sub/content/x", "")]);
    let output = purplebook(dir.path(), &["init"]);
    assert_eq!(code(&output), Some(0));
    assert!(
        out(&output).contains("add the lines `/output/` and `/purplebook-external.json` to it"),
        "{}",
        out(&output)
    );
    assert_eq!(fs::read_to_string(dir.path().join(".gitignore")).expect("text"), "mine\n");
    let before = files(dir.path());
    let again = purplebook(dir.path(), &["init"]);
    assert_eq!(code(&again), Some(2));
    assert_eq!(
        err(&again),
        "error: purplebook.toml exists; nothing was changed\n\
         help: choose another folder, or add single files with `purplebook new`\n"
    );
    assert_eq!(code(&purplebook(dir.path(), &["init", "sub"])), Some(2));
    assert_eq!(files(dir.path()), before);
}

#[test]
fn new_writes_each_kind_to_its_folder() {
    let dir = project(&[("purplebook.toml", "[content]\nrules = [\"detections\"]\n"), ("detections/sub/x", "")]);
    let inside = dir.path().join("detections/sub");
    for (kind, name, path) in [
        ("rule", "Office starts cmd: macro?", "detections/office_starts_cmd_macro.yml"),
        ("data-needed", "DN_0009_4688_windows", "content/data_needed/DN_0009_4688_windows.yml"),
        ("logging-policy", "LP_0009_x", "content/logging_policies/LP_0009_x.yml"),
        ("enrichment", "EN_0009_x", "content/enrichments/EN_0009_x.yml"),
        ("trigger", "t1053.005", "content/triggers/T1053.005/T1053.005.yaml"),
        ("response-action", "RA_0009_x", "content/response_actions/RA_0009_x.yml"),
        ("response-playbook", "RP_0009_x", "content/response_playbooks/RP_0009_x.yml"),
        ("response-stage", "Deter", "content/response_stages/Deter.yml"),
        ("mitigation-system", "MS_0009_x", "content/mitigation_systems/MS_0009_x.yml"),
        ("mitigation-policy", "MP_0009_x", "content/mitigation_policies/MP_0009_x.yml"),
        ("hardening-policy", "HP_0009_x", "content/hardening_policies/HP_0009_x.yml"),
        ("use-case", "UC_0009_x", "content/use_cases/UC_0009_x.yml"),
        ("customer", "CU_0009_x", "content/customers/CU_0009_x.yml"),
        ("page", "On call", "content/pages/on_call.md"),
    ] {
        let output = purplebook(&inside, &["new", kind, name]);
        assert_eq!((code(&output), err(&output).as_str()), (Some(0), ""), "{kind}");
        assert_eq!(out(&output), format!("created {path}\n"));
        let text = fs::read_to_string(dir.path().join(path)).expect(path);
        assert!(!text.contains("{{"), "{text}");
    }
    let rule = fs::read_to_string(dir.path().join("detections/office_starts_cmd_macro.yml")).expect("the rule");
    assert!(rule.starts_with("title: \"Office starts cmd: macro?\"\nid: "), "{rule}");
    let trigger = fs::read_to_string(dir.path().join("content/triggers/T1053.005/T1053.005.yaml")).expect("a file");
    assert!(
        trigger.starts_with("attack_technique: T1053.005\ndisplay_name: \"Scheduled Task/Job: Scheduled Task\"\n"),
        "{trigger}"
    );

    let again = purplebook(&inside, &["new", "page", "on call"]);
    assert_eq!(code(&again), Some(2));
    assert!(err(&again).ends_with("on_call.md exists; it was not changed\n"), "{}", err(&again));
}

#[test]
fn new_refuses_what_would_not_pass_a_check() {
    let dir = project(&[]);
    for (kind, name, message) in [
        ("trigger", "T1191", "error: ATT&CK replaced `T1191` by T1218.003\nhelp: purplebook new trigger T1218.003\n"),
        (
            "trigger",
            "T9999",
            "error: `T9999` is no current ATT&CK technique\n\
             help: a Trigger is named by a technique: `purplebook new trigger T1053.005`\n",
        ),
        ("page", "...", "error: `...` has no letter or digit to name a file by\n"),
        ("page", "a\nb", "error: a title is one line of text, without control characters\n"),
    ] {
        let output = purplebook(dir.path(), &["new", kind, name]);
        assert_eq!((code(&output), err(&output).as_str()), (Some(2), message));
    }
    assert_eq!(files(dir.path()), Vec::<String>::new());
}

#[test]
fn a_folder_without_content_is_told_apart_from_a_clean_one() {
    let output = purplebook(project(&[]).path(), &["check"]);
    assert_eq!((code(&output), out(&output).as_str()), (Some(0), "no findings\n"));
    assert_eq!(err(&output), "note: there is no content here yet, only ATT&CK; `purplebook init` writes an example\n");
}

#[test]
fn help_may_be_asked_for_as_a_command() {
    let output = purplebook(project(&[]).path(), &["help", "check"]);
    assert_eq!(code(&output), Some(0));
    assert!(out(&output).starts_with("Report every problem in the content, at its line\n"), "{}", out(&output));
}
