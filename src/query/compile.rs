//! Converting: the front end once per rule, then each target.

use rayon::prelude::*;

use crate::model::{Attack, CollectionFault, Corpus, Emitted, Precedence, Rule, RuleKind, Value, unfold};
use crate::report::{Code, Finding, Findings};

use super::detection::Sigma;
use super::front::{Language, language, legacy, modern};
use super::reading::{Compat, Reading};
use super::refusal::{NotConvertible, Refusal, Spot};
use super::target::{Format, Target};
use super::tree::trees;

/// A kind of query somebody wants of a rule.
#[derive(Debug, Clone)]
pub struct Request {
    /// The language.
    pub target: &'static Target,
    /// The shape of its output.
    pub format: &'static Format,
    /// Whose text is wanted.
    pub compat: Compat,
}

impl Request {
    /// The target's first format, strict.
    pub fn new(target: &'static Target) -> Self {
        Self { target, format: &target.formats[0], compat: Compat::Strict }
    }
}

/// What is known around a rule.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// All rules, for those that name others.
    pub rules: &'a [Rule],
    /// Names of techniques and tactics.
    pub attack: &'a Attack,
}

impl<'a> Context<'a> {
    /// The rules and facts of `corpus`.
    pub fn new(corpus: &'a Corpus) -> Self {
        Self { rules: &corpus.rules, attack: &corpus.attack }
    }
}

/// The queries of a rule for one target, or why there are none.
pub type Outcome = Result<Vec<String>, NotConvertible>;

/// The queries of `rule`, one per detection or condition, as a user pastes them.
///
/// Never panics, and never returns an empty list for a rule that is in order.
pub fn convert(rule: &Rule, request: &Request, context: &Context<'_>) -> Outcome {
    convert_each(rule, std::slice::from_ref(request), context).pop().unwrap_or_else(|| Ok(Vec::new()))
}

/// What the converter of February 2019 prints on standard output for a file that holds `rule`;
/// nothing if it fails or did not have the target.
pub fn legacy_stdout(rule: &Rule, target: &Target) -> String {
    let Some(legacy) = &target.legacy else { return String::new() };
    let Ok(emitted) = emitted(rule, Precedence::Global) else { return String::new() };
    let read = emitted.iter().map(|one| legacy::read(&one.document)).collect::<Result<Vec<_>, _>>();
    let Some(texts) = read.ok().and_then(|rules| (legacy.write)(&rules).ok()) else { return String::new() };
    let mut out = String::with_capacity(texts.iter().map(|text| text.len() + 1).sum::<usize>() + 1);
    for text in texts {
        out.push_str(&text);
        out.push('\n');
    }
    out.push_str(legacy.end);
    out
}

/// The outcome for each request, in the order given; nothing at all is no outcome.
fn convert_each(rule: &Rule, requests: &[Request], context: &Context<'_>) -> Vec<Outcome> {
    let mut outcomes = any_outcomes(rule, requests, context);
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.as_ref().is_ok_and(Vec::is_empty)) {
        let reason = "`action: global` documents only add to others, and no document here detects anything";
        let refusal = Refusal::broken(Spot::Top("action"), reason);
        *outcome = Err(refusal.locate(rule, 0, rule.documents.first().unwrap_or(&Value::Null)));
    }
    outcomes
}

fn any_outcomes(rule: &Rule, requests: &[Request], context: &Context<'_>) -> Vec<Outcome> {
    match language(rule) {
        Language::Modern => modern_outcomes(rule, requests, context),
        Language::Legacy => legacy_outcomes(rule, requests, context),
        Language::LegacyIfReadable => {
            let outcomes = legacy_outcomes(rule, requests, context);
            let broken = |outcome: &Outcome| matches!(outcome, Err(why) if why.code == Code::BrokenDetection);
            if outcomes.iter().any(broken) { modern_outcomes(rule, requests, context) } else { outcomes }
        }
    }
}

