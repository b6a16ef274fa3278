//! Positions in source text, escaping, and the two trust types.
//!
//! Layer 0: knows no word of the domain and imports nothing of the crate. [`Html`] and
//! [`SafeUrl`] are the only ways a value reaches markup unescaped; both have private
//! contents, so a reviewer needs to read only this folder to know what can.

mod counted;
mod escape;
mod front_matter;
mod html;
mod json;
mod line_index;
mod markdown;
mod place;
mod slug;
mod span;
mod url;

pub use counted::counted;
pub use escape::{escape_html, escape_html_into, escape_xml, visible_controls, visible_in_json, visible_in_place};
pub use front_matter::{FrontMatter, front_matter};
pub use html::Html;
pub use json::indented_json;
pub use line_index::{LineCol, LineIndex};
pub use markdown::{RawHtml, markdown, push_plain_text};
pub use place::{Place, Step, YamlPath};
pub use slug::{Anchors, fold_path, slug};
pub use span::{At, FileId, Span};
pub use url::{EncodedPath, SafeUrl};
