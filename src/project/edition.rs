//! A site of which each file is made when it is asked for, from what was read before.
//!
//! The files are those of a build, byte for byte: both come from the same functions. What one page
//! costs does not depend on how many there are, so a server need not wait for all of them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::model::Domain;
use crate::render::{Theme, search};
use crate::site::{OutPath, RouteId, exports, matrix_choices, matrix_picture};

use super::site::{OWN_FILES, Site, list_of_stages, theme_files};
use super::{Error, Memory, Project};

/// Files that are made together.
type Files = BTreeMap<OutPath, Vec<u8>>;

/// How many pages are made between two looks at whether there is something better to do.
const CHUNK: usize = 256;

/// A project with the theme of its site. Once it is open the disk does not matter any more.
pub struct Edition {
    project: Project,
    theme: Arc<Theme>,
    /// Whether all pages are known to be made without a failure of the theme.
    is_proven: bool,
    /// Pages by their path without extension.
    pages: HashMap<String, RouteId>,
    assets: Files,
    search: OnceLock<Files>,
    exports: OnceLock<Files>,
}

impl Edition {
    /// The site of `project`.
    ///
    /// A theme of the user's own may fail on any page, and then there is no site: all pages are
    /// made once, to know. That the built-in theme works is for the tests of purplebook.
    ///
    /// # Errors
    /// If the theme cannot be read or does not work.
    pub fn new(project: Project) -> Result<Self, Error> {
        Self::again(project, &mut Memory::of_nothing())
    }

    /// The same, where a theme that `memory` has of the last time is not read again. It has made all
    /// pages of another content, so that it may be believed for now, and [proven](Self::prove) later.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn again(project: Project, memory: &mut Memory) -> Result<Self, Error> {
        let files = theme_files(&project.config)?;
        let known = memory.theme(&files);
        let is_known = known.is_some();
        let theme = known.map_or_else(|| Theme::load(&files).map(Arc::new), Ok)?;
        let routes = project.plan.routes();
        let pages = routes.routes().map(|route| (routes.path(route).as_str().to_owned(), route)).collect();
        let (assets, is_proven) = (theme.assets().into_iter().collect(), project.config.site.theme.is_none());
        let (search, exports) = (OnceLock::new(), OnceLock::new());
        let edition = Self { project, theme, is_proven, pages, assets, search, exports };
        if is_known {
            return Ok(edition);
        }
        if !edition.is_proven {
            edition.prove(|| false)?;
        }
        memory.keep_theme(files, &edition.theme);
        Ok(Self { is_proven: true, ..edition })
    }

    /// Whether no page can fail.
    pub fn is_proven(&self) -> bool {
        self.is_proven
    }

    /// Makes all pages, to know whether the theme works on each, until `is_enough` says that it does
    /// not matter any more.
    ///
    /// # Errors
    /// If the theme fails on a page.
    pub fn prove(&self, mut is_enough: impl FnMut() -> bool) -> Result<(), Error> {
        let routes: Vec<RouteId> = self.project.plan.routes().routes().collect();
        for some in routes.chunks(CHUNK) {
            if is_enough() {
                return Ok(());
            }
            self.made(|site| some.par_iter().try_for_each(|route| site.html(*route).map(drop)))?;
        }
        self.made(|site| OWN_FILES.iter().try_for_each(|name| site.own(name).map(drop)))
    }

    /// The project it is made from.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The file a build would write to `path`, if it would write one.
    ///
    /// # Errors
    /// If the theme does not work.
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "a method is of one lifetime, what is asked for of any"
    )]
    pub fn file(&self, path: &OutPath) -> Result<Option<Vec<u8>>, Error> {
        let page = |extension| self.pages.get(path.as_str().strip_suffix(extension)?).copied();
        if let Some(route) = page(".html") {
            return self.made(|site| site.html(route).map(Some));
        }
        if let Some(route) = page(".md") {
            return self.made(|site| Ok(Some(site.markdown(route))));
        }
        if let Some(bytes) = self.assets.get(path) {
            return Ok(Some(bytes.clone()));
        }
        if let Some(name) = OWN_FILES.into_iter().find(|name| *name == path.as_str()) {
            return self.made(|site| site.own(name).map(Some));
        }
        if path.is_below(&search::folder()) {
            return self.one_of(&self.search, path, |site| site.search());
        }
        if exports::is_one(path) {
            return self.one_of(&self.exports, path, |site| site.exports());
        }
        if *path == list_of_stages() {
            return self.made(|site| Ok(site.list_of_stages().map(|(_, bytes)| bytes)));
        }
        let domain = |file: fn(Domain) -> OutPath| Domain::ALL.into_iter().find(|domain| file(*domain) == *path);
        if let Some(domain) = domain(matrix_picture) {
            return self.made(|site| Ok(site.picture(domain).map(String::into_bytes)));
        }
        if let Some(domain) = domain(matrix_choices) {
            return self.made(|site| Ok(site.choices(domain)));
        }
        self.made(|site| Ok(site.copied().find(|(copied, _)| *copied == path).map(|(_, bytes)| bytes.to_vec())))
    }

    fn made<T>(&self, work: impl FnOnce(&Site<'_>) -> Result<T, Error>) -> Result<T, Error> {
        self.project.with_site(&self.theme, work)
    }

    /// A file of several that are made together, once.
    fn one_of(
        &self,
        files: &OnceLock<Files>,
        path: &OutPath,
        make: impl FnOnce(&Site<'_>) -> Vec<(OutPath, Vec<u8>)>,
    ) -> Result<Option<Vec<u8>>, Error> {
        let files = if let Some(known) = files.get() {
            known
        } else {
            let all = self.made(|site| Ok(make(site).into_iter().collect()))?;
            files.get_or_init(|| all)
        };
        Ok(files.get(path).cloned())
    }
}
