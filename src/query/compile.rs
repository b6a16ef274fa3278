//! Converting: the front end once per rule, then each target.

use std::borrow::Cow;
use std::sync::Arc;

use rayon::prelude::*;

use crate::model::{Corpus, Emitted, Precedence, Rule, RuleKind, SigmacConfig, Value};
use crate::report::{Code, Finding, Findings};

use super::correlation::Correlation;
use super::detection::Sigma;
use super::front::{Language, language, legacy, modern};
use super::library::Context;
use super::pipeline::{Chain, Trace};
use super::reading::{Compat, Correlating, Reading};
use super::refusal::{Cause, NotConvertible, Refusal, Spot};
use super::resolve::{self, emitted};
use super::target::{Format, LegacyTarget, Target};
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
    /// What is done to a rule before, and to its queries after. Requests that share it share its
    /// work.
    pub chain: Arc<Chain>,
    /// The configuration of the 2019 converter that rules of its language are written with.
    pub config: Option<Arc<SigmacConfig>>,
    /// What findings call it (`kusto with microsoft_xdr`).
    pub label: String,
    /// Whether a user chose it. Of those nobody chose it is a finding only that most of them refuse
    /// a rule, and never that a pipeline knows no place for what it looks for.
    pub is_chosen: bool,
}

impl Request {
    /// The target's first format, strict, without pipelines.
    pub fn new(target: &'static Target) -> Self {
        Self {
            target,
            format: &target.formats[0],
            compat: Compat::Strict,
            chain: Arc::default(),
            config: None,
            label: target.name.to_owned(),
            is_chosen: true,
        }
    }

    /// The writer of 2019, for rules of that time; pipelines are of today, configurations of then.
    fn legacy(&self) -> Option<&'static LegacyTarget> {
        self.target.legacy.as_ref().filter(|_| self.chain.has_no_pipeline() || self.config.is_some())
    }
}

/// Requests, and which of them have the same work before writing.
struct Batch<'q> {
    requests: &'q [Request],
    /// Numbers of requests with the same chain and mode.
    groups: Vec<Vec<usize>>,
}

impl<'q> Batch<'q> {
    fn new(requests: &'q [Request]) -> Self {
        let mut groups: Vec<Vec<usize>> = Vec::new();
        for (i, request) in requests.iter().enumerate() {
            let same = |other: &Request| Arc::ptr_eq(&other.chain, &request.chain) && other.compat == request.compat;
            match groups.iter_mut().find(|group| same(&requests[group[0]])) {
                Some(group) => group.push(i),
                None => groups.push(vec![i]),
            }
        }
        Self { requests, groups }
    }

    fn all(&self, outcome: &Outcome) -> Vec<Outcome> {
        vec![outcome.clone(); self.requests.len()]
    }
}

/// The queries of a rule for one target, or why there are none.
pub type Outcome = Result<Vec<String>, NotConvertible>;

/// The queries of `rule`, one per detection or condition, as a user pastes them.
///
/// Never panics, and never returns an empty list for a rule that is in order.
pub fn convert(rule: &Rule, request: &Request, context: &Context<'_>) -> Outcome {
    convert_each(rule, &Batch::new(std::slice::from_ref(request)), context).pop().unwrap_or_else(|| Ok(Vec::new()))
}

/// What the converter of February 2019 prints on standard output for a file that holds `rule`,
/// with `config` if one is given; nothing if it fails or did not have the target.
pub fn legacy_stdout(rule: &Rule, target: &Target, config: Option<&SigmacConfig>) -> String {
    let Some(legacy) = &target.legacy else { return String::new() };
    let Ok(emitted) = emitted(rule, Precedence::Global) else { return String::new() };
    let setup = legacy::Setup { config, index_field: legacy.index_field, resolved: false };
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
fn convert_each(rule: &Rule, batch: &Batch<'_>, context: &Context<'_>) -> Vec<Outcome> {
    let mut outcomes = any_outcomes(rule, batch, context);
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.as_ref().is_ok_and(Vec::is_empty)) {
        let reason = "`action: global` only adds to the documents after it, and none of them detects anything";
        let refusal = Refusal::broken(Spot::Top("action"), reason).help("if the document is the rule, remove `action`");
        *outcome = Err(refusal.locate(rule, 0, rule.documents.first().unwrap_or(&Value::Null)));
    }
    outcomes
}

