//! A free page, and what the loader already knows of any Markdown text.

use crate::text::Span;

use super::Origin;

/// A heading of a Markdown text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// The text without markup.
    pub text: String,
    /// The anchor, unique in its text.
    pub anchor: String,
}

/// A link or image of a Markdown text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkdownLink {
    /// The destination as written.
    pub destination: String,
    /// Whether it is an image.
    pub image: bool,
    /// Where the link stands.
    pub span: Span,
    /// Where its destination stands; the whole link where the text has it elsewhere
    /// (`[text][name]`).
    pub destination_span: Span,
}

/// A Markdown text with its headings and links.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MarkdownText {
    /// The text.
    pub source: String,
    /// Headings in order.
    pub headings: Vec<Heading>,
    /// Links in order.
    pub links: Vec<MarkdownLink>,
}

/// A page under `content/pages`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreePage {
    /// Where it was read.
    pub origin: Origin,
    /// From the front matter, else the first heading, else the file stem.
    pub title: String,
    /// One sentence for lists and metadata.
    pub description: Option<String>,
    /// Position in the navigation; pages without one come last, by title.
    pub weight: i64,
    /// Whether the page is left out of the site.
    pub draft: bool,
    /// The text after the front matter.
    pub body: MarkdownText,
}
