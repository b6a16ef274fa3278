//! Finding an entity by the name an author wrote: its title, or its file's stem; of a Response Stage,
//! also its id, and its title as playbooks spell it.

use std::collections::HashMap;

use crate::model::{Origin, ResponseStage, Stage};

/// Titles and stems of one kind; a title wins over another entity's stem, the first of equal
/// names wins (duplicates are `check`'s to report).
pub(super) struct Names<'a>(HashMap<&'a str, u32>);

impl<'a> Names<'a> {
    /// The names of entities, given in corpus order.
    pub(super) fn of(entities: impl Iterator<Item = (&'a String, &'a Origin)> + Clone) -> Self {
        let entities = entities.map(|(title, origin)| (title.as_str(), origin.stem.as_str()));
        let mut names = HashMap::new();
        for (i, (title, _)) in (0..).zip(entities.clone()) {
            names.entry(title).or_insert(i);
        }
        for (i, (_, stem)) in (0..).zip(entities) {
            names.entry(stem).or_insert(i);
        }
        Self(names)
    }

    /// The index of the entity called `name`; a final `.yml` or `.md` does not count.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        let name = name.trim();
        let bare = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".md")).unwrap_or(name);
        self.0.get(name).or_else(|| self.0.get(bare)).copied()
    }
}

/// Response Stages by id, and by title and stem as keys of playbooks are written (`lessons_learned`).
pub(super) struct StageNames<'a> {
    ids: HashMap<&'a str, u32>,
    keys: HashMap<String, u32>,
}

impl<'a> StageNames<'a> {
    /// The names of the stages, given in corpus order.
    pub(super) fn of(stages: &'a [ResponseStage]) -> Self {
        let mut found = Self { ids: HashMap::new(), keys: HashMap::new() };
        for (i, stage) in (0..).zip(stages) {
            if let Some(id) = &stage.id {
                found.ids.entry(id.trim()).or_insert(i);
            }
            found.keys.entry(Stage::key_of(&stage.title)).or_insert(i);
        }
        for (i, stage) in (0..).zip(stages) {
            found.keys.entry(Stage::key_of(&stage.origin.stem)).or_insert(i);
        }
        found
    }

    /// The stage an action says it belongs to.
    pub(super) fn find(&self, name: &str) -> Option<u32> {
        self.ids.get(name.trim()).or_else(|| self.keys.get(&Stage::key_of(name))).copied()
    }

    /// The stage of an action by its id: RE&CT numbers the actions of RS0003 from RA3001 on.
    pub(super) fn of_action(&self, id: &str) -> Option<u32> {
        let digits = id.trim().strip_prefix("RA").filter(|digits| digits.len() == 4)?;
        let stage = digits.bytes().all(|b| b.is_ascii_digit()).then(|| format!("RS000{}", &digits[..1]))?;
        self.ids.get(stage.as_str()).copied()
    }

    /// Whether the name is one of those that need no file, which they do not while there is none at all.
    pub(super) fn is_usual(&self, name: &str) -> bool {
        let key = Stage::key_of(name);
        self.keys.is_empty() && Stage::ALL.iter().any(|stage| stage.key() == key)
    }
}
