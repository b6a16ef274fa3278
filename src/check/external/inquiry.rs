//! One address: what to ask next, and what the replies come to.
//!
//! `HEAD` first, which costs a server least. Whatever it refuses is asked for once more with `GET`,
//! since many servers answer `HEAD` wrongly and an address must not be called dead for that. Bodies
//! are never of interest.

use std::fmt;
use std::time::Duration;

use super::{Address, NotAsked};

/// Redirects that are followed, as browsers do about twice over.
const MOST_REDIRECTS: usize = 10;

/// How long a server that asks for patience is waited for, and how often.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
const MOST_WAITS: usize = 2;

/// Nobody writes down a longer new address.
const LONGEST_MOVED: usize = 2000;

/// How something is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The head of the answer only.
    Head,
    /// The answer, whose body nobody reads.
    Get,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// How.
    pub method: Method,
    /// For what.
    pub address: Address,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// An answer.
    Answer {
        /// The status code.
        status: u16,
        /// `Location`, as sent.
        location: Option<String>,
        /// `Retry-After`, as time from now.
        retry_after: Option<Duration>,
    },
    /// None.
    Failed(Failure),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The name of the host is not known.
    NoSuchHost,
    /// It took longer than this.
    Timeout(Duration),
    /// No connection, or one that ended early: why.
    Connection(String),
    /// The certificate is not accepted, or the connection cannot be made a secret one: why.
    Secrecy(String),
    /// The answer is not HTTP, or more of it than is read: why.
    Malformed(String),
    /// The host has no public address: the one it has.
    NotPublic(String),
    /// It was not tried: why.
    NotTried(String),
    /// It was not tried, since the server asked to be left alone.
    LeftAlone,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchHost => f.write_str("the name of its host is not known"),
            Self::Timeout(limit) => write!(f, "there was no answer within {} s", limit.as_secs_f64()),
            Self::Connection(why) => write!(f, "there is no connection: {why}"),
            Self::Secrecy(why) => write!(f, "there is no safe connection: {why}"),
            Self::Malformed(why) => write!(f, "the answer cannot be read: {why}"),
            Self::NotPublic(address) => {
                write!(f, "`{address}` is no public address (`--external-allow-private` allows them)")
            }
            Self::NotTried(why) => f.write_str(why),
            Self::LeftAlone => f.write_str("the server asked for fewer requests"),
        }
    }
}

/// What an address is found to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It answers.
    Fine,
    /// It answers from another address, for good.
    Moved {
        /// Which.
        to: String,
    },
    /// There is nothing.
    Dead {
        /// What the server said.
        why: String,
    },
    /// No answer; perhaps only from here, or only now.
    Unreachable {
        /// What happened.
        why: String,
    },
    /// An answer that says nothing of the address, or one that was not asked for.
    Unchecked {
        /// What happened.
        why: String,
    },
}

/// What to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Ask.
    Ask(Ask),
    /// Leave the host alone for some time, then ask.
    Wait(Duration, Ask),
    /// Nothing: this is what it is.
    Done(Verdict),
}

/// The way from an address to its verdict.
#[derive(Debug, Clone)]
pub struct Inquiry {
    ask: Ask,
    redirects: usize,
    waits: usize,
    /// Whether all redirects so far were permanent ones.
    is_permanent: bool,
    /// Where the permanent ones led.
    moved: Option<String>,
}

impl Inquiry {
    /// Into `url`, with the first request.
    ///
    /// # Errors
    /// The verdict on an address that cannot be asked for.
    pub fn new(url: &str) -> Result<(Self, Ask), Verdict> {
        let address = Address::parse(url).map_err(|why| Verdict::Unchecked { why: why.to_string() })?;
        let ask = Ask { method: Method::Head, address };
        let inquiry = Self { ask: ask.clone(), redirects: 0, waits: 0, is_permanent: true, moved: None };
        Ok((inquiry, ask))
    }

    /// What follows from the reply to the last request.
    pub fn next(&mut self, reply: Reply) -> Next {
        let (status, location, retry_after) = match reply {
            Reply::Answer { status, location, retry_after } => (status, location, retry_after),
            // Some servers end the connection where they do not know the method.
            Reply::Failed(Failure::Connection(_) | Failure::Malformed(_)) if self.ask.method == Method::Head => {
                return self.with_get();
            }
            Reply::Failed(failure) => return Next::Done(self.failed(&failure)),
        };
        match status {
            200..=299 => Next::Done(self.moved.take().map_or(Verdict::Fine, |to| Verdict::Moved { to })),
            301 | 302 | 303 | 307 | 308 => self.redirected(status, location.as_deref()),
            429 | 503 if retry_after.is_some_and(|wait| wait <= LONGEST_WAIT) && self.waits < MOST_WAITS => {
                self.waits += 1;
                Next::Wait(retry_after.unwrap_or_default(), self.ask.clone())
            }
            // Asking again at once is what the server complains of.
            429 => Next::Done(self.unchecked(&answered(status))),
            400.. if self.ask.method == Method::Head => self.with_get(),
            404 | 410 => Next::Done(Verdict::Dead { why: self.told(&answered(status)) }),
            _ => Next::Done(self.unchecked(&answered(status))),
        }
    }

