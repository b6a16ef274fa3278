//! Which places of the output are taken, as the most forgetful file system sees them.
//!
//! `Foo.html` and `foo.html` are one file on macOS and Windows, `Foo/` and `foo/` one folder, and a
//! file and a folder of one name exclude each other everywhere. Whatever has a name chosen by an
//! author (pages, copied files) asks here, so that no choice of names can stop a build.

use std::collections::HashMap;

use crate::text::fold_path;

use super::OutPath;

/// Files and folders of a site, by their folded path.
#[derive(Debug, Default)]
pub(super) struct Places(HashMap<String, Taken>);

#[derive(Debug)]
enum Taken {
    File,
    /// With its spelling, which whoever comes later adopts.
    Folder(String),
}

impl Places {
    /// Takes a folder with whatever will be in it.
    pub(super) fn take_whole(&mut self, folder: &str) {
        // What is a file can have nothing in it.
        self.0.insert(fold_path(folder), Taken::File);
    }

    /// Takes the files `path` + each of `endings` (`".html"`; `""` for `path` itself) and gives the
    /// path in the spelling of the folders that exist; `None` if any of them is not free.
    pub(super) fn take(&mut self, path: OutPath, endings: &[&str]) -> Option<OutPath> {
        let path = self.spelt(path)?;
        let folded = fold_path(path.as_str());
        let keys: Vec<String> = endings.iter().map(|ending| format!("{folded}{ending}")).collect();
        if keys.iter().any(|key| self.0.contains_key(key)) {
            return None;
        }
        self.0.extend(keys.into_iter().map(|key| (key, Taken::File)));
        let mut rest = path.as_str();
        while let Some((folder, _)) = rest.rsplit_once('/') {
            self.0.entry(fold_path(folder)).or_insert_with(|| Taken::Folder(folder.to_owned()));
            rest = folder;
        }
        Some(path)
    }

    /// `path` below the folders that exist; `None` if one of them is a file.
    fn spelt(&self, path: OutPath) -> Option<OutPath> {
        let mut rest = path.as_str();
        while let Some((folder, _)) = rest.rsplit_once('/') {
            match self.0.get(&fold_path(folder)) {
                Some(Taken::File) => return None,
                // Its own folders were spelt when it was taken.
                Some(Taken::Folder(known)) if known == folder => return Some(path),
                Some(Taken::Folder(known)) => {
                    return OutPath::new(&format!("{known}{}", &path.as_str()[folder.len()..])).ok();
                }
                None => rest = folder,
            }
        }
        Some(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(places: &mut Places, path: &str, endings: &[&str]) -> Option<String> {
        places.take(OutPath::new(path).expect(path), endings).map(|path| path.to_string())
    }

    #[test]
    fn one_file_system_entry_is_given_once() {
        let places = &mut Places::default();
        assert_eq!(take(places, "A/x", &[".html", ".md"]).as_deref(), Some("A/x"));
        assert_eq!(take(places, "a/X", &[".html", ".md"]), None);
        assert_eq!(take(places, "a/X.md", &[""]), None);
        assert_eq!(take(places, "a", &[""]), None, "a folder");
        assert_eq!(take(places, "A/x.html/y", &[""]), None, "below a file");
        assert_eq!(take(places, "a/b/y", &[""]).as_deref(), Some("A/b/y"), "in the folder's spelling");
        assert_eq!(take(places, "A/B/z", &[""]).as_deref(), Some("A/b/z"));
        assert_eq!(take(places, "\u{e9}.png", &[""]).as_deref(), Some("\u{e9}.png"));
        assert_eq!(take(places, "e\u{301}.png", &[""]), None);
    }
}
