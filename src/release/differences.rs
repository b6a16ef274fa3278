//! What differs between two releases of ATT&CK.

use crate::model::{Attack, AttackId, AttackKind, AttackObject, Domain, Status};

use super::full_name;

/// An object that goes by another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// The object.
    pub id: AttackId,
    /// Its name before; of a tactic with its short name, where that changed.
    pub from: String,
    /// Its name after.
    pub to: String,
}

/// An object in whose place another stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replaced {
    /// The object.
    pub id: AttackId,
    /// Its name before.
    pub name: String,
    /// The one in its place, with its name.
    pub by: Option<(AttackId, String)>,
}

/// A technique that belongs to other tactics.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedTactics {
    /// The technique.
    pub id: AttackId,
    /// Its name after.
    pub name: String,
    /// The short names of the tactics it left.
    pub left: Vec<String>,
    /// The short names of those it came to.
    pub joined: Vec<String>,
}

/// All that differs, each list sorted by kind and id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differences {
    /// New objects, with their names.
    pub added: Vec<(AttackId, String)>,
    /// Objects with another name.
    pub renamed: Vec<Renamed>,
    /// Objects that were replaced.
    pub revoked: Vec<Replaced>,
    /// Objects given up with nothing in their place, with their names.
    pub deprecated: Vec<(AttackId, String)>,
    /// Objects the later release does not have at all, with their names.
    pub removed: Vec<(AttackId, String)>,
    /// Techniques of other tactics.
    pub moved: Vec<MovedTactics>,
}

impl Differences {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What differs from `from` to `to`.
pub fn differences(from: &Attack, to: &Attack) -> Differences {
    let mut found = Differences::default();
    // Analytics have no names: one that came or went is told by its detection strategy.
    let told = |object: &&AttackObject| object.id.kind() != AttackKind::Analytic;
    for after in to.objects.iter().filter(told) {
        let before = from.object(after.id);
        if after.status == Status::Active && before.is_none_or(|before| before.status != Status::Active) {
            found.added.push((after.id, full_name(to, after.id)));
        }
    }
    for before in from.objects.iter().filter(told).filter(|object| object.status == Status::Active) {
        let id = before.id;
        let name = || full_name(from, id);
        match to.object(id) {
            Some(after) if after.status == Status::Active => same(from, to, (before, after), &mut found),
            Some(after) if after.status == Status::Revoked => {
                let by = after.successor.map(|by| (by, full_name(to, by)));
                found.revoked.push(Replaced { id, name: name(), by });
            }
            Some(_) => found.deprecated.push((id, name())),
            None => match to.old_ids.get(&id.to_string()).and_then(|old| old.successor) {
                Some(by) => found.revoked.push(Replaced { id, name: name(), by: Some((by, full_name(to, by))) }),
                None => found.removed.push((id, name())),
            },
        }
    }
    found
}

/// An object both releases have.
fn same(from: &Attack, to: &Attack, (before, after): (&AttackObject, &AttackObject), found: &mut Differences) {
    if before.name != after.name || before.short_name != after.short_name {
        let shown = |attack: &Attack, object: &AttackObject| {
            let short = object.short_name.as_deref().map(|short| format!(" ({short})")).unwrap_or_default();
            full_name(attack, object.id) + &short
        };
        found.renamed.push(Renamed { id: after.id, from: shown(from, before), to: shown(to, after) });
    }
    let only = |attack: &Attack, own: &AttackObject, other: &AttackObject| -> Vec<String> {
        let gone = own.tactics.iter().filter(|tactic| !other.tactics.contains(tactic));
        gone.map(|id| short_name(attack, *id)).collect()
    };
    let (left, joined) = (only(from, before, after), only(to, after, before));
    if !left.is_empty() || !joined.is_empty() {
        found.moved.push(MovedTactics { id: after.id, name: full_name(to, after.id), left, joined });
    }
}

/// The short name of a tactic, with its domain where that is not Enterprise.
fn short_name(attack: &Attack, id: AttackId) -> String {
    let Some(tactic) = attack.object(id) else { return id.to_string() };
    let short = tactic.short_name.as_deref().unwrap_or(&tactic.name);
    match tactic.domains.first() {
        Some(domain) if *domain != Domain::Enterprise => format!("{short} ({})", domain.title()),
        _ => short.to_owned(),
    }
}
