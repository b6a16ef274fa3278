//! A theme: the templates pages are laid out by, and the files they refer to.
//!
//! The default theme is part of the binary. A theme of the user replaces or adds single files
//! of it: `templates/NAME` and `static/NAME`. Names are those relative to the theme's folder,
//! with `/`. What templates are given is described in `themes/default/theme.md` and, for machines,
//! in `themes/default/context.schema.json`; [`CONTEXT`] is the version of both.

use std::collections::BTreeMap;

use tera::{Context, Tera};

use super::env::environment;
use crate::site::{OutPath, PageKind};

const TEMPLATES: [(&str, &str); 4] = [
    ("404.html", include_str!("../../themes/default/templates/404.html")),
    ("base.html", include_str!("../../themes/default/templates/base.html")),
    ("components.html", include_str!("../../themes/default/templates/components.html")),
    ("page.html", include_str!("../../themes/default/templates/page.html")),
];

const DEFAULT_TEMPLATES: [(&str, &str); 3] = [
    ("default/404.html", TEMPLATES[0].1),
    ("default/base.html", TEMPLATES[1].1),
    ("default/page.html", TEMPLATES[3].1),
];

const STATIC: [(&str, &[u8]); 5] = [
    ("icon.svg", include_bytes!("../../themes/default/static/icon.svg")),
    ("matrix.js", include_bytes!("../../themes/default/static/matrix.js")),
    ("script.js", include_bytes!("../../themes/default/static/script.js")),
    ("search.js", include_bytes!("../../themes/default/static/search.js")),
    ("style.css", include_bytes!("../../themes/default/static/style.css")),
];

/// The theme for those who keep a site open beside their SIEM, as the files of its folder.
const CONSOLE: [(&str, &[u8]); 4] = [
    ("static/console.css", include_bytes!("../../themes/console/static/console.css")),
    ("templates/base.html", include_bytes!("../../themes/console/templates/base.html")),
    ("templates/rule.html", include_bytes!("../../themes/console/templates/rule.html")),
    ("theme.toml", include_bytes!("../../themes/console/theme.toml")),
];

/// The version of what templates are given. It changes when a value goes or becomes another thing,
/// not when one is added.
pub const CONTEXT: u32 = 1;

/// The JSON Schema (2020-12) of what templates are given.
pub const CONTEXT_SCHEMA: &str = include_str!("../../themes/default/context.schema.json");

/// The theme cannot be used, or one of its templates failed.
#[derive(Debug, thiserror::Error)]
pub enum ThemeError {
    /// A template is not UTF-8.
    #[error("theme file `{0}` is not UTF-8")]
    NotUtf8(String),
    /// A file is in neither of the folders a theme has.
    #[error("theme file `{0}` is neither under `templates/` nor under `static/`")]
    Misplaced(String),
    /// A static file has a name the site cannot be written with.
    #[error("theme file `{0}` has a name that is not safe in a published folder")]
    BadName(String),
    /// A static file lies where the search has its own.
    #[error("theme file `static/{0}` lies in the folder of the search, `assets/search`")]
    Reserved(String),
    /// A template has the name of one of the default theme.
    #[error("theme file `templates/{0}` has a name that the default theme's own templates have")]
    Default(String),
    /// `theme.toml` cannot be read.
    #[error("theme file `theme.toml`: {0}")]
    About(String),
    /// The theme was written for another version of what templates are given.
    #[error(
        "the theme is for version {0} of the template context, and this purplebook gives version {CONTEXT}; see `purplebook theme diff`"
    )]
    Context(u32),
    /// A template does not parse or refers to something that is not there; Tera's report.
    #[error("theme templates: {0}")]
    Templates(String),
    /// A template failed on a page; Tera's report.
    #[error("template `{template}` on page `{page}`: {report}")]
    Page {
        /// The template.
        template: String,
        /// The page's path.
        page: String,
        /// What happened, with its place in the template.
        report: String,
    },
}

/// Templates and static files, ready for use on any thread.
#[derive(Clone)]
pub struct Theme {
    tera: Tera,
    assets: BTreeMap<OutPath, Vec<u8>>,
}

impl Theme {
    /// The default theme.
    pub fn embedded() -> Self {
        Self::load(&[]).unwrap_or_else(|error| unreachable!("the default theme is part of the tests: {error}"))
    }

