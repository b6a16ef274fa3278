//! Finding an entity by the name an author wrote: its title, or its file's stem.

use std::collections::HashMap;

use crate::model::Origin;

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
