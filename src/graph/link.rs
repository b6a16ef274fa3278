//! From names to edges: resolves every reference of the corpus.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::model::{Corpus, Kind, Origin, ResponseAction, Rule};
use crate::text::{At, Place};

use super::data_needed::{DataNeededProfile, Needs};
use super::index::EdgeIndex;
use super::names::{Names, StageNames};
use super::tags::{TagIndex, Target};
use super::{Edge, EdgeKind, Graph, Node, Unresolved, UnresolvedWhy, Via, attack_links, data_needed};

/// Links the corpus. Never fails: what leads nowhere is kept as [`Unresolved`].
pub fn link(corpus: impl Into<Arc<Corpus>>, profile: DataNeededProfile) -> Graph {
    link_with(corpus.into(), profile, |corpus| data_needed::needs_unless(corpus, profile, &|_| None))
}

/// The same, where `needs` says what each rule needs that does not say so itself.
pub(super) fn link_with(
    corpus: Arc<Corpus>,
    profile: DataNeededProfile,
    needs: impl FnOnce(&Corpus) -> Vec<Arc<Needs>> + Send,
) -> Graph {
    let written = || {
        let mut linker = Linker { corpus: &corpus, edges: Vec::new(), unresolved: Vec::new() };
        linker.content();
        (linker.edges, linker.unresolved)
    };
    let others = || rayon::join(|| each_once(attack_links::edges(&corpus.attack)), || needs(&corpus));
    let ((mut edges, mut unresolved), (mut of_attack, needs)) = rayon::join(written, others);
    let data_gaps = data_needed::add(&corpus, profile, needs, &mut edges, &mut unresolved);
    data_needed::inherit(&corpus, &mut edges);
    data_needed::add_recorded(&corpus, &mut edges);
    tested_by(&mut edges);
    let indirect = edges.iter().filter(|edge| edge.place.is_some() && edge.via != Via::Direct).cloned().collect();
    let mut edges = each_once(edges);
    // ATT&CK's objects are the last nodes, and nothing else leaves them.
    edges.append(&mut of_attack);
    unresolved.sort_by(|a, b| (a.from, &a.at).cmp(&(b.from, &b.at)));
    let index = EdgeIndex::new(&corpus, &edges);
    let mut graph = Graph { corpus, edges, index, coverage: Vec::new(), indirect, unresolved, data_gaps };
    graph.coverage = super::coverage::of_all(&graph);
    graph
}

/// The edges sorted and without repetitions, as of a rule that is tagged with a technique and with
/// the old id of the same one: the first is kept.
fn each_once(mut edges: Vec<Edge>) -> Vec<Edge> {
    // Stable: edges of one source and kind keep the order in which they were written.
    edges.par_sort_by_key(|edge| (edge.from, edge.kind));
    let mut kept: Vec<Edge> = Vec::with_capacity(edges.len());
    let mut group = 0;
    let mut seen: HashSet<Node> = HashSet::new();
    for edge in edges {
        if kept.last().is_none_or(|last| (last.from, last.kind) != (edge.from, edge.kind)) {
            group = kept.len();
            seen.clear();
        }
        // Most groups are a handful; only the long ones are worth a set.
        let repeated = if kept.len() - group < 16 {
            kept[group..].iter().any(|before| before.to == edge.to)
        } else {
            if seen.is_empty() {
                seen.extend(kept[group..].iter().map(|before| before.to));
            }
            !seen.insert(edge.to)
        };
        if !repeated {
            kept.push(edge);
        }
    }
    kept
}

/// How many rules are worth a piece of work of their own.
const CHUNK: usize = 256;

struct Linker<'a> {
    corpus: &'a Corpus,
    edges: Vec<Edge>,
    unresolved: Vec<Unresolved>,
}

