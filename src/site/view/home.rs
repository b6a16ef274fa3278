//! The first page: what there is, what it covers, what changed last.

use crate::graph::Node;
use crate::model::{AttackKind, Domain, Kind, Status};
use crate::site::plan_input::is_home;
use crate::site::{Block, Inline, Overview, Page, PageKind, RouteId, Section, Stat, Subject, matrix_picture};

use super::parts::{section, table};
use super::{SiteView, free};

/// How many rules the list of latest changes shows.
const LATEST: usize = 10;

pub(super) fn page(view: &SiteView<'_>, route: RouteId) -> Page {
    let mut page = view.blank(route, PageKind::Home, "Detection and response", view.config.title.clone());
    page.summary = format!(
        "{} detection rules, {} tests and the data they need, linked with MITRE ATT&CK®.",
        view.count(Kind::Rule),
        tests(view)
    );
    let mut numbers = vec![Block::Stats(stats(view))];
    numbers.extend(overview(view).map(Block::Overview));
    page.sections.push(section("numbers", "In numbers", None, numbers));
    page.sections.extend(introduction(view, route));
    page.sections.extend(kinds(view));
    page.sections.extend(coverage(view));
    page.sections.extend(latest(view));
    page.credits = vec![view.attack_credit()];
    page
}

fn tests(view: &SiteView<'_>) -> usize {
    view.graph.corpus().triggers.iter().map(|trigger| trigger.tests.len()).sum()
}

fn stats(view: &SiteView<'_>) -> Vec<Stat> {
    let stat =
        |value: String, label: &str, subject| Stat { value, label: label.to_owned(), target: view.plan.route(subject) };
    let techniques: Vec<Node> = view
        .graph
        .attack_nodes(AttackKind::Technique)
        .filter(|(_, object)| object.status == Status::Active && object.domains.contains(&Domain::Enterprise))
        .map(|(node, _)| node)
        .collect();
    let covered = techniques.iter().filter(|t| view.graph.coverage(**t).rules > 0).count();
    vec![
        stat(view.count(Kind::Rule).to_string(), "detection rules", Subject::Index(Kind::Rule)),
        stat(format!("{covered} of {}", techniques.len()), "Enterprise techniques with a rule", Subject::Coverage),
        stat(tests(view).to_string(), "tests", Subject::Index(Kind::Trigger)),
        stat(view.count(Kind::DataNeeded).to_string(), "Data Needed", Subject::Index(Kind::DataNeeded)),
    ]
}

/// The text of `content/pages/index.md`.
fn introduction(view: &SiteView<'_>, route: RouteId) -> Option<Section> {
    let page = view.graph.corpus().pages.iter().find(|page| is_home(&page.origin.within) && !page.draft)?;
    Some(section("about", &page.title, None, vec![Block::Prose(free::prose(view, route, page, 2))]))
}

fn kinds(view: &SiteView<'_>) -> Option<Section> {
    let about = |kind: Kind| match kind {
        Kind::Rule => "Sigma rules with their queries",
        Kind::DataNeeded => "The events rules are written against",
        Kind::LoggingPolicy => "How each log is switched on",
        Kind::Enrichment => "Fields that are added to events",
        Kind::Trigger => "Tests that should fire the rules",
        Kind::ResponseAction => "Single steps of a response",
        Kind::ResponsePlaybook => "What to do, in order",
        Kind::ResponseStage => "What is done when, and with which actions",
        Kind::MitigationSystem => "What mitigations are put in place with",
        Kind::MitigationPolicy => "How each mitigation is switched on",
        Kind::HardeningPolicy => "How systems are made harder to attack",
        Kind::UseCase => "What is watched for, and with what",
        Kind::Customer => "Who is watched for, and what is in use there",
        Kind::RecordedEvent | Kind::Page => "",
    };
    let cards: Vec<_> = Kind::ALL
        .into_iter()
        .filter(|kind| kind.is_listed() && view.count(*kind) > 0)
        .filter_map(|kind| {
            let route = view.plan.route(Subject::Index(kind))?;
            Some((kind.title().to_owned(), route, about(kind).to_owned(), Some(view.count(kind))))
        })
        .collect();
    (!cards.is_empty()).then(|| section("content", "Browse", None, vec![Block::Cards(cards)]))
}

/// Per tactic: how many of its techniques have a rule, a test.
fn coverage(view: &SiteView<'_>) -> Option<Section> {
    let columns = [("Tactic", false), ("Techniques", true), ("With a rule", true), ("With a test", true)];
    let rows: Vec<_> = super::matrix::tactics(view, Domain::Enterprise)
        .into_iter()
        .filter_map(|tactic| {
            let object = view.graph.attack(tactic)?;
            let techniques = view.graph.techniques_of(tactic);
            let covered = |f: fn(crate::graph::Coverage) -> usize| {
                techniques.iter().filter(|t| f(view.graph.coverage_with_subs(**t)) > 0).count()
            };
            Some(vec![
                vec![view.link_as(object.name.clone(), tactic)],
                vec![Inline::text(techniques.len().to_string())],
                vec![Inline::text(covered(|c| c.rules).to_string())],
                vec![Inline::text(covered(|c| c.tests).to_string())],
            ])
        })
        .collect();
    (!rows.is_empty()).then(|| section("coverage", "Coverage by tactic", None, vec![table(&columns, rows)]))
}

/// The Enterprise matrix at a glance.
fn overview(view: &SiteView<'_>) -> Option<Overview> {
    let state = |node: &Node| view.graph.coverage_with_subs(*node).state();
    let column = |tactic: Node| view.graph.techniques_of(tactic).iter().map(state).collect();
    Some(Overview {
        title: "Enterprise matrix".to_owned(),
        target: view.plan.route(Subject::Matrix(Domain::Enterprise))?,
        picture: matrix_picture(Domain::Enterprise),
        columns: super::matrix::tactics(view, Domain::Enterprise).into_iter().map(column).collect(),
    })
}

/// The rules with the latest date in their own metadata.
fn latest(view: &SiteView<'_>) -> Option<Section> {
    let mut dated: Vec<(String, u32)> = (0..)
        .zip(&view.graph.corpus().rules)
        .filter_map(|(i, rule)| Some((rule.modified.as_ref().or(rule.date.as_ref())?.replace('/', "-"), i)))
        .collect();
    dated.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    dated.truncate(LATEST);
    let rows: Vec<_> =
        dated.into_iter().map(|(date, i)| vec![vec![view.link(Node::Rule(i))], vec![Inline::text(date)]]).collect();
    let columns = [("Rule", false), ("Date", false)];
    (!rows.is_empty()).then(|| section("latest", "Changed last", None, vec![table(&columns, rows)]))
}
