//! The pages of data components: the techniques an analytic of ATT&CK can detect with what one records,
//! by platform, and which of them we have rules and tests for.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Detection, EdgeKind, Node};
use crate::model::{AttackKind, AttackObject, Status};
use crate::site::{Block, Inline, LinkTarget, Page, PageKind, RouteId, Section, Stat, Subject, Tone};
use crate::text::counted;

use super::SiteView;
use super::adversary::{attack_facts, retired};
use super::answers::{answers, tests_and_data};
use super::attack_text::AttackText;
use super::detection::upstream;
use super::gaps::{number, without_rule};
use super::parts::{section, status_badge, table};

/// A technique, and the platforms of the analytics that can detect it.
type Detectable<'a> = (Node, BTreeSet<&'a str>);

pub(super) fn page(view: &SiteView<'_>, route: RouteId, node: Node, object: &AttackObject) -> Page {
    let mut page = view.blank(route, PageKind::DataComponent, "Data component", object.name.clone());
    page.id = Some(object.id.to_string());
    page.breadcrumbs = view.crumbs(Some(("Data Components", Subject::AttackIndex(AttackKind::DataComponent))));
    page.badges.extend(status_badge(object.status));
    page.facts = attack_facts(view, node, object);
    let techniques = view.graph.detectable_with(node);
    let (ruled, tested) = covered(view, techniques.iter().map(|(technique, _)| *technique));
    let have = if ruled == 1 { "has" } else { "have" };
    page.summary = format!(
        "ATT&CK's analytics can detect {} with {}; {ruled} of them {have} a rule here.",
        counted(techniques.len(), "technique"),
        object.name
    );
    retired(view, &mut page, node, object);
    if object.status == Status::Active {
        page.sections.push(coverage(techniques.len(), ruled, tested));
    }
    let mut text = AttackText::new(view, object);
    page.sections.extend(text.description());
    page.sections.extend(view.rule_section(
        "rules",
        "Rules tagged with it",
        &view.graph.rules_of(node, EdgeKind::HasOther),
    ));
    page.sections.extend(answers(view, node, EdgeKind::HasOther));
    page.sections.extend(by_platform(view, &techniques));
    page.sections.extend(detectable(view, &techniques));
    let techniques: Vec<Node> = techniques.into_iter().map(|(technique, _)| technique).collect();
    page.sections.extend(without_rule(view, &techniques));
    page.sections.extend(strategies(view, node));
    page.sections.extend(tests_and_data(view, &techniques));
    page.sections.extend(text.references());
    page.credits = vec![view.attack_credit()];
    page
}

/// How many of these techniques have a rule, and how many a test, of their own or of a sub-technique.
fn covered(view: &SiteView<'_>, techniques: impl Iterator<Item = Node>) -> (usize, usize) {
    techniques.fold((0, 0), |(ruled, tested), technique| {
        let coverage = view.graph.coverage_with_subs(technique);
        (ruled + usize::from(coverage.rules > 0), tested + usize::from(coverage.tests > 0))
    })
}

fn coverage(techniques: usize, ruled: usize, tested: usize) -> Section {
    if techniques == 0 {
        let none = Block::Notice(Tone::Neutral, vec![Inline::text("No analytic of ATT&CK needs it")]);
        return section("coverage", "Coverage", None, vec![none]);
    }
    let stat = |value: usize, label: &str| Stat { value: value.to_string(), label: label.to_owned(), target: None };
    let stats = vec![
        stat(techniques, "techniques detectable with it"),
        stat(ruled, "with a rule"),
        stat(tested, "with a test"),
        stat(techniques - ruled, "without a rule"),
    ];
    section("coverage", "Coverage", None, vec![Block::Stats(stats)])
}

