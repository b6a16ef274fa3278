//! Content written for a newer ATT&CK than the one in use, told once instead of at every tag.

use std::collections::BTreeSet;

use crate::graph::{Graph, Unresolved, UnresolvedWhy};
use crate::report::{Code, Finding, Findings};

use super::CheckInput;

/// References to a newer release that are still told one by one: fewer may be tags somebody is
/// trying out, more are a collection that moved on.
const FEW: usize = 9;

pub(super) fn check(input: &CheckInput<'_>, findings: &mut Findings) {
    let Some(Skew { since, references }) = skew(input.graph) else { return };
    let Some(first) = references.first() else { return };
    let files: BTreeSet<_> = references.iter().map(|reference| reference.at.file()).collect();
    let used = &input.graph.corpus().attack.version;
    let files = if files.len() == 1 { "one file".to_owned() } else { format!("{} files", files.len()) };
    let message = format!(
        "the content is written for ATT&CK {since} or later, and ATT&CK {used} is in use: {} references in {files} \
         lead to what only the newer one has",
        references.len(),
    );
    let help = format!("use ATT&CK {since} or later: `version` in `[attack]`, or `--attack-version`");
    findings.push(Finding::new(Code::AttackVersion, first.at.clone(), message).label("the first of them").help(help));
}

/// Whether the content as a whole is of a newer release than the one in use.
pub(super) fn is_skewed(graph: &Graph) -> bool {
    skew(graph).is_some()
}

struct Skew<'g> {
    /// The newest release something is referred to of.
    since: &'g str,
    references: Vec<&'g Unresolved>,
}

fn skew(graph: &Graph) -> Option<Skew<'_>> {
    let mut since = "";
    let mut references = Vec::new();
    for reference in graph.unresolved() {
        if let UnresolvedWhy::Newer(version) = &reference.why {
            references.push(reference);
            if numbers(version) > numbers(since) {
                since = version;
            }
        }
    }
    (references.len() > FEW).then_some(Skew { since, references })
}

/// A version as numbers, which compare as releases follow each other.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}
