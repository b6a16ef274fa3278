//! Converting: the front end once per rule, then each target.

use rayon::prelude::*;

use crate::model::{CollectionFault, Corpus, Emitted, Precedence, Rule, RuleKind, Value, unfold};
use crate::report::{Code, Finding, Findings};

use super::front::{Language, language, legacy, modern};
use super::refusal::{Documents, NotConvertible, Refusal, Spot};
use super::target::Target;
use super::tree::Detection;

/// The queries of a rule for one target, or why there are none.
pub type Outcome = Result<Vec<String>, NotConvertible>;

/// The queries of `rule` for `target`, one per detection or condition, as a user pastes them.
///
/// Never panics, and never returns an empty list for a rule that is in order.
pub fn convert(rule: &Rule, target: &Target) -> Outcome {
    convert_each(rule, &[target]).pop().unwrap_or_else(|| Ok(Vec::new()))
}

/// What the converter of February 2019 prints on standard output for a file that holds `rule`;
/// nothing if it fails or did not have the target.
pub fn legacy_stdout(rule: &Rule, target: &Target) -> String {
    let Some(legacy) = &target.legacy else { return String::new() };
    let Some(texts) = legacy_outcomes(rule, &[target]).pop().and_then(Result::ok) else { return String::new() };
    let mut out = String::with_capacity(texts.iter().map(|text| text.len() + 1).sum::<usize>() + 1);
    for text in texts {
        out.push_str(&text);
        out.push('\n');
    }
    out.push_str(legacy.end);
    out
}

/// The outcome for each target, in the order given; nothing at all is no outcome.
fn convert_each(rule: &Rule, targets: &[&Target]) -> Vec<Outcome> {
    let mut outcomes = any_outcomes(rule, targets);
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.as_ref().is_ok_and(Vec::is_empty)) {
        let reason = "`action: global` documents only add to others, and no document here detects anything";
        let refusal = Refusal::broken(Spot::Top("action"), reason);
        *outcome = Err(refusal.locate(rule, 0, rule.documents.first().unwrap_or(&Value::Null)));
    }
    outcomes
}

fn any_outcomes(rule: &Rule, targets: &[&Target]) -> Vec<Outcome> {
    match language(rule) {
        Language::Modern => modern_outcomes(rule, targets),
        Language::Legacy => legacy_outcomes(rule, targets),
        Language::LegacyIfReadable => {
            let outcomes = legacy_outcomes(rule, targets);
            let broken = |outcome: &Outcome| matches!(outcome, Err(why) if why.code == Code::BrokenDetection);
            if outcomes.iter().any(broken) { modern_outcomes(rule, targets) } else { outcomes }
        }
    }
}

fn all<T: Clone>(targets: &[&Target], outcome: &T) -> Vec<T> {
    vec![outcome.clone(); targets.len()]
}

fn emitted(rule: &Rule, precedence: Precedence) -> Result<Vec<Emitted<'_>>, NotConvertible> {
    let (emitted, fault) = unfold(&rule.documents, precedence);
    let Some((index, fault)) = fault else { return Ok(emitted) };
    let refusal = match fault {
        CollectionFault::NotAMapping(what) => {
            Refusal::broken(Spot::Top(""), format!("a rule must be a mapping, this document is {what}"))
        }
        CollectionFault::NothingToRepeat => {
            Refusal::broken(Spot::Top("action"), "`action: repeat` has no rule before it to repeat")
        }
    };
    Err(refusal.locate(rule, index, rule.documents.get(index).unwrap_or(&Value::Null)))
}

fn legacy_outcomes(rule: &Rule, targets: &[&Target]) -> Vec<Outcome> {
    let emitted = match emitted(rule, Precedence::Global) {
        Ok(emitted) => emitted,
        Err(why) => return all(targets, &Err(why)),
    };
    let mut rules = Vec::with_capacity(emitted.len());
    for one in &emitted {
        match legacy::read(&one.document) {
            Ok(read) => rules.push(read),
            Err(refusal) => return all(targets, &Err(refusal.locate(rule, one.index, &one.document))),
        }
    }
    let outcome = |target: &&Target| {
        let texts = match &target.legacy {
            Some(legacy) => (legacy.write)(&rules),
            None => lowered(rule, &rules, target),
        };
        texts.map_err(|(i, refusal)| refusal.locate(rule, emitted[i].index, &emitted[i].document))
    };
    targets.iter().map(outcome).collect()
}

