//! An `http` or `https` address taken apart as far as asking for it needs (RFC 3986).

use std::fmt;

/// An address that can be asked for: what is sent to a server, without a fragment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Address {
    secure: bool,
    /// In lower case; an IPv6 address with its brackets.
    host: String,
    port: Option<u16>,
    /// Path and query, beginning with `/`, everything else than ASCII encoded.
    rest: String,
}

/// Why an address is not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAsked {
    /// It has another scheme than `http` and `https`, or no host.
    NoWebAddress,
    /// It carries a user name or password.
    Credentials,
    /// Its host is no name or number in ASCII.
    Host,
    /// Its port is none.
    Port,
}

impl fmt::Display for NotAsked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoWebAddress => "it is no http or https address",
            Self::Credentials => "it carries a user name or password",
            Self::Host => "its host is no name in ASCII letters",
            Self::Port => "its port is no number up to 65535",
        })
    }
}

impl Address {
    /// Takes `url` apart.
    ///
    /// # Errors
    /// Why it cannot be asked for.
    pub fn parse(url: &str) -> Result<Self, NotAsked> {
        let (scheme, rest) = url.trim().split_once("://").ok_or(NotAsked::NoWebAddress)?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "http" => false,
            "https" => true,
            _ => return Err(NotAsked::NoWebAddress),
        };
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        let (host, port) = host_and_port(authority)?;
        Ok(Self { secure, host, port, rest: path_and_query(rest) })
    }

    /// The address a `Location` names, as seen from this one.
    ///
    /// # Errors
    /// Why it cannot be asked for.
    pub fn join(&self, location: &str) -> Result<Self, NotAsked> {
        let location = location.trim();
        if has_scheme(location) {
            return Self::parse(location);
        }
        let scheme = if self.secure { "https" } else { "http" };
        if location.starts_with("//") {
            return Self::parse(&format!("{scheme}:{location}"));
        }
        let path = self.rest.split('?').next().unwrap_or_default();
        let rest = if location.starts_with('/') {
            location.to_owned()
        } else if location.starts_with('?') {
            format!("{path}{location}")
        } else if location.is_empty() || location.starts_with('#') {
            self.rest.clone()
        } else {
            let folder = path.rfind('/').map_or("/", |slash| &path[..=slash]);
            format!("{folder}{location}")
        };
        Ok(Self { rest: path_and_query(&rest), ..self.clone() })
    }

    /// The host, in lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the host is one of the names that are kept for examples and tests (RFC 2606, RFC
    /// 6761) and can never be anybody's.
    pub fn is_example(&self) -> bool {
        let host = self.host.trim_end_matches('.');
        let below = |name: &str| host.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        ["example", "invalid", "test", "example.com", "example.net", "example.org"].into_iter().any(below)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.secure { "https" } else { "http" }, self.host)?;
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.rest)
    }
}

fn has_scheme(location: &str) -> bool {
    let scheme = location.split(['/', '?', '#']).next().unwrap_or_default().split_once(':').map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

fn host_and_port(authority: &str) -> Result<(String, Option<u16>), NotAsked> {
    if authority.contains('@') {
        return Err(NotAsked::Credentials);
    }
    let split = if authority.starts_with('[') {
        authority.find(']').map_or(authority.len(), |end| end + 1)
    } else {
        authority.find(':').unwrap_or(authority.len())
    };
    let (host, port) = authority.split_at(split);
    let port = match port.strip_prefix(':') {
        None if port.is_empty() => None,
        Some("") => None,
        Some(digits) if digits.bytes().all(|c| c.is_ascii_digit()) => Some(digits.parse().map_err(|_| NotAsked::Port)?),
        _ => return Err(NotAsked::Port),
    };
    let is_number = |host: &str| host.parse::<std::net::Ipv6Addr>().is_ok();
    let fits = match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(number) => is_number(number),
        None => host.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.' | b'_')),
    };
    match (host.is_empty(), fits) {
        (true, _) => Err(NotAsked::NoWebAddress),
        (_, false) => Err(NotAsked::Host),
        _ => Ok((host.to_ascii_lowercase(), port)),
    }
}

