//! The default Markdown of a rule's page, and that no value can change the shape of a page.

use proptest::prelude::*;
use pulldown_cmark::{Event, Tag, TagEnd};

use super::*;
use crate::site::{
    Badge, Block, CodeBlock, Column, Fact, Fold, MatrixCell, MatrixColumn, OutPath, Prose, Query, QueryText, Section,
    Stat, Tone,
};
use crate::text::{SafeUrl, markdown};

fn routes() -> RouteTable {
    let paths = [
        "index",
        "credits",
        "Detection_Rules/cmstp",
        "Data_Needed/DN_0001_4688_windows_process_creation",
        "Triggers/T1218.003",
    ];
    RouteTable::new(paths.map(|path| OutPath::new(path).expect(path)).to_vec())
}

fn frame() -> Frame {
    Frame {
        title: "Our [KB]".to_owned(),
        base_url: None,
        edit_url: None,
        history_url: None,
        home: RouteId(0),
        credits: RouteId(1),
        nav: Vec::new(),
        attack: String::new(),
    }
}

fn page(kind: PageKind, title: &str, facts: Vec<Fact>, sections: Vec<Section>) -> Page {
    let route = RouteId(2);
    Page {
        route,
        path: routes().path(route).clone(),
        kind,
        kicker: "Detection rule",
        title: title.to_owned(),
        id: None,
        summary: String::new(),
        breadcrumbs: Vec::new(),
        badges: Vec::new(),
        facts,
        sections,
        way: Vec::new(),
        source: None,
        moved_to: None,
        scripts: Vec::new(),
        credits: Vec::new(),
    }
}

fn section(level: u8, title: &str, blocks: Vec<Block>) -> Section {
    Section { anchor: "x".to_owned(), linked: false, title: title.to_owned(), level, count: None, blocks }
}

fn fact(label: &'static str, value: FactValue) -> Fact {
    Fact { key: "k", label, value }
}

fn rule_page() -> Page {
    let one = |text: &str| FactValue::One(vec![Inline::text(text)]);
    let technique = SafeUrl::external("https://attack.mitre.org/techniques/T1218/003").expect("an address");
    let facts = vec![
        fact("Description", one("Detects <cmstp> | loads\nof DLLs")),
        fact(
            "ATT&CK Technique",
            FactValue::Many(vec![vec![Inline::Link("T1218.003: CMSTP".to_owned(), LinkTarget::Url(technique))]]),
        ),
        fact(
            "Data Needed",
            FactValue::Many(vec![
                vec![Inline::page("DN_0001_4688_windows_process_creation", RouteId(3))],
                vec![Inline::Code("a|b".to_owned())],
            ]),
        ),
        fact("Trigger", FactValue::None("No test exercises this.".to_owned())),
        fact("Severity Level", one("high")),
    ];
    let queries = vec![
        Query {
            key: "es-qs".to_owned(),
            provenance: "es-qs, purplebook 1".to_owned(),
            title: "Kibana query".to_owned(),
            language: "lucene",
            text: QueryText::Converted(vec!["Image:*\\\\cmstp.exe".to_owned()]),
        },
        Query {
            key: "graylog".to_owned(),
            provenance: "graylog, purplebook 1".to_owned(),
            title: "Graylog".to_owned(),
            language: "lucene",
            text: QueryText::NotConvertible("`near` is *not* known".to_owned()),
        },
    ];
    let code = CodeBlock {
        language: "yaml",
        title: "rules/cmstp_x.yml".to_owned(),
        text: "title: x\ndescription: ```\n".to_owned(),
        template: None,
    };
    let sections = vec![
        section(2, "Detection Rules", Vec::new()),
        section(3, "Sigma rule", vec![Block::Code(code)]),
        section(3, "Queries", vec![Block::Queries(queries)]),
        section(2, "Notes", vec![Block::Notice(Tone::Caution, vec![Inline::text("> Old")])]),
    ];
    let mut page = page(PageKind::Rule, "CMSTP *Execution*", facts, sections);
    page.badges = vec![
        Badge { text: "high".to_owned(), tone: Tone::Danger },
        Badge { text: "deprecated".to_owned(), tone: Tone::Caution },
    ];
    page.credits = vec![vec![Inline::text("Sigma: Nik Seetharaman")]];
    page
}

