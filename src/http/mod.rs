//! Asking servers whether addresses answer: the only place that opens connections.
//!
//! What to ask and what replies mean is said by `check::external`. Here is how: few at a time, one
//! at a time of each host with a pause between, never for longer than allowed, and only for
//! addresses of the public network unless others were allowed. Proxies named in the environment
//! (`HTTPS_PROXY` and its like) are used; names are then looked up by the proxy.

mod exchange;
mod hosts;
mod public;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::check::external::{Inquiry, Next, Verdict};

use exchange::Exchange;
use hosts::Hosts;

/// Hosts that are asked at the same time.
const MOST_HOSTS: usize = 16;

/// How servers are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long one request may take, from the look-up of the name to the head of the answer.
    pub timeout: Duration,
    /// The time between two requests to one host.
    pub pause: Duration,
    /// Whether hosts may be asked whose addresses are not public.
    pub allow_private: bool,
}

/// Asks for each of `urls`, each once; `done` is called for each that has its verdict.
pub fn ask_all(urls: Vec<String>, limits: Limits, done: &(dyn Fn() + Sync)) -> BTreeMap<String, Verdict> {
    let mut verdicts = BTreeMap::new();
    let mut by_host: BTreeMap<String, Vec<(String, Inquiry, Next)>> = BTreeMap::new();
    for url in urls {
        match Inquiry::new(&url) {
            Ok((inquiry, first)) => {
                let host = first.address.host().to_owned();
                by_host.entry(host).or_default().push((url, inquiry, Next::Ask(first)));
            }
            Err(verdict) => {
                verdicts.insert(url, verdict);
                done();
            }
        }
    }
    let mut queues: Vec<Vec<(String, Inquiry, Next)>> = by_host.into_values().collect();
    // The host with most of them takes longest.
    queues.sort_by_key(|queue| std::cmp::Reverse(queue.len()));
    let threads = queues.len().min(MOST_HOSTS);
    let queues: Mutex<VecDeque<_>> = Mutex::new(queues.into());
    let verdicts = Mutex::new(verdicts);
    let (exchange, hosts) = (Exchange::new(limits), Hosts::new(limits.pause));
    let work = || {
        while let Some(queue) = next(&queues) {
            for (url, mut inquiry, mut step) in queue {
                let verdict = loop {
                    let ask = match step {
                        Next::Ask(ask) => ask,
                        Next::Wait(time, ask) => {
                            hosts.leave_alone(ask.address.host(), time);
                            ask
                        }
                        Next::Done(verdict) => break verdict,
                    };
                    step = inquiry.next(hosts.ask(&ask, || exchange.ask(&ask)));
                };
                verdicts.lock().unwrap_or_else(PoisonError::into_inner).insert(url, verdict);
                done();
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    verdicts.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn next<T>(queues: &Mutex<VecDeque<T>>) -> Option<T> {
    queues.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
}
