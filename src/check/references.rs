//! References by name that lead nowhere: Data Needed, Logging Policies, Enrichments, Response
//! Actions, Playbooks and Stages, Mitigation Policies and Systems, Use Cases, and rules that are
//! named, related or correlated.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::LazyLock;

use rayon::prelude::*;

use crate::config::nearest;
use crate::graph::{EdgeKind, Node, Unresolved};
use crate::model::{Corpus, Kind, Stage};
use crate::report::{Code, Finding, Findings};

use super::CheckInput;

pub(super) fn check(input: &CheckInput<'_>, findings: &mut Findings) {
    let corpus = input.graph.corpus();
    let ids = LazyLock::new(|| RuleIds::new(corpus.rules.iter().filter_map(|rule| rule.id.as_deref()).collect()));
    let unresolved = input.graph.unresolved().par_iter();
    findings.extend(unresolved.filter_map(|reference| findings_for(corpus, &ids, reference)).collect::<Vec<_>>());
}

fn findings_for(corpus: &Corpus, ids: &RuleIds<'_>, reference: &Unresolved) -> Option<Finding> {
    let (code, kind) = match reference.kind {
        EdgeKind::NeedsData | EdgeKind::EnrichesFrom | EdgeKind::Enriches | EdgeKind::TakesData => {
            (Code::UnknownDataNeeded, Kind::DataNeeded)
        }
        EdgeKind::LoggedBy | EdgeKind::TakesPolicy => (Code::UnknownLoggingPolicy, Kind::LoggingPolicy),
        EdgeKind::UsesEnrichment | EdgeKind::Requires => (Code::UnknownEnrichment, Kind::Enrichment),
        EdgeKind::HasAction(_) | EdgeKind::LinkedAction => (Code::UnknownResponseAction, Kind::ResponseAction),
        EdgeKind::LinkedPlaybook => (Code::UnknownResponsePlaybook, Kind::ResponsePlaybook),
        EdgeKind::InStage => return Some(stage(corpus, reference)),
        EdgeKind::Records => (Code::UnknownMitigationPolicy, Kind::MitigationPolicy),
        EdgeKind::UsesSystem => (Code::UnknownMitigationSystem, Kind::MitigationSystem),
        EdgeKind::HasUseCase => (Code::UnknownUseCase, Kind::UseCase),
        EdgeKind::RelatedTo if is_gone(corpus, reference) => return None,
        EdgeKind::HasRule => return Some(rule(corpus, ids, reference, Code::UnknownRule)),
        EdgeKind::RelatedTo => return Some(rule(corpus, ids, reference, Code::UnknownRelatedRule)),
        EdgeKind::RefersTo => return Some(rule(corpus, ids, reference, Code::UnknownCorrelatedRule)),
        EdgeKind::RecordedFor => return Some(rule(corpus, ids, reference, Code::UnknownRecordedRule)),
        _ => return None,
    };
    let message = format!("there is no {} `{}`", kind.noun(), reference.text);
    let finding = Finding::new(code, reference.at.clone(), message);
    Some(match nearest(&reference.text, names(corpus, kind)) {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding,
    })
}

/// Of a stage that is no Response Stage and, while there are none, not one of the usual ones either.
fn stage(corpus: &Corpus, reference: &Unresolved) -> Finding {
    let message = format!("there is no Response Stage `{}`", reference.text);
    let finding = Finding::new(Code::UnknownResponseStage, reference.at.clone(), message);
    let stages = &corpus.response_stages;
    let exists = |key: &str| stages.is_empty() || stages.iter().any(|stage| Stage::key_of(&stage.title) == key);
    let mut known = names(corpus, Kind::ResponseStage);
    for key in Stage::ALL.map(Stage::key) {
        if exists(key) {
            known.push(key);
        }
    }
    match nearest(&reference.text, known) {
        Some(name) => finding.help(format!("did you mean `{name}`?")),
        None => finding,
    }
}

fn rule(corpus: &Corpus, ids: &RuleIds<'_>, reference: &Unresolved, code: Code) -> Finding {
    let message = format!("there is no rule `{}` in the content", reference.text);
    let finding = Finding::new(code, reference.at.clone(), message);
    let names = corpus.rules.iter().filter_map(|rule| rule.name.as_deref());
    // Use Cases and Customers call rules by their title, correlations and filters do not.
    let titled = if code == Code::UnknownRule { corpus.rules.as_slice() } else { &[] };
    let names = names.chain(titled.iter().map(|rule| rule.title.as_str()));
    match ids.miscopied(&reference.text).or_else(|| nearest(&reference.text, names)) {
        Some(near) => finding.help(format!("did you mean `{near}`?")),
        None => finding,
    }
}

