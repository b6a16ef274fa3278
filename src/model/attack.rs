//! MITRE ATT&CK as facts: objects, relations, retired ids, and prose where a bundle gives it.

use std::collections::BTreeMap;

use super::AttackId;

/// A technology domain of ATT&CK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Domain {
    /// Enterprise.
    Enterprise,
    /// Mobile.
    Mobile,
    /// Industrial control systems.
    Ics,
}

impl Domain {
    /// All domains.
    pub const ALL: [Self; 3] = [Self::Enterprise, Self::Mobile, Self::Ics];

    /// As shown to people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Enterprise => "Enterprise",
            Self::Mobile => "Mobile",
            Self::Ics => "ICS",
        }
    }

    /// As used in file names and STIX (`enterprise-attack`).
    pub const fn key(self) -> &'static str {
        match self {
            Self::Enterprise => "enterprise",
            Self::Mobile => "mobile",
            Self::Ics => "ics",
        }
    }
}

/// Whether an object is current.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Current.
    Active,
    /// No longer maintained, nothing in its place.
    Deprecated,
    /// Replaced by another object.
    Revoked,
}

/// What a software object is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SoftwareKind {
    /// Made to harm.
    Malware,
    /// Also used for good.
    Tool,
}

/// A source an ATT&CK text cites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// The name in `(Citation: name)`.
    pub name: String,
    /// The bibliographic text.
    pub text: String,
    /// The address.
    pub url: Option<String>,
}

/// An ATT&CK object of one or more domains.
///
/// Identifiers of Techniques, groups, software, campaigns and (since `course-of-action` relics
/// with T numbers are not loaded) mitigations are unique across domains; an object that several
/// domains list is one object here, with the union of its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttackObject {
    /// The identifier.
    pub id: AttackId,
    /// The domains that list it, sorted.
    pub domains: Vec<Domain>,
    /// The name; of a sub-technique its own, without the parent's.
    pub name: String,
    /// Whether it is current.
    pub status: Status,
    /// For revoked objects, the one in their place (followed to the end of the chain).
    pub successor: Option<AttackId>,
    /// Tactics: of a tactic, its short name in [`Self::short_name`]; of a technique, the tactics
    /// it belongs to, in matrix order.
    pub tactics: Vec<AttackId>,
    /// A tactic's short name (`defense-impairment`).
    pub short_name: Option<String>,
    /// Platforms, sorted.
    pub platforms: Vec<String>,
    /// Other names, without [`Self::name`].
    pub aliases: Vec<String>,
    /// For software, what it is.
    pub software_kind: Option<SoftwareKind>,
    /// First seen (campaigns), `YYYY-MM-DD`.
    pub first_seen: Option<String>,
    /// Last seen (campaigns), `YYYY-MM-DD`.
    pub last_seen: Option<String>,
    /// ATT&CK's prose, only from a user's bundle; Markdown with `(Citation: …)` marks.
    pub description: Option<String>,
    /// Sources the prose cites.
    pub citations: Vec<Citation>,
}

/// How two objects are related.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// A group, campaign or software uses a technique or software.
    Uses,
    /// A mitigation addresses a technique.
    Mitigates,
    /// A campaign is attributed to a group.
    AttributedTo,
    /// A detection strategy detects a technique.
    Detects,
    /// A detection strategy has an analytic, its way on some platforms.
    HasAnalytic,
    /// An analytic needs what a data component records.
    NeedsComponent,
    /// A technique targets an asset (ICS).
    Targets,
}

/// A relation between two objects.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// How.
    pub kind: RelationKind,
    /// From.
    pub source: AttackId,
    /// To.
    pub target: AttackId,
    /// ATT&CK's prose (the procedure; of [`RelationKind::NeedsComponent`] the log sources), only from
    /// a user's bundle.
    pub description: Option<String>,
}

/// An identifier ATT&CK no longer uses as such.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldId {
    /// The domain it belonged to.
    pub domain: Domain,
    /// The name it had, where known.
    pub name: Option<String>,
    /// Deprecated or revoked; [`Status::Active`] never occurs.
    pub status: Status,
    /// The object in its place at the end of the chain.
    pub successor: Option<AttackId>,
    /// The links of the chain between the id and its successor, without both.
    pub via: Vec<AttackId>,
}

