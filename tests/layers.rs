//! The tables of `docs/architecture.md`, enforced: who may import whom, what may touch the
//! world, how long a file may be.
//!
//! Source text is read with a small scanner of `use` trees and paths. Comments and code for
//! tests (`mod tests`, `tests.rs`, `tests/`) do not count.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const MAX_BYTES: usize = 24 * 1024;

/// What the page lays down.
struct Rules {
    layers: BTreeMap<String, Layer>,
    /// Name, and the modules that may use it.
    confined: Vec<(String, Vec<String>)>,
    long_files: Vec<String>,
}

struct Layer {
    number: u32,
    may_use: Vec<String>,
}

/// The words in backquotes of each cell, for each row of the table under `header`.
fn table(page: &str, header: &str) -> Vec<Vec<Vec<String>>> {
    let rows = page.lines().skip_while(|line| *line != header).skip(2).take_while(|line| line.starts_with('|'));
    let words = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    rows.map(|row| row.trim_matches('|').split('|').map(words).collect()).collect()
}

fn rules(page: &str) -> Rules {
    let numbers = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next()?.parse::<u32>().ok());
    let layers = table(page, "| layer | folder | may use | owns |").into_iter().zip(numbers).map(|(cells, number)| {
        let layer = Layer { number, may_use: cells[2].clone() };
        (cells[1][0].clone(), layer)
    });
    Rules {
        layers: layers.collect(),
        confined: table(page, "| name | only in |")
            .into_iter()
            .map(|cells| (cells[0][0].clone(), cells[1].clone()))
            .collect(),
        long_files: table(page, "| file | why |").into_iter().map(|cells| cells[0][0].clone()).collect(),
    }
}

/// The code of a file that ships: no comments, no tests.
fn shipped(source: &str) -> String {
    let source = source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let code = |line: &str| {
        let end = line.match_indices("//").find(|(i, _)| !line[..*i].ends_with(':')).map_or(line.len(), |(i, _)| i);
        line[..end].to_owned()
    };
    source.lines().map(code).collect::<Vec<_>>().join("\n")
}

/// All paths that begin with `root` (`crate`, `std` …), `use` trees spread out, without `root::`.
fn paths(code: &str, root: &str) -> Vec<(usize, String)> {
    let start = format!("{root}::");
    let mut out = Vec::new();
    for (at, _) in code.match_indices(&start) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':')) {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let mut found = Vec::new();
        spread(&code[at + start.len()..], "", &mut found);
        out.extend(found.into_iter().map(|path| (line, path)));
    }
    out
}

/// One `use` tree; gives what follows it.
fn spread<'a>(mut rest: &'a str, prefix: &str, out: &mut Vec<String>) -> &'a str {
    let mut path = prefix.to_owned();
    loop {
        rest = rest.trim_start();
        if let Some(mut inner) = rest.strip_prefix('{') {
            loop {
                inner = spread(inner, &path, out).trim_start();
                match inner.strip_prefix(',') {
                    Some(next) if !next.trim_start().starts_with('}') => inner = next,
                    Some(next) => return next.trim_start().strip_prefix('}').unwrap_or(next),
                    None => return inner.strip_prefix('}').unwrap_or(inner),
                }
            }
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*').unwrap_or(rest.len());
        path.push_str(&rest[..end]);
        rest = &rest[end..];
        match rest.strip_prefix("::") {
            Some(next) => {
                path.push_str("::");
                rest = next;
            }
            None => break,
        }
    }
    out.push(path);
    // A new name given with `as` does not matter.
    let end = rest.find([',', '}', ';', '\n', '(', ')']).unwrap_or(rest.len());
    if rest.trim_start().starts_with("as ") { &rest[end..] } else { rest }
}

/// Whether `path` is `name` or below it; `a::*` reaches every `a::b`.
fn names(path: &str, name: &str) -> bool {
    let below = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    };
    below(path, name) || path.strip_suffix("::*").is_some_and(|stem| below(name, stem))
}

/// The module a file is: `config::discover` for `config/discover.rs`; `main.rs` and `lib.rs`
/// are themselves.
fn module(file: &str) -> String {
    if matches!(file, "lib.rs" | "main.rs") {
        return file.to_owned();
    }
    file.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::")
}

/// Everything wrong with one file; `file` is relative to `src`.
fn violations(file: &str, source: &str, rules: &Rules) -> Vec<String> {
    let mut out = Vec::new();
    let is_test = file.ends_with("/tests.rs") || file.contains("/tests/");
    let module = module(file);
    let top = module.split("::").next().unwrap_or_default();
    if !source.starts_with("//!") {
        out.push(format!("{file}:1: the file does not begin with `//!` lines that say its job"));
    }
    if source.len() > MAX_BYTES && !rules.long_files.iter().any(|long| long == file) {
        out.push(format!("{file}:1: {} bytes are more than {MAX_BYTES}", source.len()));
    }
    let Some(layer) = rules.layers.get(top) else {
        out.push(format!("{file}:1: `{top}` is in no row of the table in docs/architecture.md"));
        return out;
    };
    if is_test {
        return out;
    }
    let code = shipped(source);
    let own = if top == "main.rs" { "purplebook" } else { "crate" };
    for (line, path) in paths(&code, own).into_iter().chain(climbing(&code, &module)) {
        let first = path.split("::").next().unwrap_or_default();
        // What is no folder is an item of the library's root.
        let target = if rules.layers.contains_key(first) { path.clone() } else { "lib.rs".to_owned() };
        if first != top && target != top && !layer.may_use.iter().any(|allowed| names(&target, allowed)) {
            out.push(format!("{file}:{line}: `{top}` may not use `{path}`"));
        }
    }
    for (name, places) in &rules.confined {
        let root = name.split("::").next().unwrap_or_default();
        for (line, path) in paths(&code, root) {
            let path = format!("{root}::{path}");
            if names(&path, name) && !places.iter().any(|place| names(&module, place)) {
                out.push(format!("{file}:{line}: `{path}` may not be used here"));
            }
        }
    }
    out
}

