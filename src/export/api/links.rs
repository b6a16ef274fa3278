//! What leads from an entity to others: a table for each kind, in both directions.
//!
//! What is in a list of one entity has that entity in a list of its own, so a client can go either
//! way without reading everything.

use std::collections::HashSet;

use serde::{Serialize, Serializer};

use crate::graph::{EdgeKind, Node};
use crate::model::{AttackKind, Kind, Stage};
use crate::site::SiteView;

/// An entity as others name it.
#[derive(Serialize)]
pub(super) struct Link<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) title: &'a str,
    pub(super) page: Page<'a>,
    pub(super) json: &'a str,
}

/// The address of a page by its path without extension.
pub(super) struct Page<'a>(&'a str);

impl Serialize for Page<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{}.html", self.0))
    }
}

impl<'a> Link<'a> {
    /// `None` for what has no file, such as free pages.
    pub(super) fn to(view: &SiteView<'a>, node: Node) -> Option<Self> {
        let corpus = view.graph.corpus();
        let i = node.index();
        let id = match node {
            Node::Rule(_) => corpus.rules.get(i)?.id.as_deref(),
            Node::Trigger(_) => corpus.triggers.get(i).map(|trigger| trigger.technique.as_str()),
            Node::ResponseAction(_) => corpus.response_actions.get(i)?.id.as_deref(),
            Node::ResponsePlaybook(_) => corpus.response_playbooks.get(i)?.id.as_deref(),
            Node::ResponseStage(_) => corpus.response_stages.get(i)?.id.as_deref(),
            // Its file is called by it.
            Node::Attack(_) => view.plan.file_name(node),
            _ => None,
        };
        Some(Self {
            id,
            title: view.graph.title(node),
            page: Page(view.plan.routes().address(view.plan.node(node)?)),
            json: view.plan.entity_address(node)?,
        })
    }
}

/// A step over an edge, and what it has to lead to.
#[derive(Clone, Copy)]
enum Step {
    To(EdgeKind, End),
    From(EdgeKind, End),
}

/// What is at the other end.
#[derive(Clone, Copy)]
enum End {
    Any,
    Content(Kind),
    Attack(AttackKind),
}

use End::{Any, Attack, Content};
use Step::{From, To};

type Ways = &'static [(&'static str, &'static [Step])];

const REPLACED_BY: (&str, &[Step]) = ("replaced_by", &[To(EdgeKind::RevokedBy, Any)]);
const REPLACES: (&str, &[Step]) = ("replaces", &[From(EdgeKind::RevokedBy, Any)]);
const TACTICS: (&str, &[Step]) = ("tactics", &[To(EdgeKind::HasTactic, Any)]);
const TECHNIQUES: (&str, &[Step]) = ("techniques", &[To(EdgeKind::HasTechnique, Any)]);
const GROUPS: (&str, &[Step]) = ("groups", &[To(EdgeKind::HasGroup, Any)]);
const SOFTWARE: (&str, &[Step]) = ("software", &[To(EdgeKind::HasSoftware, Any)]);
const OTHER: (&str, &[Step]) = ("other_attack", &[To(EdgeKind::HasOther, Any)]);

const RULE: Ways = &[
    TACTICS,
    TECHNIQUES,
    GROUPS,
    SOFTWARE,
    OTHER,
    ("data_needed", &[To(EdgeKind::NeedsData, Any)]),
    ("logging_policies", &[To(EdgeKind::NeedsData, Any), To(EdgeKind::LoggedBy, Any)]),
    ("enrichments", &[To(EdgeKind::UsesEnrichment, Any)]),
    ("triggers", &[To(EdgeKind::TestedBy, Any)]),
    ("related_rules", &[To(EdgeKind::RelatedTo, Any)]),
    ("related_from", &[From(EdgeKind::RelatedTo, Any)]),
    ("refers_to", &[To(EdgeKind::RefersTo, Any)]),
    ("referred_to_by", &[From(EdgeKind::RefersTo, Any)]),
    ("use_cases", &[From(EdgeKind::HasRule, Content(Kind::UseCase))]),
    ("customers", &[From(EdgeKind::HasRule, Content(Kind::Customer))]),
];

