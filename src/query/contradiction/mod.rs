//! What of a rule no event can match, and what every event does.
//!
//! A rule that can never match is never missed: it is quiet, as a good rule is. Answers are
//! certain for events whose fields have one value each, whatever the engine; a field that the rule
//! itself takes to be a list (`all` over values that exclude each other) is left alone.

mod search;
mod values;

use crate::model::{Emitted, Precedence, Rule, RuleKind, Value};
use crate::text::{Place, Step, YamlPath};

use super::detection::{Detection, Expression, Named, Scope, Sigma};
use super::front::{Language, language, legacy, modern};
use super::reading::Compat;
use super::refusal::{self, Spot};
use super::resolve::emitted;
use super::test::Test;

use search::{Clash, Found, Part, Search, Wanted, Written};

/// What cannot be, or cannot be otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Vain {
    /// The search of this name matches no event.
    Search(String),
    /// One of the mappings in the list of this search matches no event.
    Alternative(String),
    /// The condition is true of no event.
    Never,
    /// The condition is true of every event.
    Always,
    /// The condition excludes the search of this name, which matches no event that the rest of it
    /// is true of.
    Filter(String),
}

/// A part of a rule without effect, or with one that nobody can want.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// Which part.
    pub vain: Vain,
    /// Where it is.
    pub at: Place,
    /// The two comparisons at fault, if it is always the same two.
    pub because: Option<Because>,
}

/// Two comparisons that cannot both come out as the condition wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Because {
    /// The comparison that must be true, as it was written.
    pub holds: (String, Place),
    /// The other one.
    pub other: (String, Place),
    /// Whether the other must be false; otherwise, both must be true.
    pub is_excluded: bool,
}

/// All contradictions of a rule or filter; none of a correlation, and none in what is not
/// readable, or in what an aggregation counts.
pub fn contradictions(rule: &Rule) -> Vec<Contradiction> {
    let precedence = match rule.kind {
        RuleKind::Correlation => return Vec::new(),
        RuleKind::Filter => {
            let Some((index, document, Ok(sigma))) = modern::filter::alone(rule) else { return Vec::new() };
            return Looked { rule, index, document, sigma: &sigma, search: Search::new(&sigma) }.contradictions();
        }
        RuleKind::Detection if language(rule) == Language::Legacy => Precedence::Global,
        RuleKind::Detection => Precedence::Own,
    };
    let Ok(emitted) = emitted(rule, precedence) else { return Vec::new() };
    let mut found: Vec<Contradiction> = Vec::new();
    for Emitted { index, document } in &emitted {
        let read = match precedence {
            Precedence::Own => modern::read(rule, document, Compat::Strict),
            Precedence::Global => {
                legacy::read(document, legacy::Setup::default()).and_then(|read| legacy::lower(rule, &read))
            }
        };
        let Ok(sigma) = read else { continue };
        let looked = Looked { rule, index: *index, document, sigma: &sigma, search: Search::new(&sigma) };
        for contradiction in looked.contradictions() {
            // The documents of a collection share what the global one says.
            if !found.contains(&contradiction) {
                found.push(contradiction);
            }
        }
    }
    found
}

/// One document of a rule, and how to look for what it cannot mean.
struct Looked<'n> {
    rule: &'n Rule,
    index: usize,
    document: &'n Value,
    sigma: &'n Sigma<'n>,
    search: Search<'n>,
}

impl<'n> Looked<'n> {
    fn contradictions(&self) -> Vec<Contradiction> {
        let mut found = Vec::new();
        // The searches of the 2019 language have no names any more.
        for named in self.sigma.detections.iter().filter(|named| !named.name.is_empty()) {
            self.searches(named, &mut found);
        }
        // What follows from a search that never matches need not be said.
        if found.is_empty() {
            for (condition, spot) in &self.sigma.conditions {
                self.condition(condition, *spot, &mut found);
            }
        }
        found
    }

    fn searches(&self, named: &'n Named<'n>, found: &mut Vec<Contradiction>) {
        let alternatives = match &named.detection {
            Detection::Any(children) if children.len() > 1 => children.as_slice(),
            whole => std::slice::from_ref(whole),
        };
        for alternative in alternatives {
            let Found::Impossible(clash) = self.search.find(&[(Part::Detection(alternative), true)]) else { continue };
            let name = named.name.clone().into_owned();
            let vain = if alternatives.len() > 1 { Vain::Alternative(name) } else { Vain::Search(name) };
            let because = clash.map(|clash| self.because(clash));
            let at = because.as_ref().map_or_else(|| self.name_of(named), |because| because.other.1.clone());
            found.push(Contradiction { vain, at, because });
        }
    }

