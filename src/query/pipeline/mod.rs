//! Applying processing pipelines: to a rule before it becomes a tree, to its queries after.
//!
//! A [`Chain`] is all pipelines of a kind of query, in the order of their priorities. Each group
//! of transformations is a file: names of fields ([`fields`]), values ([`values`], [`strings`]),
//! placeholders ([`placeholders`]), items that become several ([`split`]), the rule as a whole
//! ([`rule`]). A new transformation is a variant of [`Transformation`], its reading in
//! `load::pipeline::transformation`, and an arm of [`Run::transform`].
//!
//! The meaning is that of pySigma 1.5, found by running it. Where it changes what a rule means
//! (a negated item mapped to two fields, values under `all` mapped to several, a backslash lost
//! before a wildcard, an added name that `1 of them` selects), its way is followed only where its
//! text is asked for.

mod condition;
mod correlation;
mod fields;
mod json;
mod output;
mod placeholders;
mod rule;
mod shipped;
mod split;
mod strings;
mod subject;
mod values;

pub use shipped::{BuiltIn, built_in_pipelines};

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::model::Value;
use crate::model::pipeline::{Finalizer, Pipeline, PostprocessingItem, ProcessingItem, Transformation};

use super::detection::{Applied, Detection, Item, LogSource, Sigma, StateValue};
use super::reading::Compat;
use super::refusal::{Refusal, Spot};
use super::tree::MAX_LEAVES;

/// The pipelines of one kind of query, ready to be applied to any number of rules.
#[derive(Debug, Default)]
pub struct Chain {
    steps: Vec<Step>,
    postprocessing: Vec<PostStep>,
    finalizers: Vec<Finalizer>,
    /// Variables of all pipelines; those of later ones win.
    vars: BTreeMap<String, Value>,
    /// Values the user's configuration has for placeholders no pipeline replaced.
    placeholders: BTreeMap<String, Value>,
    /// The numbers of the items of each id.
    ids: HashMap<String, Vec<usize>>,
    /// The items that change names of fields.
    mapping: Applied,
}

/// A processing item with its number in the chain.
#[derive(Debug)]
struct Step {
    number: usize,
    /// The pipeline it is of, for messages.
    pipeline: Arc<str>,
    item: ProcessingItem,
    nested: Vec<Step>,
}

/// A postprocessing item with its number in the chain.
#[derive(Debug)]
struct PostStep {
    number: usize,
    item: PostprocessingItem,
    nested: Vec<PostStep>,
}

/// What was done to a rule: what postprocessing asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Trace {
    /// Items that were applied to the rule.
    pub(super) applied: Applied,
    /// Attributes that were set.
    pub(super) attributes: BTreeMap<String, Value>,
    /// The log sources of the rules of a correlation.
    pub(super) sources: Vec<LogSource<'static>>,
}

impl Chain {
    /// The chain of `pipelines`, lower priorities first, and among equal ones in the order given.
    pub fn new(mut pipelines: Vec<Pipeline>) -> Self {
        pipelines.sort_by_key(|pipeline| pipeline.priority);
        let mut chain = Self::default();
        let mut number = 0;
        for pipeline in pipelines {
            let name: Arc<str> = pipeline.name.as_deref().unwrap_or_default().into();
            chain.vars.extend(pipeline.vars);
            for item in pipeline.transformations {
                let step = chain.step(item, &name, &mut number);
                chain.steps.push(step);
            }
            for item in pipeline.postprocessing {
                let step = chain.post_step(item, &mut number);
                chain.postprocessing.push(step);
            }
            chain.finalizers.extend(pipeline.finalizers);
        }
        chain
    }

    /// With values for placeholders of rules that no pipeline replaces, by name.
    #[must_use]
    pub fn placeholders(mut self, values: impl IntoIterator<Item = (String, Vec<String>)>) -> Self {
        let value =
            |(name, texts): (String, Vec<String>)| (name, Value::Seq(texts.into_iter().map(Value::Str).collect()));
        self.placeholders.extend(values.into_iter().map(value));
        self
    }

    /// With a variable that templates can use, such as the name of the target.
    #[must_use]
    pub fn var(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.vars.entry(name.into()).or_insert_with(|| Value::Str(value.into()));
        self
    }

    /// Whether nothing is done to any rule or query.
    pub fn is_empty(&self) -> bool {
        self.has_no_pipeline() && self.placeholders.is_empty()
    }

    /// Whether nothing is done but that placeholders get their values.
    pub fn has_no_pipeline(&self) -> bool {
        self.steps.is_empty() && self.postprocessing.is_empty() && self.finalizers.is_empty()
    }