fn by_platform(view: &SiteView<'_>, techniques: &[Detectable<'_>]) -> Option<Section> {
    let mut platforms: BTreeMap<(String, &str), Vec<Node>> = BTreeMap::new();
    for (technique, on) in techniques {
        for platform in on {
            platforms.entry((platform.to_lowercase(), *platform)).or_default().push(*technique);
        }
    }
    let rows: Vec<_> = platforms
        .into_iter()
        .map(|((_, platform), on_it)| {
            let (ruled, tested) = covered(view, on_it.iter().copied());
            let mut row = vec![vec![on_the_matrix(view, platform, &on_it)]];
            row.extend([on_it.len(), ruled, tested].map(number));
            row
        })
        .collect();
    let columns = [("Platform", false), ("Techniques", true), ("With a rule", true), ("With a test", true)];
    (!rows.is_empty()).then(|| section("platforms", "By platform", Some(rows.len()), vec![table(&columns, rows)]))
}

/// The platform, as a link to the matrix of these techniques narrowed to it where that knows it.
fn on_the_matrix(view: &SiteView<'_>, platform: &str, techniques: &[Node]) -> Inline {
    let mut of_it = techniques.iter().filter_map(|technique| view.graph.attack(*technique));
    let known = of_it.find(|object| object.platforms.iter().any(|on| on == platform));
    let matrix = known.and_then(|object| view.plan.route(Subject::Matrix(*object.domains.first()?)));
    match matrix {
        Some(matrix) => Inline::Link(platform.to_owned(), LinkTarget::View(matrix, "platform", platform.to_owned())),
        None => Inline::text(platform),
    }
}

/// The table of techniques other pages have, and the platforms.
fn detectable(view: &SiteView<'_>, techniques: &[Detectable<'_>]) -> Option<Section> {
    let columns =
        [("ID", false), ("Name", false), ("Platforms", false), ("Rules", true), ("Tests", true), ("Coverage", false)];
    let rows = techniques.iter().filter_map(|(technique, on)| {
        let mut row = view.technique_row(*technique, None)?;
        row.insert(2, on.iter().copied().map(Inline::text).collect());
        Some(row)
    });
    let rows: Vec<_> = rows.collect();
    let title = "Techniques detectable with it";
    (!rows.is_empty()).then(|| section("techniques", title, Some(rows.len()), vec![table(&columns, rows)]))
}

fn strategies(view: &SiteView<'_>, node: Node) -> Option<Section> {
    let row = |Detection { strategy, techniques, analytics }: Detection| {
        let object = view.graph.attack(strategy)?;
        let analytics = analytics.into_iter().filter_map(|analytic| {
            let analytic = view.graph.attack(analytic)?;
            let on = analytic.platforms.join(", ");
            let id = analytic.id.to_string();
            Some(Inline::text(if on.is_empty() { id } else { format!("{id} ({on})") }))
        });
        Some(vec![
            vec![upstream(object, object.id.to_string())],
            vec![upstream(object, object.name.clone())],
            view.short_links(techniques.into_iter()),
            analytics.collect(),
        ])
    };
    let rows: Vec<_> = view.graph.detections_with(node).into_iter().filter_map(row).collect();
    let columns = [("ID", false), ("Detection strategy", false), ("Techniques", false), ("Analytics", false)];
    let title = "Detection strategies that need it";
    (!rows.is_empty()).then(|| section("detection-strategies", title, Some(rows.len()), vec![table(&columns, rows)]))
}

/// The table of all of them.
pub(super) fn index(view: &SiteView<'_>, objects: &[(Node, &AttackObject)]) -> Block {
    let columns = [("ID", false), ("Name", false), ("Techniques", true), ("With a rule", true), ("With a test", true)];
    let rows = objects.iter().map(|(node, object)| {
        let techniques = view.graph.detectable_with(*node);
        let (ruled, tested) = covered(view, techniques.iter().map(|(technique, _)| *technique));
        let mut row =
            vec![vec![view.link_as(object.id.to_string(), *node)], vec![view.link_as(object.name.clone(), *node)]];
        row.extend([techniques.len(), ruled, tested].map(number));
        row
    });
    table(&columns, rows.collect())
}
