//! Sites in a real browser, from disk and from a server: what only scripts do, and what no page may.
//!
//! The tests are the files `tests/browser/*.test.mjs`. `tests/browser/install` installs the browser;
//! `PURPLEBOOK_BROWSER=required` makes a missing one a failure.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The folder with the sites the tests look at.
static SITES: LazyLock<PathBuf> = LazyLock::new(|| {
    let sites = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser_sites");
    build(Path::new(ROOT), &sites.join("example"), &[]);
    build(&hostile(), &sites.join("hostile"), &[]);
    build(Path::new(ROOT), &sites.join("console"), &["--theme".into(), "themes/console".into()]);
    if let Some(flags) = corpora() {
        build(&project("browser_corpus"), &sites.join("corpus"), &flags);
    }
    sites
});

fn build(project: &Path, output: &Path, flags: &[OsString]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_purplebook"));
    command.arg("build").arg("--output").arg(output).args(flags).current_dir(project).stdin(Stdio::null());
    let built = command.output().expect("the program runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
}

/// An empty folder for a project.
fn project(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).expect("removable");
    }
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// A project whose names are markup, and not what addresses are made of.
fn hostile() -> PathBuf {
    let folder = project("browser_hostile");
    let rules = folder.join("content/rules");
    fs::create_dir_all(&rules).expect("a folder");
    let rule = r#"title: "<img src=x onerror=alert(1)> \"quoted\" & 'more' \u202e"
id: 8c9cf864-f3eb-47a1-bab3-e06d0766a39d
level: '"><b>loud</b>'
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        Image: '</script><script>alert(2)</script>'
    condition: selection
"#;
    fs::write(rules.join("100% #1 ü & 'x'.yml"), rule).expect("a file");
    folder
}

/// The flags for everything published, where the corpora are beside the project.
fn corpora() -> Option<Vec<OsString>> {
    let shared = Path::new(ROOT).join("../shared/corpus");
    if !shared.is_dir() {
        println!("skipped: there are no corpora in {}", shared.display());
        return None;
    }
    let rules = ["rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder", "rules-threat-hunting"];
    let mut folders: Vec<(&str, String)> = rules.iter().map(|name| ("--rules", format!("sigma-2026/{name}"))).collect();
    folders.extend(
        [
            ("--rules", "sigma-2026/deprecated"),
            ("--rules", "sigma-2026/unsupported"),
            ("--rules", "sigma-2019/rules"),
            ("--recorded-events", "sigma-2026/regression_data"),
            ("--triggers", "atomics"),
            ("--data-needed", "atc-2022/Data_Needed"),
            ("--logging-policies", "atc-2022/Logging_Policies"),
            ("--enrichments", "atc-2022/Enrichments"),
            ("--response-actions", "atc-2022/Response_Actions"),
            ("--response-playbooks", "atc-2022/Response_Playbooks"),
        ]
        .map(|(flag, folder)| (flag, folder.to_owned())),
    );
    Some(folders.into_iter().flat_map(|(flag, folder)| [flag.into(), shared.join(folder).into()]).collect())
}

/// The browser and what drives it; `None` with a printed line if they are not installed.
fn browser() -> Option<(OsString, PathBuf)> {
    let home = std::env::var_os("BROWSER_HOME").map_or_else(|| Path::new(ROOT).join("target/browser"), PathBuf::from);
    let on_path = || {
        let folders = std::env::var_os("PATH")?;
        std::env::split_paths(&folders).map(|folder| folder.join("chromium")).find(|path| path.is_file())
    };
    let program = std::env::var_os("CHROMIUM").or_else(|| on_path().map(PathBuf::into_os_string));
    let missing = match &program {
        None => "Chromium",
        Some(_) if !home.join("made-from").exists() => "playwright-core",
        Some(_) => return program.map(|program| (program, home)),
    };
    let required = std::env::var("PURPLEBOOK_BROWSER").is_ok_and(|wanted| wanted == "required");
    assert!(!required, "{missing} is not installed: tests/browser/install");
    println!("skipped: {missing} is not installed (tests/browser/install)");
    None
}

/// Runs the tests of a file.
fn run(name: &str) {
    let Some((chromium, home)) = browser() else { return };
    let file = Path::new(ROOT).join(format!("tests/browser/{name}.test.mjs"));
    let mut command = Command::new("node");
    command.arg("--test-reporter=spec").arg(file);
    command.env("SITES", &*SITES).env("BROWSER_HOME", home).env("CHROMIUM", chromium).env_remove("NODE_OPTIONS");
    command.env("PURPLEBOOK", env!("CARGO_BIN_EXE_purplebook"));
    let output = command.stdin(Stdio::null()).output().expect("node runs");
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn search() {
    run("search");
}

#[test]
fn matrix() {
    run("matrix");
}

#[test]
fn pages() {
    run("pages");
}

#[test]
fn live() {
    run("live");
}

#[test]
fn conformance() {
    run("conformance");
}

#[test]
fn no_file_of_tests_is_forgotten() {
    let entries = fs::read_dir(Path::new(ROOT).join("tests/browser")).expect("readable");
    let names = entries.map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned());
    for name in names.filter_map(|name| name.strip_suffix(".test.mjs").map(str::to_owned)) {
        assert!(include_str!("browser.rs").contains(&format!("run(\"{name}\")")), "{name} has no test here");
    }
}
