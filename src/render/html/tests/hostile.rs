//! Structure equality: a page full of hostile text has the elements and attributes of the same
//! page with the text `x1y`, and every text and attribute comes back as it went in.
//!
//! That finds what a list of forbidden strings cannot: any text that leaves its place.

use super::super::super::theme::Theme;
use super::super::html;
use super::document::{Document, Part};
use super::sample::{frame, page, routes};
use crate::site::PageKind;

const PLAIN: &str = "x1y";

const PAYLOADS: [&str; 34] = [
    "</script><img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    "</code></pre><svg onload=alert(1)>",
    "</textarea><img src=x onerror=alert(1)>",
    "\"><img src=x onerror=alert(1)>",
    "'><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)",
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "x onmouseover=alert(1)",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/x",
    "{{ 7 * 7 }}",
    "{% raw %}{{ site.title }}",
    "{% include \"base.html\" %}",
    "{# x #}",
    "<!-- x",
    "--> x <!--",
    "<![CDATA[ x ]]>",
    "<?xml version=\"1.0\"?>",
    "&lt;b&gt;",
    "&amp;amp;",
    "&#60;b&#62;",
    "&quot;x&quot;",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<style>*{display:none}</style>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content=0>",
    "${alert(1)}",
    "\u{202e}x\u{2066}<b>",
    "<b>\u{a0}é漢字🙂</b>",
];

fn document(text: &str, kind: PageKind) -> Document {
    let html = html(&page(kind, text), &frame(text), &routes(), &Theme::embedded()).expect("renders");
    Document::read(&html).without_marks()
}

#[test]
fn no_text_of_a_page_leaves_its_place() {
    for kind in [PageKind::Home, PageKind::Rule] {
        let plain = document(PLAIN, kind);
        assert!(plain.0.len() > 400, "the sample page is not there");
        for payload in PAYLOADS {
            let hostile = document(payload, kind);
            hostile.assert_nested();
            assert_eq!(plain.0.len(), hostile.0.len(), "{payload:?} adds or removes a part");
            for (plain, hostile) in plain.0.iter().zip(&hostile.0) {
                compare(plain, hostile, payload);
            }
        }
    }
}

fn compare(plain: &Part, hostile: &Part, payload: &str) {
    match (plain, hostile) {
        (Part::Open { name: a, attributes: x }, Part::Open { name: b, attributes: y }) => {
            assert_eq!(a, b, "{payload:?}");
            assert_eq!(x.len(), y.len(), "{payload:?} changes the attributes of <{a}>: {y:?}");
            for ((key, value), (other_key, other)) in x.iter().zip(y) {
                assert_eq!(key, other_key, "{payload:?} in <{a}>");
                if key == "href" || key == "src" {
                    assert_address(other, payload);
                } else {
                    assert_eq!(&value.replace(PLAIN, payload), other, "{payload:?} in {key} of <{a}>");
                }
            }
        }
        (Part::Text(a), Part::Text(b)) => assert_eq!(&a.replace(PLAIN, payload), b, "{payload:?}"),
        (a, b) => assert_eq!(a, b, "{payload:?}"),
    }
}

/// An address of ours: relative or `https`, in characters that need no escaping.
fn assert_address(url: &str, payload: &str) {
    let scheme = url.split(['/', '?', '#']).next().unwrap_or_default();
    assert!(!scheme.contains(':') || scheme == "https:", "{payload:?} gave {url}");
    assert!(!url.starts_with("//"), "{payload:?} gave {url}");
    assert!(!url.contains(['<', '>', '"', '\\', ' ', '\n']), "{payload:?} gave {url}");
}
