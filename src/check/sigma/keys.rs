//! Top-level keys that are a slip away from one Sigma knows, and so say nothing to any tool.

use crate::model::Rule;
use crate::report::{Code, Finding, Findings};
use crate::text::YamlPath;

use super::{documents, given, place};

/// The keys of Sigma's specification, and those of ATC's rules.
const KNOWN: [&str; 23] = [
    "action",
    "author",
    "correlation",
    "data_needed",
    "date",
    "description",
    "detection",
    "enrichment",
    "falsepositives",
    "fields",
    "filter",
    "id",
    "level",
    "license",
    "logsource",
    "modified",
    "name",
    "references",
    "related",
    "scope",
    "status",
    "tags",
    "taxonomy",
];

pub(super) fn check(rule: &Rule, findings: &mut Findings) {
    for (number, document) in documents(rule) {
        for (key, _) in document.as_map().unwrap_or_default() {
            // A rule that has the key as well means another one by this.
            let Some(near) = misspelt(key).filter(|near| given(rule, near).is_none()) else { continue };
            let at = place(rule, number, YamlPath::root().key_of(key.clone()));
            let message = format!("`{key}` is no key of a rule");
            findings.push(Finding::new(Code::MisspeltKey, at, message).help(format!("did you mean `{near}`?")));
        }
    }
}

/// The key of a rule that a word is, or is a slip away from.
pub(super) fn nearest(word: &str) -> Option<&'static str> {
    KNOWN.into_iter().find(|known| *known == word).or_else(|| misspelt(word))
}

/// The known key an unknown one is a slip away from: a letter, two of a long word, never the
/// first; of a short word only a final `s`; or other capitals, hyphens, underscores.
fn misspelt(key: &str) -> Option<&'static str> {
    if KNOWN.contains(&key) || key.len() > 32 {
        return None;
    }
    let folded: String = key.to_lowercase().chars().filter(|c| !matches!(c, '-' | '_' | ' ')).collect();
    KNOWN.into_iter().find(|known| {
        let plain = known.replace('_', "");
        let slips = match known.len() {
            ..5 => 0,
            5..8 => 1,
            _ => 2,
        };
        plain.trim_end_matches('s') == folded.trim_end_matches('s')
            || (plain.as_bytes().first() == folded.as_bytes().first()
                && strsim::damerau_levenshtein(&plain, &folded) <= slips)
    })
}

#[cfg(test)]
mod tests {
    use super::misspelt;

    #[test]
    fn only_slips_are_told() {
        for (key, meant) in [
            ("falsepositive", Some("falsepositives")),
            ("false_positives", Some("falsepositives")),
            ("Level", Some("level")),
            ("reference", Some("references")),
            ("tag", Some("tags")),
            ("autor", Some("author")),
            ("logsoruce", Some("logsource")),
            ("update", None),
            ("type", None),
            ("state", None),
            ("simulation", None),
            ("data", None),
            ("ip", None),
            ("version", None),
            ("title", None),
        ] {
            assert_eq!(misspelt(key), meant, "{key}");
        }
    }
}
