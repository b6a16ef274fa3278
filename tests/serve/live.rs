//! Browsers are told of every edit, and of what is wrong.

use std::fs;

use serde_json::Value;

use crate::project::{project, write};
use crate::server::Server;

const RULE: &str = "title: A rule\nid: 5ae7a9f2-9d0a-4d1c-9f3c-111111111111\nstatus: test\ndescription: d\nauthor: a\ndate: 2026-01-01\n\
                    level: low\nlogsource:\n    product: windows\n    category: process_creation\ndetection:\n    selection:\n        \
                    Image|endswith: '\\x.exe'\n    condition: selection\n";

fn entry<'n>(news: &'n Value, code: &str) -> Option<&'n Value> {
    news["findings"].as_array().expect("a list").iter().find(|finding| finding["code"] == code)
}

#[test]
fn an_edit_is_told_and_its_page_is_another() {
    let dir = project(&[("content/rules/a.yml", RULE)]);
    let server = Server::start(dir.path(), &[]);
    let mut events = server.events();
    let first = events.news();
    let page = server.get("/Detection_Rules/a.html");
    let edition = page.header("purplebook-edition").expect("an edition").to_owned();
    assert_eq!(first["edition"], edition.as_str());
    write(dir.path(), "content/rules/a.yml", &RULE.replace("A rule", "Another name"));
    let second = events.until(|news| news["edition"] != edition.as_str());
    assert_eq!(second["failed"], Value::Null);
    server.line("Changed: content/rules/a.yml");
    server.line(" pages in ");
    let now = server.get("/Detection_Rules/a.html");
    assert_ne!(now.header("etag"), page.header("etag"));
    assert!(now.text().contains("Another name"));
    // A page that says nothing of the rule is as before: a browser keeps it.
    let credits = server.get("/credits.html");
    write(dir.path(), "content/rules/a.yml", &RULE.replace("level: low", "level: high"));
    events.until(|news| news["edition"] != second["edition"]);
    assert_eq!(server.get("/credits.html").header("etag"), credits.header("etag"));
    // New files, in new folders, and removed ones.
    write(dir.path(), "content/rules/deeper/still/b.yml", RULE);
    events.until(|_| server.get("/Detection_Rules/b.html").status == 200);
    write(dir.path(), "content/rules/deeper/still/c.yml", RULE);
    events.until(|_| server.get("/Detection_Rules/c.html").status == 200);
    fs::remove_dir_all(dir.path().join("content/rules/deeper")).expect("removed");
    events.until(|_| server.get("/Detection_Rules/c.html").status == 404);
    // A kind there was no folder for.
    write(dir.path(), "content/pages/hello.md", "# Hello\n");
    events.until(|_| server.get("/hello.html").status == 200);
}

#[test]
fn what_an_edit_breaks_is_told_as_new() {
    let dir = project(&[("content/rules/a.yml", RULE), ("content/rules/old.yml", "title: [\n")]);
    let server = Server::start(dir.path(), &[]);
    let mut events = server.events();
    let first = events.news();
    assert!(first["findings"].as_array().expect("a list").iter().all(|finding| finding["new"] == false), "{first}");
    let title = "<img src=x onerror=alert(1)>";
    write(dir.path(), "content/rules/a.yml", &RULE.replace("condition: selection", &format!("condition: \"{title}\"")));
    let news = events.until(|news| news["findings"].as_array().expect("a list").iter().any(|one| one["new"] == true));
    let new: Vec<&Value> =
        news["findings"].as_array().expect("a list").iter().filter(|one| one["new"] == true).collect();
    assert!(
        new.iter().all(|one| one["place"].as_str().expect("a place").starts_with("content/rules/a.yml:")),
        "{news}"
    );
    assert_eq!(news["findings"][0]["new"], true, "what is new comes first: {news}");
    assert!(new.iter().any(|one| one["excerpt"] == format!("condition: \"{title}\"")), "{news}");
    assert!(entry(&news, "PB001").is_none_or(|one| one["new"] == false));
}

