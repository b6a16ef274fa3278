//! Each code of the catalogue, on the smallest project that has it.
//!
//! `invalid/PBnnn-…/` is a project; its `expected.txt` is what `check --format concise` prints,
//! after the exit code. `PURPLEBOOK_BLESS=1` rewrites the files, which are then to be read.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use purplebook::report::Code;
use tempfile::TempDir;

use crate::project::{check, copy};

/// Codes no folder of files can have, and why.
const WITHOUT_PROJECT: &[(&str, &str)] = &[
    ("PB008", "a symbolic link or a device, which not every checkout can hold: source::read's tests"),
    ("PB511", "told with `--external` only: external"),
    ("PB512", "told with `--external` only: external"),
    ("PB513", "told with `--external` only: external"),
    ("PB514", "told with `--external` only: external"),
    ("PB905", "told with `--baseline use` only: check_known"),
    ("PB811", "no project names configurations of 2019 yet: load::sigmac_config's tests"),
    ("PB812", "no project names configurations of 2019 yet: load::sigmac_config's tests"),
];

fn projects() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/invalid");
    let entries = fs::read_dir(folder).expect("the projects");
    let mut projects: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    projects.sort();
    projects
}

fn name(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}

/// What `check` answers: the exit code, then both streams.
fn answer(project: &Path) -> String {
    let dir = TempDir::new().expect("a temporary folder");
    copy(project, dir.path());
    fs::create_dir_all(dir.path().join("site")).expect("a folder");
    let (code, out, err) = check(dir.path(), &[]);
    format!("exit code {code}\n{out}{err}").replace('\\', "/")
}

#[test]
fn each_project_is_answered_as_written_down() {
    for project in projects() {
        let given = answer(&project);
        let file = project.join("expected.txt");
        if env::var_os("PURPLEBOOK_BLESS").is_some() {
            fs::write(&file, &given).expect("written");
        }
        let expected = fs::read_to_string(&file).unwrap_or_default();
        assert_eq!(given, expected, "{}", name(&project));
        // The code is there, and no other.
        let code = name(&project)[..5].to_owned();
        let mut codes: BTreeSet<&str> = given.split("[PB").skip(1).filter_map(|rest| rest.get(..3)).collect();
        // No target converts correlations, some translate regular expressions, and no rule goes
        // through a broken pipeline, which they say beside the finding that is meant.
        if code == "PB107" || code == "PB425" || code.starts_with("PB80") {
            codes.remove("402");
        }
        assert_eq!(codes, BTreeSet::from([&code[2..]]), "{}", name(&project));
    }
}

#[test]
fn every_code_has_its_project() {
    let projects: BTreeSet<String> = projects().iter().map(|project| name(project)[..5].to_owned()).collect();
    let mut codes: BTreeSet<String> = Code::ALL.iter().map(ToString::to_string).collect();
    for (code, reason) in WITHOUT_PROJECT {
        assert!(codes.remove(*code) && !reason.is_empty(), "{code}");
    }
    assert_eq!(projects, codes);
}
