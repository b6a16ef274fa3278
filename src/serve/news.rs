//! What browsers are told of a build.

use std::sync::Arc;

use serde::Serialize;

/// What there is to be seen of a build besides its site.
#[derive(Debug, Clone, Default, Serialize)]
pub struct News {
    /// Why there is no new site; the last one is still shown.
    pub failed: Option<Failed>,
    /// The findings that are listed.
    pub findings: Vec<Entry>,
    /// How many more there are.
    pub more: usize,
    /// All of them in words.
    pub totals: String,
}

/// Why a build failed.
#[derive(Debug, Clone, Serialize)]
pub struct Failed {
    /// The reason.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// A finding as a page shows it.
#[derive(Debug, Clone, Serialize, PartialEq, Eq)]
pub struct Entry {
    /// Its code.
    pub code: String,
    /// Its severity.
    pub severity: &'static str,
    /// What is wrong.
    pub message: String,
    /// `path:line:column`.
    pub place: String,
    /// The line it is in.
    pub excerpt: Option<String>,
    /// What to do.
    pub help: Option<String>,
    /// Whether it was not there before.
    pub new: bool,
}

/// The news with the edition of the site they are told beside.
#[derive(Serialize)]
struct Told<'a> {
    edition: &'a str,
    #[serde(flatten)]
    news: &'a News,
}

impl News {
    /// As JSON.
    pub(super) fn json(&self, edition: &str) -> Arc<str> {
        // Texts and numbers alone always have a form in JSON.
        serde_json::to_string(&Told { edition, news: self }).unwrap_or_default().into()
    }
}
