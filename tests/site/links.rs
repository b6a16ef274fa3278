//! Links of a written site: what is reported, where, and what is not.

use std::collections::BTreeMap;

use purplebook::check::site_links::check;

fn broken(files: &[(&str, &str)]) -> Vec<String> {
    broken_at(None, files)
}

fn broken_at(base_url: Option<&str>, files: &[(&str, &str)]) -> Vec<String> {
    let files: BTreeMap<String, Vec<u8>> =
        files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    check(&files, base_url).iter().map(ToString::to_string).collect()
}

#[test]
fn a_sound_site_has_nothing_to_report() {
    let index = r##"<!doctype html><html><head><title><a href="no"></title>
<link rel="stylesheet" href="static/style.css"><script src="static/app.js"></script></head>
<body id=top><a href="a/page%20one.html#%C3%BC">x</a> <a href='a/page one.html'>y</a> <a href="#top">z</a> <a href="">self</a>
<a href="https://example.org/x">ext</a> <a href="mailto:a@b.example">m</a> <img src="static/i.png" srcset="static/i.png 1x, static/i.png 2x">
<!-- <a href="commented.html"> --> <p title='<a href="quoted.html">'>1 < 2 &lt;a href="text.html"&gt;</p>
<script>document.write('<a href="scripted.html">')</script><style>a::after { content: '<a href="styled">' }</style></body></html>"##;
    let files = [
        ("index.html", index),
        ("a/page one.html", r#"<h2 id="ü">x</h2><a href="../index.html#top">up</a><a href="../i&amp;j.html">x</a>"#),
        ("i&j.html", ""),
        ("static/style.css", "a { background: url(nowhere.png) }"),
        ("static/app.js", "'<a href=\"nowhere.html\">'"),
        ("static/i.png", ""),
        (
            "README.md",
            "[a](a/page%20one.md#ATT) [f](a/) ![i](static/i.png) `[code](nowhere.md)`\n\n    [code](nowhere.md)\n\n<a href=\"index.html\">h</a>",
        ),
        ("a/page one.md", "# Über *uns*: x\n\n<a id=\"ATT\"></a>\n\n[up](#über-uns-x) [w](<../README.md>)"),
    ];
    assert_eq!(broken(&files), Vec::<String>::new());
}

#[test]
fn every_kind_of_broken_link_is_reported_with_its_position() {
    let page = "<p>é <a href=\"missing.html\">x</a>\n<img src=\"i.png\"><script src=app.js></script>\n\
                <link href='s.css'><a href=\"other.html#nope\"><a href=\"#nope\"><a href=\"../up.html\">\n\
                <a href=\"/other.html\"><a href=\"Other.html\"><a href=\"a/\"><img src=\"\"><a href=\"//host/x\">";
    let expected = [
        "index.html:1:15: `missing.html`: there is no such file",
        "index.html:2:11: `i.png`: there is no such file",
        "index.html:2:30: `app.js`: there is no such file",
        "index.html:3:13: `s.css`: there is no such file",
        "index.html:3:29: `other.html#nope`: the page has no such anchor",
        "index.html:3:55: `#nope`: the page has no such anchor",
        "index.html:3:71: `../up.html`: this leads out of the site",
        "index.html:4:10: `/other.html`: an address that begins with `/` fails unless the site is at the root of its host",
        "index.html:4:32: `Other.html`: there is no such file, but `other.html`",
        "index.html:4:53: `a/`: this is a folder, not a page",
        "index.html:4:67: ``: the address is empty",
        "index.html:4:78: `//host/x`: an address that begins with `/` fails unless the site is at the root of its host",
    ];
    assert_eq!(broken(&[("index.html", page), ("other.html", ""), ("a/b.html", "")]), expected);
}

#[test]
fn markdown_links_images_and_anchors_are_followed() {
    let page = "# One\n\n[a](two.md) [b](#one) [c](#two)\n![d](d.png) [e][ref]\n\n[ref]: gone.md\n\n<div>\n<a\nhref=\"html.md\">x</a></div>\n";
    let expected = [
        "x/one.md:3:1: `two.md`: there is no such file",
        "x/one.md:3:23: `#two`: the page has no such anchor",
        "x/one.md:4:1: `d.png`: there is no such file",
        "x/one.md:4:13: `gone.md`: there is no such file",
        "x/one.md:10:7: `html.md`: there is no such file",
    ];
    assert_eq!(broken(&[("x/one.md", page)]), expected);
}

#[test]
fn addresses_below_the_published_one_are_the_sites_own() {
    let page = r#"<link rel="canonical" href="https://kb.example/repo/gone.html"><a href="/repo/index.html"><a href="/index.html">"#;
    let expected = [
        "index.html:1:29: `https://kb.example/repo/gone.html`: there is no such file",
        "index.html:1:100: `/index.html`: an address that begins with `/` fails unless the site is at the root of its host",
    ];
    assert_eq!(broken_at(Some("https://kb.example/repo/"), &[("index.html", page)]), expected);
    let not_found = r#"<base href="/repo/"><a href="index.html"><a href="gone.html">"#;
    let expected = ["deep/404.html:1:51: `gone.html`: there is no such file"];
    let files = [("index.html", ""), ("deep/404.html", not_found)];
    assert_eq!(broken_at(Some("https://kb.example/repo"), &files), expected);
}

#[test]
fn the_page_for_missing_pages_may_begin_at_the_root() {
    let page = r#"<a href="/index.html"><a href="/gone.html"><a href="//host/x">"#;
    let files = [("404.html", page), ("index.html", "")];
    let expected = [
        "404.html:1:32: `/gone.html`: there is no such file",
        "404.html:1:53: `//host/x`: an address that begins with `/` fails unless the site is at the root of its host",
    ];
    assert_eq!(broken(&files), expected);
    // Published below a folder, the root of the host is another site.
    assert_eq!(broken_at(Some("https://kb.example/repo"), &files).len(), 3);
}

#[test]
fn markup_that_ends_in_the_middle_is_read_to_its_end() {
    for page in [
        "<",
        "<a",
        "<a href",
        "<a href=",
        "<a href=\"",
        "<a href=\"x",
        "<!--",
        "<!-->",
        "<script>",
        "<title></ti",
        "<a =",
        "<!",
        "</",
        "<a href='x' =",
    ] {
        for file in ["p.html", "p.md"] {
            let _ = broken(&[(file, page)]);
        }
    }
    assert_eq!(broken(&[("p.html", "<a href=\"x")]), ["p.html:1:10: `x`: there is no such file"]);
    assert_eq!(broken(&[("p.html", "<!--><a href=x>")]), ["p.html:1:14: `x`: there is no such file"]);
}
