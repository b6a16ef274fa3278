//! From loose facts to one [`Attack`]: merge domains, follow successors, add the history.

use std::collections::{BTreeMap, HashMap};

use crate::model::{Attack, AttackId, AttackObject, Citation, Domain, OldId, Relation, Status};

use super::history;

/// Facts from whatever source, in any order.
#[derive(Default)]
pub(super) struct Draft {
    pub(super) version: String,
    pub(super) releases: BTreeMap<Domain, String>,
    pub(super) source: String,
    pub(super) copyright: String,
    /// Several of one identifier are allowed; `successor` is the direct one.
    pub(super) objects: Vec<AttackObject>,
    /// Repeated ones are allowed: the first that has prose is kept.
    pub(super) relations: Vec<Relation>,
    /// The tactics of each domain in matrix order.
    pub(super) matrix: Vec<(Domain, Vec<AttackId>)>,
    /// The sources relations cite; of one name the first is kept.
    pub(super) citations: Vec<Citation>,
    /// Retired identifiers that are in no object, with their next identifier.
    pub(super) retired: Vec<(AttackId, OldId)>,
    /// Identifiers only a newer release has, besides those of the history.
    pub(super) newer: Vec<(AttackId, String)>,
}

/// Puts an [`Attack`] together.
pub(super) fn assemble(mut draft: Draft) -> Attack {
    let mut attack = Attack {
        version: draft.version,
        releases: draft.releases,
        source: draft.source,
        copyright: draft.copyright,
        objects: merged(draft.objects),
        ..Attack::default()
    };
    let links: Vec<(AttackId, AttackId)> =
        attack.objects.iter().filter_map(|object| Some((object.id, object.successor?))).collect();
    let chains = Chains { objects: &attack.objects, links: &links };

    let mut old_ids = BTreeMap::new();
    for (id, mut old) in draft.retired {
        if chains.object(id).is_some() {
            continue;
        }
        let next = old.successor.take();
        chains.resolve(&mut old, next);
        old_ids.insert(id.to_string(), old);
    }
    for renumbered in history::renumbered() {
        let known = renumbered.text.parse().is_ok_and(|id| chains.object(id).is_some());
        if !known {
            let mut old = renumbered.old;
            chains.resolve(&mut old, renumbered.next);
            old_ids.insert(renumbered.text.to_owned(), old);
        }
    }
    let mut successors = Vec::new();
    for (i, object) in attack.objects.iter().enumerate().filter(|(_, object)| object.status != Status::Active) {
        let mut old = OldId {
            domain: object.domains.first().copied().unwrap_or(Domain::Enterprise),
            name: Some(object.name.clone()),
            status: object.status,
            successor: None,
            via: Vec::new(),
        };
        chains.resolve(&mut old, object.successor);
        successors.push((i, old.successor));
        old_ids.insert(object.id.to_string(), old);
    }

    attack.relations = related(draft.relations, &chains);
    for (i, successor) in successors {
        attack.objects[i].successor = successor;
    }
    attack.old_ids = old_ids;
    attack.newer_ids = newer_ids(&attack, draft.newer);
    attack.old_names = old_names(&attack);
    draft.matrix.sort_by_key(|(domain, _)| *domain);
    attack.matrix = draft.matrix;
    draft.citations.sort_by(|a, b| a.name.cmp(&b.name));
    draft.citations.dedup_by(|later, first| later.name == first.name);
    attack.citations = draft.citations;
    let names = history::tactic_names(
        |short_name| attack.tactic(Domain::Enterprise, short_name).is_some(),
        |id| attack.object(id).is_some(),
    );
    attack.old_tactics = names.old;
    attack.newer_tactics = names.newer;
    let retired = history::retired_since().map(|(name, since)| (name.to_owned(), since.to_owned()));
    attack.retired_since = retired.collect();
    attack
}

