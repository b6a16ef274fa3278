//! One request and the head of its answer.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Error, Timeout};

use crate::check::external::{Address, Ask, Failure, Method, Reply, seconds_between};

use super::Limits;
use super::public::is_public;

/// How servers are told who asks.
const USER_AGENT: &str = concat!("purplebook/", env!("CARGO_PKG_VERSION"), " (link check)");

/// Connecting alone may not take longer, whatever is allowed for the whole.
const LONGEST_CONNECT: Duration = Duration::from_secs(10);

/// What makes requests.
#[derive(Debug)]
pub(super) struct Exchange {
    agent: Agent,
    limits: Limits,
}

impl Exchange {
    pub(super) fn new(limits: Limits) -> Self {
        let connect = connect_limit(limits);
        let config = Config::builder()
            .user_agent(USER_AGENT)
            .http_status_as_error(false)
            // Each redirect is a request of its own, with all that is asked of one.
            .max_redirects(0)
            .max_redirects_will_error(false)
            // Requests to a host are far apart; a connection kept open would be closed meanwhile.
            .max_idle_connections(0)
            .timeout_global(Some(limits.timeout))
            .timeout_resolve(Some(connect))
            .timeout_connect(Some(connect))
            .build();
        let resolver = Guarded { names: DefaultResolver::default(), allow_private: limits.allow_private };
        Self { agent: Agent::with_parts(config, DefaultConnector::default(), resolver), limits }
    }

    /// Asks, and gives what the head of the answer says.
    pub(super) fn ask(&self, ask: &Ask) -> Reply {
        // Behind a proxy no name is looked up here.
        if !self.limits.allow_private
            && let Some(address) = number(&ask.address)
            && !is_public(address)
        {
            return Reply::Failed(Failure::NotPublic(address.to_string()));
        }
        let url = ask.address.to_string();
        let request = match ask.method {
            Method::Head => self.agent.head(&url),
            Method::Get => self.agent.get(&url),
        };
        match request.call() {
            Ok(response) => {
                let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
                let location = response.headers().get("location");
                Reply::Answer {
                    status: response.status().as_u16(),
                    location: location.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()),
                    retry_after: header("retry-after").and_then(|after| wait(after, header("date"))),
                }
            }
            Err(error) => Reply::Failed(self.failure(error)),
        }
    }

    fn failure(&self, error: Error) -> Failure {
        match error {
            Error::HostNotFound => Failure::NoSuchHost,
            Error::Timeout(Timeout::Connect | Timeout::Resolve) => Failure::Timeout(connect_limit(self.limits)),
            Error::Timeout(_) => Failure::Timeout(self.limits.timeout),
            Error::Io(error) => self.io_failure(&error),
            Error::Rustls(error) => Failure::Secrecy(error.to_string()),
            Error::Tls(why) => Failure::Secrecy(why.to_owned()),
            Error::Other(error) => match error.downcast::<NotPublic>() {
                Ok(refused) => Failure::NotPublic(refused.0.to_string()),
                Err(error) => Failure::Connection(error.to_string()),
            },
            Error::Protocol(error) => Failure::Malformed(error.to_string()),
            error @ (Error::LargeResponseHeader(..) | Error::Http(_)) => Failure::Malformed(error.to_string()),
            error => Failure::Connection(error.to_string()),
        }
    }

    fn io_failure(&self, error: &io::Error) -> Failure {
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Failure::Timeout(self.limits.timeout),
            io::ErrorKind::ConnectionRefused => Failure::Connection("it was refused".to_owned()),
            io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted | io::ErrorKind::BrokenPipe => {
                Failure::Connection("it was ended by the server".to_owned())
            }
            // What makes connections secret says so in this way.
            io::ErrorKind::InvalidData => Failure::Secrecy(error.to_string()),
            io::ErrorKind::UnexpectedEof => Failure::Connection("it ended before the answer".to_owned()),
            _ => Failure::Connection(error.to_string()),
        }
    }
}

/// How long it may take until there is a connection.
fn connect_limit(limits: Limits) -> Duration {
    limits.timeout.min(LONGEST_CONNECT)
}

/// Whether a proxy itself is what is looked up: it was chosen by whoever runs the check.
fn is_proxy(uri: &Uri, config: &Config) -> bool {
    config
        .proxy()
        .is_some_and(|proxy| uri.host() == Some(proxy.host()) && uri.port_u16().is_none_or(|port| port == proxy.port()))
}

/// The host of an address, where it is no name.
fn number(address: &Address) -> Option<IpAddr> {
    address.host().trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// `Retry-After`: seconds, or a time, which is compared with the time of the server itself.
fn wait(after: &str, date: Option<&str>) -> Option<Duration> {
    let seconds = after.trim().parse().ok().or_else(|| seconds_between(date?, after))?;
    Some(Duration::from_secs(seconds))
}

/// No address of a host is public: the first of them.
#[derive(Debug)]
struct NotPublic(IpAddr);

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not public", self.0)
    }
}

impl std::error::Error for NotPublic {}

/// Looks names up and lets only those addresses through that may be connected to: nobody looks
/// again, so what is checked here is what is used.
#[derive(Debug)]
struct Guarded {
    names: DefaultResolver,
    allow_private: bool,
}

impl Resolver for Guarded {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let all = self.names.resolve(uri, config, timeout).map_err(|error| match error {
            Error::Io(_) => Error::HostNotFound,
            error => error,
        })?;
        let allow_private = self.allow_private || is_proxy(uri, config);
        let mut allowed = self.empty();
        for address in all.iter().filter(|address| allow_private || is_public(address.ip())) {
            allowed.push(*address);
        }
        match all.first() {
            Some(first) if allowed.is_empty() => Err(Error::Other(Box::new(NotPublic(first.ip())))),
            _ => Ok(allowed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_is_asked_for_in_seconds_or_until_a_time() {
        assert_eq!(wait(" 90 ", None), Some(Duration::from_secs(90)));
        let date = Some("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:40 GMT", date), Some(Duration::from_secs(3)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:40 GMT", None), None);
        assert_eq!((wait("-1", date), wait("soon", date), wait("99999999999999999999", date)), (None, None, None));
    }
}
