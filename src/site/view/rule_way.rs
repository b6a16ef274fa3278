//! The way of a rule on one screen, from the technique over its tests and the data to the log that
//! must be on; and the tests themselves, ready to be run.

use std::collections::BTreeSet;

use crate::graph::{EdgeKind, Node};
use crate::model::{AtomicTest, Rule};
use crate::site::{Block, FactValue, Fold, Inline, LinkTarget, RouteId, Section, WayStep};

use super::parts::section;
use super::platforms;
use super::rule::{gap_in_words, no_trigger, tagged};
use super::trigger;
use super::{SiteView, rule_events};

/// A step shows so many things and says how many more there are.
const MOST_OF_A_STEP: usize = 4;

/// Tests shown with their commands; the others are on their Triggers' pages, a line for each.
const MOST_RUNS: usize = 5;

/// Commands longer than this, in bytes, are left to the page of the Trigger.
const LONGEST_COMMAND: usize = 3000;

/// The four steps.
pub(super) fn way(view: &SiteView<'_>, route: RouteId, rule: &Rule, index: u32) -> Vec<WayStep> {
    let node = Node::Rule(index);
    let data: Vec<Node> = view.graph.to(node, EdgeKind::NeedsData).collect();
    let policies: BTreeSet<Node> = data.iter().flat_map(|data| view.graph.to(*data, EdgeKind::LoggedBy)).collect();
    let data_lines = data.iter().map(|to| vec![view.link(*to)]).collect();
    let policy_lines = policies.into_iter().map(|to| vec![view.link(to)]).collect();
    let no_policy = if data.is_empty() {
        "What must be on is not known without Data Needed"
    } else {
        "No Logging Policy says how to switch it on"
    };
    let more = |anchor: &str| LinkTarget::Anchor(route, anchor.to_owned());
    vec![
        step(
            "technique",
            "Technique",
            tagged(view, node, EdgeKind::HasTechnique),
            None,
            "The rule has no technique tag",
        ),
        step("test", "Test", tests(view, route, rule, node), None, no_trigger(view, node)),
        step("data", "Data Needed", data_lines, Some(more("data")), &gap_in_words(view, view.graph.data_gap(index))),
        step("log", "Logging Policy", policy_lines, Some(more("data")), no_policy),
    ]
}

fn step(
    key: &'static str,
    title: &'static str,
    mut lines: Vec<Vec<Inline>>,
    more: Option<LinkTarget>,
    absent: &str,
) -> WayStep {
    if let Some(target) = more.filter(|_| lines.len() > MOST_OF_A_STEP + 1) {
        let rest = lines.len() - MOST_OF_A_STEP;
        lines.truncate(MOST_OF_A_STEP);
        lines.push(vec![Inline::Link(format!("{rest} more"), target)]);
    }
    let value = if lines.is_empty() { FactValue::None(absent.to_owned()) } else { FactValue::Many(lines) };
    WayStep { key, title, value }
}

/// How many tests each technique has, and how many of them make events of the rule's platform.
fn tests(view: &SiteView<'_>, route: RouteId, rule: &Rule, node: Node) -> Vec<Vec<Inline>> {
    let line = |to: Node| {
        let trigger = &view.graph.corpus().triggers[to.index()];
        let count = trigger.tests.len();
        let tests = if count == 1 { "test" } else { "tests" };
        let label = format!("{}: {count} {tests}", trigger.technique);
        let mut line = vec![Inline::Link(label, LinkTarget::Anchor(route, "tests".to_owned()))];
        if let Some(platform) = platforms::of_rule(rule) {
            let on = trigger.tests.iter().filter(|test| runs_on(test, platform)).count();
            if on < count {
                let on = if on == 0 { "none".to_owned() } else { on.to_string() };
                line.push(Inline::text(format!(", {on} on {platform}")));
            }
        }
        line
    };
    let mut lines: Vec<Vec<Inline>> = view.graph.to(node, EdgeKind::TestedBy).map(line).collect();
    lines.extend(rule_events::step(view, route, node));
    lines
}

fn runs_on(test: &AtomicTest, platform: &str) -> bool {
    test.platforms.iter().any(|name| platforms::of_test(name) == Some(platform))
}

/// The tests of a rule's techniques: those on its platform first, ready to be run.
pub(super) fn test_section(view: &SiteView<'_>, rule: &Rule, node: Node) -> Option<Section> {
    let triggers: Vec<u32> = view.graph.to(node, EdgeKind::TestedBy).map(|n| n.index() as u32).collect();
    let tests = |trigger: &u32| {
        let trigger = *trigger;
        view.graph.corpus().triggers[trigger as usize].tests.iter().enumerate().map(move |(n, test)| (trigger, n, test))
    };
    let all: Vec<(u32, usize, &AtomicTest)> = triggers.iter().flat_map(tests).collect();
    if all.is_empty() {
        let has_events = view.graph.backlinks(node, EdgeKind::RecordedFor).len() > 0;
        let line = Block::Line(vec![Inline::text(format!("{}.", no_trigger(view, node)))]);
        return has_events.then(|| Section { linked: true, ..section("tests", "Test it", None, vec![line]) });
    }
    let platform = platforms::of_rule(rule);
    let is_ready = |(_, _, test): &&(u32, usize, &AtomicTest)| {
        platform.is_none_or(|platform| runs_on(test, platform))
            && test.executor.command.as_ref().is_some_and(|command| command.len() <= LONGEST_COMMAND)
    };
    let runs: Vec<Fold> =
        all.iter().filter(is_ready).take(MOST_RUNS).map(|(t, n, test)| run(view, *t, *n, test)).collect();
    let mut blocks = Vec::new();
    if !runs.is_empty() {
        let mut words = String::from("Commands have the default inputs filled in.");
        if runs.iter().flat_map(|run| &run.texts).any(|code| code.text.contains(trigger::ATOMICS_FOLDER)) {
            words.push(' ');
            words.push_str(trigger::ATOMICS_FOLDER_IN_WORDS);
        }
        blocks.push(Block::Line(vec![Inline::text(words)]));
        blocks.push(Block::Folds(runs));
    }
    blocks.push(view.test_table(&triggers));
    Some(Section { linked: true, ..section("tests", "Test it", Some(all.len()), blocks) })
}

fn run(view: &SiteView<'_>, index: u32, n: usize, test: &AtomicTest) -> Fold {
    let route = view.plan.node(Node::Trigger(index));
    let mut about = vec![test.executor.name.clone()];
    if test.executor.elevation_required {
        about.push("elevated rights".to_owned());
    }
    Fold {
        title: test.name.clone(),
        target: route.map(|route| LinkTarget::Anchor(route, trigger::anchor(n))),
        about,
        texts: trigger::commands(test).collect(),
    }
}