/// Whether the relation itself says that the other id is no longer used (Sigma specification,
/// `related`): the rule took its place.
fn is_gone(corpus: &Corpus, reference: &Unresolved) -> bool {
    let Node::Rule(i) = reference.from else { return false };
    let relations = corpus.rules.get(i as usize).map(|rule| rule.related.as_slice()).unwrap_or_default();
    let relation = relations.iter().find(|related| related.id == reference.text);
    relation.is_some_and(|related| matches!(related.relation.as_str(), "obsolete" | "obsoletes" | "renamed" | "merged"))
}

/// The ids of rules, for finding the one that was copied wrong.
struct RuleIds<'a> {
    ids: Vec<&'a str>,
    /// The [parts](Self::parts) of each id with its position, sorted.
    parts: Vec<(u64, u32)>,
}

impl<'a> RuleIds<'a> {
    fn new(ids: Vec<&'a str>) -> Self {
        let mut parts: Vec<(u64, u32)> =
            (0..).zip(&ids).flat_map(|(i, id)| Self::parts(id).map(move |part| (part, i))).collect();
        parts.sort_unstable();
        Self { ids, parts }
    }

    /// What stands for the thirds of an id: of two that differ in two characters one third is the same.
    fn parts(id: &str) -> [u64; 3] {
        let third = id.len() / 3;
        [0..third, third..2 * third, 2 * third..id.len()].map(|range| {
            let mut hasher = DefaultHasher::new();
            (range.start, id.len()).hash(&mut hasher);
            id.as_bytes()[range].iter().for_each(|byte| hasher.write_u8(byte.to_ascii_lowercase()));
            hasher.finish()
        })
    }

    /// The first id that `written` is but for a slip of the pen.
    fn miscopied(&self, written: &str) -> Option<&'a str> {
        let alike = |part: u64| {
            let start = self.parts.partition_point(|(other, _)| *other < part);
            self.parts[start..].iter().take_while(move |(other, _)| *other == part).map(|(_, i)| *i)
        };
        let found = Self::parts(written).into_iter().flat_map(alike);
        found.filter(|i| miscopied(written, self.ids[*i as usize])).min().map(|i| self.ids[i as usize])
    }
}

/// Whether two ids differ in one or two characters: no two UUIDs are alike by chance, so more
/// than a slip of the pen is another rule.
fn miscopied(written: &str, id: &str) -> bool {
    let same_length = written.len() == id.len() && id.len() >= 32;
    same_length && written.bytes().zip(id.bytes()).filter(|(a, b)| !a.eq_ignore_ascii_case(b)).take(3).count() <= 2
}

/// The titles of a kind.
fn names(corpus: &Corpus, kind: Kind) -> Vec<&str> {
    match kind {
        Kind::DataNeeded => corpus.data_needed.iter().map(|x| x.title.as_str()).collect(),
        Kind::LoggingPolicy => corpus.logging_policies.iter().map(|x| x.title.as_str()).collect(),
        Kind::Enrichment => corpus.enrichments.iter().map(|x| x.title.as_str()).collect(),
        Kind::ResponseAction => corpus.response_actions.iter().map(|x| x.title.as_str()).collect(),
        Kind::ResponsePlaybook => corpus.response_playbooks.iter().map(|x| x.title.as_str()).collect(),
        Kind::ResponseStage => corpus.response_stages.iter().map(|x| x.title.as_str()).collect(),
        Kind::MitigationSystem => corpus.mitigation_systems.iter().map(|x| x.title.as_str()).collect(),
        Kind::MitigationPolicy => corpus.mitigation_policies.iter().map(|x| x.title.as_str()).collect(),
        Kind::HardeningPolicy => corpus.hardening_policies.iter().map(|x| x.title.as_str()).collect(),
        Kind::UseCase => corpus.use_cases.iter().map(|x| x.title.as_str()).collect(),
        Kind::Customer => corpus.customers.iter().map(|x| x.title.as_str()).collect(),
        Kind::Rule | Kind::Trigger | Kind::RecordedEvent | Kind::Page => Vec::new(),
    }
}

/// The noun of an entity, as said in a message about it.
pub(super) fn noun(node: Node) -> &'static str {
    node.kind().map_or("ATT&CK object", Kind::noun)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_two_slips_anywhere_is_found_and_one_with_three_is_not() {
        let id = "5ae7a9f2-9d0a-4d1c-9f3c-0123456789ab";
        let upper = id.to_uppercase();
        let ids = RuleIds::new(vec!["ffffffff-0000-4000-8000-ffffffffffff", id, &upper]);
        let with = |slips: &[usize]| {
            let mut bytes = id.as_bytes().to_vec();
            for at in slips {
                bytes[*at] = b'x';
            }
            String::from_utf8(bytes).expect("ASCII")
        };
        for first in 0..id.len() {
            for second in 0..id.len() {
                assert_eq!(ids.miscopied(&with(&[first, second])), Some(id), "{first} {second}");
            }
        }
        assert_eq!(ids.miscopied(&with(&[0, 15, 30])), None);
        for short in ["", "x", "é", &id[1..]] {
            assert_eq!(ids.miscopied(short), None, "{short}");
        }
    }
}
