//! Pages to bytes: HTML by the theme's templates, Markdown by profile.
