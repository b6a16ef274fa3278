//! The pages of Customers and Use Cases, and what other pages say of them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{CoverageState, EdgeKind, Node};
use crate::model::Kind;
use crate::site::{Block, Inline, Page, PageKind, RouteId, Section, Stat, Subject};

use super::SiteView;
use super::gaps::{Looked, enterprise, number, ranked};
use super::parts::{first_sentence, list_fact, references_fact, section, table, text_fact};
use super::telemetry::links;

pub(super) fn use_case(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let case = &view.graph.corpus().use_cases[index as usize];
    let node = Node::UseCase(index);
    let mut page = view.blank(route, PageKind::UseCase, "Use Case", case.title.clone());
    page.summary = first_sentence(case.description.as_deref().unwrap_or_default());
    page.breadcrumbs = view.crumbs(Some((Kind::UseCase.title(), Subject::Index(Kind::UseCase))));
    page.facts = [
        text_fact("name", "Use Case Name", case.name.as_deref()),
        text_fact("author", "Author", case.author.as_deref()),
        text_fact("description", "Description", case.description.as_deref()),
        list_fact("data-needed", "Data Needed", links(view, node, EdgeKind::TakesData)),
        list_fact("logging-policy", "Logging Policy", links(view, node, EdgeKind::TakesPolicy)),
        references_fact(&case.references),
    ]
    .into_iter()
    .flatten()
    .collect();
    let rules = rules(view, node);
    page.sections.extend(view.rule_section("rules", "Detection rules", &rules));
    let seen = view.seen_section("techniques", "Techniques its rules detect", &rules);
    if seen.is_some() {
        page.credits = vec![view.attack_credit()];
    }
    page.sections.extend(seen);
    let customers = view.graph.from(node, EdgeKind::HasUseCase);
    page.sections.extend(view.link_section("customers", "Customers that have it", &customers));
    page
}

pub(super) fn customer(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let customer = &view.graph.corpus().customers[index as usize];
    let node = Node::Customer(index);
    let mut page = view.blank(route, PageKind::Customer, "Customer", customer.title.clone());
    page.summary = first_sentence(customer.description.as_deref().unwrap_or_default());
    page.breadcrumbs = view.crumbs(Some((Kind::Customer.title(), Subject::Index(Kind::Customer))));
    page.facts = [
        text_fact("name", "Customer Name", customer.name.as_deref()),
        text_fact("author", "Author", customer.author.as_deref()),
        text_fact("description", "Description", customer.description.as_deref()),
        list_fact("use-cases", "Use Cases", links(view, node, EdgeKind::HasUseCase)),
        list_fact("data-needed", "Data Needed", links(view, node, EdgeKind::TakesData)),
        list_fact("logging-policy", "Logging Policy", links(view, node, EdgeKind::TakesPolicy)),
        references_fact(&customer.references),
    ]
    .into_iter()
    .flatten()
    .collect();
    let all = view.graph.rules_of_customer(node);
    let judged = (!all.is_empty())
        .then(|| ranked(view, enterprise(view), |technique| view.graph.coverage_by(technique, &all).0));
    page.sections.extend(judged.as_deref().map(coverage));
    let own = rules(view, node);
    page.sections.extend(view.rule_section("rules", "Detection rules", &own));
    let of_cases: Vec<u32> = all.iter().copied().filter(|rule| !own.contains(rule)).collect();
    page.sections.extend(view.rule_section("use-case-rules", "More rules, of its Use Cases", &of_cases));
    page.sections.extend(view.seen_section("techniques", "Techniques these rules detect", &all));
    page.sections.extend(missing_data(view, node, &all));
    if let Some(judged) = judged {
        page.sections.extend(gaps(view, &judged));
        page.credits = vec![view.attack_credit()];
    }
    page
}

