//! The command line: arguments, terminal, exit codes. No domain logic.
//!
//! [`run`] is the whole program. Commands return an exit code or a [`Failure`]; nothing else in
//! the crate ends the process or prints.

mod args;
mod attack;
mod build;
mod changed;
mod check;
mod completions;
mod convert;
mod explain;
mod external;
mod failure;
mod fix;
mod import;
mod init;
mod new;
mod progress;
mod report;
mod repository;
mod serve;
mod summary;
mod template;
mod terminal;
mod theme;

use std::io::{self, Write as _};
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser as _;

use crate::model::Kind;
use crate::project::Project;
use crate::report::render::SourceText;
use crate::source::SourceSet;
use crate::text::{FileId, visible_controls};

use args::{Command, ImportCommand, Typed};
use failure::Failure;
use terminal::Terminal;

/// Done; for `check`, without errors and warnings.
const CLEAN: u8 = 0;
/// There are findings.
const FINDINGS: u8 = 1;
/// Could not run.
const COULD_NOT_RUN: u8 = 2;

/// Has parallel work done by `jobs` threads, or by one per processor.
fn use_threads(jobs: Option<NonZeroUsize>) -> Result<(), Failure> {
    let threads = jobs.map_or(0, NonZeroUsize::get);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    pool.map_err(|error| Failure::new(format!("cannot start threads: {error}")))
}

/// The texts findings point into.
fn lookup<'a>(sources: &'a SourceSet) -> impl Fn(FileId) -> SourceText<'a> {
    |id| {
        let file = sources.file(id);
        SourceText { path: &file.path, text: &file.text }
    }
}

/// A path as seen from the working directory, where it lies in it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

/// A path as seen from the project folder, where it lies in it.
fn shown_from(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).display().to_string().replace('\\', "/")
}

/// What a user should know that is no finding, onto standard error; nobody need read it.
fn remarks(project: &Project) {
    let mut err = io::stderr().lock();
    for note in project.notes() {
        let _ = writeln!(err, "note: {}", visible_controls(note));
    }
    if Kind::ALL.into_iter().all(|kind| project.tally().of(kind).found == 0) {
        let _ = writeln!(err, "note: there is no content here yet, only ATT&CK; `purplebook init` writes an example");
    }
}

/// Runs the command that was typed and says how the process ends.
pub fn run() -> ExitCode {
    failure::ask_to_report_panics();
    let typed = match Typed::try_parse() {
        Ok(typed) => typed,
        Err(error) => {
            // Help and version are "errors" to clap too. Nobody is left to tell if this fails.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { COULD_NOT_RUN } else { CLEAN });
        }
    };
    let terminal = Terminal::new(typed.color);
    let outcome = match typed.command {
        Command::Build(args) => build::run(args, terminal),
        Command::Serve(args) => serve::run(args, terminal),
        Command::Check(args) => check::run(args, terminal),
        Command::Attack(command) => attack::run(command),
        Command::Convert(args) => convert::run(args, terminal),
        Command::Import(ImportCommand::Atc(args)) => import::run(args),
        Command::Theme(command) => theme::run(command),
        Command::Init { dir, github } => init::run(&dir, github.as_ref()),
        Command::New { kind, name, location } => new::run(kind, &name, location),
        Command::Explain { code } => explain::run(code.as_deref()),
        Command::Completions { shell } => completions::run(shell),
    };
    ExitCode::from(outcome.unwrap_or_else(|failure| failure.show(terminal)))
}
