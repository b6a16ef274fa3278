//! Paths as a service of CI knows them: from the root of the repository a project lies in.

use std::path::{Component, Path};

/// The folders from the root of a repository to one of its folders.
pub(super) struct Repository {
    folders: Vec<String>,
}

impl Repository {
    /// The repository around `folder`; where there is none, paths stay relative to the folder.
    pub(super) fn around(folder: &Path) -> Self {
        let root = folder.ancestors().find(|above| above.join(".git").exists()).unwrap_or(folder);
        let inner = folder.strip_prefix(root).unwrap_or(Path::new(""));
        Self { folders: inner.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect() }
    }

    /// A path, relative to the folder, as seen from the root. Absolute ones stay as they are.
    pub(super) fn path(&self, path: &str) -> String {
        if Path::new(path).components().any(|part| matches!(part, Component::RootDir | Component::Prefix(_))) {
            return path.to_owned();
        }
        let mut parts: Vec<&str> = self.folders.iter().map(String::as_str).collect();
        for part in path.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        parts.join("/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_at_the_repository() {
        let at = |folders: &[&str]| Repository { folders: folders.iter().map(|part| (*part).to_owned()).collect() };
        assert_eq!(at(&[]).path("content/a.yml"), "content/a.yml");
        assert_eq!(at(&["team", "kb"]).path("content/a.yml"), "team/kb/content/a.yml");
        assert_eq!(at(&["team", "kb"]).path("../sigma/./a.yml"), "team/sigma/a.yml");
        assert_eq!(at(&["kb"]).path("../../sigma/a.yml"), "../sigma/a.yml");
        assert_eq!(at(&["kb"]).path("/etc/a.yml"), "/etc/a.yml");
    }
}
