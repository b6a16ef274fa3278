//! Conditions no event can meet, or every event does, and filters that exclude nothing.

use crate::model::{Rule, Value};
use crate::query::{Because, Contradiction, Vain, contradictions};
use crate::report::{Code, Finding, Findings};

use super::{documents, searches, values};

pub(super) fn check(rule: &Rule, findings: &mut Findings) {
    findings.extend(contradictions(rule).into_iter().map(|found| finding(rule, found)));
}

fn finding(rule: &Rule, Contradiction { vain, at, because }: Contradiction) -> Finding {
    let may_be_starred = because.as_ref().is_none_or(|Because { holds, other, .. }| {
        [&holds.0, &other.0].into_iter().any(|written| written.contains(r"\*"))
    });
    let starred = match &vain {
        _ if !may_be_starred => None,
        Vain::Search(name) | Vain::Alternative(name) | Vain::Filter(name) => starred(rule, name),
        Vain::Never | Vain::Always => None,
    };
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
    // Who takes the `\*` for a wildcard sees no contradiction at all.
    let help = match starred {
        Some((written, meant)) => {
            format!("the `\\*` of `{written}` is a literal `*`; for a backslash and a wildcard write `{meant}`")
        }
        None => help.to_owned(),
    };
    let finding = Finding::new(Code::ImpossibleCondition, at.clone(), message).help(help);
    let Some(Because { holds, other, .. }) = because else { return finding };
    let places = if holds.1 == other.1 { vec![holds] } else { vec![holds, other] };
    let others = places.into_iter().filter(|(_, place)| *place != at);
    others.fold(finding, |finding, (text, place)| finding.also(place, format!("`{text}` is asked for here")))
}

/// The first value in the search of this name that has an escaped `*` and no modifier that reads it
/// in another way, with what was probably meant.
fn starred(rule: &Rule, name: &str) -> Option<(String, String)> {
    documents(rule).find_map(|(_, document)| {
        let (_, mut entries) = searches(document)?;
        let (_, search) = entries.find(|(own, _)| own == name)?;
        starred_in(search, 0)
    })
}

fn starred_in(value: &Value, depth: usize) -> Option<(String, String)> {
    if depth > values::MAX_DEPTH {
        return None;
    }
    match value {
        Value::Map(entries) => entries
            .iter()
            .filter(|(key, _)| !key.split('|').any(|modifier| modifier == "re"))
            .find_map(|(_, value)| starred_in(value, depth + 1)),
        Value::Seq(items) => items.iter().find_map(|item| starred_in(item, depth + 1)),
        Value::Str(text) => Some((text.clone(), values::literal_star(text)?)),
        _ => None,
    }
}

fn reason(because: &Because) -> String {
    let Because { holds: (holds, _), other: (other, _), is_excluded } = because;
    match is_excluded {
        false => format!("nothing is both `{holds}` and `{other}`"),
        true if holds == other => format!("`{holds}` is both asked for and excluded"),
        true => format!("`{holds}` is asked for and `{other}`, which it always is, excluded"),
    }
}
