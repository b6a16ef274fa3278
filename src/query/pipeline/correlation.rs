//! Correlations: the rules below them, and the fields they name themselves.
//!
//! A correlation has no log source: a condition on it holds if it holds for one of its rules.
//! A field of an alias is one of a certain rule, and only that rule's log source counts.

use std::borrow::Cow;

use crate::query::correlation::{Condition, Correlation, Referred, What};
use crate::query::detection::{LogSource, Sigma};
use crate::query::reading::Compat;
use crate::query::refusal::Refusal;

use super::{Chain, Trace};

impl Chain {
    /// Applies all transformations to a correlation and the rules below it; the correlation as
    /// postprocessing sees it.
    ///
    /// # Errors
    /// If a pipeline refuses the correlation or one of its rules.
    pub(in crate::query) fn apply_to_correlation<'r>(
        &'r self,
        correlation: &mut Correlation<'r>,
        compat: Compat,
    ) -> Result<(Sigma<'r>, Trace), Refusal<'r>> {
        let mut sources = Vec::new();
        // As they were: a pipeline that changes a log source has said with it what it had to say.
        let mut own = Vec::with_capacity(correlation.rules.len());
        for referred in &mut correlation.rules {
            let of_rule = log_sources(referred);
            sources.extend(of_rule.iter().cloned());
            own.push((referred.reference, of_rule));
            let below = match &mut referred.what {
                What::Events(sigma) => self.apply(sigma, compat).map(drop),
                What::Correlation(below) => self.apply_to_correlation(below, compat).map(drop),
            };
            let prefix = format!("the rule `{}`, which the correlation names, has no query: ", referred.reference);
            below.map_err(|refusal| refusal.retold(referred.spot, &prefix))?;
        }
        let stand_in = |fields| Sigma {
            rule: correlation.rule,
            logsource: LogSource::default(),
            detections: Vec::new(),
            conditions: Vec::new(),
            fields,
            state: correlation.state.clone(),
        };
        let renamed = |field: &Cow<'r, str>, sources: &[LogSource<'static>]| {
            let mut sigma = stand_in(vec![field.clone()]);
            self.apply_from(&mut sigma, compat, Trace { sources: sources.to_vec(), ..Trace::default() })?;
            Ok::<_, Refusal<'r>>(sigma.fields)
        };
        let all = |fields: &[Cow<'r, str>]| -> Result<Vec<Cow<'r, str>>, Refusal<'r>> {
            let mut new = Vec::with_capacity(fields.len());
            for field in fields {
                if correlation.aliases.iter().any(|alias| alias.name == field) {
                    new.push(field.clone());
                } else {
                    new.extend(renamed(field, &sources)?);
                }
            }
            Ok(new)
        };
        let group_by = all(&correlation.group_by)?;
        let counted = match &correlation.condition {
            Condition::Bounds { fields, .. } => all(fields)?,
            Condition::Rules(_) => Vec::new(),
        };
        let mut aliases = correlation.aliases.clone();
        for (rule, field) in aliases.iter_mut().flat_map(|alias| &mut alias.fields) {
            let of_rule = own.iter().find(|(reference, _)| reference == rule).map(|(_, sources)| sources.as_slice());
            let mut new = renamed(field, of_rule.unwrap_or(&sources))?;
            if new.len() > 1 {
                let reason = format!("a pipeline gives the field `{field}` of an alias several names");
                return Err(Refusal::unsupported(correlation.kind_spot, reason));
            }
            *field = new.pop().unwrap_or_default();
        }
        let mut sigma = stand_in(Vec::new());
        let trace = self.apply_from(&mut sigma, compat, Trace { sources, ..Trace::default() })?;
        (correlation.group_by, correlation.aliases) = (group_by, aliases);
        correlation.state = sigma.state.clone();
        if let Condition::Bounds { fields, .. } = &mut correlation.condition {
            *fields = counted;
        }
        Ok((sigma, trace))
    }
}

/// The log sources of all rules below.
fn log_sources(referred: &Referred<'_>) -> Vec<LogSource<'static>> {
    match &referred.what {
        What::Events(sigma) => {
            let part = |part: &Option<Cow<'_, str>>| part.as_deref().map(|text| Cow::Owned(text.to_owned()));
            let own = &sigma.logsource;
            vec![LogSource { product: part(&own.product), category: part(&own.category), service: part(&own.service) }]
        }
        What::Correlation(below) => below.rules.iter().flat_map(log_sources).collect(),
    }
}
