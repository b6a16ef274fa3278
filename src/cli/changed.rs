//! What has changed since a revision, as Git says: `check --changed-since`.
//!
//! Counted are files that differ between the commit at which HEAD left the revision and the files
//! on disk, and new files Git does not ignore. Submodules are followed into; files of other
//! repositories count as unchanged. Renamed files are new, and gone under their old name.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::check::policy::Changed;
use crate::source::SourceSet;

use super::failure::Failure;

/// Submodules within submodules that are followed.
const DEEPEST: usize = 8;

/// What a hook's environment says of another repository, or of one as seen from another folder.
const HOOK_VARIABLES: [&str; 7] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_PREFIX",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
];

/// What of the project at `root` has changed since `revision`.
pub(super) fn since(revision: &str, root: &Path, sources: &SourceSet) -> Result<Changed, Failure> {
    let top = said(&git(root, ["rev-parse", "--show-toplevel"])?).map_err(|why| {
        Failure::new(format!("--changed-since {revision}: Git has no repository for {}: {why}", root.display()))
    })?;
    let top = PathBuf::from(top.trim_end_matches(['\n', '\r']));
    let commit = format!("{revision}^{{commit}}");
    let commit =
        said(&git(&top, ["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?).map_err(|_| {
            Failure::help(
                format!("--changed-since {revision}: Git knows no such revision"),
                "fetch it first; a shallow checkout lacks history (`fetch-depth: 0` in GitHub Actions)",
            )
        })?;
    let commit = commit.trim().to_owned();
    // Without a common commit, as in a shallow checkout, the revision itself is the best there is.
    let base = said(&git(&top, ["merge-base", &commit, "HEAD"])?).map_or(commit, |base| base.trim().to_owned());
    let mut files = Files::default();
    files.compare(&top, &base, DEEPEST)?;
    Ok(files.seen_from(root, sources))
}

/// Runs Git in a folder; nothing of it may change the repository or run what the repository names.
fn git<'a>(folder: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Result<Output, Failure> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(["-c", "core.fsmonitor=false", "-c", "core.quotePath=false"]);
    for variable in HOOK_VARIABLES {
        command.env_remove(variable);
    }
    let output = command.args(arguments).env("GIT_OPTIONAL_LOCKS", "0").env("LC_ALL", "C").output();
    output.map_err(|error| {
        let help = "install Git, or leave out `--changed-since`";
        Failure::help(format!("--changed-since needs Git, which cannot be run: {error}"), help)
    })
}

/// What Git printed; else the first line of its complaint.
fn said(output: &Output) -> Result<String, String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let first = complaint.lines().next().unwrap_or("it does not say why");
    Err(first.trim_start_matches("fatal: ").to_owned())
}

/// Changed files, by absolute path.
#[derive(Default)]
struct Files {
    changed: BTreeSet<PathBuf>,
    gone: BTreeSet<PathBuf>,
    /// Folders all of whose files are new.
    folders: Vec<PathBuf>,
}

impl Files {
    /// Adds what differs between the commit `base` and the files of the repository at `top`.
    fn compare(&mut self, top: &Path, base: &str, deepest: usize) -> Result<(), Failure> {
        let fail = |why: String| Failure::new(format!("--changed-since: Git cannot compare {}: {why}", top.display()));
        let raw = ["diff", "--raw", "-z", "--no-renames", "--no-abbrev", "--no-ext-diff", "--ignore-submodules=none"];
        let raw = said(&git(top, raw.into_iter().chain([base, "--"]))?).map_err(fail)?;
        let mut fields = raw.split('\0');
        while let (Some(about), Some(path)) = (fields.next(), fields.next()) {
            let words: Vec<&str> = about.trim_start_matches(':').split(' ').collect();
            let [old_mode, new_mode, old, _, status] = words[..] else { continue };
            let path = top.join(path);
            if status == "D" {
                self.gone.insert(path.clone());
            }
            if new_mode == SUBMODULE {
                self.submodule(&path, (old_mode == SUBMODULE).then_some(old), deepest)?;
            } else {
                self.changed.insert(path);
            }
        }
        let new = said(&git(top, ["ls-files", "-z", "--others", "--exclude-standard"])?).map_err(fail)?;
        for path in new.split('\0').filter(|path| !path.is_empty()) {
            match path.strip_suffix('/') {
                // A repository within, that is no submodule.
                Some(folder) => self.folders.push(top.join(folder)),
                None => drop(self.changed.insert(top.join(path))),
            }
        }
        Ok(())
    }

    /// Adds what differs in a submodule that was at the commit `old`.
    fn submodule(&mut self, path: &Path, old: Option<&str>, deepest: usize) -> Result<(), Failure> {
        if !path.join(".git").exists() {
            // Not checked out: there are no files of it.
            return Ok(());
        }
        if let Some(old) = old.filter(|_| deepest > 0) {
            let commit = format!("{old}^{{commit}}");
            if git(path, ["cat-file", "-e", &commit])?.status.success() {
                return self.compare(path, old, deepest - 1);
            }
        }
        self.folders.push(path.to_owned());
        Ok(())
    }

    fn has(&self, path: &Path) -> bool {
        self.changed.contains(path) || self.folders.iter().any(|folder| path.starts_with(folder))
    }

    /// The files as findings show them: those of the project by their place on disk, those that
    /// are gone by where they would be.
    fn seen_from(mut self, root: &Path, sources: &SourceSet) -> Changed {
        // Git may name the repository by another path than we do, through a symbolic link.
        let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
        self.changed = self.changed.iter().map(|path| real(path)).collect();
        self.folders = self.folders.iter().map(|path| real(path)).collect();
        let mut changed = Changed::default();
        for (_, file) in sources.iter() {
            if self.has(&real(&root.join(&file.path))) {
                changed.paths.insert(file.path.clone());
            }
        }
        let real_root = real(root);
        for path in &self.gone {
            if let Some(inner) = [root, &real_root].into_iter().find_map(|root| path.strip_prefix(root).ok()) {
                let parts: Vec<_> = inner.iter().map(OsStr::to_string_lossy).collect();
                changed.paths.insert(parts.join("/"));
            }
            let names = [path.file_name(), path.file_stem()];
            changed.gone.extend(names.into_iter().flatten().map(|name| name.to_string_lossy().into_owned()));
        }
        changed
    }
}

/// The mode of a submodule.
const SUBMODULE: &str = "160000";
