//! Pieces many pages are made of: facts, tables of rules, tests and techniques, marks.

use crate::graph::{Coverage, CoverageState, EdgeKind, Node};
use crate::model::{AttackObject, Status};
use crate::site::{
    Badge, Block, BrokenLink, CodeBlock, Column, Fact, FactValue, Inline, LinkSource, LinkTarget, Page, PageKind,
    Prose, RouteId, Section, Subject, Tone, destinations,
};

use super::SiteView;

impl SiteView<'_> {
    /// A page with its address and nothing else.
    pub(super) fn blank(&self, route: RouteId, kind: PageKind, kicker: &'static str, title: String) -> Page {
        Page {
            route,
            path: self.plan.routes().path(route).clone(),
            kind,
            kicker,
            title,
            id: None,
            summary: String::new(),
            breadcrumbs: Vec::new(),
            badges: Vec::new(),
            way: Vec::new(),
            facts: Vec::new(),
            sections: Vec::new(),
            moved_to: None,
            scripts: Vec::new(),
            credits: Vec::new(),
            source: self.source(route),
        }
    }

    /// The file a page was written in, if it is of one file of the project.
    fn source(&self, route: RouteId) -> Option<String> {
        let Subject::Node(node) = self.plan.subject(route) else { return None };
        self.graph.origin(node)?.in_project().map(str::to_owned)
    }

    /// A table of rules: title, level, status, techniques, how many Data Needed.
    pub(super) fn rule_table(&self, rules: &[u32]) -> Block {
        let columns = [("Rule", false), ("Level", false), ("Status", false), ("Techniques", false), ("Data", true)];
        let rows = rules.iter().map(|i| {
            let rule = &self.graph.corpus().rules[*i as usize];
            let node = Node::Rule(*i);
            vec![
                vec![self.link(node)],
                level_badge(rule.level.as_deref()).into_iter().collect(),
                rule.status.iter().map(Inline::text).collect(),
                self.short_links(self.graph.to(node, EdgeKind::HasTechnique)),
                vec![Inline::text(self.graph.edges(node, EdgeKind::NeedsData).len().to_string())],
            ]
        });
        table(&columns, rows.collect())
    }

    /// Links that show only the id of an ATT&CK object.
    pub(super) fn short_links(&self, nodes: impl Iterator<Item = Node>) -> Vec<Inline> {
        nodes.filter_map(|node| Some(self.link_as(self.graph.attack(node)?.id.to_string(), node))).collect()
    }

    /// A table of tests: name, platforms, what runs it, whether it needs more rights.
    pub(super) fn test_table(&self, triggers: &[u32]) -> Block {
        let columns = [("Test", false), ("Platforms", false), ("Executor", false), ("Elevation", false)];
        let mut rows = Vec::new();
        for i in triggers {
            let trigger = &self.graph.corpus().triggers[*i as usize];
            for (n, test) in trigger.tests.iter().enumerate() {
                let link = match self.plan.node(Node::Trigger(*i)) {
                    Some(route) => {
                        Inline::Link(test.name.clone(), LinkTarget::Anchor(route, super::trigger::anchor(n)))
                    }
                    None => Inline::text(&test.name),
                };
                rows.push(vec![
                    vec![link],
                    vec![Inline::text(test.platforms.join(", "))],
                    vec![Inline::Code(test.executor.name.clone())],
                    vec![Inline::text(if test.executor.elevation_required { "yes" } else { "no" })],
                ]);
            }
        }
        table(&columns, rows)
    }

    /// A table of techniques with what the content has for each; where there are `rules`, which are
    /// sorted, with what these are of it.
    fn technique_table(&self, techniques: &[Node], rules: Option<&[u32]>) -> Block {
        let columns = [("ID", false), ("Name", false), ("Rules", true), ("Tests", true), ("Coverage", false)];
        table(&columns, techniques.iter().filter_map(|node| self.technique_row(*node, rules)).collect())
    }

    /// A row of such a table: five cells.
    pub(super) fn technique_row(&self, node: Node, rules: Option<&[u32]>) -> Option<Vec<Vec<Inline>>> {
        let object = self.graph.attack(node)?;
        let whole = || (self.graph.coverage(node), self.graph.coverage_with_subs(node));
        let (own, coverage) = rules.map_or_else(whole, |rules| self.graph.coverage_by(node, rules));
        let shown = match rules {
            None => self.counted(node, "rules", coverage.rules, own.rules),
            // The technique's page lists those of all.
            Some(_) => Inline::text(coverage.rules.to_string()),
        };
        Some(vec![
            vec![self.link_as(object.id.to_string(), node)],
            vec![self.link_as(self.full_name(object), node)],
            vec![shown],
            vec![self.counted(node, "tests", coverage.tests, own.tests)],
            vec![coverage_badge(coverage)],
        ])
    }

    /// A number of rules or tests that leads to them on the technique's page, where they are its
    /// own, or else to the sub-techniques that have them.
    fn counted(&self, technique: Node, anchor: &str, count: usize, own: usize) -> Inline {
        let anchor = if own > 0 { anchor } else { "sub-techniques" };
        match self.plan.node(technique).filter(|_| count > 0) {
            Some(route) => Inline::Link(count.to_string(), LinkTarget::Anchor(route, anchor.to_owned())),
            None => Inline::text(count.to_string()),
        }
    }

    /// A table of ATT&CK objects: id, name, other names where there are any.
    pub(super) fn object_table(&self, nodes: &[Node]) -> Block {
        let named = nodes.iter().filter_map(|node| self.graph.attack(*node)).any(|object| !object.aliases.is_empty());
        let columns = [("ID", false), ("Name", false), ("Also known as", false)];
        let shown = if named { 3 } else { 2 };
        let rows = nodes.iter().filter_map(|node| {
            let object = self.graph.attack(*node)?;
            let mut row = vec![
                vec![self.link_as(object.id.to_string(), *node)],
                vec![self.link_as(object.name.clone(), *node)],
                vec![Inline::text(object.aliases.join(", "))],
            ];
            row.truncate(shown);
            Some(row)
        });
        table(&columns[..shown], rows.collect())
    }

    /// The name with its parent's in front, as ATT&CK shows sub-techniques.
    pub(super) fn full_name(&self, object: &AttackObject) -> String {
        let parent = object.id.parent().and_then(|id| self.graph.corpus().attack.object(id));
        parent.map_or_else(|| object.name.clone(), |parent| format!("{}: {}", parent.name, object.name))
    }

    /// Links as a section; `None` where there is none.
    pub(super) fn link_section(&self, anchor: &str, title: &str, nodes: &[Node]) -> Option<Section> {
        let items: Vec<Vec<Inline>> = nodes.iter().map(|node| vec![self.link(*node)]).collect();
        filled(anchor, title, nodes.len(), || Block::List(items))
    }

    /// Rules as a section; `None` where there is none.
    pub(super) fn rule_section(&self, anchor: &str, title: &str, rules: &[u32]) -> Option<Section> {
        filled(anchor, title, rules.len(), || self.rule_table(rules))
    }

    /// Techniques as a section; `None` where there is none.
    pub(super) fn technique_section(&self, anchor: &str, title: &str, nodes: &[Node]) -> Option<Section> {
        filled(anchor, title, nodes.len(), || self.technique_table(nodes, None))
    }

    /// The techniques some rules detect, each with what these rules are for it; `None` where there is none.
    pub(super) fn seen_section(&self, anchor: &str, title: &str, rules: &[u32]) -> Option<Section> {
        let mut rules = rules.to_vec();
        rules.sort_unstable();
        rules.dedup();
        let nodes = super::telemetry::techniques(self, &rules);
        filled(anchor, title, nodes.len(), || self.technique_table(&nodes, Some(&rules)))
    }

    /// The tactics of a technique as links by name.
    pub(super) fn tactics_of(&self, technique: Node) -> Vec<Inline> {
        let tactics = self.graph.to(technique, EdgeKind::InTactic);
        tactics.filter_map(|to| Some(self.link_as(self.graph.attack(to)?.name.clone(), to))).collect()
    }

    /// ATT&CK objects as a section; `None` where there is none.
    pub(super) fn object_section(&self, anchor: &str, title: &str, nodes: &[Node]) -> Option<Section> {
        filled(anchor, title, nodes.len(), || self.object_table(nodes))
    }

    /// Markdown of the entity `node` as a block of the page `route`; its headings fit under a
    /// section of level 2.
    pub(super) fn prose(&self, route: RouteId, node: Node, source: &str) -> Block {
        let origin = self.graph.origin(node);
        let resolve = |(destination, _): (String, usize)| {
            let target = self.target(LinkSource::field(origin?), route, &destination)?;
            Some((destination, target))
        };
        let links = destinations(source).into_iter().filter_map(resolve).collect();
        Block::Prose(Prose { source: source.to_owned(), links, heading_shift: 2 })
    }

    /// Where a link of an author's text leads; one to a heading that is not there leads to its page.
    pub(super) fn target(&self, source: LinkSource<'_>, route: RouteId, destination: &str) -> Option<LinkTarget> {
        match self.links.resolve(source, route, destination) {
            Ok(target) => Some(target),
            Err(BrokenLink::NoAnchor(..)) => {
                let page = destination.split('#').next().filter(|page| !page.is_empty())?;
                self.links.resolve(source, route, page).ok()
            }
            Err(BrokenLink::NoTarget(_) | BrokenLink::Unsafe) => None,
        }
    }

    /// The line every page that shows facts of ATT&CK carries.
    pub(super) fn attack_credit(&self) -> Vec<Inline> {
        let version = &self.graph.corpus().attack.version;
        let mut line = vec![Inline::text(format!(
            "MITRE ATT&CK® {version}, © The MITRE Corporation, reproduced and distributed with its permission"
        ))];
        if let Some(route) = self.plan.route(Subject::Credits) {
            line.push(Inline::text(" ("));
            line.push(Inline::page("terms", route));
            line.push(Inline::text(")"));
        }
        line
    }
}

