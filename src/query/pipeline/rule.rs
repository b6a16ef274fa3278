//! The rule as a whole: something more to match, settings.

use crate::model::Value;
use crate::query::detection::{LogSource, Scope, StateValue};
use crate::query::front::modern;
use crate::query::pattern::{Part, Pattern};
use crate::query::refusal::{Refusal, Spot};
use crate::query::test::Test;

use super::{Run, Step, refused};

impl<'r> Run<'_, 'r> {
    /// Adds a detection that must match, or must not, beside all there is.
    pub(super) fn add_condition(
        &mut self,
        step: &'r Step,
        conditions: &'r (String, Value),
        template: bool,
        negated: bool,
    ) -> Result<(), Refusal<'r>> {
        let spot = Spot::Top("detection");
        let named = modern::detections(std::slice::from_ref(conditions), Scope::Added, self.compat)
            .map_err(|refusal| refusal.moved(spot, "a pipeline adds conditions that cannot be read"))?;
        let Some(mut detection) = named.into_iter().next().map(|named| named.detection) else { return Ok(()) };
        let logsource = &self.sigma.logsource;
        let strict = self.strict();
        let mut missing = None;
        detection.each_item(&mut |item| {
            item.applied.insert(step.number);
            item.spot = spot;
            if template {
                for test in &mut item.values {
                    if let Test::Match(pattern) = test {
                        *pattern = with_log_source(pattern, logsource, &mut missing);
                    }
                }
            }
        });
        if let Some(part) = missing.filter(|_| strict) {
            let reason = format!("a pipeline needs the `{part}` of the log source, and the rule has none");
            return Err(refused(step, Spot::Top("logsource"), &reason));
        }
        self.sigma.require(detection, negated);
        if !strict && !conditions.0.is_empty() {
            self.give_name(&conditions.0);
        }
        Ok(())
    }

    /// Gives the detection added last a name that conditions of the rule can select, in place of
    /// the one that had it.
    fn give_name(&mut self, name: &'r str) {
        let detections = &mut self.sigma.detections;
        let own = detections.iter().position(|named| named.scope == Scope::Rule && named.name == name);
        let Some(last) = detections.last_mut() else { return };
        match own {
            None => (last.name, last.scope) = (name.into(), Scope::Rule),
            Some(own) => {
                let added = last.detection.clone();
                detections[own].detection = added;
            }
        }
    }

    /// Gives a setting its value.
    pub(super) fn set_state(&mut self, key: &str, value: &Value) {
        self.sigma.state.set(key, state_value(value));
    }
}

/// A value of a pipeline as a setting.
pub(super) fn state_value(value: &Value) -> StateValue {
    match value {
        Value::Str(text) => StateValue::Str(text.clone()),
        Value::Int(i) => StateValue::Int(*i),
        Value::Bool(flag) => StateValue::Bool(*flag),
        Value::Seq(items) => StateValue::List(items.iter().filter_map(Value::scalar_text).collect()),
        other => StateValue::Str(other.scalar_text().unwrap_or_default()),
    }
}

/// The string with `$category`, `$product` and `$service` replaced, `$$` being a dollar sign;
/// other names stay. Notes a part that the log source has not.
fn with_log_source(pattern: &Pattern, logsource: &LogSource<'_>, missing: &mut Option<&'static str>) -> Pattern {
    let mut out = Pattern::default();
    for part in pattern.parts() {
        let Part::Text(text) = part else {
            out.push(part.clone());
            continue;
        };
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once('$') {
            out.push_text(before);
            if let Some(after) = after.strip_prefix('$') {
                out.push_text("$");
                rest = after;
                continue;
            }
            let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
            let (name, tail) = braced.unwrap_or_else(|| {
                let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
                after.split_at(after.find(|c| !word(c)).unwrap_or(after.len()))
            });
            let value = match name {
                "category" => ("category", &logsource.category),
                "product" => ("product", &logsource.product),
                "service" => ("service", &logsource.service),
                _ => {
                    out.push_text("$");
                    rest = after;
                    continue;
                }
            };
            match value {
                (_, Some(text)) => out.push_text(text),
                (part, None) => {
                    *missing = missing.or(Some(part));
                    out.push_text("None");
                }
            }
            rest = tail;
        }
        out.push_text(rest);
    }
    out
}
