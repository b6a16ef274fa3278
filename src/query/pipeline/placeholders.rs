//! Placeholders of `expand`: values, a wildcard, or an expression of the target.

use std::collections::HashMap;

use crate::model::Value;
use crate::model::pipeline::{FormatPart, FormatText, PlaceholderChoice};
use crate::query::pattern::{Part, Pattern};
use crate::query::refusal::Refusal;
use crate::query::test::Test;
use crate::query::tree::MAX_LEAVES;

use super::values::Changed;
use super::{Change, Run, Step, refused, too_many};

impl<'r> Run<'_, 'r> {
    /// Makes placeholders `*`.
    pub(super) fn wildcard_placeholders(
        &mut self,
        step: &'r Step,
        which: &PlaceholderChoice,
    ) -> Result<(), Refusal<'r>> {
        self.items(step, |run, item| {
            run.each_value(step, item, |_, test| {
                let (Test::Match(pattern) | Test::Cased(pattern)) = &test else { return Ok(Changed::Same(test)) };
                if !names(pattern).any(|name| which.includes(name)) {
                    return Ok(Changed::Same(test));
                }
                let mut new = Pattern::default();
                for part in pattern.parts() {
                    match part {
                        Part::Placeholder(name) if which.includes(name) => new.push(Part::Many),
                        other => new.push(other.clone()),
                    }
                }
                Ok(Changed::To(like(&test, new)))
            })?;
            Ok(Change::Keep)
        })
    }

    /// Makes placeholders the values of variables.
    pub(super) fn value_placeholders(&mut self, step: &'r Step, which: &PlaceholderChoice) -> Result<(), Refusal<'r>> {
        let chain = self.chain;
        self.items(step, |run, item| {
            run.each_value(step, item, |item, test| {
                let (Test::Match(pattern) | Test::Cased(pattern)) = &test else { return Ok(Changed::Same(test)) };
                let mut values = HashMap::new();
                for name in names(pattern).filter(|name| which.includes(name)) {
                    let value = chain.vars.get(name).or_else(|| chain.placeholders.get(name)).ok_or_else(|| {
                        refused(step, item.spot, &format!("the placeholder `%{name}%` has no values"))
                            .help(format!("give `{name}` values under `vars` of a pipeline"))
                    })?;
                    let texts = texts(value).ok_or_else(|| {
                        let reason = format!("the values of the placeholder `%{name}%` are not all text or numbers");
                        refused(step, item.spot, &reason)
                    })?;
                    values.insert(name, texts);
                }
                if values.is_empty() {
                    return Ok(Changed::Same(test));
                }
                let filled = fill(pattern, &values).ok_or_else(|| too_many(step, item.spot))?;
                Ok(Changed::Either(filled.into_iter().map(|pattern| like(&test, pattern)).collect()))
            })?;
            Ok(Change::Keep)
        })
    }

    /// Makes placeholders that are left the values the user's configuration has for them.
    pub(super) fn configured_placeholders(&mut self) -> Result<(), Refusal<'r>> {
        let configured = &self.chain.placeholders;
        let strict = self.strict();
        let mut overflow = None;
        self.sigma.each_item(|item| {
            let has = |test: &Test| matches!(test, Test::Match(pattern) if pattern.placeholder().is_some());
            if !item.values.iter().any(has) {
                return;
            }
            let mut values = Vec::with_capacity(item.values.len());
            for test in std::mem::take(&mut item.values) {
                let Test::Match(pattern) = &test else {
                    values.push(test);
                    continue;
                };
                let known = names(pattern).filter_map(|name| Some((name, texts(configured.get(name)?)?)));
                match fill(pattern, &known.collect()) {
                    Some(filled) if item.all && strict && filled.len() > 1 => {
                        values.push(Test::Any(filled.into_iter().map(Test::Match).collect()));
                    }
                    Some(filled) => values.extend(filled.into_iter().map(Test::Match)),
                    None => overflow = Some(item.spot),
                }
            }
            item.values = values;
        });
        match overflow {
            None => Ok(()),
            Some(spot) => Err(Refusal::unsupported(spot, format!("the item gets more than {MAX_LEAVES} values"))),
        }
    }

    /// Makes values that are a placeholder alone an expression of the target.
    pub(super) fn expression_placeholders(
        &mut self,
        step: &'r Step,
        which: &PlaceholderChoice,
        expression: &FormatText,
        mapping: &HashMap<String, String>,
    ) -> Result<(), Refusal<'r>> {
        self.items(step, |run, item| {
            run.each_value(step, item, |item, test| {
                let Test::Match(pattern) = &test else { return Ok(Changed::Same(test)) };
                let Some(name) = names(pattern).find(|name| which.includes(name)) else {
                    return Ok(Changed::Same(test));
                };
                if pattern.parts().len() != 1 {
                    let reason = format!("the placeholder `%{name}%` must be the whole value to become an expression");
                    return Err(refused(step, item.spot, &reason));
                }
                let id = mapping.get(name).map_or(name, String::as_str);
                let parts: Vec<Option<String>> = expression.0.iter().map(|part| piece(part, id)).collect();
                if item.field.is_none() && parts.contains(&None) {
                    let reason = format!("the expression for `%{name}%` needs a field, and this search has none");
                    return Err(refused(step, item.spot, &reason));
                }
                Ok(Changed::To(Test::Expression(parts)))
            })?;
            Ok(Change::Keep)
        })
    }
}

