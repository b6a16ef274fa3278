//! Findings that a change may have made: those in changed files, and those that name a file it
//! took away.

use std::collections::BTreeSet;

use crate::report::Finding;
use crate::report::render::Lookup;
use crate::text::At;

/// What has changed since some time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// The changed files, by the paths findings show; those that are gone among them.
    pub paths: BTreeSet<String>,
    /// The names of files that are gone, with and without their ending.
    pub gone: BTreeSet<String>,
}

impl Changed {
    /// Whether a change may have made `finding`.
    pub(super) fn concerns(&self, finding: &Finding, lookup: &Lookup<'_>) -> bool {
        let mut places = std::iter::once(&finding.at).chain(finding.also.iter().map(|note| &note.at));
        places.any(|at| self.paths.contains(lookup(at.file()).path)) || self.misses(finding, lookup)
    }

    /// Whether what `finding` points at is the name of, or a link to, a file that is gone.
    fn misses(&self, finding: &Finding, lookup: &Lookup<'_>) -> bool {
        let At::Span(span) = &finding.at else { return false };
        let text = lookup(span.file).text;
        let Some(value) = text.get(span.start as usize..span.end as usize).filter(|_| !self.gone.is_empty()) else {
            return false;
        };
        let path = value.split(['#', '?']).next().unwrap_or_default();
        let name = path.rsplit('/').next().unwrap_or_default().trim();
        self.gone.contains(name) || self.gone.contains(value.trim())
    }
}
