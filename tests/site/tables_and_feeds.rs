//! Tables against their JSON Schema, CSV and JSON against each other, feeds and sitemaps against their
//! grammars: of the example, of the corpora, and of content nobody would wish for.

use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use serde_json::{Map, Value};

use super::formats::{build, corpora, example, names, output, text, value};
use super::project::{project, write};

/// The lines of a CSV file, the first of which are the headings.
fn csv(dir: &(impl AsRef<Path> + ?Sized), path: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(output(dir, path)).expect("a file");
    let lines = reader.records().map(|line| line.expect("as long as the others").iter().map(str::to_owned).collect());
    lines.collect()
}

/// A value of JSON as a cell of CSV has it, before it is made safe for a spreadsheet.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Holds all tables of a site against the schema; how many rows they have together.
fn tables_are_valid(dir: &(impl AsRef<Path> + ?Sized)) -> usize {
    let schema = value(dir, "exports/schemas/tables.schema.json");
    let hold = |name: &str, rows: &Value| {
        let mut schema = schema.clone();
        assert!(!schema["$defs"][name].is_null(), "the schema does not know {name}");
        let own = format!("#/$defs/{name}");
        let root = schema.as_object_mut().expect("an object");
        root.remove("anyOf");
        root.insert("$ref".to_owned(), own.into());
        let validator = jsonschema::draft202012::new(&schema).expect("a schema");
        let errors: Vec<String> =
            validator.iter_errors(rows).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    };
    let mut count = 0;
    for name in names(dir, "exports/tables") {
        let (name, form) = name.rsplit_once('.').expect("an extension");
        let path = format!("exports/tables/{name}.csv");
        if form == "json" {
            let rows = value(dir, &format!("exports/tables/{name}.json"));
            hold(name, &rows);
            let lines = csv(dir, &path);
            let key = |title: &String| title.replace("ATT&CK", "attack").to_lowercase().replace(' ', "_");
            let keys: Vec<String> = lines[0].iter().map(key).collect();
            let rows = rows.as_array().expect("a list");
            assert_eq!(lines.len(), rows.len() + 1, "{name}");
            for (line, row) in lines[1..].iter().zip(rows) {
                assert_eq!(row.as_object().expect("an object").len(), keys.len(), "{name}");
                for (key, found) in keys.iter().zip(line) {
                    let wanted = cell(&row[key.as_str()]);
                    assert!(*found == wanted || *found == format!("'{wanted}"), "{name}: {key}: {found:?}, {wanted:?}");
                }
            }
            count += rows.len();
        } else if !output(dir, &format!("exports/tables/{name}.json")).exists() {
            let lines = csv(dir, &path);
            let object = |line: &Vec<String>| {
                let cells = lines[0].iter().cloned().zip(line.iter().cloned().map(Value::from));
                Value::Object(cells.collect::<Map<_, _>>())
            };
            hold(name, &lines[1..].iter().map(object).collect());
            count += lines.len() - 1;
        }
    }
    count
}

/// What the validator says of a file held against a grammar; `None` where it is not installed, unless it
/// is required.
fn xmllint(grammar: &str, file: &Path) -> Option<(bool, String)> {
    let grammar = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/xml").join(grammar);
    let run = Command::new("xmllint").args(["--noout", "--nonet", "--relaxng"]).arg(grammar).arg(file).output();
    let Ok(run) = run else {
        let required = std::env::var("PURPLEBOOK_ENGINES").is_ok_and(|value| value == "required");
        assert!(!required, "xmllint is not installed: tests/engines/install");
        println!("skipped: xmllint is not installed");
        return None;
    };
    Some((run.status.success(), String::from_utf8_lossy(&run.stderr).into_owned()))
}

fn feeds_are_valid(dir: &(impl AsRef<Path> + ?Sized)) {
    for (grammar, name) in [("atom.rng", "feed.xml"), ("sitemap.rng", "sitemap.xml")] {
        if let Some((valid, told)) = xmllint(grammar, &output(dir, name)) {
            assert!(valid, "{told}");
        }
    }
    assert!(text(dir, "sitemap.xml").matches("<url>").count() <= 50_000);
}

#[test]
fn tables_are_valid_and_both_forms_say_the_same() {
    assert!(tables_are_valid(example()) > 2000);
    for site in corpora() {
        assert!(tables_are_valid(site) > 2000);
    }
}

#[test]
fn the_feed_and_the_sitemap_are_valid() {
    feeds_are_valid(example());
}

#[test]
fn the_grammars_refuse_what_is_no_feed_and_no_sitemap() {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("grammars");
    std::fs::create_dir_all(&dir).expect("a folder");
    let refused = |grammar: &str, text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        let file: PathBuf = dir.join(grammar).with_extension("xml");
        std::fs::write(&file, text.replacen(from, to, 1)).expect("a file");
        if let Some((valid, _)) = xmllint(grammar, &file) {
            assert!(!valid, "{grammar}: {to:?} for {from:?}");
        }
    };
    let feed = text(example(), "feed.xml");
    for (from, to) in [
        ("<updated>", "<updated>on "),
        ("T00:00:00Z</updated>", "</updated>"),
        ("<id>https:", "<id>"),
        ("<entry><title>", "<entry><name>x</name><title>"),
        ("<author><name>", "<author><name/><name>"),
        ("<link href=", "<link rel="),
        ("</feed>", "<entry/></feed>"),
    ] {
        refused("atom.rng", &feed, from, to);
    }
    let sitemap = text(example(), "sitemap.xml");
    for (from, to) in
        [("<loc>https://kb.example/", "<loc>"), ("<lastmod>", "<lastmod>1/"), ("<url>", "<url><loc>x</loc>")]
    {
        refused("sitemap.rng", &sitemap, from, to);
    }
}

proptest! {
    // Of one site with all of them: a build takes longer than the rest.
    #![proptest_config(ProptestConfig { cases: 1, max_shrink_iters: 0, ..ProptestConfig::default() })]
    #[test]
    fn no_title_breaks_a_table_or_a_feed(
        titles in prop::collection::vec("[ -~\\t\\n\u{0}-\u{1f}\u{7f}\u{85}\u{e9}\u{2028}\u{fffe}\u{1f600}\"'<>&;,]{1,40}", 40),
    ) {
        let dir = project(&[("purplebook.toml", "[site]\nbase_url = 'https://kb.example/a'\n[queries]\nshow = ['lucene']\n")]);
        for (n, title) in titles.iter().enumerate() {
            let title = serde_json::to_string(title).expect("a text");
            let rule = format!(
                "title: {title}\nid: {title}\nauthor: {title}\ndescription: {title}\ndate: 2026-01-02\nlevel: {title}\n\
                 tags: [attack.t1047, {title}]\nreferences: [{title}]\n\
                 logsource: {{product: windows, category: {title}}}\ndetection: {{s: {{a: {title}}}, condition: s}}\n"
            );
            write(dir.path(), &format!("content/rules/{n}.yml"), &rule);
            let policy = format!("title: {title}\nplatform: [{title}, b]\ntags: [attack.m1026, attack.m1042]\n");
            write(dir.path(), &format!("content/mitigation_policies/{n}.yml"), &policy);
        }
        build(&dir, &[]);
        prop_assert!(tables_are_valid(&dir) > 2000);
        feeds_are_valid(&dir);
    }
}