/// A piece of an expression; `None` for the field, whose name may still change.
fn piece(part: &FormatPart, id: &str) -> Option<String> {
    match part {
        FormatPart::Text(text) => Some(text.clone()),
        FormatPart::Field(field) if field.steps.first().is_some_and(|name| name == "field") => None,
        FormatPart::Field(_) => Some(id.to_owned()),
    }
}

fn names(pattern: &Pattern) -> impl Iterator<Item = &str> {
    pattern.parts().iter().filter_map(|part| match part {
        Part::Placeholder(name) => Some(name.as_str()),
        _ => None,
    })
}

fn like(test: &Test, pattern: Pattern) -> Test {
    if matches!(test, Test::Cased(_)) { Test::Cased(pattern) } else { Test::Match(pattern) }
}

/// The values of a variable as Sigma strings.
fn texts(value: &Value) -> Option<Vec<Pattern>> {
    let text = |value: &Value| {
        Some(match value {
            Value::Bool(flag) => Pattern::literal(if *flag { "True" } else { "False" }),
            other => Pattern::parse(&other.scalar_text()?),
        })
    };
    match value {
        Value::Seq(items) => items.iter().map(text).collect(),
        scalar => Some(vec![text(scalar)?]),
    }
}

/// The string once for each choice of values, the first placeholder varying slowest; `None` if
/// that is too many times. Placeholders without values stay.
fn fill(pattern: &Pattern, values: &HashMap<&str, Vec<Pattern>>) -> Option<Vec<Pattern>> {
    let mut filled = vec![Pattern::default()];
    for part in pattern.parts() {
        let choices = match part {
            Part::Placeholder(name) => values.get(name.as_str()),
            _ => None,
        };
        let Some(choices) = choices else {
            for pattern in &mut filled {
                pattern.push(part.clone());
            }
            continue;
        };
        if filled.len() * choices.len() > MAX_LEAVES {
            return None;
        }
        let extended = |so_far: &Pattern| -> Vec<Pattern> {
            let with = |choice: &Pattern| {
                let mut pattern = so_far.clone();
                choice.parts().iter().for_each(|part| pattern.push(part.clone()));
                pattern
            };
            choices.iter().map(with).collect()
        };
        filled = filled.iter().flat_map(extended).collect();
    }
    Some(filled)
}
