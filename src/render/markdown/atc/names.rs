//! Tactics, techniques and mitigations with their names: those of the user's table, else ATT&CK's, so
//! that pages can be had without a table.

use crate::model::{Attack, AttackId, Domain};

/// An id with its name.
pub(super) struct Named {
    pub(super) id: String,
    pub(super) name: String,
}

impl Named {
    fn new(id: impl Into<String>, name: &str) -> Self {
        Self { id: id.into(), name: name.to_owned() }
    }

    /// `[T1566.001: Spearphishing Attachment]({before}T1566/001)`
    pub(super) fn web_link(&self, before: &str) -> String {
        let Self { id, name } = self;
        format!("[{id}: {name}]({before}{})", id.replace('.', "/"))
    }

    /// `[T1191: CMSTP]({before}T1191{after})`
    pub(super) fn link(&self, before: &str, after: &str) -> String {
        let Self { id, name } = self;
        format!("[{id}: {name}]({before}{id}{after})")
    }
}

/// The tactic, if it is one.
pub(super) fn tactic(attack: &Attack, tag: &str, rest: &str) -> Option<Named> {
    if let Some(row) = attack.names.iter().find(|row| row.kind == "tactic" && row.tag == tag) {
        return Some(Named::new(&row.id, &row.name));
    }
    let short_name = rest.replace('_', "-");
    let old = || attack.object(*attack.old_tactics.get(&short_name)?.first()?);
    let object = attack.tactic(Domain::Enterprise, &short_name).or_else(old)?;
    Some(Named::new(object.id.to_string(), &object.name))
}

/// The technique, known or not.
pub(super) fn technique(attack: &Attack, id: String) -> Named {
    object(attack, "technique", id)
}

/// The mitigation, known or not.
pub(super) fn mitigation(attack: &Attack, id: String) -> Named {
    object(attack, "mitigation", id)
}

fn object(attack: &Attack, kind: &str, id: String) -> Named {
    let row = attack.names.iter().find(|row| row.kind == kind && row.id == id);
    let known = || Some(attack.object(id.parse::<AttackId>().ok()?)?.name.as_str());
    let old = || attack.old_ids.get(&id)?.name.as_deref();
    let name = row.map(|row| row.name.as_str()).or_else(known).or_else(old).unwrap_or("None");
    Named { name: name.to_owned(), id }
}
