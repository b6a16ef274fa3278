//! Pages read back by an independent tokenizer: what is on them, and that no text of a page can
//! become anything but text.

mod document;
mod hostile;
mod sample;

use self::document::{Document, Part};
use self::sample::{frame, page, routes};
use super::*;
use crate::site::{Block, Column, Inline, MatrixCell, MatrixColumn, PageKind, RouteId, Section};

fn rendered(page: &Page) -> String {
    html(page, &frame("Base"), &routes(), &Theme::embedded()).expect("renders")
}

fn body_of(block: Block) -> String {
    let section = Section {
        anchor: "a".to_owned(),
        linked: false,
        title: "Title".to_owned(),
        level: 2,
        count: None,
        blocks: vec![block],
    };
    let mut names = Names::of(&page(PageKind::Rule, "x"));
    block::section_body(Place { routes: &routes(), from: RouteId(1) }, &section, &mut names).into_string()
}

#[test]
fn every_element_is_closed_in_order_and_names_are_unique() {
    for kind in [PageKind::Home, PageKind::Rule, PageKind::Matrix] {
        let document = Document::read(&rendered(&page(kind, "x")));
        document.assert_nested();
        let mut ids: Vec<_> = document.attributes("id").collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "an id is given twice: {ids:?}");
    }
}

#[test]
fn pages_keep_the_content_security_policy_they_declare() {
    let text = rendered(&page(PageKind::Rule, "x"));
    let document = Document::read(&text);
    let policy = document.attributes("content").find(|value| value.starts_with("default-src")).expect("policy");
    for directive in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'"] {
        assert!(policy.contains(directive), "{directive}");
    }
    assert!(!policy.contains("unsafe"));
    assert_eq!(document.attributes("style").count(), 0);
    for part in &document.0 {
        let Part::Open { name, attributes } = part else { continue };
        assert!(!matches!(name.as_str(), "style" | "iframe" | "object" | "embed" | "form" | "base"), "{name}");
        assert!(!attributes.iter().any(|(name, _)| name.starts_with("on")), "{attributes:?}");
        let loads =
            attributes.iter().filter(|(attribute, _)| attribute == "src" || (name == "link" && attribute == "href"));
        for (_, url) in loads {
            assert!(
                url.starts_with("../assets/") || url == "../feed.xml" || url.starts_with("https://kb.example/"),
                "{url} is not our own"
            );
        }
    }
    assert!(!text.contains("<script>"));
}

#[test]
fn links_that_leave_the_site_say_so_to_the_browser() {
    let document = Document::read(&rendered(&page(PageKind::Rule, "x")));
    let mut external = 0;
    for part in &document.0 {
        let Part::Open { name, attributes } = part else { continue };
        let value = |key: &str| attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        if name == "a" && value("href").is_some_and(|url| url.contains(':')) {
            assert_eq!(value("rel"), Some("noopener noreferrer nofollow"));
            external += 1;
        }
    }
    assert!(external > 0);
}

#[test]
fn the_current_entry_of_the_navigation_is_the_page_or_the_one_above_it() {
    let mut below = page(PageKind::Rule, "x");
    assert!(rendered(&below).contains("<a href=\"../Rules/index.html\" aria-current=\"true\">"), "by breadcrumb");
    below.route = RouteId(2);
    assert!(rendered(&below).contains("<a href=\"../Rules/index.html\" aria-current=\"page\">"), "itself");
    below.route = RouteId(1);
    below.breadcrumbs.truncate(1);
    assert!(!rendered(&below).contains("aria-current=\"true\""), "home is above everything");
}

#[test]
fn the_canonical_address_is_given_where_the_base_is_known() {
    let (page, routes, theme) = (page(PageKind::Rule, "x"), routes(), Theme::embedded());
    let with = |base: Option<&str>, path: &str| {
        let frame = Frame { base_url: base.map(str::to_owned), ..frame("Base") };
        let page = Page { path: crate::site::OutPath::new(path).expect(path), ..page.clone() };
        let text = html(&page, &frame, &routes, &theme).expect("renders");
        text.split_once("rel=\"canonical\" href=\"")
            .map(|(_, rest)| rest.split('"').next().unwrap_or_default().to_owned())
    };
    assert_eq!(with(None, "Rules/a b"), None);
    assert_eq!(
        with(Some("https://kb.example/x"), "Rules/a b").as_deref(),
        Some("https://kb.example/x/Rules/a%20b.html")
    );
    assert_eq!(with(Some("https://kb.example"), "Rules/index").as_deref(), Some("https://kb.example/Rules/"));
    assert_eq!(with(Some("https://kb.example/"), "index").as_deref(), Some("https://kb.example/"));
    assert_eq!(
        with(Some("https://kb.example"), "Rules/my index").as_deref(),
        Some("https://kb.example/Rules/my%20index.html")
    );
    assert_eq!(with(Some("javascript:x"), "index"), None);
}

