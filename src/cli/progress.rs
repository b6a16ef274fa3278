//! Shows how far a run is: on a terminal only, and only if it takes longer than half a second.

use std::io::IsTerminal as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::report::Progress;

/// Shorter runs show nothing: a bar that flashes up tells nobody anything.
const PATIENCE: Duration = Duration::from_millis(500);
const REFRESH: Duration = Duration::from_millis(100);

/// Does `work`, and shows meanwhile on standard error how far it is.
pub(super) fn with_progress<T>(work: impl FnOnce(&Progress) -> T) -> T {
    let progress = Progress::new();
    if !std::io::stderr().is_terminal() {
        return work(&progress);
    }
    let finished = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(&progress, &finished));
        // Dropped also when `work` panics, or the scope would wait for the watcher forever.
        let _end = Finish { finished: &finished, watcher: watcher.thread().clone() };
        work(&progress)
    })
}

struct Finish<'a> {
    finished: &'a AtomicBool,
    watcher: thread::Thread,
}

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        self.finished.store(true, Ordering::Release);
        self.watcher.unpark();
    }
}

fn watch(progress: &Progress, finished: &AtomicBool) {
    let start = Instant::now();
    let mut bar: Option<ProgressBar> = None;
    while !finished.load(Ordering::Acquire) {
        let wait = PATIENCE.saturating_sub(start.elapsed());
        thread::park_timeout(if wait.is_zero() { REFRESH } else { wait });
        if start.elapsed() < PATIENCE || finished.load(Ordering::Acquire) {
            continue;
        }
        let bar = bar.get_or_insert_with(ProgressBar::no_length);
        let (stage, done, total) = progress.now();
        bar.set_style(style(total));
        if total > 0 {
            bar.set_length(total);
        }
        bar.set_position(done);
        bar.set_message(stage.as_str());
        bar.tick();
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

fn style(total: u64) -> ProgressStyle {
    let template = if total > 0 { "{spinner} {msg} [{bar:30}] {pos}/{len}" } else { "{spinner} {msg}" };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Stage;

    #[test]
    fn the_result_is_handed_through() {
        let result = with_progress(|progress| {
            progress.begin(Stage::Rendering, 3);
            progress.advance(3);
            progress.now().1
        });
        assert_eq!(result, 3);
    }

    #[test]
    fn the_templates_are_sound() {
        for total in [0, 7] {
            let template = style(total);
            let bar = ProgressBar::hidden().with_style(template);
            bar.set_message("x");
        }
        assert!(ProgressStyle::with_template("{spinner} {msg} [{bar:30}] {pos}/{len}").is_ok());
    }

    #[test]
    fn the_watcher_ends_when_the_work_does() {
        let (progress, finished) = (Progress::new(), AtomicBool::new(false));
        thread::scope(|scope| {
            let watcher = scope.spawn(|| watch(&progress, &finished));
            drop(Finish { finished: &finished, watcher: watcher.thread().clone() });
        });
    }
}