/// What follows the host: without fragment, with dot segments gone, and what may not be sent encoded.
fn path_and_query(text: &str) -> String {
    let text = text.split('#').next().unwrap_or_default();
    let (path, query) = match text.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (text, None),
    };
    let mut segments: Vec<&str> = Vec::new();
    let all: Vec<&str> = path.strip_prefix('/').unwrap_or(path).split('/').collect();
    for (i, segment) in all.iter().enumerate() {
        let is_last = i + 1 == all.len();
        match *segment {
            "." if is_last => segments.push(""),
            "." => {}
            ".." => {
                segments.pop();
                if is_last {
                    segments.push("");
                }
            }
            segment => segments.push(segment),
        }
    }
    let mut out = String::from("/");
    encode(&mut out, &segments.join("/"));
    if let Some(query) = query {
        out.push('?');
        encode(&mut out, query);
    }
    out
}

/// Percent-encodes what the grammar of addresses has no place for; what is encoded stays.
fn encode(out: &mut String, text: &str) {
    for byte in text.bytes() {
        let kept =
            byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}');
        if kept {
            out.push(char::from(byte));
        } else {
            const HEX: &[u8; 16] = b"0123456789ABCDEF";
            out.push('%');
            out.push(char::from(HEX[usize::from(byte >> 4)]));
            out.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> String {
        Address::parse(url).expect(url).to_string()
    }

    #[test]
    fn what_is_sent_is_without_fragment_and_encoded() {
        assert_eq!(parsed("https://Example.org"), "https://example.org/");
        assert_eq!(parsed("HTTP://a.example:8080/x/../y?q=ü b#frag"), "http://a.example:8080/y?q=%C3%BC%20b");
        assert_eq!(parsed("https://a.example?q"), "https://a.example/?q");
        assert_eq!(parsed("https://a.example/%7Euser/(x)/[y]"), "https://a.example/%7Euser/(x)/[y]");
        assert_eq!(parsed("https://[2001:DB8::1]:443/a\\b"), "https://[2001:db8::1]:443/a%5Cb");
        assert_eq!(parsed("https://a.example:/x"), "https://a.example/x");
    }

    #[test]
    fn what_cannot_be_asked_says_why() {
        for (url, why) in [
            ("ftp://a.example/", NotAsked::NoWebAddress),
            ("https:///x", NotAsked::NoWebAddress),
            ("mailto:a@b.example", NotAsked::NoWebAddress),
            ("https://user:secret@a.example/", NotAsked::Credentials),
            ("https://bücher.example/", NotAsked::Host),
            ("https://a b/", NotAsked::Host),
            ("https://[::1/", NotAsked::Host),
            ("https://[x]/", NotAsked::Host),
            ("https://a.example:65536/", NotAsked::Port),
            ("https://a.example:x/", NotAsked::Port),
            ("https://[::1]x/", NotAsked::Port),
        ] {
            assert_eq!(Address::parse(url), Err(why), "{url}");
        }
    }

    #[test]
    fn locations_are_joined_like_a_browser_does() {
        let base = Address::parse("https://a.example/x/y?z").expect("an address");
        for (location, expected) in [
            ("https://b.example/", "https://b.example/"),
            ("//b.example/q", "https://b.example/q"),
            ("/q", "https://a.example/q"),
            ("q", "https://a.example/x/q"),
            ("../q", "https://a.example/q"),
            ("../../../q", "https://a.example/q"),
            ("?q", "https://a.example/x/y?q"),
            ("#q", "https://a.example/x/y?z"),
            ("", "https://a.example/x/y?z"),
            (".", "https://a.example/x/"),
            ("q:r/s?t:u", ""),
            ("/q:r", "https://a.example/q:r"),
        ] {
            let joined = base.join(location).map(|address| address.to_string()).unwrap_or_default();
            assert_eq!(joined, expected, "{location}");
        }
        assert_eq!(base.join("file:///etc/passwd"), Err(NotAsked::NoWebAddress));
    }

    #[test]
    fn names_kept_for_examples_are_known() {
        let is = |url: &str| Address::parse(url).expect(url).is_example();
        assert!(is("https://example.com/") && is("http://www.example.org./x") && is("https://kb.example"));
        assert!(!is("https://myexample.com/") && !is("https://example.com.evil/") && !is("https://localhost/"));
    }
}
