//! The command line: what is typed, what comes back, and which files change.

mod attack;
mod attack_layers;
mod attack_upgrade;
mod check;
mod ci_examples;
mod commands;
mod convert;
mod docs;
mod fix;
mod import;
#[path = "../project/mod.rs"]
mod project;
