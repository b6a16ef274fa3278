//! `purplebook convert`: queries on standard output, problems on standard error.

// snapbox writes its snapshots with hashes.
#![allow(clippy::needless_raw_string_hashes)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use snapbox::{assert_data_eq, str};
use tempfile::TempDir;

const RULE: &str = "\
title: Shell as a service
id: 6b4b4a8e-5d0d-4d7c-9d1e-0d6a5c1c2f10
logsource:
  product: windows
detection:
  selection:
    EventID: 7045
    ServiceFileName: cmd.exe
  condition: selection
";

const BROKEN: &str = "\
title: No such selection
logsource:
  product: windows
detection:
  selection:
    EventID: 1
  condition: selection and filter
";

fn project() -> TempDir {
    let dir = TempDir::new().expect("a temporary folder");
    for (path, text) in
        [("rules/b.yml", RULE), ("rules/a/broken.yml", BROKEN), ("rules/notes.txt", "x"), ("bad/yaml.yml", "a: [\n")]
    {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    dir
}

fn convert(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_purplebook"))
        .arg("convert")
        .args(args)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn queries_alone_go_to_standard_output() {
    let dir = project();
    assert_eq!(
        convert(dir.path(), &["-t", "es-qs", "rules/b.yml"]),
        (Some(0), "EventID:7045 AND ServiceFileName:\"cmd.exe\"\n".to_owned(), String::new())
    );
}

#[test]
fn a_rule_without_query_is_told_with_its_place() {
    let dir = project();
    let (code, out, err) = convert(dir.path(), &["-t", "es-qs", "rules"]);
    assert_eq!((code, out.lines().count()), (Some(1), 1));
    assert_data_eq!(
        err,
        str![[r#"
rules/a/broken.yml:7:14: error[PB401] [..]
  |
7 |   condition: selection and filter
  |              ^^^^^^^^^^^^^^^^^^^^
...
1 error in 1 file

"#]]
    );
}

#[test]
fn jsonl_has_a_line_for_each_rule_file_in_order() {
    let dir = project();
    let (code, out, err) = convert(dir.path(), &["-t", "es-qs", "--jsonl", "rules", "./bad/"]);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert_data_eq!(
        out,
        str![[r#"
{"path":"bad/yaml.yml","id":null,"title":null,"target":"es-qs","error":"[..]"}
{"path":"rules/a/broken.yml","id":null,"title":"No such selection","target":"es-qs","error":"[..]"}
{"path":"rules/b.yml","id":"6b4b4a8e-5d0d-4d7c-9d1e-0d6a5c1c2f10","title":"Shell as a service","target":"es-qs","queries":["EventID:7045 AND ServiceFileName:/"cmd.exe/""]}

"#]]
    );
}

#[test]
fn what_is_not_known_is_answered_with_what_is() {
    let dir = project();
    let targets = purplebook::config::list(purplebook::query::targets().iter().map(|target| target.name));
    let target = format!("error: unknown target `es-q`\nhelp: did you mean `es-qs`? Known are {targets}\n");
    let pipelines = purplebook::config::list(purplebook::requests::pipeline_names());
    let pipeline = format!("error: unknown pipeline `sysmo`\nhelp: did you mean `sysmon`? Known are {pipelines}\n");
    for (args, message) in [
        (&["-t", "es-q", "rules"][..], target.as_str()),
        (
            &["-t", "es-qs", "-f", "kibana", "rules"],
            "error: unknown format of es-qs `kibana`\nhelp: known are `default`\n",
        ),
        (&["-t", "es-qs", "-p", "sysmo", "rules"], pipeline.as_str()),
        (
            &["-t", "es-qs", "rules/notes.txt"],
            "error: no rule file in rules/notes.txt\nhelp: rule files end in .yml or .yaml\n",
        ),
        (&["-t", "es-qs", "ghost"], "error: the rule folder `ghost` does not exist\n"),
    ] {
        assert_eq!(convert(dir.path(), args), (Some(2), String::new(), message.to_owned()));
    }
}

#[test]
fn the_list_names_every_target() {
    let dir = project();
    let (code, out, _) = convert(dir.path(), &["--list"]);
    assert_eq!(code, Some(0));
    for target in purplebook::query::targets() {
        assert!(out.contains(target.name), "{out}");
    }
}
