//! What `check` tells the services of CI: exact reports of hostile names and messages, their limits,
//! and paths from the root of the repository.
//!
//! `formats/` has one report for each format; `PURPLEBOOK_BLESS=1` rewrites them, which are then to be
//! read.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{env, fs, io};

use purplebook::report::render::{self, Lookup, SourceText};
use purplebook::report::{Code, Finding, Findings, Severity};
use purplebook::text::{At, FileId, Span};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Names and texts with whatever means something in one of the formats.
const FILES: [(&str, &str); 3] = [
    ("rules/a,b: 100%0A <i>&\"'🙂.yml", "title: \"🙂é\"\nid: x\ntags:\n  - 🙂t9999\n  - >\n    two\n    lines\n"),
    ("rules/new\nline\u{1b}[2J\u{202e}##[error]|`*_.yml", "id: x\n"),
    ("::error::[x](javascript:1).yml", ""),
];

fn at(file: u32, needle: &str) -> Span {
    let start = FILES[file as usize].1.find(needle).expect(needle);
    Span::new(FileId(file), start, start + needle.len())
}

fn hostile() -> Findings {
    let mut loud = Finding::new(Code::TagSpelling, at(0, "t9999"), "a note made an error").label("`here`: <b>, 50%");
    loud.severity = Severity::Error;
    [
        Finding::new(
            Code::DuplicateId,
            at(0, "x"),
            "`x`, \"y\" & 'z': <b>100%</b>|\r\n::error::no ##[error]\u{1b}[31m 🙂",
        )
        .also(at(1, "x"), "first here,\n100%")
        .also(At::File(FileId(2)), "and \u{202e}here")
        .help("do this: `a`\nthen, 100% of that ]]> \u{ffff}"),
        loud,
        Finding::new(Code::WrongType, at(0, ">\n    two\n    lines\n"), "more than one line"),
        Finding::new(Code::DuplicateKey, at(1, "id"), "an odd ` backquote"),
        Finding::new(Code::NotUtf8, At::File(FileId(2)), "a whole file"),
        Finding::new(Code::NotUtf8, At::File(FileId(2)), "a whole file"),
        Finding::new(Code::NotConvertible, Span::new(FileId(2), 7, 9), "out of bounds"),
    ]
    .into_iter()
    .collect()
}

type Renderer = fn(&Findings, &Lookup<'_>, &mut dyn io::Write) -> io::Result<()>;

const RENDERERS: [(&str, Renderer); 5] = [
    ("report.sarif", render::sarif),
    ("github.txt", |findings, lookup, out| render::github(findings, lookup, 2, out)),
    ("summary.md", |findings, lookup, out| out.write_all(render::job_summary(findings, lookup).as_bytes())),
    ("gitlab.json", render::gitlab),
    ("junit.xml", render::junit),
];

fn rendered(name: &str, findings: &Findings, lookup: &Lookup<'_>) -> String {
    let (_, renderer) = RENDERERS.iter().find(|(of, _)| *of == name).expect("a renderer");
    let mut out = Vec::new();
    renderer(findings, lookup, &mut out).expect("a Vec takes everything");
    String::from_utf8(out).expect("text")
}

fn lookup(id: FileId) -> SourceText<'static> {
    let (path, text) = FILES[id.0 as usize];
    SourceText { path, text }
}

