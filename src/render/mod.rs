//! Pages to bytes: HTML by the theme's templates, Markdown by profile.

pub mod highlight;
pub mod prose;
