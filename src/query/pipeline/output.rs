//! Queries after they were written: each alone, then all together.

use std::collections::BTreeMap;

use minijinja::Value as Jinja;

use crate::model::Value;
use crate::model::pipeline::{
    Align, Finalizer, FormatField, FormatPart, FormatText, JsonTemplate, Postprocessing, python_text,
};
use crate::query::detection::Sigma;
use crate::query::refusal::{Refusal, Spot};

use super::condition::View;
use super::json;
use super::{Chain, PostStep, Trace, strings, subject};

/// Queries, or what a finalizer made of them.
enum Output {
    List(Vec<String>),
    Text(String),
}

impl Chain {
    /// The text of a query after all postprocessing.
    ///
    /// # Errors
    /// If a template asks for what there is not.
    pub(in crate::query) fn post_process<'r>(
        &self,
        query: String,
        sigma: &Sigma<'r>,
        trace: &mut Trace,
    ) -> Result<String, Refusal<'r>> {
        self.postprocessing.iter().try_fold(query, |query, step| self.post_step_of(step, query, sigma, trace))
    }

    fn post_step_of<'r>(
        &self,
        step: &PostStep,
        query: String,
        sigma: &Sigma<'r>,
        trace: &mut Trace,
    ) -> Result<String, Refusal<'r>> {
        let view = View { chain: self, sigma, trace };
        if !view.rule_holds(&step.item.rule_conditions)? {
            return Ok(query);
        }
        trace.applied.insert(step.number);
        let refuse = |why: String| {
            Refusal::unsupported(Spot::Top(""), format!("a template of a pipeline cannot be filled in: {why}"))
        };
        Ok(match &step.item.postprocessing {
            Postprocessing::Embed { prefix, suffix } => format!("{prefix}{query}{suffix}"),
            Postprocessing::SimpleTemplate(text) => {
                format_text(text, &self.context(query, sigma, trace)).map_err(refuse)?
            }
            Postprocessing::Template(template) => {
                template.render(self.context(query, sigma, trace)).map_err(|error| refuse(error.to_string()))?
            }
            Postprocessing::Json(JsonTemplate(document)) => json::write(document, None, &query),
            Postprocessing::Replace { regex, replacement } => strings::replaced(&query, regex, replacement),
            Postprocessing::Nest(_) => {
                step.nested.iter().try_fold(query, |query, step| self.post_step_of(step, query, sigma, trace))?
            }
        })
    }

    fn context(&self, query: String, sigma: &Sigma<'_>, trace: &Trace) -> Jinja {
        let rule = subject::rule(sigma, trace);
        let pipeline = subject::pipeline(self, Some(sigma));
        Jinja::from(BTreeMap::from([("query", Jinja::from(query)), ("rule", rule), ("pipeline", pipeline)]))
    }

    /// What the finalizers make of all queries of an output; the queries as they are if there is
    /// no finalizer, one text otherwise, unless the last leaves a list.
    ///
    /// # Errors
    /// Why a template cannot be filled in.
    pub fn finalize(&self, queries: Vec<String>) -> Result<Vec<String>, String> {
        let finished = self
            .finalizers
            .iter()
            .try_fold(Output::List(queries), |output, finalizer| self.finalizer(finalizer, output))?;
        Ok(match finished {
            Output::List(queries) => queries,
            Output::Text(text) => vec![text],
        })
    }

    fn finalizer(&self, finalizer: &Finalizer, output: Output) -> Result<Output, String> {
        Ok(Output::Text(match finalizer {
            Finalizer::Concat { separator, prefix, suffix } => {
                let joined = match output {
                    Output::List(queries) => queries.join(separator),
                    Output::Text(text) => text,
                };
                format!("{prefix}{joined}{suffix}")
            }
            Finalizer::Json { indent } => json::write(&output.value(), *indent, ""),
            Finalizer::Yaml => match output {
                Output::List(queries) => serde_yaml::to_string(&queries),
                Output::Text(text) => serde_yaml::to_string(&text),
            }
            .map_err(|error| error.to_string())?,
            Finalizer::Template(template) => {
                let queries = match output {
                    Output::List(queries) => queries.into_iter().map(Jinja::from).collect(),
                    Output::Text(text) => Jinja::from(text),
                };
                let context = BTreeMap::from([("queries", queries), ("pipeline", subject::pipeline(self, None))]);
                template.render(Jinja::from(context)).map_err(|error| error.to_string())?
            }
            Finalizer::Nested(list) => {
                return list.iter().try_fold(output, |output, finalizer| self.finalizer(finalizer, output));
            }
        }))
    }
}

impl Output {
    fn value(self) -> Value {
        match self {
            Self::List(queries) => Value::Seq(queries.into_iter().map(Value::Str).collect()),
            Self::Text(text) => Value::Str(text),
        }
    }
}

/// Fills in a text with fields.
fn format_text(text: &FormatText, context: &Jinja) -> Result<String, String> {
    let mut out = String::new();
    for part in &text.0 {
        match part {
            FormatPart::Text(text) => out.push_str(text),
            FormatPart::Field(field) => lay_out(field, &value(field, context)?, &mut out),
        }
    }
    Ok(out)
}

fn value(field: &FormatField, context: &Jinja) -> Result<Jinja, String> {
    let mut value = context.clone();
    for (i, step) in field.steps.iter().enumerate() {
        let by_name = value.get_attr(step).unwrap_or_default();
        let by_position = || step.parse::<usize>().ok().and_then(|at| value.get_item_by_index(at).ok());
        let next = if by_name.is_undefined() { by_position().unwrap_or_default() } else { by_name };
        if next.is_undefined() {
            return Err(format!("there is no `{}`", field.steps[..=i].join(".")));
        }
        value = next;
    }
    Ok(value)
}

fn lay_out(field: &FormatField, value: &Jinja, out: &mut String) {
    let text = match value.as_str() {
        Some(text) if !field.quoted => text.to_owned(),
        _ => python_text(value),
    };
    let text: String = field.precision.map_or(text.clone(), |most| text.chars().take(most).collect());
    let filling = field.width.saturating_sub(text.chars().count());
    let (before, after) = match field.align {
        Align::Left => (0, filling),
        Align::Right => (filling, 0),
        Align::Middle => (filling / 2, filling - filling / 2),
    };
    out.extend(std::iter::repeat_n(field.fill, before));
    out.push_str(&text);
    out.extend(std::iter::repeat_n(field.fill, after));
}
