//! `purplebook attack`: releases of ATT&CK, and content taken from one to another.

mod args;
mod diff;
mod import;
mod list;
mod upgrade;

use serde::Serialize;

use crate::config::{Config, discover};
use crate::convert::known_queries;
use crate::text::visible_in_json;

use super::args::ProjectArgs;
use super::failure::Failure;

pub(super) use args::AttackCommand;

pub(super) fn run(command: AttackCommand) -> Result<u8, Failure> {
    match command {
        AttackCommand::List { format, project } => list::run(&config(project)?, format),
        AttackCommand::Import(args) => import::run(&args),
        AttackCommand::Diff { from, to, format, project } => diff::run(&config(project)?, (&from, &to), format),
        AttackCommand::Upgrade(args) => upgrade::run(args),
    }
}

fn config(project: ProjectArgs) -> Result<Config, Failure> {
    Ok(discover(&project.overrides(), &known_queries())?)
}

/// A document of JSON as it is printed.
fn document(page: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(page).map_err(|error| Failure::new(error.to_string()))?;
    Ok(format!("{}\n", visible_in_json(&text)))
}

/// A number and its noun.
fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
