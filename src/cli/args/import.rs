//! What can be typed after `purplebook import`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::LocationArgs;

/// From where content can be taken over.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum ImportCommand {
    /// Take a checkout of Atomic Threat Coverage over: its content, and what its settings are here
    #[command(
        after_help = "Example:\n  mkdir kb && cd kb && purplebook import atc ../atomic-threat-coverage && purplebook \
                            check\n\nFiles are copied byte for byte into the content folders of the project; \
                            purplebook.toml is written where there is none. A file that exists and differs is kept \
                            and told, unless --force is given. Submodules (Sigma's rules, the atomics, RE&CT) have to \
                            be checked out. Nothing of the checkout is changed.\n\nExit codes: 0 done, 1 files that \
                            exist and differ were kept, 2 could not run."
    )]
    Atc(AtcArgs),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct AtcArgs {
    /// The checkout
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(in crate::cli) dir: PathBuf,
    /// Say what would be done and write nothing
    #[arg(long)]
    pub(in crate::cli) dry_run: bool,
    /// Write over files that exist and differ
    #[arg(long)]
    pub(in crate::cli) force: bool,
    #[command(flatten)]
    pub(in crate::cli) location: LocationArgs,
}
