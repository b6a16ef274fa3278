//! The pages of Customers and Use Cases, and what other pages say of them.

use std::collections::BTreeSet;

use crate::graph::{EdgeKind, Node};
use crate::model::Kind;
use crate::site::{Page, PageKind, RouteId, Section, Subject};

use super::SiteView;
use super::parts::{first_sentence, list_fact, references_fact, text_fact};
use super::telemetry::{links, techniques};

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
    let seen = techniques(view, &rules);
    page.sections.extend(view.technique_section("techniques", "Techniques its rules detect", &seen));
    let customers = view.graph.from(node, EdgeKind::HasUseCase);
    page.sections.extend(view.link_section("customers", "Customers that have it", &customers));
    if !seen.is_empty() {
        page.credits = vec![view.attack_credit()];
    }
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
    let own = rules(view, node);
    page.sections.extend(view.rule_section("rules", "Detection rules", &own));
    let shown: BTreeSet<u32> = own.iter().copied().collect();
    let of_cases: BTreeSet<u32> =
        view.graph.to(node, EdgeKind::HasUseCase).flat_map(|case| rules(view, case)).collect();
    let of_cases: Vec<u32> = of_cases.difference(&shown).copied().collect();
    page.sections.extend(view.rule_section("use-case-rules", "More rules, of its Use Cases", &of_cases));
    let seen = techniques(view, &[own, of_cases].concat());
    page.sections.extend(view.technique_section("techniques", "Techniques these rules detect", &seen));
    if !seen.is_empty() {
        page.credits = vec![view.attack_credit()];
    }
    page
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
