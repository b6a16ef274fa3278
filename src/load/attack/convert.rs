//! From the objects of STIX bundles to ATT&CK's: identifiers, domains, tactics, relations.

use std::collections::{BTreeMap, HashMap};

use crate::model::{
    Attack, AttackId, AttackKind, AttackObject, Citation, Domain, Relation, RelationKind, SoftwareKind, Status,
};

use super::history;
use super::stix::{Bundle, List, Object, Reference, Text};
use super::table;

/// What the bundles say, all together.
#[derive(Default)]
pub(super) struct Converted {
    /// `successor` is the direct one.
    pub(super) objects: Vec<AttackObject>,
    pub(super) relations: Vec<Relation>,
    pub(super) citations: Vec<Citation>,
    pub(super) matrix: BTreeMap<Domain, Vec<AttackId>>,
    /// The domains a bundle is a whole release of, with the version where it states one.
    pub(super) releases: BTreeMap<Domain, Option<String>>,
    /// MITRE's copyright statement.
    pub(super) copyright: Option<String>,
    /// The newest `modified` date, as text.
    pub(super) modified: String,
    /// The paths of the bundles, as shown.
    pub(super) named: Vec<String>,
    /// How many objects of each bundle have an identifier that is not ATT&CK's.
    pub(super) foreign: Vec<usize>,
    /// Domains that more than one bundle is a release of.
    pub(super) repeated: Vec<Domain>,
}

/// So many techniques make a release of a bundle that has no matrix (before ATT&CK 3).
const RELEASE_TECHNIQUES: usize = 20;

/// The tactics of all bundles, found by domain and short name.
type Tactics<'a> = HashMap<(Domain, &'a str), AttackId>;

/// Reads all bundles as one body, so that an object of one may refer to an object of another.
///
/// Techniques of a bundle without tactics are put into those of `base`.
pub(super) fn convert(bundles: &[Bundle<'_>], base: &Attack) -> Converted {
    let mut all = Converted::default();
    let mut ids: HashMap<&str, AttackId> = HashMap::with_capacity(8_000);
    let mut tactics = Tactics::new();
    let mut homes = Vec::new();
    for bundle in bundles {
        let objects = objects_of(bundle);
        let home = home(objects);
        let mut foreign = 0;
        for object in objects {
            match identifier(object) {
                Identifier::Attack(id) => {
                    ids.insert(object.id.as_str(), id);
                    if id.kind() == AttackKind::Tactic {
                        let short_name = object.short_name.as_str();
                        tactics.extend(domains(object, home).into_iter().map(|domain| ((domain, short_name), id)));
                    }
                }
                Identifier::Foreign => foreign += 1,
                Identifier::None => {}
            }
        }
        all.foreign.push(foreign);
        homes.push(home);
    }
    for (domain, columns) in &base.matrix {
        for tactic in columns.iter().filter_map(|column| base.object(*column)) {
            let short_name = tactic.short_name.as_deref().unwrap_or_default();
            tactics.entry((*domain, short_name)).or_insert(tactic.id);
        }
    }
    for (short_name, id) in history::old_tactic_names() {
        tactics.entry((Domain::Enterprise, short_name)).or_insert(id);
    }
    for (bundle, home) in bundles.iter().zip(&homes) {
        all.frame(objects_of(bundle), *home, &ids);
    }
    let successors = successors(bundles, &ids);
    for (bundle, home) in bundles.iter().zip(homes) {
        for object in objects_of(bundle) {
            // An id that occurs twice belongs to its last object; the others are kept apart
            // only by their identifier.
            if let Identifier::Attack(id) = identifier(object) {
                let mut converted = attack_object(object, id, domains(object, home), &tactics);
                converted.successor = successors.get(&id).copied();
                all.order_tactics(&mut converted);
                all.objects.push(converted);
            }
        }
    }
    all.relate(bundles, &ids);
    all.relate_analytics(bundles, &ids);
    all
}

fn objects_of<'a, 'b>(bundle: &'b Bundle<'a>) -> &'b [Object<'a>] {
    bundle.objects.as_ref().map_or(&[], |List(objects)| objects)
}

