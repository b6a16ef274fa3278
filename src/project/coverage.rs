//! A project's coverage beside the one that was recorded.

use crate::check::coverage::{RecordedCoverage, recorded_coverage};
use crate::load;
use crate::report::Findings;

use super::Project;

impl Project {
    /// The text of a file that records what the content covers, and of how many techniques.
    pub fn recorded_coverage(&self) -> (String, usize) {
        recorded_coverage(&self.graph, &|id| self.sources.file(id).path.clone())
    }

    /// What fell below the recorded coverage: located.
    pub fn coverage_drops(&self, recorded: &RecordedCoverage) -> Findings {
        let mut findings = recorded.drops(&self.graph);
        load::locate(&self.sources, &mut findings);
        findings
    }
}