    fn with_get(&mut self) -> Next {
        self.ask.method = Method::Get;
        Next::Ask(self.ask.clone())
    }

    fn redirected(&mut self, status: u16, location: Option<&str>) -> Next {
        let Some(location) = location else {
            let why = format!("{} and does not say to where", answered(status));
            return Next::Done(self.unchecked(&why));
        };
        let address = match self.ask.address.join(location) {
            Ok(address) => address,
            Err(NotAsked::NoWebAddress) => {
                let why = format!("the server redirects to `{}`, which is no http or https address", short(location));
                return Next::Done(self.unchecked(&why));
            }
            Err(why) => {
                let why = format!("the server redirects to `{}`, and {why}", short(location));
                return Next::Done(self.unchecked(&why));
            }
        };
        self.redirects += 1;
        if self.redirects > MOST_REDIRECTS {
            // Often a server that waits for a cookie it has set: in a browser it may work.
            return Next::Done(Verdict::Unchecked {
                why: format!("the server redirects more than {MOST_REDIRECTS} times"),
            });
        }
        self.is_permanent &= matches!(status, 301 | 308);
        if self.is_permanent && location.len() <= LONGEST_MOVED {
            let fragment = location.find('#').map_or("", |at| &location[at..]);
            self.moved = Some(format!("{address}{fragment}"));
        }
        self.ask = Ask { method: Method::Head, address };
        Next::Ask(self.ask.clone())
    }

    fn failed(&self, failure: &Failure) -> Verdict {
        let why = self.told(&failure.to_string());
        match failure {
            Failure::NotPublic(_) | Failure::LeftAlone => Verdict::Unchecked { why },
            _ => Verdict::Unreachable { why },
        }
    }

    fn unchecked(&self, why: &str) -> Verdict {
        Verdict::Unchecked { why: self.told(why) }
    }

    /// What happened, and where, if that is another address than the one looked into.
    fn told(&self, why: &str) -> String {
        if self.redirects == 0 {
            why.to_owned()
        } else {
            format!("{why}, after a redirect to `{}`", short(&self.ask.address.to_string()))
        }
    }
}

/// Longer addresses of servers are cut in messages.
const LONGEST_SHOWN: usize = 200;

fn short(url: &str) -> String {
    match url.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => format!("{}…", &url[..end]),
        None => url.to_owned(),
    }
}

fn answered(status: u16) -> String {
    match name(status) {
        Some(name) => format!("the server answers {status} {name}"),
        None => format!("the server answers {status}"),
    }
}

