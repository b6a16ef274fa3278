//! The pages of groups, software, campaigns and mitigations: their techniques, and our gaps.

use crate::graph::{Edge, EdgeKind, Node, Via};
use crate::model::{AttackKind, AttackObject, Domain, SoftwareKind, Status};
use crate::site::{Block, Fact, FactValue, Inline, LinkTarget, Page, PageKind, RouteId, Section, Stat, Subject, Tone};
use crate::text::{SafeUrl, counted};

use super::SiteView;
use super::answers::{answers, tests_and_data};
use super::attack_text::AttackText;
use super::gaps::without_rule;
use super::parts::{section, status_badge, table, text_fact};

/// The page of a group, software or campaign.
pub(super) fn page(view: &SiteView<'_>, route: RouteId, node: Node, object: &AttackObject) -> Page {
    let (kind, kicker, index) = match object.id.kind() {
        AttackKind::Software => (PageKind::Software, software_kicker(object), "Software"),
        AttackKind::Campaign => (PageKind::Campaign, "Campaign", "Campaigns"),
        _ => (PageKind::Group, "Group", "Groups"),
    };
    let mut page = view.blank(route, kind, kicker, object.name.clone());
    page.id = Some(object.id.to_string());
    page.breadcrumbs = view.crumbs(Some((index, Subject::AttackIndex(object.id.kind()))));
    page.badges.extend(status_badge(object.status));
    page.facts = facts(view, node, object);
    let used = view.graph.to(node, EdgeKind::Uses);
    let of = |kind: AttackKind| -> Vec<Node> {
        used.clone().filter(|n| view.graph.attack(*n).is_some_and(|o| o.id.kind() == kind)).collect()
    };
    let techniques = of(AttackKind::Technique);
    let detected = techniques.iter().filter(|t| view.graph.coverage_with_subs(**t).rules > 0).count();
    let have = if detected == 1 { "has" } else { "have" };
    page.summary = format!(
        "{} uses {}; {detected} of them {have} a rule here.",
        object.name,
        counted(techniques.len(), "technique")
    );
    retired(view, &mut page, node, object);
    page.sections.extend(coverage(view, object, &techniques, detected));
    let mut text = AttackText::new(view, object);
    page.sections.extend(text.description());
    page.sections.extend(view.rule_section(
        "rules",
        "Rules tagged with it",
        &view.graph.rules_of(node, tag_of(object)),
    ));
    page.sections.extend(view.technique_section("techniques", "Techniques used", &techniques));
    page.sections.extend(without_rule(view, &techniques));
    page.sections.extend(tests_and_data(view, &techniques));
    page.sections.extend(answers(view, node, tag_of(object)));
    page.sections.extend(view.object_section("software", "Software it uses", &of(AttackKind::Software)));
    let users = view.graph.from(node, EdgeKind::Uses);
    for (kind, anchor, title) in [
        (AttackKind::Group, "groups", "Groups that use it"),
        (AttackKind::Campaign, "campaigns", "Campaigns that use it"),
    ] {
        let users: Vec<Node> =
            users.iter().copied().filter(|n| view.graph.attack(*n).is_some_and(|o| o.id.kind() == kind)).collect();
        page.sections.extend(view.object_section(anchor, title, &users));
    }
    let attributed = view.graph.from(node, EdgeKind::AttributedTo);
    page.sections.extend(view.object_section("attributed", "Campaigns attributed to it", &attributed));
    page.sections.extend(text.relations(node, EdgeKind::Uses, "How it uses them"));
    page.sections.extend(text.references());
    page.credits = vec![view.attack_credit()];
    page
}

