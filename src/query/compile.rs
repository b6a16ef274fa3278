//! Converting: the front end once per rule, then each target.

use std::sync::Arc;

use rayon::prelude::*;

use crate::model::{Attack, Corpus, Emitted, Precedence, Rule, RuleKind, SigmacConfig, Value};
use crate::report::{Code, Finding, Findings};

use super::detection::Sigma;
use super::front::{Language, language, legacy, modern};
use super::library::Context;
use super::pipeline::Chain;
use super::reading::{Compat, Correlating, Reading};
use super::refusal::{NotConvertible, Refusal, Spot};
use super::resolve::{self, emitted};
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
    /// The configuration of the 2019 converter that rules of its language are written with.
    pub config: Option<Arc<SigmacConfig>>,
    /// The pipelines rules go through first.
    pub chain: Arc<Chain>,
}

impl Request {
    /// The target's first format, strict, without pipelines.
    pub fn new(target: &'static Target) -> Self {
        Self { target, format: &target.formats[0], compat: Compat::Strict, config: None, chain: Arc::default() }
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

/// What the converter of February 2019 prints on standard output for a file that holds `rule`,
/// with `config` if one is given; nothing if it fails or did not have the target.
pub fn legacy_stdout(rule: &Rule, target: &Target, config: Option<&SigmacConfig>) -> String {
    let Some(legacy) = &target.legacy else { return String::new() };
    let Ok(emitted) = emitted(rule, Precedence::Global) else { return String::new() };
    let setup = legacy::Setup { config, index_field: legacy.index_field };
    let read = emitted.iter().map(|one| legacy::read(&one.document, setup)).collect::<Result<Vec<_>, _>>();
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
    match rule.kind {
        RuleKind::Detection => {}
        RuleKind::Correlation => return correlation_outcomes(rule, requests, context),
        RuleKind::Filter => {
            let reason = "a filter is no query of its own: it narrows the rules it names";
            let refusal = Refusal::unsupported(Spot::Top("filter"), reason);
            return all(requests, &Err(refusal.locate(rule, 0, rule.documents.first().unwrap_or(&Value::Null))));
        }
    }
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

fn legacy_outcomes(rule: &Rule, requests: &[Request], context: &Context<'_>) -> Vec<Outcome> {
    let emitted = match emitted(rule, Precedence::Global) {
        Ok(emitted) => emitted,
        Err(why) => return all(requests, &Err(why)),
    };
    let mut outcomes: Vec<Outcome> = all(requests, &Ok(Vec::new()));
    let mut readings: Vec<(legacy::Setup<'_>, Result<Vec<legacy::Rule<'_>>, NotConvertible>)> = Vec::new();
    // Rules of the 2019 language for the targets of today.
    let modern: Vec<bool> = requests.iter().map(|request| request.target.legacy.is_none()).collect();
    if modern.contains(&true) {
        match legacy_reading(rule, &emitted, legacy::Setup::default()) {
            Ok(rules) => {
                for (read, one) in rules.iter().zip(&emitted) {
                    write_document(rule, one, legacy::lower(rule, read), requests, &modern, context, &mut outcomes);
                }
            }
            Err(why) => return all(requests, &Err(why)),
        }
    }
    for (request, outcome) in requests.iter().zip(&mut outcomes) {
        let Some(legacy) = &request.target.legacy else { continue };
        let setup = legacy::Setup { config: request.config.as_deref(), index_field: legacy.index_field };
        let known = readings.iter().position(|(other, _)| other.is(setup)).unwrap_or_else(|| {
            readings.push((setup, legacy_reading(rule, &emitted, setup)));
            readings.len() - 1
        });
        let located = |(i, refusal): (usize, Refusal<'_>)| refusal.locate(rule, emitted[i].index, &emitted[i].document);
        *outcome = match &readings[known].1 {
            Ok(rules) => (legacy.write)(rules).map_err(located),
            Err(why) => Err(why.clone()),
        };
    }
    outcomes
}

/// The documents of a rule, read once for all targets that want the same.
fn legacy_reading<'d>(
    rule: &Rule,
    emitted: &'d [Emitted<'_>],
    setup: legacy::Setup<'d>,
) -> Result<Vec<legacy::Rule<'d>>, NotConvertible> {
    let read = |one: &'d Emitted<'_>| {
        legacy::read(&one.document, setup).map_err(|refusal| refusal.locate(rule, one.index, &one.document))
    };
    emitted.iter().map(read).collect()
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
    let mut fail = |why: &NotConvertible| open().for_each(|(i, _)| outcomes[i] = Err(why.clone()));
    let mut sigma = match read {
        Ok(sigma) => sigma,
        Err(refusal) => return fail(&locate(refusal)),
    };
    if let Err(why) = resolve::narrow(&mut sigma, context) {
        return fail(&why);
    }
    // The tree of the rule as it was written serves all requests without pipelines.
    let mut plain = None;
    for (i, request) in open() {
        let Ok(queries) = &mut outcomes[i] else { continue };
        let more = if request.chain.is_empty() {
            let reading = plain.get_or_insert_with(|| {
                let queries = trees(&sigma).map_err(locate)?;
                Ok(Reading { sigma: &sigma, queries, compat: Compat::Strict, attack: context.attack })
            });
            match reading {
                Ok(reading) => {
                    reading.compat = request.compat;
                    (request.format.write)(reading).map_err(locate)
                }
                Err(why) => Err(NotConvertible::clone(why)),
            }
        } else {
            write_piped(sigma.clone(), request, context.attack, &locate)
        };
        match more {
            Ok(more) => queries.extend(more),
            Err(why) => outcomes[i] = Err(why),
        }
    }
}

/// The queries of a document that goes through pipelines first.
fn write_piped<'s>(
    mut sigma: Sigma<'s>,
    request: &'s Request,
    attack: &Attack,
    locate: &impl Fn(Refusal<'_>) -> NotConvertible,
) -> Outcome {
    let mut trace = request.chain.apply(&mut sigma, request.compat).map_err(locate)?;
    let queries = trees(&sigma).map_err(locate)?;
    let reading = Reading { sigma: &sigma, queries, compat: request.compat, attack };
    let texts = (request.format.write)(&reading).map_err(locate)?;
    texts.into_iter().map(|text| request.chain.post_process(text, &sigma, &mut trace).map_err(locate)).collect()
}

fn correlation_outcomes(rule: &Rule, requests: &[Request], context: &Context<'_>) -> Vec<Outcome> {
    let shelf = match resolve::gather(rule, context) {
        Ok(shelf) => shelf,
        Err(why) => return all(requests, &Err(why)),
    };
    let locate = |refusal: Refusal<'_>| refusal.locate(rule, 0, rule.documents.first().unwrap_or(&Value::Null));
    let correlation = match resolve::correlation(rule, &shelf, context) {
        Ok(correlation) => correlation,
        Err(refusal) => return all(requests, &Err(locate(refusal))),
    };
    let write = |request: &Request| {
        let Some(correlate) = request.format.correlate else {
            let reason = "the target cannot correlate events, only find single ones";
            return Err(Refusal::unsupported(Spot::Top("correlation"), reason));
        };
        correlate(&Correlating::new(&correlation, request.compat, context.attack)?)
    };
    requests.iter().map(|request| write(request).map_err(locate)).collect()
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
    let context = Context::of(corpus);
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
