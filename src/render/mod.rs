//! Pages to bytes: HTML by the theme's templates, Markdown by profile.
//!
//! Pure: pages and a theme in, text out. Only [`crate::text::Html`] and
//! [`crate::text::SafeUrl`] reach markup unescaped.

mod env;
pub mod highlight;
mod html;
pub mod markdown;
mod picture;
pub mod prose;
pub mod search;
mod theme;

pub use html::{HtmlRenderer, html};
pub use picture::matrix_picture;
pub use theme::{CONTEXT, CONTEXT_SCHEMA, Theme, ThemeError};
