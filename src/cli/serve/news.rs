//! From findings and failures to what pages show of them.

use std::collections::BTreeSet;

use crate::check::policy;
use crate::project::Project;
use crate::report::Findings;
use crate::report::render::{self, SourceText};
use crate::serve::{Entry, Failed, News};

use super::super::failure::Failure;
use super::lookup;

/// How many findings a page lists.
const MOST: usize = 100;

/// What tells a finding from others however many lines are put before it.
type Identity = (String, String, String, Option<String>);

/// What was told last.
#[derive(Default)]
pub(super) struct Told {
    /// `None` before the first build, of which nothing is new.
    last: Option<BTreeSet<Identity>>,
}

impl Told {
    /// The findings of a project: new ones first, then the gravest.
    pub(super) fn news(&mut self, project: &Project) -> News {
        let findings = policy::gathered(project.told());
        let entries = render::entries(findings.iter(), &lookup(project.sources()));
        let totals = render::totals(&findings);
        let identities: BTreeSet<Identity> = entries.iter().map(identity).collect();
        let is_new = |entry: &render::Entry| self.last.as_ref().is_some_and(|last| !last.contains(&identity(entry)));
        let mut listed: Vec<Entry> = Vec::new();
        let mut order: Vec<(bool, &render::Entry)> = entries.iter().map(|entry| (is_new(entry), entry)).collect();
        order.sort_by_key(|(new, entry)| (!new, entry.severity));
        listed.extend(order.iter().take(MOST).map(|(new, finding)| entry(finding, *new)));
        self.last = Some(identities);
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

fn identity(entry: &render::Entry) -> Identity {
    (entry.code.clone(), entry.message.clone(), entry.path.clone(), entry.excerpt.clone())
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