fn any_outcomes(rule: &Rule, batch: &Batch<'_>, context: &Context<'_>) -> Vec<Outcome> {
    match rule.kind {
        RuleKind::Detection => {}
        RuleKind::Correlation => return correlation_outcomes(rule, batch, context),
        RuleKind::Filter => {
            if let Err(why) = modern::filter::check(rule) {
                return batch.all(&Err(why));
            }
            let reason = "a filter is no query of its own: it narrows the rules it names";
            let refusal = Refusal::unsupported(Spot::Top("filter"), reason);
            return batch.all(&Err(refusal.locate(rule, 0, rule.documents.first().unwrap_or(&Value::Null))));
        }
    }
    match language(rule) {
        Language::Modern => modern_outcomes(rule, batch, context),
        Language::Legacy => legacy_outcomes(rule, batch, context),
        Language::LegacyIfReadable => {
            let outcomes = legacy_outcomes(rule, batch, context);
            let broken = |outcome: &Outcome| matches!(outcome, Err(why) if why.code == Code::BrokenDetection);
            if outcomes.iter().any(broken) { modern_outcomes(rule, batch, context) } else { outcomes }
        }
    }
}

fn legacy_outcomes(rule: &Rule, batch: &Batch<'_>, context: &Context<'_>) -> Vec<Outcome> {
    let emitted = match emitted(rule, Precedence::Global) {
        Ok(emitted) => emitted,
        Err(why) => return batch.all(&Err(why)),
    };
    let mut outcomes: Vec<Outcome> = batch.all(&Ok(Vec::new()));
    let mut readings: Vec<(legacy::Setup<'_>, Result<Vec<legacy::Rule<'_>>, NotConvertible>)> = Vec::new();
    // Rules of the 2019 language for the targets of today.
    let is_open = |request: &Request| request.legacy().is_none();
    if batch.requests.iter().any(is_open) {
        match legacy_reading(rule, &emitted, legacy::Setup::default()) {
            Ok(rules) => {
                for (read, one) in rules.iter().zip(&emitted) {
                    let document = Document { rule, one, context };
                    document.write(batch, is_open, |_| legacy::lower(rule, read), &mut outcomes);
                }
            }
            Err(why) => return batch.all(&Err(why)),
        }
    }
    for (request, outcome) in batch.requests.iter().zip(&mut outcomes) {
        let Some(legacy) = request.legacy() else { continue };
        let setup =
            legacy::Setup { config: request.config.as_deref(), index_field: legacy.index_field, resolved: false };
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

fn modern_outcomes(rule: &Rule, batch: &Batch<'_>, context: &Context<'_>) -> Vec<Outcome> {
    let emitted = match emitted(rule, Precedence::Own) {
        Ok(emitted) => emitted,
        Err(why) => return batch.all(&Err(why)),
    };
    let mut outcomes = batch.all(&Ok(Vec::new()));
    for one in &emitted {
        let document = Document { rule, one, context };
        document.write(batch, |_| true, |compat| modern::read(rule, &one.document, compat), &mut outcomes);
    }
    outcomes
}

/// One document of a rule on its way to queries.
struct Document<'d, 'r> {
    rule: &'d Rule,
    one: &'d Emitted<'r>,
    context: &'d Context<'d>,
}

impl<'d> Document<'d, '_> {
    /// Adds the queries of the document to the outcomes of the requests that are open and have
    /// not failed yet.
    fn write(
        &self,
        batch: &Batch<'_>,
        is_open: impl Fn(&Request) -> bool,
        read: impl Fn(Compat) -> Result<Sigma<'d>, Refusal<'d>>,
        outcomes: &mut [Outcome],
    ) {
        for compat in [Compat::Strict, Compat::PySigma] {
            let groups = batch.groups.iter().filter(|group| batch.requests[group[0]].compat == compat);
            let mut groups = groups.filter(|group| group.iter().any(|i| is_open(&batch.requests[*i]))).peekable();
            if groups.peek().is_none() {
                continue;
            }
            let read = read(compat).map_err(|refusal| self.locate(refusal)).and_then(|mut sigma| {
                resolve::narrow(&mut sigma, self.context, compat)?;
                Ok(sigma)
            });
            for group in groups {
                let open = || group.iter().copied().filter(|i| is_open(&batch.requests[*i]));
                let done = match &read {
                    Ok(sigma) => self.write_group(batch.requests, open(), sigma, outcomes),
                    Err(why) => Err(why.clone()),
                };
                if let Err(why) = done {
                    open().for_each(|i| outcomes[i] = Err(why.clone()));
                }
            }
        }
    }

    /// Does what a group has in common, then writes each of its queries.
    fn write_group(
        &self,
        requests: &[Request],
        mut open: impl Iterator<Item = usize>,
        sigma: &Sigma<'_>,
        outcomes: &mut [Outcome],
    ) -> Result<(), NotConvertible> {
        let Some(first) = open.next() else { return Ok(()) };
        let Request { chain, compat, .. } = &requests[first];
        let mut changed = Cow::Borrowed(sigma);
        let mut trace = Trace::default();
        if !chain.is_empty() {
            trace = chain
                .apply(changed.to_mut(), *compat)
                .map_err(|refusal| self.locate(refusal.because(Cause::Pipeline)))?;
        }
        let sigma: &Sigma<'_> = &changed;
        let queries = trees(sigma).map_err(|refusal| self.locate(refusal))?;
        let reading = Reading { sigma, queries, compat: *compat, attack: self.context.attack };
        for i in std::iter::once(first).chain(open) {
            let Ok(queries) = &mut outcomes[i] else { continue };
            let written = (requests[i].format.write)(&reading)
                .and_then(|texts| if chain.is_empty() { Ok(texts) } else { finished(texts, chain, sigma, &trace) });
            match written {
                Ok(more) => queries.extend(more),
                Err(refusal) => outcomes[i] = Err(self.locate(refusal)),
            }
        }
        Ok(())
    }

    fn locate(&self, refusal: Refusal<'_>) -> NotConvertible {
        refusal.locate(self.rule, self.one.index, &self.one.document)
    }
}

/// The queries of a rule or correlation after postprocessing, of which other requests know nothing.
fn finished<'n>(
    texts: Vec<String>,
    chain: &Chain,
    sigma: &Sigma<'n>,
    trace: &Trace,
) -> Result<Vec<String>, Refusal<'n>> {
    let mut trace = trace.clone();
    texts.into_iter().map(|text| chain.post_process(text, sigma, &mut trace)).collect()
}

