//! Content written for a newer or an older ATT&CK than the one in use, told once instead of at
//! every tag.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{EdgeKind, Graph, Node, Unresolved, UnresolvedWhy, Via};
use crate::report::{Code, Finding, Findings};
use crate::text::Place;

use super::CheckInput;

/// References to another release that are still told one by one: fewer may be tags somebody is
/// trying out, more are a collection that moved on.
const FEW: usize = 9;

/// Of so many references to ATT&CK, one to what an older release had makes the content one of that
/// release; rarer ones were overlooked when the rest moved on.
const SHARE: usize = 20;

pub(super) fn check(input: &CheckInput<'_>, findings: &mut Findings) {
    newer(input, findings);
    older(input.graph, findings);
}

fn newer(input: &CheckInput<'_>, findings: &mut Findings) {
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

/// Whether the content as a whole is of an older release than the one in use.
pub(super) fn is_older(graph: &Graph) -> bool {
    let retired = retired(graph).len();
    retired > FEW && retired.saturating_mul(SHARE) >= references(graph)
}

/// One finding for all references that have a successor. Each of them is a finding of its own, too,
/// and says that it is part of this one: so they can be mended, and told where this is not.
fn older(graph: &Graph, findings: &mut Findings) {
    let retired = retired(graph);
    let Some((first, _)) = retired.first_key_value().filter(|_| is_older(graph)) else { return };
    let attack = &graph.corpus().attack;
    let majors: BTreeSet<u32> = retired.values().filter_map(|name| since(graph, name)).collect();
    let before = |since: u32| format!("ATT&CK {}", since.saturating_sub(1));
    let written_for = match (majors.last(), majors.first()) {
        (Some(last), Some(first)) if first < last => {
            format!("{} or earlier, parts of it for {} or earlier", before(*last), before(*first))
        }
        (Some(last), _) => format!("{} or earlier", before(*last)),
        _ => "an earlier ATT&CK".to_owned(),
    };
    let files: BTreeSet<_> = retired.keys().map(|place| place.file).collect();
    let files = if files.len() == 1 { "one file".to_owned() } else { format!("{} files", files.len()) };
    let version = &attack.version;
    let message = format!(
        "the content is written for {written_for}, and ATT&CK {version} is in use: {} references in {files} go by what \
         has been replaced since",
        retired.len(),
    );
    let help = format!(
        "`purplebook attack upgrade --to {version}` shows what moves and what is a question, with `--fix` it makes the \
         changes; or use the older release: `version` in `[attack]`"
    );
    findings.push(Finding::new(Code::OlderAttack, (*first).clone(), message).label("the first of them").help(help));
}

/// The references by what was replaced, with its name: each place once.
fn retired(graph: &Graph) -> BTreeMap<&Place, &str> {
    graph
        .indirect()
        .iter()
        .filter_map(|edge| {
            let name = match &edge.via {
                Via::Retired { id, .. } => id,
                Via::RetiredTactic(name) => name,
                Via::Direct | Via::Spelling(_) => return None,
            };
            Some((edge.place.as_ref()?, name.as_str()))
        })
        .collect()
}

/// The first number of the release that no longer had an id or a tactic's name.
fn since(graph: &Graph, name: &str) -> Option<u32> {
    numbers(graph.corpus().attack.retired_since.get(name)?).first().copied()
}

/// How many references to ATT&CK the content has.
fn references(graph: &Graph) -> usize {
    const KINDS: [EdgeKind; 5] =
        [EdgeKind::HasTactic, EdgeKind::HasTechnique, EdgeKind::HasGroup, EdgeKind::HasSoftware, EdgeKind::HasOther];
    let of = |node: Node| KINDS.iter().map(|kind| graph.edges(node, *kind).len()).sum::<usize>();
    let lost = graph.unresolved().iter().filter(|lost| KINDS.contains(&lost.kind)).count();
    graph.origins().map(|(node, _)| of(node)).sum::<usize>() + lost
}
