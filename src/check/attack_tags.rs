//! What the ATT&CK tags of a rule say of each other: tactics without a technique, techniques
//! without their tactic, techniques beside their own sub-techniques.
//!
//! Only rules all of whose tags are current are looked at: a retired tag is told already, and
//! what stands beside it was true in another release.

use std::collections::{BTreeSet, HashSet};

use crate::config::list;
use crate::graph::{Edge, EdgeKind, Graph, Node, Via};
use crate::model::AttackObject;
use crate::report::{Code, Finding, Findings};

use super::CheckInput;
use super::attack_version::is_skewed;

pub(super) fn check(input: &CheckInput<'_>, findings: &mut Findings) {
    let graph = input.graph;
    if is_skewed(graph) {
        return;
    }
    let of_another_release = of_another_release(graph);
    for node in (0..).zip(&graph.corpus().rules).map(|(i, _)| Node::Rule(i)) {
        if of_another_release.contains(&node) {
            continue;
        }
        let tags = Tags { graph, node };
        tags.tactics_without_technique(findings);
        tags.techniques_without_tactic(findings);
        tags.techniques_beside_their_own(findings);
    }
}

/// The nodes with a tactic or technique that is not one of the release in use.
fn of_another_release(graph: &Graph) -> HashSet<Node> {
    let retired =
        graph.indirect().iter().filter(|edge| matches!(edge.via, Via::Retired { .. } | Via::RetiredTactic(_)));
    let lost = graph.unresolved().iter();
    let lost = lost.filter(|lost| matches!(lost.kind, EdgeKind::HasTactic | EdgeKind::HasTechnique));
    retired.map(|edge| edge.from).chain(lost.map(|lost| lost.from)).collect()
}

/// The tags of one rule.
struct Tags<'g> {
    graph: &'g Graph,
    node: Node,
}

impl<'g> Tags<'g> {
    fn of(&self, kind: EdgeKind) -> impl Iterator<Item = (&'g Edge, &'g AttackObject)> + Clone {
        let graph = self.graph;
        graph.edges(self.node, kind).iter().filter_map(|edge| Some((edge, graph.attack(edge.to)?)))
    }

    /// The short names of an object's tactics. Domains share them (`persistence`), and a tag
    /// does not say which is meant.
    fn tactics_of(&self, technique: &'g AttackObject) -> impl Iterator<Item = &'g str> {
        let attack = &self.graph.corpus().attack;
        technique.tactics.iter().filter_map(|id| attack.object(*id)?.short_name.as_deref())
    }

    fn tactics_without_technique(&self, findings: &mut Findings) {
        let techniques = self.of(EdgeKind::HasTechnique);
        let known: BTreeSet<&str> = techniques.flat_map(|(_, technique)| self.tactics_of(technique)).collect();
        if known.is_empty() {
            return;
        }
        for (edge, tactic) in self.of(EdgeKind::HasTactic) {
            let (Some(place), Some(name)) = (&edge.place, &tactic.short_name) else { continue };
            if !known.contains(name.as_str()) {
                let message = format!("none of the rule's techniques belongs to `attack.{name}`");
                let tags: Vec<String> = known.iter().map(|name| format!("attack.{name}")).collect();
                let help = format!("they belong to {}", list(tags.iter().map(String::as_str)));
                findings.push(Finding::new(Code::TacticWithoutTechnique, place.clone(), message).help(help));
            }
        }
    }

    /// Rules without any tactic leave it to the techniques.
    fn techniques_without_tactic(&self, findings: &mut Findings) {
        let tagged: BTreeSet<&str> =
            self.of(EdgeKind::HasTactic).filter_map(|(_, tactic)| tactic.short_name.as_deref()).collect();
        if tagged.is_empty() {
            return;
        }
        for (edge, technique) in self.of(EdgeKind::HasTechnique) {
            let Some(place) = &edge.place else { continue };
            let mut own: Vec<String> = Vec::new();
            for name in self.tactics_of(technique) {
                if tagged.contains(name) {
                    own.clear();
                    break;
                }
                own.push(format!("attack.{name}"));
            }
            if own.is_empty() {
                continue;
            }
            let message = format!("the rule has no tag of a tactic of {} ({})", technique.id, technique.name);
            let names = list(own.iter().map(String::as_str));
            let help =
                if own.len() == 1 { format!("add {names}") } else { format!("add the one that is meant of {names}") };
            findings.push(Finding::new(Code::TechniqueWithoutTactic, place.clone(), message).help(help));
        }
    }

    fn techniques_beside_their_own(&self, findings: &mut Findings) {
        for (edge, technique) in self.of(EdgeKind::HasTechnique) {
            let Some(place) = &edge.place else { continue };
            let sub = self.of(EdgeKind::HasTechnique).find(|(_, other)| other.id.parent() == Some(technique.id));
            let Some((Edge { place: Some(beside), .. }, sub)) = sub else { continue };
            let message =
                format!("{} ({}) is tagged beside its own sub-technique {}", technique.id, technique.name, sub.id);
            findings.push(
                Finding::new(Code::TechniqueBesideSub, place.clone(), message)
                    .also(beside.clone(), "the sub-technique")
                    .help("remove the technique if the rule detects nothing else of it"),
            );
        }
    }
}