const DATA_NEEDED: Ways = &[
    ("logging_policies", &[To(EdgeKind::LoggedBy, Any)]),
    ("mitigation_policies", &[To(EdgeKind::Records, Any)]),
    ("rules", &[From(EdgeKind::NeedsData, Any)]),
    ("techniques", &[From(EdgeKind::NeedsData, Any), To(EdgeKind::HasTechnique, Any)]),
    ("enriched_by", &[From(EdgeKind::Enriches, Any)]),
    ("enriches", &[From(EdgeKind::EnrichesFrom, Any)]),
    ("response_actions", &[From(EdgeKind::AsksFor, Any)]),
    ("use_cases", &[From(EdgeKind::TakesData, Content(Kind::UseCase))]),
    ("customers", &[From(EdgeKind::TakesData, Content(Kind::Customer))]),
];

const LOGGING_POLICY: Ways = &[
    ("data_needed", &[From(EdgeKind::LoggedBy, Any)]),
    ("rules", &[From(EdgeKind::LoggedBy, Any), From(EdgeKind::NeedsData, Any)]),
    ("use_cases", &[From(EdgeKind::TakesPolicy, Content(Kind::UseCase))]),
    ("customers", &[From(EdgeKind::TakesPolicy, Content(Kind::Customer))]),
];

const ENRICHMENT: Ways = &[
    ("data_needed", &[To(EdgeKind::EnrichesFrom, Any)]),
    ("data_to_enrich", &[To(EdgeKind::Enriches, Any)]),
    ("requirements", &[To(EdgeKind::Requires, Any)]),
    ("required_by", &[From(EdgeKind::Requires, Any)]),
    ("rules", &[From(EdgeKind::UsesEnrichment, Any)]),
];

const TRIGGER: Ways = &[TECHNIQUES, ("rules", &[From(EdgeKind::TestedBy, Any)])];

const RESPONSE_ACTION: Ways = &[
    ("response_stages", &[To(EdgeKind::InStage, Any)]),
    ("asks_for", &[To(EdgeKind::AsksFor, Any)]),
    ("linked_actions", &[To(EdgeKind::LinkedAction, Any)]),
    ("linked_from", &[From(EdgeKind::LinkedAction, Any)]),
];

const RESPONSE_PLAYBOOK: Ways = &[
    TACTICS,
    TECHNIQUES,
    GROUPS,
    SOFTWARE,
    OTHER,
    ("linked_playbooks", &[To(EdgeKind::LinkedPlaybook, Any)]),
    ("linked_from", &[From(EdgeKind::LinkedPlaybook, Any)]),
];

const RESPONSE_STAGE: Ways = &[("response_actions", &[From(EdgeKind::InStage, Any)])];

const MITIGATION_SYSTEM: Ways = &[
    ("mitigation_policies", &[From(EdgeKind::UsesSystem, Any)]),
    ("response_actions", &[From(EdgeKind::AsksFor, Any)]),
];

const MEASURE: Ways = &[
    TACTICS,
    TECHNIQUES,
    GROUPS,
    SOFTWARE,
    OTHER,
    ("mitigation_systems", &[To(EdgeKind::UsesSystem, Any)]),
    ("data_needed", &[From(EdgeKind::Records, Any)]),
];

const USE_CASE: Ways = &[
    ("rules", &[To(EdgeKind::HasRule, Any)]),
    ("data_needed", &[To(EdgeKind::TakesData, Any)]),
    ("logging_policies", &[To(EdgeKind::TakesPolicy, Any)]),
    ("customers", &[From(EdgeKind::HasUseCase, Any)]),
];

const CUSTOMER: Ways = &[
    ("use_cases", &[To(EdgeKind::HasUseCase, Any)]),
    ("rules", &[To(EdgeKind::HasRule, Any)]),
    ("data_needed", &[To(EdgeKind::TakesData, Any)]),
    ("logging_policies", &[To(EdgeKind::TakesPolicy, Any)]),
];

