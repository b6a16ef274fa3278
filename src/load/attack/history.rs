//! What ATT&CK once called things, and what it will call them: identifiers and names outside
//! the objects of a version.

use std::collections::BTreeMap;

use crate::model::{AttackId, Domain, NewerTactic, OldId, Status};

use super::table;

const OLD_IDS: &str = include_str!("../../../data/attack/old-ids.tsv");
const NEWER_IDS: &str = include_str!("../../../data/attack/newer-ids.tsv");
const RETIRED_IDS: &str = include_str!("../../../data/attack/retired-ids.tsv");
const OLD_NAMES: &str = include_str!("../../../data/attack/old-names.tsv");
const TACTIC_NAMES: &str = include_str!("../../../data/attack/tactic-names.tsv");

/// An identifier no table of objects has: renumbered (`MOB-T1001`), of PRE-ATT&CK, or gone.
pub(super) struct Renumbered {
    /// As written in upper case.
    pub(super) text: &'static str,
    /// What it became or was when given up. PRE-ATT&CK counts as Enterprise, which took it in.
    pub(super) old: OldId,
    /// The identifier it got next; it may be retired itself.
    pub(super) next: Option<AttackId>,
}

/// All of them, by domain and text.
pub(super) fn renumbered() -> impl Iterator<Item = Renumbered> {
    table::rows(OLD_IDS).filter_map(|[domain, text, status, name, next]| {
        let old = OldId {
            domain: table::domain(domain).unwrap_or(Domain::Enterprise),
            name: table::text(name),
            status: table::status(status).filter(|status| *status != Status::Active)?,
            successor: None,
            via: Vec::new(),
        };
        Some(Renumbered { text, old, next: next.parse().ok() })
    })
}

/// Identifiers introduced after the oldest built-in release, with the release.
pub(super) fn newer_ids() -> impl Iterator<Item = (AttackId, &'static str)> {
    table::rows(NEWER_IDS).filter_map(|[id, since]| Some((id.parse().ok()?, since)))
}

/// Identifiers that were replaced, and tactic short names no longer in use, with the first release
/// without them.
pub(super) fn retired_since() -> impl Iterator<Item = (&'static str, &'static str)> {
    let names = table::rows(TACTIC_NAMES).map(|[_, short_name, _, until]| [short_name, until]);
    table::rows(RETIRED_IDS).chain(names).filter_map(|[name, since]| (!since.is_empty()).then_some((name, since)))
}

/// Earlier names of techniques.
pub(super) fn old_names() -> impl Iterator<Item = (AttackId, &'static str)> {
    table::rows(OLD_NAMES).filter_map(|[id, name]| Some((id.parse().ok()?, name)))
}

/// Enterprise tactic short names of the past, with the tactic that had them.
pub(super) fn old_tactic_names() -> impl Iterator<Item = (&'static str, AttackId)> {
    table::rows(TACTIC_NAMES).filter_map(|[_, short_name, _, until, tactics]| {
        let had = *table::ids(tactics).first()?;
        (!until.is_empty()).then_some((short_name, had))
    })
}

/// The Enterprise tactic short names that came or went, seen from a version.
#[derive(Default)]
pub(super) struct TacticNames {
    pub(super) old: BTreeMap<String, Vec<AttackId>>,
    pub(super) newer: BTreeMap<String, NewerTactic>,
}

/// Sorts the short names that came or went by whether this version is after or before.
///
/// `in_use` tells whether the version has a current Enterprise tactic of that name, `exists`
/// whether it has that tactic at all.
pub(super) fn tactic_names(in_use: impl Fn(&str) -> bool, exists: impl Fn(AttackId) -> bool) -> TacticNames {
    let mut names = TacticNames::default();
    for [_, short_name, since, until, tactics] in table::rows(TACTIC_NAMES) {
        if in_use(short_name) {
            continue;
        }
        let mut tactics = table::ids(tactics);
        tactics.retain(|id| exists(*id));
        if !until.is_empty() {
            names.old.insert(short_name.to_owned(), tactics);
        } else if !since.is_empty() {
            names.newer.insert(short_name.to_owned(), NewerTactic { since: since.to_owned(), was: tactics });
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_every_table_is_read() {
        assert_eq!(renumbered().count(), OLD_IDS.lines().count() - 1);
        assert_eq!(newer_ids().count(), NEWER_IDS.lines().count() - 1);
        for (id, since) in table::rows(RETIRED_IDS).map(|[id, since]: [&str; 2]| (id, since)) {
            assert!(id.parse::<AttackId>().is_ok() && since.ends_with(".0"), "{id} {since}");
        }
        assert_eq!(old_names().count(), OLD_NAMES.lines().count() - 1);
        for row in renumbered().filter(|row| row.old.status == Status::Revoked) {
            assert!(row.next.is_some(), "{}", row.text);
        }
    }
}
