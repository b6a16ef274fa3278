//! Case templates of `TheHive`: one for each playbook, with a task for each of its actions.
//!
//! The form is that of templates exported by `TheHive` itself, which its import takes; `metrics` and
//! `status` are there for `TheHive` 3 and 4, as ATC wrote them. Severity is the playbook's own, where
//! ATC had a constant.

use serde_json::{Value, json};

use crate::graph::{EdgeKind, Node};
use crate::model::{ResponseAction, ResponsePlaybook, Stage};
use crate::site::SiteView;

use super::Export;

pub(super) fn templates(view: &SiteView<'_>) -> Vec<Export> {
    let playbooks = (0..).zip(&view.graph.corpus().response_playbooks);
    playbooks
        .filter_map(|(i, playbook)| {
            let node = Node::ResponsePlaybook(i);
            Some(Export::json(view.plan.case_template(node)?, &template(view, node, playbook)))
        })
        .collect()
}

fn template(view: &SiteView<'_>, node: Node, playbook: &ResponsePlaybook) -> Value {
    let name = named(playbook.id.as_deref(), &playbook.title);
    let description = paragraphs([
        playbook.description.clone(),
        playbook.workflow.as_ref().map(|workflow| format!("Workflow:\n\n{}", workflow.trim())),
    ]);
    json!({
        "name": name,
        "displayName": name,
        "titlePrefix": "",
        // Without any text a case cannot be opened.
        "description": if description.is_empty() { name.clone() } else { description },
        "severity": severity(playbook.severity.as_deref()),
        "tlp": tlp(playbook.tlp.as_deref()),
        "pap": pap(playbook.pap.as_deref()),
        "status": "Ok",
        "tags": playbook.tags,
        "tasks": tasks(view, node),
        "customFields": {},
        "metrics": {},
    })
}

fn tasks(view: &SiteView<'_>, playbook: Node) -> Vec<Value> {
    let actions = Stage::ALL.into_iter().flat_map(|stage| {
        let actions = view.graph.to(playbook, EdgeKind::HasAction(stage));
        actions.filter_map(move |to| Some((stage, view.graph.corpus().response_actions.get(to.index())?)))
    });
    let task = |(order, (stage, action)): (usize, (Stage, &ResponseAction))| {
        json!({
            "order": order,
            "title": format!("{} | {}", order + 1, named(action.id.as_deref(), &action.title)),
            "group": stage.title(),
            "description": paragraphs([action.description.clone(), action.workflow.clone()]),
            "status": "Waiting",
            "flag": false,
        })
    };
    actions.enumerate().map(task).collect()
}

/// Id and name (`RA2051: Triage alert`) of what ATC titles `RA_2051_triage_alert`.
fn named(id: Option<&str>, title: &str) -> String {
    let mut parts = title.splitn(3, '_');
    let words = match (parts.next(), parts.next(), parts.next()) {
        (Some("RA" | "RP"), Some(number), Some(words))
            if number.len() == 4 && number.bytes().all(|b| b.is_ascii_digit()) =>
        {
            let words = words.replace('_', " ");
            let mut letters = words.chars();
            letters.next().map_or_else(|| title.to_owned(), |first| first.to_uppercase().chain(letters).collect())
        }
        _ => title.to_owned(),
    };
    id.map_or_else(|| words.clone(), |id| format!("{id}: {words}"))
}

fn paragraphs<const N: usize>(texts: [Option<String>; N]) -> String {
    let filled: Vec<String> =
        texts.into_iter().flatten().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
    filled.join("\n\n")
}

/// `TheHive`'s own default, where there is none.
const MEDIUM: u8 = 2;

fn severity(written: Option<&str>) -> u8 {
    match written.map(|text| text.trim().to_ascii_lowercase()).as_deref() {
        Some("l" | "low" | "informational") => 1,
        Some("h" | "high") => 3,
        Some("c" | "critical") => 4,
        _ => MEDIUM,
    }
}

/// TLP as `TheHive` 5 numbers it.
fn tlp(written: Option<&str>) -> u8 {
    match colour(written).as_deref() {
        Some("CLEAR" | "WHITE") => 0,
        Some("GREEN") => 1,
        Some("AMBER+STRICT") => 3,
        Some("RED") => 4,
        _ => MEDIUM,
    }
}

fn pap(written: Option<&str>) -> u8 {
    match colour(written).as_deref() {
        Some("CLEAR" | "WHITE") => 0,
        Some("GREEN") => 1,
        Some("RED") => 3,
        _ => MEDIUM,
    }
}

/// A colour of TLP or PAP without its prefix.
pub(super) fn colour(written: Option<&str>) -> Option<String> {
    let text = written?.trim().to_ascii_uppercase();
    let bare = text.strip_prefix("TLP:").or_else(|| text.strip_prefix("PAP:")).unwrap_or(&text);
    Some(bare.trim().to_owned())
}
