//! What files gave, so that those that are as they were need not be parsed again.
//!
//! A file is the same if its number, its paths, its role and every byte of its text are: then all
//! that was made of it, places included, is what would be made of it again.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::model::{Kind, Origin, Rule};
use crate::report::Findings;
use crate::source::{SourceFile, SourceSet};
use crate::text::FileId;

use super::atomic::UpstreamPages;
use super::locate::Tree;
use super::{Entities, kind_of};

/// The files of the last time, with what they gave.
#[derive(Default)]
pub struct Known {
    files: Vec<Slot>,
    /// Triggers know which pages lie beside them.
    pages: BTreeMap<String, FileId>,
    /// Counts what was parsed.
    stamp: u64,
}

/// What an entity is the same by: its file, a number that is another whenever that has been parsed
/// anew, and its position there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EntityKey {
    file: FileId,
    stamp: u64,
    ordinal: u32,
}

struct Slot {
    file: Arc<SourceFile>,
    /// `None` where the file is no content.
    gave: Option<(Entities, Findings)>,
    stamp: u64,
    /// Where its nodes are, once somebody has asked.
    tree: OnceLock<Arc<Tree>>,
}

impl Known {
    /// What `rule` is the same by, as long as it is of the files of the last time.
    pub fn key(&self, rule: &Rule) -> EntityKey {
        EntityKey { ordinal: rule.ordinal, ..self.key_of(&rule.origin) }
    }

    /// The same of what is the only one of its document.
    pub fn key_of(&self, origin: &Origin) -> EntityKey {
        let stamp = self.files.get(origin.file.0 as usize).map_or(0, |slot| slot.stamp);
        EntityKey { file: origin.file, stamp, ordinal: origin.document }
    }

    /// The nodes of the file at `id`, if it is one of the last time.
    pub(super) fn tree(&self, id: FileId) -> Option<Arc<Tree>> {
        let slot = self.files.get(id.0 as usize)?;
        Some(Arc::clone(slot.tree.get_or_init(|| Arc::new(Tree::parse(&slot.file.text)))))
    }

    /// What all files give, those that are not known through `load`.
    pub(super) fn loaded(
        &mut self,
        sources: &SourceSet,
        pages: &UpstreamPages<'_>,
        load: impl Fn(FileId, &SourceFile) -> (Entities, Findings) + Sync,
    ) -> Vec<(Kind, (Entities, Findings))> {
        let is_same =
            self.pages.iter().map(|(path, id)| (path.as_str(), *id)).eq(pages.iter().map(|(p, id)| (*p, *id)));
        if !is_same {
            self.files.clear();
            self.pages = pages.iter().map(|(path, id)| ((*path).to_owned(), *id)).collect();
        }
        self.stamp += 1;
        let stamp = self.stamp;
        let mut before: Vec<Option<Slot>> = std::mem::take(&mut self.files).into_iter().map(Some).collect();
        before.resize_with(sources.len(), || None);
        let files: Vec<(FileId, &Arc<SourceFile>)> = sources.shared().collect();
        let slot = |((id, file), before): ((FileId, &Arc<SourceFile>), Option<Slot>)| {
            before.filter(|slot| Arc::ptr_eq(&slot.file, file) || slot.file == *file).unwrap_or_else(|| {
                let gave = kind_of(file.role).map(|_| load(id, file));
                Slot { file: Arc::clone(file), gave, stamp, tree: OnceLock::new() }
            })
        };
        self.files = files.into_par_iter().zip(before).map(slot).collect();
        let gave = |slot: &Slot| Some((kind_of(slot.file.role)?, slot.gave.clone()?));
        self.files.par_iter().filter_map(gave).collect()
    }
}
