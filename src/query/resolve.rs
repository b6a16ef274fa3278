//! Reading a rule with all that belongs to it: the filters that narrow it, and for a correlation
//! the rules it names.

use crate::model::{CollectionFault, Emitted, Precedence, Rule, RuleKind, Value, unfold};
use crate::report::Code;

use super::correlation::{Correlation, What};
use super::detection::Sigma;
use super::front::{Language, language, legacy, modern};
use super::library::Context;
use super::reading::Compat;
use super::refusal::{Cause, NotConvertible, Refusal, Spot};

/// Correlations of correlations of …: none published has more than one level.
const MAX_DEPTH: usize = 8;

/// The documents a rule emits.
pub(super) fn emitted(rule: &Rule, precedence: Precedence) -> Result<Vec<Emitted<'_>>, NotConvertible> {
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

/// Narrows a rule by the filters that name it.
///
/// # Errors
/// If one of them cannot be read.
pub(super) fn narrow<'r>(sigma: &mut Sigma<'r>, context: &Context<'r>, compat: Compat) -> Result<(), NotConvertible> {
    for (number, filter) in context.filters(sigma.rule).into_iter().enumerate() {
        modern::filter::apply(sigma, filter, u16::try_from(number).unwrap_or(u16::MAX), compat)?;
    }
    Ok(())
}

/// A rule and what it emits.
type Shelf<'a> = Vec<(&'a Rule, Vec<Emitted<'a>>)>;

/// The documents of a correlation and of all rules below it: values live here while they are
/// read.
pub(super) fn gather<'a>(rule: &'a Rule, context: &Context<'a>) -> Result<Shelf<'a>, NotConvertible> {
    let mut shelf: Shelf<'a> = Vec::new();
    let mut todo = vec![rule];
    while let Some(rule) = todo.pop() {
        if shelf.iter().any(|(known, _)| std::ptr::eq(*known, rule)) {
            continue;
        }
        let precedence = if language(rule) == Language::Modern { Precedence::Own } else { Precedence::Global };
        // What is wrong with a rule below is told when it is read.
        shelf.push((
            rule,
            if shelf.is_empty() { emitted(rule, precedence)? } else { unfold(&rule.documents, precedence).0 },
        ));
        if rule.kind == RuleKind::Correlation {
            todo.extend(rule.refers_to.iter().filter_map(|name| context.rule(name)));
        }
    }
    Ok(shelf)
}

/// Reads the correlation `rule` from what was gathered for it.
pub(super) fn correlation<'r>(
    rule: &'r Rule,
    shelf: &'r Shelf<'r>,
    context: &Context<'r>,
    compat: Compat,
) -> Result<Correlation<'r>, Refusal<'r>> {
    Reader { shelf, context, compat }.correlation(rule, &mut Vec::new())
}

struct Reader<'s, 'r> {
    shelf: &'r Shelf<'r>,
    context: &'s Context<'r>,
    compat: Compat,
}

impl<'r> Reader<'_, 'r> {
    fn correlation(&self, rule: &'r Rule, above: &mut Vec<&'r Rule>) -> Result<Correlation<'r>, Refusal<'r>> {
        let document = self.only_document(rule)?;
        above.push(rule);
        let read = modern::correlation::read(rule, document, |name, spot| self.named(name, spot, above));
        above.pop();
        read
    }

    fn named(
        &self,
        name: &'r str,
        spot: Spot<'r>,
        above: &mut Vec<&'r Rule>,
    ) -> Result<(&'r Rule, What<'r>), Refusal<'r>> {
        let Some(rule) = self.context.rule(name) else {
            let reason = format!("the correlation names `{name}`, which no rule is called");
            let refusal = Refusal::unsupported(spot, reason).because(Cause::Told);
            return Err(match self.context.nearest(name) {
                Some(near) => refusal.help(format!("did you mean `{near}`?")),
                None => refusal,
            });
        };
        if above.iter().any(|above| std::ptr::eq(*above, rule)) || above.len() > MAX_DEPTH {
            return Err(Refusal::unsupported(
                spot,
                format!("the correlation names `{name}`, which leads back to itself"),
            ));
        }
        let what = match rule.kind {
            RuleKind::Filter => {
                return Err(Refusal::unsupported(spot, format!("`{name}` is a filter, which matches no events")));
            }
            RuleKind::Correlation => self.correlation(rule, above).map(|below| What::Correlation(Box::new(below))),
            RuleKind::Detection => self.events(rule).map(What::Events),
        };
        let before = format!("the rule `{name}`, which the correlation names, has no query: ");
        what.map(|what| (rule, what)).map_err(|refusal| refusal.retold(spot, &before))
    }

    fn events(&self, rule: &'r Rule) -> Result<Sigma<'r>, Refusal<'r>> {
        let document = self.only_document(rule)?;
        let legacy = || legacy::read(document, legacy::Setup::default()).and_then(|read| legacy::lower(rule, &read));
        let mut sigma = match language(rule) {
            Language::Modern => modern::read(rule, document, self.compat),
            Language::Legacy => legacy(),
            Language::LegacyIfReadable => legacy()
                .or_else(|why| if why.is_broken() { modern::read(rule, document, self.compat) } else { Err(why) }),
        }?;
        narrow(&mut sigma, self.context, self.compat).map_err(|why| match why.code {
            Code::BrokenDetection => Refusal::broken(Spot::Top(""), why.reason),
            _ => Refusal::unsupported(Spot::Top(""), why.reason),
        })?;
        Ok(sigma)
    }

    fn only_document(&self, rule: &'r Rule) -> Result<&'r Value, Refusal<'r>> {
        let emitted = self.shelf.iter().find(|(known, _)| std::ptr::eq(*known, rule)).map(|(_, emitted)| emitted);
        if let Some([one]) = emitted.map(Vec::as_slice) {
            return Ok(&one.document);
        }
        let reason = "it is a collection of several documents, and a correlation needs a single rule";
        Err(Refusal::unsupported(Spot::Top(""), reason))
    }
}