fn correlation_outcomes(rule: &Rule, batch: &Batch<'_>, context: &Context<'_>) -> Vec<Outcome> {
    let shelf = match resolve::gather(rule, context) {
        Ok(shelf) => shelf,
        Err(why) => return batch.all(&Err(why)),
    };
    let locate = |refusal: Refusal<'_>| refusal.locate(rule, 0, rule.documents.first().unwrap_or(&Value::Null));
    let mut outcomes = batch.all(&Ok(Vec::new()));
    for group in &batch.groups {
        let Request { chain, compat, .. } = &batch.requests[group[0]];
        let read = resolve::correlation(rule, &shelf, context, *compat).and_then(|mut correlation| {
            let piped = (!chain.is_empty()).then(|| chain.apply_to_correlation(&mut correlation, *compat));
            Ok((correlation, piped.transpose().map_err(|refusal| refusal.because(Cause::Pipeline))?))
        });
        let (correlation, piped) = match read {
            Ok(read) => read,
            Err(refusal) => {
                let why = locate(refusal);
                for i in group {
                    // A target that cannot correlate has no use for rules that are not there.
                    let moot = why.code == Code::NotConvertible && batch.requests[*i].format.correlate.is_none();
                    outcomes[*i] = Err(if moot { locate(cannot_correlate(&batch.requests[*i])) } else { why.clone() });
                }
                continue;
            }
        };
        for i in group {
            let written = write_correlation(&batch.requests[*i], &correlation, context).and_then(|texts| {
                let Some((sigma, trace)) = &piped else { return Ok(texts) };
                finished(texts, chain, sigma, trace)
            });
            outcomes[*i] = written.map_err(locate);
        }
    }
    outcomes
}

fn cannot_correlate<'n>(request: &Request) -> Refusal<'n> {
    let able = request.target.formats.iter().find(|format| format.correlate.is_some());
    let reason = match able {
        Some(able) => format!("the format `{}` has no correlations; `{}` has", request.format.name, able.name),
        None => "the target cannot correlate events, only find single ones".to_owned(),
    };
    Refusal::unsupported(Spot::Top("correlation"), reason)
}

