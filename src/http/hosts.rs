//! What is owed to each host: one request at a time, a pause after it, and none at all where it
//! does not answer or asks to be left alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::check::external::{Ask, Failure, Method, Reply};

/// Requests without an answer in a row after which a host is asked no more.
const MOST_FAILURES: u32 = 3;

/// Answers that ask for fewer requests in a row after which a host is asked no more.
const MOST_COMPLAINTS: u32 = 3;

/// All hosts that were asked.
#[derive(Debug)]
pub(super) struct Hosts {
    pause: Duration,
    all: Mutex<HashMap<String, Arc<Mutex<Host>>>>,
}

#[derive(Debug, Default)]
struct Host {
    /// Not before.
    next: Option<Instant>,
    failures: u32,
    complaints: u32,
}

impl Hosts {
    pub(super) fn new(pause: Duration) -> Self {
        Self { pause, all: Mutex::default() }
    }

    fn host(&self, name: &str) -> Arc<Mutex<Host>> {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(name.to_owned()).or_default())
    }

    /// No request to this host before `time` has passed.
    pub(super) fn leave_alone(&self, name: &str, time: Duration) {
        let host = self.host(name);
        let mut host = host.lock().unwrap_or_else(PoisonError::into_inner);
        host.next = host.next.max(Some(Instant::now() + time));
    }

    /// Makes a request to its host when it is its turn.
    pub(super) fn ask(&self, ask: &Ask, request: impl FnOnce() -> Reply) -> Reply {
        let name = ask.address.host();
        let host = self.host(name);
        // Held for as long as the request takes: the next one waits here.
        let mut host = host.lock().unwrap_or_else(PoisonError::into_inner);
        if host.failures >= MOST_FAILURES {
            let why = format!("it was not tried, since `{name}` did not answer {MOST_FAILURES} times in a row");
            return Reply::Failed(Failure::NotTried(why));
        }
        if host.complaints >= MOST_COMPLAINTS {
            return Reply::Failed(Failure::LeftAlone);
        }
        if let Some(next) = host.next {
            thread::sleep(next.saturating_duration_since(Instant::now()));
        }
        let reply = request();
        match &reply {
            Reply::Answer { status, .. } => {
                host.failures = 0;
                host.complaints = if *status == 429 { host.complaints + 1 } else { 0 };
            }
            // The same is asked for once more, in another way.
            Reply::Failed(Failure::Connection(_)) if ask.method == Method::Head => {}
            Reply::Failed(Failure::Timeout(_) | Failure::NoSuchHost | Failure::Connection(_)) => host.failures += 1,
            Reply::Failed(_) => host.failures = 0,
        }
        host.next = Some(Instant::now() + self.pause);
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::external::Address;

    fn answer(status: u16) -> Reply {
        Reply::Answer { status, location: None, retry_after: None }
    }

    fn refused() -> Reply {
        Reply::Failed(Failure::Connection("it was refused".to_owned()))
    }

    fn ask(host: &str, method: Method) -> Ask {
        Ask { method, address: Address::parse(&format!("http://{host}/")).expect("an address") }
    }

    #[test]
    fn a_host_that_does_not_answer_is_asked_no_more() {
        let hosts = Hosts::new(Duration::ZERO);
        let (head, get) = (ask("a", Method::Head), ask("a", Method::Get));
        hosts.ask(&get, refused);
        hosts.ask(&get, refused);
        hosts.ask(&get, || answer(200));
        for _ in 0..3 {
            // Servers that do not know `HEAD` are no reason to give up.
            assert_eq!(hosts.ask(&head, refused), refused());
            assert_eq!(hosts.ask(&get, refused), refused());
        }
        let reply = hosts.ask(&head, || panic!("nobody is asked"));
        let why = "it was not tried, since `a` did not answer 3 times in a row".to_owned();
        assert_eq!(reply, Reply::Failed(Failure::NotTried(why)));
        assert_eq!(hosts.ask(&ask("b", Method::Head), || answer(200)), answer(200));
    }

    #[test]
    fn a_host_that_complains_is_left_alone() {
        let hosts = Hosts::new(Duration::ZERO);
        let ask = ask("a", Method::Head);
        for _ in 0..3 {
            hosts.ask(&ask, || answer(429));
        }
        assert_eq!(hosts.ask(&ask, || panic!("nobody is asked")), Reply::Failed(Failure::LeftAlone));
    }
}
