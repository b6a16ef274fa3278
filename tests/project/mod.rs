//! A project in a temporary folder, and the program run in it.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

/// A project with these files and a site without links: what most tests look at is the content.
pub(crate) fn project(files: &[(&str, &str)]) -> TempDir {
    let dir = TempDir::new().expect("a temporary folder");
    fs::create_dir_all(dir.path().join("site")).expect("a folder");
    for (path, text) in files {
        write(dir.path(), path, text);
    }
    dir
}

pub(crate) fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
    fs::write(path, text).expect("a file");
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            // Not `fs::copy`: the copy of a file that is read-only is to be changed by tests.
            fs::write(&target, fs::read(&path).expect("a file")).expect("written");
        }
    }
}

/// A file of the site that was built in `output`.
pub(crate) fn built_file(folder: &Path, path: &str) -> String {
    fs::read_to_string(folder.join("output").join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The program, to be run in `folder` as from a terminal without colours chosen.
pub(crate) fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_purplebook"));
    command.args(args).current_dir(folder).env_remove("NO_COLOR").env_remove("GITHUB_STEP_SUMMARY");
    command.stdin(Stdio::null());
    command
}

/// Exit code (-1 where a signal ended it), standard output and standard error.
pub(crate) fn answer(mut command: Command) -> (i32, String, String) {
    let output = command.output().expect("the program runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

pub(crate) fn purplebook(folder: &Path, args: &[&str]) -> (i32, String, String) {
    answer(command(folder, args))
}

/// `check --format concise` over the content and the site in `site/`.
pub(crate) fn check_command(folder: &Path, args: &[&str]) -> Command {
    let mut check = command(folder, &["check", "--output", "site", "--format", "concise"]);
    check.args(args);
    check
}

/// The answer of that check.
pub(crate) fn check(folder: &Path, args: &[&str]) -> (i32, String, String) {
    answer(check_command(folder, args))
}

/// Its findings, a line each.
pub(crate) fn findings(folder: &Path, args: &[&str]) -> Vec<String> {
    let (code, out, err) = check(folder, args);
    assert!(matches!(code, 0 | 1), "{err}");
    // The last line counts.
    out.lines().filter(|line| line.contains("[PB")).map(str::to_owned).collect()
}