impl<'a> Linker<'a> {
    fn content(&mut self) {
        let corpus = self.corpus;
        let (tags, rules) = rayon::join(|| TagIndex::new(&corpus.attack), || RuleNames::new(&corpus.rules));
        let data = Names::of(corpus.data_needed.iter().map(|x| (&x.title, &x.origin)));
        let policies = Names::of(corpus.logging_policies.iter().map(|x| (&x.title, &x.origin)));
        let enrichments = Names::of(corpus.enrichments.iter().map(|x| (&x.title, &x.origin)));
        let actions = Names::of(corpus.response_actions.iter().map(|x| (&x.title, &x.origin)));
        let playbooks = Names::of(corpus.response_playbooks.iter().map(|x| (&x.title, &x.origin)));
        let action_ids = ids(corpus.response_actions.iter().map(|x| x.id.as_deref()));
        let systems = Names::of(corpus.mitigation_systems.iter().map(|x| (&x.title, &x.origin)));
        let mitigations = Names::of(corpus.mitigation_policies.iter().map(|x| (&x.title, &x.origin)));
        let use_cases = Names::of(corpus.use_cases.iter().map(|x| (&x.title, &x.origin)));
        let all: Vec<(u32, &Arc<Rule>)> = (0..).zip(&corpus.rules).collect();
        let parts = all.par_chunks(CHUNK).map(|some| {
            let mut linker = Linker { corpus, edges: Vec::new(), unresolved: Vec::new() };
            for (i, rule) in some {
                linker.rule(*i, rule, &tags, &enrichments, &rules);
            }
            linker
        });
        for mut part in parts.collect::<Vec<_>>() {
            self.edges.append(&mut part.edges);
            self.unresolved.append(&mut part.unresolved);
        }
        for (i, dn) in (0..).zip(&corpus.data_needed) {
            // The text `None` is how ATC's authors say that no policy exists.
            let known = |n: &str| policies.find(n);
            let from = Node::DataNeeded(i);
            self.list(
                from,
                EdgeKind::LoggedBy,
                &dn.origin,
                ("loggingpolicy", &dn.logging_policies),
                Kind::LoggingPolicy,
                known,
            );
            self.list(
                from,
                EdgeKind::Records,
                &dn.origin,
                ("mitigation_policy", &dn.mitigation_policies),
                Kind::MitigationPolicy,
                |n| mitigations.find(n),
            );
        }
        for (i, en) in (0..).zip(&corpus.enrichments) {
            let from = Node::Enrichment(i);
            let mut add = |kind, field, list: &'a [String]| {
                self.list(from, kind, &en.origin, (field, list), Kind::DataNeeded, |n| data.find(n));
            };
            add(EdgeKind::EnrichesFrom, "data_needed", &en.data_needed);
            add(EdgeKind::Enriches, "data_to_enrich", &en.data_to_enrich);
            self.list(
                from,
                EdgeKind::Requires,
                &en.origin,
                ("requirements", &en.requirements),
                Kind::Enrichment,
                |n| enrichments.find(n),
            );
        }
        for (i, trigger) in (0..).zip(&corpus.triggers) {
            let at = trigger.origin.place(crate::text::YamlPath::field("attack_technique"));
            self.target(&tags, Node::Trigger(i), tags.id(&trigger.technique), &trigger.technique, at);
        }
        for (i, event) in (0..).zip(&corpus.recorded_events) {
            let (from, kind, text) = (Node::RecordedEvent(i), EdgeKind::RecordedFor, &event.origin.stem);
            match rules.by_id(text) {
                Some(to) => {
                    let to = Node::Rule(to);
                    self.edges.push(Edge { from, kind, to, place: None, via: Via::Direct, relation: None });
                }
                // All events of a file are for one rule.
                None if event.origin.document > 0 => {}
                None => {
                    let (at, why) = (At::File(event.origin.file), UnresolvedWhy::Unknown);
                    self.unresolved.push(Unresolved { from, kind, text: text.clone(), at, why });
                }
            }
        }
        let find_action = |n: &str| actions.find(n).or_else(|| action_ids.get(n.trim()).copied());
        let stages = StageNames::of(&corpus.response_stages);
        for (i, action) in (0..).zip(&corpus.response_actions) {
            let from = Node::ResponseAction(i);
            self.stage(&stages, from, action);
            // In words as often as by name, so what names nothing is no mistake.
            for (i, text) in action.requirements.iter().enumerate() {
                let data = data.find(text).map(Node::DataNeeded);
                if let Some(to) = data.or_else(|| systems.find(text).map(Node::MitigationSystem)) {
                    self.edge(from, EdgeKind::AsksFor, to, action.origin.item("requirements", i), Via::Direct);
                }
            }
            self.list(
                from,
                EdgeKind::LinkedAction,
                &action.origin,
                ("linked_ra", &action.linked_actions),
                Kind::ResponseAction,
                find_action,
            );
        }
        for (i, playbook) in (0..).zip(&corpus.response_playbooks) {
            let from = Node::ResponsePlaybook(i);
            self.tags(&tags, from, &playbook.origin, &playbook.tags);
            for (stage, names) in &playbook.stages {
                self.list(
                    from,
                    EdgeKind::HasAction(*stage),
                    &playbook.origin,
                    (stage.key(), names),
                    Kind::ResponseAction,
                    find_action,
                );
            }
            self.list(
                from,
                EdgeKind::LinkedPlaybook,
                &playbook.origin,
                ("linked_rp", &playbook.linked_playbooks),
                Kind::ResponsePlaybook,
                |n| playbooks.find(n),
            );
        }
        for (i, policy) in (0..).zip(&corpus.mitigation_policies) {
            let from = Node::MitigationPolicy(i);
            self.tags(&tags, from, &policy.origin, &policy.tags);
            self.list(
                from,
                EdgeKind::UsesSystem,
                &policy.origin,
                ("mitigation_system", &policy.systems),
                Kind::MitigationSystem,
                |n| systems.find(n),
            );
        }
        for (i, policy) in (0..).zip(&corpus.hardening_policies) {
            self.tags(&tags, Node::HardeningPolicy(i), &policy.origin, &policy.tags);
        }
        for (i, case) in (0..).zip(&corpus.use_cases) {
            let own = (case.rules.as_slice(), case.data_needed.as_slice(), case.logging_policies.as_slice());
            self.in_use(Node::UseCase(i), &case.origin, own, (&rules, &data, &policies));
        }
        for (i, customer) in (0..).zip(&corpus.customers) {
            let from = Node::Customer(i);
            let own =
                (customer.rules.as_slice(), customer.data_needed.as_slice(), customer.logging_policies.as_slice());
            self.in_use(from, &customer.origin, own, (&rules, &data, &policies));
            self.list(
                from,
                EdgeKind::HasUseCase,
                &customer.origin,
                ("usecase", &customer.use_cases),
                Kind::UseCase,
                |n| use_cases.find(n),
            );
        }
    }

    fn rule(&mut self, i: u32, rule: &Rule, tags: &TagIndex<'_>, enrichments: &Names<'_>, rules: &RuleNames<'_>) {
        let from = Node::Rule(i);
        self.tags(tags, from, &rule.origin, &rule.tags);
        self.list(
            from,
            EdgeKind::UsesEnrichment,
            &rule.origin,
            ("enrichment", &rule.enrichments),
            Kind::Enrichment,
            |n| enrichments.find(n),
        );
        self.rule_references(rules, i, rule);
    }

    /// What a Use Case or Customer has in use: rules, Data Needed, Logging Policies.
    fn in_use(
        &mut self,
        from: Node,
        origin: &Origin,
        (own_rules, own_data, own_policies): (&[String], &[String], &[String]),
        (rules, data, policies): (&RuleNames<'_>, &Names<'_>, &Names<'_>),
    ) {
        let find = |n: &str| rules.called(n);
        self.list(from, EdgeKind::HasRule, origin, ("detectionrule", own_rules), Kind::Rule, find);
        let find = |n: &str| data.find(n);
        self.list(from, EdgeKind::TakesData, origin, ("dataneeded", own_data), Kind::DataNeeded, find);
        let find = |n: &str| policies.find(n);
        self.list(from, EdgeKind::TakesPolicy, origin, ("loggingpolicy", own_policies), Kind::LoggingPolicy, find);
    }

    /// The references of a list field, each by name.
    fn list(
        &mut self,
        from: Node,
        kind: EdgeKind,
        origin: &Origin,
        (field, texts): (&'static str, &[String]),
        target: Kind,
        find: impl Fn(&str) -> Option<u32>,
    ) {
        for (i, text) in texts.iter().enumerate() {
            let place = origin.item(field, i);
            match find(text) {
                Some(index) => self.edge(from, kind, Node::of(target, index), place, Via::Direct),
                None if is_none(text) => {}
                None => self.lost(from, kind, text, place, UnresolvedWhy::Unknown),
            }
        }
    }

    /// The stage of a Response Action: as it says or, where it says none, by its id.
    fn stage(&mut self, stages: &StageNames<'_>, from: Node, action: &ResponseAction) {
        let Some(text) = action.stage.as_deref() else {
            let found = action.id.as_deref().and_then(|id| stages.of_action(id));
            self.edges.extend(found.map(|index| {
                let (kind, to) = (EdgeKind::InStage, Node::ResponseStage(index));
                Edge { from, kind, to, place: None, via: Via::Direct, relation: None }
            }));
            return;
        };
        let place = action.origin.place(crate::text::YamlPath::field("stage"));
        match stages.find(text) {
            Some(index) => self.edge(from, EdgeKind::InStage, Node::ResponseStage(index), place, Via::Direct),
            None if is_none(text) || stages.is_usual(text) => {}
            None => self.lost(from, EdgeKind::InStage, text, place, UnresolvedWhy::Unknown),
        }
    }

    fn tags(&mut self, index: &TagIndex<'_>, from: Node, origin: &Origin, tags: &[String]) {
        for (i, targets) in index.all(tags) {
            for target in targets {
                self.target(index, from, target, &tags[i], origin.item("tags", i));
            }
        }
    }

    fn target(&mut self, index: &TagIndex<'_>, from: Node, target: Target, text: &str, place: Place) {
        match target {
            Target::Found { id, via } => {
                if let Some(i) = index.position(id) {
                    self.edge(from, super::tags::edge_kind(id.kind()), Node::Attack(i), place, via);
                }
            }
            Target::Lost { kind, why } => self.lost(from, kind, text, place, why),
        }
    }

    fn rule_references(&mut self, rules: &RuleNames<'_>, index: u32, rule: &Rule) {
        let from = Node::Rule(index);
        for (i, related) in rule.related.iter().enumerate() {
            let place = rule.related_id(i);
            match rules.by_id(&related.id) {
                Some(to) => self.edge(from, EdgeKind::RelatedTo, Node::Rule(to), place, Via::Direct),
                None => self.lost(from, EdgeKind::RelatedTo, &related.id, place, UnresolvedWhy::Unknown),
            }
        }
        let section = if rule.kind == crate::model::RuleKind::Filter { "filter" } else { "correlation" };
        for (i, name) in rule.refers_to.iter().enumerate() {
            // `filter: rules: any` (Sigma filters) names every rule and no single one.
            if section == "filter" && name == "any" {
                continue;
            }
            let place = rule.origin.item_of(crate::text::YamlPath::field(section).key("rules"), i);
            match rules.by_id(name).or_else(|| rules.by_name(name)) {
                Some(to) => self.edge(from, EdgeKind::RefersTo, Node::Rule(to), place, Via::Direct),
                None => self.lost(from, EdgeKind::RefersTo, name, place, UnresolvedWhy::Unknown),
            }
        }
    }

    fn edge(&mut self, from: Node, kind: EdgeKind, to: Node, place: Place, via: Via) {
        self.edges.push(Edge { from, kind, to, place: Some(place), via, relation: None });
    }

    fn lost(&mut self, from: Node, kind: EdgeKind, text: &str, place: Place, why: UnresolvedWhy) {
        self.unresolved.push(Unresolved { from, kind, text: text.to_owned(), at: At::Yaml(place), why });
    }
}

/// Rules by id, by name, and by title or file as ATC's Use Cases call them.
struct RuleNames<'a> {
    ids: HashMap<String, u32>,
    names: HashMap<&'a str, u32>,
    titles: Names<'a>,
}

