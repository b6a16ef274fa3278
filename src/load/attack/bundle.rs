//! A user's STIX bundles in place of the built-in facts of their domains.
//!
//! A bundle that is a whole release of a domain (it has the domain's matrix) replaces that
//! domain; any other adds to what is there. Domains without a bundle keep the facts they had.
//! What the facts before knew of retired identifiers stays known.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::error::Category;

use crate::model::{Attack, AttackId, AttackKind, AttackObject, Domain, OldId, Relation, Status};

use super::assemble::{Draft, assemble, release_number};
use super::convert::{Converted, convert};
use super::embedded::{VERSIONS, embedded, released};
use super::facts;
use super::stix::Bundle;

/// Why a file cannot be taken as a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// The file is not JSON.
    #[error("{path}:{line}:{column}: cannot read the STIX bundle: {message}")]
    Malformed {
        /// The path as shown.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The byte in the line, from 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// The file is JSON, but holds no list of STIX objects.
    #[error("{path}: not a STIX bundle: it has no list `objects`")]
    NotABundle {
        /// The path as shown.
        path: String,
    },
}

/// ATT&CK of the `bundles` (path as shown, bytes), over `base`; and what a user may want to know.
///
/// Reads STIX 2.0 and 2.1 and TAXII pages. The version is that of the Enterprise bundle: as its
/// collection states it, else the built-in release with the same content, else `from bundle`.
/// Mitigations from before 2019, which had their technique's number, are not read.
///
/// # Errors
///
/// [`BundleError`] for the first file that is no bundle.
pub fn from_bundles(bundles: &[(&str, &[u8])], base: Attack) -> Result<(Attack, Vec<String>), BundleError> {
    let converted = read(bundles, &base)?;
    if converted.objects.is_empty() {
        let empty = bundles.iter().map(|(path, _)| format!("{path}: no object with an ATT&CK identifier in it"));
        return Ok((base, empty.collect()));
    }
    let notes = notes(&converted);
    Ok((over(base, converted), notes))
}

/// What is kept of bundles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The text of the file of facts, which [`from_bundles`] reads like the bundles.
    pub text: String,
    /// The domains that are whole releases, with their version where it is known.
    pub releases: BTreeMap<Domain, Option<String>>,
    /// How many objects there are.
    pub objects: usize,
    /// How many relations.
    pub relations: usize,
    /// What a user may want to know.
    pub notes: Vec<String>,
}

/// The facts of `bundles` (path as shown, bytes), without their prose.
///
/// # Errors
///
/// [`BundleError`] for the first file that is no bundle.
pub fn import(bundles: &[(&str, &[u8])], version: Option<&str>, base: &Attack) -> Result<Import, BundleError> {
    let mut converted = read(bundles, base)?;
    if let Some(version) = version {
        converted
            .releases
            .values_mut()
            .for_each(|release| *release = release.take().or_else(|| Some(version.to_owned())));
    }
    converted.relations.sort_by_key(|relation| (relation.kind, relation.source, relation.target));
    converted.relations.dedup_by_key(|relation| (relation.kind, relation.source, relation.target));
    Ok(Import {
        text: facts::write(&converted),
        objects: converted.objects.len(),
        relations: converted.relations.len(),
        notes: notes(&converted),
        releases: converted.releases,
    })
}

/// Reads bundles and files of facts as one body.
fn read(bundles: &[(&str, &[u8])], base: &Attack) -> Result<Converted, BundleError> {
    let (tables, stix): (Vec<_>, Vec<_>) = bundles.iter().partition(|(_, bytes)| facts::is_facts(bytes));
    let mut parsed = Vec::with_capacity(stix.len());
    for (path, bytes) in &stix {
        parsed.push(parse(path, bytes)?);
    }
    let mut converted = convert(&parsed, base);
    drop(parsed);
    converted.named = stix.iter().map(|(path, _)| (*path).to_owned()).collect();
    for (path, bytes) in tables {
        facts::read(path, bytes, &mut converted)?;
    }
    recognise(&mut converted);
    Ok(converted)
}

