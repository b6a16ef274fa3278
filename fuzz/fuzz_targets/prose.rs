//! Markdown of an author as HTML: whatever is written, only listed elements come out.
#![no_main]

use libfuzzer_sys::fuzz_target;
use purplebook::render::prose::to_html;
use purplebook::site::{OutPath, Prose, RouteId, RouteTable};

fuzz_target!(|text: &str| {
    let routes = RouteTable::new(vec![OutPath::new("Pages/a").expect("a path")]);
    let prose = Prose { source: text.to_owned(), links: Vec::new(), heading_shift: 1 };
    let html = to_html(&prose, RouteId(0), &routes).into_string().to_ascii_lowercase();
    // Text is escaped, so a `<` always begins an element.
    for (at, _) in html.match_indices('<') {
        let tag = &html[at + 1..];
        let name = tag.trim_start_matches('/');
        let name = &name[..name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len())];
        assert!(
            !matches!(
                name,
                "script" | "style" | "iframe" | "object" | "embed" | "form" | "svg" | "math" | "base" | "meta" | "link"
            ),
            "{html}"
        );
        let tag = &tag[..tag.find('>').expect("a tag ends")];
        assert!(!tag.contains(" on") || !tag.split('"').step_by(2).any(|outside| outside.contains(" on")), "{html}");
        for scheme in ["javascript:", "vbscript:", "data:", "file:"] {
            for name in ["href", "src"] {
                assert!(!tag.contains(&format!("{name}=\"{scheme}")), "{html}");
            }
        }
    }
});