#[test]
fn hostile_findings_are_reported_as_written_down() {
    for (name, _) in RENDERERS {
        let given = rendered(name, &hostile(), &lookup);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats").join(name);
        if env::var_os("PURPLEBOOK_BLESS").is_some() {
            fs::write(&path, &given).expect("written");
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(given, expected.replace("0.1.0", env!("CARGO_PKG_VERSION")), "{name}");
        assert!(given.chars().all(|c| c == '\n' || !c.is_control()) && !given.contains('\u{202e}'), "{name}");
    }
}

#[test]
fn nothing_found_is_a_report_too() {
    let none = Findings::new();
    let sarif: Value = serde_json::from_str(&rendered("report.sarif", &none, &lookup)).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"], json!([]));
    assert_eq!(rendered("github.txt", &none, &lookup), "no findings\n");
    assert_eq!(rendered("summary.md", &none, &lookup), "### purplebook: no findings\n\n");
    assert_eq!(rendered("gitlab.json", &none, &lookup), "[]\n");
    assert_eq!(
        rendered("junit.xml", &none, &lookup),
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"purplebook\" tests=\"1\" failures=\"0\" errors=\"0\">\n  \
           <testsuite name=\"purplebook\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\">\n    \
             <testcase name=\"no findings\" classname=\"purplebook\"/>\n  \
           </testsuite>\n\
         </testsuites>\n"
    );
}

/// The objects of SARIF 2.1.0 that are written: where they are, what they must have, what they may have.
const SARIF: &[(&str, &[&str], &[&str])] = &[
    ("", &["version", "runs"], &["$schema"]),
    ("/runs/*", &["tool"], &["invocations", "originalUriBaseIds", "columnKind", "results"]),
    ("/runs/*/tool", &["driver"], &[]),
    ("/runs/*/tool/driver", &["name"], &["semanticVersion", "rules", "informationUri"]),
    (
        "/runs/*/tool/driver/rules/*",
        &["id"],
        &["name", "shortDescription", "fullDescription", "help", "helpUri", "defaultConfiguration", "properties"],
    ),
    ("/runs/*/tool/driver/rules/*/shortDescription", &["text"], &["markdown"]),
    ("/runs/*/tool/driver/rules/*/fullDescription", &["text"], &["markdown"]),
    ("/runs/*/tool/driver/rules/*/help", &["text"], &["markdown"]),
    ("/runs/*/tool/driver/rules/*/defaultConfiguration", &[], &["level"]),
    ("/runs/*/invocations/*", &["executionSuccessful"], &["toolExecutionNotifications"]),
    ("/runs/*/invocations/*/toolExecutionNotifications/*", &["message"], &["level"]),
    ("/runs/*/invocations/*/toolExecutionNotifications/*/message", &["text"], &[]),
    (
        "/runs/*/results/*",
        &["message"],
        &["ruleId", "ruleIndex", "level", "locations", "relatedLocations", "partialFingerprints", "fixes"],
    ),
    ("/runs/*/results/*/message", &["text"], &[]),
    ("/runs/*/results/*/locations/*", &[], &["physicalLocation", "message"]),
    ("/runs/*/results/*/locations/*/message", &["text"], &[]),
    ("/runs/*/results/*/locations/*/physicalLocation", &["artifactLocation"], &["region"]),
    ("/runs/*/results/*/locations/*/physicalLocation/artifactLocation", &["uri"], &["uriBaseId"]),
    ("/runs/*/results/*/locations/*/physicalLocation/region", &["startLine"], &["startColumn", "endLine", "endColumn"]),
    ("/runs/*/results/*/relatedLocations/*", &[], &["id", "physicalLocation", "message"]),
    ("/runs/*/results/*/relatedLocations/*/message", &["text"], &[]),
    ("/runs/*/results/*/relatedLocations/*/physicalLocation", &["artifactLocation"], &["region"]),
    ("/runs/*/results/*/relatedLocations/*/physicalLocation/artifactLocation", &["uri"], &["uriBaseId"]),
    (
        "/runs/*/results/*/relatedLocations/*/physicalLocation/region",
        &["startLine"],
        &["startColumn", "endLine", "endColumn"],
    ),
    ("/runs/*/results/*/fixes/*", &["artifactChanges"], &["description"]),
    ("/runs/*/results/*/fixes/*/description", &["text"], &[]),
    ("/runs/*/results/*/fixes/*/artifactChanges/*", &["artifactLocation", "replacements"], &[]),
    ("/runs/*/results/*/fixes/*/artifactChanges/*/artifactLocation", &["uri"], &["uriBaseId"]),
    ("/runs/*/results/*/fixes/*/artifactChanges/*/replacements/*", &["deletedRegion"], &["insertedContent"]),
    (
        "/runs/*/results/*/fixes/*/artifactChanges/*/replacements/*/deletedRegion",
        &["startLine"],
        &["startColumn", "endLine", "endColumn"],
    ),
    ("/runs/*/results/*/fixes/*/artifactChanges/*/replacements/*/insertedContent", &["text"], &[]),
];

/// Objects whose keys are free.
const FREE: [&str; 3] =
    ["/runs/*/originalUriBaseIds", "/runs/*/results/*/partialFingerprints", "/runs/*/tool/driver/rules/*/properties"];

fn conforms(value: &Value, path: &str) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| conforms(item, &format!("{path}/*"))),
        Value::Object(map) if !FREE.contains(&path) => {
            let (_, required, optional) = SARIF.iter().find(|row| row.0 == path).unwrap_or_else(|| panic!("{path}"));
            assert!(required.iter().all(|key| map.contains_key(*key)), "{path}: {map:?}");
            for (key, value) in map {
                assert!(required.contains(&key.as_str()) || optional.contains(&key.as_str()), "{path}/{key}");
                conforms(value, &format!("{path}/{key}"));
            }
        }
        Value::String(text) => assert!(!text.is_empty(), "{path}"),
        _ => {}
    }
}

