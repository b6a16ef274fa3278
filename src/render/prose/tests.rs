//! What authors write, and what attackers would like to.

use super::*;
use crate::site::{LinkTarget, OutPath};

fn routes() -> RouteTable {
    RouteTable::new(["index", "Techniques/T1059", "pages/a"].map(|p| OutPath::new(p).expect(p)).to_vec())
}

fn html(source: &str) -> String {
    let links = vec![
        ("t.md".to_owned(), LinkTarget::Page(RouteId(1))),
        ("#top".to_owned(), LinkTarget::Anchor(RouteId(2), "top".to_owned())),
        ("i.png".to_owned(), LinkTarget::Url(SafeUrl::relative("i.png").expect("relative"))),
    ];
    to_html(&Prose { source: source.to_owned(), links, heading_shift: 1 }, RouteId(2), &routes()).into_string()
}

#[test]
fn ordinary_markdown_becomes_ordinary_html() {
    assert_eq!(
        html(
            "# A\n\n## A\n\ntext *e* **s** ~~d~~ `c<` [t](t.md \"x\") [e](https://e.example)\n\n- [x] a\n- [ ] b\n\n3. c\n\n> q\n\n---\n"
        ),
        "<h2 id=\"a\">A</h2>\n<h3 id=\"a-1\">A</h3>\n\
         <p>text <em>e</em> <strong>s</strong> <del>d</del> <code>c&lt;</code> <a href=\"../Techniques/T1059.html\" title=\"x\">t</a> \
         <a href=\"https://e.example\" class=\"external\" rel=\"noopener noreferrer nofollow\">e</a></p>\n\
         <ul>\n<li>☑ a</li>\n<li>☐ b</li>\n</ul>\n<ol start=\"3\">\n<li>c</li>\n</ol>\n\
         <blockquote>\n<p>q</p>\n</blockquote>\n<hr>\n"
    );
}

#[test]
fn the_highest_headings_of_a_text_stand_right_below_that_of_their_section() {
    let levels = |source: &str, heading_shift| {
        let prose = Prose { source: source.to_owned(), links: Vec::new(), heading_shift };
        let html = to_html(&prose, RouteId(2), &routes()).into_string();
        html.split("<h").skip(1).map(|rest| rest[..1].to_owned()).collect::<String>()
    };
    for (source, under_two, of_a_page) in [
        ("# a\n## b\n", "34", "12"),
        ("## a\n### b\n## c\n", "343", "232"),
        ("### a\n#### b\n### c\n", "343", "232"),
        ("###### a\n", "3", "2"),
        ("### a\n## b\n", "43", "32"),
    ] {
        assert_eq!([levels(source, 2), levels(source, 0)], [under_two, of_a_page], "{source}");
    }
}

#[test]
fn tables_and_code() {
    assert_eq!(
        html("| a | b |\n|---|--:|\n| `x\\|y` | 1 |\n\n```yaml\na: 1\n```\n"),
        "<div class=\"table-scroll\" tabindex=\"0\"><table>\n<thead><tr><th scope=\"col\">a</th><th scope=\"col\" class=\"align-right\">b</th></tr></thead>\n\
         <tbody>\n<tr><td><code>x|y</code></td><td class=\"align-right\">1</td></tr>\n</tbody>\n</table></div>\n\
         <pre class=\"code\" tabindex=\"0\"><code><span class=\"hl-key\">a</span>: <span class=\"hl-num\">1</span>\n</code></pre>\n"
    );
}

#[test]
fn code_tags_of_attack_keep_their_text() {
    assert_eq!(
        html("Run <code>C:\\*_a_\\_b &lt;x&gt;</code>.<br>Next"),
        "<p>Run <code>C:\\*_a_\\_b &lt;x&gt;</code>.<br>Next</p>\n"
    );
    assert_eq!(html("> a <code>x\n> y</code>"), "<blockquote>\n<p>a <code>x\ny</code></p>\n</blockquote>\n");
    assert_eq!(html("a <code>b"), "<p>a &lt;code&gt;b</p>\n");
    assert_eq!(html("*a <code>b* c</code>"), "<p><em>a &lt;code&gt;b</em> c&lt;/code&gt;</p>\n");
    assert_eq!(html("on <DOMAIN>\\<username>"), "<p>on &lt;DOMAIN&gt;&lt;username&gt;</p>\n");
}

#[test]
fn comments_are_left_out_and_blocks_are_shown() {
    assert_eq!(
        html("a<!-- x -->b\n\n<!-- y -->\n\n<div onclick=\"x\">\n*c*\n</div>\n"),
        "<p>ab</p>\n<p class=\"raw\">&lt;div onclick=&quot;x&quot;&gt;\n*c*\n&lt;/div&gt;</p>\n"
    );
}

#[test]
fn what_leads_nowhere_stands_as_text() {
    assert_eq!(html("[*a*](gone.md) ![b](gone.png) [c](#gone)"), "<p><em>a</em> b c</p>\n");
}

#[test]
fn images_of_elsewhere_are_links() {
    assert_eq!(html("![a *b*](i.png)"), "<p><img src=\"i.png\" alt=\"a b\" loading=\"lazy\"></p>\n");
    assert_eq!(
        html("![a](https://e.example/i.png)"),
        "<p><a href=\"https://e.example/i.png\" class=\"external\" rel=\"noopener noreferrer nofollow\">a</a></p>\n"
    );
    assert_eq!(html("[![a](https://e.example/i.png)](t.md)"), "<p><a href=\"../Techniques/T1059.html\">a</a></p>\n");
}

#[test]
fn a_fence_ends_with_its_text() {
    for (source, ending) in [
        ("a\n\n~~~\n<script>", "\n~~~\n"),
        ("````sh\n```\n", "\n````\n"),
        ("~~~\n    ~~~", "\n~~~\n"),
        ("~~~", "\n~~~\n"),
        ("~~~\nb\n~~~", ""),
        ("```\nb\n  ````  \n", ""),
        ("~~~\nb\n~~~\n\nc\n", ""),
        ("- ~~~\n  b\n", ""),
        ("> ```\n> b", ""),
    ] {
        let prose = Prose { source: source.to_owned(), links: Vec::new(), heading_shift: 1 };
        assert_eq!(to_markdown(&prose, RouteId(2), &routes()), format!("{source}{ending}"));
    }
}

#[test]
fn links_that_lead_nowhere_are_text() {
    let source = "[a *b*](../gone/) ![c](gone.png) [d][r] <https://e.example/>\n\n[r]: gone.md\n";
    assert_eq!(
        html(source),
        "<p>a <em>b</em> c d <a href=\"https://e.example/\" class=\"external\" rel=\"noopener noreferrer nofollow\">\
         https://e.example/</a></p>\n"
    );
    let prose = Prose { source: source.to_owned(), links: Vec::new(), heading_shift: 1 };
    let written = to_markdown(&prose, RouteId(2), &routes());
    let parsed = pulldown_cmark::Parser::new(&written);
    let followed: Vec<String> = parsed
        .filter_map(|event| match event {
            pulldown_cmark::Event::Start(
                pulldown_cmark::Tag::Link { dest_url, .. } | pulldown_cmark::Tag::Image { dest_url, .. },
            ) => Some(dest_url.into_string()),
            _ => None,
        })
        .collect();
    assert_eq!(followed, ["https://e.example/"], "{written}");
    for shown in ["a *b*", "../gone/", "gone.png", "d"] {
        assert!(written.contains(shown), "{written}");
    }
}
