//! When to build again: events of the file system, gathered until there is quiet.
//!
//! An event says only that something may have changed. What has is found by building, so an event
//! too many costs time and nothing else; what must not happen is that one is missed. Hence all
//! folders are watched before they are read, and folders that may come to be by those above them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use notify::event::{EventKind, ModifyKind};
use notify::{Event, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};

use crate::config::{Config, PipelineChoice};
use crate::model::Kind;

use super::super::failure::Failure;

/// Editors write, rename and remove in a few milliseconds.
const QUIET: Duration = Duration::from_millis(12);

/// A checkout of another branch is not waited for to its end.
const LONGEST: Duration = Duration::from_millis(500);

/// What has changed.
#[derive(Default)]
pub(super) struct Changes(Vec<PathBuf>);

impl Changes {
    /// The paths, sorted.
    pub(super) fn paths(&self) -> &[PathBuf] {
        &self.0
    }
}

/// Watches what a site is made from.
pub(super) struct Watch {
    /// `None` before there is anything to watch.
    watcher: Option<Box<dyn Watcher + Send>>,
    /// One watcher after the other sends to the same channel, so that nothing is lost in between.
    sender: Sender<notify::Result<Event>>,
    events: Receiver<notify::Result<Event>>,
    poll: Option<Duration>,
    scope: Scope,
    /// Paths of events that came before anybody waited for them.
    early: BTreeSet<PathBuf>,
}

/// Which events matter.
#[derive(Default, PartialEq, Eq)]
struct Scope {
    /// Folders with all that is in them.
    folders: Vec<PathBuf>,
    /// Files, and folders that may come to be.
    single: BTreeSet<PathBuf>,
    output: PathBuf,
}

fn watcher(sender: Sender<notify::Result<Event>>, poll: Option<Duration>) -> notify::Result<Box<dyn Watcher + Send>> {
    let config = notify::Config::default().with_follow_symlinks(false);
    Ok(match poll {
        // Times of files may be too coarse to tell two edits apart.
        Some(interval) => {
            Box::new(PollWatcher::new(sender, config.with_poll_interval(interval).with_compare_contents(true))?)
        }
        None => Box::new(RecommendedWatcher::new(sender, config)?),
    })
}

impl Watch {
    /// Watches nothing yet. With `poll` files are looked at from time to time.
    pub(super) fn new(poll: Option<Duration>) -> Self {
        let (sender, events) = mpsc::channel();
        Self { watcher: None, sender, events, poll, scope: Scope::default(), early: BTreeSet::new() }
    }

    /// Watches what a build with `config` reads. After `changes` it looks whether folders are others.
    pub(super) fn follow(&mut self, config: &Config, changes: &Changes) -> Result<(), Failure> {
        let scope = Scope::of(config);
        // A folder that was taken away and put back is another one with the same name.
        let is_same = !changes.paths().iter().any(|path| scope.single.contains(path) && !path.is_file());
        if self.watcher.is_some() && scope == self.scope && is_same {
            return Ok(());
        }
        let mut paths: BTreeMap<&Path, RecursiveMode> = BTreeMap::new();
        for path in scope.single.iter().filter_map(|path| path.parent()) {
            paths.insert(path, RecursiveMode::NonRecursive);
        }
        for folder in &scope.folders {
            paths.insert(folder, RecursiveMode::Recursive);
        }
        let mut watcher = watcher(self.sender.clone(), self.poll).map_err(|error| failure(&error))?;
        for (path, mode) in paths {
            // A folder may be gone again, which its parent tells; what cannot be read says the build.
            if path.is_dir() {
                watcher.watch(path, mode).map_err(|error| failure(&error))?;
            }
        }
        (self.watcher, self.scope) = (Some(watcher), scope);
        Ok(())
    }

    /// Whether something has changed that is to be waited for.
    pub(super) fn is_pending(&mut self) -> bool {
        while let Ok(event) = self.events.try_recv() {
            self.scope.add(&mut self.early, event);
        }
        !self.early.is_empty()
    }

    /// Waits for changes; `None` if there can be no more.
    pub(super) fn wait(&mut self) -> Option<Changes> {
        let mut paths = std::mem::take(&mut self.early);
        while paths.is_empty() {
            self.scope.add(&mut paths, self.events.recv().ok()?);
        }
        let end = Instant::now() + LONGEST;
        while Instant::now() < end {
            match self.events.recv_timeout(QUIET) {
                Ok(event) => self.scope.add(&mut paths, event),
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return None,
            }
        }
        Some(Changes(paths.into_iter().collect()))
    }
}

fn failure(error: &notify::Error) -> Failure {
    let help = match error.kind {
        notify::ErrorKind::MaxFilesWatch => "raise the limit (`fs.inotify.max_user_watches`), or use `--poll`",
        _ => "`--poll` looks at the files from time to time instead",
    };
    Failure::help(format!("cannot watch the files: {error}"), help)
}

impl Scope {
    fn of(config: &Config) -> Self {
        let content = Kind::ALL.into_iter().flat_map(|kind| config.content.folders(kind));
        let folders: Vec<PathBuf> = content.chain(&config.site.theme).cloned().collect();
        let usual = config.root.join("content");
        let mut single: BTreeSet<PathBuf> = Kind::ALL.into_iter().map(|kind| usual.join(kind.key())).collect();
        single.insert(usual);
        single.insert(config.root.join(crate::config::FILE_NAME));
        if let Some((path, _)) = &config.file {
            single.insert(std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path)));
        }
        single.extend(config.attack.bundles.iter().chain(&config.attack.names).cloned());
        let pipelines = config.queries.show.iter().flat_map(|query| &query.pipelines);
        single.extend(pipelines.filter_map(|pipeline| match pipeline {
            PipelineChoice::File(path) => Some(path.clone()),
            PipelineChoice::BuiltIn(_) => None,
        }));
        // A folder that is taken away and put back is seen from above.
        single.extend(folders.iter().cloned());
        Self { folders, single, output: config.output.clone() }
    }

    /// Notes the paths of an event, if it matters.
    fn add(&self, paths: &mut BTreeSet<PathBuf>, event: notify::Result<Event>) {
        // Events were lost: anything may have changed.
        let Ok(event) = event else {
            paths.insert(PathBuf::from("."));
            return;
        };
        if event.need_rescan() {
            paths.insert(PathBuf::from("."));
        }
        let is_read = matches!(
            event.kind,
            EventKind::Access(_) | EventKind::Modify(ModifyKind::Metadata(notify::event::MetadataKind::AccessTime))
        );
        if !is_read {
            paths.extend(event.paths.into_iter().filter(|path| self.concerns(path)));
        }
    }

    fn concerns(&self, path: &Path) -> bool {
        if path.starts_with(&self.output) {
            return false;
        }
        self.single.contains(path)
            || self.folders.iter().any(|folder| path.starts_with(folder)) && !is_of_an_editor(path)
    }
}

/// Whether a name is one editors give to files they keep for themselves while somebody writes.
///
/// They are gone when the build reads the folder; if one is not, a build of any other change sees it.
fn is_of_an_editor(path: &Path) -> bool {
    let Some(name) = path.file_name().map(|name| name.to_string_lossy()) else { return false };
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    // Vim tries whether it may write with a file of this name.
    name == "4913"
        || name.ends_with('~')
        || name.starts_with(".#")
        || name.starts_with('#') && name.ends_with('#')
        || name.starts_with('.')
        || matches!(extension, Some("swp" | "swx" | "swo" | "tmp" | "bak" | "crdownload"))
        || name.contains("___jb_")
}
