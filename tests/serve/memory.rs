//! What is remembered of the last time never shows: after any edits a project that is opened again
//! is the one that is opened anew, and its files, made one by one, are those of a whole build.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use purplebook::config::{Overrides, discover};
use purplebook::convert::known_queries;
use purplebook::project::{Edition, Memory, Project};
use purplebook::report::Progress;
use purplebook::site::OutPath;
use purplebook::write::MemorySink;

use crate::project::{copy, write};

const FILTER: &str = "title: Not on test machines\nid: 6f4e2d1c-7b5a-4c3d-9e8f-222222222222\nlogsource:\n    product: windows\n    \
                      category: process_creation\nfilter:\n    rules: any\n    selection:\n        Computer|startswith: TEST\n    \
                      condition: not selection\n";

const CORRELATION: &str = "title: Both in a row\nid: 6f4e2d1c-7b5a-4c3d-9e8f-333333333333\nname: both\nstatus: test\n---\n\
                           title: Logon of one user\nname: one_logon\nlogsource:\n    product: windows\n    service: security\n\
                           detection:\n    selection:\n        EventID: 4624\n    condition: selection\n---\n\
                           title: Many logons\ncorrelation:\n    type: event_count\n    rules: one_logon\n    group-by: \
                           [User]\n    timespan: 5m\n    condition:\n        gte: 10\n";

/// All kinds of edits, each once.
const KINDS: usize = 14;

/// More steps are two edits each.
const STEPS: usize = KINDS + 6;

/// Numbers that are the same on each run (a linear congruence).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Makes an edit; says which.
fn edit(dir: &Path, kind: usize, step: usize, dice: &mut Dice) -> String {
    let content = files(&dir.join("content"));
    let path = &content[dice.below(content.len())];
    let text = fs::read_to_string(path).unwrap_or_default();
    let beside = path.with_file_name(format!("step_{step}.{}", path.extension().unwrap_or_default().display()));
    match kind {
        0 => {
            let edited = text.replacen("title: ", &format!("title: Edit {step} of "), 1);
            fs::write(path, format!("{edited}\n# {step}\n")).expect("written");
        }
        1 => fs::write(beside, text).expect("written"),
        2 => fs::remove_file(path).expect("removed"),
        3 => fs::rename(path, beside).expect("renamed"),
        4 => fs::write(path, format!("{text}\n: [broken\n")).expect("written"),
        5 => {
            write(
                dir,
                &format!("content/pages/page_{step}.md"),
                &format!("# Page {step}\n\n[up](index.md) ![p](p.png)\n"),
            );
            write(dir, "content/pages/p.png", &format!("picture {step}"));
        }
        6 => write(dir, "theme/static/style.css", &format!("/* {step} */")),
        7 => write(dir, "theme/templates/404.html", &format!("<!DOCTYPE html><title>{step}</title>{{{{ home }}}}")),
        8 => write(dir, "purplebook.toml", &config(step)),
        9 => write(dir, "content/rules/filter.yml", FILTER),
        10 => write(dir, "content/rules/filter.yml", &FILTER.replace("TEST", "LAB")),
        11 => write(dir, "content/rules/zz_correlation.yml", &CORRELATION.replace("4624", &step.to_string())),
        12 => write(dir, "pipeline.yml", &pipeline(step)),
        _ => write(dir, "names.tsv", &names(step)),
    }
    format!("edit {step} of kind {kind}, {}", path.display())
}

fn config(step: usize) -> String {
    let show = if step.is_multiple_of(2) { "\"splunk\", " } else { "" };
    format!(
        "[site]\ntitle = \"Step {step}\"\ntheme = \"theme\"\n[attack]\nnames = \"names.tsv\"\n[queries]\nshow = \
         [{show}{{ target = \"lucene\", pipelines = [\"pipeline.yml\"] }}]\n"
    )
}

fn pipeline(step: usize) -> String {
    format!("transformations:\n  - type: field_name_prefix\n    prefix: step{step}.\n")
}

fn names(step: usize) -> String {
    format!("technique\tattack.t1059\tT1059\tInterpreters of step {step}\n")
}

/// Some paths: there are thousands of pages, nearly all of them ATT&CK's.
fn some(files: &BTreeMap<String, Vec<u8>>, dice: &mut Dice) -> Vec<String> {
    let start = dice.below(300);
    files.keys().skip(start).step_by(300).cloned().collect()
}

#[test]
fn a_project_that_is_opened_again_is_the_one_that_is_opened_anew() {
    let dir = tempfile::TempDir::new().expect("a folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    copy(&root.join("content"), &dir.path().join("content"));
    write(dir.path(), "theme/static/style.css", "");
    write(dir.path(), "purplebook.toml", &config(1));
    write(dir.path(), "pipeline.yml", &pipeline(0));
    write(dir.path(), "names.tsv", &names(0));
    let overrides = Overrides { root: Some(dir.path().to_owned()), ..Overrides::default() };
    let config = || discover(&overrides, &known_queries()).expect("a configuration");
    let (mut memory, mut dice, mut before) = (Memory::default(), Dice(11), BTreeSet::new());
    let mut said = "no edit".to_owned();
    for step in 0..=STEPS {
        if step > 0 {
            said = edit(dir.path(), (step - 1) % KINDS, step, &mut dice);
            if step > KINDS {
                let kind = dice.below(KINDS);
                said = format!("{said}; {}", edit(dir.path(), kind, 100 + step, &mut dice));
            }
        }
        let anew = Project::open(config(), &Progress::new()).expect("content");
        let again = Project::open_again(config(), &mut memory, &Progress::new()).expect("content");
        assert_eq!(again.findings(), anew.findings(), "{said}");
        let (old, new) = (anew.graph().corpus(), again.graph().corpus());
        assert_eq!((&new.rules, &new.triggers, &new.pages), (&old.rules, &old.triggers, &old.pages), "{said}");
        // Thousands of pages, nearly all of them ATT&CK's.
        if step % 5 != 0 && step != STEPS {
            continue;
        }
        let (files, others) = (rendered(&anew), rendered(&again));
        let other = files.iter().find(|(path, bytes)| others.get(*path) != Some(bytes));
        assert_eq!(other.map(|(path, _)| path), None, "{said}");
        assert!(files.len() == others.len(), "{said}: {} files and {}", files.len(), others.len());
        // What is asked for one by one is made another way.
        let edition = Edition::again(again, &mut memory).expect("a theme that works");
        let file = |path: &String| edition.file(&OutPath::new(path).expect("a path")).expect("a theme that works");
        let other = some(&files, &mut dice).into_iter().find(|path| file(path).as_ref() != files.get(path));
        assert_eq!(other, None, "{said}");
        // And of what is gone nothing is left.
        let left = before.iter().find(|path| !files.contains_key(*path) && file(path).is_some());
        assert_eq!(left, None, "{said}");
        before.extend(files.into_keys());
    }
}

fn rendered(project: &Project) -> BTreeMap<String, Vec<u8>> {
    let sink = MemorySink::new();
    project.render(&sink, &Progress::new()).expect("a theme that works");
    sink.into_files()
}