impl<'a> RuleNames<'a> {
    fn new(rules: &'a [Arc<Rule>]) -> Self {
        let mut found = Self {
            ids: HashMap::new(),
            names: HashMap::new(),
            titles: Names::of(rules.iter().map(|x| (&x.title, &x.origin))),
        };
        for (i, rule) in (0..).zip(rules) {
            if let Some(id) = &rule.id {
                found.ids.entry(id.trim().to_ascii_lowercase()).or_insert(i);
            }
            if let Some(name) = &rule.name {
                found.names.entry(name.as_str()).or_insert(i);
            }
        }
        found
    }

    fn by_id(&self, id: &str) -> Option<u32> {
        self.ids.get(&id.trim().to_ascii_lowercase()).copied()
    }

    fn by_name(&self, name: &str) -> Option<u32> {
        self.names.get(name.trim()).copied()
    }

    fn called(&self, name: &str) -> Option<u32> {
        self.titles.find(name).or_else(|| self.by_id(name)).or_else(|| self.by_name(name))
    }
}

fn ids<'a>(entities: impl Iterator<Item = Option<&'a str>>) -> HashMap<&'a str, u32> {
    let mut ids = HashMap::new();
    for (i, id) in (0..).zip(entities) {
        if let Some(id) = id {
            ids.entry(id).or_insert(i);
        }
    }
    ids
}

/// ATC's word for "no such thing", a text in its YAML.
fn is_none(text: &str) -> bool {
    matches!(text.trim(), "None" | "none" | "")
}

/// Rule → the Triggers of its techniques.
fn tested_by(edges: &mut Vec<Edge>) {
    let mut triggers: HashMap<Node, Vec<Node>> = HashMap::new();
    for edge in edges.iter().filter(|edge| edge.kind == EdgeKind::HasTechnique) {
        if matches!(edge.from, Node::Trigger(_)) {
            triggers.entry(edge.to).or_default().push(edge.from);
        }
    }
    let mut found = Vec::new();
    for edge in edges.iter().filter(|e| e.kind == EdgeKind::HasTechnique && matches!(e.from, Node::Rule(_))) {
        for to in triggers.get(&edge.to).into_iter().flatten() {
            let (from, kind) = (edge.from, EdgeKind::TestedBy);
            found.push(Edge { from, kind, to: *to, place: None, via: Via::Direct, relation: None });
        }
    }
    edges.append(&mut found);
}
