//! `purplebook convert`: queries on standard output, problems on standard error.

// snapbox writes its snapshots with hashes.
#![allow(clippy::needless_raw_string_hashes)]

use std::fs;
use std::io::Write as _;
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
fn saved_searches_are_a_file_with_one_head() {
    let dir = project();
    let rule = |title: &str, value: &str| {
        format!(
            "title: {title}\nid: 5d1f9c1e-7e0b-4b7a-9c55-000000000001\ndescription: |\n  One\n  two\nlogsource: {{category: \
             dns}}\ndetection:\n  s:\n    A|endswith: {value}\n  condition: s\n"
        )
    };
    fs::create_dir(dir.path().join("saved")).expect("made");
    fs::write(dir.path().join("saved/a.yml"), rule("First", "x")).expect("written");
    fs::write(dir.path().join("saved/b.yml"), rule("Second", "y")).expect("written");
    let head = "\n[default]\ndispatch.earliest_time = -30d\ndispatch.latest_time = now\n";
    let stanzas = "\n[First]\ndescription = One \\\ntwo\nsearch = A=\"*x\"\n\n[Second]\ndescription = One \\\ntwo\nsearch = \
                   A=\"*y\"\n";
    let (code, out, err) = convert(dir.path(), &["-t", "splunk", "-f", "savedsearches", "saved"]);
    assert_eq!((code, out, err.as_str()), (Some(0), format!("{head}{stanzas}"), ""));
    let (_, out, _) = convert(dir.path(), &["-t", "splunk", "-f", "savedsearches", "--jsonl", "saved"]);
    assert!(!out.contains("[default]") && out.contains(r#""queries":["\n[First]"#), "{out}");
    // A file without searches has nothing to say about them.
    let (_, out, _) = convert(dir.path(), &["-t", "splunk", "-f", "savedsearches", "rules/a"]);
    assert_eq!(out, "");
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
        (&["-t", "es-qs", "ghost"], "error: `ghost` does not exist\n"),
        (&["-t", "es-qs", "-p", "sysmon", "-p", "sysmon", "rules"], "error: the pipeline `sysmon` is named twice\n"),
    ] {
        assert_eq!(convert(dir.path(), args), (Some(2), String::new(), message.to_owned()));
    }
}

#[test]
fn a_rule_can_be_piped_in() {
    let dir = project();
    let piped = |text: &str, args: &[&str]| {
        let mut child = Command::new(env!("CARGO_BIN_EXE_purplebook"))
            .args(["convert", "-t", "es-qs"])
            .args(args)
            .current_dir(dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("written");
        let output = child.wait_with_output().expect("the program ends");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, alone, _) = convert(dir.path(), &["-t", "es-qs", "rules/b.yml"]);
    assert_eq!(code, Some(0));
    assert_eq!(piped(RULE, &["-"]), (Some(0), alone.clone(), String::new()));
    assert_eq!(piped(RULE, &["rules/b.yml", "-"]), (Some(0), alone.repeat(2), String::new()));
    let (code, out, err) = piped(BROKEN, &["-"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.starts_with("-:7:14: error[PB401] the condition names `filter`"), "{err}");
    let (code, out, _) = piped(BROKEN, &["--jsonl", "-"]);
    assert_eq!(code, Some(1));
    assert!(out.starts_with(r#"{"path":"-","id":null,"title":"No such selection""#), "{out}");
}

#[test]
fn a_format_without_correlations_names_one_that_has_them() {
    let dir = project();
    let correlation = "title: Many\ncorrelation:\n  type: event_count\n  rules: [6b4b4a8e-5d0d-4d7c-9d1e-0d6a5c1c2f10]\n  \
                       timespan: 5m\n  condition: {gte: 10}\n";
    fs::write(dir.path().join("many.yml"), correlation).expect("written");
    let (code, out, err) = convert(dir.path(), &["-t", "splunk", "-f", "savedsearches", "many.yml", "rules/b.yml"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("the format `savedsearches` has no correlations; `default` has"), "{err}");
    let (code, out, err) = convert(dir.path(), &["-t", "splunk", "many.yml", "rules/b.yml"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(out.contains("stats count as event_count"), "{out}");
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

/// A rule of the 2019 language.
const OLD: &str = "title: Old\nlogsource: {product: windows, service: security}\ndetection:\n  s: {EventID: 4624}\n  condition: \
                   s\n";

#[test]
fn configurations_of_2019_are_named_like_pipelines() {
    let dir = project();
    fs::write(dir.path().join("old.yml"), OLD).expect("written");
    let (code, out, err) = convert(dir.path(), &["-t", "es-qs", "-p", "winlogbeat", "old.yml"]);
    assert_eq!((code, out.as_str()), (Some(0), "(log_name:\"Security\" AND event_id:\"4624\")\n"), "{err}");
    fs::write(dir.path().join("ours.yml"), "fieldmappings: {EventID: id}\n").expect("written");
    let (code, out, _) = convert(dir.path(), &["-t", "graylog", "-p", "ours.yml", "old.yml"]);
    assert_eq!((code, out.as_str()), (Some(0), "id:\"4624\"\n"));
    let (code, out, err) = convert(dir.path(), &["-t", "esql", "-p", "ours.yml", "old.yml"]);
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains("`ours` is a configuration of the 2019 converter, which had no target `esql`"), "{err}");
}

#[test]
fn what_asks_for_a_broken_pipeline_or_configuration_is_refused() {
    let dir = project();
    fs::write(dir.path().join("old.yml"), OLD).expect("written");
    fs::write(dir.path().join("conf.yml"), "fieldmappings: {EventID: id}\nlogsourcs: {}\n").expect("written");
    fs::write(dir.path().join("pipe.yml"), "transformations:\n  - type: field_name_mappin\n").expect("written");
    for (file, place, reason) in [
        ("conf.yml", "conf.yml:2:1: error[PB811]", "the configuration `conf` cannot be used: it has mistakes"),
        ("pipe.yml", "pipe.yml:2:11: error[PB802]", "the pipeline `pipe` cannot be used: it has mistakes"),
    ] {
        let (code, out, err) = convert(dir.path(), &["-t", "es-qs", "-p", file, "old.yml"]);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{file}");
        assert!(err.contains(place) && err.contains(reason), "{err}");
    }
}

#[test]
fn every_built_in_pipeline_is_sound_and_changes_a_rule() {
    let dir = project();
    let rules = [
        ("product: windows\n  category: process_creation", "Image"),
        ("product: windows\n  service: security", "EventID"),
        ("product: kubernetes\n  service: audit", "verb"),
        ("product: zeek\n  service: dns", "query"),
    ];
    for pipeline in purplebook::query::built_in_pipelines() {
        let (read, findings) = purplebook::load::pipeline(purplebook::text::FileId(0), pipeline.text);
        assert!(read.is_some() && findings.is_empty(), "{}: {findings:?}", pipeline.name);
        let meant_for = read.map(|read| read.allowed_backends).unwrap_or_default();
        let target = meant_for.first().map_or("splunk", String::as_str);
        let mut changed = false;
        for (logsource, field) in rules {
            let rule = format!(
                "title: T\nid: 5d1f9c1e-7e0b-4b7a-9c55-000000000001\nlogsource:\n  {logsource}\ndetection:\n  s:\n    {field}|contains: \
                 x\n  condition: s\n"
            );
            fs::write(dir.path().join("one.yml"), rule).expect("written");
            let (_, plain, _) = convert(dir.path(), &["-t", target, "one.yml"]);
            let (code, piped, _) = convert(dir.path(), &["-t", target, "-p", pipeline.name, "one.yml"]);
            changed |= code == Some(0) && piped != plain;
        }
        assert!(changed, "{} changes no rule", pipeline.name);
    }
}
