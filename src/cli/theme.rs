//! `purplebook theme`: starts a theme, shows what one changes of the default, and prints the schema of
//! what templates are given.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum, ValueHint};
use similar::TextDiff;

use super::CLEAN;
use super::args::LocationArgs;
use super::failure::Failure;
use super::template::{create, fill};
use crate::config::discover;
use crate::convert::known_queries;
use crate::render::{CONTEXT, CONTEXT_SCHEMA, Theme};
use crate::source::named;
use crate::text::visible_controls;

#[derive(Debug, Subcommand)]
pub(super) enum ThemeCommand {
    /// Start a theme in a new folder
    #[command(
        after_help = "Name the folder in purplebook.toml:\n\n  [site]\n  theme = \"DIR\"\n\nNothing that exists is \
                            overwritten."
    )]
    New {
        /// The folder, made if it does not exist
        #[arg(value_hint = ValueHint::DirPath)]
        dir: PathBuf,
        /// What it starts as
        #[arg(long, value_enum, value_name = "THEME", default_value = "default")]
        from: StartingTheme,
    },
    /// Show how the files of a theme differ from those of the default theme they stand in the place of
    Diff {
        /// The theme's folder [default: that of purplebook.toml]
        #[arg(value_hint = ValueHint::DirPath)]
        dir: Option<PathBuf>,
        #[command(flatten)]
        location: LocationArgs,
    },
    /// Print the JSON Schema of what templates are given
    Schema,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum StartingTheme {
    /// The default theme with a style sheet of your own laid over it
    Default,
    /// Queries first, facts beside them, navigation behind a button
    Console,
}

/// A theme that is the default but for a style sheet.
const STARTER: [(&str, &str); 3] = [
    ("theme.toml", include_str!("starter/theme/theme.toml")),
    ("templates/base.html", include_str!("starter/theme/base.html")),
    ("static/own.css", include_str!("starter/theme/own.css")),
];

pub(super) fn run(command: ThemeCommand) -> Result<u8, Failure> {
    match command {
        ThemeCommand::New { dir, from } => new(&dir, from),
        ThemeCommand::Diff { dir, location } => diff(dir, location),
        ThemeCommand::Schema => {
            io::stdout().lock().write_all(CONTEXT_SCHEMA.as_bytes())?;
            Ok(CLEAN)
        }
    }
}

fn new(dir: &Path, from: StartingTheme) -> Result<u8, Failure> {
    let is_used = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some());
    if is_used || fs::symlink_metadata(dir).is_ok_and(|about| !about.is_dir()) {
        let help = "choose another folder";
        return Err(Failure::help(format!("{} exists and is not empty; nothing was changed", dir.display()), help));
    }
    let files: Vec<(&str, String)> = match from {
        StartingTheme::Default => {
            let context = CONTEXT.to_string();
            let colours = colours();
            let values = [("context", context.as_str()), ("colours", colours.as_str())];
            // Templates of Tera have braces of their own.
            let text = |(name, text): (&'static str, &str)| {
                (name, if name.starts_with("templates/") { text.to_owned() } else { fill(text, &values) })
            };
            STARTER.into_iter().map(text).collect()
        }
        StartingTheme::Console => {
            let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
            Theme::console_files().map(|(name, bytes)| (name, text(bytes))).collect()
        }
    };
    let mut out = io::stdout().lock();
    for (name, text) in files {
        let path = dir.join(name);
        create(&path, &text)?;
        writeln!(out, "created {}", path.display())?;
    }
    writeln!(out, "\nNext: set theme = \"{}\" below [site] in purplebook.toml, or try", dir.display())?;
    writeln!(out, "  purplebook serve --theme {}", dir.display())?;
    Ok(CLEAN)
}

/// The custom properties of the default style sheet, each a comment of one line.
fn colours() -> String {
    let sheet = Theme::default_files().find(|(name, _)| name == "static/style.css");
    let sheet = sheet.map(|(_, bytes)| String::from_utf8_lossy(bytes)).unwrap_or_default();
    let root = sheet.split_once(":root {").and_then(|(_, rest)| rest.split_once("\n}")).map_or("", |(root, _)| root);
    let properties = root.lines().map(str::trim).filter(|line| line.starts_with("--"));
    properties.map(|line| format!("  /* {line} */")).collect::<Vec<_>>().join("\n")
}

fn diff(dir: Option<PathBuf>, location: LocationArgs) -> Result<u8, Failure> {
    let dir = match dir {
        Some(dir) => dir,
        None => discover(&location.overrides(), &known_queries())?.site.theme.ok_or_else(|| {
            let help = "name a folder: `purplebook theme diff DIR`";
            Failure::help("the project has the built-in theme, which differs in nothing", help)
        })?,
    };
    if !dir.is_dir() {
        return Err(Failure::new(format!("{} is no folder", dir.display())));
    }
    let files = named::folder(&dir).map_err(|error| Failure::new(error.to_string()))?;
    // What cannot be used cannot be told from a difference that is wanted.
    let unusable = Theme::load(&files).err();
    let mut out = io::stdout().lock();
    for (name, bytes) in &files {
        let shown = visible_controls(name);
        match Theme::default_files().find(|(own, _)| own == name) {
            Some((_, own)) if own == bytes.as_slice() => writeln!(out, "{shown}: as in the default theme")?,
            Some((_, own)) => {
                let (Ok(own), Ok(theirs)) = (std::str::from_utf8(own), std::str::from_utf8(bytes)) else {
                    writeln!(out, "{shown}: differs, and is no text")?;
                    continue;
                };
                let diff = TextDiff::from_lines(own, theirs);
                let head = (format!("default/{name}"), name.clone());
                write!(out, "{}", diff.unified_diff().header(&visible_controls(&head.0), &visible_controls(&head.1)))?;
            }
            None => writeln!(out, "{shown}: not in the default theme")?,
        }
    }
    match unusable {
        Some(error) => Err(Failure::new(error.to_string())),
        None => Ok(CLEAN),
    }
}
