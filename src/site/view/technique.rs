//! The page of a technique: our rules, tests and data for it, and who uses it.

use crate::graph::{Coverage, CoverageState, EdgeKind, Node};
use crate::model::{AttackKind, AttackObject, Status};
use crate::site::{Block, Fact, FactValue, Inline, Page, PageKind, RouteId, Section, Subject, Tone};
use crate::text::counted;

use super::adversary::{attack_facts, retired};
use super::answers::answers;
use super::attack_text::AttackText;
use super::parts::{list_fact, section, status_badge, text_fact};
use super::{SiteView, detection};

pub(super) fn page(view: &SiteView<'_>, route: RouteId, node: Node, object: &AttackObject) -> Page {
    let kicker = if object.id.is_sub() { "Sub-technique" } else { "Technique" };
    let mut page = view.blank(route, PageKind::Technique, kicker, view.full_name(object));
    page.id = Some(object.id.to_string());
    let coverage = view.graph.coverage(node);
    let with_subs = view.graph.coverage_with_subs(node);
    page.summary = summary(object, with_subs);
    page.breadcrumbs = view.crumbs(Some(("Techniques", Subject::AttackIndex(AttackKind::Technique))));
    if let Some(parent) = parent(view, object)
        && let Some(route) = view.plan.node(parent)
    {
        page.breadcrumbs.push((view.label(parent), route));
    }
    page.badges.extend(status_badge(object.status));
    page.facts = facts(view, node, object);
    retired(view, &mut page, node, object);
    page.sections.extend(sections(view, node, object, coverage, with_subs));
    page.credits = vec![view.attack_credit()];
    page
}

fn summary(object: &AttackObject, coverage: Coverage) -> String {
    let name = format!("{} {}", object.id, object.name);
    match object.status {
        Status::Active => {
            let (rules, tests) = (counted(coverage.rules, "detection rule"), counted(coverage.tests, "test"));
            format!("{name}: {rules} and {tests}.")
        }
        Status::Deprecated => format!("{name} is no longer maintained by ATT&CK."),
        Status::Revoked => format!("{name} has been revoked by ATT&CK."),
    }
}

fn parent(view: &SiteView<'_>, object: &AttackObject) -> Option<Node> {
    view.graph.attack_node(object.id.parent()?)
}

/// The other sub-techniques of a sub-technique's parent.
fn siblings(view: &SiteView<'_>, node: Node, object: &AttackObject) -> Option<Section> {
    let parent = parent(view, object).filter(|_| object.status == Status::Active)?;
    let mut others = view.graph.sub_techniques(parent);
    others.retain(|other| *other != node);
    let title = format!("Other sub-techniques of {}", object.id.parent()?);
    view.technique_section("siblings", &title, &others)
}

fn facts(view: &SiteView<'_>, node: Node, object: &AttackObject) -> Vec<Fact> {
    let tactics = view.graph.to(node, EdgeKind::InTactic).map(|to| vec![view.link(to)]).collect();
    let parent = parent(view, object).map(|parent| Fact {
        key: "parent",
        label: "Sub-technique of",
        value: FactValue::One(vec![view.link(parent)]),
    });
    let mut facts = attack_facts(view, node, object);
    facts.extend(parent);
    facts.extend(list_fact("tactic", "Tactics", tactics));
    facts.extend(text_fact("platform", "Platforms", Some(&object.platforms.join(", "))));
    facts
}

fn sections(
    view: &SiteView<'_>,
    node: Node,
    object: &AttackObject,
    coverage: Coverage,
    with_subs: Coverage,
) -> Vec<Section> {
    let graph = view.graph;
    let rules = graph.rules_of(node, EdgeKind::HasTechnique);
    let triggers = graph.triggers_of(node);
    let subs = graph.sub_techniques(node);
    let mut sections = Vec::new();
    if object.status == Status::Active {
        let notice = gap_notice(coverage, with_subs);
        sections.extend(notice.map(|block| section("coverage", "Coverage", None, vec![block])));
    }
    let mut text = AttackText::new(view, object);
    sections.extend(text.description());
    let listed = view.rule_section("rules", "Detection rules", &rules);
    sections.extend(listed.map(|section| Section { linked: true, ..section }));
    if coverage.tests > 0 {
        sections.push(section("tests", "Tests", Some(coverage.tests), vec![view.test_table(&triggers)]));
    }
    let mut data: Vec<Node> = rules.iter().flat_map(|rule| graph.to(Node::Rule(*rule), EdgeKind::NeedsData)).collect();
    data.sort_unstable();
    data.dedup();
    sections.extend(view.link_section("data", "Data its rules need", &data));
    if object.status == Status::Active {
        sections.extend(detection::strategies(view, &mut text, node));
    }
    sections.extend(view.technique_section("sub-techniques", "Sub-techniques", &subs));
    sections.extend(siblings(view, node, object));
    sections.extend(answers(view, node, EdgeKind::HasTechnique));
    let users = graph.from(node, EdgeKind::Uses);
    for (kind, anchor, title) in [
        (AttackKind::Group, "groups", "Groups that use it"),
        (AttackKind::Software, "software", "Software that uses it"),
        (AttackKind::Campaign, "campaigns", "Campaigns it was seen in"),
    ] {
        let of_kind: Vec<Node> =
            users.iter().copied().filter(|n| graph.attack(*n).is_some_and(|o| o.id.kind() == kind)).collect();
        sections.extend(view.object_section(anchor, title, &of_kind));
    }
    sections.extend(text.relations_to(node, EdgeKind::Uses, "procedures", "Procedure examples"));
    sections.extend(view.object_section("mitigations", "Mitigations", &graph.from(node, EdgeKind::Mitigates)));
    sections.extend(text.relations_to(node, EdgeKind::Mitigates, "mitigated", "How the mitigations address it"));
    sections.extend(text.references());
    sections
}

/// What is missing, said once at the top.
fn gap_notice(own: Coverage, with_subs: Coverage) -> Option<Block> {
    let only_subs = own.state() == CoverageState::Nothing && with_subs.state() != CoverageState::Nothing;
    let (tone, text) = match with_subs.state() {
        _ if only_subs => (Tone::Info, "Covered only through its sub-techniques"),
        CoverageState::Full => return None,
        CoverageState::Rule if with_subs.tests == 0 => {
            (Tone::Caution, "There is a rule for this technique but no test that proves it")
        }
        CoverageState::Rule => {
            (Tone::Info, "There is a rule and a test for this technique, but no Data Needed says which events it takes")
        }
        CoverageState::TestOnly => (Tone::Caution, "There is a test for this technique but no rule that would see it"),
        CoverageState::Nothing => (Tone::Neutral, "There is neither a rule nor a test for this technique yet"),
    };
    Some(Block::Notice(tone, vec![Inline::text(text)]))
}