#[test]
fn a_sarif_log_has_what_the_standard_asks_for_and_nothing_it_does_not_know() {
    let log: Value = serde_json::from_str(&rendered("report.sarif", &hostile(), &lookup)).expect("JSON");
    conforms(&log, "");
    let run = &log["runs"][0];
    for result in run["results"].as_array().expect("results") {
        let index = usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("small");
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], result["ruleId"]);
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a URI");
        assert!(uri.is_ascii() && !uri.contains([':', ' ', '<', '"']) && !uri.starts_with('/'), "{uri}");
    }
    // An emoji is two code units of UTF-16, one character, four bytes.
    assert_eq!(
        run["results"][1]["locations"][0]["physicalLocation"]["region"],
        json!({ "startLine": 4, "startColumn": 7, "endLine": 4, "endColumn": 12 })
    );
}

#[test]
fn a_service_gets_the_gravest_of_too_many_and_is_told() {
    let finding = |i: u32| {
        let code = if i.is_multiple_of(30_000) { Code::NotUtf8 } else { Code::TagSpelling };
        let length = if i == 0 { 3000 } else { 1 };
        Finding::new(code, At::File(FileId(i / 15_001)), format!("{i} {}", "é".repeat(length))).help("x".repeat(length))
    };
    let findings: Findings = (0..=30_000).map(finding).collect();
    let path = |id: FileId| SourceText { path: if id.0 == 0 { "a" } else { "b" }, text: "" };
    let log: Value = serde_json::from_str(&rendered("report.sarif", &findings, &path)).expect("JSON");
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results.len(), 25_000);
    assert_eq!(
        (&results[0]["level"], &results[1]["level"], &results[2]["level"]),
        (&json!("error"), &json!("error"), &json!("note"))
    );
    let message = results[0]["message"]["text"].as_str().expect("text");
    assert_eq!(message.chars().filter(|c| *c == '…').count(), 2);
    assert!(message.chars().count() < 4100, "{}", message.chars().count());
    assert_eq!(
        run["invocations"][0]["toolExecutionNotifications"],
        json!([{
            "level": "warning",
            "message": { "text": "25000 of 30001 findings are in this log, the gravest; the others were left out" },
        }])
    );

    let log = rendered("github.txt", &findings, &path);
    let commands = |name: &str| log.lines().filter(|line| line.starts_with(name)).count();
    assert_eq!((commands("::error "), commands("::notice "), commands("::")), (2, 10, 12));
    assert_eq!(log.lines().filter(|line| line.starts_with("- ")).count(), 2 * 2 + 2);
    assert!(log.ends_with("- b: 14998 more findings not shown\n2 errors, 29999 notes in 2 files\n"));

    let summary = rendered("summary.md", &findings, &path);
    assert_eq!(summary.lines().filter(|line| line.starts_with("| note |")).count(), 2 * 19);
    assert!(summary.ends_with("\n- <code>a</code>: 14981 more findings\n- <code>b</code>: 14980 more findings\n\n"));
}