#[test]
fn a_rule_page_has_the_layout_of_atc() {
    let expected = "\
| Title                | CMSTP \\*Execution\\* |
|:---------------------|:---|
| Description          | Detects &lt;cmstp> \\| loads<br>of DLLs |
| ATT&amp;CK Technique | <ul><li>[T1218.003: CMSTP](https://attack.mitre.org/techniques/T1218/003)</li></ul> |
| Data Needed          | <ul><li>[DN_0001_4688_windows_process_creation](../Data_Needed/DN_0001_4688_windows_process_creation.md)</li><li>`a\\|b`</li></ul> |
| Trigger              | No test exercises this. |
| Severity Level       | high |
| Marks                | deprecated |

## Detection Rules

### Sigma rule

*rules/cmstp_x.yml*

````yaml
title: x
description: ```
````

### Kibana query

```lucene
Image:*\\\\cmstp.exe
```

*es-qs, purplebook 1*

### Graylog

> Not convertible: \\`near\\` is \\*not\\* known

*graylog, purplebook 1*

## Notes

> **Caution:** \\> Old

---

- Sigma: Nik Seetharaman

[Our \\[KB\\]](../index.md) · [Credits](../credits.md)
";
    assert_eq!(to_markdown(&rule_page(), &frame(), &routes()), expected);
}

#[test]
fn every_kind_of_block_has_its_form() {
    let cell = |id: &str, subs: Vec<MatrixCell>, rules, tests| MatrixCell {
        id: id.to_owned(),
        title: "N".to_owned(),
        target: RouteId(4),
        rules,
        tests,
        data: 0,
        subs,
    };
    let blocks = vec![
        Block::Line(vec![Inline::text("1. See "), Inline::page("home", RouteId(0))]),
        Block::Prose(Prose {
            source: "# T\n[r](r.md)\n".to_owned(),
            links: vec![("r.md".to_owned(), LinkTarget::Page(RouteId(4)))],
            heading_shift: 0,
        }),
        Block::List(vec![vec![Inline::text("- a")], vec![Inline::Code("`".to_owned())]]),
        Block::Table {
            columns: vec![Column { title: "A|B", numeric: false }, Column { title: "N", numeric: true }],
            rows: vec![vec![vec![Inline::page("x", RouteId(0)), Inline::text("y")], vec![Inline::text("1")]]],
        },
        Block::Stats(vec![
            Stat { value: "12".to_owned(), label: "rules".to_owned(), target: Some(RouteId(0)) },
            Stat { value: "3".to_owned(), label: "tests".to_owned(), target: None },
        ]),
        Block::Cards(vec![
            ("Rules".to_owned(), RouteId(0), "All of them".to_owned(), Some(3)),
            ("X".to_owned(), RouteId(0), String::new(), None),
        ]),
        Block::Matrix(vec![MatrixColumn {
            title: "Execution".to_owned(),
            target: RouteId(0),
            cells: vec![cell("T1", vec![cell("T1.001", Vec::new(), 0, 0)], 1, 2)],
        }]),
    ];
    let expected = "\
# Home

## S

1\\. See [home](../index.md)

# T
[r](../Triggers/T1218.003.md)

- \\- a
- `` ` ``

| A\\|B | N |
|:---|---:|
| [x](../index.md), y | 1 |

- **12** [rules](../index.md)
- **3** tests

- [Rules](../index.md) (3): All of them
- [X](../index.md)

### [Execution](../index.md)

- [T1: N](../Triggers/T1218.003.md) (1 rule, 2 tests)
  - [T1.001: N](../Triggers/T1218.003.md)

---

[Our \\[KB\\]](../index.md) · [Credits](../credits.md)
";
    let page = page(PageKind::Home, "Home", Vec::new(), vec![section(2, "S", blocks)]);
    assert_eq!(to_markdown(&page, &frame(), &routes()), expected);
}

/// The structure of a text, and the texts in it, each with what it stands in.
fn read(source: &str) -> (Vec<String>, Vec<String>) {
    let (mut shape, mut texts) = (Vec::new(), vec![String::new()]);
    let current = |texts: &mut Vec<String>, part: &str| texts.last_mut().expect("one").push_str(part);
    for event in markdown(source) {
        match event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                shape.push(format!("link {dest_url}"));
                texts.push(String::new());
            }
            Event::Start(tag) => {
                shape.push(format!("{tag:?}"));
                texts.push(String::new());
            }
            Event::End(tag) => {
                shape.push(format!("/{tag:?}"));
                if tag == TagEnd::Link {
                    texts.push(String::new());
                }
            }
            Event::InlineHtml(tag) if &*tag == "<br>" => current(&mut texts, "\n"),
            // Both forms of code are one.
            Event::InlineHtml(tag) if &*tag == "<code>" || &*tag == "</code>" => {}
            Event::InlineHtml(tag) => {
                shape.push(tag.to_string());
                texts.push(String::new());
            }
            Event::Text(text) | Event::Code(text) => current(&mut texts, &text),
            Event::SoftBreak => current(&mut texts, "\n"),
            other => shape.push(format!("{other:?}")),
        }
    }
    texts.retain(|text| !text.is_empty());
    (shape, texts)
}

/// A page with `value` in every place that takes a text.
fn filled(value: &str) -> String {
    let text = || vec![Inline::text(value)];
    let link = || Inline::page(value, RouteId(0));
    let facts = vec![
        fact("One", FactValue::One(text())),
        fact("Many", FactValue::Many(vec![text(), vec![link()], vec![Inline::Code(value.to_owned())]])),
        fact("None", FactValue::None(value.to_owned())),
    ];
    let blocks = vec![
        Block::Line(text()),
        Block::Line(vec![link()]),
        Block::List(vec![text(), vec![link()], vec![Inline::Code(value.to_owned())]]),
        Block::Table {
            columns: vec![Column { title: "A", numeric: false }, Column { title: "N", numeric: true }],
            rows: vec![vec![text(), vec![Inline::Code(value.to_owned())]], vec![vec![link()], text()]],
        },
        Block::Notice(Tone::Danger, text()),
        Block::Notice(Tone::Neutral, text()),
        Block::Code(CodeBlock { language: "yaml", title: value.to_owned(), text: value.to_owned(), template: None }),
        Block::Folds(vec![Fold {
            title: value.to_owned(),
            target: Some(LinkTarget::Page(RouteId(0))),
            about: vec![value.to_owned(), "bash".to_owned()],
            texts: vec![CodeBlock {
                language: "shell",
                title: "Attack".to_owned(),
                text: value.to_owned(),
                template: None,
            }],
        }]),
        Block::Stats(vec![Stat { value: value.to_owned(), label: value.to_owned(), target: None }]),
        Block::Cards(vec![(value.to_owned(), RouteId(0), value.to_owned(), None)]),
    ];
    let sections = vec![section(2, value, blocks), section(2, "Last", Vec::new())];
    to_markdown(&page(PageKind::Rule, value, facts, sections), &frame(), &routes())
}

fn assert_survives(value: &str) {
    let source = filled(value);
    let (shape, texts) = read(&source);
    let (plain_shape, plain_texts) = read(&filled("Qq"));
    assert_eq!(shape, plain_shape, "{value:?} in\n{source}");
    let expected: Vec<String> = plain_texts
        .iter()
        .map(|text| match text.as_str() {
            // A fenced text ends with a line feed, its own or ours.
            "Qq\n" if value.ends_with('\n') => value.to_owned(),
            text => text.replace("Qq", value),
        })
        .collect();
    assert_eq!(texts, expected, "{value:?} in\n{source}");
}

const PIECES: [&str; 56] = [
    "|",
    "\\",
    "\\|",
    "`",
    "``",
    "*",
    "**",
    "_",
    "__",
    "~",
    "~~",
    "[",
    "]",
    "(",
    ")",
    "](",
    "![",
    "<",
    ">",
    "<b>",
    "</li>",
    "</ul>",
    "<br",
    "&",
    "&amp;",
    "&lt",
    "#",
    "# ",
    "- ",
    "+ ",
    "1. ",
    "2)",
    "> ",
    "    ",
    "\t",
    "---",
    "===",
    ":",
    "=",
    "$",
    "!",
    "a",
    "b c",
    " ",
    "é",
    "\u{a0}",
    "\u{3000}",
    "\"",
    "'",
    "{{",
    "https://x.example",
    "www.x",
    "a@b.example",
    "<!--",
    "^",
    "x",
];