/// A release as a number that can be compared; `None` for what is none.
pub(super) fn release_number(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// The identifiers this version lacks because it is older than they are; of a mixture of
/// releases, because the oldest is.
fn newer_ids(attack: &Attack, more: Vec<(AttackId, String)>) -> BTreeMap<AttackId, String> {
    let version = attack.releases.values().filter_map(|release| release_number(release)).min();
    let mut newer = BTreeMap::new();
    for (id, since) in history::newer_ids().map(|(id, since)| (id, since.to_owned())).chain(more) {
        let later = version.is_none_or(|version| release_number(&since).is_none_or(|since| since > version));
        if later && attack.object(id).is_none() && !attack.old_ids.contains_key(&id.to_string()) {
            newer.entry(id).or_insert(since);
        }
    }
    newer
}

/// The earlier names of this version's objects; of two that shared one, the current object has it.
fn old_names(attack: &Attack) -> BTreeMap<String, AttackId> {
    let mut names = BTreeMap::new();
    for status in [Status::Revoked, Status::Deprecated, Status::Active] {
        for (id, name) in history::old_names() {
            if attack.object(id).is_some_and(|object| object.status == status && object.name != name) {
                names.insert(name.to_owned(), id);
            }
        }
    }
    names
}

/// One object for each identifier, sorted.
fn merged(mut objects: Vec<AttackObject>) -> Vec<AttackObject> {
    objects.sort_by_key(|object| object.id);
    objects.dedup_by(|later, first| {
        if later.id != first.id {
            return false;
        }
        if later.status < first.status {
            std::mem::swap(later, first);
        }
        // ICS once gave EKANS the number Enterprise had given BISCUIT: of two that share a
        // number but neither name nor status, the one still alive is meant.
        if later.name == first.name || later.status == first.status {
            absorb(first, later);
        }
        true
    });
    objects
}

/// Adds to an object what another domain says of it.
fn absorb(object: &mut AttackObject, other: &mut AttackObject) {
    union(&mut object.domains, &mut other.domains);
    object.domains.sort_unstable();
    union(&mut object.tactics, &mut other.tactics);
    union(&mut object.platforms, &mut other.platforms);
    object.platforms.sort_unstable_by_key(|platform| platform.to_lowercase());
    union(&mut object.aliases, &mut other.aliases);
    object.aliases.retain(|alias| *alias != object.name);
    object.successor = object.successor.or(other.successor);
    object.short_name = object.short_name.take().or(other.short_name.take());
    object.software_kind = object.software_kind.or(other.software_kind);
    object.first_seen = object.first_seen.take().or(other.first_seen.take());
    object.last_seen = object.last_seen.take().or(other.last_seen.take());
    if object.description.is_none() {
        object.description = other.description.take();
        object.citations = std::mem::take(&mut other.citations);
    }
}

fn union<T: PartialEq>(all: &mut Vec<T>, more: &mut Vec<T>) {
    for item in more.drain(..) {
        if !all.contains(&item) {
            all.push(item);
        }
    }
}

/// The objects of a version and who replaced whom.
struct Chains<'a> {
    objects: &'a [AttackObject],
    /// Direct successors, sorted by identifier.
    links: &'a [(AttackId, AttackId)],
}

impl Chains<'_> {
    fn object(&self, id: AttackId) -> Option<&AttackObject> {
        self.objects.binary_search_by_key(&id, |object| object.id).ok().map(|i| &self.objects[i])
    }

    fn next(&self, id: AttackId) -> Option<AttackId> {
        self.links.binary_search_by_key(&id, |link| link.0).ok().map(|i| self.links[i].1)
    }

    /// Follows the chain that begins with `next` to its end: a successor if that is current,
    /// else all of it is `via`, so that a reader sees where the track is lost.
    fn resolve(&self, old: &mut OldId, next: Option<AttackId>) {
        let mut chain: Vec<AttackId> = Vec::new();
        let mut at = next;
        while let Some(id) = at.filter(|id| !chain.contains(id)) {
            chain.push(id);
            at = self.next(id);
        }
        let end = chain.last().copied().filter(|id| self.object(*id).is_some_and(|o| o.status == Status::Active));
        if end.is_some() {
            chain.pop();
        }
        old.successor = end;
        old.via = chain;
        // An identifier replaced by one that was then given up is itself given up.
        if old.status == Status::Deprecated && end.is_some() {
            old.status = Status::Revoked;
        }
    }

    /// For each object, the one a relation to it is about: itself, or the end of its chain.
    ///
    /// A hash map, because this is asked twice for each of 23,000 relations; it is never iterated.
    fn current(&self) -> HashMap<AttackId, AttackId> {
        let mut current: HashMap<AttackId, AttackId> =
            self.objects.iter().map(|object| (object.id, object.id)).collect();
        for object in self.objects.iter().filter(|object| object.status == Status::Revoked) {
            let mut at = object.id;
            // Longer chains than this do not exist; a circle ends here too.
            for _ in 0..8 {
                match self.next(at).filter(|next| self.object(*next).is_some()) {
                    Some(next) => at = next,
                    None => break,
                }
            }
            current.insert(object.id, at);
        }
        current
    }
}

/// Relations between objects that exist, sorted, each once, moved from replaced objects to
/// those in their place.
fn related(mut relations: Vec<Relation>, chains: &Chains<'_>) -> Vec<Relation> {
    let current = chains.current();
    relations.retain_mut(|relation| match (current.get(&relation.source), current.get(&relation.target)) {
        (Some(source), Some(target)) => {
            relation.source = *source;
            relation.target = *target;
            true
        }
        _ => false,
    });
    relations.sort_by_key(|relation| (relation.kind, relation.source, relation.target));
    relations.dedup_by(|later, first| {
        let same = (later.kind, later.source, later.target) == (first.kind, first.source, first.target);
        if same && first.description.is_none() {
            first.description = later.description.take();
        }
        same
    });
    relations
}
