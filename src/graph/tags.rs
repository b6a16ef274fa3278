//! What an ATT&CK tag means: the part after `attack.`, resolved to an object.
//!
//! A retired id leads to its successor, a retired tactic to those of its successors that the
//! techniques beside it belong to. Enterprise comes first: a tactic name of another domain
//! counts only where the techniques are of that domain (Mobile still has `defense-evasion`).

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::model::{Attack, AttackId, AttackKind, AttackObject, Domain, Status};

use super::{EdgeKind, UnresolvedWhy, Via};

/// The kind of edge a reference to this kind of object makes.
pub(super) fn edge_kind(kind: AttackKind) -> EdgeKind {
    match kind {
        AttackKind::Tactic => EdgeKind::HasTactic,
        AttackKind::Technique => EdgeKind::HasTechnique,
        AttackKind::Group => EdgeKind::HasGroup,
        AttackKind::Software => EdgeKind::HasSoftware,
        _ => EdgeKind::HasOther,
    }
}

/// Looks ATT&CK objects up by what authors write.
#[derive(Debug)]
pub struct TagIndex<'a> {
    attack: &'a Attack,
    /// The ids of all objects, in one piece: they are searched with every tag.
    ids: Vec<AttackId>,
    /// Tactics by short name, one per domain.
    tactics: HashMap<&'a str, Vec<&'a AttackObject>>,
    /// Active techniques, groups and software by the slug of their name, without their parent's: for
    /// tags that name nothing, of which there may be none.
    names: OnceLock<HashMap<String, AttackId>>,
    /// Groups by their name in lower case.
    groups: HashMap<String, AttackId>,
}

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// To an object in use.
    Found {
        /// Its id.
        id: AttackId,
        /// How it was named.
        via: Via,
    },
    /// Nowhere.
    Lost {
        /// As what.
        kind: EdgeKind,
        /// Why.
        why: UnresolvedWhy,
    },
}

impl<'a> TagIndex<'a> {
    /// Indexes the objects of `attack`.
    pub fn new(attack: &'a Attack) -> Self {
        let mut tactics: HashMap<&str, Vec<&AttackObject>> = HashMap::new();
        let mut groups = HashMap::new();
        for object in &attack.objects {
            if let Some(short) = &object.short_name {
                tactics.entry(short).or_default().push(object);
            }
            if object.status == Status::Active && object.id.kind() == AttackKind::Group {
                groups.entry(object.name.to_lowercase()).or_insert(object.id);
            }
        }
        let ids = attack.objects.iter().map(|object| object.id).collect();
        Self { attack, ids, tactics, names: OnceLock::new(), groups }
    }

    /// The object with this id, by its position.
    pub fn position(&self, id: AttackId) -> Option<u32> {
        self.ids.binary_search(&id).ok().and_then(|i| u32::try_from(i).ok())
    }

