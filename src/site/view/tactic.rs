//! The page of a tactic: its techniques and what covers them.

use crate::graph::{EdgeKind, Node, Via};
use crate::model::{AttackKind, AttackObject};
use crate::site::{Block, Inline, Page, PageKind, RouteId, Stat, Subject, Tone};

use super::SiteView;
use super::adversary::{attack_facts, named_by, retired};
use super::answers::{answers, tests_and_data};
use super::attack_text::AttackText;
use super::gaps::without_rule;
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
    retired(view, &mut page, node, object);
    if !techniques.is_empty() {
        let stat = |value: usize, label: &str| Stat { value: value.to_string(), label: label.to_owned(), target: None };
        let stats =
            vec![stat(techniques.len(), "techniques"), stat(covered, "with a rule"), stat(tested, "with a test")];
        page.sections.push(section("coverage", "Coverage", None, vec![Block::Stats(stats)]));
    }
    let mut text = AttackText::new(view, object);
    page.sections.extend(text.description());
    page.sections.extend(view.technique_section("techniques", "Techniques", &techniques));
    page.sections.extend(without_rule(view, &techniques));
    let rules = view.graph.rules_of(node, EdgeKind::HasTactic);
    page.sections.extend(view.rule_section("rules", "Rules tagged with this tactic", &rules));
    let all = view.graph.from(node, EdgeKind::InTactic);
    page.sections.extend(tests_and_data(view, &all));
    page.sections.extend(answers(view, node, EdgeKind::HasTactic));
    page.sections.extend(text.references());
    page.credits = vec![view.attack_credit()];
    page
}

/// The page of a short name that ATT&CK no longer uses: the tactics in its place, and the files
/// that still name it.
pub(super) fn old(view: &SiteView<'_>, route: RouteId, i: u32) -> Page {
    let attack = &view.graph.corpus().attack;
    let Some((name, ids)) = attack.old_tactics.iter().nth(i as usize) else {
        return view.blank(route, PageKind::Tactic, "Former tactic", String::new());
    };
    let mut page = view.blank(route, PageKind::Tactic, "Former tactic", name.clone());
    page.breadcrumbs = view.crumbs(Some(("Tactics", Subject::AttackIndex(AttackKind::Tactic))));
    let tactics: Vec<Node> = ids.iter().filter_map(|id| view.graph.attack_node(*id)).collect();
    let until = attack.retired_since.get(name).map(|since| format!(" since {since}")).unwrap_or_default();
    let mut line = vec![Inline::text(format!("ATT&CK has no tactic {name} any more{until}; in its place stand"))];
    if tactics.len() == 1 {
        line = vec![Inline::text(format!("ATT&CK has no tactic {name} any more{until}; in its place stands"))];
    }
    for (i, tactic) in tactics.iter().enumerate() {
        line.push(Inline::text(if i == 0 { " " } else { " and " }));
        line.push(view.link(*tactic));
    }
    line.push(Inline::text("."));
    page.summary = format!("{name} is no tactic of ATT&CK any more.");
    page.sections.push(section("retired", "No longer current", None, vec![Block::Notice(Tone::Caution, line)]));
    let used = named_by(view, name, &tactics, |via| matches!(via, Via::RetiredTactic(used) if used == name));
    if let ([tactic], None) = (tactics.as_slice(), &used) {
        page.moved_to = view.plan.node(*tactic);
    }
    page.sections.extend(used);
    page.credits = vec![view.attack_credit()];
    page
}