/// The page of a mitigation.
pub(super) fn mitigation(view: &SiteView<'_>, route: RouteId, node: Node, object: &AttackObject) -> Page {
    let mut page = view.blank(route, PageKind::Mitigation, "Mitigation", object.name.clone());
    page.id = Some(object.id.to_string());
    page.breadcrumbs = view.crumbs(Some(("Mitigations", Subject::AttackIndex(AttackKind::Mitigation))));
    page.badges.extend(status_badge(object.status));
    page.facts = attack_facts(view, node, object);
    let techniques: Vec<Node> = view.graph.to(node, EdgeKind::Mitigates).collect();
    page.summary = format!("{} addresses {}.", object.name, counted(techniques.len(), "technique"));
    retired(view, &mut page, node, object);
    let mut text = AttackText::new(view, object);
    page.sections.extend(text.description());
    page.sections.extend(answers(view, node, EdgeKind::HasOther));
    page.sections.extend(view.technique_section("techniques", "Techniques it addresses", &techniques));
    page.sections.extend(tests_and_data(view, &techniques));
    page.sections.extend(text.relations(node, EdgeKind::Mitigates, "How it addresses them"));
    page.sections.extend(text.references());
    page.credits = vec![view.attack_credit()];
    page
}

fn software_kicker(object: &AttackObject) -> &'static str {
    match object.software_kind {
        Some(SoftwareKind::Malware) => "Malware",
        Some(SoftwareKind::Tool) => "Tool",
        None => "Software",
    }
}

fn facts(view: &SiteView<'_>, node: Node, object: &AttackObject) -> Vec<Fact> {
    let mut facts = attack_facts(view, node, object);
    facts.extend(text_fact("aliases", "Also known as", Some(&object.aliases.join(", "))));
    facts.extend(text_fact("platform", "Platforms", Some(&object.platforms.join(", "))));
    facts.extend(text_fact("first-seen", "First seen", object.first_seen.as_deref()));
    facts.extend(text_fact("last-seen", "Last seen", object.last_seen.as_deref()));
    let groups: Vec<Vec<Inline>> = view.graph.to(node, EdgeKind::AttributedTo).map(|to| vec![view.link(to)]).collect();
    facts.extend(super::parts::list_fact("attributed-to", "Attributed to", groups));
    facts
}

/// The edges of tags that name such an object.
fn tag_of(object: &AttackObject) -> EdgeKind {
    match object.id.kind() {
        AttackKind::Group => EdgeKind::HasGroup,
        AttackKind::Software => EdgeKind::HasSoftware,
        _ => EdgeKind::HasOther,
    }
}

fn coverage(view: &SiteView<'_>, object: &AttackObject, techniques: &[Node], detected: usize) -> Option<Section> {
    if techniques.is_empty() {
        return None;
    }
    let tested = techniques.iter().filter(|t| view.graph.coverage_with_subs(**t).tests > 0).count();
    let stat = |value: usize, label: &str| Stat { value: value.to_string(), label: label.to_owned(), target: None };
    let stats = vec![
        stat(techniques.len(), "techniques used"),
        stat(detected, "with a rule"),
        stat(tested, "with a test"),
        stat(techniques.len() - detected, "without a rule"),
    ];
    let mut blocks = vec![Block::Stats(stats)];
    blocks.extend(on_the_matrix(view, object, techniques));
    Some(section("coverage", "Coverage", None, blocks))
}

/// Links to the matrices its techniques are in, with those techniques marked.
fn on_the_matrix(view: &SiteView<'_>, object: &AttackObject, techniques: &[Node]) -> Option<Block> {
    let key = match object.id.kind() {
        AttackKind::Group => "group",
        AttackKind::Software => "software",
        _ => return None,
    };
    if object.status != Status::Active {
        return None;
    }
    let mut line = Vec::new();
    for domain in Domain::ALL {
        let is_there = |node: &Node| view.graph.attack(*node).is_some_and(|o| o.domains.contains(&domain));
        let Some(matrix) = view.plan.route(Subject::Matrix(domain)).filter(|_| techniques.iter().any(is_there)) else {
            continue;
        };
        line.push(Inline::text(if line.is_empty() { "Marked on the matrix: " } else { ", " }));
        let id = object.id.to_string();
        line.push(Inline::Link(domain.title().to_owned(), LinkTarget::View(matrix, key, id)));
    }
    if !line.is_empty() {
        line.push(Inline::text("."));
    }
    (!line.is_empty()).then_some(Block::Line(line))
}

