//! What a matrix can be narrowed to: which rules and tests there are for each technique, of what
//! level, status, log source and platform, and which techniques a group or software uses.
//!
//! The page of the matrix has the whole; the script of the theme counts again for a choice.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::graph::{EdgeKind, Node};
use crate::model::{AttackKind, Domain, LogSource, Rule, Status};
use crate::site::exports::{Layer, layer};
use crate::site::{MatrixActor, MatrixChoices, MatrixRule, MatrixTest};

use super::SiteView;
use super::matrix::tactics;
use super::platforms;

/// Levels and statuses as Sigma has them, the gravest and the most trusted first.
const LEVELS: [&str; 5] = ["critical", "high", "medium", "low", "informational"];
const STATUSES: [&str; 5] = ["stable", "test", "experimental", "deprecated", "unsupported"];

pub(super) fn choices(view: &SiteView<'_>, domain: Domain) -> MatrixChoices {
    let techniques = techniques(view, domain);
    let numbers: BTreeMap<Node, usize> = techniques.iter().enumerate().map(|(i, node)| (*node, i)).collect();
    let objects = || techniques.iter().filter_map(|node| view.graph.attack(*node));
    let platforms: BTreeSet<&str> = objects().flat_map(|object| &object.platforms).map(String::as_str).collect();
    let known = Numbered::new(platforms);
    let rules = &view.graph.corpus().rules;
    let of_domain = |node: Node| -> Vec<usize> {
        let mut of: Vec<usize> =
            view.graph.to(node, EdgeKind::HasTechnique).filter_map(|to| numbers.get(&to).copied()).collect();
        of.sort_unstable();
        of.dedup();
        of
    };
    let tagged: Vec<(u32, &Arc<Rule>, Vec<usize>)> = (0..)
        .zip(rules)
        .map(|(i, rule)| (i, rule, of_domain(Node::Rule(i))))
        .filter(|(.., of)| !of.is_empty())
        .collect();
    let named = |known: &[&'static str], of: fn(&Rule) -> Option<&str>| -> Vec<String> {
        let has = |name: &&&str| tagged.iter().any(|(_, rule, _)| of(rule) == Some(**name));
        known.iter().filter(has).map(|name| (*name).to_owned()).collect()
    };
    let levels = named(&LEVELS, |rule| rule.level.as_deref());
    let statuses = named(&STATUSES, |rule| rule.status.as_deref());
    let place = |list: &[String], name: Option<&str>| list.iter().position(|known| Some(known.as_str()) == name);
    let sources: BTreeSet<String> = tagged.iter().filter_map(|(_, rule, _)| source(rule)).collect();
    let sources = Numbered::new(sources);
    let data: BTreeSet<Node> =
        tagged.iter().flat_map(|(i, ..)| view.graph.to(Node::Rule(*i), EdgeKind::NeedsData)).collect();
    let data = Numbered::new(data);
    let rules = tagged.iter().map(|(i, rule, of)| MatrixRule {
        level: place(&levels, rule.level.as_deref()),
        status: place(&statuses, rule.status.as_deref()),
        source: source(rule).and_then(|source| sources.of(&source)),
        platform: platforms::of_rule(rule).and_then(|platform| known.of(&platform)),
        techniques: of.clone(),
        data: view.graph.to(Node::Rule(*i), EdgeKind::NeedsData).filter_map(|node| data.of(&node)).collect(),
    });
    let rules = rules.collect();
    let tests = (0..).zip(&view.graph.corpus().triggers).flat_map(|(i, trigger)| {
        let of = of_domain(Node::Trigger(i));
        let known = &known;
        trigger.tests.iter().flat_map(move |test| {
            let on: Vec<usize> =
                test.platforms.iter().filter_map(|name| known.of(&platforms::of_test(name)?)).collect();
            of.clone().into_iter().map(move |technique| MatrixTest { technique, platforms: on.clone() })
        })
    });
    let tests = tests.collect();
    let actors = |kind: AttackKind| {
        let actor = |(node, object): (Node, &crate::model::AttackObject)| {
            let used = view.graph.to(node, EdgeKind::Uses).filter_map(|to| numbers.get(&to).copied());
            let used: BTreeSet<usize> = used.collect();
            (!used.is_empty() && object.status == Status::Active).then(|| MatrixActor {
                id: object.id.to_string(),
                name: object.name.clone(),
                techniques: used.into_iter().collect(),
            })
        };
        let mut all: Vec<MatrixActor> = view.graph.attack_nodes(kind).filter_map(actor).collect();
        all.sort_by(|a, b| a.name.to_lowercase().cmp(&b.name.to_lowercase()).then_with(|| a.id.cmp(&b.id)));
        all
    };
    MatrixChoices {
        techniques: objects().map(|object| object.id.to_string()).collect(),
        technique_platforms: objects()
            .map(|object| object.platforms.iter().filter_map(|name| known.of(&name.as_str())).collect())
            .collect(),
        groups: actors(AttackKind::Group),
        software: actors(AttackKind::Software),
        platforms: known.0.iter().map(|name| (*name).to_owned()).collect(),
        levels,
        statuses,
        sources: sources.0,
        rules,
        tests,
    }
}

/// A sorted list whose entries are known by their place.
struct Numbered<T>(Vec<T>);

impl<T: Ord> Numbered<T> {
    fn new(all: BTreeSet<T>) -> Self {
        Self(all.into_iter().collect())
    }

    fn of(&self, entry: &T) -> Option<usize> {
        self.0.binary_search(entry).ok()
    }
}

/// The techniques of a matrix with their sub-techniques, each once, by id.
fn techniques(view: &SiteView<'_>, domain: Domain) -> Vec<Node> {
    let mut all: Vec<Node> = tactics(view, domain)
        .into_iter()
        .flat_map(|tactic| view.graph.techniques_of(tactic))
        .flat_map(|technique| std::iter::once(technique).chain(view.graph.sub_techniques(technique)))
        .collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// A rule's log source in a line: `windows process_creation`.
fn source(rule: &Rule) -> Option<String> {
    let LogSource { product, category, service, .. } = rule.logsources.first().map(|(_, source)| source)?;
    let parts: Vec<&str> = [product, category, service].into_iter().flatten().map(String::as_str).collect();
    (!parts.is_empty()).then(|| parts.join(" "))
}

/// The layers that have anything in them: of each platform with a rule or test, and of each log
/// source. Of names that differ in signs only, and so would be one file, the first has it.
pub(super) fn layers(choices: &MatrixChoices) -> Vec<(Layer, String)> {
    let has = |platform: usize| {
        let technique = |technique: &usize| choices.technique_platforms[*technique].contains(&platform);
        let rule = |rule: &MatrixRule| rule.platform == Some(platform) && rule.techniques.iter().any(technique);
        let test = |test: &MatrixTest| test.platforms.contains(&platform) && technique(&test.technique);
        choices.rules.iter().any(rule) || choices.tests.iter().any(test)
    };
    let platforms = choices.platforms.iter().enumerate().filter(|(i, _)| has(*i));
    let platforms = platforms.map(|(_, name)| (Layer::Platform(name.clone()), name.clone()));
    let sources = choices.sources.iter().map(|name| (Layer::LogSource(name.clone()), name.clone()));
    let mut taken = BTreeSet::new();
    platforms.chain(sources).filter(|(which, _)| taken.insert(layer(which))).collect()
}