impl Converted {
    /// Takes the matrices, the version, the copyright and the date of one bundle.
    fn frame(&mut self, objects: &[Object<'_>], home: Option<Domain>, ids: &HashMap<&str, AttackId>) {
        let mut version = None;
        let mut techniques = [0; Domain::ALL.len()];
        let mut whole: Vec<Domain> = Vec::new();
        for object in objects {
            if object.modified.as_str() > self.modified.as_str() {
                object.modified.as_str().clone_into(&mut self.modified);
            }
            match object.kind.as_str() {
                "x-mitre-collection" => version = version.or_else(|| object.version.trimmed()),
                "marking-definition" if object.definition.statement.as_str().contains("MITRE") => {
                    self.copyright = object.definition.statement.trimmed();
                }
                "attack-pattern" if ids.contains_key(object.id.as_str()) => {
                    for domain in domains(object, home) {
                        techniques[domain as usize] += 1;
                    }
                }
                "x-mitre-matrix" if status(object) == Status::Active => {
                    let columns = object.tactic_refs.0.iter().filter_map(|tactic| ids.get(tactic.as_str()));
                    for domain in domains(object, home) {
                        let matrix = self.matrix.entry(domain).or_default();
                        for column in columns.clone() {
                            if !matrix.contains(column) {
                                matrix.push(*column);
                            }
                        }
                        whole.push(domain);
                    }
                }
                _ => {}
            }
        }
        whole.extend(Domain::ALL.into_iter().filter(|domain| techniques[*domain as usize] >= RELEASE_TECHNIQUES));
        // Mobile 1 and 2 have a matrix but only identifiers of the old form: nothing to go by.
        whole.retain(|domain| techniques[*domain as usize] > 0);
        whole.sort_unstable();
        whole.dedup();
        for domain in whole {
            if self.releases.insert(domain, version.clone()).is_some() {
                self.repeated.push(domain);
            }
        }
    }

    /// Puts a technique's tactics in the order of their matrix.
    fn order_tactics(&self, object: &mut AttackObject) {
        if let [_, _, ..] = object.tactics[..] {
            let place = |tactic: &AttackId| {
                let columns = object.domains.iter().filter_map(|domain| self.matrix.get(domain));
                columns.flatten().position(|column| column == tactic).unwrap_or(usize::MAX)
            };
            object.tactics.sort_by_cached_key(|tactic| (place(tactic), *tactic));
            object.tactics.dedup();
        }
    }

    /// Takes the relations of all bundles and the sources their texts cite.
    fn relate(&mut self, bundles: &[Bundle<'_>], ids: &HashMap<&str, AttackId>) {
        let mut cited: HashMap<&str, &Reference<'_>> = HashMap::new();
        for object in bundles.iter().flat_map(objects_of).filter(|object| is_relation(object)) {
            let (Some(kind), Some(source), Some(target)) = (
                table::relation_kind(object.relationship.as_str()),
                ids.get(object.source.as_str()),
                ids.get(object.target.as_str()),
            ) else {
                continue;
            };
            let description = object.description.trimmed();
            if description.is_some() {
                for reference in object.references.0.iter().filter(|reference| is_source(reference)) {
                    cited.entry(reference.source.as_str()).or_insert(reference);
                }
            }
            self.relations.push(Relation { kind, source: *source, target: *target, description });
        }
        self.citations = cited.into_values().map(citation).collect();
    }

    /// Takes the analytics of detection strategies and the data components of analytics, which are
    /// no relations in STIX but lists of the objects themselves.
    fn relate_analytics(&mut self, bundles: &[Bundle<'_>], ids: &HashMap<&str, AttackId>) {
        for object in bundles.iter().flat_map(objects_of) {
            let Some(source) = ids.get(object.id.as_str()).copied() else { continue };
            let of = |stix: &str| ids.get(stix).copied();
            for analytic in object.analytics.0.iter().filter_map(|analytic| of(analytic.as_str())) {
                let kind = RelationKind::HasAnalytic;
                self.relations.push(Relation { kind, source, target: analytic, description: None });
            }
            let mut needed: Vec<(AttackId, Vec<String>)> = Vec::new();
            for read in &object.log_sources.0 {
                let Some(component) = of(read.component.as_str()) else { continue };
                let log = log_source(read.name.as_str(), read.channel.as_str());
                match needed.iter_mut().find(|(known, _)| *known == component) {
                    Some((_, logs)) => logs.extend(log),
                    None => needed.push((component, log.into_iter().collect())),
                }
            }
            for (target, logs) in needed {
                let description = (!logs.is_empty()).then(|| logs.join("; "));
                self.relations.push(Relation { kind: RelationKind::NeedsComponent, source, target, description });
            }
        }
    }
}

/// A log and what of it is read, on one line.
fn log_source(name: &str, channel: &str) -> Option<String> {
    match (name.trim(), channel.trim()) {
        ("", "") => None,
        (name, "" | "None") => Some(name.to_owned()),
        ("", channel) => Some(channel.to_owned()),
        (name, channel) => Some(format!("{name} ({channel})")),
    }
}

/// Who directly replaced whom.
fn successors(bundles: &[Bundle<'_>], ids: &HashMap<&str, AttackId>) -> HashMap<AttackId, AttackId> {
    let relations = bundles.iter().flat_map(objects_of).filter(|object| is_relation(object));
    relations
        .filter(|object| object.relationship.as_str() == "revoked-by")
        .filter_map(|object| Some((*ids.get(object.source.as_str())?, *ids.get(object.target.as_str())?)))
        .collect()
}

fn is_relation(object: &Object<'_>) -> bool {
    object.kind.as_str() == "relationship" && status(object) == Status::Active
}

fn status(object: &Object<'_>) -> Status {
    match (object.revoked.0, object.deprecated.0) {
        (true, _) => Status::Revoked,
        (false, true) => Status::Deprecated,
        (false, false) => Status::Active,
    }
}

enum Identifier {
    /// An ATT&CK object of a kind purplebook knows.
    Attack(AttackId),
    /// An object of such a kind with an identifier of another form (`MOB-T1001`, `ACME-1`).
    Foreign,
    /// Anything else, and mitigations from the time when each had its technique's number.
    None,
}

fn identifier(object: &Object<'_>) -> Identifier {
    let kind = match object.kind.as_str() {
        "attack-pattern" => AttackKind::Technique,
        "intrusion-set" => AttackKind::Group,
        "malware" | "tool" => AttackKind::Software,
        "course-of-action" => AttackKind::Mitigation,
        "campaign" => AttackKind::Campaign,
        "x-mitre-tactic" => AttackKind::Tactic,
        "x-mitre-data-source" => AttackKind::DataSource,
        "x-mitre-data-component" => AttackKind::DataComponent,
        "x-mitre-detection-strategy" => AttackKind::DetectionStrategy,
        "x-mitre-analytic" => AttackKind::Analytic,
        "x-mitre-asset" => AttackKind::Asset,
        _ => return Identifier::None,
    };
    let mut given = object.references.0.iter().filter(|reference| !reference.id.is_empty());
    let parsed = |reference: &Reference<'_>| -> Option<AttackId> { reference.id.as_str().trim().parse().ok() };
    let own = given.clone().find(|reference| is_mitre(reference.source.as_str()));
    let found = match own {
        Some(own) => parsed(own),
        None => given.clone().find_map(|reference| parsed(reference).filter(|id| id.kind() == kind)),
    };
    match found {
        Some(id) if id.kind() == kind => Identifier::Attack(id),
        Some(_) if kind == AttackKind::Mitigation => Identifier::None,
        _ if given.next().is_none() => Identifier::None,
        _ => Identifier::Foreign,
    }
}

/// Whether a source name says that the reference is the object's own identifier.
fn is_mitre(source: &str) -> bool {
    source == "mitre-attack" || source == "mitre-pre-attack" || named_domain(source).is_some()
}

/// A domain by any of the names ATT&CK's releases gave it. `mitre-attack` is none: as a source
/// it came to be used by all domains.
fn named_domain(name: &str) -> Option<Domain> {
    match name {
        "enterprise-attack" => Some(Domain::Enterprise),
        "mobile-attack" | "mitre-mobile-attack" | "mitre-attack-mobile" => Some(Domain::Mobile),
        "ics-attack" | "mitre-ics-attack" | "mitre-attack-ics" => Some(Domain::Ics),
        _ => None,
    }
}

/// The domains of an object: as stated, else by its tactics, its source, or its bundle's domain.
///
/// An object that states several and lies in the bundle of one of them counts for that one only:
/// campaign C0017 states Mobile too, yet Mobile's releases do not have it.
fn domains(object: &Object<'_>, home: Option<Domain>) -> Vec<Domain> {
    let mut found: Vec<Domain> = object.domains.0.iter().filter_map(|domain| named_domain(domain.as_str())).collect();
    if let Some(home) = home.filter(|home| found.contains(home)) {
        return vec![home];
    }
    if found.is_empty() {
        found.extend(object.phases.0.iter().filter_map(|phase| chain_domain(phase.chain.as_str())));
    }
    if found.is_empty() {
        let names = object.references.0.iter().flat_map(|reference| [&reference.source, &reference.id]);
        found.extend(names.filter_map(|name| named_domain(name.as_str())));
    }
    if found.is_empty() {
        found.push(home.unwrap_or(Domain::Enterprise));
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn chain_domain(chain: &str) -> Option<Domain> {
    if chain == "mitre-attack" { Some(Domain::Enterprise) } else { named_domain(chain) }
}

/// The domain a bundle is about: that of its matrices, else of its techniques, if it is one.
fn home(objects: &[Object<'_>]) -> Option<Domain> {
    let of = |kind: &str| {
        let mut domains = objects.iter().filter(|object| object.kind.as_str() == kind).map(|object| {
            let mut names = object.domains.0.iter().chain(object.references.0.iter().flat_map(|r| [&r.id, &r.source]));
            names.find_map(|name: &Text<'_>| named_domain(name.as_str()))
        });
        let first = domains.next()??;
        domains.all(|domain| domain == Some(first)).then_some(first)
    };
    if objects.iter().any(|object| object.kind.as_str() == "x-mitre-matrix") {
        of("x-mitre-matrix")
    } else {
        of("attack-pattern")
    }
}

fn attack_object(object: &Object<'_>, id: AttackId, domains: Vec<Domain>, tactics: &Tactics<'_>) -> AttackObject {
    let name = object.name.trimmed().unwrap_or_else(|| id.to_string());
    let is_technique = id.kind() == AttackKind::Technique;
    let phases = object.phases.0.iter().filter(|_| is_technique).filter_map(|phase| {
        let domain = chain_domain(phase.chain.as_str()).or(domains.first().copied())?;
        tactics.get(&(domain, phase.name.as_str())).copied()
    });
    let mut platforms: Vec<String> =
        object.platforms.0.iter().filter(|platform| platform.as_str() != "None").filter_map(Text::trimmed).collect();
    platforms.sort_by_cached_key(|platform| platform.to_lowercase());
    platforms.dedup();
    let mut aliases: Vec<String> = Vec::new();
    for alias in object.aliases.0.iter().filter_map(Text::trimmed) {
        if alias != name && !aliases.contains(&alias) {
            aliases.push(alias);
        }
    }
    AttackObject {
        id,
        status: status(object),
        successor: None,
        tactics: phases.collect(),
        short_name: if id.kind() == AttackKind::Tactic { object.short_name.trimmed() } else { None },
        platforms,
        aliases,
        software_kind: (id.kind() == AttackKind::Software).then(|| match object.kind.as_str() {
            "tool" => SoftwareKind::Tool,
            _ => SoftwareKind::Malware,
        }),
        first_seen: day(object.first_seen.as_str()),
        last_seen: day(object.last_seen.as_str()),
        description: object.description.trimmed(),
        citations: object.references.0.iter().filter(|reference| is_source(reference)).map(citation).collect(),
        domains,
        name,
    }
}

/// The day of a STIX time.
fn day(time: &str) -> Option<String> {
    let day = time.get(..10)?;
    let shape = |(i, byte): (usize, u8)| if matches!(i, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() };
    day.bytes().enumerate().all(shape).then(|| day.to_owned())
}

/// Whether a reference is a source of the text rather than an identifier.
fn is_source(reference: &Reference<'_>) -> bool {
    reference.id.is_empty() && !reference.source.is_empty()
}

fn citation(reference: &Reference<'_>) -> Citation {
    Citation {
        name: reference.source.as_str().to_owned(),
        text: reference.description.trimmed().unwrap_or_else(|| reference.source.as_str().to_owned()),
        url: reference.url.trimmed(),
    }
}