/// Rules of the 2019 language for a target of today.
fn lowered<'d>(rule: &'d Rule, rules: &[legacy::Rule<'d>], target: &Target) -> Documents<'d> {
    let mut texts = Vec::with_capacity(rules.len());
    for (i, one) in rules.iter().enumerate() {
        let queries = one.conditions.iter().filter_map(|condition| legacy::lower(condition).transpose());
        let queries = queries.collect::<Result<_, _>>().map_err(|refusal| (i, refusal))?;
        texts.extend((target.modern)(&Detection { rule, queries }).map_err(|refusal| (i, refusal))?);
    }
    Ok(texts)
}

fn modern_outcomes(rule: &Rule, targets: &[&Target]) -> Vec<Outcome> {
    let emitted = match emitted(rule, Precedence::Own) {
        Ok(emitted) => emitted,
        Err(why) => return all(targets, &Err(why)),
    };
    let mut outcomes: Vec<Outcome> = all(targets, &Ok(Vec::new()));
    for one in &emitted {
        let detection = match modern::read(rule, &one.document) {
            Ok(detection) => detection,
            Err(refusal) => return all(targets, &Err(refusal.locate(rule, one.index, &one.document))),
        };
        for (target, outcome) in targets.iter().zip(&mut outcomes) {
            let Ok(queries) = outcome else { continue };
            match (target.modern)(&detection) {
                Ok(more) => queries.extend(more),
                Err(refusal) => *outcome = Err(refusal.locate(rule, one.index, &one.document)),
            }
        }
    }
    outcomes
}

/// The queries of all rules for the targets asked for.
#[derive(Debug)]
pub struct Compiled {
    targets: Vec<&'static str>,
    /// For each rule of the corpus, for each target.
    outcomes: Vec<Vec<Outcome>>,
    /// Which rules are filters: no query of their own is what they are meant to have.
    filters: Vec<bool>,
}

/// Converts all rules to all `targets`, in parallel over the rules.
pub fn compile(corpus: &Corpus, targets: &[&'static Target]) -> Compiled {
    let outcomes = corpus.rules.par_iter().map(|rule| convert_each(rule, targets)).collect();
    let filters = corpus.rules.iter().map(|rule| rule.kind == RuleKind::Filter).collect();
    Compiled { targets: targets.iter().map(|target| target.name).collect(), outcomes, filters }
}

impl Compiled {
    /// The outcome for the rule at `rule` of the corpus; `None` if there is no such rule or the
    /// target was not asked for.
    pub fn get(&self, rule: usize, target: &str) -> Option<&Outcome> {
        let column = self.targets.iter().position(|name| *name == target)?;
        self.outcomes.get(rule)?.get(column)
    }

    /// One finding per rule and reason, which names the targets it holds for unless it holds for
    /// any.
    pub fn findings(&self) -> Findings {
        let rules = self.outcomes.iter().zip(&self.filters).filter(|(_, is_filter)| !**is_filter);
        rules.flat_map(|(outcomes, _)| self.rule_findings(outcomes)).collect()
    }

    fn rule_findings(&self, outcomes: &[Outcome]) -> Vec<Finding> {
        let mut reasons: Vec<(&NotConvertible, Vec<&str>)> = Vec::new();
        for (outcome, name) in outcomes.iter().zip(&self.targets) {
            let Err(why) = outcome else { continue };
            match reasons.iter_mut().find(|(known, _)| (known.code, &known.at) == (why.code, &why.at)) {
                Some((_, names)) => names.push(name),
                None => reasons.push((why, vec![name])),
            }
        }
        let finding = |(why, names): (&NotConvertible, Vec<&str>)| {
            let message = match why.code {
                Code::NotConvertible => format!("no query for {}: {}", names.join(", "), why.reason),
                _ => why.reason.clone(),
            };
            let finding = Finding::new(why.code, why.at.clone(), message);
            match &why.help {
                Some(help) => finding.help(help.clone()),
                None => finding,
            }
        };
        reasons.into_iter().map(finding).collect()
    }
}
