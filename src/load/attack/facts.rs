//! A file of facts: what `purplebook attack import` keeps of STIX bundles, without their prose.
//!
//! Sections of the tables of `data/attack`, each under a line in brackets, so that a new release
//! is a readable diff and 45 MB need not be kept or read. Read as strictly as a bundle: a row
//! that makes no sense is an error at its line.

use std::fmt::Write as _;

use crate::model::{AttackKind, AttackObject, Domain, Relation, RelationKind, SoftwareKind, Status};

use super::bundle::BundleError;
use super::convert::Converted;
use super::table;

/// The first line of every such file.
const FIRST: &str = "# ATT&CK facts, made by `purplebook attack import`";

const OBJECTS: &str = "id\tstatus\tname\taliases\tplatforms\ttactics\tsuccessor\tdetail";
const RELATIONS: &str = "kind\tsource\ttargets";
const RELEASES: &str = "domain\tversion\tmodified";

/// Whether bytes are such a file rather than a bundle.
pub(super) fn is_facts(bytes: &[u8]) -> bool {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).starts_with(FIRST.as_bytes())
}

/// The file of what bundles say.
pub(super) fn write(converted: &Converted) -> String {
    let mut text = format!("{FIRST}\n");
    if let Some(copyright) = &converted.copyright {
        let _ = write!(text, "[copyright]\n{}\n", cell(copyright));
    }
    let _ = write!(text, "[releases]\n{RELEASES}\n");
    for (domain, version) in &converted.releases {
        let version = version.as_deref().unwrap_or_default();
        let _ = writeln!(text, "{}\t{}\t{}", domain.key(), cell(version), cell(&converted.modified));
    }
    for domain in Domain::ALL {
        if let Some(columns) = converted.matrix.get(&domain) {
            let _ = write!(text, "[matrix {}]\n{}\n", domain.key(), list(columns.iter().map(ToString::to_string)));
        }
    }
    for domain in Domain::ALL {
        let mut own: Vec<&AttackObject> =
            converted.objects.iter().filter(|object| object.domains.contains(&domain)).collect();
        if own.is_empty() {
            continue;
        }
        // Stable: of two objects with one identifier the order decides which is kept.
        own.sort_by_key(|object| object.id);
        let _ = write!(text, "[objects {}]\n{OBJECTS}\n", domain.key());
        for object in own {
            write_object(object, &mut text);
        }
    }
    let _ = write!(text, "[relations]\n{RELATIONS}\n");
    write_relations(&converted.relations, &mut text);
    text
}

fn write_object(object: &AttackObject, text: &mut String) {
    let detail = match object.id.kind() {
        AttackKind::Tactic => object.short_name.clone().unwrap_or_default(),
        AttackKind::Software if object.software_kind == Some(SoftwareKind::Tool) => "tool".to_owned(),
        AttackKind::Software => "malware".to_owned(),
        AttackKind::Campaign if object.first_seen.is_some() || object.last_seen.is_some() => {
            let day = |day: &Option<String>| day.clone().unwrap_or_default();
            format!("{}/{}", day(&object.first_seen), day(&object.last_seen))
        }
        _ => String::new(),
    };
    let status = match object.status {
        Status::Active => "active",
        Status::Deprecated => "deprecated",
        Status::Revoked => "revoked",
    };
    let _ = writeln!(
        text,
        "{}\t{status}\t{}\t{}\t{}\t{}\t{}\t{}",
        object.id,
        cell(&object.name),
        list(object.aliases.iter().cloned()),
        list(object.platforms.iter().cloned()),
        list(object.tactics.iter().map(ToString::to_string)),
        object.successor.map(|id| id.to_string()).unwrap_or_default(),
        cell(&detail)
    );
}