#[test]
fn a_job_summary_never_exceeds_what_github_takes() {
    let path = "|".repeat(300);
    let finding = |i: u32| Finding::new(Code::NotUtf8, At::File(FileId(i)), "m");
    let findings: Findings = (0..5000).map(finding).collect();
    let summary = rendered("summary.md", &findings, &|_| SourceText { path: &path, text: "" });
    assert!(summary.len() < 450_000, "{}", summary.len());
    let rows = summary.lines().filter(|line| line.starts_with("| error |")).count();
    assert!(rows > 100, "{rows}");
    let last = format!("- {0} more findings in {0} other files\n\n", 5000 - rows);
    assert!(summary.ends_with(&last), "{last}");
}

const RULE: &str = "\
title: Shell as a service
id: 6b4b4a8e-5d0d-4d7c-9d1e-0d6a5c1c2f10
tags:
  - attack.t9999
  - attack.privilege_escalation
logsource:
  product: windows
  service: system
detection:
  selection:
    EventID: 7045
  condition: selection
";

/// A repository with a project in its folder `kb`, whose rules lie beside it.
fn repository(rule: &str) -> TempDir {
    let dir = TempDir::new().expect("a temporary folder");
    let page = "<!DOCTYPE html>\n<a href=\"gone.html\">x</a>\n";
    for (path, text) in [
        (".git/HEAD", ""),
        ("rules/service.yml", rule),
        ("kb/purplebook.toml", "[content]\nrules = [\"../rules\"]\n"),
        ("kb/site/index.html", page),
    ] {
        let path = dir.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    dir
}

fn check(folder: &Path, format: &str, summary: Option<&Path>) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_purplebook"));
    command.args(["check", "--output", "site", "--format", format]).current_dir(folder).stdin(Stdio::null());
    command.env_remove("GITHUB_STEP_SUMMARY");
    if let Some(path) = summary {
        command.env("GITHUB_STEP_SUMMARY", path);
    }
    let output = command.output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn paths_are_those_of_the_repository() {
    let dir = repository(RULE);
    let project = dir.path().join("kb");
    let (code, out, err) = check(&project, "github", None);
    assert_eq!((code, err.as_str()), (Some(1), ""));
    assert_eq!(
        out,
        "::error file=rules/service.yml,line=4,endLine=4,col=5,title=PB201 unknown technique::ATT&CK 19.1 has no \
         technique `t9999`\n\
         ::error file=kb/site/index.html,line=2,endLine=2,col=10,title=PB504 broken link in the written \
         site::`gone.html`: there is no such file\n\
         ::notice file=rules/service.yml,line=5,endLine=5,col=5,title=PB210 tag spelling::the tag of TA0004 is \
         written `attack.privilege-escalation`%0Ahelp: use `attack.privilege-escalation`\n\
         - rules/service.yml:4:5: error[PB201] ATT&CK 19.1 has no technique `t9999`\n\
         - rules/service.yml:5:5: note[PB210] the tag of TA0004 is written `attack.privilege-escalation`\n\
         - kb/site/index.html:2:10: error[PB504] `gone.html`: there is no such file\n\
         2 errors, 1 note in 2 files\n"
    );
    let (_, out, _) = check(&project, "sarif", None);
    assert!(out.contains("\"uri\": \"rules/service.yml\"") && out.contains("\"uri\": \"kb/site/index.html\""), "{out}");
    assert!(!out.contains(&*dir.path().to_string_lossy()), "{out}");
    let (_, out, _) = check(&project, "gitlab", None);
    assert!(
        out.contains("\"path\": \"rules/service.yml\"") && out.contains("\"path\": \"kb/site/index.html\""),
        "{out}"
    );
    let (_, out, _) = check(&project, "junit", None);
    assert!(out.contains("<testsuite name=\"rules/service.yml\" tests=\"2\" failures=\"1\""), "{out}");
    // People are told as seen from the project.
    assert!(check(&project, "concise", None).1.starts_with("../rules/service.yml:4:5: "));
}

#[test]
fn the_job_summary_is_added_to_the_file_github_names() {
    let dir = repository(RULE);
    let (project, summary) = (dir.path().join("kb"), dir.path().join("summary.md"));
    fs::write(&summary, "before\n").expect("a file");
    assert_eq!(check(&project, "github", Some(&summary)).0, Some(1));
    let text = fs::read_to_string(&summary).expect("the summary");
    assert_eq!(
        text.replace("&#46;", "."),
        "before\n\
         ### purplebook: 2 errors, 1 note in 2 files\n\n\
         | | code | place | finding |\n|---|---|---|---|\n\
         | error | PB201 | <code>rules/service.yml:4:5</code> | ATT&#38;CK 19.1 has no technique <code>t9999</code> |\n\
         | error | PB504 | <code>kb/site/index.html:2:10</code> | <code>gone.html</code>&#58; there is no such file |\n\
         | note | PB210 | <code>rules/service.yml:5:5</code> | the tag of TA0004 is written \
         <code>attack.privilege-escalation</code> |\n\n"
    );
    // Another format leaves it alone, and one that cannot be written is told.
    assert_eq!(check(&project, "sarif", Some(&dir.path().join("other.md"))).0, Some(1));
    assert!(!dir.path().join("other.md").exists());
    let (code, _, err) = check(&project, "github", Some(dir.path()));
    assert_eq!(code, Some(2));
    assert!(err.starts_with("error: cannot write the job summary `"), "{err}");
}

#[test]
fn fingerprints_stay_when_lines_move_and_are_all_different() {
    let rule = RULE.replace("  - attack.t9999\n", "  - attack.t9999\n  - attack.t9999\n");
    let fingerprints = |rule: &str, format: &str| -> BTreeSet<String> {
        let dir = repository(rule);
        let report: Value = serde_json::from_str(&check(&dir.path().join("kb"), format, None).1).expect("JSON");
        let results = if format == "sarif" { &report["runs"][0]["results"] } else { &report };
        let results = results.as_array().expect("a list");
        let fingerprint = |result: &Value| match format {
            "sarif" => result["partialFingerprints"]["purplebook/v1"].clone(),
            _ => result["fingerprint"].clone(),
        };
        let all: BTreeSet<String> = results.iter().map(|r| fingerprint(r).as_str().expect("text").to_owned()).collect();
        assert_eq!(all.len(), results.len());
        all
    };
    let moved = format!("# A comment,\n# and another.\n{rule}");
    for format in ["sarif", "gitlab"] {
        let before = fingerprints(&rule, format);
        assert!(before.len() >= 4, "{before:?}");
        assert_eq!(before, fingerprints(&moved, format));
        assert_ne!(before, fingerprints(&rule.replace("9999", "9998"), format));
    }
    assert_eq!(fingerprints(&rule, "sarif"), fingerprints(&rule, "gitlab"));
}

#[test]
fn shells_and_help_know_the_formats() {
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_purplebook")).args(args).output().expect("the program runs");
        String::from_utf8(output.stdout).expect("text")
    };
    let help = run(&["check", "--help"]);
    assert!(run(&["completions", "bash"]).contains("\"human concise json sarif github gitlab junit\""));
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "junit"] {
        assert!(help.contains(&format!("- {format}:")), "{help}");
    }
}