/// The techniques of the Enterprise matrix by what a Customer has for them.
fn coverage(judged: &[Looked<'_>]) -> Section {
    let stat = |state: CoverageState| {
        let count = judged.iter().filter(|one| one.coverage.state() == state).count();
        Stat { value: count.to_string(), label: state.title().to_owned(), target: None }
    };
    section(
        "coverage",
        "Enterprise techniques",
        Some(judged.len()),
        vec![Block::Stats(CoverageState::ALL.map(stat).into())],
    )
}

/// The Data Needed of a Customer's rules that it does not say it has; nothing where it says of none.
fn missing_data(view: &SiteView<'_>, customer: Node, rules: &[u32]) -> Option<Section> {
    let has: BTreeSet<Node> = view.graph.to(customer, EdgeKind::TakesData).collect();
    if has.is_empty() {
        return None;
    }
    let mut needed: BTreeMap<Node, usize> = BTreeMap::new();
    for data in rules.iter().flat_map(|rule| view.graph.to(Node::Rule(*rule), EdgeKind::NeedsData)) {
        *needed.entry(data).or_default() += usize::from(!has.contains(&data));
    }
    let mut missing: Vec<(Node, usize)> = needed.into_iter().filter(|(_, rules)| *rules > 0).collect();
    missing.sort_by_key(|(data, rules)| (Reverse(*rules), *data));
    let row = |(data, rules): &(Node, usize)| {
        let policies = view.graph.to(*data, EdgeKind::LoggedBy).map(|policy| view.link(policy)).collect();
        vec![vec![view.link(*data)], number(*rules), policies]
    };
    let rows: Vec<_> = missing.iter().map(row).collect();
    let columns = [("Data Needed", false), ("Rules", true), ("Logging Policy", false)];
    let title = "Data its rules need and it does not name";
    (!rows.is_empty()).then(|| section("missing-data", title, Some(rows.len()), vec![table(&columns, rows)]))
}

/// How many gaps a page lists; those after them few groups use.
const MOST_GAPS: usize = 100;

/// What a Customer has no rule for, those most groups use first.
fn gaps(view: &SiteView<'_>, judged: &[Looked<'_>]) -> Option<Section> {
    let gaps: Vec<&Looked<'_>> = judged.iter().filter(|one| one.coverage.rules == 0).collect();
    let columns =
        [("Technique", false), ("Tactics", false), ("Groups", true), ("Rules it lacks", true), ("Tests", true)];
    let row = |one: &&Looked<'_>| {
        vec![
            vec![view.link_as(format!("{}: {}", one.object.id, view.full_name(one.object)), one.node)],
            view.tactics_of(one.node),
            number(one.groups),
            number(view.graph.coverage(one.node).rules),
            number(one.coverage.tests),
        ]
    };
    let mut blocks = vec![table(&columns, gaps.iter().take(MOST_GAPS).map(row).collect())];
    if gaps.len() > MOST_GAPS {
        let more = format!("{} more, which fewer groups use, are left out here.", gaps.len() - MOST_GAPS);
        blocks.push(Block::Line(vec![Inline::text(more)]));
    }
    (!gaps.is_empty()).then(|| section("gaps", "Gaps: techniques it has no rule for", Some(gaps.len()), blocks))
}

/// The Use Cases and Customers with an edge of this kind to `node`, as sections of its page.
pub(super) fn named_in(view: &SiteView<'_>, node: Node, kind: EdgeKind) -> Vec<Section> {
    let (cases, customers): (Vec<Node>, Vec<Node>) =
        view.graph.from(node, kind).into_iter().partition(|from| matches!(from, Node::UseCase(_)));
    let sections = [
        view.link_section("use-cases", "Use Cases that name it", &cases),
        view.link_section("customers", "Customers that name it", &customers),
    ];
    sections.into_iter().flatten().collect()
}

/// The rules a Use Case or Customer names itself.
pub(super) fn rules(view: &SiteView<'_>, node: Node) -> Vec<u32> {
    view.graph.to(node, EdgeKind::HasRule).map(|rule| rule.index() as u32).collect()
}
