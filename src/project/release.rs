//! The releases of ATT&CK at hand, and the content of a project taken from one to another.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::config::{Config, list};
use crate::load;
use crate::load::attack::{self, Import, VERSIONS, embedded};
use crate::mend::{self, Move};
use crate::model::Attack;
use crate::release::{FileChange, Upgrade, upgrade};
use crate::source::{self, FileRole, Folder, OnDisk, ReadLimits, SourceFile, SourceSet};
use crate::text::FileId;
use crate::write::{self, Rewrite};

use super::{Error, attack as configured_attack, folders};

/// A release of ATT&CK that is at hand.
#[derive(Debug)]
pub struct Release {
    /// Its facts.
    pub attack: Attack,
    /// Whether it is the one `check` and `build` go by.
    pub in_use: bool,
}

/// The configured release, then the built-in ones, the newest first; each once.
///
/// # Errors
/// If what is configured cannot be read.
pub fn releases(config: &Config) -> Result<Vec<Release>, Error> {
    let (configured, _) = configured_attack(config)?;
    let mut releases = vec![Release { attack: configured, in_use: true }];
    for version in VERSIONS {
        let built_in = embedded(Some(version))?;
        if built_in.source != releases[0].attack.source {
            releases.push(Release { attack: built_in, in_use: false });
        }
    }
    Ok(releases)
}

/// The facts of STIX bundles; `version` where they do not state it.
///
/// # Errors
/// If a file cannot be read or is no bundle.
pub fn import(bundles: &[PathBuf], version: Option<&str>) -> Result<Import, Error> {
    let mut read = Vec::with_capacity(bundles.len());
    for path in bundles {
        read.push((path.display().to_string(), source::named::bytes(path)?));
    }
    let read: Vec<(&str, &[u8])> = read.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    Ok(attack::import(&read, version, &embedded(None)?)?)
}

/// The release with this number, the configured one or one that is built in; or that of a
/// bundle or a file of facts, by its path.
///
/// # Errors
/// If there is none, or what is configured cannot be read.
pub fn at_hand(config: &Config, version: &str) -> Result<Attack, Error> {
    if Path::new(version).is_file() {
        let bytes = source::named::bytes(Path::new(version))?;
        return Ok(attack::from_bundles(&[(version, &bytes)], embedded(None)?)?.0);
    }
    let asked = version.trim();
    let asked = asked.strip_prefix('v').unwrap_or(asked);
    let releases = releases(config)?;
    let mut versions: Vec<String> = Vec::new();
    for release in releases {
        if release.attack.version == asked {
            return Ok(release.attack);
        }
        if !versions.contains(&release.attack.version) {
            versions.push(release.attack.version);
        }
    }
    let at_hand = list(versions.iter().map(String::as_str));
    Err(Error::NotAtHand { asked: asked.to_owned(), at_hand })
}

/// What has to change in a project for a release, not yet written.
#[derive(Debug)]
pub struct Upgrading {
    config: Config,
    sources: SourceSet,
    /// Where the layers are on the disk.
    layers: BTreeMap<FileId, PathBuf>,
    upgrade: Upgrade,
    in_use: String,
    from: String,
    to: String,
}

impl Upgrading {
    /// Works out what has to change for the release `to`; the content is of the release `from`,
    /// or of the configured one.
    ///
    /// # Errors
    /// If the content cannot be read or a release is not at hand.
    pub fn plan(config: Config, from: Option<&str>, to: &str) -> Result<Self, Error> {
        let attack = at_hand(&config, to)?;
        let configured = configured_attack(&config)?.0;
        let in_use = configured.version.clone();
        let from = match from {
            Some(from) => at_hand(&config, from)?,
            None => configured,
        };
        let (from_version, to_version) = (from.version.clone(), attack.version.clone());
        let (mut sources, _) = source::read(&config.root, &folders(&config), &ReadLimits::default())?;
        let layers = layers(&config, &mut sources)?;
        let (corpus, _) = load::load(&sources, attack);
        let mut built_in = Vec::new();
        if !layers.is_empty() {
            for version in VERSIONS {
                built_in.push(embedded(Some(version))?);
            }
        }
        let known: Vec<&Attack> = std::iter::once(&from).chain(&built_in).collect();
        let upgrade = upgrade(&corpus, &sources, (from_version != to_version).then_some(&from), &known);
        Ok(Self { config, sources, layers, upgrade, in_use, from: from_version, to: to_version })
    }

