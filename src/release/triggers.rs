//! Triggers: the technique they test, and the folder and the files that are named by it.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use crate::graph::{TagIndex, Target, Via};
use crate::mend::Edit;
use crate::model::{AttackId, Corpus, Kind, Origin, Trigger};
use crate::source::{FileRole, SourceSet};
use crate::text::{FileId, Place, Span, YamlPath};

use super::full_name;
use super::tags::lost;
use super::upgrade::Work;

/// Moves all Triggers to the techniques in the place of theirs.
pub(super) fn follow(index: &TagIndex<'_>, corpus: &Corpus, work: &mut Work<'_>) {
    let sources = work.sources;
    let mut taken = Taken::new(sources);
    let mut folders = BTreeMap::new();
    for trigger in &corpus.triggers {
        let place = trigger.origin.place(YamlPath::field("attack_technique"));
        let (id, via) = match index.id(&trigger.technique) {
            Target::Found { id, via } => (id, via),
            Target::Lost { kind, why } => {
                let (why, candidates) = lost(index.attack(), kind, &why, String::new);
                work.ask(&place, &trigger.technique, why, candidates);
                continue;
            }
        };
        let moves = Moves::of(index, &trigger.origin, id);
        let retired = matches!(via, Via::Retired { .. });
        let because = || {
            let from = trigger.technique.to_ascii_uppercase();
            format!("ATT&CK replaced {from} by {id} ({})", full_name(index.attack(), id))
        };
        if let Some(there) = taken.by_others(&moves) {
            let why = format!("{}; `{there}` is there already, so the tests have to be put together", because());
            work.ask(&place, &trigger.technique, why, vec![id.to_string()]);
            continue;
        }
        if retired && !change_technique(work, &place, trigger, id, because()) {
            continue;
        }
        if let Some((from, to)) = &moves.folder {
            folders.insert(from.clone(), to.clone());
        }
        if moves.to != trigger.origin.path {
            taken.files.insert(moves.to.clone());
            for (file, to) in companions(sources, trigger, &moves) {
                work.upgrade.files.entry(file).or_default().moved = Some(to);
            }
        }
    }
    payloads(&folders, work);
    work.upgrade.folders = folders.into_iter().collect();
}

/// Whether the edit could be made.
fn change_technique(work: &mut Work<'_>, place: &Place, trigger: &Trigger, id: AttackId, why: String) -> bool {
    let before = work.upgrade.files.get(&place.file).map_or(0, |file| file.edits.len());
    work.change(place, &trigger.technique, vec![id.to_string()], why);
    work.upgrade.files.get(&place.file).is_some_and(|file| file.edits.len() > before)
}

/// Where a Trigger's file belongs.
struct Moves {
    /// The folder named by a retired id, and its new path.
    folder: Option<(String, String)>,
    /// The path of the file.
    from: String,
    /// Its new path.
    to: String,
}

impl Moves {
    /// Parts of the path are renamed if they are a retired id of the technique `id`.
    fn of(index: &TagIndex<'_>, origin: &Origin, id: AttackId) -> Self {
        let new = id.to_string();
        let renamed = |name: &str| {
            let retired = matches!(index.id(name), Target::Found { id: to, via: Via::Retired { .. } } if to == id);
            if retired { new.clone() } else { name.to_owned() }
        };
        let (folder, file) = origin.path.rsplit_once('/').unwrap_or(("", &origin.path));
        let extension = file.strip_prefix(origin.stem.as_str()).unwrap_or_default();
        let file = renamed(&origin.stem) + extension;
        let (above, name) = folder.rsplit_once('/').unwrap_or(("", folder));
        // A folder outside the content folder is not named by a technique.
        let new_name = if origin.within.contains('/') { renamed(name) } else { name.to_owned() };
        let new_folder = joined(above, &new_name);
        let to = joined(&new_folder, &file);
        Self { folder: (new_folder != folder).then(|| (folder.to_owned(), new_folder)), from: origin.path.clone(), to }
    }
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// The Trigger's file and upstream's page beside it, with their new paths.
fn companions(sources: &SourceSet, trigger: &Trigger, moves: &Moves) -> Vec<(FileId, String)> {
    let mut files = vec![(trigger.origin.file, moves.to.clone())];
    let stem = moves.to.rsplit_once('.').map_or(moves.to.as_str(), |(stem, _)| stem);
    files.extend(trigger.upstream_page.map(|page| {
        let path = &sources.file(page).path;
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        (page, format!("{stem}.{extension}"))
    }));
    files
}

/// Paths that something has, or will have.
struct Taken {
    files: BTreeSet<String>,
}

impl Taken {
    fn new(sources: &SourceSet) -> Self {
        Self { files: sources.iter().map(|(_, file)| file.path.clone()).collect() }
    }

    /// What stands where the file or its folder would go.
    fn by_others(&self, moves: &Moves) -> Option<String> {
        if let Some((_, folder)) = &moves.folder {
            let inside = format!("{folder}/");
            let first = self.files.range(inside.clone()..).next().filter(|path| path.starts_with(&inside));
            return first.map(|_| folder.clone());
        }
        (moves.to != moves.from && self.files.contains(&moves.to)).then(|| moves.to.clone())
    }
}

/// Commands that name a file in a folder that moves.
fn payloads(folders: &BTreeMap<String, String>, work: &mut Work<'_>) {
    let name = |path: &str| path.rsplit('/').next().unwrap_or_default().to_owned();
    let names: BTreeMap<String, String> = folders.iter().map(|(from, to)| (name(from), name(to))).collect();
    // Atomic Red Team writes `PathToAtomicsFolder\T1218.003\src\T1218.003.inf`.
    let Ok(pattern) = Regex::new(r"PathToAtomicsFolder[\\/]+(T\d{4}(?:\.\d{3})?)\b") else { return };
    if names.is_empty() {
        return;
    }
    let sources = work.sources;
    for (id, file) in sources.iter().filter(|(_, file)| file.role == FileRole::Content(Kind::Trigger)) {
        for found in pattern.captures_iter(&file.text).filter_map(|found| found.get(1)) {
            let Some(new) = names.get(found.as_str()) else { continue };
            let span = Span::new(id, found.start(), found.end());
            let why = "the folder is named by its technique".to_owned();
            work.edit(Edit { span, text: new.clone() }, found.as_str().to_owned(), new.clone(), why);
        }
    }
}