/// What every ATT&CK object shows: its domains, its page on attack.mitre.org, what it replaced.
pub(super) fn attack_facts(view: &SiteView<'_>, node: Node, object: &AttackObject) -> Vec<Fact> {
    let domains: Vec<&str> = object.domains.iter().map(|domain| Domain::title(*domain)).collect();
    let mut facts: Vec<Fact> = text_fact("domain", "Domain", Some(&domains.join(", "))).into_iter().collect();
    if let Some(url) = object.id.url().as_deref().and_then(SafeUrl::external) {
        let link = Inline::Link(format!("{} on attack.mitre.org", object.id), LinkTarget::Url(url));
        facts.push(Fact { key: "upstream", label: "ATT&CK", value: FactValue::One(vec![link]) });
    }
    let former = view.graph.from(node, EdgeKind::RevokedBy).into_iter().map(|old| vec![view.link(old)]).collect();
    facts.extend(super::parts::list_fact("replaces", "Replaces", former));
    facts
}

/// Says on its page that an object is no longer current, and lists what here still uses it; a page
/// that has nothing else to say leads to the one in its place.
pub(super) fn retired(view: &SiteView<'_>, page: &mut Page, node: Node, object: &AttackObject) {
    let mut line = match object.status {
        Status::Active => return,
        Status::Deprecated => {
            vec![Inline::text(format!("ATT&CK no longer maintains {} and names nothing in its place.", object.id))]
        }
        Status::Revoked => vec![Inline::text(format!("ATT&CK revoked {}", object.id))],
    };
    let successors: Vec<Node> = view.graph.to(node, EdgeKind::RevokedBy).collect();
    for (i, to) in successors.iter().enumerate() {
        line.push(Inline::text(if i == 0 { "; in its place stands " } else { " and " }));
        line.push(view.link(*to));
    }
    if object.status == Status::Revoked {
        line.push(Inline::text("."));
    }
    let used = still_used(view, object, &successors);
    if let ([successor], None) = (successors.as_slice(), &used) {
        page.moved_to = view.plan.node(*successor);
    }
    page.sections.push(section("retired", "No longer current", None, vec![Block::Notice(Tone::Caution, line)]));
    page.sections.extend(used);
}

/// The files that name a retired object by its old id; their links lead to the successor.
fn still_used(view: &SiteView<'_>, object: &AttackObject, successors: &[Node]) -> Option<Section> {
    let old = object.id.to_string();
    named_by(view, &old, successors, |via| matches!(via, Via::Retired { id, .. } if *id == old))
}

/// The files whose links to one of `successors` were written with the retired name `old`.
pub(super) fn named_by(
    view: &SiteView<'_>,
    old: &str,
    successors: &[Node],
    is_by_old: impl Fn(&Via) -> bool,
) -> Option<Section> {
    const TAGS: [EdgeKind; 5] =
        [EdgeKind::HasTactic, EdgeKind::HasTechnique, EdgeKind::HasGroup, EdgeKind::HasSoftware, EdgeKind::HasOther];
    let mut users: Vec<Node> = Vec::new();
    for (successor, kind) in successors.iter().flat_map(|to| TAGS.map(|kind| (*to, kind))) {
        let by_old = |edge: &&Edge| is_by_old(&edge.via);
        users.extend(view.graph.backlinks(successor, kind).filter(by_old).map(|edge| edge.from));
    }
    users.sort_unstable();
    users.dedup();
    if users.is_empty() {
        return None;
    }
    let rows = users.iter().map(|user| {
        let path = view.graph.origin(*user).map(|origin| Inline::Code(origin.within.clone()));
        vec![vec![view.link(*user)], path.into_iter().collect()]
    });
    let rows = rows.collect();
    let columns = [("Page", false), ("File", false)];
    Some(section("still-used", &format!("Files that still name {old}"), Some(users.len()), vec![table(&columns, rows)]))
}
