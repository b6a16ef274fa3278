//! The page of a tactic: its techniques and what covers them.

use crate::graph::{EdgeKind, Node};
use crate::model::{AttackKind, AttackObject};
use crate::site::{Block, Page, PageKind, RouteId, Stat, Subject};

use super::SiteView;
use super::adversary::{attack_facts, retired};
use super::attack_text::AttackText;
use super::parts::{section, status_badge};

pub(super) fn page(view: &SiteView<'_>, route: RouteId, node: Node, object: &AttackObject) -> Page {
    let mut page = view.blank(route, PageKind::Tactic, "Tactic", object.name.clone());
    page.id = Some(object.id.to_string());
    page.breadcrumbs = view.crumbs(Some(("Tactics", Subject::AttackIndex(AttackKind::Tactic))));
    page.badges.extend(status_badge(object.status));
    page.facts = attack_facts(view, node, object);
    let techniques = view.graph.techniques_of(node);
    let covered = techniques.iter().filter(|t| view.graph.coverage_with_subs(**t).rules > 0).count();
    let tested = techniques.iter().filter(|t| view.graph.coverage_with_subs(**t).tests > 0).count();
    page.summary = format!("{covered} of the {} techniques of {} have a rule.", techniques.len(), object.name);
    page.sections.extend(retired(view, node, object));
    if !techniques.is_empty() {
        let stat = |value: usize, label: &str| Stat { value: value.to_string(), label: label.to_owned(), target: None };
        let stats =
            vec![stat(techniques.len(), "techniques"), stat(covered, "with a rule"), stat(tested, "with a test")];
        page.sections.push(section("coverage", "Coverage", None, vec![Block::Stats(stats)]));
    }
    let mut text = AttackText::new(view, object);
    page.sections.extend(text.description());
    page.sections.extend(view.technique_section("techniques", "Techniques", &techniques));
    let rules = view.graph.rules_of(node, EdgeKind::HasTactic);
    page.sections.extend(view.rule_section("rules", "Rules tagged with this tactic", &rules));
    page.sections.extend(text.references());
    page.credits = vec![view.attack_credit()];
    page
}
