//! What the content has for an ATT&CK object besides its rules: the Triggers and Data Needed of its
//! techniques, and what answers it: playbooks with their actions, and policies.

use crate::graph::{EdgeKind, Node};
use crate::model::{Kind, Stage};
use crate::site::Section;

use super::SiteView;

/// The Triggers of techniques and the data their rules need, as sections of a page that lists them.
pub(super) fn tests_and_data(view: &SiteView<'_>, techniques: &[Node]) -> Vec<Section> {
    let graph = view.graph;
    let triggers = techniques.iter().flat_map(|technique| graph.triggers_of(*technique)).map(Node::Trigger);
    let rules = techniques.iter().flat_map(|technique| graph.rules_of(*technique, EdgeKind::HasTechnique));
    let mut rules: Vec<u32> = rules.collect();
    rules.sort_unstable();
    rules.dedup();
    let data = rules.iter().flat_map(|rule| graph.to(Node::Rule(*rule), EdgeKind::NeedsData));
    let sections = [
        view.link_section("triggers", "Triggers that test these techniques", &each_once(triggers)),
        view.link_section("data", "Data the rules for them need", &each_once(data)),
    ];
    sections.into_iter().flatten().collect()
}

/// The playbooks that are tagged with an object of ATT&CK, the actions they consist of, and the
/// policies that are, as sections of its page.
pub(super) fn answers(view: &SiteView<'_>, object: Node, kind: EdgeKind) -> Vec<Section> {
    let tagged = view.graph.from(object, kind);
    let of =
        |wanted: Kind| -> Vec<Node> { tagged.iter().copied().filter(|node| node.kind() == Some(wanted)).collect() };
    let playbooks = of(Kind::ResponsePlaybook);
    let actions_of = |playbook: &Node| {
        let playbook = *playbook;
        Stage::ALL.into_iter().flat_map(move |stage| view.graph.to(playbook, EdgeKind::HasAction(stage)))
    };
    let actions = each_once(playbooks.iter().flat_map(actions_of));
    let sections = [
        view.link_section("playbooks", "Response playbooks", &playbooks),
        view.link_section("actions", "Response actions of these playbooks", &actions),
        view.link_section("mitigation-policies", "Mitigation Policies", &of(Kind::MitigationPolicy)),
        view.link_section("hardening-policies", "Hardening Policies", &of(Kind::HardeningPolicy)),
    ];
    sections.into_iter().flatten().collect()
}

fn each_once(nodes: impl Iterator<Item = Node>) -> Vec<Node> {
    let mut nodes: Vec<Node> = nodes.collect();
    nodes.sort_unstable();
    nodes.dedup();
    nodes
}