fn write_correlation<'n>(
    request: &Request,
    correlation: &'n Correlation<'n>,
    context: &Context<'n>,
) -> Result<Vec<String>, Refusal<'n>> {
    let Some(correlate) = request.format.correlate else {
        return Err(cannot_correlate(request));
    };
    correlate(&Correlating::new(correlation, request.compat, context.attack)?)
}

/// The queries of all rules for the requests made.
#[derive(Debug)]
pub struct Compiled {
    /// For each request, what it is called, and whether it tells what has no place.
    requests: Vec<(String, bool)>,
    /// For each rule of the corpus, for each request.
    outcomes: Vec<Arc<Vec<Outcome>>>,
    /// Which rules are filters: no query of their own is what they are meant to have.
    filters: Vec<bool>,
}

/// Converts all rules for all `requests`, in parallel over the rules.
pub fn compile(corpus: &Corpus, requests: &[Request]) -> Compiled {
    compile_unless(corpus, requests, &|_| None)
}

/// The same, but for the rules whose outcomes are `known`, by their position.
pub(super) fn compile_unless(
    corpus: &Corpus,
    requests: &[Request],
    known: &(dyn Fn(usize) -> Option<Arc<Vec<Outcome>>> + Sync),
) -> Compiled {
    let context = Context::of(corpus);
    let batch = Batch::new(requests);
    let finished = |(i, rule): (usize, &Arc<Rule>)| {
        if let Some(outcomes) = known(i) {
            return outcomes;
        }
        let mut outcomes = convert_each(rule, &batch, &context);
        for (outcome, request) in outcomes.iter_mut().zip(requests) {
            if let Ok(queries) = outcome {
                *outcome = finalized(rule, std::mem::take(queries), request);
            }
        }
        Arc::new(outcomes)
    };
    let outcomes = corpus.rules.par_iter().enumerate().map(finished).collect();
    let filters = corpus.rules.iter().map(|rule| rule.kind == RuleKind::Filter).collect();
    let requests = requests.iter().map(|request| (request.label.clone(), request.is_chosen)).collect();
    Compiled { requests, outcomes, filters }
}

/// The queries of a rule as one output.
fn finalized(rule: &Rule, queries: Vec<String>, request: &Request) -> Outcome {
    request.chain.finalize(queries).map_err(|why| {
        let refusal = Refusal::unsupported(Spot::Top(""), format!("a finalizer of a pipeline failed: {why}"));
        refusal.locate(rule, 0, &Value::Null)
    })
}

impl Compiled {
    /// The outcomes of the rule at `rule` of the corpus.
    pub(super) fn outcomes(&self, rule: usize) -> Option<&Arc<Vec<Outcome>>> {
        self.outcomes.get(rule)
    }

    /// The outcome for the rule at `rule` of the corpus and the request at `request` of those
    /// made; `None` if there is none.
    pub fn get(&self, rule: usize, request: usize) -> Option<&Outcome> {
        self.outcomes.get(rule)?.get(request)
    }

    /// One finding per rule and reason, which names the targets it holds for unless it holds for
    /// any; none for what is told on its own.
    pub fn findings(&self) -> Findings {
        let rules = self.outcomes.iter().zip(&self.filters);
        let found = rules.flat_map(|(outcomes, is_filter)| {
            let found = self.rule_findings(outcomes);
            found.into_iter().filter(|found| !*is_filter || found.code != Code::NotConvertible)
        });
        found.collect()
    }

    fn rule_findings(&self, outcomes: &[Outcome]) -> Vec<Finding> {
        let mut reasons: Vec<(&NotConvertible, Vec<&str>)> = Vec::new();
        for (outcome, (name, is_chosen)) in outcomes.iter().zip(&self.requests) {
            let Err(why) = outcome else { continue };
            match why.cause {
                Cause::Pipeline if !is_chosen => continue,
                Cause::Told => continue,
                Cause::Language | Cause::Pipeline => {}
            }
            let same = |known: &NotConvertible| {
                (known.code, &known.at) == (why.code, &why.at)
                    && (why.cause == Cause::Language || known.reason == why.reason)
            };
            match reasons.iter_mut().find(|(known, _)| same(known)) {
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
        let refusing: usize = reasons.iter().map(|(_, names)| names.len()).sum();
        let is_news = 2 * refusing > self.requests.len() || self.requests.iter().any(|(_, is_chosen)| *is_chosen);
        let told = reasons.into_iter().filter(|(why, _)| is_news || why.code != Code::NotConvertible);
        told.map(finding).collect()
    }
}
