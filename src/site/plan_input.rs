//! What the addresses of a site depend on: the names and ids of what there is, and nothing else.
//!
//! Contents that agree in this have the same pages at the same addresses, whatever is written in
//! them. So a plan holds for as long as this does, which one edit rarely changes.

use crate::graph::Node;
use crate::model::{AttackKind, Corpus, Kind, Origin};

use super::OutPath;
use super::plan::AttackFolder;

/// All a plan is made from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanInput {
    /// Paths of files nothing else may take (the theme's).
    pub(super) reserved: Vec<OutPath>,
    /// The relative paths of files that are copied as they are.
    pub(super) copied: Vec<String>,
    /// Entities and ATT&CK objects that have pages, in page order.
    pub(super) entities: Vec<Named>,
    /// Free pages with their paths, without drafts and the text of the home page.
    pub(super) free_pages: Vec<(Node, String)>,
    /// Short names of tactics that lead somewhere though ATT&CK no longer uses them, with their
    /// positions in [`crate::model::Attack::old_tactics`].
    pub(super) old_tactics: Vec<(u32, String)>,
}

/// An entity or ATT&CK object, as addresses call it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) node: Node,
    /// The folder of its page.
    pub(super) folder: &'static str,
    /// The name its page wants.
    pub(super) name: String,
    /// The folder of its files for other programs; `None` where it has none.
    pub(super) key: Option<&'static str>,
    /// Its id, in the form an address has it.
    pub(super) id: Option<String>,
}

impl PlanInput {
    /// Of the content, with the paths of files nothing else may take and of those that are copied.
    pub fn new<'a>(corpus: &Corpus, reserved: Vec<OutPath>, copied: impl Iterator<Item = &'a str>) -> Self {
        let attack = (0..).zip(&corpus.attack.objects).filter_map(|(i, object)| {
            let kind = object.id.kind();
            let (node, folder) = (Node::Attack(i), AttackFolder::of(kind)?.name);
            let id = object.id.to_string();
            Some(Named { node, folder, name: id.clone(), key: attack_key(kind), id: Some(id) })
        });
        let mut entities = content(corpus);
        entities.extend(attack);
        let pages = (0..).zip(&corpus.pages);
        // A page `index` at the top is the text of the home page, not a page of its own.
        let pages = pages.filter(|(_, page)| !page.draft && !is_home(&page.origin.within));
        let old_tactics = (0..).zip(&corpus.attack.old_tactics);
        // Of those of PRE-ATT&CK nothing is left to lead to.
        let old_tactics = old_tactics.filter(|(_, (_, tactics))| !tactics.is_empty());
        Self {
            reserved,
            copied: copied.map(str::to_owned).collect(),
            entities,
            free_pages: pages.map(|(i, page)| (Node::Page(i), page.origin.within.clone())).collect(),
            old_tactics: old_tactics.map(|(i, (name, _))| (i, name.clone())).collect(),
        }
    }
}

/// The entities of all kinds but free pages.
fn content(corpus: &Corpus) -> Vec<Named> {
    fn named(kind: Kind, i: u32, name: String, id: Option<String>) -> Named {
        let key = kind.is_listed().then(|| kind.key());
        Named { node: Node::of(kind, i), folder: kind.folder(), name, key, id }
    }
    let mut all: Vec<Named> = Vec::with_capacity(corpus.rules.len() + corpus.attack.objects.len());
    for (i, rule) in (0..).zip(&corpus.rules) {
        let name = match rule.ordinal {
            0 => rule.origin.stem.clone(),
            n => format!("{}_{}", rule.origin.stem, n + 1),
        };
        let id = rule.id.as_deref().map(|id| id.trim().to_ascii_lowercase());
        all.push(named(Kind::Rule, i, name, id));
    }
    let mut add = |kind, list: Vec<(&Origin, Option<&String>)>| {
        let list = (0..).zip(list);
        all.extend(
            list.map(|(i, (origin, id))| named(kind, i, origin.stem.clone(), id.map(|id| id.trim().to_owned()))),
        );
    };
    add(Kind::DataNeeded, corpus.data_needed.iter().map(|x| (&x.origin, None)).collect());
    add(Kind::LoggingPolicy, corpus.logging_policies.iter().map(|x| (&x.origin, None)).collect());
    add(Kind::Enrichment, corpus.enrichments.iter().map(|x| (&x.origin, None)).collect());
    add(Kind::Trigger, corpus.triggers.iter().map(|x| (&x.origin, None)).collect());
    add(Kind::ResponseAction, corpus.response_actions.iter().map(|x| (&x.origin, x.id.as_ref())).collect());
    add(Kind::ResponsePlaybook, corpus.response_playbooks.iter().map(|x| (&x.origin, x.id.as_ref())).collect());
    add(Kind::ResponseStage, corpus.response_stages.iter().map(|x| (&x.origin, x.id.as_ref())).collect());
    add(Kind::MitigationSystem, corpus.mitigation_systems.iter().map(|x| (&x.origin, None)).collect());
    add(Kind::MitigationPolicy, corpus.mitigation_policies.iter().map(|x| (&x.origin, None)).collect());
    add(Kind::HardeningPolicy, corpus.hardening_policies.iter().map(|x| (&x.origin, None)).collect());
    add(Kind::UseCase, corpus.use_cases.iter().map(|x| (&x.origin, None)).collect());
    add(Kind::Customer, corpus.customers.iter().map(|x| (&x.origin, None)).collect());
    all
}

/// The folder of a kind of ATT&CK object that has pages.
pub(super) fn attack_key(kind: AttackKind) -> Option<&'static str> {
    Some(match kind {
        AttackKind::Tactic => "tactics",
        AttackKind::Technique => "techniques",
        AttackKind::Group => "groups",
        AttackKind::Software => "software",
        AttackKind::Mitigation => "mitigations",
        AttackKind::DataComponent => "data_components",
        AttackKind::Campaign => "campaigns",
        _ => return None,
    })
}

/// Whether a free page is the text of the home page.
pub(super) fn is_home(within: &str) -> bool {
    within.eq_ignore_ascii_case("index.md")
}