#[test]
fn a_site_that_cannot_be_built_leaves_the_last_one() {
    let dir = project(&[
        ("content/rules/a.yml", RULE),
        ("purplebook.toml", "[site]\ntitle = \"Mine\"\ntheme = \"theme\"\n"),
        ("theme/static/extra.css", "a { color: red }"),
    ]);
    let server = Server::start(dir.path(), &[]);
    let mut events = server.events();
    let first = events.news();
    let page = server.get("/Detection_Rules/a.html");
    let is_last = |news: &Value| {
        assert_eq!(news["edition"], first["edition"]);
        assert_eq!(server.get("/Detection_Rules/a.html").body, page.body);
    };
    // A template that does not parse.
    write(dir.path(), "theme/templates/page.html", "{% if %}");
    let news = events.until(|news| news["failed"] != Value::Null);
    let message = news["failed"]["message"].as_str().expect("a reason");
    assert!(message.starts_with("theme templates: ") && message.contains("page.html"), "{message}");
    is_last(&news);
    // One that fails on the page of a rule only.
    fs::remove_file(dir.path().join("theme/templates/page.html")).expect("removed");
    events.until(|news| news["failed"] == Value::Null);
    let first = events_edition(&server);
    write(dir.path(), "theme/templates/rule.html", "{{ page.nothing.there }}");
    let news = events.until(|news| news["failed"] != Value::Null);
    let message = news["failed"]["message"].as_str().expect("a reason");
    assert!(message.contains("rule.html") && message.contains("Detection_Rules/a"), "{message}");
    assert_eq!(events_edition(&server), first);
    fs::remove_file(dir.path().join("theme/templates/rule.html")).expect("removed");
    events.until(|news| news["failed"] == Value::Null);
    // A configuration with a mistake, told where it is.
    write(dir.path(), "purplebook.toml", "[site]\ntitel = \"Mine\"\ntheme = \"theme\"\n");
    let news = events.until(|news| news["failed"] != Value::Null);
    assert_eq!(news["failed"]["message"], "`purplebook.toml` has mistakes");
    assert_eq!(news["findings"][0]["place"], "purplebook.toml:2:1");
    assert_eq!(news["findings"][0]["excerpt"], "titel = \"Mine\"");
    server.line("The site could not be built; the last one is still shown");
    // And repaired.
    write(dir.path(), "purplebook.toml", "[site]\ntitle = \"Yours\"\ntheme = \"theme\"\n");
    events.until(|news| news["failed"] == Value::Null);
    assert!(server.get("/").text().contains("<title>Yours</title>"));
}

#[test]
fn a_theme_that_fails_on_what_is_new_is_told_after_the_site() {
    let template = "{% extends \"default/page.html\" %}{% block title %}{% if page.title == \"Odd\" %}{{ page.no.such }}{% endif \
                    %}{% endblock %}";
    let dir = project(&[
        ("content/rules/a.yml", RULE),
        ("content/rules/b.yml", RULE),
        ("purplebook.toml", "[site]\ntheme = \"theme\"\n"),
        ("theme/templates/rule.html", template),
    ]);
    let server = Server::start(dir.path(), &[]);
    let mut events = server.events();
    let first = events.news();
    write(dir.path(), "content/rules/a.yml", &RULE.replace("A rule", "Odd"));
    let news = events.until(|news| news["failed"] != Value::Null);
    assert_ne!(news["edition"], first["edition"], "the site is the new one");
    let message = news["failed"]["message"].as_str().expect("a reason");
    assert!(message.contains("rule.html") && message.contains("Detection_Rules/a"), "{message}");
    server.line("The site could not be built; those of its pages are shown that can be made");
    let page = server.get("/Detection_Rules/a.html");
    assert!(page.status == 500 && page.text().contains("This page cannot be made"), "{}", page.text());
    assert_eq!(server.get("/Detection_Rules/b.html").status, 200);
    write(dir.path(), "content/rules/a.yml", &RULE.replace("A rule", "Even"));
    let news = events.until(|news| news["failed"] == Value::Null);
    assert!(server.get("/Detection_Rules/a.html").text().contains("Even"), "{news}");
}

fn events_edition(server: &Server) -> String {
    server.get("/").header("purplebook-edition").expect("an edition").to_owned()
}

#[test]
fn polling_finds_edits_too() {
    let dir = project(&[("content/rules/a.yml", RULE)]);
    let server = Server::start(dir.path(), &["--poll", "100"]);
    let mut events = server.events();
    events.news();
    write(dir.path(), "content/rules/a.yml", &RULE.replace("A rule", "B rule"));
    events.until(|_| server.get("/Detection_Rules/a.html").text().contains("B rule"));
}
