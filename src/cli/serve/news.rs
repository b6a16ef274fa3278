//! From findings and failures to what pages show of them.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

use rayon::prelude::*;

use crate::check::policy;
use crate::project::Project;
use crate::report::render::{self, SourceText};
use crate::report::{Finding, Findings};
use crate::serve::{Entry, Failed, News};

use super::super::failure::Failure;
use super::lookup;

/// How many findings a page lists.
const MOST: usize = 100;

/// What was told last.
#[derive(Default)]
pub(super) struct Told {
    hashes: RandomState,
    /// `None` before the first build, of which nothing is new.
    last: Option<HashSet<u64>>,
}

impl Told {
    /// The findings of a project: new ones first, then the gravest.
    pub(super) fn news(&mut self, project: &Project) -> News {
        let findings = policy::gathered(project.told());
        let all: Vec<&Finding> = findings.iter().collect();
        let of_files = all.par_chunk_by(|a, b| a.at.file() == b.at.file());
        let of_file = |found: &[&Finding]| render::entries(found.iter().copied(), &lookup(project.sources()));
        let entries: Vec<render::Entry> = of_files.flat_map_iter(of_file).collect();
        let totals = render::totals(&findings);
        let identities: Vec<u64> = entries.par_iter().map(|entry| self.hashes.hash_one(identity(entry))).collect();
        let is_new = |identity: &u64| self.last.as_ref().is_some_and(|last| !last.contains(identity));
        let mut listed: Vec<Entry> = Vec::new();
        let mut order: Vec<(bool, &render::Entry)> = identities.iter().map(is_new).zip(&entries).collect();
        order.sort_by_key(|(new, entry)| (!new, entry.severity));
        listed.extend(order.iter().take(MOST).map(|(new, finding)| entry(finding, *new)));
        self.last = Some(identities.into_iter().collect());
        News { failed: None, more: entries.len() - listed.len(), findings: listed, totals }
    }
}

/// Why there is no new site. What was found before is not told again until there is one.
pub(super) fn failure(failure: &Failure) -> News {
    let (message, help, findings) = match failure {
        Failure::Message { error, help } => (error.clone(), help.clone(), Vec::new()),
        Failure::Config(invalid) => {
            let source = |_| SourceText { path: &invalid.path, text: &invalid.text };
            let entries = render::entries(invalid.findings.iter(), &source);
            let listed = entries.iter().take(MOST).map(|finding| entry(finding, true)).collect();
            (format!("`{}` has mistakes", invalid.path), None, listed)
        }
        Failure::BrokenPipe => (String::new(), None, Vec::new()),
    };
    News { failed: Some(Failed { message, help }), findings, more: 0, totals: render::totals(&Findings::new()) }
}

/// What tells a finding from others however many lines are put before it.
fn identity(entry: &render::Entry) -> impl std::hash::Hash {
    (&entry.code, &entry.message, &entry.path, &entry.excerpt)
}

fn entry(finding: &render::Entry, new: bool) -> Entry {
    let place = match finding.at {
        Some((line, column)) => format!("{}:{line}:{column}", finding.path),
        None => finding.path.clone(),
    };
    Entry {
        code: finding.code.clone(),
        severity: finding.severity.as_str(),
        message: finding.message.clone(),
        place,
        excerpt: finding.excerpt.clone(),
        help: finding.help.clone(),
        new,
    }
}