#[test]
fn values_of_every_spelling_survive() {
    for piece in PIECES {
        for value in
            [piece.to_owned(), format!("{piece}x"), format!("x{piece}"), format!("x {piece} y"), piece.repeat(3)]
        {
            assert_survives(&value);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_survive(parts in prop::collection::vec(prop::sample::select(PIECES.to_vec()), 1..12)) {
        assert_survives(&parts.concat());
    }

    #[test]
    fn any_text_survives(value in "[^\\p{C}\\p{Zl}\\p{Zp}]{1,40}") {
        assert_survives(&value);
    }

    #[test]
    fn any_text_keeps_the_shape(value in any::<String>()) {
        let value = format!("x{value}");
        prop_assert_eq!(read(&filled(&value)).0, read(&filled("x")).0);
    }
}

#[test]
fn lines_stay_apart_and_what_deceives_is_shown() {
    let mut out = String::new();
    push_text(&mut out, "a\r\nb\rc\u{202e}d\0", Place::Cell);
    assert_eq!(out, "a<br>b<br>c\\\\u{202e}d\\\\u{0}");
}

#[test]
fn a_section_other_pages_link_to_has_its_anchor() {
    let line = vec![Block::Line(vec![Inline::text("Text")])];
    let sections = vec![
        Section { anchor: "test-1".to_owned(), linked: true, ..section(2, "Test 1: a", line) },
        section(3, "Attack", Vec::new()),
    ];
    let written = to_markdown(&page(PageKind::Trigger, "T", Vec::new(), sections), &frame(), &routes());
    let body = "\n<a id=\"test-1\"></a>\n\n## Test 1: a\n\nText\n\n### Attack\n\n---\n";
    assert!(written.contains(body), "{written}");
}
