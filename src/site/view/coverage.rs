//! What is covered and what is not, by tactic, platform, group, log source, data component and customer,
//! with the gaps that matter most first: those most groups would walk through.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::graph::{Coverage, CoverageState, EdgeKind, Node};
use crate::model::{AttackKind, AttackObject, Domain, Status};
use crate::site::exports::{self, Layer};
use crate::site::{Block, Inline, LinkTarget, MatrixChoices, Page, PageKind, RouteId, Section, Stat, Subject};

use super::SiteView;
use super::gaps::{Looked, enterprise, listed, number, ranked};
use super::matrix::tactics;
use super::parts::{section, table};

type Row = Vec<Vec<Inline>>;

/// Adds the way to a layer.
type WithLayer<'a> = dyn Fn(Inline, Layer) -> Vec<Inline> + 'a;

pub(super) fn page(view: &SiteView<'_>, route: RouteId) -> Page {
    let mut page = view.blank(route, PageKind::Coverage, "Coverage", "Coverage and gaps".to_owned());
    page.breadcrumbs = view.crumbs(None);
    let techniques = ranked(view, enterprise(view), |node| view.graph.coverage(node));
    let without = techniques.iter().filter(|one| one.coverage.rules == 0).count();
    page.summary = format!(
        "{} of {} Enterprise techniques have a rule; the {without} others by how many groups use them.",
        techniques.len() - without,
        techniques.len()
    );
    page.sections.push(section("numbers", "In numbers", None, vec![Block::Stats(stats(view, &techniques))]));
    page.sections.extend(by_tactic(view));
    let choices = view.matrix_choices(Domain::Enterprise);
    let layers: BTreeSet<Layer> = view.narrowed_layers(&choices).into_iter().map(|(which, _)| which).collect();
    // A name with the way to its layer of the Navigator, where there is one.
    let with_layer = |name: Inline, which: Layer| {
        if !layers.contains(&which) {
            return vec![name];
        }
        let layer = Inline::Link("layer".to_owned(), view.file(route, &exports::layer(&which)));
        vec![name, layer]
    };
    page.sections.extend(by_platform(view, &choices, &with_layer));
    page.sections.extend(gaps("gaps", "Gaps: neither rule nor test", view, &techniques, CoverageState::Nothing));
    page.sections.extend(gaps("tested", "Tested, but no rule", view, &techniques, CoverageState::TestOnly));
    page.sections.extend(untested(view, &techniques));
    page.sections.extend(by_group(view));
    page.sections.extend(by_log_source(view, &choices, &with_layer));
    page.sections.extend(by_data_component(view));
    page.sections.extend(by_customer(view, &techniques, &with_layer));
    page.credits = vec![view.attack_credit()];
    page
}

fn stats(view: &SiteView<'_>, techniques: &[Looked<'_>]) -> Vec<Stat> {
    let of = |state| techniques.iter().filter(|one| one.coverage.state() == state).count();
    let target = view.plan.route(Subject::Matrix(Domain::Enterprise));
    CoverageState::ALL
        .map(|state| Stat { value: of(state).to_string(), label: state.title().to_owned(), target })
        .into()
}

/// A link to a matrix narrowed to a choice.
fn on_matrix(matrix: RouteId, label: &str, key: &'static str, value: &str) -> Inline {
    Inline::Link(label.to_owned(), LinkTarget::View(matrix, key, value.to_owned()))
}

/// How many are in each state, the best first.
fn in_states(states: impl Iterator<Item = CoverageState>) -> [usize; 4] {
    let mut counts = [0; 4];
    for state in states {
        counts[state as usize] += 1;
    }
    counts
}

/// How many there are, and how many in each state, as cells.
fn shares(states: impl Iterator<Item = CoverageState>) -> [Vec<Inline>; 5] {
    let [full, rule, tests, none] = in_states(states);
    [full + rule + tests + none, full, rule, tests, none].map(number)
}

const SHARES: [(&str, bool); 5] =
    [("Techniques", true), ("Full", true), ("Rule", true), ("Test only", true), ("Neither", true)];

fn with_shares(first: &'static str) -> Vec<(&'static str, bool)> {
    [(first, false)].into_iter().chain(SHARES).collect()
}

