//! The releases of ATT&CK that are built in, and which tables make up each.
//!
//! Mobile and ICS are no older than what was at hand when the tables were made: with either
//! version they come from 18.1; 19.1 adds the ICS techniques and the new Mobile software of 19.0.

use crate::model::{Attack, Domain, Status};

use super::assemble::{Draft, assemble};
use super::table;

/// What must stand beside these facts: MITRE's copyright line and licence.
pub const NOTICE: &str = include_str!("../../../data/attack/NOTICE");

/// The versions [`embedded`] knows, the newest first.
pub const VERSIONS: &[&str] = &["19.1", "18.1"];

const COPYRIGHT: &str = "© 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of \
                         The MITRE Corporation.";

const TACTICS: &str = include_str!("../../../data/attack/tactics.tsv");

/// A domain's part of a version: its release, then tables of objects, of relations and of analytics.
struct Part {
    domain: Domain,
    release: &'static str,
    /// The release whose tactics these techniques belong to.
    tactics: &'static str,
    objects: &'static [&'static str],
    relations: &'static [&'static str],
    analytics: &'static str,
}

const ENTERPRISE_DETECTION: &str = include_str!("../../../data/attack/enterprise-18.1.detection.tsv");
const ENTERPRISE_DETECTS: &str = include_str!("../../../data/attack/enterprise-18.1.detection.relations.tsv");
const ENTERPRISE_ANALYTICS: &str = include_str!("../../../data/attack/enterprise-18.1.analytics.tsv");
const ICS_RELATIONS: &str = include_str!("../../../data/attack/ics-18.1.relations.tsv");
const ICS_ANALYTICS: &str = include_str!("../../../data/attack/ics-18.1.analytics.tsv");

const MOBILE: &str = include_str!("../../../data/attack/mobile-18.1.tsv");
const MOBILE_RELATIONS: &str = include_str!("../../../data/attack/mobile-18.1.relations.tsv");
const MOBILE_ANALYTICS: &str = include_str!("../../../data/attack/mobile-18.1.analytics.tsv");

const V19: &[Part] = &[
    Part {
        domain: Domain::Enterprise,
        release: "19.1",
        tactics: "19.1",
        objects: &[include_str!("../../../data/attack/enterprise-19.1.tsv"), ENTERPRISE_DETECTION],
        relations: &[include_str!("../../../data/attack/enterprise-19.1.relations.tsv"), ENTERPRISE_DETECTS],
        analytics: ENTERPRISE_ANALYTICS,
    },
    Part {
        domain: Domain::Mobile,
        release: "18.1",
        tactics: "18.1",
        objects: &[MOBILE, include_str!("../../../data/attack/mobile-19.0.tsv")],
        relations: &[MOBILE_RELATIONS],
        analytics: MOBILE_ANALYTICS,
    },
    Part {
        domain: Domain::Ics,
        release: "19.0",
        tactics: "18.1",
        objects: &[include_str!("../../../data/attack/ics-19.0.tsv")],
        relations: &[ICS_RELATIONS],
        analytics: ICS_ANALYTICS,
    },
];

const V18: &[Part] = &[
    Part {
        domain: Domain::Enterprise,
        release: "18.1",
        tactics: "18.1",
        objects: &[include_str!("../../../data/attack/enterprise-18.1.tsv"), ENTERPRISE_DETECTION],
        relations: &[include_str!("../../../data/attack/enterprise-18.1.relations.tsv"), ENTERPRISE_DETECTS],
        analytics: ENTERPRISE_ANALYTICS,
    },
    Part {
        domain: Domain::Mobile,
        release: "18.1",
        tactics: "18.1",
        objects: &[MOBILE],
        relations: &[MOBILE_RELATIONS],
        analytics: MOBILE_ANALYTICS,
    },
    Part {
        domain: Domain::Ics,
        release: "18.1",
        tactics: "18.1",
        objects: &[include_str!("../../../data/attack/ics-18.1.tsv")],
        relations: &[ICS_RELATIONS],
        analytics: ICS_ANALYTICS,
    },
];

/// The version asked for is not built in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("ATT&CK {asked} is not built in; built in are {}", VERSIONS.join(" and "))]
pub struct UnknownVersion {
    /// The version asked for.
    pub asked: String,
}

