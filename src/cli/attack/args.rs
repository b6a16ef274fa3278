//! The arguments of `purplebook attack`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use crate::cli::args::ProjectArgs;

/// What can be done with releases of ATT&CK.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum AttackCommand {
    /// List the releases that are built in or configured, with what is in them
    List {
        /// How it is shown: human or json
        #[arg(long, value_enum, value_name = "FORMAT", default_value = "human", hide_possible_values = true)]
        format: AttackFormat,
        #[command(flatten)]
        project: ProjectArgs,
    },
    /// Keep the facts of STIX bundles in a small file that `[attack] bundle` can name
    #[command(
        after_help = "Example:\n  purplebook attack import enterprise-attack.json ics-attack.json -o attack.tsv\n\n\
                            Descriptions, procedures and sources stay in the bundle; name the bundle itself in \
                            purplebook.toml to have them on the pages. Nothing that exists is overwritten without \
                            --force."
    )]
    Import(ImportArgs),
    /// Print what differs between two releases
    #[command(after_help = "Examples:\n  purplebook attack diff 18.1 19.1\n  purplebook attack diff 19.1 \
                            enterprise-attack.json")]
    Diff {
        /// The release before: its number, or the path of a bundle or of a file of facts
        from: String,
        /// The release after, in the same way
        to: String,
        /// How it is shown: human or json
        #[arg(long, value_enum, value_name = "FORMAT", default_value = "human", hide_possible_values = true)]
        format: AttackFormat,
        #[command(flatten)]
        project: ProjectArgs,
    },
    /// Take rules, playbooks, Triggers and Navigator layers to another release
    #[command(
        after_help = "Nothing is written without --fix: the changes are printed as a diff, then what is done and \
                            asked in each file. A tag with exactly one successor is moved; a tag with several, or none, \
                            is a question and stays. Tactics follow their techniques. Comments and layout stay as they \
                            are.\n\nExit codes: 0 nothing \
                            is left to do, 1 there are questions (or, without --fix, changes), 2 could not run."
    )]
    Upgrade(UpgradeArgs),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum AttackFormat {
    Human,
    Json,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ImportArgs {
    /// STIX bundles (2.0 or 2.1) or saved TAXII pages: Enterprise, Mobile, ICS
    #[arg(required = true, value_name = "BUNDLE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) bundles: Vec<PathBuf>,
    /// The file to write [default: attack-VERSION.tsv]
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) output: Option<PathBuf>,
    /// The release, where a bundle does not state it (STIX 2.0 never does)
    #[arg(long, value_name = "VERSION")]
    pub(in crate::cli) release: Option<String>,
    /// Write over a file that exists
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct UpgradeArgs {
    /// The release the content is of [default: the configured one]
    #[arg(long, value_name = "VERSION")]
    pub(in crate::cli) from: Option<String>,
    /// The release to go to
    #[arg(long, value_name = "VERSION")]
    pub(in crate::cli) to: String,
    /// Print what would change and write nothing (the default)
    #[arg(long, conflicts_with = "fix")]
    pub(in crate::cli) dry_run: bool,
    /// Write the changes
    #[arg(long)]
    pub(in crate::cli) fix: bool,
    /// How it is shown: human or json
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "human", hide_possible_values = true)]
    pub(in crate::cli) format: AttackFormat,
    #[command(flatten)]
    pub(in crate::cli) project: ProjectArgs,
}
