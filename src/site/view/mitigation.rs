//! The pages of Mitigation Systems, Mitigation Policies and Hardening Policies, and what pages of
//! ATT&CK say of them.

use crate::graph::{EdgeKind, Node};
use crate::model::{AttackKind, Kind, Measure};
use crate::site::{Inline, Page, PageKind, RouteId, Subject};

use super::SiteView;
use super::parts::{first_sentence, list_fact, references_fact, text_fact, texts_fact};
use super::rule::tagged;
use super::telemetry::{links, text_section};

pub(super) fn system(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let system = &view.graph.corpus().mitigation_systems[index as usize];
    let node = Node::MitigationSystem(index);
    let mut page = view.blank(route, PageKind::MitigationSystem, "Mitigation System", system.title.clone());
    page.summary = first_sentence(system.description.as_deref().unwrap_or_default());
    page.breadcrumbs = view.crumbs(Some((Kind::MitigationSystem.title(), Subject::Index(Kind::MitigationSystem))));
    page.facts = [
        text_fact("author", "Author", system.author.as_deref()),
        texts_fact("platform", "Platform", &system.platforms),
        texts_fact("minimum-version", "Minimum Version", &system.minimum_versions),
        references_fact(&system.references),
    ]
    .into_iter()
    .flatten()
    .collect();
    let description = system.description.as_deref();
    page.sections.extend(text_section(view, route, node, ("description", "Description"), description));
    let policies = view.graph.from(node, EdgeKind::UsesSystem);
    page.sections.extend(view.link_section("policies", "Mitigation Policies it is used for", &policies));
    let actions = view.graph.from(node, EdgeKind::AsksFor);
    page.sections.extend(view.link_section("actions", "Response Actions that ask for it", &actions));
    page
}

/// The page of a Mitigation Policy.
pub(super) fn mitigation_policy(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let policy = &view.graph.corpus().mitigation_policies[index as usize];
    let node = Node::MitigationPolicy(index);
    let mut page = view.blank(route, PageKind::MitigationPolicy, "Mitigation Policy", policy.title.clone());
    page.breadcrumbs = view.crumbs(Some((Kind::MitigationPolicy.title(), Subject::Index(Kind::MitigationPolicy))));
    fill(view, &mut page, node, policy);
    page
}

/// The page of a Hardening Policy.
pub(super) fn hardening_policy(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let policy = &view.graph.corpus().hardening_policies[index as usize];
    let node = Node::HardeningPolicy(index);
    let mut page = view.blank(route, PageKind::HardeningPolicy, "Hardening Policy", policy.title.clone());
    page.breadcrumbs = view.crumbs(Some((Kind::HardeningPolicy.title(), Subject::Index(Kind::HardeningPolicy))));
    fill(view, &mut page, node, policy);
    page
}

fn fill(view: &SiteView<'_>, page: &mut Page, node: Node, policy: &Measure) {
    page.summary = first_sentence(policy.description.as_deref().unwrap_or_default());
    let (mitigations, others) = mitigations(view, node);
    let other_tags: Vec<String> =
        policy.tags.iter().filter(|tag| !tag.to_ascii_lowercase().starts_with("attack.")).cloned().collect();
    page.facts = [
        text_fact("author", "Author", policy.author.as_deref()),
        text_fact("description", "Description", policy.description.as_deref()),
        list_fact("tactic", "ATT&CK Tactic", tagged(view, node, EdgeKind::HasTactic)),
        list_fact("technique", "ATT&CK Technique", tagged(view, node, EdgeKind::HasTechnique)),
        list_fact("mitigation", "ATT&CK Mitigation", mitigations),
        list_fact("group", "ATT&CK Group", tagged(view, node, EdgeKind::HasGroup)),
        list_fact("software", "ATT&CK Software", tagged(view, node, EdgeKind::HasSoftware)),
        list_fact("attack-other", "ATT&CK, other", others),
        list_fact("mitigation-system", "Mitigation System", links(view, node, EdgeKind::UsesSystem)),
        texts_fact("platform", "Platform", &policy.platforms),
        texts_fact("minimum-version", "Minimum Version", &policy.minimum_versions),
        texts_fact("prerequisites", "Prerequisites", &policy.prerequisites),
        references_fact(&policy.references),
        texts_fact("other-tags", "Other Tags", &other_tags),
    ]
    .into_iter()
    .flatten()
    .collect();
    let configuration = policy.configuration.as_deref();
    let text = text_section(view, page.route, node, ("configuration", "Configuration"), configuration);
    page.sections.extend(text);
    let data = view.graph.from(node, EdgeKind::Records);
    page.sections.extend(view.link_section("data", "Data Needed that records its work", &data));
    let techniques = view.graph.to(node, EdgeKind::HasTechnique);
    let mut rules: Vec<u32> = techniques.flat_map(|t| view.graph.rules_of(t, EdgeKind::HasTechnique)).collect();
    rules.sort_unstable();
    rules.dedup();
    page.sections.extend(view.rule_section("rules", "Rules for the same techniques", &rules));
    if !policy.tags.is_empty() {
        page.credits = vec![view.attack_credit()];
    }
}

/// The mitigations of ATT&CK a policy is tagged with, and what else has no row of its own.
#[allow(clippy::type_complexity, reason = "two lists of the values of a fact")]
fn mitigations(view: &SiteView<'_>, node: Node) -> (Vec<Vec<Inline>>, Vec<Vec<Inline>>) {
    let is_mitigation = |to: Node| view.graph.attack(to).is_some_and(|o| o.id.kind() == AttackKind::Mitigation);
    let targets = view.graph.to(node, EdgeKind::HasOther).map(is_mitigation);
    let (own, others): (Vec<_>, Vec<_>) =
        targets.zip(tagged(view, node, EdgeKind::HasOther)).partition(|(mitigation, _)| *mitigation);
    let lines = |list: Vec<(bool, Vec<Inline>)>| list.into_iter().map(|(_, line)| line).collect();
    (lines(own), lines(others))
}