/// One line for all targets of a source, of sorted relations.
fn write_relations(relations: &[Relation], text: &mut String) {
    for row in relations.chunk_by(|a, b| (a.kind, a.source) == (b.kind, b.source)) {
        let Relation { kind, source, .. } = row[0];
        let word = match kind {
            RelationKind::Uses => "uses",
            RelationKind::Mitigates => "mitigates",
            RelationKind::AttributedTo => "attributed-to",
            RelationKind::Detects => "detects",
            RelationKind::HasAnalytic => "has-analytic",
            RelationKind::NeedsComponent => "needs-component",
            RelationKind::Targets => "targets",
        };
        let targets: Vec<String> = row.iter().map(|relation| relation.target.to_string()).collect();
        let _ = writeln!(text, "{word}\t{source}\t{}", targets.join(" "));
    }
}

/// Text that fits a cell.
fn cell(text: &str) -> String {
    text.split(|c: char| c.is_control()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

fn list(items: impl Iterator<Item = String>) -> String {
    items.map(|item| cell(&item).replace('|', "/")).collect::<Vec<_>>().join("|")
}

/// What the table below a line in brackets holds.
#[derive(Clone, Copy)]
enum Section {
    Copyright,
    Releases,
    Matrix(Domain),
    Objects(Domain),
    Relations,
}

/// Reads such a file into `all`, beside what bundles say.
pub(super) fn read(path: &str, bytes: &[u8], all: &mut Converted) -> Result<(), BundleError> {
    let malformed = |line, message: String| BundleError::Malformed { path: path.to_owned(), line, column: 1, message };
    let mut section = None;
    let lines = String::from_utf8_lossy(bytes);
    for (number, line) in (1..).zip(lines.lines()) {
        if line.is_empty() || line.starts_with('#') || line.starts_with('\u{feff}') {
            continue;
        }
        if let Some(title) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            section = Some(titled(title).ok_or_else(|| malformed(number, format!("there is no section `{title}`")))?);
            continue;
        }
        if [OBJECTS, RELATIONS, RELEASES].contains(&line) {
            continue;
        }
        let Some(section) = section else {
            return Err(malformed(number, "this row is in no section".to_owned()));
        };
        row(section, line, all).map_err(|what| malformed(number, what.to_owned()))?;
    }
    Ok(())
}

fn titled(title: &str) -> Option<Section> {
    Some(match title.split_once(' ') {
        None if title == "copyright" => Section::Copyright,
        None if title == "releases" => Section::Releases,
        None if title == "relations" => Section::Relations,
        Some(("matrix", domain)) => Section::Matrix(table::domain(domain)?),
        Some(("objects", domain)) => Section::Objects(table::domain(domain)?),
        _ => return None,
    })
}

fn row(section: Section, line: &str, all: &mut Converted) -> Result<(), &'static str> {
    match section {
        Section::Copyright => all.copyright = Some(line.to_owned()),
        Section::Releases => {
            let [domain, version, modified] = table::cells(line);
            let domain = table::domain(domain).ok_or("this is no domain of ATT&CK")?;
            if all.releases.insert(domain, table::text(version)).is_some() {
                all.repeated.push(domain);
            }
            if modified > all.modified.as_str() {
                modified.clone_into(&mut all.modified);
            }
        }
        Section::Matrix(domain) => {
            let columns = table::ids(line);
            if columns.len() != table::items(line).count() {
                return Err("this is no list of tactics");
            }
            all.matrix.entry(domain).or_insert(columns);
        }
        Section::Objects(domain) => {
            let object = table::object(domain, table::cells(line)).ok_or("this is no ATT&CK object")?;
            all.objects.push(object);
        }
        Section::Relations => {
            let [kind, source, targets] = table::cells(line);
            let kind = table::relation_kind(kind).ok_or("there is no such relation")?;
            let source = source.parse().map_err(|_| "the source is no ATT&CK identifier")?;
            for target in targets.split(' ') {
                let target = target.parse().map_err(|_| "a target is no ATT&CK identifier")?;
                all.relations.push(Relation { kind, source, target, description: None });
            }
        }
    }
    Ok(())
}
