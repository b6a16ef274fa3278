//! What a team asks of its own content: `[coverage]`.

mod recorded;

pub use recorded::{RecordedCoverage, recorded_coverage};

use crate::config::{Need, TacticMinimum, nearest};
use crate::graph::{EdgeKind, Node};
use crate::model::{AttackKind, Rule, RuleKind, Status};
use crate::report::{Code, Finding, Findings};
use crate::text::{FileId, Place, Span, YamlPath};

use super::CheckInput;

pub(super) fn rules(input: &CheckInput<'_>, findings: &mut Findings) {
    let wanted = input.coverage;
    for (i, rule) in (0..).zip(&input.graph.corpus().rules) {
        let Some(level) = rule.level.as_deref().filter(|level| wanted.levels.iter().any(|asked| asked == level)) else {
            continue;
        };
        if rule.kind == RuleKind::Filter {
            continue;
        }
        let has = |kind| input.graph.to(Node::Rule(i), kind).next().is_some();
        for need in &wanted.need {
            let (code, edge, what) = match need {
                // Other rules are what a correlation needs; they have data.
                Need::DataNeeded if rule.kind == RuleKind::Correlation => continue,
                Need::DataNeeded => (Code::RuleWithoutDataNeeded, EdgeKind::NeedsData, "Data Needed"),
                Need::Trigger => (Code::RuleWithoutTrigger, EdgeKind::TestedBy, "Trigger"),
            };
            if !has(edge) {
                let message = format!("a rule of level `{level}` needs a {what}, and this one has none");
                findings.push(Finding::new(code, level_place(rule), message));
            }
        }
    }
}

fn level_place(rule: &Rule) -> Place {
    let has = |index: &usize| rule.documents[*index].get("level").is_some();
    let document = (0..rule.documents.len()).rev().find(has).unwrap_or_default();
    Place::new(rule.origin.file, rule.origin.document as usize + document, YamlPath::field("level"))
}

pub(super) fn tactics(input: &CheckInput<'_>, findings: &mut Findings) {
    let Some(file) = input.config_file else { return };
    let attack = &input.graph.corpus().attack;
    for minimum in &input.coverage.tactics {
        let named = |(_, object): &(usize, &crate::model::AttackObject)| {
            object.id.kind() == AttackKind::Tactic
                && object.status == Status::Active
                && object.short_name.as_deref() == Some(minimum.tactic.as_str())
        };
        let objects = || attack.objects.iter().enumerate();
        let tactics: Vec<u32> = objects().filter(named).filter_map(|(i, _)| u32::try_from(i).ok()).collect();
        if tactics.is_empty() {
            let known = objects().filter(|(_, object)| object.id.kind() == AttackKind::Tactic);
            let known = known.filter_map(|(_, object)| object.short_name.as_deref());
            let message = format!("ATT&CK {} has no tactic `{}`", attack.version, minimum.tactic);
            let finding = Finding::new(Code::BadConfigValue, at(file, minimum), message);
            findings.push(match nearest(&minimum.tactic, known) {
                Some(near) => finding.help(format!("did you mean `{near}`?")),
                None => finding,
            });
            continue;
        }
        // A name is a tactic of each domain.
        let mut techniques: Vec<Node> =
            tactics.into_iter().flat_map(|i| input.graph.techniques_of(Node::Attack(i))).collect();
        techniques.sort_unstable();
        techniques.dedup();
        let covered = techniques.iter().filter(|node| input.graph.coverage_with_subs(**node).rules > 0).count();
        if covered < minimum.least {
            let message = format!(
                "rules cover {covered} of the {} techniques of `{}`, fewer than {}",
                techniques.len(),
                minimum.tactic,
                minimum.least
            );
            findings.push(Finding::new(Code::TacticBelowMinimum, at(file, minimum), message));
        }
    }
}

fn at(file: FileId, minimum: &TacticMinimum) -> Span {
    Span { file, ..minimum.span }
}
