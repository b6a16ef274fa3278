//! Which files of a site were written so far, and whether the next one has a place of its own.
//!
//! Paths are compared by `fold_path`: a site built on Linux must also survive being unpacked
//! on macOS or Windows, where `Foo.html` and `foo.html` are one file.

use std::collections::HashMap;

use crate::site::OutPath;
use crate::text::fold_path;

use super::WriteError;
use super::manifest::{Entry, MARKER, Manifest};

/// All files and folders of a site, by their folded path.
#[derive(Debug)]
pub(super) struct Ledger {
    entries: Vec<Entry>,
    /// Looked up only; what reaches the disk is `entries`, sorted.
    taken: HashMap<String, Taken>,
}

#[derive(Debug)]
enum Taken {
    File(String),
    Folder(String),
}

impl Ledger {
    /// An empty site; the marker's place is taken from the start.
    pub(super) fn new() -> Self {
        let taken = HashMap::from([(MARKER.to_owned(), Taken::File(MARKER.to_owned()))]);
        Self { entries: Vec::new(), taken }
    }

    /// Takes the place `path`; gives the folders above it that are new, outermost first.
    pub(super) fn take(&mut self, path: &OutPath, length: usize) -> Result<Vec<String>, WriteError> {
        let text = path.as_str();
        let key = fold_path(text);
        if let Some(Taken::File(first) | Taken::Folder(first)) = self.taken.get(&key) {
            return Err(collision(first, text));
        }
        let new = self.take_folders(text)?;
        self.taken.insert(key, Taken::File(text.to_owned()));
        self.entries.push(Entry { path: path.clone(), length: length as u64 });
        Ok(new)
    }

    fn take_folders(&mut self, path: &str) -> Result<Vec<String>, WriteError> {
        let mut new = Vec::new();
        let mut rest = path;
        while let Some((folder, _)) = rest.rsplit_once('/') {
            let key = fold_path(folder);
            match self.taken.get(&key) {
                Some(Taken::Folder(known)) if known == folder => break,
                Some(Taken::Folder(known) | Taken::File(known)) => return Err(collision(known, path)),
                None => {
                    self.taken.insert(key, Taken::Folder(folder.to_owned()));
                    new.push(folder.to_owned());
                }
            }
            rest = folder;
        }
        new.reverse();
        Ok(new)
    }

    /// The list of all files, whatever order they came in.
    pub(super) fn into_manifest(self) -> Manifest {
        Manifest::new(self.entries)
    }
}

fn collision(first: &str, second: &str) -> WriteError {
    WriteError::Collision { first: first.to_owned(), second: second.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(ledger: &mut Ledger, path: &str) -> Result<Vec<String>, String> {
        ledger.take(&OutPath::new(path).expect(path), 1).map_err(|error| error.to_string())
    }

    #[test]
    fn folders_are_named_once_outermost_first() {
        let mut ledger = Ledger::new();
        assert_eq!(take(&mut ledger, "a/b/c.html"), Ok(vec!["a".to_owned(), "a/b".to_owned()]));
        assert_eq!(take(&mut ledger, "a/b/d.html"), Ok(vec![]));
        assert_eq!(take(&mut ledger, "a/e/d.html"), Ok(vec!["a/e".to_owned()]));
    }

    #[test]
    fn two_files_for_one_place_are_refused() {
        for (first, second) in [
            ("a.html", "a.html"),
            ("a.html", "A.html"),
            ("\u{e9}.html", "e\u{301}.html"),
            ("a/x.html", "A/y.html"),
            ("a", "a/b"),
            ("a/b", "a"),
        ] {
            let mut ledger = Ledger::new();
            assert!(take(&mut ledger, first).is_ok());
            let error = take(&mut ledger, second).expect_err(second);
            assert!(error.starts_with("the site has two files for one place: `"), "{error}");
        }
        assert!(take(&mut Ledger::new(), MARKER).is_err());
    }
}
