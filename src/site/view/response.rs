//! The pages of Response Actions and Response Playbooks.

use crate::graph::{EdgeKind, Node};
use crate::model::{Kind, ResponsePlaybook, Stage};
use crate::site::{Block, Inline, Page, PageKind, RouteId, Section, Subject};

use super::SiteView;
use super::parts::{first_sentence, list_fact, references_fact, section, text_fact, texts_fact};
use super::telemetry::{links, text_section};

pub(super) fn action(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let action = &view.graph.corpus().response_actions[index as usize];
    let node = Node::ResponseAction(index);
    let mut page = view.blank(route, PageKind::ResponseAction, "Response Action", action.title.clone());
    page.id.clone_from(&action.id);
    page.summary = first_sentence(action.description.as_deref().unwrap_or_default());
    page.breadcrumbs = view.crumbs(Some((Kind::ResponseAction.title(), Subject::Index(Kind::ResponseAction))));
    page.facts = [
        text_fact("stage", "Stage", action.stage.as_deref()),
        texts_fact("automation", "Automation", &action.automation),
        text_fact("author", "Author", action.author.as_deref()),
        text_fact("creation-date", "Creation Date", action.creation_date.as_deref()),
        references_fact(&action.references),
        text_fact("description", "Description", action.description.as_deref()),
        list_fact("linked-actions", "Linked Response Actions", links(view, node, EdgeKind::LinkedAction)),
        texts_fact("linked-analytics", "Linked Analytics", &action.linked_analytics),
    ]
    .into_iter()
    .flatten()
    .collect();
    page.sections.extend(text_section(view, route, node, ("workflow", "Workflow"), action.workflow.as_deref()));
    let mut playbooks: Vec<Node> =
        Stage::ALL.into_iter().flat_map(|stage| view.graph.from(node, EdgeKind::HasAction(stage))).collect();
    playbooks.sort_unstable();
    playbooks.dedup();
    page.sections.extend(view.link_section("playbooks", "Playbooks that use it", &playbooks));
    page.sections.extend(view.link_section(
        "linked-from",
        "Actions that link to it",
        &view.graph.from(node, EdgeKind::LinkedAction),
    ));
    page
}

pub(super) fn playbook(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let playbook = &view.graph.corpus().response_playbooks[index as usize];
    let node = Node::ResponsePlaybook(index);
    let mut page = view.blank(route, PageKind::ResponsePlaybook, "Response Playbook", playbook.title.clone());
    page.id.clone_from(&playbook.id);
    page.summary = first_sentence(playbook.description.as_deref().unwrap_or_default());
    page.breadcrumbs = view.crumbs(Some((Kind::ResponsePlaybook.title(), Subject::Index(Kind::ResponsePlaybook))));
    let other: Vec<String> = playbook.tags.iter().filter(|t| !t.starts_with("attack.")).cloned().collect();
    page.facts = [
        text_fact("description", "Description", playbook.description.as_deref()),
        list_fact("tactic", "ATT&CK Tactic", links(view, node, EdgeKind::HasTactic)),
        list_fact("technique", "ATT&CK Technique", links(view, node, EdgeKind::HasTechnique)),
        texts_fact("tags", "Tags", &other),
        text_fact("severity", "Severity", playbook.severity.as_deref()),
        text_fact("tlp", "TLP", playbook.tlp.as_deref()),
        text_fact("pap", "PAP", playbook.pap.as_deref()),
        text_fact("author", "Author", playbook.author.as_deref()),
        text_fact("creation-date", "Creation Date", playbook.creation_date.as_deref()),
        list_fact("linked-playbooks", "Linked Playbooks", links(view, node, EdgeKind::LinkedPlaybook)),
    ]
    .into_iter()
    .flatten()
    .chain(
        Stage::ALL
            .into_iter()
            .filter_map(|stage| list_fact(stage.key(), stage.title(), links(view, node, EdgeKind::HasAction(stage)))),
    )
    .collect();
    page.sections.extend(text_section(view, route, node, ("workflow", "Workflow"), playbook.workflow.as_deref()));
    page.sections.extend(stages(view, route, node, playbook));
    let techniques = view.graph.to(node, EdgeKind::HasTechnique);
    let mut rules: Vec<u32> = techniques.flat_map(|t| view.graph.rules_of(t, EdgeKind::HasTechnique)).collect();
    rules.sort_unstable();
    rules.dedup();
    page.sections.extend(view.rule_section("rules", "Rules for the same techniques", &rules));
    if !playbook.tags.is_empty() {
        page.credits = vec![view.attack_credit()];
    }
    page
}

/// Each stage with what its actions do, as ATC's playbooks show them.
fn stages(view: &SiteView<'_>, route: RouteId, node: Node, playbook: &ResponsePlaybook) -> Vec<Section> {
    let mut sections = Vec::new();
    for (stage, _) in &playbook.stages {
        let actions: Vec<Node> = view.graph.to(node, EdgeKind::HasAction(*stage)).collect();
        if actions.is_empty() {
            continue;
        }
        sections.push(section(&slug(stage.key()), stage.title(), Some(actions.len()), Vec::new()));
        for (n, to) in actions.iter().enumerate() {
            let action = &view.graph.corpus().response_actions[to.index()];
            let mut blocks = Vec::new();
            if let Some(text) = action.description.as_deref().filter(|text| !text.trim().is_empty()) {
                blocks.push(Block::Line(vec![Inline::text(text.trim())]));
            }
            blocks.extend(
                action
                    .workflow
                    .as_deref()
                    .filter(|text| !text.trim().is_empty())
                    .map(|text| view.prose(route, *to, text)),
            );
            blocks.push(Block::Line(vec![view.link_as(format!("More on {}", action.title), *to)]));
            let anchor = format!("{}-{}", slug(stage.key()), n + 1);
            sections.push(Section { level: 3, ..section(&anchor, &action.title, None, blocks) });
        }
    }
    sections
}

fn slug(key: &str) -> String {
    key.replace('_', "-")
}
