//! The pages of Response Actions, Response Playbooks and Response Stages.

use std::collections::BTreeSet;

use crate::graph::{EdgeKind, Node};
use crate::model::{Kind, ResponseAction, ResponsePlaybook, Stage};
use crate::site::{Block, Inline, Page, PageKind, RouteId, Section, Subject};

use super::SiteView;
use super::parts::{first_sentence, list_fact, references_fact, section, table, text_fact, texts_fact};
use super::telemetry::{links, text_section};

pub(super) fn action(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let action = &view.graph.corpus().response_actions[index as usize];
    let node = Node::ResponseAction(index);
    let mut page = view.blank(route, PageKind::ResponseAction, "Response Action", action.title.clone());
    page.id.clone_from(&action.id);
    page.summary = first_sentence(action.description.as_deref().unwrap_or_default());
    page.breadcrumbs = view.crumbs(Some((Kind::ResponseAction.title(), Subject::Index(Kind::ResponseAction))));
    page.facts = [
        list_fact("stage", "Stage", links(view, node, EdgeKind::InStage))
            .or_else(|| text_fact("stage", "Stage", action.stage.as_deref())),
        texts_fact("automation", "Automation", &action.automation),
        text_fact("author", "Author", action.author.as_deref()),
        text_fact("creation-date", "Creation Date", action.creation_date.as_deref()),
        references_fact(&action.references),
        text_fact("description", "Description", action.description.as_deref()),
        text_fact("category", "Category", action.id.as_deref().and_then(category)),
        list_fact("requirements", "Requirements", requirements(view, node, action)),
        list_fact("linked-actions", "Linked Response Actions", links(view, node, EdgeKind::LinkedAction)),
        texts_fact("linked-analytics", "Linked Analytics", &action.linked_analytics),
    ]
    .into_iter()
    .flatten()
    .collect();
    page.sections.extend(text_section(view, route, node, ("workflow", "Workflow"), action.workflow.as_deref()));
    let playbooks = playbooks(view, &[node]);
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

/// What an action is about: RE&CT says it by the second digit of its id.
fn category(id: &str) -> Option<&'static str> {
    let digits = id.trim().strip_prefix("RA").filter(|digits| digits.len() == 4)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(match digits.as_bytes().get(1)? {
        b'0' => "General",
        b'1' => "Network",
        b'2' => "Email",
        b'3' => "File",
        b'4' => "Process",
        b'5' => "Configuration",
        b'6' => "Identity",
        _ => return None,
    })
}

/// What must be in place, linked where it is content.
fn requirements(view: &SiteView<'_>, node: Node, action: &ResponseAction) -> Vec<Vec<Inline>> {
    let edges = view.graph.edges(node, EdgeKind::AsksFor);
    let of = |(i, text): (usize, &String)| {
        let place = action.origin.item("requirements", i);
        let edge = edges.iter().find(|edge| edge.place.as_ref() == Some(&place));
        vec![edge.map_or_else(|| Inline::text(text), |edge| view.link(edge.to))]
    };
    action.requirements.iter().enumerate().map(of).collect()
}

/// The playbooks with one of these actions, in whichever stage.
fn playbooks(view: &SiteView<'_>, actions: &[Node]) -> Vec<Node> {
    let of = |action: &Node| Stage::ALL.map(|stage| view.graph.from(*action, EdgeKind::HasAction(stage)));
    let playbooks: BTreeSet<Node> = actions.iter().flat_map(of).flatten().collect();
    playbooks.into_iter().collect()
}

pub(super) fn stage(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let stage = &view.graph.corpus().response_stages[index as usize];
    let node = Node::ResponseStage(index);
    let mut page = view.blank(route, PageKind::ResponseStage, "Response Stage", stage.title.clone());
    page.id.clone_from(&stage.id);
    page.summary = first_sentence(stage.description.as_deref().unwrap_or_default());
    page.breadcrumbs = view.crumbs(Some((Kind::ResponseStage.title(), Subject::Index(Kind::ResponseStage))));
    page.facts = [
        text_fact("author", "Author", stage.author.as_deref()),
        text_fact("description", "Description", stage.description.as_deref()),
        references_fact(&stage.references),
    ]
    .into_iter()
    .flatten()
    .collect();
    let corpus = view.graph.corpus();
    let mut actions = view.graph.from(node, EdgeKind::InStage);
    // By id, as they are spoken of; those without one follow.
    actions.sort_by_key(|action| {
        let action = &corpus.response_actions[action.index()];
        (action.id.is_none(), action.id.as_deref(), action.title.as_str())
    });
    if !actions.is_empty() {
        let columns = [("ID", false), ("Response Action", false), ("Description", false)];
        let rows = actions.iter().map(|node| {
            let action = &corpus.response_actions[node.index()];
            let id = action.id.as_ref().map(|id| view.link_as(id.clone(), *node));
            let description = action.description.as_deref().map(str::trim).map(Inline::text);
            vec![id.into_iter().collect(), vec![view.link(*node)], description.into_iter().collect()]
        });
        let table = table(&columns, rows.collect());
        page.sections.push(section("actions", "Response Actions", Some(actions.len()), vec![table]));
    }
    page.sections.extend(view.link_section("playbooks", "Playbooks that use them", &playbooks(view, &actions)));
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