/// ATT&CK as built in, all domains; the newest version where none is asked for.
///
/// `v19.1` is read as `19.1`.
///
/// # Errors
///
/// [`UnknownVersion`], whose message lists the known ones.
pub fn embedded(version: Option<&str>) -> Result<Attack, UnknownVersion> {
    let asked = version.unwrap_or(VERSIONS[0]).trim();
    let parts = match asked.strip_prefix('v').unwrap_or(asked) {
        "19.1" => V19,
        "18.1" => V18,
        _ => return Err(UnknownVersion { asked: asked.to_owned() }),
    };
    Ok(assemble(draft(parts)))
}

/// The day a release the tables are of was published, as STIX writes it.
pub(super) fn released(version: &str) -> Option<&'static str> {
    match version {
        "19.1" => Some("2026-05-12"),
        "19.0" => Some("2026-04-28"),
        "18.1" => Some("2025-11-13"),
        _ => None,
    }
}

fn draft(parts: &[Part]) -> Draft {
    let mut draft = Draft {
        version: parts[0].release.to_owned(),
        source: format!("built-in facts ({})", releases(parts)),
        copyright: COPYRIGHT.to_owned(),
        releases: parts.iter().map(|part| (part.domain, part.release.to_owned())).collect(),
        objects: Vec::with_capacity(6_000),
        relations: Vec::with_capacity(30_000),
        ..Draft::default()
    };
    for part in parts {
        let mut matrix = Vec::new();
        for [domain, release, position, id, status, name, short_name] in table::rows(TACTICS) {
            let (Ok(id), Some(status)) = (id.parse(), table::status(status)) else { continue };
            if domain != part.domain.key() || release != part.tactics {
                continue;
            }
            let mut tactic = table::bare(id, part.domain, name, status);
            tactic.short_name = table::text(short_name);
            // Rows are in matrix order; 0 marks the tactics of a matrix given up.
            if status == Status::Active && position != "0" {
                matrix.push(id);
            }
            draft.objects.push(tactic);
        }
        draft.matrix.push((part.domain, matrix));
        for table in part.objects {
            draft.objects.extend(table::objects(part.domain, table));
        }
        for table in part.relations {
            table::relations(table, &mut draft.relations);
        }
        table::analytics(part.domain, part.analytics, &mut draft.objects, &mut draft.relations);
    }
    draft
}

fn releases(parts: &[Part]) -> String {
    parts.iter().map(|part| format!("{} {}", part.domain.title(), part.release)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_of_every_table_is_read_and_names_its_object_once() {
        for part in V19.iter().chain(V18) {
            for table in part.objects {
                let objects: Vec<_> = table::objects(part.domain, table).collect();
                assert_eq!(objects.len(), table.lines().count() - 1, "{} {}", part.domain.key(), part.release);
                assert!(objects.windows(2).all(|pair| pair[0].id < pair[1].id), "sorted, none twice");
                for ([_, _, _, _, _, tactics, successor, _, more], object) in table::rows(table).zip(&objects) {
                    assert_eq!(table::items(tactics).count(), object.tactics.len(), "{}", object.id);
                    assert_eq!(successor.is_empty(), object.successor.is_none(), "{}", object.id);
                    assert_eq!(more, "", "{}", object.id);
                }
            }
            for table in part.relations {
                let mut relations = Vec::new();
                table::relations(table, &mut relations);
                let targets = table::rows(table).map(|[_, _, targets]| targets.split(' ').count());
                assert_eq!(relations.len(), targets.sum::<usize>());
                assert_eq!(relations.iter().collect::<BTreeSet<_>>().len(), relations.len(), "none twice");
            }
            let (mut analytics, mut relations) = (Vec::new(), Vec::new());
            table::analytics(part.domain, part.analytics, &mut analytics, &mut relations);
            assert_eq!(analytics.len(), part.analytics.lines().count() - 1);
            assert!(analytics.windows(2).all(|pair| pair[0].id < pair[1].id), "sorted, none twice");
            let needed = table::rows(part.analytics).map(|[_, _, _, components]| table::items(components).count());
            assert_eq!(relations.len(), analytics.len() + needed.sum::<usize>());
        }
        assert_eq!(draft(V19).objects.iter().filter(|object| object.short_name.is_some()).count(), 15 + 14 + 12);
    }

    #[test]
    fn the_notice_has_the_copyright_line() {
        assert!(
            NOTICE.contains(COPYRIGHT) && NOTICE.contains("hereby grants you a non-exclusive, royalty-free license")
        );
    }
}
