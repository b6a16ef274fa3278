//! The search for an event that a condition is true of.
//!
//! A condition is taken apart until only comparisons are left, alternatives one after the other.
//! What ends an alternative is a [`Clash`] of two comparisons. The search is bounded: a condition
//! with too many combinations is taken to be possible.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use crate::query::detection::{Detection, Expression, Item, Named, Scope, Sigma};
use crate::query::refusal::Spot;
use crate::query::test::Test;
use crate::query::tree::selects;

use super::values::{Budget, exclude_each_other, implies};

/// Steps of one search. Half of those in published rules need 16, the longest 40,000.
const MAX_STEPS: usize = 100_000;

/// Steps of all searches of one document.
const MAX_ALL_STEPS: usize = 1_000_000;

/// A written comparison: its entry or item, and the number of its value there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written<'n> {
    /// The entry or item.
    pub(super) spot: Spot<'n>,
    /// The value's number in it.
    pub(super) value: usize,
}

impl PartialEq for Written<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same = match (self.spot, other.spot) {
            (Spot::Entry(a), Spot::Entry(b)) => std::ptr::eq(a, b),
            (Spot::Item(a), Spot::Item(b)) => std::ptr::eq(a, b),
            _ => false,
        };
        same && self.value == other.value
    }
}

/// Two comparisons that cannot both come out as the condition wants it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Clash<'n> {
    /// The one that must be true.
    pub(super) holds: Written<'n>,
    /// The other.
    pub(super) other: Written<'n>,
    /// Whether the other must be false.
    pub(super) is_excluded: bool,
}

/// What a search came to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Found<'n> {
    /// There may be such an event.
    Possible,
    /// There is none; with the clash where it is always the same.
    Impossible(Option<Clash<'n>>),
}

/// A part of a condition.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'n> {
    /// A condition over the names of a scope.
    Condition(&'n Expression<'n>, Scope),
    /// A detection.
    Detection(&'n Detection<'n>),
    /// A value of an item.
    Value(&'n Item<'n>, usize),
    /// One of those that a value became.
    Made(&'n Item<'n>, usize, &'n Test),
}

/// A part and whether it must be true.
pub(super) type Wanted<'n> = (Part<'n>, bool);

/// What a wanted part comes down to.
enum Step<'n> {
    All(Vec<Wanted<'n>>),
    Any(Vec<Wanted<'n>>),
    Comparison(Comparison<'n>),
    /// What is not known here, so that it may be true or false.
    Open,
}

#[derive(Clone, Copy)]
struct Comparison<'n> {
    field: Option<&'n str>,
    test: &'n Test,
    written: Written<'n>,
    holds: bool,
}

/// A list that shares its end with others.
type List = Option<usize>;

/// An alternative not tried yet, and where the search stood.
struct Choice<'n> {
    options: std::vec::IntoIter<Wanted<'n>>,
    waiting: List,
    kept: usize,
}

/// The detections a search looks names up in.
pub(super) struct Search<'n> {
    detections: &'n [Named<'n>],
    names: HashMap<(Scope, &'n str), &'n Named<'n>>,
    /// Fields their own rule takes to have several values.
    lists: HashSet<&'n str>,
    /// Steps left.
    steps: Cell<usize>,
}

impl<'n> Search<'n> {
    pub(super) fn new(sigma: &'n Sigma<'n>) -> Self {
        let mut lists = HashSet::new();
        let mut budget = Budget(MAX_STEPS);
        for named in &sigma.detections {
            several(&named.detection, &mut lists, &mut budget);
        }
        let mut names = HashMap::with_capacity(sigma.detections.len());
        for named in &sigma.detections {
            names.entry((named.scope, named.name.as_ref())).or_insert(named);
        }
        Self { detections: &sigma.detections, names, lists, steps: Cell::new(MAX_ALL_STEPS) }
    }

