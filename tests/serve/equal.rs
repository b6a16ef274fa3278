//! What is served is what a clean build writes: every file of it, and no other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::project::{copy, purplebook, write};
use crate::server::{PATIENCE, Server};

/// The files of a clean build of the project in `folder`, by path.
fn built(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let output = tempfile::TempDir::new().expect("a folder");
    let target = output.path().join("site");
    let (code, _, err) = purplebook(folder, &["build", "--output", target.to_str().expect("a path")]);
    assert_eq!(code, 0, "{err}");
    let mut files = BTreeMap::new();
    gather(&target, "", &mut files);
    // How a build knows its own folder; not of the site.
    files.retain(|path, _| !path.starts_with(".purplebook"));
    files
}

fn gather(folder: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_str().expect("text");
        let within = if below.is_empty() { name.to_owned() } else { format!("{below}/{name}") };
        if path.is_dir() {
            gather(&path, &within, files);
        } else {
            files.insert(within, fs::read(&path).expect("a file"));
        }
    }
}

/// What is wrong with what is served, of the files there are and of those there were.
fn difference(server: &Server, files: &BTreeMap<String, Vec<u8>>, before: &BTreeSet<String>) -> Option<String> {
    for (path, bytes) in files {
        if server.file(path).as_ref() != Some(bytes) {
            return Some(format!("{path} is not the file of a build"));
        }
    }
    let gone = before.iter().find(|path| !files.contains_key(*path) && server.file(path).is_some());
    gone.map(|path| format!("{path} is still there"))
}

#[test]
fn every_file_is_that_of_a_clean_build_also_after_edits() {
    let dir = tempfile::TempDir::new().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&root.join("content"), &dir.path().join("content"));
    write(dir.path(), "content/pages/pictures/diagram.png", "not really a picture");
    write(dir.path(), "purplebook.toml", "[site]\ntitle = \"Equal\"\nbase_url = \"https://example.org\"\n");
    let server = Server::start(dir.path(), &[]);
    let mut before = BTreeSet::new();
    for step in 0..2 {
        if step == 1 {
            let rules = fs::read_dir(dir.path().join("content/rules/windows")).expect("a folder");
            let rule = rules.map(|entry| entry.expect("an entry").path()).find(|path| path.is_file()).expect("a rule");
            fs::rename(&rule, rule.with_file_name("renamed.yml")).expect("renamed");
            fs::remove_file(dir.path().join("content/pages/pictures/diagram.png")).expect("removed");
            write(dir.path(), "content/pages/new.md", "# New\n");
        }
        let files = built(dir.path());
        let end = Instant::now() + PATIENCE;
        while let Some(difference) = difference(&server, &files, &before) {
            assert!(Instant::now() < end, "after edit {step}: {difference}");
            std::thread::sleep(Duration::from_millis(100));
        }
        before.extend(files.into_keys());
    }
}
