//! Names for anchors, and the key by which two paths count as the same.

use std::collections::HashMap;

use caseless::Caseless as _;
use unicode_normalization::UnicodeNormalization as _;

/// A heading's anchor: lower-case letters and digits of any script, other runs become one `-`.
///
/// Never empty: a heading without letters gives `section`.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfc().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || c == '_' {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    while out.ends_with('-') {
        out.pop();
    }
    if out.is_empty() { "section".to_owned() } else { out }
}

/// The anchors of one text or page: each is given once.
///
/// The first heading of a text has its [`slug`], the next with the same one gets `-1`, then `-2`.
#[derive(Debug, Clone, Default)]
pub struct Anchors(HashMap<String, u32>);

impl Anchors {
    /// An anchor for a heading with this text that was not given before.
    pub fn take(&mut self, heading: &str) -> String {
        let base = slug(heading);
        let Some(last) = self.0.get(&base).copied() else {
            self.0.insert(base.clone(), 0);
            return base;
        };
        let mut number = last;
        let anchor = loop {
            number += 1;
            let candidate = format!("{base}-{number}");
            if !self.0.contains_key(&candidate) {
                break candidate;
            }
        };
        self.0.insert(base, number);
        self.0.insert(anchor.clone(), 0);
        anchor
    }

    /// Keeps `anchor` from being given to a heading.
    pub fn reserve(&mut self, anchor: &str) {
        self.0.entry(anchor.to_owned()).or_insert(0);
    }
}

/// The key under which file systems that fold case and normalise Unicode see `path`.
///
/// Two output paths with one key would overwrite each other on macOS or Windows.
pub fn fold_path(path: &str) -> String {
    if path.is_ascii() {
        return path.to_ascii_lowercase();
    }
    path.chars().nfd().default_case_fold().nfc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_stable_and_never_empty() {
        assert_eq!(slug("  ATT&CK: T1059.001 / PowerShell  "), "att-ck-t1059-001-powershell");
        assert_eq!(slug("!!!"), "section");
        assert_eq!(slug("Überblick"), "überblick");
    }

    #[test]
    fn no_anchor_is_given_twice() {
        let mut anchors = Anchors::default();
        anchors.reserve("queries");
        let given: Vec<String> = ["A", "a-1", "A", "a", "Queries"].iter().map(|text| anchors.take(text)).collect();
        assert_eq!(given, ["a", "a-1", "a-2", "a-3", "queries-1"]);
    }

    #[test]
    fn paths_that_differ_in_case_or_composition_only_share_a_key() {
        assert_eq!(fold_path("A/É.html"), fold_path("a/e\u{301}.HTML"));
        assert_ne!(fold_path("a"), fold_path("b"));
    }
}
