//! `SafeUrl`: an address that may stand in `href` or `src`.

use std::fmt;

/// A URL that cannot run script: `http`, `https`, `mailto`, or relative to the page.
///
/// Browsers drop tabs, newlines and leading control characters before they look at the
/// scheme (WHATWG URL standard, "basic URL parser"), so those are refused rather than
/// looked through. Protocol-relative addresses (`//host`) and backslashes are refused too:
/// both leave the site without showing a scheme.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SafeUrl(String);

impl SafeUrl {
    /// An absolute `http`, `https` or `mailto` address, else `None`.
    pub fn external(url: &str) -> Option<Self> {
        let url = url.trim();
        let (scheme, rest) = url.split_once(':')?;
        let well_formed = !rest.is_empty() && !url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
        let known = match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => rest.strip_prefix("//").is_some_and(has_host),
            "mailto" => true,
            _ => false,
        };
        (well_formed && known).then(|| Self(url.to_owned()))
    }

    /// An address relative to the page (`../Techniques/T1059.html#x`, `#x`), else `None`.
    pub fn relative(url: &str) -> Option<Self> {
        let first_part = url.split(['/', '?', '#']).next().unwrap_or_default();
        let fine = !url.is_empty()
            && !url.starts_with('/')
            && !first_part.contains(':')
            && !url.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
        fine.then(|| Self(url.to_owned()))
    }

    /// The address of a file by its relative path (`../Data_Needed/a b.html`), with everything a
    /// URL path or fragment may not hold percent-encoded (RFC 3986, "unreserved" kept).
    ///
    /// Always relative: a first part with a colon is encoded, leading slashes are dropped.
    pub fn from_path(path: &str, anchor: Option<&str>) -> Self {
        let mut out = String::with_capacity(path.len() + 8);
        for part in path.trim_start_matches('/').bytes() {
            encode_byte(&mut out, part, b"/");
        }
        if out.is_empty() && anchor.is_none() {
            out.push('.');
        }
        if let Some(anchor) = anchor {
            push_anchor(&mut out, anchor);
        }
        Self(out)
    }

    /// The address of the page `to` (with its extension) as written on the page `from`; both lie
    /// below one root.
    pub fn between(from: &EncodedPath, to: &EncodedPath, extension: &'static str, anchor: Option<&str>) -> Self {
        let mut out = relative(&from.0, &to.0, extension.len() + 1);
        out.push('.');
        out.push_str(extension);
        if let Some(anchor) = anchor {
            push_anchor(&mut out, anchor);
        }
        Self(out)
    }

    /// The address of a page, asked for what `key` and `value` say.
    #[must_use]
    pub fn with_query(self, key: &str, value: &str) -> Self {
        self.with_pair('?', key, value)
    }

    /// The address of a program in a page, which reads what `key` and `value` say from the fragment.
    #[must_use]
    pub fn with_fragment(self, key: &str, value: &str) -> Self {
        self.with_pair('#', key, value)
    }

    fn with_pair(self, sign: char, key: &str, value: &str) -> Self {
        let Self(mut out) = self;
        for (before, text) in [(sign, key), ('=', value)] {
            out.push(before);
            text.bytes().for_each(|byte| encode_byte(&mut out, byte, b""));
        }
        Self(out)
    }

    /// Whether the address leaves the site.
    pub fn is_external(&self) -> bool {
        self.0.split(['/', '?', '#']).next().unwrap_or_default().contains(':')
    }

    /// The address as RFC 3986 has it, for programs that take it at its word: browsers let signs
    /// stand in a path or query that have to be escaped there, `[` and letters of all scripts among them.
    pub fn to_uri(&self) -> String {
        let text = self.0.as_str();
        let authority = text.find("://").map_or(0, |at| at + 3);
        let path = text[authority..].find(['/', '?', '#']).map_or(text.len(), |at| authority + at);
        let mut out = String::with_capacity(text.len());
        let mut in_fragment = false;
        for (at, byte) in text.bytes().enumerate() {
            let is_escape = || text.get(at + 1..at + 3).is_some_and(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()));
            match byte {
                b'%' if is_escape() => out.push('%'),
                // An address of IPv6 stands in brackets.
                b'[' | b']' if at < path => out.push(char::from(byte)),
                b'#' if !in_fragment => {
                    in_fragment = true;
                    out.push('#');
                }
                _ => encode_byte(&mut out, byte, b"*:/?"),
            }
        }
        out
    }

    /// The same address as [`Self::to_uri`] writes it.
    #[must_use]
    pub fn escaped(&self) -> Self {
        Self(self.to_uri())
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A path below the root of a site, percent-encoded once for the many addresses it is part of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EncodedPath(String);

impl EncodedPath {
    /// Encodes a path; see [`SafeUrl::from_path`].
    pub fn new(path: &str) -> Self {
        let mut out = String::with_capacity(path.len());
        for byte in path.trim_start_matches('/').bytes() {
            encode_byte(&mut out, byte, b"/");
        }
        Self(out)
    }

    /// The path as it stands in an address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// `to` as seen from the folder of `from`, with room for `more` bytes.
fn relative(from: &str, to: &str, more: usize) -> String {
    let folders = |path: &str| path.rfind('/').map_or(0, |at| at + 1);
    let limit = folders(from).min(folders(to));
    let same = from.bytes().zip(to.bytes()).take(limit).take_while(|(a, b)| a == b).count();
    // Only whole folders count: the cut is after the last slash of what is the same.
    let shared = from.as_bytes()[..same].iter().rposition(|byte| *byte == b'/').map_or(0, |at| at + 1);
    let up = from[shared..].matches('/').count();
    let mut out = String::with_capacity(3 * up + to.len() - shared + more);
    out.extend(std::iter::repeat_n("../", up));
    out.push_str(&to[shared..]);
    out
}

fn push_anchor(out: &mut String, anchor: &str) {
    out.push('#');
    for byte in anchor.bytes() {
        encode_byte(out, byte, b"/:");
    }
}

fn encode_byte(out: &mut String, byte: u8, kept: &[u8]) {
    if byte.is_ascii_alphanumeric() || b"-._~'()!,@$&+;=".contains(&byte) || kept.contains(&byte) {
        out.push(char::from(byte));
    } else {
        const HEX: &[u8; 16] = b"0123456789ABCDEF";
        out.push('%');
        out.push(char::from(HEX[usize::from(byte >> 4)]));
        out.push(char::from(HEX[usize::from(byte & 15)]));
    }
}

fn has_host(after_slashes: &str) -> bool {
    let host = after_slashes.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    !host.is_empty() && !host.starts_with(':') && !host.contains(['"', '\'', '<', '>', '`', '{', '}', '|', '^'])
}

impl fmt::Display for SafeUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_given_what_rfc_3986_has() {
        for (written, uri) in [
            ("https://x.example/?q=a&f[repo][0]=b/c", "https://x.example/?q=a&f%5Brepo%5D%5B0%5D=b/c"),
            ("https://[::1]:8/a%20b%zz|c", "https://[::1]:8/a%20b%25zz%7Cc"),
            ("https://x.example/ü#a#b", "https://x.example/%C3%BC#a%23b"),
            ("https://x.example/*,;=~'()!$&+@", "https://x.example/*,;=~'()!$&+@"),
        ] {
            assert_eq!(SafeUrl::external(written).expect(written).to_uri(), uri);
        }
    }

    #[test]
    fn script_and_local_schemes_are_refused() {
        for url in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            " javascript:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,x",
            "vbscript:x",
            "file:///etc/passwd",
            "//evil.example/x",
            "http:evil.example",
            "http://",
            "https://x\"onclick=",
            "blob:https://x",
        ] {
            assert_eq!(SafeUrl::external(url), None, "{url:?}");
        }
        for url in ["/abs", "//evil.example", "\\\\evil", "javascript:x", "a:b", "", "x y", "\tx"] {
            assert_eq!(SafeUrl::relative(url), None, "{url:?}");
        }
    }

    #[test]
    fn ordinary_addresses_pass_unchanged() {
        for url in ["https://attack.mitre.org/techniques/T1059/001", "http://x:8080/?a=b:c#d", "mailto:a@b.example"] {
            assert_eq!(SafeUrl::external(url).expect(url).as_str(), url);
        }
        for url in ["../Techniques/T1059.html", "#top", "index.html?x=a:b"] {
            assert_eq!(SafeUrl::relative(url).expect(url).as_str(), url);
        }
    }

    #[test]
    fn folders_that_only_begin_alike_are_not_shared() {
        for (from, to, expected) in [
            ("a/b/c", "a/b/d", "d"),
            ("a/b/c", "a/bb/d", "../bb/d"),
            ("a/b/c", "a/b", "../b"),
            ("a/b", "a/b/c", "b/c"),
            ("é/x", "è/y", "../è/y"),
            ("x", "y", "y"),
            ("x/y/z", "q", "../../q"),
        ] {
            assert_eq!(relative(from, to, 0), expected, "{from} to {to}");
        }
    }
}