/// The names of the codes that are met most (RFC 9110, 15; RFC 6585).
const fn name(status: u16) -> Option<&'static str> {
    Some(match status {
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        409 => "Conflict",
        410 => "Gone",
        429 => "Too Many Requests",
        451 => "Unavailable For Legal Reasons",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://a.example/x";

    fn answer(status: u16) -> Reply {
        Reply::Answer { status, location: None, retry_after: None }
    }

    fn to(status: u16, location: &str) -> Reply {
        Reply::Answer { status, location: Some(location.to_owned()), retry_after: None }
    }

    fn later(status: u16, seconds: u64) -> Reply {
        Reply::Answer { status, location: None, retry_after: Some(Duration::from_secs(seconds)) }
    }

    /// What is asked, in order, and the verdict.
    fn course(url: &str, replies: &[Reply]) -> (Vec<String>, Verdict) {
        let said = |ask: &Ask| {
            let method = if ask.method == Method::Head { "HEAD" } else { "GET" };
            format!("{method} {}", ask.address)
        };
        let (mut inquiry, first) = match Inquiry::new(url) {
            Ok(started) => started,
            Err(verdict) => return (Vec::new(), verdict),
        };
        let mut asked = vec![said(&first)];
        for reply in replies {
            match inquiry.next(reply.clone()) {
                Next::Ask(ask) => asked.push(said(&ask)),
                Next::Wait(time, ask) => asked.push(format!("{} after {} s", said(&ask), time.as_secs())),
                Next::Done(verdict) => return (asked, verdict),
            }
        }
        panic!("no verdict after {asked:?}");
    }

    fn verdict(replies: &[Reply]) -> Verdict {
        course(URL, replies).1
    }

    fn dead(why: &str) -> Verdict {
        Verdict::Dead { why: why.to_owned() }
    }

    fn unchecked(why: &str) -> Verdict {
        Verdict::Unchecked { why: why.to_owned() }
    }

    #[test]
    fn head_is_enough_where_it_succeeds_and_get_has_the_last_word() {
        assert_eq!(course(URL, &[answer(204)]), (vec!["HEAD https://a.example/x".to_owned()], Verdict::Fine));
        let both = vec!["HEAD https://a.example/x".to_owned(), "GET https://a.example/x".to_owned()];
        for status in [400, 403, 404, 405, 500, 501, 503] {
            assert_eq!(course(URL, &[answer(status), answer(200)]), (both.clone(), Verdict::Fine), "{status}");
        }
        assert_eq!(verdict(&[answer(405), answer(404)]), dead("the server answers 404 Not Found"));
        assert_eq!(verdict(&[answer(410), answer(410)]), dead("the server answers 410 Gone"));
        assert_eq!(verdict(&[answer(403), answer(403)]), unchecked("the server answers 403 Forbidden"));
        assert_eq!(verdict(&[answer(503), answer(503)]), unchecked("the server answers 503 Service Unavailable"));
        assert_eq!(verdict(&[answer(999), answer(999)]), unchecked("the server answers 999"));
        assert_eq!(verdict(&[answer(304)]), unchecked("the server answers 304 Not Modified"));
        assert_eq!(verdict(&[answer(0)]), unchecked("the server answers 0"));
    }

    #[test]
    fn a_failure_is_softer_than_an_answer() {
        let failed = |failure: Failure| verdict(&[Reply::Failed(failure)]);
        let unreachable = |why: &str| Verdict::Unreachable { why: why.to_owned() };
        assert_eq!(failed(Failure::NoSuchHost), unreachable("the name of its host is not known"));
        assert_eq!(
            failed(Failure::Timeout(Duration::from_millis(1500))),
            unreachable("there was no answer within 1.5 s")
        );
        assert_eq!(failed(Failure::Secrecy("x".into())), unreachable("there is no safe connection: x"));
        let reset = || Reply::Failed(Failure::Connection("reset".into()));
        assert_eq!(verdict(&[reset(), answer(200)]), Verdict::Fine);
        assert_eq!(verdict(&[reset(), reset()]), unreachable("there is no connection: reset"));
        let private = "`10.0.0.1` is no public address (`--external-allow-private` allows them)";
        assert_eq!(failed(Failure::NotPublic("10.0.0.1".into())), unchecked(private));
        assert_eq!(
            verdict(&[to(302, "http://b.example/"), Reply::Failed(Failure::NotPublic("10.0.0.1".into()))]),
            unchecked(&format!("{private}, after a redirect to `http://b.example/`"))
        );
        assert_eq!(failed(Failure::LeftAlone), unchecked("the server asked for fewer requests"));
    }

    #[test]
    fn only_permanent_redirects_move_an_address() {
        let moved = |to: &str| Verdict::Moved { to: to.to_owned() };
        assert_eq!(
            course(URL, &[to(301, "/y"), to(308, "https://b.example/z"), answer(200)]),
            (
                vec![
                    "HEAD https://a.example/x".to_owned(),
                    "HEAD https://a.example/y".to_owned(),
                    "HEAD https://b.example/z".to_owned()
                ],
                moved("https://b.example/z")
            )
        );
        assert_eq!(verdict(&[to(301, "/y#other"), answer(200)]), moved("https://a.example/y#other"));
        assert_eq!(verdict(&[to(302, "/y"), to(301, "/z"), answer(200)]), Verdict::Fine);
        assert_eq!(verdict(&[to(301, "/y"), to(302, "/login"), answer(200)]), moved("https://a.example/y"));
        assert_eq!(
            verdict(&[to(301, "/y"), answer(404), answer(404)]),
            dead("the server answers 404 Not Found, after a redirect to `https://a.example/y`")
        );
        let loops: Vec<Reply> = (0..11).map(|_| to(301, "/x")).collect();
        assert_eq!(course(URL, &loops).0.len(), 11);
        assert_eq!(verdict(&loops), unchecked("the server redirects more than 10 times"));
        assert_eq!(verdict(&[answer(302)]), unchecked("the server answers 302 Found and does not say to where"));
        assert_eq!(
            verdict(&[to(302, "file:///etc/passwd")]),
            unchecked("the server redirects to `file:///etc/passwd`, which is no http or https address")
        );
        assert_eq!(
            verdict(&[to(302, "//u:p@b.example/")]),
            unchecked("the server redirects to `//u:p@b.example/`, and it carries a user name or password")
        );
    }

    #[test]
    fn a_server_that_asks_for_patience_gets_some() {
        assert_eq!(
            course(URL, &[later(429, 2), later(503, 30), answer(200)]),
            (
                vec![
                    "HEAD https://a.example/x".to_owned(),
                    "HEAD https://a.example/x after 2 s".to_owned(),
                    "HEAD https://a.example/x after 30 s".to_owned()
                ],
                Verdict::Fine
            )
        );
        let busy = unchecked("the server answers 429 Too Many Requests");
        assert_eq!(verdict(&[later(429, 31)]), busy);
        assert_eq!(verdict(&[answer(429)]), busy);
        assert_eq!(verdict(&[later(429, 1), later(429, 1), later(429, 1)]), busy);
    }

    #[test]
    fn what_cannot_be_asked_for_is_not() {
        let asked = course("https://user:secret@a.example/", &[]);
        assert_eq!(asked, (Vec::new(), unchecked("it carries a user name or password")));
    }
}
