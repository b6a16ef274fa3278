//! What becomes of the ATT&CK tags of one rule or playbook.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{EdgeKind, TagIndex, Target, UnresolvedWhy, Via};
use crate::model::{Attack, AttackId, AttackKind, Status};

use super::{full_name, tag};

/// What becomes of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Other tags stand in its place (none: it goes), because of this.
    Change { to: Vec<String>, why: String },
    /// Only its author can say.
    Ask { why: String, candidates: Vec<String> },
}

/// The tags that do not stay as they are, by their position.
pub(super) fn outcomes(index: &TagIndex<'_>, tags: &[String]) -> BTreeMap<usize, Outcome> {
    let attack = index.attack();
    let mut entity = Entity { attack, techniques: Vec::new(), tactics: BTreeMap::new(), outcomes: BTreeMap::new() };
    let meanings = index.all(tags);
    for (i, targets) in &meanings {
        entity.look_at(*i, index.in_namespace(&tags[*i]).unwrap_or_default(), targets);
    }
    for (i, targets) in &meanings {
        entity.decide(*i, targets);
    }
    entity.leave_tactics();
    entity.each_once(tags);
    entity.outcomes
}

/// A technique that is tagged.
struct Technique {
    id: AttackId,
    /// The one that was written, where `id` stands in its place.
    replaced: Option<AttackId>,
}

struct Entity<'a> {
    attack: &'a Attack,
    /// Techniques, also those given up.
    techniques: Vec<Technique>,
    /// The tactics each tag of a tactic names, by position, and whether it is one still in use.
    tactics: BTreeMap<usize, (Vec<AttackId>, bool)>,
    outcomes: BTreeMap<usize, Outcome>,
}