    /// The release the content is taken to be of.
    pub fn from(&self) -> &str {
        &self.from
    }

    /// The release it goes to.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// The release that `check` and `build` go by.
    pub fn in_use(&self) -> &str {
        &self.in_use
    }

    /// Whether `check` and `build` go by another release than the content is of then.
    pub fn is_pinned_elsewhere(&self) -> bool {
        self.in_use != self.to
    }

    /// The files with a change or a question, by path.
    pub fn files(&self) -> impl Iterator<Item = (&SourceFile, &FileChange)> {
        self.upgrade.files.iter().map(|(id, change)| (self.sources.file(*id), change))
    }

    /// Folders that get another name: from, to, as shown.
    pub fn folders(&self) -> &[(String, String)] {
        &self.upgrade.folders
    }

    /// All changes as a unified diff.
    pub fn diff(&self) -> String {
        let of = |(file, change): (&SourceFile, &FileChange)| {
            let path = Move { from: &file.path, to: change.moved.as_deref().unwrap_or(&file.path) };
            // Edits that do not fit were never kept.
            mend::unified(path, &file.text, &change.edits).unwrap_or_default()
        };
        self.files().map(of).collect()
    }

    /// Writes the changes: all texts first, then the new names of files and folders.
    ///
    /// # Errors
    /// If a file cannot be written or has changed meanwhile.
    pub fn write(&self) -> Result<(), Error> {
        let content: Vec<Folder> = folders(&self.config);
        let on_disk = OnDisk::new(&self.config.root, &content);
        let mut texts = Vec::new();
        let (mut files, mut moved_folders) = (Vec::new(), Vec::new());
        let place = |id: &FileId| self.layers.get(id).cloned().or_else(|| on_disk.path(self.sources.file(*id)));
        for (id, change) in &self.upgrade.files {
            let Some(path) = place(id) else { continue };
            let before = self.sources.file(*id).text.as_str();
            if let Ok(after) = mend::apply(before, &change.edits)
                && after != before
            {
                texts.push(Rewrite { path: path.clone(), before, after });
            }
            let Some(moved) = &change.moved else { continue };
            let renamed = path.with_file_name(name(moved));
            if renamed != path {
                files.push((path.clone(), renamed));
            }
            let shown = self.sources.file(*id).path.rsplit_once('/').map_or("", |(folder, _)| folder);
            if let Some((_, to)) = self.upgrade.folders.iter().find(|(from, _)| from == shown)
                && let Some(folder) = path.parent()
            {
                let pair: (PathBuf, PathBuf) = (folder.to_owned(), folder.with_file_name(name(to)));
                if !moved_folders.contains(&pair) {
                    moved_folders.push(pair);
                }
            }
        }
        write::rewrite(&texts)?;
        write::rename(&files)?;
        write::rename(&moved_folders)?;
        Ok(())
    }
}

/// Puts the layers of a project among its sources, and says where they are on the disk: the files
/// of `[attack] layers`, and those that free pages have beside them.
fn layers(config: &Config, sources: &mut SourceSet) -> Result<BTreeMap<FileId, PathBuf>, Error> {
    let mut found: BTreeMap<PathBuf, (String, String, Vec<u8>)> = BTreeMap::new();
    for folder in &config.attack.layers {
        let shown = folder.strip_prefix(&config.root).unwrap_or(folder).display().to_string().replace('\\', "/");
        for (within, bytes) in source::named::folder(folder)? {
            found.insert(folder.join(&within), (format!("{shown}/{within}"), within, bytes));
        }
    }
    let pages = folders(config);
    let on_disk = OnDisk::new(&config.root, &pages);
    for asset in &sources.assets {
        let file = SourceFile {
            role: FileRole::Layer,
            path: asset.path.clone(),
            within: asset.within.clone(),
            text: String::new(),
        };
        if let Some(path) = on_disk.path(&file) {
            found.insert(path, (file.path, file.within, asset.bytes.clone()));
        }
    }
    let mut layers = BTreeMap::new();
    for (on_disk, (path, within, bytes)) in found {
        if !within.to_ascii_lowercase().ends_with(".json") {
            continue;
        }
        let Ok(text) = String::from_utf8(bytes) else { continue };
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        if load::layer(&text).is_some() {
            layers.insert(sources.add(SourceFile { role: FileRole::Layer, path, within, text }), on_disk);
        }
    }
    Ok(layers)
}

/// The last part of a path as shown.
fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