fn filled(anchor: &str, title: &str, count: usize, block: impl FnOnce() -> Block) -> Option<Section> {
    (count > 0).then(|| section(anchor, title, Some(count), vec![block()]))
}

/// A section of level 2.
pub(super) fn section(anchor: &str, title: &str, count: Option<usize>, blocks: Vec<Block>) -> Section {
    Section { anchor: anchor.to_owned(), linked: false, title: title.to_owned(), level: 2, count, blocks }
}

/// A table; each column with its heading and whether it holds numbers.
pub(super) fn table(columns: &[(&'static str, bool)], rows: Vec<Vec<Vec<Inline>>>) -> Block {
    let columns = columns.iter().map(|(title, numeric)| Column { title, numeric: *numeric }).collect();
    Block::Table { columns, rows }
}

/// A fact of one text; left out where there is none.
pub(super) fn text_fact(key: &'static str, label: &'static str, text: Option<&str>) -> Option<Fact> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    Some(Fact { key, label, value: FactValue::One(vec![Inline::text(text)]) })
}

/// A fact of several values; left out where there is none.
pub(super) fn list_fact(key: &'static str, label: &'static str, values: Vec<Vec<Inline>>) -> Option<Fact> {
    (!values.is_empty()).then_some(Fact { key, label, value: FactValue::Many(values) })
}

/// A fact of several values, or why there is none.
pub(super) fn list_or_reason(
    key: &'static str,
    label: &'static str,
    values: Vec<Vec<Inline>>,
    reason: impl Into<String>,
) -> Fact {
    list_fact(key, label, values).unwrap_or_else(|| Fact { key, label, value: FactValue::None(reason.into()) })
}

/// A fact of several texts; left out where there is none.
pub(super) fn texts_fact(key: &'static str, label: &'static str, values: &[String]) -> Option<Fact> {
    list_fact(key, label, values.iter().map(|value| vec![Inline::text(value)]).collect())
}

/// Sources as links. `None` stands for none, as ATC's templates have it.
pub(super) fn references_fact(references: &[String]) -> Option<Fact> {
    let sources = references.iter().filter(|source| source.trim() != "None");
    list_fact("references", "References", sources.map(|url| vec![Inline::url(url)]).collect())
}

/// A source text as a block.
pub(super) fn code(language: &'static str, title: &str, text: &str) -> Block {
    Block::Code(code_block(language, title, text))
}

/// A source text.
pub(super) fn code_block(language: &'static str, title: &str, text: &str) -> CodeBlock {
    CodeBlock { language, title: title.to_owned(), text: text.to_owned(), template: None }
}

/// The level of a rule as a mark.
pub(super) fn level_badge(level: Option<&str>) -> Option<Inline> {
    level.map(|level| Inline::Badge(Badge { text: level.to_owned(), tone: level_tone(level) }))
}

/// How a level is meant.
pub(super) fn level_tone(level: &str) -> Tone {
    match level.to_ascii_lowercase().as_str() {
        "critical" | "high" => Tone::Danger,
        "medium" => Tone::Caution,
        "low" => Tone::Info,
        _ => Tone::Neutral,
    }
}

/// What there is for a technique as a mark.
pub(super) fn coverage_badge(coverage: Coverage) -> Inline {
    let state = coverage.state();
    let tone = match state {
        CoverageState::Full => Tone::Good,
        CoverageState::Rule => Tone::Info,
        CoverageState::TestOnly => Tone::Caution,
        CoverageState::Nothing => Tone::Neutral,
    };
    Inline::Badge(Badge { text: state.title().to_owned(), tone })
}

/// A mark for objects that are not current.
pub(super) fn status_badge(status: Status) -> Option<Badge> {
    let (text, tone) = match status {
        Status::Active => return None,
        Status::Deprecated => ("deprecated", Tone::Caution),
        Status::Revoked => ("revoked", Tone::Danger),
    };
    Some(Badge { text: text.to_owned(), tone })
}

/// The first sentence of a text on one line, for the page's metadata.
pub(super) fn first_sentence(text: &str) -> String {
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = flat.find(". ").map_or(flat.len(), |at| at + 1);
    flat[..flat.floor_char_boundary(end.min(240))].to_owned()
}
