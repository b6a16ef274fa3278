//! References to ATT&CK: unknown, retired, misspelt, or of another version.

use crate::config::{list, nearest};
use crate::graph::{EdgeKind, Graph, Node, Unresolved, UnresolvedWhy, Via};
use crate::model::{Attack, AttackId, AttackKind, Domain, Origin, Status};
use crate::report::{Change, Code, Finding, Findings};

use super::CheckInput;
use super::attack_version::{is_older, is_skewed};
use super::references::noun;

pub(super) fn check(input: &CheckInput<'_>, findings: &mut Findings) {
    let graph = input.graph;
    let skewed = is_skewed(graph);
    for reference in graph.unresolved() {
        if skewed && matches!(reference.why, UnresolvedWhy::Newer(_)) {
            continue;
        }
        if let Some(finding) = unresolved(graph, reference) {
            findings.push(finding);
        }
    }
    retired(graph, findings);
}

/// References that were resolved, but not by their current name.
fn retired(graph: &Graph, findings: &mut Findings) {
    let attack = &graph.corpus().attack;
    let mut split: Option<Finding> = None;
    let part_of = is_older(graph).then_some(Code::OlderAttack);
    for edge in graph.indirect() {
        let (Some(place), Some(object)) = (&edge.place, graph.attack(edge.to)) else { continue };
        match &edge.via {
            Via::Direct => {}
            Via::Spelling(canonical) => {
                let message = format!("the tag of {} is written `{canonical}`", object.id);
                let help = format!("use `{canonical}`");
                let finding = Finding::new(Code::TagSpelling, place.clone(), message).help(help);
                findings.push(finding.fix(place.clone(), Change::Write(canonical.clone())));
            }
            Via::Retired { id, through } => {
                let path = through.iter().fold(String::new(), |path, id| path + &format!("{id}, then by "));
                let message = format!("ATT&CK replaced {id} by {path}{} ({})", object.id, object.name);
                let use_it = tag_or_id(edge.kind, edge.from, object.id);
                let help = if has_tag(graph, edge.from, &use_it) {
                    format!("remove it: `{use_it}` is given as well")
                } else {
                    format!("use `{use_it}`")
                };
                let finding = Finding::new(Code::RevokedId, place.clone(), message).help(help);
                // A Trigger under the name of the old id has to move as well.
                let stays = trigger(graph, edge.from).is_none_or(|origin| {
                    origin.stem == use_it && folder_name(origin).is_none_or(|name| name == use_it)
                });
                let finding = Finding { part_of, ..finding };
                findings.push(if stays { finding.fix(place.clone(), Change::Write(use_it)) } else { finding });
            }
            Via::RetiredTactic(name) => {
                let slug = object.short_name.as_deref().unwrap_or(&object.name);
                let at = crate::text::At::from(place.clone());
                // Both successors of one tag make one finding.
                if let Some(before) = split.as_mut().filter(|before| before.at == at) {
                    before.help = before.help.take().map(|help| format!("{help} and `attack.{slug}`"));
                    before.fix = None;
                    continue;
                }
                findings.extend(split.take());
                let message = format!("ATT&CK {} has no tactic `{name}` any more", attack.version);
                let help = format!("by its techniques, this {} belongs to `attack.{slug}`", noun(edge.from));
                let change = Change::Write(format!("attack.{slug}"));
                let finding = Finding::new(Code::RetiredTactic, at, message).help(help).fix(place.clone(), change);
                split = Some(Finding { part_of, ..finding });
            }
        }
    }
    findings.extend(split);
}

/// Whether a rule, playbook or policy has a tag of exactly this text.
fn has_tag(graph: &Graph, node: Node, tag: &str) -> bool {
    let corpus = graph.corpus();
    let tags = match node {
        Node::Rule(i) => corpus.rules.get(i as usize).map(|rule| &rule.tags),
        Node::ResponsePlaybook(i) => corpus.response_playbooks.get(i as usize).map(|playbook| &playbook.tags),
        Node::MitigationPolicy(i) => corpus.mitigation_policies.get(i as usize).map(|policy| &policy.tags),
        Node::HardeningPolicy(i) => corpus.hardening_policies.get(i as usize).map(|policy| &policy.tags),
        _ => None,
    };
    tags.is_some_and(|tags| tags.iter().any(|own| own == tag))
}

/// How the object is named where the edge was written: by tag, or by id in a Trigger.
fn tag_or_id(kind: EdgeKind, from: Node, id: AttackId) -> String {
    match (kind, from) {
        (EdgeKind::HasTechnique, Node::Trigger(_)) => id.to_string(),
        _ => format!("attack.{}", id.to_string().to_ascii_lowercase()),
    }
}

