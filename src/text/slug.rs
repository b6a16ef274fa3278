//! Names for anchors, and the key by which two paths count as the same.

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
    fn paths_that_differ_in_case_or_composition_only_share_a_key() {
        assert_eq!(fold_path("A/É.html"), fold_path("a/e\u{301}.HTML"));
        assert_ne!(fold_path("a"), fold_path("b"));
    }
}
