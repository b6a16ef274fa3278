//! The site of a few files, each page of which is made when a test asks for it. That such a page is
//! the one a build writes, byte for byte, `tests/serve/equal.rs` shows.

use std::fs;

use purplebook::config::{Overrides, discover};
use purplebook::convert::known_queries;
use purplebook::model::Kind;
use purplebook::project::{Edition, Project};
use purplebook::report::Progress;
use purplebook::site::OutPath;
use tempfile::TempDir;

pub(crate) struct Site {
    edition: Edition,
    _folder: TempDir,
}

/// The project of a configuration and these files of the content.
pub(crate) fn site(config: &str, files: &[(&str, &str)]) -> Site {
    let folder = TempDir::new().expect("a temporary folder");
    for (path, text) in files {
        let path = folder.path().join("content").join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    fs::write(folder.path().join("purplebook.toml"), config).expect("a file");
    let overrides = Overrides { root: Some(folder.path().to_owned()), ..Overrides::default() };
    let config = discover(&overrides, &known_queries()).expect("a configuration");
    let project = Project::open(config, &Progress::new()).expect("content");
    Site { edition: Edition::new(project).expect("a theme that works"), _folder: folder }
}

impl Site {
    /// A file of the site.
    pub(crate) fn page(&self, path: &str) -> String {
        let bytes = self.edition.file(&OutPath::new(path).expect("a path")).expect("a theme that works");
        let bytes = bytes.unwrap_or_else(|| panic!("there is no {path}"));
        String::from_utf8(bytes).expect("text")
    }

    /// How many files of a kind were found, loaded and rejected.
    pub(crate) fn tally(&self, kind: Kind) -> (usize, usize, usize) {
        let tally = self.edition.project().tally().of(kind);
        (tally.found, tally.loaded, tally.rejected)
    }
}
