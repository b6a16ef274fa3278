//! `Html`: markup that is known to be safe to print as it is.

use std::fmt;

use super::{SafeUrl, escape_html_into};

/// Markup made by this crate: escaped text, or elements around it.
///
/// The contents are private and every constructor escapes what it is given, so a template
/// that prints an `Html` unescaped cannot be made to print somebody's text as markup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Html(String);

impl Html {
    /// No markup at all.
    pub const fn new() -> Self {
        Self(String::new())
    }

    /// `text` as text.
    pub fn escape(text: &str) -> Self {
        let mut html = Self::default();
        html.push_text(text);
        html
    }

    /// Appends `text` as text.
    pub fn push_text(&mut self, text: &str) {
        escape_html_into(&mut self.0, text);
    }

    /// Appends other markup.
    pub fn push(&mut self, other: &Html) {
        self.0.push_str(&other.0);
    }

    /// Appends markup written in the source code of this crate.
    pub fn push_static(&mut self, markup: &'static str) {
        self.0.push_str(markup);
    }

    /// Appends ` name="value"` with the value escaped; `name` comes from source code.
    pub fn push_attribute(&mut self, name: &'static str, value: &str) {
        self.0.push(' ');
        self.0.push_str(name);
        self.0.push_str("=\"");
        escape_html_into(&mut self.0, value);
        self.0.push('"');
    }

    /// Appends ` name="url"`.
    pub fn push_url_attribute(&mut self, name: &'static str, url: &SafeUrl) {
        self.push_attribute(name, url.as_str());
    }

    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The markup, owned.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Html {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
