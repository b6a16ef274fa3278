//! The way from one release of ATT&CK to another: what a technique was, and what it is.

use std::collections::BTreeMap;

use crate::graph::TagIndex;
use crate::model::{Attack, AttackId, Status};

/// Two releases, the later of them indexed.
pub(super) struct Passage<'a> {
    /// The release that is gone to.
    pub(super) index: TagIndex<'a>,
    /// The release the content is of, where it is known and another one.
    pub(super) from: Option<&'a Attack>,
    /// What each object replaced.
    formers: BTreeMap<AttackId, Vec<AttackId>>,
}

impl<'a> Passage<'a> {
    /// From a release, if it is known, to another.
    pub(super) fn new(from: Option<&'a Attack>, to: &'a Attack) -> Self {
        let mut formers: BTreeMap<AttackId, Vec<AttackId>> = BTreeMap::new();
        for object in to.objects.iter().filter(|object| object.status == Status::Revoked) {
            if let Some(successor) = object.successor {
                formers.entry(successor).or_default().push(object.id);
            }
        }
        Self { index: TagIndex::new(to), from, formers }
    }

    /// The tactics a technique was in, in the release the content is of. One that was retired by
    /// then has those it had when it was retired.
    pub(super) fn tactics_before(&self, technique: AttackId) -> &'a [AttackId] {
        let object =
            self.from.and_then(|from| from.object(technique)).or_else(|| self.index.attack().object(technique));
        object.map(|object| object.tactics.as_slice()).unwrap_or_default()
    }

    /// The techniques of a tactic that `technique` replaced.
    pub(super) fn formers(&self, technique: AttackId, tactic: AttackId) -> Vec<AttackId> {
        let formers = self.formers.get(&technique).map(Vec::as_slice).unwrap_or_default();
        formers.iter().copied().filter(|former| self.tactics_before(*former).contains(&tactic)).collect()
    }

    /// Whether only the later release has a tactic of this name: whoever wrote it chose it.
    pub(super) fn is_newer(&self, tactic: AttackId) -> bool {
        let name = |attack: &'a Attack| attack.object(tactic).and_then(|object| object.short_name.as_deref());
        self.from.is_some_and(|from| name(from) != name(self.index.attack()))
    }
}
