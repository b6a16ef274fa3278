//! What a finding is known by from one run to the next, wherever in its file it has moved to.
//!
//! It is made of the code, the path, the message and the first line of the text the finding points
//! at, never of a line number. Findings alike in all of them are told apart by their order.

use std::collections::HashMap;

use crate::report::Finding;

use super::position::Indexed;

/// Gives the findings of one report their fingerprints, no two of them alike.
#[derive(Default)]
pub(super) struct Fingerprints {
    seen: HashMap<u128, u32>,
}

impl Fingerprints {
    /// The fingerprint of the next finding, 32 hexadecimal digits.
    pub(super) fn next(&mut self, finding: &Finding, file: &Indexed<'_>) -> String {
        let value = file.range(&finding.at).map_or("", |range| &file.source.text[range]);
        let value = value.trim().lines().next().unwrap_or_default();
        let code = finding.code.to_string();
        let parts = [code.as_str(), file.source.path, &finding.message, value];
        // The length of each part stands before it, so that no two lists of parts make the same bytes.
        let hash = parts.into_iter().fold(BASIS, |hash, part| {
            let hash = fnv1a(hash, &(part.len() as u64).to_le_bytes());
            fnv1a(hash, part.as_bytes())
        });
        let before = self.seen.entry(hash).or_default();
        let hash = if *before == 0 { hash } else { fnv1a(hash, &before.to_le_bytes()) };
        *before += 1;
        format!("{hash:032x}")
    }
}

const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;

/// FNV-1a with 128 bits, continued from `hash`: the same on every machine and in every version.
fn fnv1a(hash: u128, bytes: &[u8]) -> u128 {
    const PRIME: u128 = (1 << 88) + 0x13b;
    bytes.iter().fold(hash, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::super::SourceText;
    use super::*;
    use crate::report::Code;
    use crate::text::{At, FileId, Span};

    fn fingerprints(path: &str, text: &str, needles: &[(&str, usize)]) -> Vec<String> {
        let lookup = |_| SourceText { path, text };
        let file = Indexed::new(FileId(0), &lookup);
        let mut all = Fingerprints::default();
        let finding = |(needle, nth): &(&str, usize)| {
            let start = text.match_indices(needle).nth(*nth).expect("the needle").0;
            Finding::new(Code::UnknownTechnique, Span::new(FileId(0), start, start + needle.len()), "m")
        };
        needles.iter().map(|needle| all.next(&finding(needle), &file)).collect()
    }

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(BASIS, b""), BASIS);
        assert_eq!(fnv1a(BASIS, b"a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }

    #[test]
    fn lines_may_move_and_nothing_else() {
        let before = fingerprints("a.yml", "x: t9999\ny: t9998\n", &[("t9999", 0), ("t9998", 0)]);
        let after = fingerprints("a.yml", "# new\n\nz: 1\ny:   t9998\nx: [t9999]\n", &[("t9999", 0), ("t9998", 0)]);
        assert_eq!(before, after);
        assert_ne!(before[0], before[1]);
        assert_ne!(before, fingerprints("b.yml", "x: t9999\ny: t9998\n", &[("t9999", 0), ("t9998", 0)]));
    }

    #[test]
    fn what_is_alike_differs_by_its_order() {
        let twice = fingerprints("a.yml", "- t9999\n- t9999\n", &[("t9999", 0), ("t9999", 1)]);
        assert_ne!(twice[0], twice[1]);
        assert_eq!(twice[0], fingerprints("a.yml", "- t9999\n", &[("t9999", 0)])[0]);
    }

    #[test]
    fn a_whole_file_has_one_too() {
        let lookup = |_| SourceText { path: "a.yml", text: "" };
        let file = Indexed::new(FileId(0), &lookup);
        let finding = |message: &str| Finding::new(Code::NotUtf8, At::File(FileId(0)), message);
        let mut all = Fingerprints::default();
        assert_ne!(all.next(&finding("m"), &file), all.next(&finding("n"), &file));
    }
}