fn parse<'a>(path: &str, bytes: &'a [u8]) -> Result<Bundle<'a>, BundleError> {
    let malformed = |line, column, message| BundleError::Malformed { path: path.to_owned(), line, column, message };
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1) + 1;
        malformed(line, column, "not UTF-8 text".to_owned())
    })?;
    let bundle: Bundle<'a> = serde_json::from_str(text).map_err(|error| {
        let position = format!(" at line {} column {}", error.line(), error.column());
        let message = error.to_string();
        let message = message.strip_suffix(&position).unwrap_or(&message);
        let message = match error.classify() {
            Category::Eof => format!("the file ends too early ({message})"),
            _ => message.to_owned(),
        };
        malformed(error.line(), error.column(), message)
    })?;
    if bundle.objects.is_none() {
        return Err(BundleError::NotABundle { path: path.to_owned() });
    }
    Ok(bundle)
}

/// A STIX 2.0 bundle states no version: gives it that of the built-in release it equals.
fn recognise(converted: &mut Converted) {
    let Some(None) = converted.releases.get(&Domain::Enterprise) else { return };
    let mut content: Vec<_> = converted.objects.iter().filter_map(enterprise_facts).collect();
    content.sort_unstable();
    let equal = VERSIONS.iter().find(|version| {
        let Ok(known) = embedded(Some(version)) else { return false };
        known.objects.iter().filter_map(enterprise_facts).eq(content.iter().copied())
    });
    if let Some(version) = equal {
        converted.releases.insert(Domain::Enterprise, Some((*version).to_owned()));
    }
}

/// The facts in which releases differ and the tables are complete.
fn enterprise_facts(object: &AttackObject) -> Option<(AttackId, Status, &str)> {
    let told = matches!(
        object.id.kind(),
        AttackKind::Tactic | AttackKind::Technique | AttackKind::Group | AttackKind::Software | AttackKind::Campaign
    );
    (told && object.domains.contains(&Domain::Enterprise)).then_some((object.id, object.status, &object.name))
}

fn notes(converted: &Converted) -> Vec<String> {
    let mut notes = Vec::new();
    for (path, foreign) in converted.named.iter().zip(&converted.foreign) {
        let what = match foreign {
            0 => continue,
            1 => "1 object has an identifier that is not ATT&CK's and is left out".to_owned(),
            _ => format!("{foreign} objects have identifiers that are not ATT&CK's and are left out"),
        };
        notes.push(format!("{path}: {what}"));
    }
    for domain in &converted.repeated {
        notes.push(format!("{} comes from more than one bundle; of equal objects the first is used", domain.title()));
    }
    if let Some(None) = converted.releases.get(&Domain::Enterprise) {
        notes.push("the Enterprise bundle does not state its ATT&CK version (STIX 2.0 never does)".to_owned());
    }
    notes
}

