//! Conditions no event can meet, or every event does, and filters that exclude nothing.

use rayon::prelude::*;

use crate::model::Rule;
use crate::query::{Because, Contradiction, Vain, contradictions};
use crate::report::{Code, Finding, Findings};

/// The rules are independent of each other, and each has to be read again.
pub(super) fn check(rules: &[Rule], findings: &mut Findings) {
    let found: Vec<Vec<Contradiction>> = rules.par_iter().map(contradictions).collect();
    findings.extend(found.into_iter().flatten().map(finding));
}

fn finding(Contradiction { vain, at, because }: Contradiction) -> Finding {
    let why = because.as_ref().map(reason);
    let (message, help) = match vain {
        Vain::Search(name) => {
            (format!("`{name}` can never match"), "a list of values is how one field may have any of them")
        }
        Vain::Alternative(name) => (
            format!("one alternative of `{name}` can never match"),
            "remove it, or correct the value that rules it out",
        ),
        Vain::Never => ("the condition can never be true".to_owned(), "the rule is quiet whatever happens"),
        Vain::Always => ("the condition is true of every event".to_owned(), "the rule says nothing about an event"),
        Vain::Filter(name) => (
            format!("`{name}` excludes nothing the rest of the condition matches"),
            "remove it, or correct the value that rules it out",
        ),
    };
    let message = match why {
        Some(why) => format!("{message}: {why}"),
        None => message,
    };
    let finding = Finding::new(Code::ImpossibleCondition, at.clone(), message).help(help);
    let Some(Because { holds, other, .. }) = because else { return finding };
    let places = if holds.1 == other.1 { vec![holds] } else { vec![holds, other] };
    let others = places.into_iter().filter(|(_, place)| *place != at);
    others.fold(finding, |finding, (text, place)| finding.also(place, format!("`{text}` is asked for here")))
}

fn reason(because: &Because) -> String {
    let Because { holds: (holds, _), other: (other, _), is_excluded } = because;
    match is_excluded {
        false => format!("nothing is both `{holds}` and `{other}`"),
        true if holds == other => format!("`{holds}` is both asked for and excluded"),
        true => format!("`{holds}` is asked for and `{other}`, which it always is, excluded"),
    }
}