    /// The detections that a pattern of a condition selects.
    pub(super) fn selected(&self, scope: Scope, pattern: &'n str) -> impl Iterator<Item = &'n Named<'n>> {
        let detections = self.detections;
        detections.iter().filter(move |named| named.scope == scope && selects(pattern, &named.name))
    }

    /// The detection of a name.
    pub(super) fn named(&self, scope: Scope, name: &str) -> Option<&'n Named<'n>> {
        self.names.get(&(scope, name)).copied()
    }

    /// Whether there can be an event of which all that is wanted is so.
    pub(super) fn find(&self, wanted: &[Wanted<'n>]) -> Found<'n> {
        let given = self.steps.get().min(MAX_STEPS);
        let mut budget = Budget(given);
        let found = self.explore(wanted, &mut budget);
        self.steps.set(self.steps.get() - (given - budget.0));
        found
    }

    fn explore(&self, wanted: &[Wanted<'n>], budget: &mut Budget) -> Found<'n> {
        // Alternatives wait until all that must be so anyway is known.
        let mut lists: Vec<(Vec<Wanted<'n>>, List)> = Vec::new();
        let mut waiting: List = None;
        let mut ready: Vec<Wanted<'n>> = wanted.iter().rev().copied().collect();
        let mut choices: Vec<Choice<'n>> = Vec::new();
        let mut kept: Vec<Comparison<'n>> = Vec::new();
        let mut clashes: Option<Option<Clash<'n>>> = None;
        loop {
            if !budget.spend(1) {
                return Found::Possible;
            }
            let mut clash = None;
            if let Some(part) = ready.pop() {
                let step = self.step(part, budget);
                if let Step::All(parts) | Step::Any(parts) = &step {
                    budget.spend(parts.len());
                }
                match step {
                    // In the order they were written: of two that clash, the second is told.
                    Step::All(parts) => ready.extend(parts.into_iter().rev()),
                    Step::Any(mut options) if options.len() == 1 => ready.extend(options.pop()),
                    Step::Any(options) => {
                        lists.push((options, waiting));
                        waiting = Some(lists.len() - 1);
                    }
                    Step::Comparison(comparison) => {
                        clash = self.clash(&kept, comparison, budget);
                        kept.push(comparison);
                    }
                    Step::Open => {}
                }
                if clash.is_none() {
                    continue;
                }
            } else {
                let Some(next) = waiting else { return Found::Possible };
                let (options, rest) = &lists[next];
                budget.spend(options.len());
                choices.push(Choice { options: options.clone().into_iter(), waiting: *rest, kept: kept.len() });
            }
            if clash.is_some() {
                clashes = Some(match clashes {
                    Some(known) if known != clash => None,
                    _ => clash,
                });
            }
            // The next alternative, of the last choice that has one.
            ready.clear();
            while let Some(choice) = choices.last_mut() {
                if let Some(option) = choice.options.next() {
                    kept.truncate(choice.kept);
                    waiting = choice.waiting;
                    ready.push(option);
                    break;
                }
                choices.pop();
            }
            if ready.is_empty() {
                return Found::Impossible(clashes.flatten());
            }
        }
    }

    fn step(&self, (part, holds): Wanted<'n>, budget: &mut Budget) -> Step<'n> {
        let joined = |parts: Vec<Wanted<'n>>, all: bool| if all == holds { Step::All(parts) } else { Step::Any(parts) };
        match part {
            Part::Condition(expression, scope) => {
                let each = |children: &'n [Expression<'n>]| -> Vec<Wanted<'n>> {
                    children.iter().map(|child| (Part::Condition(child, scope), holds)).collect()
                };
                match expression {
                    Expression::Name(name) => match self.named(scope, name) {
                        Some(named) => Step::All(vec![(Part::Detection(&named.detection), holds)]),
                        None => Step::Open,
                    },
                    Expression::Detection(number) => match self.detections.get(*number) {
                        Some(named) => Step::All(vec![(Part::Detection(&named.detection), holds)]),
                        None => Step::Open,
                    },
                    Expression::Of { all, pattern } => {
                        budget.spend(self.detections.len());
                        let chosen = self.selected(scope, pattern);
                        let parts: Vec<_> = chosen.map(|named| (Part::Detection(&named.detection), holds)).collect();
                        if parts.is_empty() { Step::Open } else { joined(parts, *all) }
                    }
                    Expression::Not(child) => Step::All(vec![(Part::Condition(child, scope), !holds)]),
                    Expression::And(children) => joined(each(children), true),
                    Expression::Or(children) => joined(each(children), false),
                    Expression::In(scope, inner) => Step::All(vec![(Part::Condition(inner, *scope), holds)]),
                }
            }
            Part::Detection(Detection::All(children) | Detection::Any(children)) => {
                let parts = children.iter().map(|child| (Part::Detection(child), holds)).collect();
                joined(parts, matches!(part, Part::Detection(Detection::All(_))))
            }
            Part::Detection(Detection::Item(item)) => {
                let holds = holds != item.negated;
                let parts = (0..item.values.len()).map(|i| (Part::Value(item, i), holds)).collect();
                if item.all == holds { Step::All(parts) } else { Step::Any(parts) }
            }
            Part::Value(item, i) => match item.values.get(i) {
                Some(Test::Any(made)) => {
                    joined(made.iter().map(|test| (Part::Made(item, i, test), holds)).collect(), false)
                }
                Some(test) => comparison(item, i, test, holds),
                None => Step::Open,
            },
            Part::Made(item, i, test) => comparison(item, i, test, holds),
        }
    }

    /// What rules a comparison out, of those that must come out as they do.
    fn clash(&self, kept: &[Comparison<'n>], new: Comparison<'n>, budget: &mut Budget) -> Option<Clash<'n>> {
        // To pass over those of other fields takes little, but not nothing.
        budget.spend(kept.len() / 16);
        kept.iter().find_map(|old| {
            if old.field != new.field || !(old.holds || new.holds) || !budget.spend(1) {
                return None;
            }
            let (true_one, other) = if old.holds { (*old, new) } else { (new, *old) };
            let is_clash = if other.holds {
                // A keyword is looked for anywhere, and of several values each may pass one test.
                new.field.is_some_and(|field| !self.lists.contains(field))
                    && exclude_each_other(true_one.test, other.test, budget)
            } else if new.field.is_some() {
                implies(true_one.test, other.test, budget)
            } else {
                true_one.test == other.test
            };
            is_clash.then_some(Clash { holds: true_one.written, other: other.written, is_excluded: !other.holds })
        })
    }
}

fn comparison<'n>(item: &'n Item<'n>, value: usize, test: &'n Test, holds: bool) -> Step<'n> {
    // That a field is not there is a fact about it as much as a value.
    static THERE: [Test; 2] = [Test::Exists(false), Test::Exists(true)];
    let (test, holds) = match test {
        Test::Exists(there) => (&THERE[usize::from(*there == holds)], true),
        Test::Expression(_) | Test::TimePart(_) => return Step::Open,
        other => (other, holds),
    };
    Step::Comparison(Comparison {
        field: item.field.as_deref(),
        test,
        written: Written { spot: item.spot, value },
        holds,
    })
}

/// Adds the fields of which one item wants several values that exclude each other: `all` over
/// whole values is how a rule says that a field is a list.
fn several<'n>(detection: &'n Detection<'n>, lists: &mut HashSet<&'n str>, budget: &mut Budget) {
    match detection {
        Detection::All(children) | Detection::Any(children) => {
            for child in children {
                several(child, lists, budget);
            }
        }
        Detection::Item(Item { field: Some(field), values, all: true, .. }) => {
            let excluded = values.iter().enumerate().any(|(i, value)| {
                values[..i].iter().any(|before| budget.spend(1) && exclude_each_other(before, value, budget))
            });
            if excluded {
                lists.insert(field);
            }
        }
        Detection::Item(_) => {}
    }
}
