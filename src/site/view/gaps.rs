//! Techniques by how much speaks for looking at them: those most groups use first, then those most
//! software uses. Every list of gaps is one of these.

use std::cmp::Reverse;

use crate::graph::{Coverage, EdgeKind, Node};
use crate::model::{AttackKind, AttackObject, Domain, Status};
use crate::site::{Block, Inline, Section};

use super::SiteView;
use super::parts::{section, table};

/// A technique, what there is for it, and who uses it.
pub(super) struct Looked<'a> {
    pub(super) node: Node,
    pub(super) object: &'a AttackObject,
    pub(super) coverage: Coverage,
    pub(super) groups: usize,
    pub(super) software: usize,
}

/// These techniques in the order of their weight, with the coverage they are to be judged by.
pub(super) fn ranked<'a>(
    view: &SiteView<'a>,
    techniques: impl Iterator<Item = Node>,
    coverage: impl Fn(Node) -> Coverage,
) -> Vec<Looked<'a>> {
    let looked = |node: Node| {
        let object = view.graph.attack(node)?;
        let mut users: Vec<Node> = view.graph.backlinks(node, EdgeKind::Uses).map(|edge| edge.from).collect();
        users.dedup();
        let count = |kind: AttackKind| {
            let is_of = |user: &&Node| view.graph.attack(**user).is_some_and(|user| user.id.kind() == kind);
            users.iter().filter(is_of).count()
        };
        let (groups, software) = (count(AttackKind::Group), count(AttackKind::Software));
        Some(Looked { node, object, coverage: coverage(node), groups, software })
    };
    let mut all: Vec<Looked<'a>> = techniques.filter_map(looked).collect();
    all.sort_by_key(|one| (Reverse(one.groups), Reverse(one.software), one.object.id));
    all
}

/// The current techniques of the Enterprise matrix, sub-techniques on their own.
pub(super) fn enterprise(view: &SiteView<'_>) -> impl Iterator<Item = Node> {
    let is_meant =
        |object: &AttackObject| object.status == Status::Active && object.domains.contains(&Domain::Enterprise);
    view.graph.attack_nodes(AttackKind::Technique).filter(move |(_, object)| is_meant(object)).map(|(node, _)| node)
}

/// The techniques of a page that nothing here detects.
pub(super) fn without_rule(view: &SiteView<'_>, techniques: &[Node]) -> Option<Section> {
    let gap = |node: &Node| view.graph.coverage_with_subs(*node).rules == 0;
    let gaps = techniques.iter().copied().filter(gap);
    let gaps = ranked(view, gaps, |node| view.graph.coverage_with_subs(node));
    let title = "Gaps: techniques without a rule";
    (!gaps.is_empty()).then(|| section("gaps", title, Some(gaps.len()), vec![listed(view, gaps.iter())]))
}

/// A table of them: who uses each, and what tests it.
pub(super) fn listed<'l>(view: &SiteView<'_>, techniques: impl Iterator<Item = &'l Looked<'l>>) -> Block {
    let columns = [
        ("Technique", false),
        ("Tactics", false),
        ("Platforms", false),
        ("Groups", true),
        ("Software", true),
        ("Tests", true),
    ];
    let rows = techniques.map(|one| {
        vec![
            vec![view.link_as(format!("{}: {}", one.object.id, view.full_name(one.object)), one.node)],
            view.tactics_of(one.node),
            one.object.platforms.iter().map(Inline::text).collect(),
            number(one.groups),
            number(one.software),
            number(one.coverage.tests),
        ]
    });
    table(&columns, rows.collect())
}

/// A cell of a number.
pub(super) fn number(n: usize) -> Vec<Inline> {
    vec![Inline::text(n.to_string())]
}
