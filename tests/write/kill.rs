//! `kill -9` at any moment: the site is the old one or the new one, whole, and the next build
//! clears up.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use purplebook::site::OutPath;
use purplebook::write::{MARKER, OutputDir, Sink as _};
use tempfile::TempDir;

const OUTPUT: &str = "PURPLEBOOK_TEST_KILL_OUTPUT";
const PAGES: usize = 60;

/// The process that is killed: builds sites without end, each with its own number in all pages.
#[test]
fn builds_until_killed() {
    let Ok(output) = std::env::var(OUTPUT) else { return };
    for number in 0u64.. {
        build(Path::new(&output), &format!("{}-{number}", std::process::id()));
    }
}

fn build(output: &Path, text: &str) {
    let output = OutputDir::open(output, &[]).expect("open");
    let stage = output.stage().expect("stage");
    for page in 0..PAGES {
        let path = OutPath::new(&format!("folder{}/{page}.html", page % 7)).expect("a path");
        stage.put(&path, text.as_bytes()).expect("put");
    }
    stage.commit().expect("commit");
}

/// The one text all pages have.
fn whole_site(output: &Path) -> String {
    let mut texts: Vec<String> = walkdir::WalkDir::new(output)
        .into_iter()
        .map(|entry| entry.expect("an entry"))
        .filter(|entry| entry.file_type().is_file() && entry.file_name() != MARKER && entry.file_name() != ".gitkeep")
        .map(|entry| fs::read_to_string(entry.path()).expect("a page"))
        .collect();
    assert_eq!(texts.len(), PAGES, "pages of two builds, or missing ones");
    texts.dedup();
    assert_eq!(texts.len(), 1, "{texts:?}");
    texts.remove(0)
}

#[test]
fn a_killed_build_leaves_a_whole_site() {
    let dir = TempDir::new().expect("a temporary folder");
    let output = dir.path().join("output");
    fs::create_dir(&output).expect("a folder");
    fs::write(output.join(".gitkeep"), "").expect("a file");
    build(&output, "first");
    let program = std::env::current_exe().expect("this test");
    let mut seen = 0;
    // More rounds, and longer ones, where a busy machine lets no child get far.
    for round in 0..70 {
        if round >= 60 && seen > 0 {
            break;
        }
        let more = if round < 60 { 0 } else { 50_000 << (round - 60) };
        let mut child = Command::new(&program)
            .args(["--exact", "kill::builds_until_killed", "--nocapture"])
            .env(OUTPUT, &output)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a child");
        std::thread::sleep(Duration::from_micros(8_000 + round * 377 + more));
        assert_eq!(child.try_wait().expect("a child"), None, "the child ended by itself");
        child.kill().expect("kill");
        child.wait().expect("wait");
        seen += usize::from(whole_site(&output) != "first");
        if round % 5 == 0 {
            build(&output, "first");
            assert_eq!(whole_site(&output), "first");
            assert!(output.join(".gitkeep").exists());
            assert_eq!(fs::read_dir(dir.path()).expect("the folder").count(), 1, "something was left");
        }
    }
    assert!(seen > 0, "no child got as far as a commit");
}
