//! Themes: what templates are given has a schema, a theme can be started, told apart and used.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use super::example::purplebook;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

fn pages(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|end| end == "html") && !path.ends_with("404.html") {
            found.push(path);
        }
    }
}

/// Every page of the example is what a theme would be given, and nothing else.
#[test]
fn what_templates_are_given_is_what_the_schema_says() {
    let dir = TempDir::new().expect("a folder");
    write(&dir.path().join("theme/templates/page.html"), "{{ __tera_context | safe }}");
    let output = dir.path().join("site");
    let (theme, site) = (dir.path().join("theme").display().to_string(), output.display().to_string());
    for more in [&[][..], &["--base-url", "https://example.org/kb"]] {
        let args = [&["build", "--theme", theme.as_str(), "--output", site.as_str()], more].concat();
        let (code, _, err) = purplebook(Path::new(ROOT), &args);
        assert_eq!(code, Some(0), "{err}");
        let (code, schema, err) = purplebook(dir.path(), &["theme", "schema"]);
        assert_eq!(code, Some(0), "{err}");
        let schema: Value = serde_json::from_str(&schema).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let mut files = Vec::new();
        pages(&output, &mut files);
        assert!(files.len() > 2000, "{} pages", files.len());
        let mut kinds = std::collections::BTreeSet::new();
        for file in files {
            // The dump has nothing where there is no value, and is JSON but for that.
            let dump =
                fs::read_to_string(&file).expect("a page").replace("\": ,", "\": null,").replace("\": }", "\": null}");
            let given: Value = serde_json::from_str(&dump).unwrap_or_else(|error| panic!("{error} in {dump}"));
            let wrong: Vec<String> =
                validator.iter_errors(&given).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(wrong.is_empty(), "{}: {wrong:#?}", file.display());
            kinds.insert(given["page"]["kind"].as_str().expect("a kind").to_owned());
        }
        let known = schema["$defs"]["kind"]["enum"].as_array().expect("kinds");
        assert_eq!(kinds.len(), known.len(), "the example has a page of each kind");
    }
}

#[test]
fn the_description_of_the_context_names_what_the_schema_does() {
    let schema: Value = serde_json::from_str(
        &fs::read_to_string(Path::new(ROOT).join("themes/default/context.schema.json")).expect("the schema"),
    )
    .expect("JSON");
    let described = fs::read_to_string(Path::new(ROOT).join("themes/default/theme.md")).expect("the description");
    for part in ["shared", "page_context"] {
        for name in schema["$defs"][part]["properties"].as_object().expect("properties").keys() {
            let named = [format!("`{name}`"), format!("`{name}.")].iter().any(|form| described.contains(form));
            assert!(named, "theme.md does not speak of {name}");
        }
    }
    for kind in schema["$defs"]["kind"]["enum"].as_array().expect("kinds") {
        let kind = kind.as_str().expect("text");
        assert!(described.contains(&format!("`{kind}`")), "theme.md does not speak of pages of the kind {kind}");
    }
}

#[test]
fn a_theme_is_started_used_and_told_from_the_default() {
    let dir = TempDir::new().expect("a folder");
    let (code, out, err) = purplebook(dir.path(), &["theme", "new", "mine"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert_eq!(
        out,
        "created mine/theme.toml\ncreated mine/templates/base.html\ncreated mine/static/own.css\n\n\
         Next: set theme = \"mine\" below [site] in purplebook.toml, or try\n  purplebook serve --theme mine\n"
    );
    let sheet = fs::read_to_string(dir.path().join("mine/static/own.css")).expect("a style sheet");
    assert!(sheet.contains("\n  /* --accent: light-dark("), "{sheet}");
    write(&dir.path().join("purplebook.toml"), "[site]\ntheme = \"mine\"\n");
    write(&dir.path().join("content/pages/about.md"), "# About\n");
    let (code, _, err) = purplebook(dir.path(), &["build"]);
    assert_eq!(code, Some(0), "{err}");
    let page = fs::read_to_string(dir.path().join("output/about.html")).expect("a page");
    let both =
        "<link rel=\"stylesheet\" href=\"assets/style.css\">\n<link rel=\"stylesheet\" href=\"assets/own.css\">\n";
    assert!(page.contains(both), "{page}");
    assert!(dir.path().join("output/assets/own.css").exists());

    let (code, out, err) = purplebook(dir.path(), &["theme", "diff"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    assert!(
        out.starts_with(
            "static/own.css: not in the default theme\n--- default/templates/base.html\n+++ templates/base.html\n@@ "
        ),
        "{out}"
    );
    assert!(out.contains("\n+{% extends \"default/base.html\" %}\n"), "{out}");
    assert!(out.ends_with("theme.toml: not in the default theme\n"), "{out}");

    let (code, _, err) = purplebook(dir.path(), &["theme", "new", "mine"]);
    assert_eq!(code, Some(2));
    assert_eq!(err, "error: mine exists and is not empty; nothing was changed\nhelp: choose another folder\n");
}

#[test]
fn a_theme_for_another_context_is_refused() {
    let dir = TempDir::new().expect("a folder");
    write(&dir.path().join("mine/theme.toml"), "context = 7\n");
    let (code, _, err) = purplebook(dir.path(), &["theme", "diff", "mine"]);
    assert_eq!(code, Some(2));
    assert_eq!(
        err,
        "error: the theme is for version 7 of the template context, and this purplebook gives version 1; see \
         `purplebook theme diff`\n"
    );
    write(&dir.path().join("mine/theme.toml"), "contekst = 1\n");
    let (_, _, err) = purplebook(dir.path(), &["theme", "diff", "mine"]);
    assert!(err.starts_with("error: theme file `theme.toml`: unknown field `contekst`"), "{err}");
    let (code, _, err) = purplebook(dir.path(), &["theme", "diff"]);
    assert_eq!(code, Some(2));
    assert_eq!(
        err,
        "error: the project has the built-in theme, which differs in nothing\nhelp: name a folder: `purplebook \
         theme diff DIR`\n"
    );
}

#[test]
fn the_console_theme_that_can_be_started_from_is_the_one_in_the_repository() {
    let dir = TempDir::new().expect("a folder");
    let (code, _, err) = purplebook(dir.path(), &["theme", "new", "mine", "--from", "console"]);
    assert_eq!(code, Some(0), "{err}");
    let own = Path::new(ROOT).join("themes/console");
    let list = |folder: &Path| {
        let mut found = Vec::new();
        for part in ["", "templates", "static"] {
            for entry in fs::read_dir(folder.join(part)).expect("readable") {
                let path = entry.expect("readable").path();
                if path.is_file() {
                    let name = path.strip_prefix(folder).expect("below").to_owned();
                    found.push((name, fs::read(&path).expect("readable")));
                }
            }
        }
        found.sort();
        found
    };
    assert_eq!(list(&dir.path().join("mine")), list(&own));
}