    /// The default theme with `files` in place of, or beside, its own.
    ///
    /// Files that lie directly in the theme's folder (a README, a licence) are left alone.
    pub fn load(files: &[(String, Vec<u8>)]) -> Result<Self, ThemeError> {
        let mut templates: BTreeMap<&str, &str> = TEMPLATES.into();
        // Under these names a theme can extend the template it stands in the place of. Components
        // have one name for all templates, so they are there once.
        let own = DEFAULT_TEMPLATES.iter().copied();
        let mut statics: BTreeMap<&str, &[u8]> = STATIC.into();
        for (name, bytes) in files {
            if let Some(template) = name.strip_prefix("templates/") {
                let text = std::str::from_utf8(bytes).map_err(|_| ThemeError::NotUtf8(name.clone()))?;
                if template.starts_with("default/") {
                    return Err(ThemeError::Default(template.to_owned()));
                }
                templates.insert(template, text.strip_prefix('\u{feff}').unwrap_or(text));
            } else if let Some(asset) = name.strip_prefix("static/") {
                // On some disks no capital letter tells one folder from another.
                if asset.get(..7).is_some_and(|folder| folder.eq_ignore_ascii_case("search/")) {
                    return Err(ThemeError::Reserved(asset.to_owned()));
                }
                statics.insert(asset, bytes);
            } else if name == "theme.toml" {
                about(bytes)?;
            } else if name.contains('/') {
                return Err(ThemeError::Misplaced(name.clone()));
            }
        }
        let mut tera = environment();
        tera.add_raw_templates(templates.into_iter().chain(own))
            .map_err(|error| ThemeError::Templates(error.to_string()))?;
        let assets = statics.into_iter().map(|(name, bytes)| {
            let path =
                OutPath::new(&format!("assets/{name}")).map_err(|_| ThemeError::BadName(format!("static/{name}")))?;
            Ok((path, bytes.to_vec()))
        });
        Ok(Self { tera, assets: assets.collect::<Result<_, ThemeError>>()? })
    }

    /// The files of the default theme, named as in a theme's folder, sorted.
    pub fn default_files() -> impl Iterator<Item = (String, &'static [u8])> {
        let statics = STATIC.iter().map(|(name, bytes)| (format!("static/{name}"), *bytes));
        statics.chain(TEMPLATES.iter().map(|(name, text)| (format!("templates/{name}"), text.as_bytes())))
    }

    /// The files of the theme for those who keep a site open beside their SIEM, likewise.
    pub fn console_files() -> impl Iterator<Item = (&'static str, &'static [u8])> {
        CONSOLE.into_iter()
    }

    /// Where the default theme's static files go.
    pub fn embedded_assets() -> impl Iterator<Item = OutPath> {
        STATIC.iter().filter_map(|(name, _)| OutPath::new(&format!("assets/{name}")).ok())
    }

    /// The files to be written beside the pages, under `assets/`, sorted by path.
    pub fn assets(&self) -> Vec<(OutPath, Vec<u8>)> {
        self.assets.iter().map(|(path, bytes)| (path.clone(), bytes.clone())).collect()
    }

    /// The template for pages of `kind`: its own (`rule.html`) if the theme has one, else `page.html`.
    pub(super) fn template_for(&self, kind: PageKind) -> String {
        let own = format!("{}.html", kind.key());
        if self.tera.contains_template(&own) { own } else { "page.html".to_owned() }
    }

    /// The output of a template; `page` names the page in errors.
    pub(super) fn render(&self, template: &str, context: &Context, page: &str) -> Result<String, ThemeError> {
        self.tera.render(template, context).map_err(|error| ThemeError::Page {
            template: template.to_owned(),
            page: page.to_owned(),
            report: error.to_string(),
        })
    }
}

/// `theme.toml`
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    /// The version of what templates are given that the theme was written for.
    context: u32,
}

/// Whether the theme can be used with what templates are given here.
fn about(bytes: &[u8]) -> Result<(), ThemeError> {
    let text = std::str::from_utf8(bytes).map_err(|_| ThemeError::NotUtf8("theme.toml".to_owned()))?;
    let About { context } = toml::from_str(text).map_err(|error| ThemeError::About(error.message().to_owned()))?;
    if context == CONTEXT { Ok(()) } else { Err(ThemeError::Context(context)) }
}

#[cfg(test)]
mod tests;
