//! How far a run is, as counters that any thread may raise and the terminal may read.
//!
//! Stages count; only the command line knows time and decides whether anybody is shown anything.

use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// A stage of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Reading files.
    Reading,
    /// Parsing them.
    Loading,
    /// Resolving references.
    Linking,
    /// Writing queries for targets.
    Converting,
    /// Making pages.
    Rendering,
    /// Looking for problems.
    Checking,
    /// Asking for external addresses.
    Asking,
    /// Putting the site in place.
    Writing,
}

impl Stage {
    const ALL: [Self; 8] = [
        Self::Reading,
        Self::Loading,
        Self::Linking,
        Self::Converting,
        Self::Rendering,
        Self::Checking,
        Self::Asking,
        Self::Writing,
    ];

    /// As shown.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "Reading files",
            Self::Loading => "Loading content",
            Self::Linking => "Linking",
            Self::Converting => "Converting rules",
            Self::Rendering => "Rendering pages",
            Self::Checking => "Checking",
            Self::Asking => "Asking for external addresses",
            Self::Writing => "Writing the site",
        }
    }
}

/// The counters of one run.
///
/// They are independent of each other: a reader may see the count of one stage with the name of
/// the next for a moment, which a progress bar can bear.
#[derive(Debug, Default)]
pub struct Progress {
    stage: AtomicU8,
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress {
    /// At the start of [`Stage::Reading`].
    pub fn new() -> Self {
        Self::default()
    }

    /// Enters a stage of `total` steps; 0 where the number is not known.
    pub fn begin(&self, stage: Stage, total: usize) {
        self.total.store(0, Ordering::Relaxed);
        self.done.store(0, Ordering::Relaxed);
        self.stage.store(stage as u8, Ordering::Relaxed);
        self.total.store(total as u64, Ordering::Relaxed);
    }

    /// Counts `steps` more as done.
    pub fn advance(&self, steps: usize) {
        self.done.fetch_add(steps as u64, Ordering::Relaxed);
    }

    /// The stage, the steps done and their number (0 where not known).
    pub fn now(&self) -> (Stage, u64, u64) {
        let stage = Stage::ALL[usize::from(self.stage.load(Ordering::Relaxed)).min(Stage::ALL.len() - 1)];
        (stage, self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_starts_at_nothing_done() {
        let progress = Progress::new();
        assert_eq!(progress.now(), (Stage::Reading, 0, 0));
        progress.begin(Stage::Rendering, 10);
        progress.advance(3);
        progress.advance(4);
        assert_eq!(progress.now(), (Stage::Rendering, 7, 10));
        progress.begin(Stage::Writing, 2);
        assert_eq!(progress.now(), (Stage::Writing, 0, 2));
        for stage in Stage::ALL {
            progress.begin(stage, 0);
            assert_eq!(progress.now().0, stage);
        }
    }
}
