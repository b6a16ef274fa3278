//! Rule files to queries, without a knowledge base around them: what `purplebook convert` does.
//!
//! Composes `load` and `query` for files of rules only. Every file is answered for: with its
//! queries, or with an error.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use thiserror::Error;

use crate::config::QueryConfig;
use crate::load;
use crate::model::{Attack, Corpus, Kind, Rule, RuleKind};
use crate::query::{self, Context, NotConvertible, Outcome};
use crate::report::{Code, Finding, Findings, Severity};
use crate::source::{self, FileRole, Folder, ReadError, ReadLimits, SourceFile, SourceSet};
use crate::text::{At, FileId};

use crate::requests::requests;

pub use crate::load::sigmac_configs;
pub use crate::query::{Compat, Format, Request, Target, built_in_pipelines, target, targets};
pub use crate::requests::{known_queries, pipeline_names};

/// What became of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// Its path.
    pub path: String,
    /// The id of its first rule that has one.
    pub id: Option<String>,
    /// The title of its first rule.
    pub title: Option<String>,
    /// The queries of all its rules, in the order of the file; or why one of them has none.
    pub outcome: Result<Vec<String>, String>,
}

/// What became of all files.
#[derive(Debug, Default)]
pub struct Conversions {
    /// What was asked for; none if it is nothing.
    pub request: Option<Request>,
    /// One for each file, by path.
    pub files: Vec<Conversion>,
    /// Why some have no queries, sorted.
    pub findings: Findings,
    /// The texts the findings point into.
    pub sources: SourceSet,
}

/// Why nothing was converted.
#[derive(Debug, Error)]
pub enum ConvertError {
    /// A path that was asked for is not there.
    #[error("`{}` does not exist", .0.display())]
    Missing(PathBuf),
    /// A file or folder cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// ATT&CK's facts cannot be had.
    #[error(transparent)]
    Attack(#[from] load::attack::UnknownVersion),
}

/// Reads the rule files under `paths`, files or folders, and converts them for the one query that
/// `config` shows.
///
/// Files are named by the path given, and by what follows it. The path `-` is standard input.
///
/// # Errors
/// If something cannot be read.
pub fn convert(paths: &[PathBuf], config: &QueryConfig) -> Result<Conversions, ConvertError> {
    let piped = |path: &&PathBuf| path.as_os_str() == source::piped::PATH;
    let named: Vec<&PathBuf> = paths.iter().filter(|path| !piped(path)).collect();
    if let Some(missing) = named.iter().find(|path| !path.exists()) {
        return Err(ConvertError::Missing((*missing).clone()));
    }
    let folders: Vec<Folder> =
        named.into_iter().map(|path| Folder { kind: Kind::Rule, path: path.clone(), required: true }).collect();
    let limits = ReadLimits::default();
    // Without a root, paths are shown as they were given.
    let (mut sources, mut problems) = source::read(Path::new(""), &folders, &limits)?;
    if paths.iter().any(|path| piped(&path)) {
        sources.add(source::piped::read(io::stdin().lock(), Kind::Rule, limits.text)?);
    }
    let (requests, more) = requests(config, Path::new(""), &mut sources)?;
    problems.append(more);
    let Some(request) = requests.into_iter().next() else { return Ok(Conversions::default()) };
    // A plain query names no technique.
    let is_plain = std::ptr::eq(request.format, &raw const request.target.formats[0]);
    let attack = if is_plain { Attack::default() } else { load::attack::embedded(None)? };
    let (corpus, more) = load::load(&sources, attack);
    problems.append(more);
    Ok(convert_all(sources, &corpus, problems, request))
}

/// Notes and warnings of loading are left out: they are for `check` to tell.
fn convert_all(sources: SourceSet, corpus: &Corpus, problems: Findings, request: Request) -> Conversions {
    let (rules, context) = (&corpus.rules, Context::of(corpus));
    // A filter narrows other rules, and what only feeds a correlation is in the correlation's query.
    let silent = context.only_correlated();
    let convert = |(rule, silent): (&Arc<Rule>, &bool)| match rule.kind {
        RuleKind::Filter => match query::convert(rule, &request, &context) {
            Err(why) if why.code == Code::BrokenDetection => Err(why),
            _ => Ok(Vec::new()),
        },
        _ if *silent => Ok(Vec::new()),
        _ => query::convert(rule, &request, &context),
    };
    let outcomes: Vec<Outcome> = rules.par_iter().zip(&silent).map(convert).collect();
    let mut findings: Findings = problems.into_iter().filter(|found| found.severity == Severity::Error).collect();
    for refused in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        findings.push(finding(refused));
    }
    // Every file is answered for: one that gave neither a rule nor a finding gets one here.
    let answered: BTreeSet<FileId> =
        findings.iter().map(|finding| finding.at.file()).chain(rules.iter().map(|rule| rule.origin.file)).collect();
    for (id, _) in sources.iter().filter(|(id, file)| is_rule_file(file) && !answered.contains(id)) {
        findings.push(Finding::new(Code::UnrecognisedDocument, At::File(id), "there is no rule in this file"));
    }
    load::locate(&sources, &mut findings);
    let findings = findings.sorted();
    let files = each_file(&sources, rules, &outcomes, &findings);
    Conversions { request: Some(request), files, findings, sources }
}

fn is_rule_file(file: &SourceFile) -> bool {
    matches!(file.role, FileRole::Content(_) | FileRole::NotRead(Some(_)))
}

/// Here a query was asked for, so that there is none is an error, not a note.
fn finding(refused: &NotConvertible) -> Finding {
    let mut finding = Finding::new(refused.code, refused.at.clone(), refused.reason.clone());
    finding.severity = Severity::Error;
    finding.help.clone_from(&refused.help);
    finding
}

/// Walks files, rules and findings in step: all are in the order of the files.
fn each_file(sources: &SourceSet, rules: &[Arc<Rule>], outcomes: &[Outcome], findings: &Findings) -> Vec<Conversion> {
    let mut rules = rules.iter().zip(outcomes).peekable();
    let mut findings = findings.iter().peekable();
    let mut files = Vec::with_capacity(sources.len());
    for (id, file) in sources.iter().filter(|(_, file)| is_rule_file(file)) {
        let mut conversion = Conversion { path: file.path.clone(), id: None, title: None, outcome: Ok(Vec::new()) };
        while let Some((rule, outcome)) = rules.next_if(|(rule, _)| rule.origin.file == id) {
            conversion.add(rule, outcome);
        }
        while findings.next_if(|finding| finding.at.file() < id).is_some() {}
        // A slip in a rule's metadata is no reason to keep its queries back.
        if let (None, Some(finding)) = (&conversion.title, findings.peek()) {
            conversion.outcome = Err(finding.message.clone());
        }
        files.push(conversion);
    }
    files
}

impl Conversion {
    fn add(&mut self, rule: &Rule, outcome: &Outcome) {
        self.id = self.id.take().or_else(|| rule.id.clone());
        self.title.get_or_insert_with(|| rule.title.clone());
        match (&mut self.outcome, outcome) {
            (Ok(queries), Ok(more)) => queries.extend(more.iter().cloned()),
            (all @ Ok(_), Err(refused)) => *all = Err(refused.reason.clone()),
            (Err(_), _) => {}
        }
    }
}