/// What `check --fix` would change is in the reports of programs, so that editors can offer it.
#[test]
fn repairs_are_in_the_reports_of_programs() {
    let rule = "title: T\nlogsource: {product: okta, service: okta}\ndetection: {a: {b: c}, condition: a}\n\
                tags:\n  - tlp.red\n  - 'TLP.Green'\n  - tlp.red\n  - &x tlp.red\n";
    let dir = repository(rule);
    let folder = dir.path().join("kb");
    let (_, log, _) = check(&folder, "sarif", None);
    let log: Value = serde_json::from_str(&log).expect("JSON");
    conforms(&log, "");
    let fixes = |code: &str| -> Vec<Value> {
        let results = log["runs"][0]["results"].as_array().expect("results");
        results.iter().filter(|result| result["ruleId"] == code).map(|result| result["fixes"].clone()).collect()
    };
    let uri = json!({ "uri": "rules/service.yml", "uriBaseId": "%SRCROOT%" });
    assert_eq!(
        fixes("PB216"),
        [json!([{
            "description": { "text": "use `tlp.green`" },
            "artifactChanges": [{
                "artifactLocation": uri,
                "replacements": [{
                    "deletedRegion": { "startLine": 6, "startColumn": 6, "endLine": 6, "endColumn": 15 },
                    "insertedContent": { "text": "tlp.green" },
                }],
            }],
        }])]
    );
    // The last is written where others may use it.
    assert_eq!(
        fixes("PB417"),
        [
            json!([{
                "description": { "text": "`purplebook check --fix` does this" },
                "artifactChanges": [{
                    "artifactLocation": uri,
                    "replacements": [{
                        "deletedRegion": { "startLine": 7, "startColumn": 1, "endLine": 8, "endColumn": 1 },
                    }],
                }],
            }]),
            Value::Null
        ]
    );
    let (_, document, _) = check(&folder, "json", None);
    let document: Value = serde_json::from_str(&document).expect("JSON");
    let findings = document["findings"].as_array().expect("findings");
    let fixes = |code: &str| -> Vec<&Value> {
        let found = findings.iter().filter(|finding| finding["code"] == code);
        found.filter_map(|finding| finding.get("fix")).collect()
    };
    let place = |line: u32, column: u32, end_line: u32, end_column: u32| {
        json!({
            "path": "../rules/service.yml",
            "line": line, "column": column, "endLine": end_line, "endColumn": end_column
        })
    };
    assert_eq!(fixes("PB216"), [&json!({ "place": place(6, 6, 6, 15), "text": "tlp.green" })]);
    assert_eq!(fixes("PB417"), [&json!({ "place": place(7, 1, 8, 1), "text": "" })]);
}

