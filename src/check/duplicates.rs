//! One name, one thing: rule ids, titles that references use, output paths.

use std::collections::HashMap;

use crate::model::Kind;
use crate::report::{Code, Finding, Findings};
use crate::site::Subject;
use crate::text::{At, YamlPath};

use super::CheckInput;

/// Two rules with one id.
pub(super) fn ids(input: &CheckInput<'_>, findings: &mut Findings) {
    let mut seen: HashMap<String, At> = HashMap::new();
    for rule in &input.graph.corpus().rules {
        let Some(id) = &rule.id else { continue };
        let at = At::Yaml(rule.origin.place(YamlPath::field("id")));
        match seen.entry(id.trim().to_ascii_lowercase()) {
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(at);
            }
            std::collections::hash_map::Entry::Occupied(first) => {
                let finding = Finding::new(Code::DuplicateId, at, format!("another rule has the id `{id}`"));
                findings.push(finding.also(first.get().clone(), "first used here"));
            }
        }
    }
}

/// Two entities of one kind that references by title cannot tell apart.
pub(super) fn titles(input: &CheckInput<'_>, findings: &mut Findings) {
    let mut seen: HashMap<(Kind, &str), At> = HashMap::new();
    for (node, origin) in input.graph.origins() {
        // Rules, Triggers and pages are referred to by id or path, recorded events by nobody.
        let named = |kind: &Kind| !matches!(kind, Kind::Rule | Kind::Trigger | Kind::RecordedEvent | Kind::Page);
        let Some(kind) = node.kind().filter(named) else {
            continue;
        };
        let title = input.graph.title(node);
        let at = At::Yaml(origin.place(YamlPath::field("title")));
        if let Some(first) = seen.get(&(kind, title)) {
            let message = format!("another {} has the title `{title}`", kind.noun());
            findings.push(Finding::new(Code::DuplicateTitle, at, message).also(first.clone(), "first used here"));
        } else {
            seen.insert((kind, title), at);
        }
    }
}

/// Two pages that wanted one file.
pub(super) fn paths(input: &CheckInput<'_>, findings: &mut Findings) {
    for collision in &input.plan.collisions {
        let Some(second) = input.graph.origin(collision.second) else { continue };
        let message =
            format!("another page is `{}.html` already; this one became `{}.html`", collision.wanted, collision.given);
        let mut finding = Finding::new(Code::PathCollision, At::File(second.file), message);
        if let Subject::Node(first) = collision.first
            && let Some(first) = input.graph.origin(first)
        {
            finding = finding.also(At::File(first.file), "the other page is made from this file");
        }
        findings.push(finding);
    }
}