/// The lists of content that is tagged with an object.
macro_rules! tagged {
    ($kind:ident) => {
        [
            ("rules", &[From(EdgeKind::$kind, Content(Kind::Rule))] as &[Step]),
            ("response_playbooks", &[From(EdgeKind::$kind, Content(Kind::ResponsePlaybook))]),
            ("mitigation_policies", &[From(EdgeKind::$kind, Content(Kind::MitigationPolicy))]),
            ("hardening_policies", &[From(EdgeKind::$kind, Content(Kind::HardeningPolicy))]),
        ]
    };
}

const TAGGED_TACTIC: Ways = &tagged!(HasTactic);
const TAGGED_TECHNIQUE: Ways = &tagged!(HasTechnique);
const TAGGED_GROUP: Ways = &tagged!(HasGroup);
const TAGGED_SOFTWARE: Ways = &tagged!(HasSoftware);
const TAGGED_OTHER: Ways = &tagged!(HasOther);

const TACTIC: Ways = &[("techniques", &[From(EdgeKind::InTactic, Any)]), REPLACED_BY, REPLACES];

const TECHNIQUE: Ways = &[
    ("tactics", &[To(EdgeKind::InTactic, Any)]),
    ("parent", &[To(EdgeKind::SubOf, Any)]),
    ("sub_techniques", &[From(EdgeKind::SubOf, Any)]),
    ("triggers", &[From(EdgeKind::HasTechnique, Content(Kind::Trigger))]),
    ("data_needed", &[From(EdgeKind::HasTechnique, Content(Kind::Rule)), To(EdgeKind::NeedsData, Any)]),
    ("groups", &[From(EdgeKind::Uses, Attack(AttackKind::Group))]),
    ("software", &[From(EdgeKind::Uses, Attack(AttackKind::Software))]),
    ("campaigns", &[From(EdgeKind::Uses, Attack(AttackKind::Campaign))]),
    ("mitigations", &[From(EdgeKind::Mitigates, Any)]),
    (
        "data_components",
        &[From(EdgeKind::Detects, Any), To(EdgeKind::HasAnalytic, Any), To(EdgeKind::NeedsComponent, Any)],
    ),
    REPLACED_BY,
    REPLACES,
];

const USED_TECHNIQUES: (&str, &[Step]) = ("techniques", &[To(EdgeKind::Uses, Attack(AttackKind::Technique))]);
const USED_SOFTWARE: (&str, &[Step]) = ("software", &[To(EdgeKind::Uses, Attack(AttackKind::Software))]);

const GROUP: Ways =
    &[USED_TECHNIQUES, USED_SOFTWARE, ("campaigns", &[From(EdgeKind::AttributedTo, Any)]), REPLACED_BY, REPLACES];

const SOFTWARE_OBJECT: Ways = &[
    USED_TECHNIQUES,
    ("groups", &[From(EdgeKind::Uses, Attack(AttackKind::Group))]),
    ("campaigns", &[From(EdgeKind::Uses, Attack(AttackKind::Campaign))]),
    REPLACED_BY,
    REPLACES,
];

const MITIGATION: Ways = &[("techniques", &[To(EdgeKind::Mitigates, Any)]), REPLACED_BY, REPLACES];

const DATA_COMPONENT: Ways = &[
    (
        "techniques",
        &[From(EdgeKind::NeedsComponent, Any), From(EdgeKind::HasAnalytic, Any), To(EdgeKind::Detects, Any)],
    ),
    REPLACED_BY,
    REPLACES,
];

const CAMPAIGN: Ways =
    &[USED_TECHNIQUES, USED_SOFTWARE, ("groups", &[To(EdgeKind::AttributedTo, Any)]), REPLACED_BY, REPLACES];

