//! Files for other programs: layers of the ATT&CK Navigator, tables, documents for Elasticsearch, case
//! templates, a bundle of STIX, an API of JSON files, and what search engines, feed readers and language models look for.
//!
//! Each is a function from the linked content to bytes; where they lie is said by
//! [`crate::site::exports`], and that the pages they belong to link to them is up to those pages.

mod api;
mod atc;
mod dates;
mod discovery;
mod elasticsearch;
mod navigator;
mod object;
mod schemas;
mod stix;
mod tables;
mod thehive;

pub use api::entity;

use crate::site::{OutPath, SiteView};

/// A file that is no page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Where it goes.
    pub path: OutPath,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Export {
    fn text(path: OutPath, text: String) -> Self {
        Self { path, bytes: text.into_bytes() }
    }

    fn json(path: OutPath, value: &serde_json::Value) -> Self {
        let mut text = value.to_string();
        text.push('\n');
        Self::text(path, text)
    }
}

/// All exports of a site, each group of them made for itself so that they can be made in parallel.
pub const EXPORTS: [fn(&SiteView<'_>) -> Vec<Export>; 9] = [
    navigator::layers,
    tables::tables,
    atc::tables,
    elasticsearch::files,
    thehive::templates,
    stix::bundle,
    schemas::files,
    api::lists,
    discovery::files,
];
