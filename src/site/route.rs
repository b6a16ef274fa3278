//! `OutPath`, the only path the writer accepts, and the numbers links are made with.

use std::fmt;

use crate::text::SafeUrl;

/// A page of the site, by its position in the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouteId(pub u32);

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LinkTarget {
    /// A page of the site, in the format of the page that links.
    Page(RouteId),
    /// A heading of a page of the site; the anchor must be one of that page's.
    Anchor(RouteId, String),
    /// A page of the site that is to show what a key and a value choose, such as a matrix with
    /// `group` and `G0069`.
    View(RouteId, &'static str, String),
    /// An address outside the site, or (after checking) relative to the page.
    Url(SafeUrl),
}

/// A file of the output, relative to its root, safe on every file system we publish from.
///
/// Parts are separated by `/`; no part is empty, `.` or `..`, ends in a dot or blank, holds a
/// control character or one of `\ : * ? " < > |`, is a device name of Windows, or is longer
/// than 120 bytes; the whole has at most 240 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutPath(String);

/// The text is not a path the site may be written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadOutPath(pub String);

impl OutPath {
    /// Accepts `path` if it keeps the rules above.
    pub fn new(path: &str) -> Result<Self, BadOutPath> {
        if path.len() <= 240 && path.split('/').all(part_is_fine) {
            Ok(Self(path.to_owned()))
        } else {
            Err(BadOutPath(path.to_owned()))
        }
    }

    /// The path `folder/name`, with everything in `name` that is not allowed replaced by `_`.
    ///
    /// `folder` comes from source code; an empty one gives `name` alone.
    pub fn sanitised(folder: &'static str, name: &str) -> Self {
        let mut part: String = name
            .chars()
            .map(|c| {
                if c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') {
                    '_'
                } else {
                    c
                }
            })
            .collect();
        while part.len() > 100 {
            part.pop();
        }
        if part.ends_with(['.', ' ']) {
            part.pop();
            part.push('_');
        }
        if part.is_empty() {
            part.push('_');
        }
        if !part_is_fine(&part) {
            part.insert(0, '_');
        }
        Self(if folder.is_empty() { part } else { format!("{folder}/{part}") })
    }

    /// The path of a file copied to the site: `relative` (with `/`), each part made safe as in
    /// [`OutPath::sanitised`]; a path that is too long as a whole keeps its last part, in `files`.
    pub fn of_file(relative: &str) -> Self {
        let parts: Vec<String> = relative.split('/').map(|part| Self::sanitised("", part).0).collect();
        let last = parts.last().map_or("_", String::as_str);
        Self::new(&parts.join("/")).unwrap_or_else(|_| Self::sanitised("files", last))
    }

    /// This path with `extension` after a dot.
    #[must_use]
    pub fn with_extension(&self, extension: &'static str) -> Self {
        Self(format!("{}.{extension}", self.0))
    }

    /// The path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the file lies in `folder`, at any depth.
    pub fn is_below(&self, folder: &Self) -> bool {
        self.0.strip_prefix(folder.as_str()).is_some_and(|rest| rest.starts_with('/'))
    }

    /// How many folders lie between the file and the root.
    pub fn depth(&self) -> usize {
        self.0.bytes().filter(|b| *b == b'/').count()
    }
}

fn part_is_fine(part: &str) -> bool {
    let base = part.split('.').next().unwrap_or_default().to_ascii_uppercase();
    let device = matches!(base.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (base.len() == 4
            && (base.starts_with("COM") || base.starts_with("LPT"))
            && base.ends_with(|c: char| c.is_ascii_digit()));
    !part.is_empty()
        && part.len() <= 120
        && !part.ends_with(['.', ' '])
        && part != ".."
        && !device
        && !part.chars().any(|c| c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
}

impl fmt::Display for OutPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_leave_the_output_or_break_a_file_system_are_refused() {
        for path in [
            "",
            "/a",
            "a//b",
            "../a",
            "a/../b",
            "a/./b",
            "a\\b",
            "c:/x",
            "nul",
            "a/AUX.html",
            "com1.md",
            "a.",
            "a ",
            "a\0b",
        ] {
            assert!(OutPath::new(path).is_err(), "{path:?}");
        }
        assert!(OutPath::new(&"x".repeat(121)).is_err());
        assert!(OutPath::new("Detection_Rules/a b'é.html").is_ok());
    }

    #[test]
    fn sanitised_names_always_pass() {
        for name in ["", ".", "..", "a/b", "nul", "con.x", "x ", "é\u{0}", "../../etc/passwd", &"y".repeat(500)] {
            let path = OutPath::sanitised("F", name);
            assert!(OutPath::new(path.as_str()).is_ok(), "{name:?} gave {path}");
        }
    }
}
