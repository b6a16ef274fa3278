//! `purplebook serve`: builds in memory, watches what it was built from, and builds again.

mod news;
mod watch;

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::config::{Config, Overrides, discover};
use crate::convert::known_queries;
use crate::project::{Edition, Memory, Project};
use crate::report::Progress;
use crate::serve::{BindError, Listener, News, Publisher, Server, Site, Wanted};
use crate::site::OutPath;
use crate::text::visible_controls;

use super::args::ServeArgs;
use super::failure::Failure;
use super::progress::with_progress;
use super::terminal::Terminal;
use super::{CLEAN, lookup, remarks, shown, use_threads};
use news::Told;
use watch::{Changes, Watch};

/// Serves until Ctrl-C.
pub(super) fn run(args: ServeArgs, terminal: Terminal) -> Result<u8, Failure> {
    let start = Instant::now();
    // Before anything takes time: a port that is in use is known at once.
    let wanted = Wanted { host: Some(args.host), port: args.port, names: args.allow_host };
    let listener = Listener::bind(&wanted)?;
    use_threads(args.jobs)?;
    let overrides = args.project.overrides();
    let mut watch = Watch::new(args.poll.map(Duration::from_millis));
    let config = configuration(&overrides)?;
    // Before anything is read: what changes while it is read is built again.
    watch.follow(&config, &Changes::default())?;
    let base = base(&config);
    let mut memory = Memory::default();
    let edition = with_progress(|progress| open(config, &mut memory, progress))?;
    remarks(edition.project());
    let mut told = Told::default();
    let news = told.news(edition.project());
    let summary = summary(&edition, &news, start.elapsed());
    let edition = Arc::new(Served(edition));
    let publisher = Publisher::new(edition, &news);
    let mut out = io::stdout().lock();
    writeln!(out, "{summary}")?;
    writeln!(out, "Serving at {}{base} (Ctrl-C ends it)", listener.url())?;
    drop(out);
    if !listener.is_loopback() {
        let mut err = io::stderr().lock();
        let _ = writeln!(
            err,
            "warning: everybody who can reach this machine at {} can read the whole site, and what is found in it",
            visible_controls(wanted.host.as_deref().unwrap_or_default())
        );
    }
    let server = Server::new(listener, &publisher, &base);
    let mut builder = Builder { overrides, watch, memory, publisher, told, terminal };
    let spawned = std::thread::Builder::new().name("rebuild".to_owned()).spawn(move || builder.run());
    spawned.map_err(|error| Failure::new(format!("cannot start threads: {error}")))?;
    server.run().map_err(|error| Failure::new(format!("the server cannot go on: {error}")))?;
    Ok(CLEAN)
}

impl From<BindError> for Failure {
    fn from(error: BindError) -> Self {
        match error {
            BindError::PortInUse { .. } | BindError::PortsInUse { .. } => {
                Self::help(error.to_string(), "choose another one with `--port`; 0 is any free one")
            }
            other => Self::new(other.to_string()),
        }
    }
}

fn configuration(overrides: &Overrides) -> Result<Config, Failure> {
    Ok(discover(overrides, &known_queries())?)
}

fn open(config: Config, memory: &mut Memory, progress: &Progress) -> Result<Edition, Failure> {
    Ok(Edition::again(Project::open_again(config, memory, progress)?, memory)?)
}

/// The path the site lies at: that of its address, because the page for missing addresses names it.
fn base(config: &Config) -> String {
    let url = config.site.base_url.as_deref().and_then(|url| url.split_once("://"));
    let path = url.and_then(|(_, rest)| rest.split_once('/')).map_or("", |(_, path)| path.trim_matches('/'));
    if path.is_empty() { "/".to_owned() } else { format!("/{path}/") }
}

/// `42 pages in 0.3 s; 2 errors in 1 file`
fn summary(edition: &Edition, news: &News, took: Duration) -> String {
    format!("{} pages in {:.2} s; {}", edition.project().pages(), took.as_secs_f32(), news.totals)
}

/// An edition as the server sees it.
struct Served(Edition);

impl Site for Served {
    fn file(&self, path: &OutPath) -> Result<Option<Vec<u8>>, String> {
        self.0.file(path).map_err(|error| error.to_string())
    }
}

/// Builds whenever something has changed.
struct Builder {
    overrides: Overrides,
    watch: Watch,
    memory: Memory,
    publisher: Publisher,
    told: Told,
    terminal: Terminal,
}

impl Builder {
    fn run(&mut self) {
        while let Some(changes) = self.watch.wait() {
            let start = Instant::now();
            say(&heading(&changes));
            match self.build(&changes) {
                Ok(edition) => {
                    let news = self.told.news(edition.project());
                    let summary = summary(&edition, &news, start.elapsed());
                    let served = Arc::new(Served(edition));
                    self.publisher.site(Arc::<Served>::clone(&served), &news);
                    say(&summary);
                    self.prove(&served.0);
                }
                Err(failure) => {
                    self.publisher.news(&news::failure(&failure));
                    failure.show(self.terminal);
                    say("The site could not be built; the last one is still shown");
                }
            }
        }
    }

    /// Looks whether the theme works on all pages, which nobody has to wait for.
    fn prove(&mut self, edition: &Edition) {
        if edition.is_proven() {
            return;
        }
        if let Err(error) = edition.prove(|| self.watch.is_pending()) {
            let failure = Failure::from(error);
            self.publisher.news(&news::failure(&failure));
            failure.show(self.terminal);
            say("The site could not be built; those of its pages are shown that can be made");
        }
    }

    fn build(&mut self, changes: &Changes) -> Result<Edition, Failure> {
        let config = configuration(&self.overrides)?;
        self.watch.follow(&config, changes)?;
        open(config, &mut self.memory, &Progress::new())
    }
}

/// A line for the terminal; if nobody reads it, the site is served all the same.
fn say(line: &str) {
    let _ = writeln!(io::stdout().lock(), "{line}");
}

/// What has changed, in a line. What is there is named before what is not: editors write to a file
/// of another name first.
fn heading(changes: &Changes) -> String {
    let mut paths: Vec<&PathBuf> = changes.paths().iter().collect();
    paths.sort_by_key(|path| !path.exists());
    let name = |path: &Path| visible_controls(&shown(path)).into_owned();
    match paths.as_slice() {
        [] => "Changed".to_owned(),
        [path] => format!("Changed: {}", name(path)),
        [first, rest @ ..] => format!("Changed: {} and {} more", name(first), rest.len()),
    }
}