impl Entity<'_> {
    /// Notes what techniques and tactics there are.
    fn look_at(&mut self, i: usize, written: &str, targets: &[Target]) {
        for target in targets {
            match target {
                Target::Found { id, via } if id.kind() == AttackKind::Tactic => {
                    let (ids, in_use) = self.tactics.entry(i).or_default();
                    ids.push(*id);
                    *in_use = !matches!(via, Via::RetiredTactic(_) | Via::Retired { .. });
                }
                Target::Found { id, via } if id.kind() == AttackKind::Technique => {
                    let replaced = match via {
                        Via::Retired { id, .. } => id.parse().ok(),
                        _ => None,
                    };
                    self.techniques.push(Technique { id: *id, replaced });
                }
                Target::Found { .. } => {}
                Target::Lost { .. } => {
                    let id = written.to_ascii_uppercase().parse().ok().filter(|id| self.attack.object(*id).is_some());
                    self.techniques.extend(id.map(|id| Technique { id, replaced: None }));
                }
            }
        }
    }

    fn decide(&mut self, i: usize, targets: &[Target]) {
        let mut to = Vec::new();
        let mut why = None;
        for target in targets {
            let (id, via) = match target {
                Target::Found { id, via } => (*id, via),
                Target::Lost { kind, why } => {
                    self.outcomes.insert(i, self.ask(*kind, why));
                    return;
                }
            };
            let (new, reason) = match via {
                Via::Direct => continue,
                Via::Spelling(canonical) => (canonical.clone(), format!("the tag of {id} is written so")),
                Via::Retired { id: old, through } => {
                    let path = through.iter().fold(String::new(), |path, id| path + &format!("{id}, then by "));
                    let why = format!("ATT&CK replaced {old} by {path}{id} ({})", full_name(self.attack, id));
                    (tag(self.attack, id), why)
                }
                Via::RetiredTactic(name) => {
                    let version = &self.attack.version;
                    let why =
                        format!("ATT&CK {version} has no tactic `{name}` any more, and the techniques are in this");
                    (tag(self.attack, id), why)
                }
            };
            to.push(new);
            why = Some(reason);
        }
        if let Some(why) = why {
            self.outcomes.insert(i, Outcome::Change { to, why });
        }
    }

    fn ask(&self, kind: EdgeKind, why: &UnresolvedWhy) -> Outcome {
        let (why, candidates) = lost(self.attack, kind, why, || self.no_choice());
        Outcome::Ask { why, candidates }
    }

    /// Why the techniques do not choose between the parts of a tactic.
    fn no_choice(&self) -> String {
        let techniques = self.techniques.iter().map(|technique| {
            if self.attack.object(technique.id).is_none_or(|object| object.status != Status::Active) {
                return format!("{} is given up", technique.id);
            }
            let tactics = self.tactics_of(technique.id).iter().map(|id| tag(self.attack, *id));
            match tactics.collect::<Vec<_>>().join(" and ") {
                none if none.is_empty() => format!("{} is in no tactic", technique.id),
                some => format!("{} is in {some}", technique.id),
            }
        });
        match techniques.collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => "there is no technique beside it".to_owned(),
            some => format!("the techniques beside it are in neither part: {some}"),
        }
    }

    fn tactics_of(&self, id: AttackId) -> &[AttackId] {
        self.attack.object(id).map(|object| object.tactics.as_slice()).unwrap_or_default()
    }

    /// Tactics that are there only because of a technique that was replaced by one of other
    /// tactics: they follow it.
    fn leave_tactics(&mut self) {
        let held: BTreeSet<AttackId> =
            self.techniques.iter().flat_map(|technique| self.tactics_of(technique.id)).copied().collect();
        let mut present: BTreeSet<AttackId> = self
            .tactics
            .values()
            .flat_map(|(ids, in_use)| ids.iter().filter(|id| !*in_use || held.contains(id)))
            .copied()
            .collect();
        let tagged: Vec<(usize, AttackId)> = self
            .tactics
            .iter()
            .filter_map(|(i, (ids, in_use))| Some((*i, *ids.first().filter(|_| *in_use)?)))
            .filter(|(_, tactic)| !held.contains(tactic))
            .collect();
        for (i, tactic) in tagged {
            let followed: Vec<&Technique> = self
                .techniques
                .iter()
                .filter(|technique| technique.replaced.is_some_and(|old| self.tactics_of(old).contains(&tactic)))
                .collect();
            let [first, ..] = followed[..] else { continue };
            let old = first.replaced.unwrap_or(first.id);
            let new: BTreeSet<AttackId> =
                followed.iter().flat_map(|technique| self.tactics_of(technique.id)).copied().collect();
            let in_place = format!("{old} was in this tactic, {} in its place is not", first.id);
            let there = new.iter().any(|tactic| present.contains(tactic));
            let outcome = match (there, Vec::from_iter(&new).as_slice()) {
                (true, _) => Outcome::Change { to: Vec::new(), why: in_place },
                (false, [one]) => {
                    present.insert(**one);
                    Outcome::Change { to: vec![tag(self.attack, **one)], why: in_place }
                }
                (false, several) => Outcome::Ask {
                    why: in_place,
                    candidates: several.iter().map(|tactic| tag(self.attack, **tactic)).collect(),
                },
            };
            self.outcomes.insert(i, outcome);
        }
    }

    /// Drops what would be there twice: new tags that another tag already is.
    fn each_once(&mut self, tags: &[String]) {
        let kept =
            tags.iter().enumerate().filter(|(i, _)| !matches!(self.outcomes.get(i), Some(Outcome::Change { .. })));
        let mut seen: BTreeSet<String> = kept.map(|(_, tag)| tag.clone()).collect();
        for outcome in self.outcomes.values_mut() {
            if let Outcome::Change { to, .. } = outcome {
                to.retain(|tag| seen.insert(tag.clone()));
            }
        }
    }
}

/// Why a reference leads nowhere, and what its author could mean; `no_choice` says why a tactic
/// that was split stays open.
pub(super) fn lost(
    attack: &Attack,
    kind: EdgeKind,
    why: &UnresolvedWhy,
    no_choice: impl FnOnce() -> String,
) -> (String, Vec<String>) {
    let version = &attack.version;
    let tag_of = |id: &AttackId| tag(attack, *id);
    match why {
        UnresolvedWhy::Unknown => (format!("ATT&CK {version} has no such {}", noun(kind)), Vec::new()),
        UnresolvedWhy::Deprecated(name) => {
            let name = name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
            (format!("ATT&CK deprecated it{name} and names nothing in its place"), Vec::new())
        }
        UnresolvedWhy::NameNotId(id) => {
            (format!("it is no tactic, but a name of {id} ({})", full_name(attack, *id)), vec![tag_of(id)])
        }
        UnresolvedWhy::Newer(since) => (format!("it is known since ATT&CK {since}, which is later"), Vec::new()),
        UnresolvedWhy::Ambiguous(parts) => {
            (format!("ATT&CK {version} split this tactic, and {}", no_choice()), parts.iter().map(tag_of).collect())
        }
    }
}

fn noun(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::HasTactic => "tactic",
        EdgeKind::HasTechnique => "technique",
        EdgeKind::HasGroup => "group",
        EdgeKind::HasSoftware => "software",
        _ => "object",
    }
}