fn all(requests: &[Request], outcome: &Outcome) -> Vec<Outcome> {
    vec![outcome.clone(); requests.len()]
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

fn legacy_outcomes(rule: &Rule, requests: &[Request], context: &Context<'_>) -> Vec<Outcome> {
    let emitted = match emitted(rule, Precedence::Global) {
        Ok(emitted) => emitted,
        Err(why) => return all(requests, &Err(why)),
    };
    let mut rules = Vec::with_capacity(emitted.len());
    for one in &emitted {
        match legacy::read(&one.document) {
            Ok(read) => rules.push(read),
            Err(refusal) => return all(requests, &Err(refusal.locate(rule, one.index, &one.document))),
        }
    }
    let mut outcomes: Vec<Outcome> = all(requests, &Ok(Vec::new()));
    for (request, outcome) in requests.iter().zip(&mut outcomes) {
        if let Some(legacy) = &request.target.legacy {
            let located =
                |(i, refusal): (usize, Refusal<'_>)| refusal.locate(rule, emitted[i].index, &emitted[i].document);
            *outcome = (legacy.write)(&rules).map_err(located);
        }
    }
    // Rules of the 2019 language for the targets of today.
    let modern: Vec<bool> = requests.iter().map(|request| request.target.legacy.is_none()).collect();
    if modern.contains(&true) {
        for (read, one) in rules.iter().zip(&emitted) {
            write_document(rule, one, legacy::lower(rule, read), requests, &modern, context, &mut outcomes);
        }
    }
    outcomes
}

fn modern_outcomes(rule: &Rule, requests: &[Request], context: &Context<'_>) -> Vec<Outcome> {
    let emitted = match emitted(rule, Precedence::Own) {
        Ok(emitted) => emitted,
        Err(why) => return all(requests, &Err(why)),
    };
    let mut outcomes = all(requests, &Ok(Vec::new()));
    let wanted = vec![true; requests.len()];
    for one in &emitted {
        write_document(rule, one, modern::read(rule, &one.document), requests, &wanted, context, &mut outcomes);
    }
    outcomes
}

/// Adds the queries of one document to the outcomes that are `wanted` and have not failed yet.
fn write_document<'d>(
    rule: &Rule,
    one: &'d Emitted<'_>,
    read: Result<Sigma<'d>, Refusal<'d>>,
    requests: &[Request],
    wanted: &[bool],
    context: &Context<'_>,
    outcomes: &mut [Outcome],
) {
    let locate = |refusal: Refusal<'_>| refusal.locate(rule, one.index, &one.document);
    let open = || requests.iter().zip(wanted).enumerate().filter(|(_, (_, wanted))| **wanted).map(|(i, (r, _))| (i, r));
    let sigma = match read {
        Ok(sigma) => sigma,
        Err(refusal) => {
            let why = locate(refusal);
            open().for_each(|(i, _)| outcomes[i] = Err(why.clone()));
            return;
        }
    };
    let queries = match trees(&sigma) {
        Ok(queries) => queries,
        Err(refusal) => {
            let why = locate(refusal);
            open().for_each(|(i, _)| outcomes[i] = Err(why.clone()));
            return;
        }
    };
    let mut reading = Reading { sigma: &sigma, queries, compat: Compat::Strict, attack: context.attack };
    for (i, request) in open() {
        let Ok(queries) = &mut outcomes[i] else { continue };
        reading.compat = request.compat;
        match (request.format.write)(&reading) {
            Ok(more) => queries.extend(more),
            Err(refusal) => outcomes[i] = Err(locate(refusal)),
        }
    }
}

/// The queries of all rules for the requests made.
#[derive(Debug)]
pub struct Compiled {
    targets: Vec<&'static str>,
    /// For each rule of the corpus, for each request.
    outcomes: Vec<Vec<Outcome>>,
    /// Which rules are filters: no query of their own is what they are meant to have.
    filters: Vec<bool>,
}

/// Converts all rules for all `requests`, in parallel over the rules.
pub fn compile(corpus: &Corpus, requests: &[Request]) -> Compiled {
    let context = Context::new(corpus);
    let outcomes = corpus.rules.par_iter().map(|rule| convert_each(rule, requests, &context)).collect();
    let filters = corpus.rules.iter().map(|rule| rule.kind == RuleKind::Filter).collect();
    Compiled { targets: requests.iter().map(|request| request.target.name).collect(), outcomes, filters }
}

impl Compiled {
    /// The outcome for the rule at `rule` of the corpus and the request at `request` of those
    /// made; `None` if there is none.
    pub fn get(&self, rule: usize, request: usize) -> Option<&Outcome> {
        self.outcomes.get(rule)?.get(request)
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