/// A name that overrides ATT&CK's, from the user's table (`[attack] names`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttackName {
    /// `tactic` or `technique` …
    pub kind: String,
    /// The Sigma tag (`attack.t1191`, `attack.defense_evasion`).
    pub tag: String,
    /// The identifier as shown (`T1191`, `TA0005`).
    pub id: String,
    /// The name.
    pub name: String,
}

/// A tactic short name that only a newer release has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewerTactic {
    /// The first release that has it.
    pub since: String,
    /// The tactics of this version whose techniques it took over.
    pub was: Vec<AttackId>,
}

/// ATT&CK of one version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attack {
    /// The version (`19.1`), where known.
    pub version: String,
    /// Where the facts come from, as shown on the credits page.
    pub source: String,
    /// The release each domain's facts are of; they need not be the same.
    pub releases: BTreeMap<Domain, String>,
    /// All objects that have a page or may be referred to, sorted by id.
    pub objects: Vec<AttackObject>,
    /// All relations between them, sorted.
    pub relations: Vec<Relation>,
    /// Identifiers that are not in [`Self::objects`] as active: retired and renumbered ones, by
    /// their text in upper case (`T1191`, `MOB-T1001`, `PRE-T1234`).
    pub old_ids: BTreeMap<String, OldId>,
    /// Identifiers that only a newer release than [`Self::version`] has, with the first version.
    pub newer_ids: BTreeMap<AttackId, String>,
    /// Enterprise tactic short names no longer in use (`defense-evasion`) with the tactics in
    /// their place, in matrix order; the first is the one that kept the identifier. None for
    /// those of PRE-ATT&CK, which ended with it.
    ///
    /// Only Enterprise ever retired one. Another domain may still use the same short name
    /// (Mobile's `defense-evasion`), so ask this before [`Self::tactic`] of another domain.
    pub old_tactics: BTreeMap<String, Vec<AttackId>>,
    /// The first release that no longer had an identifier or a tactic's short name, where it is
    /// known; those this version has are among them, too.
    pub retired_since: BTreeMap<String, String>,
    /// Enterprise tactic short names that only a newer release has (`stealth` before 19.0).
    pub newer_tactics: BTreeMap<String, NewerTactic>,
    /// Names that techniques had in earlier releases (`Scheduled Task` of `T1053`), where they
    /// now have another.
    pub old_names: BTreeMap<String, AttackId>,
    /// The tactics of each domain in the order of its matrix, domains in their own order.
    pub matrix: Vec<(Domain, Vec<AttackId>)>,
    /// The sources the prose of [`Self::relations`] cites, sorted by name; see [`Self::citation`].
    pub citations: Vec<Citation>,
    /// The copyright line that has to be shown with these facts.
    pub copyright: String,
    /// The user's overriding names, in file order.
    pub names: Vec<AttackName>,
}

impl Attack {
    /// Lays the user's names over ATT&CK's, by id, and keeps the table.
    pub fn rename(&mut self, names: Vec<AttackName>) {
        for name in &names {
            let id = name.id.parse().ok();
            if let Some(i) = id.and_then(|id| self.objects.binary_search_by_key(&id, |object| object.id).ok()) {
                self.objects[i].name.clone_from(&name.name);
            }
        }
        self.names = names;
    }

    /// The object with this id.
    pub fn object(&self, id: AttackId) -> Option<&AttackObject> {
        self.objects.binary_search_by_key(&id, |object| object.id).ok().map(|i| &self.objects[i])
    }

    /// The current tactic of this domain with this short name.
    ///
    /// The domain matters: `defense-evasion` is a tactic of Mobile but, since 19.0, none of
    /// Enterprise, and a rule for Enterprise means neither Mobile's nor ICS's.
    pub fn tactic(&self, domain: Domain, short_name: &str) -> Option<&AttackObject> {
        let (_, tactics) = self.matrix.iter().find(|(of, _)| *of == domain)?;
        tactics
            .iter()
            .filter_map(|id| self.object(*id))
            .find(|tactic| tactic.status == Status::Active && tactic.short_name.as_deref() == Some(short_name))
    }

    /// The source with this name among those that relations cite.
    pub fn citation(&self, name: &str) -> Option<&Citation> {
        self.citations.binary_search_by(|citation| citation.name.as_str().cmp(name)).ok().map(|i| &self.citations[i])
    }
}
