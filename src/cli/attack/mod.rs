//! `purplebook attack`: releases of ATT&CK, and content taken from one to another.

mod diff;
mod import;
mod list;
mod upgrade;

use crate::config::{Config, discover};
use crate::convert::known_queries;

use super::args::{AttackCommand, ProjectArgs};
use super::failure::Failure;

pub(super) fn run(command: AttackCommand) -> Result<u8, Failure> {
    match command {
        AttackCommand::List { project } => list::run(&config(project)?),
        AttackCommand::Import(args) => import::run(&args),
        AttackCommand::Diff { from, to, format, project } => diff::run(&config(project)?, (&from, &to), format),
        AttackCommand::Upgrade(args) => upgrade::run(args),
    }
}

fn config(project: ProjectArgs) -> Result<Config, Failure> {
    Ok(discover(&project.overrides(), &known_queries())?)
}

/// A number and its noun.
fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