fn unresolved(graph: &Graph, reference: &Unresolved) -> Option<Finding> {
    let attack = &graph.corpus().attack;
    let text = reference.text.trim();
    let name = text.split_once('.').filter(|(space, _)| space.eq_ignore_ascii_case("attack")).map_or(text, |(_, n)| n);
    let (unknown, what) = match reference.kind {
        EdgeKind::HasTactic => (Code::UnknownTactic, "tactic"),
        EdgeKind::HasTechnique => (Code::UnknownTechnique, "technique"),
        EdgeKind::HasGroup => (Code::UnknownGroup, "group"),
        EdgeKind::HasSoftware => (Code::UnknownSoftware, "software"),
        EdgeKind::HasOther => (Code::UnknownAttackObject, "object"),
        _ => return None,
    };
    let finding = |code, message: String| Finding::new(code, reference.at.clone(), message);
    Some(match &reference.why {
        UnresolvedWhy::Unknown => {
            let version = &attack.version;
            let found = finding(unknown, format!("ATT&CK {version} has no {what} `{name}`"));
            match (suggestion(attack, reference.kind, name), folder(graph, reference.from)) {
                (_, Some(folder)) => found.help(format!("the Trigger lies in the folder of {folder}")),
                (Some(near), None) => found.help(format!("did you mean `{near}`?")),
                (None, None) => found,
            }
        }
        UnresolvedWhy::Deprecated(called) => {
            let called = called.as_deref().map(|c| format!(" ({c})")).unwrap_or_default();
            let shown = if reference.kind == EdgeKind::HasTactic {
                format!("the tactic `{name}`")
            } else {
                name.to_ascii_uppercase()
            };
            finding(Code::DeprecatedId, format!("ATT&CK deprecated {shown}{called} and names nothing in its place"))
        }
        UnresolvedWhy::NameNotId(id) => {
            let tag = format!("attack.{}", id.to_string().to_ascii_lowercase());
            let now = attack.object(*id).map(|object| object.name.as_str()).unwrap_or_default();
            let message = format!("`{name}` is no tactic, but a name of {id} ({now})");
            finding(unknown, message).help(format!("use `{tag}`"))
        }
        UnresolvedWhy::Newer(version) => {
            let used = &attack.version;
            let shown = if reference.kind == EdgeKind::HasTactic {
                format!("the tactic `{name}`")
            } else {
                name.to_ascii_uppercase()
            };
            finding(Code::NewerId, format!("{shown} is known since ATT&CK {version}; ATT&CK {used} is in use"))
                .help(format!("use ATT&CK {version} or later: `version` in `[attack]`, or `--attack-version`"))
        }
        UnresolvedWhy::Ambiguous(candidates) => {
            let slugs: Vec<String> = candidates
                .iter()
                .filter_map(|id| Some(format!("attack.{}", attack.object(*id)?.short_name.as_deref()?)))
                .collect();
            let message = format!("ATT&CK {} has no tactic `{name}` any more", attack.version);
            let help = format!(
                "it was split into {}; no technique beside it tells which is meant",
                list(slugs.iter().map(String::as_str))
            );
            finding(Code::RetiredTactic, message).help(help)
        }
    })
}

/// The technique in whose folder a Trigger lies.
fn folder(graph: &Graph, node: Node) -> Option<AttackId> {
    let id = folder_name(trigger(graph, node)?)?.parse().ok()?;
    graph.corpus().attack.object(id).map(|object| object.id)
}

/// Where a node that is a Trigger comes from.
fn trigger(graph: &Graph, node: Node) -> Option<&Origin> {
    graph.origin(node).filter(|_| matches!(node, Node::Trigger(_)))
}

fn folder_name(origin: &Origin) -> Option<&str> {
    origin.within.rsplit('/').nth(1)
}

/// The nearest tag of the kind that exists.
fn suggestion(attack: &Attack, kind: EdgeKind, name: &str) -> Option<String> {
    let active = attack.objects.iter().filter(|object| object.status == Status::Active);
    if kind == EdgeKind::HasTactic {
        let slugs = active.filter(|o| o.domains.contains(&Domain::Enterprise)).filter_map(|o| o.short_name.as_deref());
        return nearest(name, slugs).map(|slug| format!("attack.{slug}"));
    }
    // Of ids, only the same technique without or with a wrong sub-number is worth naming: one
    // digit more or less is another technique altogether.
    let parent: AttackId = name.split('.').next()?.to_ascii_uppercase().parse().ok()?;
    let known =
        parent.kind() == AttackKind::Technique && attack.object(parent).is_some_and(|o| o.status == Status::Active);
    (known && name.contains('.')).then(|| format!("attack.{}", parent.to_string().to_ascii_lowercase()))
}