/// The tables of a node.
fn ways(view: &SiteView<'_>, node: Node) -> [Ways; 2] {
    match node {
        Node::Rule(_) => [RULE, &[]],
        Node::DataNeeded(_) => [DATA_NEEDED, &[]],
        Node::LoggingPolicy(_) => [LOGGING_POLICY, &[]],
        Node::Enrichment(_) => [ENRICHMENT, &[]],
        Node::Trigger(_) => [TRIGGER, &[]],
        Node::ResponseAction(_) => [RESPONSE_ACTION, &[]],
        Node::ResponsePlaybook(_) => [RESPONSE_PLAYBOOK, &[]],
        Node::ResponseStage(_) => [RESPONSE_STAGE, &[]],
        Node::MitigationSystem(_) => [MITIGATION_SYSTEM, &[]],
        Node::MitigationPolicy(_) | Node::HardeningPolicy(_) => [MEASURE, &[]],
        Node::UseCase(_) => [USE_CASE, &[]],
        Node::Customer(_) => [CUSTOMER, &[]],
        Node::RecordedEvent(_) | Node::Page(_) => [&[], &[]],
        Node::Attack(_) => match view.graph.attack(node).map(|object| object.id.kind()) {
            Some(AttackKind::Tactic) => [TACTIC, TAGGED_TACTIC],
            Some(AttackKind::Technique) => [TECHNIQUE, TAGGED_TECHNIQUE],
            Some(AttackKind::Group) => [GROUP, TAGGED_GROUP],
            Some(AttackKind::Software) => [SOFTWARE_OBJECT, TAGGED_SOFTWARE],
            Some(AttackKind::Mitigation) => [MITIGATION, TAGGED_OTHER],
            Some(AttackKind::DataComponent) => [DATA_COMPONENT, TAGGED_OTHER],
            Some(AttackKind::Campaign) => [CAMPAIGN, TAGGED_OTHER],
            _ => [&[], &[]],
        },
    }
}

/// The lists of links of a node, each with its name, also those without any.
pub(super) fn of<'a>(view: &SiteView<'a>, node: Node) -> Lists<'a> {
    let tables = ways(view, node).into_iter().flatten();
    let mut lists: Vec<(&'static str, Vec<Link<'a>>)> =
        tables.map(|(name, steps)| (*name, links(view, reached(view, node, steps)))).collect();
    match node {
        Node::ResponsePlaybook(_) => lists.extend(
            Stage::ALL
                .map(|stage| (stage.key(), links(view, view.graph.to(node, EdgeKind::HasAction(stage)).collect()))),
        ),
        Node::ResponseAction(_) => {
            let mut playbooks: Vec<Node> =
                Stage::ALL.iter().flat_map(|stage| view.graph.from(node, EdgeKind::HasAction(*stage))).collect();
            playbooks.sort_unstable();
            lists.push(("response_playbooks", links(view, playbooks)));
        }
        _ => {}
    }
    Lists(lists)
}

fn links<'a>(view: &SiteView<'a>, nodes: Vec<Node>) -> Vec<Link<'a>> {
    let mut seen = HashSet::with_capacity(nodes.len());
    nodes.into_iter().filter(|node| seen.insert(*node)).filter_map(|node| Link::to(view, node)).collect()
}

fn reached(view: &SiteView<'_>, node: Node, steps: &[Step]) -> Vec<Node> {
    let graph = view.graph;
    let is = |node: &Node, end: End| match end {
        Any => true,
        Content(kind) => node.kind() == Some(kind),
        Attack(kind) => graph.attack(*node).is_some_and(|object| object.id.kind() == kind),
    };
    let mut nodes = vec![node];
    for (n, step) in steps.iter().enumerate() {
        let next = nodes.iter().flat_map(|node| match step {
            To(kind, end) => graph.to(*node, *kind).filter(|node| is(node, *end)).collect::<Vec<_>>(),
            From(kind, end) => graph.from(*node, *kind).into_iter().filter(|node| is(node, *end)).collect(),
        });
        nodes = next.collect();
        if n > 0 {
            nodes.sort_unstable();
        }
        nodes.dedup();
    }
    nodes
}

/// Lists of links by name.
pub(super) struct Lists<'a>(Vec<(&'static str, Vec<Link<'a>>)>);

impl Serialize for Lists<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, links)| (name, links)))
    }
}