    fn object(&self, id: AttackId) -> Option<&'a AttackObject> {
        self.attack.objects.get(self.position(id)? as usize)
    }

    /// The object of which a slug is the name, first of techniques, then of retired names, then of others.
    fn called(&self, slug: &str) -> Option<AttackId> {
        self.names.get_or_init(|| names(self.attack)).get(slug).copied()
    }

    /// What is looked up in.
    pub fn attack(&self) -> &'a Attack {
        self.attack
    }

    /// The object an id names, current or retired.
    pub fn id(&self, text: &str) -> Target {
        let upper = text.trim().to_ascii_uppercase();
        let id = upper.parse::<AttackId>().ok();
        let kind = id.map(AttackId::kind).or_else(|| kind_of_prefix(&upper));
        let kind = kind.map_or(EdgeKind::HasTechnique, edge_kind);
        let lost = |why| Target::Lost { kind, why };
        if let Some(object) = id.and_then(|id| self.object(id)) {
            return match (object.status, object.successor) {
                (Status::Active, _) => Target::Found { id: object.id, via: Via::Direct },
                (Status::Revoked, Some(successor)) if self.object(successor).is_some() => {
                    let through = self.attack.old_ids.get(&upper).map(|old| old.via.clone()).unwrap_or_default();
                    Target::Found { id: successor, via: Via::Retired { id: upper, through } }
                }
                _ => lost(UnresolvedWhy::Deprecated(Some(object.name.clone()))),
            };
        }
        if let Some(old) = self.attack.old_ids.get(&upper) {
            return match old.successor.filter(|id| self.object(*id).is_some()) {
                Some(id) => Target::Found { id, via: Via::Retired { id: upper, through: old.via.clone() } },
                None => lost(UnresolvedWhy::Deprecated(old.name.clone())),
            };
        }
        match id.and_then(|id| self.attack.newer_ids.get(&id)) {
            Some(version) => lost(UnresolvedWhy::Newer(version.clone())),
            None => lost(UnresolvedWhy::Unknown),
        }
    }

    /// What an ATT&CK tag names: the part after the namespace `attack`, or the tag itself where
    /// its author left the namespace out of an id or a group's name.
    pub fn in_namespace<'t>(&self, tag: &'t str) -> Option<&'t str> {
        let bare = tag.trim();
        match tag.split_once('.') {
            Some((namespace, rest)) if namespace.trim().eq_ignore_ascii_case("attack") => Some(rest.trim()),
            _ if self.group_without_namespace(tag).is_some() => Some(bare),
            // Only ids that exist: other namespaces may well have tags of this form.
            _ => matches!(bare.parse::<AttackId>(), Ok(id) if self.object(id).is_some()).then_some(bare),
        }
    }

    /// What each ATT&CK tag of one entity names, with its position among `tags`; several targets
    /// where a retired tactic became several. Tags of other namespaces are passed over.
    pub fn all(&self, tags: &[String]) -> Vec<(usize, Vec<Target>)> {
        let attack_tags = || tags.iter().enumerate().filter_map(|(i, tag)| Some((i, tag, self.in_namespace(tag)?)));
        let techniques: Vec<AttackId> = attack_tags()
            .filter(|(_, _, rest)| self.looks_like_id(rest))
            .filter_map(|(_, _, rest)| match self.id(rest) {
                Target::Found { id, .. } => Some(id),
                Target::Lost { .. } => None,
            })
            .collect();
        attack_tags().map(|(i, tag, rest)| (i, self.one(tag, rest, &techniques))).collect()
    }

    /// What the tag names whose part after the namespace is `rest`.
    fn one(&self, tag: &str, rest: &str, techniques: &[AttackId]) -> Vec<Target> {
        let canonical = |id: AttackId| format!("attack.{}", id.to_string().to_ascii_lowercase());
        if let Some(id) = self.group_without_namespace(tag) {
            return vec![Target::Found { id, via: Via::Spelling(canonical(id)) }];
        }
        if self.looks_like_id(rest) {
            let mut target = self.id(rest);
            if let Target::Found { id, via } = &mut target
                && *via == Via::Direct
                && tag != canonical(*id)
            {
                *via = Via::Spelling(canonical(*id));
            }
            return vec![target];
        }
        let mut targets = self.tactic(rest, techniques);
        for target in &mut targets {
            if let Target::Found { via, .. } = target
                && *via == Via::Direct
                && !tag.starts_with("attack.")
            {
                *via = Via::Spelling(format!("attack.{rest}"));
            }
        }
        targets
    }

    /// The group a tag without any namespace names in full.
    fn group_without_namespace(&self, tag: &str) -> Option<AttackId> {
        self.groups.get(&tag.trim().to_lowercase()).copied()
    }

    /// Whether `text` has the form of an id of ATT&CK, current or historical.
    fn looks_like_id(&self, text: &str) -> bool {
        let upper = text.to_ascii_uppercase();
        let digits_at = upper.find(|c: char| c.is_ascii_digit()).unwrap_or(upper.len());
        let (prefix, rest) = upper.split_at(digits_at);
        let numbered = !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || c == '.');
        let known = matches!(prefix, "TA" | "T" | "G" | "S" | "M" | "C" | "DS" | "DC" | "DET" | "AN" | "A");
        (numbered && known) || self.attack.old_ids.contains_key(&upper)
    }

    /// The tactics a name stands for, given the techniques tagged beside it.
    fn tactic(&self, name: &str, techniques: &[AttackId]) -> Vec<Target> {
        let short = hyphenated(name);
        let lost = |why| vec![Target::Lost { kind: EdgeKind::HasTactic, why }];
        let fits = |tactic: AttackId| {
            techniques.iter().any(|id| self.object(*id).is_some_and(|t| t.tactics.contains(&tactic)))
        };
        let direct = |id| {
            let canonical = if name == short { Via::Direct } else { Via::Spelling(format!("attack.{short}")) };
            vec![Target::Found { id, via: canonical }]
        };
        let known = self.tactics.get(short.as_str()).map(Vec::as_slice).unwrap_or_default();
        if let Some(tactic) = known.iter().find(|t| t.domains.contains(&Domain::Enterprise)) {
            return direct(tactic.id);
        }
        if let Some(tactic) = known.iter().find(|t| fits(t.id)) {
            return direct(tactic.id);
        }
        if let Some(successors) = self.attack.old_tactics.get(&short) {
            if successors.is_empty() {
                return lost(UnresolvedWhy::Deprecated(None));
            }
            let chosen: Vec<AttackId> = successors.iter().copied().filter(|id| fits(*id)).collect();
            return match (chosen.as_slice(), successors.as_slice()) {
                ([], [one]) => vec![Target::Found { id: *one, via: Via::RetiredTactic(short) }],
                ([], _) => lost(UnresolvedWhy::Ambiguous(successors.clone())),
                (some, _) => {
                    some.iter().map(|id| Target::Found { id: *id, via: Via::RetiredTactic(short.clone()) }).collect()
                }
            };
        }
        if let Some(tactic) = known.iter().find(|t| t.status == Status::Active) {
            return direct(tactic.id);
        }
        if let Some(newer) = self.attack.newer_tactics.get(&short) {
            return lost(UnresolvedWhy::Newer(newer.since.clone()));
        }
        match self.called(&short) {
            Some(id) => lost(UnresolvedWhy::NameNotId(id)),
            None => lost(UnresolvedWhy::Unknown),
        }
    }
}

/// Active techniques, groups and software by the slug of their name.
fn names(attack: &Attack) -> HashMap<String, AttackId> {
    let mut names = HashMap::new();
    let of_kinds = |kinds: &'static [AttackKind]| {
        let active = attack.objects.iter().filter(|object| object.status == Status::Active);
        active.filter(move |object| kinds.contains(&object.id.kind()))
    };
    for object in of_kinds(&[AttackKind::Technique]) {
        names.entry(hyphenated(&object.name)).or_insert(object.id);
    }
    for (name, id) in &attack.old_names {
        names.entry(hyphenated(name)).or_insert(*id);
    }
    for object in of_kinds(&[AttackKind::Group, AttackKind::Software]) {
        for name in std::iter::once(&object.name).chain(&object.aliases) {
            names.entry(hyphenated(name)).or_insert(object.id);
        }
    }
    names
}

/// The kind an id means to be of that has too many or too few digits.
fn kind_of_prefix(id: &str) -> Option<AttackKind> {
    let prefix = id.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    format!("{prefix}0001").parse().ok().map(AttackId::kind)
}

/// A name as Sigma's tags spell it: lower case, hyphens between words.
fn hyphenated(name: &str) -> String {
    name.to_lowercase().replace(['_', ' '], "-")
}