/// Paths of `super`s that climb to the root of the crate and down another folder.
fn climbing(code: &str, module: &str) -> Vec<(usize, String)> {
    let depth = module.split("::").count();
    let climbed = format!("{}super", "super::".repeat(depth - 1));
    paths(code, &climbed).into_iter().filter(|(_, path)| !path.starts_with("super::") && depth > 0).collect()
}

fn source_files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of src") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            source_files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

fn project_rules() -> Rules {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md");
    rules(&fs::read_to_string(page).expect("docs/architecture.md"))
}

#[test]
fn the_source_keeps_the_rules_of_the_architecture() {
    let rules = project_rules();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    source_files(&root, &mut files);
    files.sort();
    let mut found = Vec::new();
    for path in &files {
        let file = path.strip_prefix(&root).expect("inside").to_string_lossy().replace('\\', "/");
        found.extend(violations(&file, &fs::read_to_string(path).expect("UTF-8"), &rules));
    }
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
    assert!(files.len() > 50, "only {} files were read", files.len());
}

#[test]
fn the_table_itself_has_no_way_up_and_no_dead_row() {
    let rules = project_rules();
    assert!(rules.layers.len() > 10 && rules.confined.len() > 5, "the tables were not found");
    for (folder, layer) in &rules.layers {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(folder);
        assert!(path.exists() || path.with_extension("rs").exists(), "`{folder}` has a row and is not in src");
        for used in &layer.may_use {
            let used = used.split("::").next().unwrap_or_default();
            let below = rules.layers.get(used).unwrap_or_else(|| panic!("`{used}` has no row")).number;
            assert!(below < layer.number, "`{folder}` may not use `{used}`: it is not in a lower layer");
        }
    }
}

#[test]
fn a_violation_of_each_kind_is_found() {
    let rules = project_rules();
    let check = |file: &str, source: &str| violations(file, &format!("//! A job.\n{source}"), &rules);
    let cases = [
        ("text/x.rs", "use crate::model::Kind;", "text/x.rs:2: `text` may not use `model::Kind`"),
        (
            "load/x.rs",
            "use crate::{\n    text::At,\n    graph::{Graph, Edge as E},\n};",
            "load/x.rs:2: `load` may not use `graph::Graph`",
        ),
        (
            "check/x.rs",
            "fn f() { let x = crate::render::theme(); }",
            "check/x.rs:2: `check` may not use `render::theme`",
        ),
        ("write/x.rs", "use crate::site::{OutPath, Page};", "write/x.rs:2: `write` may not use `site::Page`"),
        (
            "model/a/b.rs",
            "use super::super::super::graph::Graph;",
            "model/a/b.rs:2: `model` may not use `graph::Graph`",
        ),
        ("graph/x.rs", "use crate::build;", "graph/x.rs:2: `graph` may not use `build`"),
        ("main.rs", "use purplebook::graph::Graph;", "main.rs:2: `main.rs` may not use `graph::Graph`"),
        ("new/x.rs", "", "new/x.rs:1: `new` is in no row of the table in docs/architecture.md"),
        ("load/x.rs", "use std::{fmt, fs::File};", "load/x.rs:2: `std::fs::File` may not be used here"),
        ("config/read.rs", "use std::fs;", "config/read.rs:2: `std::fs` may not be used here"),
        ("render/x.rs", "fn f() { std::env::var(\"X\"); }", "render/x.rs:2: `std::env::var` may not be used here"),
        ("site/x.rs", "use std::time::*;", "site/x.rs:2: `std::time::*` may not be used here"),
        ("graph/x.rs", "use walkdir::WalkDir;", "graph/x.rs:2: `walkdir::WalkDir` may not be used here"),
        ("query/x.rs", "use std::net::TcpStream;", "query/x.rs:2: `std::net::TcpStream` may not be used here"),
    ];
    for (file, source, expected) in cases {
        assert_eq!(check(file, source).first().map(String::as_str), Some(expected), "{source}");
    }
    assert_eq!(
        violations("text/x.rs", "use std::fmt;", &rules),
        ["text/x.rs:1: the file does not begin with `//!` lines that say its job"]
    );
    let long = check("text/x.rs", &"\n".repeat(MAX_BYTES));
    assert_eq!(long, ["text/x.rs:1: 24587 bytes are more than 24576"]);
}

#[test]
fn what_the_rules_allow_is_let_through() {
    let rules = project_rules();
    let check = |file: &str, source: &str| violations(file, &format!("//! A job.\n{source}"), &rules);
    for (file, source) in [
        (
            "load/x.rs",
            "use crate::{text::{At, Span}, model::Kind};\n// crate::graph::Graph\nlet u = \"http://x\"; // std::fs",
        ),
        ("query/a/b.rs", "use std::net::IpAddr;\nuse crate::query::value;\nuse super::super::tree;"),
        ("config/discover.rs", "use std::{env, fs};"),
        ("cli/build.rs", "use crate::{build, config::Config};\nuse std::time::Instant;"),
        ("main.rs", "fn main() { purplebook::cli::run(); }"),
        ("load/x.rs", "fn f() {}\n#[cfg(test)]\nmod tests {\n    use crate::graph::Graph;\n}"),
        ("load/a/tests.rs", "use std::fs;\nuse crate::graph::Graph;"),
    ] {
        assert_eq!(check(file, source), Vec::<String>::new(), "{source}");
    }
}
