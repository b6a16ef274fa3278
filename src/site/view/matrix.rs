//! The ATT&CK matrix of a domain, with what the content covers.

use crate::graph::{CoverageState, EdgeKind, Node};
use crate::model::{AttackId, Domain};
use crate::site::exports::{Layer, layer};
use crate::site::{
    Block, Inline, MatrixCell, MatrixColumn, OutPath, Page, PageKind, RouteId, Stat, Subject, matrix_choices,
    matrix_picture,
};

use super::SiteView;
use super::parts::section;

pub(super) fn page(view: &SiteView<'_>, route: RouteId, domain: Domain) -> Page {
    let title = format!("{} matrix", domain.title());
    let mut page = view.blank(route, PageKind::Matrix, "MITRE ATT&CK® matrix", title);
    page.breadcrumbs = view.crumbs(None);
    let columns = columns(view, domain);
    let picture = Inline::Link("as a picture (SVG)".to_owned(), view.file(route, &matrix_picture(domain)));
    page.scripts = vec![theme_script(), matrix_choices(domain)];
    page.summary = format!("What this knowledge base has for each technique of the {} matrix.", domain.title());
    let others = Domain::ALL
        .into_iter()
        .filter(|other| *other != domain)
        .filter_map(|other| Some(Inline::page(other.title(), view.plan.route(Subject::Matrix(other))?)));
    let mut line = vec![Inline::text("Other matrices: ")];
    for (i, link) in others.enumerate() {
        if i > 0 {
            line.push(Inline::text(", "));
        }
        line.push(link);
    }
    let layer =
        Inline::Link("as a layer of the Navigator".to_owned(), view.file(route, &layer(&Layer::Domain(domain))));
    line.extend([Inline::text(". This one "), picture, Inline::text(" and "), layer, Inline::text(".")]);
    let blocks = vec![Block::Line(line), Block::Stats(stats(&columns))];
    page.sections.push(section("coverage", "Coverage", None, blocks));
    page.sections.push(section("matrix", "Matrix", None, vec![Block::Matrix(columns)]));
    page.credits = vec![view.attack_credit()];
    page
}

/// What the theme has to narrow a matrix with.
fn theme_script() -> OutPath {
    OutPath::sanitised("assets", "matrix.js")
}

/// The tactics of a domain in matrix order.
pub(super) fn tactics(view: &SiteView<'_>, domain: Domain) -> Vec<Node> {
    let matrix = view.graph.corpus().attack.matrix.iter().find(|(d, _)| *d == domain);
    let ids: &[AttackId] = matrix.map_or(&[], |(_, ids)| ids);
    ids.iter().filter_map(|id| view.graph.attack_node(*id)).collect()
}

pub(super) fn columns(view: &SiteView<'_>, domain: Domain) -> Vec<MatrixColumn> {
    let column = |tactic: Node| {
        let object = view.graph.attack(tactic)?;
        let target = view.plan.node(tactic)?;
        let cells = view.graph.techniques_of(tactic).into_iter();
        let cells = cells.filter_map(|technique| {
            let mut cell = cell(view, technique)?;
            let in_tactic = |sub: &Node| view.graph.to(*sub, EdgeKind::InTactic).any(|t| t == tactic);
            let subs = view.graph.sub_techniques(technique).into_iter().filter(in_tactic);
            cell.subs = subs.filter_map(|sub| self::cell(view, sub)).collect();
            Some(cell)
        });
        Some(MatrixColumn { title: object.name.clone(), target, cells: cells.collect() })
    };
    tactics(view, domain).into_iter().filter_map(column).collect()
}

fn cell(view: &SiteView<'_>, technique: Node) -> Option<MatrixCell> {
    let object = view.graph.attack(technique)?;
    let coverage = view.graph.coverage(technique);
    Some(MatrixCell {
        id: object.id.to_string(),
        title: object.name.clone(),
        target: view.plan.node(technique)?,
        rules: coverage.rules,
        tests: coverage.tests,
        data: coverage.data,
        subs: Vec::new(),
    })
}

/// How many techniques (sub-techniques counted on their own) are in each state.
fn stats(columns: &[MatrixColumn]) -> Vec<Stat> {
    let mut states = std::collections::BTreeMap::new();
    for cell in columns.iter().flat_map(|column| &column.cells).flat_map(|cell| std::iter::once(cell).chain(&cell.subs))
    {
        states.insert(cell.id.as_str(), cell.state());
    }
    let count = |state| states.values().filter(|s| **s == state).count().to_string();
    CoverageState::ALL
        .into_iter()
        .map(|state| Stat { value: count(state), label: state.title().to_owned(), target: None })
        .collect()
}