#[test]
fn the_page_for_unknown_addresses_works_at_any_depth() {
    let (routes, theme) = (routes(), Theme::embedded());
    for (base, root) in [(None, "/"), (Some("https://kb.example"), "/"), (Some("https://o.example/kb/"), "/kb/")] {
        let frame = Frame { base_url: base.map(str::to_owned), ..frame("Base") };
        let text = HtmlRenderer::new(&theme, &frame, &routes).not_found().expect("renders");
        let document = Document::read(&text);
        document.assert_nested();
        assert!(text.contains(&format!("<link rel=\"stylesheet\" href=\"{root}assets/style.css\">")), "{base:?}");
        for url in document.attributes("href").filter(|url| !url.starts_with('#')) {
            assert!(url.starts_with(root) && !url.starts_with("//"), "{url}");
        }
    }
}

#[test]
fn a_table_names_its_columns_and_rows() {
    let table = Block::Table {
        columns: vec![Column { title: "Rule", numeric: false }, Column { title: "Tests", numeric: true }],
        rows: vec![vec![vec![Inline::text("a")], vec![Inline::text("2")]]],
    };
    assert_eq!(
        body_of(table),
        "<section class=\"scroll\" tabindex=\"0\" aria-label=\"Title: table\"><table><thead><tr>\
         <th scope=\"col\">Rule</th><th scope=\"col\" class=\"num\">Tests</th></tr></thead><tbody>\n\
         <tr><th scope=\"row\">a</th><td class=\"num\">2</td></tr>\n</tbody></table></section>\n"
    );
}

#[test]
fn a_cell_of_the_matrix_tells_its_state_in_words_too() {
    let cell = |rules, tests, subs| MatrixCell {
        id: "T1".to_owned(),
        title: "Name".to_owned(),
        target: RouteId(1),
        rules,
        tests,
        data: usize::from(rules > 1),
        subs,
    };
    let text = body_of(Block::Matrix(vec![MatrixColumn {
        title: "Execution".to_owned(),
        target: RouteId(2),
        cells: vec![cell(1, 0, vec![cell(0, 1, vec![]), cell(2, 3, vec![])]), cell(0, 0, vec![])],
    }]));
    assert!(text.contains("<h3><a href=\"index.html\">Execution</a></h3>\n<p>1 of 2 with rules</p>"), "{text}");
    assert!(text.contains("<summary>1 of 2 sub-techniques<span class=\"hidden\"> of T1 with rules</span></summary>"));
    for state in ["cell rules\">", "cell tests\">", "cell full\">", "cell none\">"] {
        assert_eq!(text.matches(state).count(), 1, "{state}");
    }
    let words: String = Document::read(&text).texts().collect::<Vec<_>>().join("");
    assert!(
        words.contains("1 rule ")
            && words.contains("2 rules 3 tests 1 Data Needed ")
            && words.contains("no rules, no tests")
    );
}

#[test]
fn queries_stand_under_their_headings_without_script() {
    use crate::site::{Query, QueryText};
    let query = |target: &str, text| Query {
        key: target.to_owned(),
        title: format!("For {target}"),
        provenance: format!("made for {target}"),
        language: "",
        text,
    };
    let text = body_of(Block::Queries(vec![
        query("a", QueryText::Converted(vec!["one".to_owned(), "two".to_owned()])),
        query("b", QueryText::NotConvertible("near is not known".to_owned())),
    ]));
    assert_eq!(
        text,
        "<div class=\"queries\">\n<div class=\"query\" data-query=\"a\"><h3>For a</h3>\n\
         <figure class=\"code wrap\"><figcaption></figcaption><pre tabindex=\"0\"><code>one</code></pre></figure>\n\
         <figure class=\"code wrap\"><figcaption></figcaption><pre tabindex=\"0\"><code>two</code></pre></figure>\n\
         <p class=\"provenance\">made for a</p></div>\n<div class=\"query\" data-query=\"b\"><h3>For b</h3>\n\
         <p class=\"absent\">No query for this target: near is not known</p><p class=\"provenance\">made for b</p></div>\n</div>\n"
    );
}
