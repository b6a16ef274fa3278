//! Pieces of a line: text, code, links and marks.

use crate::site::{Badge, Format, Inline, LinkTarget, RouteId, RouteTable};
use crate::text::{Html, SafeUrl};

/// Where the markup stands, which decides how links are written.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// All addresses.
    pub(super) routes: &'a RouteTable,
    /// The page.
    pub(super) from: RouteId,
}

impl Place<'_> {
    /// The address of another page of the site.
    pub(super) fn href(&self, to: RouteId) -> SafeUrl {
        self.routes.href(self.from, &LinkTarget::Page(to), Format::Html)
    }

    /// Appends the pieces of a line, one after the other.
    pub(super) fn push_line(&self, out: &mut Html, line: &[Inline]) {
        for piece in line {
            self.push_inline(out, piece);
        }
    }

    /// Appends the values of a table's cell, set apart.
    pub(super) fn push_values(&self, out: &mut Html, values: &[Inline]) {
        for (i, value) in values.iter().enumerate() {
            match (i.checked_sub(1).map(|i| &values[i]), value) {
                (None, _) => {}
                (_, Inline::Badge(_)) | (Some(Inline::Badge(_)), _) => out.push_static(" "),
                _ => out.push_static(", "),
            }
            self.push_inline(out, value);
        }
    }

    fn push_inline(&self, out: &mut Html, piece: &Inline) {
        match piece {
            Inline::Text(text) => out.push_text(text),
            Inline::Code(text) => {
                out.push_static("<code>");
                out.push_text(text);
                out.push_static("</code>");
            }
            Inline::Link(text, target) => self.push_link(out, text, target),
            Inline::Badge(badge) => push_badge(out, badge),
        }
    }

    fn push_link(&self, out: &mut Html, text: &str, target: &LinkTarget) {
        let url = self.routes.href(self.from, target, Format::Html);
        out.push_static("<a");
        if url.is_external() {
            // Authors may write what browsers put up with and HTML does not allow.
            out.push_url_attribute("href", &url.escaped());
            out.push_static(" rel=\"noopener noreferrer nofollow\"");
        } else {
            out.push_url_attribute("href", &url);
        }
        out.push_static(">");
        // A link without a name could be neither seen nor announced.
        push_breakable(out, if text.trim().is_empty() { url.as_str() } else { text });
        out.push_static("</a>");
    }
}

/// Appends a text that may be broken after each `_`, as ATC's long names would else be cut anywhere.
pub(super) fn push_breakable(out: &mut Html, text: &str) {
    if text.len() < 24 || text.contains(char::is_whitespace) {
        out.push_text(text);
        return;
    }
    for part in text.split_inclusive('_') {
        out.push_text(part);
        if part.ends_with('_') {
            out.push_static("<wbr>");
        }
    }
}

/// Appends a mark.
pub(super) fn push_badge(out: &mut Html, badge: &Badge) {
    out.push_static("<span class=\"badge ");
    out.push_static(badge.tone.key());
    out.push_static("\">");
    out.push_text(&badge.text);
    out.push_static("</span>");
}

/// Appends a number, its digits grouped by three.
pub(super) fn push_number(out: &mut Html, number: usize) {
    out.push_text(&grouped(number));
}

/// A number with its digits grouped by three (`3,780`).
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.char_indices() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::{OutPath, Tone};

    fn table() -> RouteTable {
        RouteTable::new(["index", "Rules/a"].map(|path| OutPath::new(path).expect(path)).to_vec())
    }

    fn values(values: &[Inline]) -> String {
        let mut out = Html::new();
        Place { routes: &table(), from: RouteId(1) }.push_values(&mut out, values);
        out.into_string()
    }

    #[test]
    fn links_are_relative_inside_and_marked_outside() {
        assert_eq!(values(&[Inline::page("Home & co", RouteId(0))]), "<a href=\"../index.html\">Home &amp; co</a>");
        assert_eq!(
            values(&[Inline::url("https://x.example/?a=1&b=2")]),
            "<a href=\"https://x.example/?a=1&amp;b=2\" rel=\"noopener noreferrer nofollow\">https://x.example/?a=1&amp;b=2</a>"
        );
        assert_eq!(
            values(&[Inline::url("https://x.example/?f[repo][0]=b|c")]),
            "<a href=\"https://x.example/?f%5Brepo%5D%5B0%5D=b%7Cc\" rel=\"noopener noreferrer nofollow\">https://x.example/?f[repo][0]=b|c</a>"
        );
        assert_eq!(values(&[Inline::url("javascript:alert(1)")]), "javascript:alert(1)");
    }

    #[test]
    fn values_of_a_cell_are_set_apart() {
        let code = |text: &str| Inline::Code(text.to_owned());
        let badge = Inline::Badge(Badge { text: "high".to_owned(), tone: Tone::Danger });
        assert_eq!(values(&[code("a"), code("b")]), "<code>a</code>, <code>b</code>");
        assert_eq!(values(&[code("a"), badge]), "<code>a</code> <span class=\"badge danger\">high</span>");
        assert_eq!(values(&[Inline::text("T1"), Inline::text("T2")]), "T1, T2");
    }

    #[test]
    fn digits_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