/// Puts what was converted in place of its domains' facts in `base`.
fn over(base: Attack, converted: Converted) -> Attack {
    let covered: BTreeSet<Domain> = converted.releases.keys().copied().collect();
    let is_covered = |domain: &Domain| covered.contains(domain);
    let older: BTreeSet<Domain> =
        covered.iter().copied().filter(|domain| is_older(&converted, *domain, &base)).collect();
    let mut draft = Draft {
        version: match converted.releases.get(&Domain::Enterprise) {
            Some(Some(version)) => version.clone(),
            Some(None) => "from bundle".to_owned(),
            None => base.version.clone(),
        },
        releases: base.releases.clone(),
        source: source(&base, &converted),
        copyright: converted.copyright.unwrap_or_else(|| base.copyright.clone()),
        relations: converted.relations,
        citations: converted.citations,
        ..Draft::default()
    };
    for (domain, version) in converted.releases {
        draft.releases.insert(domain, version.unwrap_or_else(|| "from bundle".to_owned()));
    }
    draft.citations.extend(base.citations.iter().cloned());
    draft.newer.extend(base.newer_ids.iter().map(|(id, since)| (*id, since.clone())));
    draft.relations.extend(kept_relations(&base, is_covered));
    draft.matrix = base.matrix.iter().filter(|(domain, _)| !is_covered(domain)).cloned().collect();
    for domain in &covered {
        let found = converted.matrix.get(domain).cloned();
        // A release without a matrix has no order of its own.
        let matrix =
            found.or_else(|| base.matrix.iter().find(|(of, _)| of == domain).map(|(_, columns)| columns.clone()));
        draft.matrix.push((*domain, matrix.unwrap_or_default()));
    }

    let mut places: BTreeMap<AttackId, usize> = BTreeMap::new();
    for (i, object) in converted.objects.iter().enumerate() {
        places.entry(object.id).or_insert(i);
    }
    draft.objects = converted.objects;
    for (text, old) in &base.old_ids {
        if let Some(id) = text.parse().ok().filter(|id| base.object(*id).is_none() && !places.contains_key(id)) {
            draft.retired.push((id, direct(old.clone())));
        }
    }
    for mut object in base.objects {
        let text = object.id.to_string();
        let old = base.old_ids.get(&text).cloned().map(direct);
        let domain = object.domains.first().copied().unwrap_or(Domain::Enterprise);
        object.domains.retain(|domain| !is_covered(domain));
        let place = places.get(&object.id).copied();
        match (place, object.domains.is_empty()) {
            // The bundle's facts win; what remains of this one is that other domains have it.
            (Some(place), false) if draft.objects[place].name == object.name => {
                draft.objects[place].domains.append(&mut object.domains);
                draft.objects[place].domains.sort_unstable();
                draft.objects[place].domains.dedup();
            }
            (_, false) => {
                object.successor = old.and_then(|old| old.successor);
                draft.objects.push(object);
            }
            (Some(_), true) => {}
            (None, true) => match old {
                Some(old) => draft.retired.push((object.id, old)),
                None if older.contains(&domain) => {
                    let release = base.releases.get(&domain).unwrap_or(&base.version);
                    draft.newer.push((object.id, release.clone()));
                }
                None => draft.retired.push((object.id, gone(object, domain))),
            },
        }
    }
    assemble(draft)
}

/// A retired identifier with its direct successor instead of the end of its chain.
fn direct(mut old: OldId) -> OldId {
    old.successor = old.via.first().copied().or(old.successor);
    old.via.clear();
    old
}

/// An object a newer release dropped without a word.
fn gone(object: AttackObject, domain: Domain) -> OldId {
    OldId { domain, name: Some(object.name), status: Status::Deprecated, successor: None, via: Vec::new() }
}

/// The relations of `base` that the covered domains say nothing of: one end is of others only.
fn kept_relations(base: &Attack, is_covered: impl Fn(&Domain) -> bool) -> Vec<Relation> {
    let of_others: BTreeSet<AttackId> =
        base.objects.iter().filter(|object| !object.domains.iter().any(&is_covered)).map(|object| object.id).collect();
    base.relations
        .iter()
        .filter(|relation| of_others.contains(&relation.source) || of_others.contains(&relation.target))
        .cloned()
        .collect()
}

/// Whether the bundle of a domain is of an older release than the facts it replaces.
fn is_older(converted: &Converted, domain: Domain, base: &Attack) -> bool {
    let Some(replaced) = base.releases.get(&domain) else { return false };
    let stated = converted.releases.get(&domain).and_then(Option::as_deref).and_then(release_number);
    match (stated, release_number(replaced)) {
        (Some(stated), Some(replaced)) => stated < replaced,
        _ => released(replaced).is_some_and(|day| converted.modified.as_str() < day),
    }
}

/// Where the facts come from, for the credits.
fn source(base: &Attack, converted: &Converted) -> String {
    let name = |(domain, version): (&Domain, Option<&String>)| match version {
        Some(version) => format!("{} {version}", domain.title()),
        None => domain.title().to_owned(),
    };
    let bundles: Vec<String> =
        converted.releases.iter().map(|(domain, version)| name((domain, version.as_ref()))).collect();
    let kept: Vec<String> = base
        .releases
        .iter()
        .filter(|(domain, _)| !converted.releases.contains_key(domain))
        .map(|(domain, version)| name((domain, Some(version))))
        .collect();
    let mut parts = Vec::new();
    match bundles[..] {
        [] => parts.push("additions from STIX bundles".to_owned()),
        _ => parts.push(format!("STIX bundles ({})", bundles.join(", "))),
    }
    if !kept.is_empty() {
        parts.push(format!("built-in facts ({})", kept.join(", ")));
    }
    parts.join(", ")
}