/// A broken configuration is told in the form that was asked for, and still ends with 2.
#[test]
fn a_broken_configuration_is_told_in_every_format() {
    let dir = repository("title: T\n");
    let folder = dir.path().join("kb");
    fs::write(folder.join("purplebook.toml"), "[site]\ntitel = \"A\"\n").expect("a file");
    let told = |format: &str| {
        let (code, out, err) = check(&folder, format, None);
        assert_eq!((code, err.as_str()), (Some(2), ""), "{format}");
        out
    };
    assert_eq!(
        told("concise"),
        "purplebook.toml:2:1: error[PB701] unknown key `titel` in `[site]`\n1 error in 1 file\n"
    );
    let json: Value = serde_json::from_str(&told("json")).expect("JSON");
    assert_eq!(json["findings"][0]["code"], "PB701");
    assert_eq!(json["summary"]["errors"], 1);
    let sarif: Value = serde_json::from_str(&told("sarif")).expect("JSON");
    conforms(&sarif, "");
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "kb/purplebook.toml");
    assert!(told("github").starts_with("::error file=kb/purplebook.toml,line=2,endLine=2,col=1,title=PB701"));
    assert!(told("gitlab").contains("\"path\": \"kb/purplebook.toml\""));
    assert!(told("junit").contains("kb/purplebook.toml"));
    let (code, out, err) = check(&folder, "human", None);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.starts_with("purplebook.toml:2:1: error[PB701]"), "{err}");
}

#[test]
fn lines_of_one_file_are_counted_beyond_a_limit() {
    let finding = |i: u32| Finding::new(Code::NotUtf8, At::File(FileId(i / 4)), format!("no. {i}"));
    let findings: Findings = (0..7).map(finding).collect();
    let path = |id: FileId| SourceText { path: if id.0 == 0 { "a" } else { "b" }, text: "" };
    let mut out = Vec::new();
    render::concise(&findings, &path, 3, &mut out).expect("a Vec takes everything");
    let lines = |path: &str, numbers: [u32; 3]| numbers.map(|i| format!("{path}:1:1: error[PB002] no. {i}\n")).concat();
    assert_eq!(
        String::from_utf8(out).expect("text"),
        format!("{}a: 1 more finding not shown\n{}7 errors in 2 files\n", lines("a", [0, 1, 2]), lines("b", [4, 5, 6]))
    );
}
