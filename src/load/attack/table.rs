//! The tables of `data/attack`: tab-separated rows under one heading row, lists split by `|`.
//!
//! A row that cannot be read is left out rather than reported: the tables are part of the
//! program, and the tests count their rows.

use crate::model::{AttackId, AttackKind, AttackObject, Domain, Relation, RelationKind, SoftwareKind, Status};

/// The cells of a row; those beyond the row's end are empty.
pub(super) fn rows<const N: usize>(table: &str) -> impl Iterator<Item = [&str; N]> {
    table.lines().skip(1).map(cells)
}

/// The cells of one row.
pub(super) fn cells<const N: usize>(line: &str) -> [&str; N] {
    let mut cells = line.split('\t');
    std::array::from_fn(|_| cells.next().unwrap_or_default())
}

/// The items of a list cell.
pub(super) fn items(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('|').filter(|item| !item.is_empty())
}

/// The identifiers of a list cell.
pub(super) fn ids(cell: &str) -> Vec<AttackId> {
    items(cell).filter_map(|id| id.parse().ok()).collect()
}

/// Text of a cell, if it has any.
pub(super) fn text(cell: &str) -> Option<String> {
    (!cell.is_empty()).then(|| cell.to_owned())
}

/// A domain by its key.
pub(super) fn domain(cell: &str) -> Option<Domain> {
    Domain::ALL.into_iter().find(|domain| domain.key() == cell)
}

/// A status by its word.
pub(super) fn status(cell: &str) -> Option<Status> {
    match cell {
        "active" => Some(Status::Active),
        "deprecated" => Some(Status::Deprecated),
        "revoked" => Some(Status::Revoked),
        _ => None,
    }
}

/// A relation by ATT&CK's word for it; `None` for those that are no relation here
/// (`revoked-by` is [`AttackObject::successor`], `subtechnique-of` is in the identifier).
pub(super) fn relation_kind(word: &str) -> Option<RelationKind> {
    match word {
        "uses" => Some(RelationKind::Uses),
        "mitigates" => Some(RelationKind::Mitigates),
        "attributed-to" => Some(RelationKind::AttributedTo),
        "detects" => Some(RelationKind::Detects),
        "has-analytic" => Some(RelationKind::HasAnalytic),
        "needs-component" => Some(RelationKind::NeedsComponent),
        "targets" => Some(RelationKind::Targets),
        _ => None,
    }
}

/// An object of which only the identity is known.
pub(super) fn bare(id: AttackId, domain: Domain, name: &str, status: Status) -> AttackObject {
    AttackObject {
        id,
        domains: vec![domain],
        name: name.to_owned(),
        status,
        successor: None,
        tactics: Vec::new(),
        short_name: None,
        platforms: Vec::new(),
        aliases: Vec::new(),
        software_kind: None,
        first_seen: None,
        last_seen: None,
        description: None,
        citations: Vec::new(),
    }
}

/// Reads a table of objects. [`AttackObject::successor`] is the direct one, not the chain's end.
pub(super) fn objects(domain: Domain, table: &str) -> impl Iterator<Item = AttackObject> {
    rows(table).filter_map(move |cells| object(domain, cells))
}

/// Reads a row of such a table.
pub(super) fn object(domain: Domain, cells: [&str; 8]) -> Option<AttackObject> {
    let [id, status_cell, name, aliases, platforms, tactics, successor, detail] = cells;
    let id: AttackId = id.parse().ok()?;
    let mut object = bare(id, domain, name, status(status_cell)?);
    object.aliases = items(aliases).map(str::to_owned).collect();
    object.platforms = items(platforms).map(str::to_owned).collect();
    object.tactics = ids(tactics);
    object.successor = successor.parse().ok();
    match id.kind() {
        AttackKind::Software => {
            object.software_kind = Some(if detail == "tool" { SoftwareKind::Tool } else { SoftwareKind::Malware });
        }
        AttackKind::Campaign => {
            let (first, last) = detail.split_once('/').unwrap_or_default();
            object.first_seen = text(first);
            object.last_seen = text(last);
        }
        AttackKind::Tactic => object.short_name = text(detail),
        _ => {}
    }
    Some(object)
}

/// Reads a table of analytics: each as an object, with what it belongs to and what it needs.
///
/// All of them are current, and ATT&CK calls each by its number.
pub(super) fn analytics(domain: Domain, table: &str, objects: &mut Vec<AttackObject>, relations: &mut Vec<Relation>) {
    for [id, strategy, platforms, components] in rows(table) {
        let (Ok(id), Ok(strategy)) = (id.parse::<AttackId>(), strategy.parse()) else { continue };
        let number = id.to_string();
        let name = format!("Analytic {}", number.trim_start_matches(AttackKind::Analytic.prefix()));
        let mut analytic = bare(id, domain, &name, Status::Active);
        analytic.platforms = items(platforms).map(str::to_owned).collect();
        objects.push(analytic);
        let mut relate = |kind, source, target| relations.push(Relation { kind, source, target, description: None });
        relate(RelationKind::HasAnalytic, strategy, id);
        for component in ids(components) {
            relate(RelationKind::NeedsComponent, id, component);
        }
    }
}

/// Reads a table of relations, one row for all the targets of a source.
pub(super) fn relations(table: &str, into: &mut Vec<Relation>) {
    for [kind, source, targets] in rows(table) {
        let (Some(kind), Ok(source)) = (relation_kind(kind), source.parse()) else { continue };
        into.extend(
            targets
                .split(' ')
                .filter_map(|target| Some(Relation { kind, source, target: target.parse().ok()?, description: None })),
        );
    }
}