    fn step(&mut self, mut item: ProcessingItem, pipeline: &Arc<str>, next: &mut usize) -> Step {
        let number = self.number(item.id.as_deref(), next);
        condition::cheapest_first(&mut item.field_conditions);
        let items = match &mut item.transformation {
            Transformation::FieldNameMapping(_)
            | Transformation::FieldNamePrefixMapping(_)
            | Transformation::FieldNamePrefix(_)
            | Transformation::FieldNameSuffix(_) => {
                self.mapping.insert(number);
                Vec::new()
            }
            Transformation::Nest(items) => std::mem::take(items),
            _ => Vec::new(),
        };
        let nested = items.into_iter().map(|item| self.step(item, pipeline, next)).collect();
        Step { number, pipeline: Arc::clone(pipeline), item, nested }
    }

    fn post_step(&mut self, mut item: PostprocessingItem, next: &mut usize) -> PostStep {
        let number = self.number(item.id.as_deref(), next);
        let items = match &mut item.postprocessing {
            crate::model::pipeline::Postprocessing::Nest(items) => std::mem::take(items),
            _ => Vec::new(),
        };
        let nested = items.into_iter().map(|item| self.post_step(item, next)).collect();
        PostStep { number, item, nested }
    }

    fn number(&mut self, id: Option<&str>, next: &mut usize) -> usize {
        let number = *next;
        *next += 1;
        if let Some(id) = id {
            self.ids.entry(id.to_owned()).or_default().push(number);
        }
        number
    }

    /// Whether an item of this id is in `applied`.
    fn is_applied(&self, id: &str, applied: &Applied) -> bool {
        self.ids.get(id).is_some_and(|numbers| numbers.iter().any(|number| applied.contains(*number)))
    }

    /// Applies all transformations.
    ///
    /// # Errors
    /// If a pipeline refuses the rule, or cannot do with it what it is to do.
    pub(super) fn apply<'r>(&'r self, sigma: &mut Sigma<'r>, compat: Compat) -> Result<Trace, Refusal<'r>> {
        self.apply_from(sigma, compat, Trace::default())
    }

    fn apply_from<'r>(&'r self, sigma: &mut Sigma<'r>, compat: Compat, trace: Trace) -> Result<Trace, Refusal<'r>> {
        if !self.steps.is_empty() {
            let mode = if compat == Compat::Strict { "strict" } else { "pysigma" };
            sigma.state.set("compat", StateValue::Str(mode.to_owned()));
        }
        let mut run = Run { chain: self, sigma, compat, trace, names: HashMap::new() };
        for step in &self.steps {
            run.step(step)?;
        }
        if !self.placeholders.is_empty() {
            run.configured_placeholders()?;
        }
        let trace = run.trace;
        Ok(trace)
    }
}

/// A rule on its way through a chain.
struct Run<'a, 'r> {
    chain: &'r Chain,
    sigma: &'a mut Sigma<'r>,
    compat: Compat,
    trace: Trace,
    /// What was applied to names that are no items' own: of the list of fields, and referred to.
    names: HashMap<String, Applied>,
}

/// What becomes of an item.
enum Change<'r> {
    /// It stays, changed or not.
    Keep,
    /// Something else takes its place.
    Replace(Detection<'r>),
}

