//! Values of items: replaced, mapped, converted.

use std::collections::HashMap;

use crate::model::Value;
use crate::model::pipeline::{NumberOrText, RegexMethod, Transformation};
use crate::query::detection::Item;
use crate::query::pattern::Pattern;
use crate::query::refusal::Refusal;
use crate::query::test::{Number, RegexFlags, Test};

use super::strings::{self, Replacing};
use super::{Change, Run, Step, refused};

/// What becomes of a value.
pub(super) enum Changed {
    /// It stays.
    Same(Test),
    /// Another takes its place.
    To(Test),
    /// Several do, each of which is as good.
    Either(Vec<Test>),
}

impl<'r> Run<'_, 'r> {
    /// Changes each value as `step` says.
    pub(super) fn change_values(&mut self, step: &'r Step) -> Result<(), Refusal<'r>> {
        let strict = self.strict();
        self.items(step, |run, item| {
            run.each_value(step, item, |item, test| change(step, item, test, strict))?;
            Ok(Change::Keep)
        })
    }

    /// Calls `change` for each value of an item, which is marked if any changed.
    pub(super) fn each_value(
        &self,
        step: &Step,
        item: &mut Item<'r>,
        mut change: impl FnMut(&Item<'r>, Test) -> Result<Changed, Refusal<'r>>,
    ) -> Result<(), Refusal<'r>> {
        let mut values = Vec::with_capacity(item.values.len());
        let mut changed = false;
        for test in std::mem::take(&mut item.values) {
            match change(item, test)? {
                Changed::Same(test) => values.push(test),
                Changed::To(test) => {
                    changed = true;
                    values.push(test);
                }
                Changed::Either(tests) => {
                    changed = true;
                    // Under `all`, one of several that stand for one value is enough.
                    if item.all && tests.len() > 1 && self.strict() {
                        values.push(Test::Any(tests));
                    } else {
                        values.extend(tests);
                    }
                }
            }
        }
        item.values = values;
        if changed {
            item.applied.insert(step.number);
        }
        Ok(())
    }
}

fn change<'r>(step: &Step, item: &Item<'r>, test: Test, strict: bool) -> Result<Changed, Refusal<'r>> {
    let refuse = |reason: String| refused(step, item.spot, &reason);
    Ok(match (&step.item.transformation, test) {
        (Transformation::SetValue(value), _) => Changed::To(literal(value)),
        (Transformation::ReplaceString { regex, replacement, skip_special, interpret_special }, test) => {
            let (skip_special, interpret_special) = (*skip_special, *interpret_special);
            let replacing = Replacing { regex, replacement, skip_special, interpret_special, strict };
            match test {
                Test::Match(pattern) => Changed::To(Test::Match(replacing.apply(&pattern))),
                Test::Cased(pattern) => Changed::To(Test::Cased(replacing.apply(&pattern))),
                Test::Number(number) => {
                    Changed::To(Test::Match(replacing.apply(&Pattern::literal(&number.to_string()))))
                }
                other => Changed::Same(other),
            }
        }
        (Transformation::MapString(mapping), test) => map(mapping, test, strict),
        (Transformation::Case(case), Test::Match(pattern)) => {
            Changed::To(Test::Match(strings::in_case(&pattern, *case)))
        }
        (Transformation::Case(case), Test::Cased(pattern)) => {
            Changed::To(Test::Cased(strings::in_case(&pattern, *case)))
        }
        (Transformation::Regex(method), test) => match regex(*method, &test, strict) {
            Ok(Some(regex)) => Changed::To(regex),
            Ok(None) => Changed::Same(test),
            Err(name) => {
                let reason = format!("the placeholder `%{name}%` is not replaced before a regular expression is made");
                return Err(refuse(reason));
            }
        },
        (Transformation::ConvertType(to), test) => convert(*to, test).map_err(|text| {
            let field = item.field.as_deref().map(|field| format!(" of `{field}`")).unwrap_or_default();
            refuse(format!("the value `{text}`{field} is no number, which a pipeline makes of it"))
        })?,
        (_, test) => Changed::Same(test),
    })
}

/// The test for a value of a pipeline.
pub(super) fn literal(value: &Value) -> Test {
    match value {
        Value::Bool(flag) => Test::Bool(*flag),
        Value::Int(i) => Test::Number(Number::Int(*i)),
        #[expect(clippy::float_cmp, clippy::cast_precision_loss, reason = "whether the number is whole is exact")]
        Value::Float(x) if (*x as i64) as f64 == *x => Test::Number(Number::Int(*x as i64)),
        Value::Float(x) => Test::Number(Number::Float(*x)),
        Value::Str(text) => Test::Match(Pattern::parse(text)),
        Value::Null | Value::Seq(_) | Value::Map(_) => Test::Null,
    }
}

fn map(mapping: &HashMap<String, Vec<String>>, test: Test, strict: bool) -> Changed {
    let (Test::Match(pattern) | Test::Cased(pattern)) = &test else { return Changed::Same(test) };
    let Some(new) = mapping.get(&*strings::plain(pattern)) else { return Changed::Same(test) };
    let cased = strict && matches!(test, Test::Cased(_));
    let value = |text: &String| {
        let pattern = Pattern::parse(text);
        if cased { Test::Cased(pattern) } else { Test::Match(pattern) }
    };
    Changed::Either(new.iter().map(value).collect())
}

fn regex(method: RegexMethod, test: &Test, strict: bool) -> Result<Option<Test>, &str> {
    let (pattern, method) = match test {
        Test::Match(pattern) => (pattern, method),
        // What must match in exact case does so in no other.
        Test::Cased(pattern) => (pattern, if strict { RegexMethod::Plain } else { method }),
        _ => return Ok(None),
    };
    if pattern.parts().is_empty() {
        return Ok(Some(test.clone()));
    }
    let ignore_case = method == RegexMethod::IgnoreCaseFlag;
    let flags = RegexFlags { ignore_case, ..RegexFlags::default() };
    Ok(Some(Test::Regex(strings::as_regex(pattern, method, strict)?, flags)))
}

/// A value as a number or text; the text that is no number on failure.
fn convert(to: NumberOrText, test: Test) -> Result<Changed, String> {
    Ok(match (to, test) {
        (NumberOrText::Text, Test::Number(number)) => Changed::To(Test::Match(Pattern::literal(&number.to_string()))),
        (NumberOrText::Number, Test::Match(pattern) | Test::Cased(pattern)) => {
            let plain = strings::plain(&pattern);
            Changed::To(Test::Number(number(&plain).ok_or(plain)?))
        }
        (_, Test::Any(tests)) => {
            let mut changed = false;
            let mut new = Vec::with_capacity(tests.len());
            for test in tests {
                match convert(to, test)? {
                    Changed::Same(test) => new.push(test),
                    Changed::To(test) => {
                        changed = true;
                        new.push(test);
                    }
                    Changed::Either(tests) => new.extend(tests),
                }
            }
            if changed { Changed::To(Test::Any(new)) } else { Changed::Same(Test::Any(new)) }
        }
        (_, test) => Changed::Same(test),
    })
}

fn number(text: &str) -> Option<Number> {
    let text = text.trim();
    let float = || text.parse().ok().filter(|number: &f64| number.is_finite()).map(Number::Float);
    text.parse().ok().map(Number::Int).or_else(float)
}