fn filled(anchor: &str, title: &str, columns: &[(&'static str, bool)], rows: Vec<Row>) -> Option<Section> {
    (!rows.is_empty()).then(|| section(anchor, title, Some(rows.len()), vec![table(columns, rows)]))
}

fn by_tactic(view: &SiteView<'_>) -> Option<Section> {
    let rows = tactics(view, Domain::Enterprise).into_iter().filter_map(|tactic| {
        let name = view.graph.attack(tactic)?.name.clone();
        let techniques = view.graph.techniques_of(tactic).into_iter();
        let states = techniques.map(|technique| view.graph.coverage_with_subs(technique).state());
        let mut row = vec![vec![view.link_as(name, tactic)]];
        row.extend(shares(states));
        Some(row)
    });
    filled("tactics", "By tactic", &with_shares("Tactic"), rows.collect())
}

fn by_platform(view: &SiteView<'_>, choices: &MatrixChoices, with_layer: &WithLayer<'_>) -> Option<Section> {
    let matrix = view.plan.route(Subject::Matrix(Domain::Enterprise))?;
    let rows = choices.platforms.iter().enumerate().map(|(i, name)| {
        let on_it = choices.technique_platforms.iter().map(|platforms| platforms.contains(&i));
        let states = choices.on_platform(i).into_iter().zip(on_it).filter(|(_, on_it)| *on_it);
        let mut row = vec![with_layer(on_matrix(matrix, name, "platform", name), Layer::Platform(name.clone()))];
        row.extend(shares(states.map(|(coverage, _)| coverage.state())));
        row
    });
    filled("platforms", "By platform", &with_shares("Platform"), rows.collect())
}

fn by_log_source(view: &SiteView<'_>, choices: &MatrixChoices, with_layer: &WithLayer<'_>) -> Option<Section> {
    let matrix = view.plan.route(Subject::Matrix(Domain::Enterprise))?;
    let mut sources: Vec<(&String, usize, [usize; 4])> = choices
        .sources
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let rules = choices.rules.iter().filter(|rule| rule.source == Some(i)).count();
            (name, rules, in_states(choices.of_source(i).into_iter().map(Coverage::state)))
        })
        .collect();
    sources.sort_by_key(|(_, rules, [full, ruled, ..])| (Reverse(full + ruled), Reverse(*rules)));
    let rows = sources.into_iter().map(|(name, rules, [full, ruled, ..])| {
        let source = with_layer(on_matrix(matrix, name, "source", name), Layer::LogSource(name.clone()));
        vec![source, number(rules), number(full + ruled), number(full), number(ruled)]
    });
    let columns = [("Log source", false), ("Rules", true), ("Techniques", true), ("Full", true), ("Rule", true)];
    filled("sources", "By log source", &columns, rows.collect())
}

fn gaps(anchor: &str, title: &str, view: &SiteView<'_>, all: &[Looked<'_>], state: CoverageState) -> Option<Section> {
    let gaps: Vec<&Looked<'_>> = all.iter().filter(|one| one.coverage.state() == state).collect();
    (!gaps.is_empty()).then(|| section(anchor, title, Some(gaps.len()), vec![listed(view, gaps.iter().copied())]))
}

fn untested(view: &SiteView<'_>, techniques: &[Looked<'_>]) -> Option<Section> {
    let columns = [("Technique", false), ("Rules", true), ("Data Needed", true), ("Groups", true)];
    let is_meant = |one: &&Looked<'_>| one.coverage.rules > 0 && one.coverage.tests == 0;
    let rows = techniques.iter().filter(is_meant).map(|one| {
        vec![vec![view.link(one.node)], number(one.coverage.rules), number(one.coverage.data), number(one.groups)]
    });
    filled("untested", "Techniques with a rule and no test", &columns, rows.collect())
}

fn by_group(view: &SiteView<'_>) -> Option<Section> {
    let rows = by_object(view, AttackKind::Group, |group| {
        let is_technique = |to: &Node| view.graph.attack(*to).is_some_and(|to| to.id.kind() == AttackKind::Technique);
        let used = view.graph.to(group, EdgeKind::Uses).filter(is_technique);
        used.map(|technique| view.graph.coverage(technique).state()).collect()
    });
    filled("groups", "By group", &with_shares("Group"), rows)
}

/// What an analytic of ATT&CK can detect with what a data component records.
fn by_data_component(view: &SiteView<'_>) -> Option<Section> {
    let rows = by_object(view, AttackKind::DataComponent, |component| {
        let techniques = view.graph.detectable_with(component).into_iter();
        techniques.map(|(technique, _)| view.graph.coverage_with_subs(technique).state()).collect()
    });
    filled("data-components", "By data component", &with_shares("Data component"), rows)
}

/// A row for each current object of a kind with the states of its techniques, those with most techniques first.
fn by_object(view: &SiteView<'_>, kind: AttackKind, states: impl Fn(Node) -> Vec<CoverageState>) -> Vec<Row> {
    let row = |(node, object): (Node, &AttackObject)| {
        let states = states(node);
        let mut row = vec![vec![view.link_as(object.name.clone(), node)]];
        row.extend(shares(states.iter().copied()));
        (object.status == Status::Active && !states.is_empty()).then_some((states.len(), row))
    };
    let mut rows: Vec<(usize, Row)> = view.graph.attack_nodes(kind).filter_map(row).collect();
    rows.sort_by_key(|(techniques, _)| Reverse(*techniques));
    rows.into_iter().map(|(_, row)| row).collect()
}

/// What the rules of each customer cover of all techniques.
fn by_customer(view: &SiteView<'_>, techniques: &[Looked<'_>], with_layer: &WithLayer<'_>) -> Option<Section> {
    let customers = (0..).zip(&view.graph.corpus().customers);
    let rows = customers.map(|(i, entity)| {
        let customer = Node::Customer(i);
        let rules = view.graph.rules_of_customer(customer);
        let states = techniques.iter().map(|one| view.graph.coverage_by(one.node, &rules).0.state());
        let name = with_layer(view.link(customer), Layer::Customer(entity.origin.stem.clone()));
        let mut row = vec![name, number(rules.len())];
        row.extend(shares(states));
        row
    });
    let mut columns = with_shares("Customer");
    columns.insert(1, ("Rules", true));
    filled("customers", "By customer", &columns, rows.collect())
}
