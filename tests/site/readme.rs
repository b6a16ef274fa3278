//! What README.md says is so: its commands run, its files exist, its example is what is printed.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn readme() -> String {
    fs::read_to_string(Path::new(ROOT).join("README.md")).expect("README.md")
}

/// The fenced blocks of one language.
fn blocks(language: &str) -> Vec<String> {
    let text = readme();
    let blocks = text.split("\n```").skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix(&format!("{language}\n")).map(str::to_owned)).collect()
}

fn commands() -> Vec<String> {
    blocks("sh").iter().flat_map(|block| block.lines()).map(str::to_owned).collect()
}

fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_purplebook"));
    command.args(args).current_dir(folder).stdin(Stdio::null()).output().expect("the program runs")
}

/// The words of a command line; the README quotes with `"` only, and explains after ` #`.
fn words(line: &str) -> Vec<String> {
    let line = line.split_once(" #").map_or(line, |(command, _)| command);
    let parts = line.split('"').enumerate();
    parts
        .flat_map(|(i, part)| match i % 2 {
            0 => part.split_whitespace().map(str::to_owned).collect(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, text).expect("a file");
}

#[test]
fn the_two_commands_of_a_fresh_clone_stand_on_lines_of_their_own() {
    let commands = commands();
    for wanted in ["cargo run --release -- build", "cargo test", "cargo install --path ."] {
        assert!(commands.iter().any(|line| line == wanted), "{commands:?}");
    }
}

#[test]
fn every_command_runs() {
    let folder = TempDir::new().expect("a temporary folder");
    // What one would have beside the knowledge base, and a theme that makes building quick.
    write(&folder.path().join("sigma/rules/a.yml"), &rule("attack.t1218.003"));
    write(&folder.path().join("kb/theme/templates/page.html"), "<title>{{ page.title }}</title>");
    write(&folder.path().join("atomic-threat-coverage/detection_rules/b.yml"), &rule("attack.t1218.003"));
    for domain in ["enterprise", "ics", "mobile"] {
        write(&folder.path().join(format!("kb/{domain}-attack.json")), &bundle(domain));
    }
    let mut here = folder.path().to_owned();
    let mut ran = 0;
    for line in commands() {
        let words = words(&line);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            // The way to GitHub Pages is gone in tests/cli/ci_examples.rs.
            ["cargo" | "gh", ..] | ["purplebook", "init", _, "--github", _] | ["cd", _, "&&", ..] => {}
            ["cd", to] => here = here.join(to),
            ["purplebook", args @ ..] => {
                let mut args = args.to_vec();
                if matches!(args[0], "build" | "check") {
                    args.extend(["--theme", "theme"]);
                }
                let output = run(&here, &args);
                assert_eq!(
                    output.status.code(),
                    Some(0),
                    "{line}\n{}{}",
                    String::from_utf8_lossy(&output.stdout),
                    String::from_utf8_lossy(&output.stderr)
                );
                ran += 1;
            }
            other => panic!("what is {other:?}?"),
        }
    }
    assert!(ran > 8, "only {ran} commands of purplebook");
}

/// A release of a domain of ATT&CK with one tactic.
fn bundle(domain: &str) -> String {
    format!(
        r#"{{"type": "bundle", "objects": [
            {{"type": "x-mitre-collection", "name": "{domain}", "x_mitre_version": "20.0"}},
            {{"type": "x-mitre-tactic", "name": "Execution", "x_mitre_shortname": "execution",
              "x_mitre_domains": ["{domain}-attack"],
              "external_references": [{{"source_name": "mitre-attack", "external_id": "TA0002"}}]}}]}}"#
    )
}

/// A rule of which the last tag stands in line 12.
fn rule(tag: &str) -> String {
    format!(
        "title: Service Started From a User Folder\n\
         id: 6b4b4a8e-5d0d-4d7c-9d1e-0d6a5c1c2f10\n\
         status: test\n\
         description: |\n  Detects a service whose program lies in the folder of a user.\n\
         author: A. Analyst\n\
         date: 2026-01-31\n\
         level: high\n\
         tags:\n  - attack.persistence\n  - attack.t1543.003\n  - {tag}\n\
         logsource:\n  product: windows\n  service: system\n\
         detection:\n  selection:\n    EventID: 7045\n    ImagePath|contains: '\\Users\\'\n  condition: selection\n"
    )
}

#[test]
fn the_finding_shown_is_what_check_prints() {
    let folder = TempDir::new().expect("a temporary folder");
    write(&folder.path().join("content/rules/windows/service.yml"), &rule("attack.t1191"));
    fs::create_dir(folder.path().join("site")).expect("a folder");
    let output = run(folder.path(), &["check", "--output", "site"]);
    assert_eq!(output.status.code(), Some(1));
    let printed = String::from_utf8(output.stdout).expect("text");
    let [shown] = &blocks("text")[..] else { panic!("one example") };
    assert!(printed.contains(shown.trim_end()), "README.md shows\n{shown}\nbut check prints\n{printed}");
}

#[test]
fn the_configuration_shown_is_one() {
    let folder = TempDir::new().expect("a temporary folder");
    let root = folder.path().join("kb");
    let shown = blocks("toml");
    assert!(shown.len() > 1, "{shown:?}");
    write(&root.join("purplebook.toml"), &shown.join("\n"));
    // A folder that is named must exist; what is wrong must be that alone.
    let output = run(&root, &["check"]);
    let printed = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2), "{printed}");
    let findings: BTreeSet<&str> = printed.split("error[").skip(1).map(|rest| &rest[..5]).collect();
    assert_eq!(findings, BTreeSet::from(["PB704"]), "{printed}");
}

#[test]
fn every_file_it_links_to_exists() {
    let text = readme();
    let links: Vec<&str> = text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    assert!(links.len() > 5, "{links:?}");
    for link in links.iter().filter(|link| !link.contains("://")) {
        assert!(Path::new(ROOT).join(link).exists(), "README.md links to {link}");
    }
}

#[test]
fn every_flag_of_its_text_is_one_of_the_program() {
    let folder = TempDir::new().expect("a temporary folder");
    let help: String = ["build", "check", "convert", "init", "serve"]
        .iter()
        .map(|command| String::from_utf8(run(folder.path(), &[command, "--help"]).stdout).expect("text"))
        .collect();
    let text = readme();
    let prose = text.split("\n```").step_by(2);
    let flags = prose.flat_map(|part| part.split('`').skip(1).step_by(2)).filter(|code| code.starts_with("--"));
    for flag in flags.map(|code| code.split_whitespace().next().unwrap_or_default()) {
        assert!(help.contains(flag), "there is no {flag}");
    }
}
