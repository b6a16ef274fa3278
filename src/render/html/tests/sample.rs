//! A page with every kind of content, all of whose texts are one text.

use crate::site::{
    Badge, Block, CodeBlock, Column, Fact, FactValue, Fold, Frame, Inline, LinkTarget, MatrixCell, MatrixColumn,
    NavGroup, NavItem, OutPath, Page, PageKind, Query, QueryText, RouteId, RouteTable, Section, Stat, Tone, WayStep,
};
use crate::text::SafeUrl;

pub(in super::super) fn routes() -> RouteTable {
    let paths = ["index", "Rules/a b", "Rules/index", "credits"];
    RouteTable::new(paths.map(|path| OutPath::new(path).expect(path)).to_vec())
}

/// A frame whose texts are `text`.
pub(in super::super) fn frame(text: &str) -> Frame {
    let item = |title: &str, target, count| NavItem { title: title.to_owned(), target: RouteId(target), count };
    Frame {
        title: text.to_owned(),
        base_url: Some("https://kb.example/x".to_owned()),
        edit_url: Some("https://git.example/edit/{path}".to_owned()),
        history_url: None,
        home: RouteId(0),
        credits: RouteId(3),
        nav: vec![
            NavGroup { title: "Overview", items: vec![item("Home", 0, None)] },
            NavGroup { title: "Detection", items: vec![item(text, 2, Some(3780))] },
        ],
        attack: text.to_owned(),
    }
}

/// A page at the route 1 whose texts are `text`; Markdown is the business of its own tests.
pub(in super::super) fn page(kind: PageKind, text: &str) -> Page {
    let owned = || text.to_owned();
    Page {
        route: RouteId(1),
        path: OutPath::new("Rules/a b").expect("path"),
        kind,
        kicker: "Detection rule",
        title: owned(),
        id: Some(owned()),
        summary: owned(),
        breadcrumbs: vec![("Home".to_owned(), RouteId(0)), (owned(), RouteId(2))],
        badges: vec![Badge { text: owned(), tone: Tone::Danger }],
        facts: vec![
            Fact { key: "one", label: "One", value: FactValue::One(line(text)) },
            Fact { key: "many", label: "Many", value: FactValue::Many(vec![line(text), line(text)]) },
            Fact { key: "none", label: "None", value: FactValue::None(owned()) },
        ],
        sections: blocks(text)
            .into_iter()
            .enumerate()
            .map(|(i, block)| Section {
                anchor: format!("{i}{text}"),
                linked: i % 2 == 0,
                title: owned(),
                level: 2 + (i % 3) as u8,
                count: Some(i),
                blocks: vec![block],
            })
            .collect(),
        way: vec![
            WayStep { key: "test", title: "Test", value: FactValue::Many(vec![line(text), line(text)]) },
            WayStep { key: "log", title: "Logging Policy", value: FactValue::None(owned()) },
        ],
        source: Some(owned()),
        moved_to: None,
        scripts: Vec::new(),
        credits: vec![line(text)],
    }
}

fn line(text: &str) -> Vec<Inline> {
    let owned = || text.to_owned();
    vec![
        Inline::Text(owned()),
        Inline::Code(owned()),
        Inline::page(text, RouteId(0)),
        Inline::Link(owned(), LinkTarget::Anchor(RouteId(2), owned())),
        Inline::Link(owned(), LinkTarget::Url(SafeUrl::external("https://x.example/?a&b").expect("url"))),
        Inline::Badge(Badge { text: owned(), tone: Tone::Info }),
    ]
}

fn blocks(text: &str) -> Vec<Block> {
    let owned = || text.to_owned();
    let cell = |subs| MatrixCell { id: owned(), title: owned(), target: RouteId(1), rules: 1, tests: 2, data: 3, subs };
    let query = |text| Query { key: owned(), title: owned(), provenance: owned(), language: "lucene", text };
    let tones = [Tone::Neutral, Tone::Good, Tone::Info, Tone::Caution, Tone::Danger];
    let mut blocks = vec![
        Block::Line(line(text)),
        Block::List(vec![line(text), line(text)]),
        Block::Table {
            columns: vec![Column { title: "A", numeric: false }, Column { title: "B", numeric: true }],
            rows: vec![vec![line(text), line(text)]],
        },
        Block::Code(CodeBlock { language: "yaml", title: owned(), text: owned(), template: Some(owned()) }),
        Block::Folds(vec![Fold {
            title: owned(),
            target: Some(LinkTarget::Anchor(RouteId(2), owned())),
            about: vec![owned()],
            texts: vec![CodeBlock { language: "shell", title: owned(), text: owned(), template: None }],
        }]),
        Block::Queries(vec![
            query(QueryText::Converted(vec![owned(), owned()])),
            query(QueryText::NotConvertible(owned())),
        ]),
        Block::Stats(vec![
            Stat { value: owned(), label: owned(), target: Some(RouteId(0)) },
            Stat { value: owned(), label: owned(), target: None },
        ]),
        Block::Cards(vec![(owned(), RouteId(0), owned(), Some(1)), (owned(), RouteId(2), owned(), None)]),
        Block::Matrix(vec![MatrixColumn { title: owned(), target: RouteId(2), cells: vec![cell(vec![cell(vec![])])] }]),
    ];
    blocks.extend(tones.map(|tone| Block::Notice(tone, line(text))));
    blocks
}
