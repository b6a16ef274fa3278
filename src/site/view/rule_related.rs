//! Rules near a rule: those it names or is named by, and those that look for the same technique or
//! group.

use std::collections::BTreeSet;

use crate::graph::{EdgeKind, Node};
use crate::model::Rule;
use crate::site::{Block, Inline, LinkTarget, Section};

use super::SiteView;
use super::parts::section;

/// So many rules of the same technique or group are named, the nearest ones; its page has all.
const MOST_NEAR: usize = 4;

/// All of them; `None` where there is none.
pub(super) fn related(view: &SiteView<'_>, rule: &Rule, node: Node) -> Option<Section> {
    let mut items: Vec<Vec<Inline>> = Vec::new();
    let mut named = BTreeSet::from([node]);
    let edges = view.graph.edges(node, EdgeKind::RelatedTo);
    for (i, related) in rule.related.iter().enumerate() {
        let place = rule.related_id(i);
        let to = edges.iter().find(|edge| edge.place.as_ref() == Some(&place)).map(|edge| edge.to);
        named.extend(to);
        let name = to.map_or_else(|| Inline::Code(related.id.clone()), |to| view.link(to));
        items.push(vec![Inline::text(format!("{}: ", related.relation)), name]);
    }
    // Rules often name each other; once is enough.
    for from in view.graph.from(node, EdgeKind::RelatedTo) {
        if named.insert(from) {
            items.push(vec![Inline::text("named by "), view.link(from)]);
        }
    }
    for kind in [EdgeKind::HasTechnique, EdgeKind::HasGroup] {
        for object in view.graph.to(node, kind) {
            items.extend(same_object(view, node, object, kind, &named));
        }
    }
    (!items.is_empty()).then(|| section("related", "Related rules", None, vec![Block::List(items)]))
}

/// The rules beside `node` of those that have `object`, and how many there are.
///
/// Rules come in the order of their paths, so neighbours read the same log. Only they are looked at:
/// a technique may have hundreds of rules, and each of them has a page.
fn same_object(
    view: &SiteView<'_>,
    node: Node,
    object: Node,
    kind: EdgeKind,
    named: &BTreeSet<Node>,
) -> Option<Vec<Inline>> {
    let rules = view.graph.backlinks(object, kind);
    let count = rules.len();
    let at = |i: usize| rules.clone().nth(i).map(|edge| edge.from);
    // Where `node` is among them, by halving: they are sorted.
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        match at(middle) {
            Some(from) if from < node => low = middle + 1,
            _ => high = middle,
        }
    }
    let start = low.saturating_sub(MOST_NEAR / 2).min(count.saturating_sub(MOST_NEAR + 1));
    let is_rule = |near: &Node| matches!(near, Node::Rule(_)) && !named.contains(near);
    let mut near: Vec<Node> = (start..count.min(start + MOST_NEAR + 1)).filter_map(at).filter(is_rule).collect();
    near.dedup();
    if near.is_empty() {
        return None;
    }
    let mut line = vec![Inline::text("also "), view.link(object), Inline::text(": ")];
    for (i, near) in near.iter().enumerate() {
        line.push(Inline::text(if i == 0 { "" } else { ", " }));
        line.push(view.link(*near));
    }
    let others = count.saturating_sub(1);
    if let Some(route) = view.plan.node(object).filter(|_| others > near.len()) {
        line.push(Inline::text(", "));
        line.push(Inline::Link(format!("all {count}"), LinkTarget::Anchor(route, "rules".to_owned())));
    }
    Some(line)
}