    fn condition(&self, condition: &'n Expression<'n>, spot: Spot<'n>, found: &mut Vec<Contradiction>) {
        let part = Part::Condition(condition, Scope::Rule);
        for (vain, holds) in [(Vain::Never, true), (Vain::Always, false)] {
            if let Found::Impossible(clash) = self.search.find(&[(part, holds)]) {
                let because = clash.map(|clash| self.because(clash));
                found.push(Contradiction { vain, at: spot.place(self.rule, self.index, self.document), because });
                return;
            }
        }
        let branches = match condition {
            Expression::Or(branches) => branches.as_slice(),
            whole => std::slice::from_ref(whole),
        };
        for branch in branches {
            let mut parts = Parts { scope: Scope::Rule, wanted: Vec::new(), filters: Vec::new() };
            self.parts(branch, &mut parts);
            for filter in parts.filters.iter().filter(|filter| !is_guard(&filter.detection)) {
                let mut wanted = parts.wanted.clone();
                wanted.push((Part::Detection(&filter.detection), true));
                let Found::Impossible(clash) = self.search.find(&wanted) else { continue };
                let because = clash.map(|clash| self.because(clash));
                let vain = Vain::Filter(filter.name.clone().into_owned());
                // The value at fault is the filter's own, where one of the two is.
                let own = because.as_ref().and_then(|because| {
                    let mut places = [&because.other.1, &because.holds.1].into_iter();
                    places.find(|place| matches!(place.path.steps(), [_, Step::Key(name), ..] if *name == filter.name))
                });
                let at = own.cloned().unwrap_or_else(|| self.name_of(filter));
                let contradiction = Contradiction { vain, at, because };
                if !found.contains(&contradiction) {
                    found.push(contradiction);
                }
            }
        }
    }

    /// Takes apart what must all be true.
    fn parts(&self, expression: &'n Expression<'n>, parts: &mut Parts<'n>) {
        match expression {
            Expression::And(children) => children.iter().for_each(|child| self.parts(child, parts)),
            Expression::In(scope, inner) => {
                let above = std::mem::replace(&mut parts.scope, *scope);
                self.parts(inner, parts);
                parts.scope = above;
            }
            Expression::Not(child) => self.filters(child, parts),
            wanted => parts.wanted.push((Part::Condition(wanted, parts.scope), true)),
        }
    }

    /// The searches none of which may match.
    fn filters(&self, excluded: &'n Expression<'n>, parts: &mut Parts<'n>) {
        match excluded {
            Expression::Name(name) => parts.add(self.search.named(parts.scope, name)),
            Expression::Of { all: false, pattern } => parts.add(self.search.selected(parts.scope, pattern)),
            Expression::Or(children) => children.iter().for_each(|child| self.filters(child, parts)),
            _ => {}
        }
    }

    /// The name of a search, where it is defined.
    fn name_of(&self, named: &Named<'_>) -> Place {
        let section = if self.rule.kind == RuleKind::Filter { "filter" } else { "detection" };
        let path = YamlPath::field(section).key_of(named.name.clone().into_owned());
        refusal::place(self.rule, self.index, path)
    }

    fn because(&self, clash: Clash<'n>) -> Because {
        let of = |written| (text(written), self.place_of(written));
        Because { holds: of(clash.holds), other: of(clash.other), is_excluded: clash.is_excluded }
    }

    fn place_of(&self, written: Written<'_>) -> Place {
        let mut place = written.spot.place(self.rule, self.index, self.document);
        if let Spot::Entry((_, value)) = written.spot {
            place.path = place.path.onto_value();
            if value.as_seq().is_some_and(|items| !items.is_empty()) {
                place.path = place.path.index(written.value);
            }
        }
        place
    }
}

/// Filters of one condition that are looked at.
const MAX_FILTERS: usize = 256;

impl<'n> Parts<'n> {
    fn add(&mut self, filters: impl IntoIterator<Item = &'n Named<'n>>) {
        let room = MAX_FILTERS.saturating_sub(self.filters.len());
        self.filters.extend(filters.into_iter().take(room));
    }
}

/// Whether a search is for events that have no value, which authors exclude to be safe.
fn is_guard(detection: &Detection<'_>) -> bool {
    match detection {
        Detection::All(children) | Detection::Any(children) => children.iter().all(is_guard),
        Detection::Item(item) => item.values.iter().all(|test| match test {
            Test::Null | Test::Exists(false) => true,
            Test::Match(pattern) | Test::Cased(pattern) => pattern.as_text() == Some(""),
            _ => false,
        }),
    }
}

/// What a condition wants, and what it excludes.
struct Parts<'n> {
    scope: Scope,
    wanted: Vec<Wanted<'n>>,
    filters: Vec<&'n Named<'n>>,
}

/// Characters of a value that are shown.
const MAX_SHOWN: usize = 60;

/// A comparison as it was written.
fn text(written: Written<'_>) -> String {
    let shown = |value: &Value| {
        let text = value.scalar_text().unwrap_or_else(|| "null".to_owned());
        let quoted = if text.is_empty() { "''".to_owned() } else { text };
        match quoted.char_indices().nth(MAX_SHOWN) {
            Some((end, _)) => format!("{}…", &quoted[..end]),
            None => quoted,
        }
    };
    match written.spot {
        Spot::Entry((key, Value::Seq(items))) => {
            format!("{key}: {}", shown(items.get(written.value).unwrap_or(&Value::Null)))
        }
        Spot::Entry((key, value)) => format!("{key}: {}", shown(value)),
        Spot::Item(value) => shown(value),
        Spot::Top(_) | Spot::Condition(_) => String::new(),
    }
}