impl<'r> Run<'_, 'r> {
    fn step(&mut self, step: &'r Step) -> Result<(), Refusal<'r>> {
        if !self.view().rule_holds(&step.item.rule_conditions)? {
            return Ok(());
        }
        self.trace.applied.insert(step.number);
        self.transform(step)
    }

    fn transform(&mut self, step: &'r Step) -> Result<(), Refusal<'r>> {
        match &step.item.transformation {
            Transformation::FieldNameMapping(mapping) => self.map_fields(step, &fields::Names::Whole(mapping)),
            Transformation::FieldNamePrefixMapping(mapping) => self.map_fields(step, &fields::Names::Start(mapping)),
            Transformation::FieldNamePrefix(prefix) => self.map_fields(step, &fields::Names::Before(prefix)),
            Transformation::FieldNameSuffix(suffix) => self.map_fields(step, &fields::Names::After(suffix)),
            Transformation::AddField(names) => {
                self.sigma.fields.extend(names.iter().map(|name| name.as_str().into()));
                Ok(())
            }
            Transformation::RemoveField(names) => {
                self.remove_fields(names);
                Ok(())
            }
            Transformation::SetField(names) => {
                self.sigma.fields = names.iter().map(|name| name.as_str().into()).collect();
                Ok(())
            }
            Transformation::StrictFieldMappingFailure => self.require_mapped_fields(step),
            Transformation::DropDetectionItem => {
                self.items(step, |_, _| Ok(Change::Replace(Detection::All(Vec::new()))))
            }
            Transformation::DetectionItemFailure(message) => self.items(step, |_, item| {
                let field = item.field.as_deref().map(|field| format!(" (field `{field}`)")).unwrap_or_default();
                Err(refused(step, item.spot, &format!("{message}{field}")))
            }),
            Transformation::RuleFailure(message) => Err(refused(step, Spot::Top("detection"), message)),
            Transformation::HashesFields(hashes) => self.items(step, |run, item| run.split_hashes(step, hashes, item)),
            Transformation::ExtractFields { regex, prefix, preserve_unmatched } => {
                self.items(step, |run, item| Ok(run.extract(step, regex, prefix, *preserve_unmatched, item)))
            }
            Transformation::WildcardPlaceholders(which) => self.wildcard_placeholders(step, which),
            Transformation::ValuePlaceholders(which) => self.value_placeholders(step, which),
            Transformation::QueryExpressionPlaceholders { which, expression, mapping } => {
                self.expression_placeholders(step, which, expression, mapping)
            }
            // A correlation has no events of its own to ask more of; its rules were asked.
            Transformation::AddCondition { .. } if !self.trace.sources.is_empty() => Ok(()),
            Transformation::AddCondition { conditions, template, negated, .. } => {
                self.add_condition(step, conditions, *template, *negated)
            }
            Transformation::ChangeLogSource { category, product, service } => {
                let part = |part: &'r Option<String>| part.as_deref().map(Into::into);
                let logsource = &mut self.sigma.logsource;
                (logsource.category, logsource.product, logsource.service) =
                    (part(category), part(product), part(service));
                Ok(())
            }
            Transformation::SetState { key, value } => {
                self.set_state(key, value);
                Ok(())
            }
            Transformation::SetCustomAttribute { attribute, value } => {
                self.trace.attributes.insert(attribute.clone(), value.clone());
                Ok(())
            }
            Transformation::ReplaceString { .. }
            | Transformation::MapString(_)
            | Transformation::Regex(_)
            | Transformation::SetValue(_)
            | Transformation::ConvertType(_)
            | Transformation::Case(_) => self.change_values(step),
            Transformation::Nest(_) => step.nested.iter().try_for_each(|step| self.step(step)),
        }
    }

    /// Calls `change` for each item the conditions of `step` hold for.
    fn items(
        &mut self,
        step: &'r Step,
        mut change: impl FnMut(&mut Self, &mut Item<'r>) -> Result<Change<'r>, Refusal<'r>>,
    ) -> Result<(), Refusal<'r>> {
        let mut detections = std::mem::take(&mut self.sigma.detections);
        let mut visit = |run: &mut Self, item: &mut Item<'r>| {
            if run.item_holds(step, item) { change(run, item) } else { Ok(Change::Keep) }
        };
        let result = detections.iter_mut().try_for_each(|named| self.visit(&mut named.detection, &mut visit));
        self.sigma.detections = detections;
        result
    }

    fn visit(
        &mut self,
        detection: &mut Detection<'r>,
        change: &mut impl FnMut(&mut Self, &mut Item<'r>) -> Result<Change<'r>, Refusal<'r>>,
    ) -> Result<(), Refusal<'r>> {
        match detection {
            Detection::Item(item) => {
                if let Change::Replace(other) = change(self, item)? {
                    *detection = other;
                }
                Ok(())
            }
            Detection::All(children) | Detection::Any(children) => {
                children.iter_mut().try_for_each(|child| self.visit(child, change))
            }
        }
    }

    fn strict(&self) -> bool {
        self.compat == Compat::Strict
    }
}

/// The refusal of a step, which names its pipeline.
fn refused<'r>(step: &Step, spot: Spot<'r>, reason: &str) -> Refusal<'r> {
    let reason =
        if step.pipeline.is_empty() { reason.to_owned() } else { format!("{reason} (pipeline {})", step.pipeline) };
    Refusal::unsupported(spot, reason)
}

/// The refusal of more values than a query may have.
fn too_many<'r>(step: &Step, spot: Spot<'r>) -> Refusal<'r> {
    refused(step, spot, &format!("the item gets more than {MAX_LEAVES} values"))
}

#[cfg(test)]
mod tests;
