//! What is covered and what is not, by tactic, platform, log source, group and customer, with the
//! gaps that matter most first: those most groups would walk through.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::graph::{Coverage, CoverageState, EdgeKind, Node};
use crate::model::{AttackKind, AttackObject, Domain, Status};
use crate::site::exports::{self, Layer};
use crate::site::{Block, Inline, LinkTarget, MatrixChoices, Page, PageKind, RouteId, Section, Stat, Subject};

use super::SiteView;
use super::matrix::tactics;
use super::parts::{section, table};

type Row = Vec<Vec<Inline>>;

/// Adds the way to a layer.
type WithLayer<'a> = dyn Fn(Inline, Layer) -> Vec<Inline> + 'a;

/// A technique of the Enterprise matrix with what speaks for looking at it.
struct Looked<'a> {
    node: Node,
    object: &'a AttackObject,
    coverage: Coverage,
    groups: usize,
    software: usize,
}

pub(super) fn page(view: &SiteView<'_>, route: RouteId) -> Page {
    let mut page = view.blank(route, PageKind::Coverage, "Coverage", "Coverage and gaps".to_owned());
    page.breadcrumbs = view.crumbs(None);
    let techniques = techniques(view);
    let gaps = techniques.iter().filter(|one| one.coverage.rules == 0).count();
    page.summary = format!(
        "{} of {} Enterprise techniques have a rule; the {gaps} others by how many groups use them.",
        techniques.len() - gaps,
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
    page.sections.extend(ranked(view, "gaps", "Gaps: neither rule nor test", &techniques, CoverageState::Nothing));
    page.sections.extend(ranked(view, "tested", "Tested, but no rule", &techniques, CoverageState::TestOnly));
    page.sections.extend(untested(view, &techniques));
    page.sections.extend(by_group(view));
    page.sections.extend(by_log_source(view, &choices, &with_layer));
    page.sections.extend(by_customer(view, &with_layer));
    page.credits = vec![view.attack_credit()];
    page
}

/// All, sub-techniques on their own; those most groups use first, then those most software uses.
fn techniques<'a>(view: &SiteView<'a>) -> Vec<Looked<'a>> {
    let is_meant =
        |object: &AttackObject| object.status == Status::Active && object.domains.contains(&Domain::Enterprise);
    let users = |node: Node| view.graph.from(node, EdgeKind::Uses);
    let count = |users: &[Node], kind: AttackKind| {
        let is_of = |node: &&Node| view.graph.attack(**node).is_some_and(|user| user.id.kind() == kind);
        users.iter().filter(is_of).count()
    };
    let mut all: Vec<Looked<'a>> = view
        .graph
        .attack_nodes(AttackKind::Technique)
        .filter(|(_, object)| is_meant(object))
        .map(|(node, object)| {
            let users = users(node);
            let (groups, software) = (count(&users, AttackKind::Group), count(&users, AttackKind::Software));
            Looked { node, object, coverage: view.graph.coverage(node), groups, software }
        })
        .collect();
    all.sort_by_key(|one| (Reverse(one.groups), Reverse(one.software), one.object.id));
    all
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

fn number(n: usize) -> Vec<Inline> {
    vec![Inline::text(n.to_string())]
}

/// How many there are, and how many in each state, as cells.
fn shares(states: impl Iterator<Item = CoverageState>) -> [Vec<Inline>; 5] {
    let mut counts = [0; 4];
    for state in states {
        counts[state as usize] += 1;
    }
    let [full, rule, tests, none] = counts;
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
    let mut sources: Vec<(&String, usize, usize)> = choices
        .sources
        .iter()
        .enumerate()
        .map(|(i, name)| {
            let rules = choices.rules.iter().filter(|rule| rule.source == Some(i));
            let techniques: BTreeSet<usize> = rules.clone().flat_map(|rule| rule.techniques.iter().copied()).collect();
            (name, rules.count(), techniques.len())
        })
        .collect();
    sources.sort_by_key(|(_, rules, techniques)| (Reverse(*techniques), Reverse(*rules)));
    let rows = sources.into_iter().map(|(name, rules, techniques)| {
        let source = with_layer(on_matrix(matrix, name, "source", name), Layer::LogSource(name.clone()));
        vec![source, number(rules), number(techniques)]
    });
    let columns = [("Log source", false), ("Rules", true), ("Techniques", true)];
    filled("sources", "By log source", &columns, rows.collect())
}

fn ranked(
    view: &SiteView<'_>,
    anchor: &str,
    title: &str,
    techniques: &[Looked<'_>],
    state: CoverageState,
) -> Option<Section> {
    let columns = [("Technique", false), ("Tactics", false), ("Groups", true), ("Software", true), ("Tests", true)];
    let rows = techniques.iter().filter(|one| one.coverage.state() == state).map(|one| {
        let tactics = view.graph.to(one.node, EdgeKind::InTactic);
        vec![
            vec![view.link(one.node)],
            tactics.filter_map(|to| Some(view.link_as(view.graph.attack(to)?.name.clone(), to))).collect(),
            number(one.groups),
            number(one.software),
            number(one.coverage.tests),
        ]
    });
    filled(anchor, title, &columns, rows.collect())
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
    let mut groups: Vec<(usize, Row)> = view
        .graph
        .attack_nodes(AttackKind::Group)
        .filter(|(_, object)| object.status == Status::Active)
        .filter_map(|(node, object)| {
            let used = view.graph.to(node, EdgeKind::Uses);
            let techniques: Vec<Node> = used
                .filter(|to| view.graph.attack(*to).is_some_and(|used| used.id.kind() == AttackKind::Technique))
                .collect();
            let states = techniques.iter().map(|technique| view.graph.coverage(*technique).state());
            let mut row = vec![vec![view.link_as(object.name.clone(), node)]];
            row.extend(shares(states));
            (!techniques.is_empty()).then_some((techniques.len(), row))
        })
        .collect();
    groups.sort_by_key(|(techniques, _)| Reverse(*techniques));
    let rows = groups.into_iter().map(|(_, row)| row).collect();
    filled("groups", "By group", &with_shares("Group"), rows)
}

/// What the rules a customer has cover.
fn by_customer(view: &SiteView<'_>, with_layer: &WithLayer<'_>) -> Option<Section> {
    let customers = (0..).zip(&view.graph.corpus().customers);
    let rows = customers.map(|(i, entity)| {
        let customer = Node::Customer(i);
        let rules = view.graph.rules_of_customer(customer);
        let techniques: BTreeSet<Node> =
            rules.iter().flat_map(|rule| view.graph.to(*rule, EdgeKind::HasTechnique)).collect();
        let name = with_layer(view.link(customer), Layer::Customer(entity.origin.stem.clone()));
        vec![name, number(rules.len()), number(techniques.len())]
    });
    let columns = [("Customer", false), ("Rules", true), ("Techniques", true)];
    filled("customers", "By customer", &columns, rows.collect())
}
