//! The files of the search, read as the theme's script reads them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use purplebook::config::{Overrides, discover};
use purplebook::convert::known_queries;
use purplebook::project::Project;
use purplebook::report::Progress;
use purplebook::write::MemorySink;
use serde_json::Value;
use tempfile::TempDir;

type Files = BTreeMap<String, Vec<u8>>;

fn build(root: &Path) -> Files {
    let overrides = Overrides { root: Some(root.to_owned()), ..Overrides::default() };
    let config = discover(&overrides, &known_queries()).expect("a configuration");
    let project = Project::open(config, &Progress::new()).expect("readable");
    let sink = MemorySink::new();
    project.render(&sink, &Progress::new()).expect("the theme works");
    sink.into_files()
}

fn project(files: &[(&str, &str)]) -> (TempDir, Files) {
    let root = TempDir::new().expect("a temporary folder");
    for (path, text) in files {
        let path = root.path().join("content").join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let built = build(root.path());
    (root, built)
}

/// What a file of the search hands over.
fn data(files: &Files, name: &str) -> Option<Value> {
    let script = std::str::from_utf8(files.get(&format!("assets/search/{name}.js"))?).expect("UTF-8");
    let json = script.strip_prefix("(self.purplebookSearch??=[]).push(").and_then(|rest| rest.strip_suffix(");\n"));
    let handed: Value = serde_json::from_str(json.expect(script)).expect("JSON");
    assert_eq!(handed[0], name);
    Some(handed[1].clone())
}

fn lines(text: &Value) -> Vec<&str> {
    text.as_str().expect("text").lines().collect()
}

fn numbers(text: &str) -> Vec<usize> {
    let (mut out, mut value, mut scale) = (Vec::new(), 0, 1);
    for byte in text.bytes() {
        let digit = usize::from(byte) - if byte > b'[' { 36 } else { 35 };
        if digit < 45 {
            out.push(value + digit * scale);
            (value, scale) = (0, 1);
        } else {
            value += (digit - 45) * scale;
            scale *= 45;
        }
    }
    out
}

/// The paths of all pages listed, in order.
fn paths(index: &Value) -> Vec<String> {
    let (ids, titles) = (lines(&index["ids"]), lines(&index["titles"]));
    // The last group's last page may have an empty line, which `lines` gives all the same.
    let places: Vec<&str> = index["paths"].as_str().expect("text").split('\n').collect();
    let groups = index["groups"].as_array().expect("a list").iter();
    let folders = groups.flat_map(|group| {
        let (folder, count) = (group[2].as_str().expect("text"), group[3].as_u64().expect("a number"));
        (0..count).map(move |_| folder)
    });
    let path = |(i, folder): (usize, &str)| match places[i] {
        "" => format!("{folder}{}", ids[i]),
        "=" => format!("{folder}{}", titles[i]),
        place => place.strip_prefix('/').map_or_else(|| format!("{folder}{place}"), str::to_owned),
    };
    folders.enumerate().map(path).collect()
}

/// All words with their pages, and whether each is weak there.
fn words(files: &Files) -> BTreeMap<String, Vec<(usize, bool)>> {
    let index = data(files, "index").expect("an index");
    let firsts = lines(&index["parts"]);
    let mut out = BTreeMap::new();
    let mut last = String::new();
    for (number, first) in firsts.iter().enumerate() {
        let part = data(files, &number.to_string()).expect("a part");
        let mut before = String::new();
        for (at, line) in lines(&part).into_iter().enumerate() {
            let (word, pages) = line.split_once(' ').expect(line);
            let shared = numbers(&word[..1])[0];
            before = before.chars().take(shared).chain(word[1..].chars()).collect();
            assert!(at > 0 || before == *first, "{before} begins part {number}, not {first}");
            assert!(last < before, "{before} comes after {last}");
            last.clone_from(&before);
            let mut page = None;
            let pages = numbers(pages).into_iter().map(|number| {
                let here = page.map_or(0, |page: usize| page + 1) + number / 2;
                page = Some(here);
                (here, number % 2 == 1)
            });
            out.insert(before.clone(), pages.collect());
        }
    }
    assert!(data(files, &firsts.len().to_string()).is_none(), "a part too many");
    out
}

#[test]
fn every_page_that_says_something_is_listed_once() {
    let files = build(Path::new(env!("CARGO_MANIFEST_DIR")));
    let index = data(&files, "index").expect("an index");
    let listed = paths(&index);
    let moved = |bytes: &[u8]| bytes.windows(20).any(|part| part == b"http-equiv=\"refresh\"");
    let html =
        files.iter().filter(|(path, bytes)| Path::new(path).extension() == Some("html".as_ref()) && !moved(bytes));
    let pages: BTreeSet<String> = html.map(|(path, _)| path.trim_end_matches(".html").to_owned()).collect();
    let pages: BTreeSet<String> = pages.into_iter().filter(|path| path != "404").collect();
    assert_eq!(listed.iter().cloned().collect::<BTreeSet<_>>(), pages);
    assert_eq!(listed.len(), pages.len());
    assert_eq!(lines(&index["titles"]).len(), pages.len());
    assert_eq!(numbers(index["marks"].as_str().expect("text")).len(), pages.len());

    let of = |column: &str, wanted: &str| -> Vec<String> {
        let lines = lines(&index[column]).into_iter().map(|line| line.split('\t').collect::<Vec<_>>());
        let having = lines.filter(|line| line[1..].contains(&wanted));
        having.map(|line| listed[line[0].parse::<usize>().expect("a number")].clone()).collect()
    };
    assert_eq!(of("keys", "T1191"), ["Techniques/T1218.003"]);
    assert_eq!(of("names", "Static Kitten"), ["Groups/G0069"]);
    assert!(of("keys", "4688").contains(&"Data_Needed/DN_0001_4688_windows_process_creation".to_owned()));
}

#[test]
fn words_lead_to_the_pages_that_have_them() {
    let rule = |title: &str, id: &str, more: &str| {
        format!(
            "title: {title}\nid: {id}\ndescription: Names a Bücherregal\nlogsource:\n    product: windows\n    \
             category: process_creation\ndetection:\n    selection:\n        Image|endswith: '\\\u{30d7}zweifel.exe'\n    \
             condition: selection\n{more}"
        )
    };
    let (a, b) = ("8c9cf864-f3eb-47a1-bab3-e06d0766a39d", "0c9cf864-f3eb-47a1-bab3-e06d0766a39d");
    let related = format!("related:\n    - id: {a}\n      type: similar\n");
    let (_root, files) = project(&[
        ("rules/a.yml", &rule("First", a, "")),
        ("rules/b.yml", &rule("Second", b, &related)),
        ("pages/guide.md", "# Guide\n\nOf the Bücherregal, see [First](../rules/a.yml).\n"),
    ]);
    let listed = paths(&data(&files, "index").expect("an index"));
    let words = words(&files);
    let found = |word: &str| -> Vec<(&str, bool)> {
        let pages = words.get(word).into_iter().flatten();
        pages.map(|(page, weak)| (listed[*page].as_str(), *weak)).collect()
    };
    let rules = ("Detection_Rules/a", "Detection_Rules/b");
    // Of a fact, folded; of a long text; of the source.
    assert_eq!(found("bucherregal"), [(rules.0, false), (rules.1, false), ("guide", true)]);
    assert_eq!(found("zweifel"), [(rules.0, true), (rules.1, true)]);
    assert_eq!(found("\u{30d5}"), [(rules.0, true), (rules.1, true)], "kana one by one, without marks");
    // A rule's own id, and all that name it.
    let bare = a.replace('-', "");
    assert_eq!(found(&format!("={bare}")), [(rules.0, false)]);
    assert_eq!(found(&bare), [(rules.0, false), (rules.1, true)]);
    // What a link says is of the page it leads to.
    assert!(!found("first").iter().any(|(page, _)| *page == "Detection_Rules/index"));
}

#[test]
fn files_of_authors_keep_out_of_the_folder_of_the_search() {
    let (_root, files) = project(&[
        ("pages/assets/search/index.md", "# Mine\n"),
        ("pages/assets/search/notes.txt", "mine"),
        ("pages/Assets/Search/more.txt", "mine"),
    ]);
    let within: Vec<&String> = files.keys().filter(|path| path.to_lowercase().starts_with("assets/search/")).collect();
    assert!(within.iter().all(|path| Path::new(path).extension() == Some("js".as_ref())), "{within:?}");
    assert_eq!(files.values().filter(|bytes| *bytes == b"mine").count(), 2, "they are copied elsewhere");
    let listed = paths(&data(&files, "index").expect("an index"));
    let mine = listed.iter().find(|path| path.contains("search")).expect("the page");
    assert!(files.contains_key(&format!("{mine}.html")));
}
