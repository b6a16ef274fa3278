//! The page of a Trigger: the tests of a technique, ready to be copied.

use crate::graph::{EdgeKind, Node, Via};
use crate::model::{AtomicTest, Kind};
use crate::site::{Block, CodeBlock, Fact, FactValue, Inline, Page, PageKind, RouteId, Section, Subject};
use crate::text::counted;

use super::SiteView;
use super::parts::{code_block, section, table, text_fact};

/// What tests write for the folder they are in.
pub(super) const ATOMICS_FOLDER: &str = "PathToAtomicsFolder";

/// The same for readers.
pub(super) const ATOMICS_FOLDER_IN_WORDS: &str = "PathToAtomicsFolder stands for the folder of the tests, by default C:\\AtomicRedTeam\\atomics or ~/AtomicRedTeam/atomics.";

/// The anchor of the test number `index` (from 0) on its Trigger's page.
pub(super) fn anchor(index: usize) -> String {
    format!("test-{}", index + 1)
}

pub(super) fn page(view: &SiteView<'_>, route: RouteId, index: u32) -> Page {
    let trigger = &view.graph.corpus().triggers[index as usize];
    let node = Node::Trigger(index);
    let mut page = view.blank(route, PageKind::Trigger, "Trigger", trigger.display_name.clone());
    page.id = Some(trigger.technique.clone());
    page.summary = format!("{} of {}.", counted(trigger.tests.len(), "test"), trigger.technique);
    page.breadcrumbs = view.crumbs(Some((Kind::Trigger.title(), Subject::Index(Kind::Trigger))));
    let techniques = view.graph.edges(node, EdgeKind::HasTechnique).iter().map(|edge| {
        let mut line = vec![view.link(edge.to)];
        if let Via::Retired { id, .. } = &edge.via {
            line.push(Inline::text(format!(" (filed under {id}, since replaced)")));
        }
        line
    });
    let techniques: Vec<_> = techniques.collect();
    page.facts = vec![Fact {
        key: "technique",
        label: "ATT&CK Technique",
        value: if techniques.is_empty() {
            FactValue::None(format!("{} is no technique of the ATT&CK in use", trigger.technique))
        } else {
            FactValue::Many(techniques)
        },
    }];
    let mut platforms: Vec<&str> = trigger.tests.iter().flat_map(|t| t.platforms.iter().map(String::as_str)).collect();
    platforms.sort_unstable();
    platforms.dedup();
    page.facts.extend(text_fact("platform", "Platforms", Some(&platforms.join(", "))));
    page.facts.extend(text_fact("tests", "Tests", Some(&trigger.tests.len().to_string())));
    let rules: Vec<u32> = view.graph.rules_of(node, EdgeKind::TestedBy);
    page.sections.extend(view.rule_section("rules", "Rules for the same technique", &rules));
    for (n, test) in trigger.tests.iter().enumerate() {
        page.sections.extend(test_sections(view, route, node, (n, test)));
    }
    page.credits = vec![vec![Inline::text(
        "Tests in the format of Atomic Red Team; tests taken from it are © 2018 Red Canary, Inc., MIT License",
    )]];
    page
}

fn test_sections(view: &SiteView<'_>, route: RouteId, node: Node, (n, test): (usize, &AtomicTest)) -> Vec<Section> {
    let anchor = anchor(n);
    let mut blocks = Vec::new();
    if !test.description.trim().is_empty() {
        blocks.push(view.prose(route, node, &test.description));
    }
    let mut about = vec![Inline::text(format!("Platforms: {}", test.platforms.join(", ")))];
    if let Some(guid) = &test.guid {
        about.push(Inline::text("; GUID: "));
        about.push(Inline::Code(guid.clone()));
    }
    if test.executor.elevation_required {
        about.push(Inline::text("; needs elevated rights"));
    }
    blocks.push(Block::Line(about));
    let title = format!("Test {}: {}", n + 1, test.name);
    let mut sections = vec![Section { linked: true, ..section(&anchor, &title, None, blocks) }];
    let mut part = |name: &str, title: &str, blocks: Vec<Block>| {
        if !blocks.is_empty() {
            sections.push(Section { level: 3, ..section(&format!("{anchor}-{name}"), title, None, blocks) });
        }
    };
    part("inputs", "Inputs", inputs(test));
    part("attack", "Attack", attack(view, route, node, test));
    let cleanup = cleanup(test).map(|text| command(test, &test.executor.name, &test.executor.name, text));
    part("cleanup", "Cleanup", cleanup.into_iter().collect());
    part("dependencies", "Dependencies", dependencies(test));
    sections
}

fn inputs(test: &AtomicTest) -> Vec<Block> {
    if test.inputs.is_empty() {
        return Vec::new();
    }
    let columns = [("Name", false), ("Description", false), ("Type", false), ("Default", false)];
    let rows = test.inputs.iter().map(|input| {
        vec![
            vec![Inline::Code(input.name.clone())],
            vec![Inline::text(input.description.trim())],
            vec![Inline::text(&input.kind)],
            input.default.iter().map(|value| Inline::Code(value.clone())).collect(),
        ]
    });
    vec![table(&columns, rows.collect())]
}

fn attack(view: &SiteView<'_>, route: RouteId, node: Node, test: &AtomicTest) -> Vec<Block> {
    let executor = &test.executor;
    let run = executor.command.as_deref().map(|text| command(test, &executor.name, &executor.name, text));
    run.into_iter().chain(executor.steps.as_deref().map(|text| view.prose(route, node, text))).collect()
}

fn dependencies(test: &AtomicTest) -> Vec<Block> {
    let runner = test.dependency_executor.as_deref().unwrap_or(&test.executor.name);
    let mut blocks = Vec::new();
    for dependency in &test.dependencies {
        blocks.push(Block::Line(vec![Inline::text(dependency.description.trim())]));
        let commands = [("check", &dependency.prereq_command), ("get", &dependency.get_prereq_command)];
        for (title, text) in commands {
            if let Some(text) = text.as_deref().filter(|text| !text.trim().is_empty()) {
                blocks.push(command(test, runner, &format!("{title} ({runner})"), text));
            }
        }
    }
    blocks
}

fn cleanup(test: &AtomicTest) -> Option<&str> {
    test.executor.cleanup_command.as_deref().filter(|text| !text.trim().is_empty())
}

/// A command with its inputs filled in, which can be chosen on this page.
fn command(test: &AtomicTest, runner: &str, title: &str, written: &str) -> Block {
    let filled = test.filled(written);
    let template = (*filled != *written).then(|| written.to_owned());
    Block::Code(CodeBlock { template, ..code_block(language_of(runner), title, &filled) })
}

/// What runs a test and what undoes it, with the default inputs.
pub(super) fn commands(test: &AtomicTest) -> impl Iterator<Item = CodeBlock> {
    let language = language_of(&test.executor.name);
    let steps = [("Attack", test.executor.command.as_deref()), ("Cleanup", cleanup(test))];
    steps.into_iter().filter_map(move |(title, text)| Some(code_block(language, title, &test.filled(text?))))
}

/// The highlighter's language for an executor.
fn language_of(executor: &str) -> &'static str {
    match executor {
        "powershell" => "powershell",
        "command_prompt" => "batch",
        "sh" | "bash" => "shell",
        _ => "text",
    }
}
