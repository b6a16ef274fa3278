//! What becomes of the ATT&CK tags of one rule or playbook.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{EdgeKind, Target, UnresolvedWhy, Via};
use crate::model::{Attack, AttackId, AttackKind, Status};

use super::passage::Passage;
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
pub(super) fn outcomes(passage: &Passage<'_>, tags: &[String]) -> BTreeMap<usize, Outcome> {
    let index = &passage.index;
    let attack = index.attack();
    let mut entity =
        Entity { passage, attack, techniques: Vec::new(), tactics: BTreeMap::new(), outcomes: BTreeMap::new() };
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
#[derive(Clone, Copy)]
struct Technique {
    id: AttackId,
    /// The one that was written, where `id` stands in its place.
    replaced: Option<AttackId>,
}

struct Entity<'a> {
    passage: &'a Passage<'a>,
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

    /// Tactics that are there only because of techniques which are not in them any more: they
    /// follow these techniques.
    fn leave_tactics(&mut self) {
        let held: BTreeSet<AttackId> =
            self.techniques.iter().flat_map(|technique| self.tactics_of(technique.id)).copied().collect();
        let mut present: BTreeSet<AttackId> = self
            .tactics
            .values()
            .flat_map(|(ids, in_use)| ids.iter().filter(|id| !*in_use || held.contains(id)))
            .copied()
            .collect();
        self.complete_parts(&mut present);
        let mut left: Vec<(usize, AttackId)> = self
            .tactics
            .iter()
            .filter_map(|(i, (ids, in_use))| Some((*i, *ids.first().filter(|_| *in_use)?)))
            .filter(|(_, tactic)| !held.contains(tactic) && !self.passage.is_newer(*tactic))
            .collect();
        // What one tactic becomes may be what the technique of another needs; so the plain ones
        // come first, and a second run finds no less to ask.
        loop {
            let before = left.len();
            left.retain(|(i, tactic)| match self.follow(*tactic, &present) {
                Some((to, why)) => {
                    present.extend(&to);
                    let to = to.iter().map(|tactic| tag(self.attack, *tactic)).collect();
                    self.outcomes.insert(*i, Outcome::Change { to, why });
                    false
                }
                None => true,
            });
            if left.len() == before {
                break;
            }
        }
        for (i, tactic) in left {
            if let Some(question) = self.which(tactic, &present) {
                self.outcomes.insert(i, question);
            }
        }
    }

    /// A tactic that was split, written beside a technique that is in none of its parts: that
    /// technique's own tactic goes with the parts of the others.
    fn complete_parts(&mut self, present: &mut BTreeSet<AttackId>) {
        let split: Vec<usize> = self.tactics.iter().filter(|(_, (_, in_use))| !in_use).map(|(i, _)| *i).collect();
        for i in split {
            let chosen = &self.tactics[&i].0;
            let whole = self.attack.old_tactics.values().find(|parts| chosen.iter().all(|part| parts.contains(part)));
            let parts = whole.unwrap_or(chosen);
            let mut more = BTreeSet::new();
            for technique in &self.techniques {
                let was_in = self.was(*technique).iter().any(|tactic| parts.contains(tactic));
                if let [own] = self.tactics_of(technique.id)
                    && was_in
                    && present.insert(*own)
                {
                    more.insert(*own);
                }
            }
            if let Some(Outcome::Change { to, .. }) = self.outcomes.get_mut(&i) {
                to.extend(more.iter().map(|tactic| tag(self.attack, *tactic)));
            }
        }
    }

    /// What a tactic becomes that its techniques have left, if that is plain, and why.
    fn follow(&self, tactic: AttackId, present: &BTreeSet<AttackId>) -> Option<(BTreeSet<AttackId>, String)> {
        let mut leavers = self.techniques.iter().filter(|technique| self.was(**technique).contains(&tactic)).peekable();
        let why = self.left(leavers.peek()?, tactic);
        let mut to = BTreeSet::new();
        for technique in leavers {
            match self.tactics_of(technique.id) {
                own if own.iter().any(|tactic| present.contains(tactic)) => {}
                [own] => {
                    to.insert(*own);
                }
                _ => return None,
            }
        }
        Some((to, why))
    }

    /// Why a technique is no reason for a tactic any more.
    fn left(&self, technique: &Technique, tactic: AttackId) -> String {
        let id = technique.id;
        let formers = self.passage.formers(id, tactic);
        match (technique.replaced, formers.as_slice()) {
            (None, []) => {
                let from = self.passage.from.map_or("before", |attack| attack.version.as_str());
                format!("{id} was in this tactic in ATT&CK {from}, and is not in {}", self.attack.version)
            }
            (Some(old), []) => format!("{old} was in this tactic, {id} in its place is not"),
            (_, [old]) => format!("{old} was in this tactic, {id} in its place is not"),
            (_, several) => {
                let several: Vec<String> = several.iter().map(AttackId::to_string).collect();
                format!("{} were in this tactic, {id} in their place is not", several.join(" and "))
            }
        }
    }

    /// The question which tactic stands in the place of one that its techniques have left.
    ///
    /// It is asked of the tags as they are after a run, too: that a technique written now
    /// replaced one of this tactic, and that none of its own tactics is there.
    fn which(&self, tactic: AttackId, present: &BTreeSet<AttackId>) -> Option<Outcome> {
        let open: Vec<&Technique> = self
            .techniques
            .iter()
            .filter(|technique| {
                let own = self.tactics_of(technique.id);
                let has_left =
                    self.was(**technique).contains(&tactic) || !self.passage.formers(technique.id, tactic).is_empty();
                has_left && own.len() > 1 && !own.iter().any(|tactic| present.contains(tactic))
            })
            .collect();
        let why = self.left(open.first()?, tactic);
        let candidates: BTreeSet<AttackId> =
            open.iter().flat_map(|technique| self.tactics_of(technique.id)).copied().collect();
        Some(Outcome::Ask { why, candidates: candidates.iter().map(|tactic| tag(self.attack, *tactic)).collect() })
    }

    /// The tactics a technique was in when it was tagged.
    fn was(&self, technique: Technique) -> &[AttackId] {
        self.passage.tactics_before(technique.replaced.unwrap_or(technique.id))
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
