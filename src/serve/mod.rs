//! The development server: a site from memory, to browsers that follow it as it changes.
//!
//! It opens no file. What it shows is a [`Site`], an immutable whole that a new one takes the place
//! of at once; browsers are told by an event stream, and given what is to be seen of the build
//! ([`News`]). `guard` says who is answered at all, `answer` with what.

mod answer;
mod guard;
mod listen;
mod live;
mod news;

pub use listen::{BindError, Listener, Wanted};
pub use news::{Entry, Failed, News};

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use crate::site::OutPath;

/// What a request's head may be long.
const LONGEST_HEAD: usize = 16 << 10;

/// How long a client may take to send it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections at one time. A browser opens six for a host and keeps one of them as event stream.
const MOST_CONNECTIONS: usize = 256;

/// The files of a site.
pub trait Site: Send + Sync {
    /// The bytes at `path`, if there is such a file; the reason where it cannot be made.
    ///
    /// # Errors
    /// The reason, as a text for the user.
    fn file(&self, path: &OutPath) -> Result<Option<Vec<u8>>, String>;
}

/// What is shown now.
#[derive(Clone)]
struct Shown {
    /// The name of this edition of the site, other than that of any before, of other processes too.
    edition: Arc<str>,
    site: Arc<dyn Site>,
    /// The news as JSON.
    news: Arc<str>,
}

/// Shows sites and news to all browsers; the server ends when it is dropped.
pub struct Publisher {
    process: String,
    count: u64,
    shown: watch::Sender<Shown>,
}

impl Publisher {
    /// With a first site.
    pub fn new(site: Arc<dyn Site>, news: &News) -> Self {
        let process = Uuid::new_v4().simple().to_string();
        let edition = format!("{process}-1");
        let news = news.json(&edition);
        Self { process, count: 1, shown: watch::Sender::new(Shown { edition: edition.into(), site, news }) }
    }

    /// Puts a new site in the place of the last.
    pub fn site(&mut self, site: Arc<dyn Site>, news: &News) {
        self.count += 1;
        let edition = format!("{}-{}", self.process, self.count);
        let news = news.json(&edition);
        self.shown.send_replace(Shown { edition: edition.into(), site, news });
    }

    /// Leaves the site, and tells news of it.
    pub fn news(&mut self, news: &News) {
        self.shown.send_modify(|shown| shown.news = news.json(&shown.edition));
    }

    fn watch(&self) -> watch::Receiver<Shown> {
        self.shown.subscribe()
    }
}

/// A server that is ready to answer.
pub struct Server {
    listener: Listener,
    state: answer::State,
}

impl Server {
    /// Answers at the addresses of `listener`, with what `publisher` shows. The site lies at `base`,
    /// a path with slashes around it.
    pub fn new(listener: Listener, publisher: &Publisher, base: &str) -> Self {
        let state = answer::State::new(publisher.watch(), listener.hosts().clone(), base);
        Self { listener, state }
    }

    /// Answers until the process is asked to end (Ctrl-C, or the signal to terminate).
    ///
    /// # Errors
    /// If the system gives no threads or sockets.
    pub fn run(self) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let outcome = runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(self.listener.into_inner())?;
            tokio::select! {
                () = accept(listener, self.state) => Ok(()),
                ended = ended() => ended,
            }
        });
        // Event streams never end by themselves, and nobody need wait for a page that is being made.
        runtime.shutdown_background();
        outcome
    }
}

async fn accept(listener: tokio::net::TcpListener, state: answer::State) {
    let service = TowerToHyperService::new(Router::new().fallback(answer::answer).with_state(state));
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, or a client that is gone again: it may be better in a moment.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        // Small answers and events are not to wait for each other.
        let _ = stream.set_nodelay(true);
        let service = service.clone();
        tokio::spawn(async move {
            let mut protocol = http1::Builder::new();
            protocol.timer(TokioTimer::new()).header_read_timeout(PATIENCE).max_buf_size(LONGEST_HEAD);
            // A client that breaks off is no event.
            let _ = protocol.serve_connection(TokioIo::new(stream), service).await;
            drop(place);
        });
    }
}

/// Waits until the process is asked to end.
async fn ended() -> io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            interrupted = tokio::signal::ctrl_c() => interrupted,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
