//! Links and anchors of HTML, at the speed of a search for `<`.
//!
//! A tokenizer of tags after the HTML standard (13.2.5), reduced to what decides where an
//! attribute is one: quotes, comments, declarations, and elements whose contents are text
//! (`script`, `style`, `title`, `textarea`). It accepts everything and never fails.

use std::borrow::Cow;
use std::ops::Range;

use memchr::{memchr, memchr2, memmem};

use super::FileLinks;

/// Adds what `html` links to `file`; `offset` is where it begins in the file.
pub(super) fn scan(html: &[u8], offset: usize, file: &mut FileLinks) {
    let mut scanner = Scanner { html, offset, file };
    let mut at = 0;
    while let Some(open) = memchr(b'<', &html[at..]) {
        at += open + 1;
        at = match html.get(at) {
            Some(b'!') => scanner.skip_declaration(at),
            // So near that a search would cost more to start than to run.
            Some(b'/' | b'?') => scanner.run(at, |c| c != b'>').end,
            Some(c) if c.is_ascii_alphabetic() => scanner.tag(at),
            _ => at,
        };
    }
}

struct Scanner<'a> {
    html: &'a [u8],
    offset: usize,
    file: &'a mut FileLinks,
}

impl<'a> Scanner<'a> {
    /// One past the next `end`, or the end of all.
    fn after(&self, at: usize, end: &[u8]) -> usize {
        let rest = &self.html[at..];
        let found = if let [byte] = end { memchr(*byte, rest) } else { memmem::find(rest, end) };
        found.map_or(self.html.len(), |i| at + i + end.len())
    }

    /// `at` is on the `!`.
    fn skip_declaration(&self, at: usize) -> usize {
        if !self.html[at..].starts_with(b"!--") {
            return self.after(at, b">");
        }
        // `<!-->` and `<!--->` are whole comments.
        let body = at + 3;
        match self.html.get(body..) {
            Some([b'>', ..]) => body + 1,
            Some([b'-', b'>', ..]) => body + 2,
            _ => self.after(body, b"-->"),
        }
    }

    /// `at` is on the first letter of the name; gives the end of the tag or of the text in it.
    fn tag(&mut self, at: usize) -> usize {
        let name = self.run(at, |c| !is_space(c) && c != b'/' && c != b'>');
        let element = &self.html[name.clone()];
        let mut at = name.end;
        loop {
            at = self.run(at, |c| is_space(c) || c == b'/').end;
            match self.html.get(at) {
                None => return at,
                Some(b'>') => break,
                Some(_) => at = self.attribute(element, at),
            }
        }
        if is_text_element(element) { self.skip_text(element, at + 1) } else { at + 1 }
    }

    fn attribute(&mut self, element: &'a [u8], at: usize) -> usize {
        // A name may begin with `=` (standard, "before attribute name state").
        let name = at..self.run(at + 1, |c| !is_space(c) && !matches!(c, b'=' | b'>' | b'/')).end;
        let equals = self.run(name.end, is_space).end;
        if self.html.get(equals) != Some(&b'=') {
            return name.end;
        }
        let start = self.run(equals + 1, is_space).end;
        let (value, end) = if let Some(quote @ (b'"' | b'\'')) = self.html.get(start) {
            let end = memchr(*quote, &self.html[start + 1..]).map_or(self.html.len(), |i| start + 1 + i);
            (start + 1..end, (end + 1).min(self.html.len()))
        } else {
            let value = self.run(start, |c| !is_space(c) && c != b'>');
            (value.clone(), value.end)
        };
        self.value(element, &self.html[name], value);
        end
    }

    fn value(&mut self, element: &[u8], name: &[u8], value: Range<usize>) {
        let is = |wanted: &str| name.eq_ignore_ascii_case(wanted.as_bytes());
        let on = |wanted: &str| element.eq_ignore_ascii_case(wanted.as_bytes());
        // Most attributes are `class`: decide by length first.
        match name.len() {
            2 if is("id") => self.anchor(value),
            3 if is("src") => self.link(value, true),
            4 if is("href") && on("base") => {
                let href = self.text(value);
                self.file.set_base(&href);
            }
            4 if is("href") => self.link(value, false),
            4 if is("name") && on("a") => self.anchor(value),
            4 if is("data") && on("object") => self.link(value, true),
            6 if is("poster") => self.link(value, true),
            6 if is("action") && on("form") => self.link(value, false),
            6 if is("srcset") => self.source_set(value),
            10 if is("xlink:href") => self.link(value, false),
            _ => {}
        }
    }

    fn anchor(&mut self, value: Range<usize>) {
        let anchor = self.text(value);
        self.file.add_anchor(&anchor);
    }

    /// White space around an address does not count (URL standard, "basic URL parser").
    fn link(&mut self, value: Range<usize>, is_source: bool) {
        let href = self.text(value.clone());
        self.file.add_link(href.trim_ascii(), self.offset + value.start..self.offset + value.end, is_source);
    }

    /// `a.png 1x, b.png 2x`
    fn source_set(&mut self, value: Range<usize>) {
        let mut at = value.start;
        while at < value.end {
            let end = memchr(b',', &self.html[at..value.end]).map_or(value.end, |i| at + i);
            let start = self.run(at, is_space).end.min(end);
            let address = start..self.run(start, |c| !is_space(c)).end.min(end);
            self.link(address, true);
            at = end + 1;
        }
    }

    fn text(&self, value: Range<usize>) -> Cow<'a, str> {
        let raw = &self.html[value];
        let is_plain = raw.iter().all(|c| c.is_ascii() && *c != b'&');
        match std::str::from_utf8(raw) {
            Ok(text) if is_plain => Cow::Borrowed(text),
            _ => Cow::Owned(unescape(&String::from_utf8_lossy(raw))),
        }
    }

    /// To the end tag of an element whose contents are text.
    fn skip_text(&self, element: &[u8], mut at: usize) -> usize {
        while let Some(i) = memmem::find(&self.html[at..], b"</") {
            at += i + 2;
            let name = self.html.get(at..at + element.len());
            if name.is_some_and(|name| name.eq_ignore_ascii_case(element)) {
                return at;
            }
        }
        self.html.len()
    }

    /// The longest run of bytes that `fits`, from `at`.
    fn run(&self, at: usize, fits: impl Fn(u8) -> bool) -> Range<usize> {
        let at = at.min(self.html.len());
        let end = self.html[at..].iter().position(|c| !fits(*c)).map_or(self.html.len(), |i| at + i);
        at..end
    }
}

fn is_space(c: u8) -> bool {
    matches!(c, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

fn is_text_element(element: &[u8]) -> bool {
    matches!(element.len(), 5 | 6 | 8)
        && ["script", "style", "title", "textarea"].iter().any(|name| element.eq_ignore_ascii_case(name.as_bytes()))
}

/// Character references as purplebook and other well-behaved generators write them: numbers,
/// and the five names that markup itself needs. Others stay as they are.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = memchr2(b';', b' ', rest.as_bytes()).filter(|end| rest.as_bytes()[*end] == b';');
        if let Some((c, end)) = end.and_then(|end| Some((reference(&rest[1..end])?, end))) {
            out.push(c);
            rest = &rest[end + 1..];
        } else {
            out.push('&');
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}
