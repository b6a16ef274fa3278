//! Who is answered: readers of this server's pages, and nobody else's.
//!
//! A page of any site may ask a browser to fetch from this machine. Two things keep it from reading
//! what is served. The name a request is for must be one of ours: a name of the attacker's that
//! leads to this machine (DNS rebinding) is not. And what other sites embed is not given out.

use std::net::IpAddr;

use axum::http::{HeaderMap, Method, Uri, header};

/// Why a request is refused; the text is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is for another host.
    Host,
    /// Another site has sent it.
    Origin,
    /// It would change something.
    Method,
}

impl Refusal {
    pub(super) const fn text(self) -> &'static str {
        match self {
            Self::Host => "This server does not answer to this name. Allow it with `--allow-host NAME`.\n",
            Self::Origin => "This server answers its own pages only, and another site has sent this request.\n",
            Self::Method => "This server answers GET and HEAD only.\n",
        }
    }
}

/// The names the server may be asked for by.
#[derive(Debug, Clone)]
pub(super) struct Hosts {
    names: Vec<String>,
    /// Whether any IP address will do. Nobody can make one of those lead elsewhere.
    any_address: bool,
}

impl Hosts {
    /// Of a server at `ip`, with further names.
    pub(super) fn new<'n>(ip: IpAddr, names: impl Iterator<Item = &'n String>) -> Self {
        let names = names.map(|name| bare(name).to_ascii_lowercase());
        Self { names: names.chain(["localhost".to_owned()]).collect(), any_address: !ip.is_loopback() }
    }

    /// Whether `host` (a name or address, with or without a port) is one of them.
    fn has(&self, host: &str) -> bool {
        let Some(name) = without_port(host) else { return false };
        let name = bare(name);
        match name.parse::<IpAddr>() {
            Ok(ip) => self.any_address || ip.is_loopback() || self.is_named(name),
            Err(_) => self.is_named(name),
        }
    }

    fn is_named(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name);
        self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }
}

/// An address without the brackets of IPv6.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}

/// The host of `host:port`; `None` if what stands after it is no port.
fn without_port(host: &str) -> Option<&str> {
    let end = if host.starts_with('[') { host.find(']')? + 1 } else { host.find(':').unwrap_or(host.len()) };
    let (name, port) = host.split_at(end);
    let is_port = |port: &str| port.parse::<u16>().is_ok() && port.bytes().all(|byte| byte.is_ascii_digit());
    (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then_some(name)
}

/// Looks at everything of a request but its path; `is_stream` if that is of the event stream.
pub(super) fn check(
    hosts: &Hosts,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
    is_stream: bool,
) -> Result<(), Refusal> {
    let host = one(headers, header::HOST.as_str()).ok().flatten().ok_or(Refusal::Host)?;
    // A request to a proxy names the host twice.
    let named = uri.authority().is_none_or(|authority| hosts.has(authority.as_str()));
    if !named || !hosts.has(host) {
        return Err(Refusal::Host);
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        return Err(Refusal::Method);
    }
    let own = |origin: &str| origin.split_once("://").is_some_and(|(_, sender)| sender.eq_ignore_ascii_case(host));
    if one(headers, header::ORIGIN.as_str()).map_err(|()| Refusal::Origin)?.is_some_and(|origin| !own(origin)) {
        return Err(Refusal::Origin);
    }
    let fetch = |name| one(headers, name).ok().flatten();
    // A link from another site may be followed; nothing of ours may become a part of one.
    let is_followed =
        !is_stream && fetch("sec-fetch-mode") == Some("navigate") && fetch("sec-fetch-dest") == Some("document");
    match fetch("sec-fetch-site") {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) if is_followed => Ok(()),
        Some(_) => Err(Refusal::Origin),
    }
}

/// The value of a header that may be there once.
fn one<'h>(headers: &'h HeaderMap, name: &str) -> Result<Option<&'h str>, ()> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| ()),
        (Some(_), Some(_)) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn a_server_of_this_machine_is_asked_for_by_its_names_only() {
        let hosts = Hosts::new(Ipv4Addr::LOCALHOST.into(), ["Kb.Example".to_owned()].iter());
        for host in ["localhost", "LOCALHOST:8000", "localhost.", "127.0.0.1:1", "[::1]:80", "[::1]", "kb.example:443"]
        {
            assert!(hosts.has(host), "{host}");
        }
        for host in [
            "",
            ":8000",
            "example.org",
            "localhost.example.org",
            "localhost:8000.example.org",
            "localhost:+80",
            "192.168.0.1",
            "127.0.0.1.example.org",
            "[::1",
            "[::1].example.org",
            "user@localhost",
            "localhost/",
            "0.0.0.0",
        ] {
            assert!(!hosts.has(host), "{host}");
        }
    }

    #[test]
    fn a_server_of_the_network_is_asked_for_by_any_address() {
        let hosts = Hosts::new(Ipv6Addr::UNSPECIFIED.into(), ["::".to_owned()].iter());
        for host in ["192.168.0.1:8000", "[2001:db8::1]:8000", "localhost"] {
            assert!(hosts.has(host), "{host}");
        }
        assert!(!hosts.has("attacker.example:8000"));
    }
}
