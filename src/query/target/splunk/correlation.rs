//! Correlations: events are put into spans of time, counted by group, and the counts looked at.

use std::fmt::Write as _;

use crate::query::correlation::{Bound, Condition, Correlation, CorrelationKind};
use crate::query::detection::Expression;
use crate::query::reading::{Correlating, Matches};
use crate::query::refusal::Refusal;

use super::search::Commands;
use super::searches;

/// The search of a correlation.
pub(super) fn write<'n>(correlating: &Correlating<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let correlation = correlating.correlation;
    let events = events(correlating)?;
    let (count, name) = counted(correlating)?;
    let mut text = format!(
        "{events}\n\n| bin _time span={}{}\n| stats {count} as {name} by _time",
        correlation.timespan.count,
        match correlation.timespan.unit.letter() {
            'M' => "mon".to_owned(),
            letter => letter.to_string(),
        }
    );
    for field in &correlation.group_by {
        text.push(' ');
        text.push_str(&stats_field(field));
    }
    text.push_str("\n\n| search ");
    text.push_str(&looked_at(correlation, name));
    Ok(vec![text])
}

/// The events of all rules.
fn events<'n>(correlating: &Correlating<'n>) -> Result<String, Refusal<'n>> {
    let correlation = correlating.correlation;
    let one = |matching: &crate::query::reading::Matching<'n>| {
        let Matches::Events(reading) = &matching.what else {
            let reason = "a Splunk search cannot correlate the matches of a correlation";
            return Err(Refusal::unsupported(matching.referred.spot, reason));
        };
        let mut queries = searches(reading, Commands::FirstTermsBefore)?;
        if queries.len() != 1 {
            let reason = "a Splunk search cannot correlate a rule with several conditions";
            return Err(Refusal::unsupported(matching.referred.spot, reason));
        }
        Ok((matching.referred, queries.remove(0)))
    };
    let each = correlating.each(one)?;
    let typed = correlation.kind.is_temporal() && correlating.strict();
    if let ([(_, query)], true) = (each.as_slice(), correlation.aliases.is_empty() && !typed) {
        return Ok(query.clone());
    }
    // The command wants two searches at least.
    let several = each.len() > 1 || !correlating.strict();
    let mut text = String::from(if several { "| multisearch" } else { "" });
    for (referred, query) in &each {
        let label = referred.label().replace('\\', "\\\\").replace('"', "\\\"");
        text.push_str(if several { "\n[ search " } else { "" });
        let _ = write!(text, "{query} | eval event_type=\"{label}\"");
        for alias in &correlation.aliases {
            for (_, field) in alias.fields.iter().filter(|(rule, _)| *rule == referred.reference) {
                let _ = write!(text, " | rename {} as {}", stats_field(field), stats_field(alias.name));
            }
        }
        text.push_str(if several { " ]" } else { "" });
    }
    Ok(text)
}

/// The function that counts, and the name of its result.
fn counted<'n>(correlating: &Correlating<'n>) -> Result<(String, &'static str), Refusal<'n>> {
    let correlation = correlating.correlation;
    let refuse = |reason: &str| Err(Refusal::unsupported(correlation.kind_spot, reason));
    let (fields, percentile) = match &correlation.condition {
        Condition::Bounds { fields, percentile, .. } => (fields.as_slice(), *percentile),
        Condition::Rules(_) => (&[][..], 50),
    };
    let field = match fields {
        [] => String::new(),
        [field] => stats_field(field),
        _ => {
            let reason = "a Splunk search counts the values of one field";
            return Err(Refusal::unsupported(correlation.condition_spot, reason));
        }
    };
    Ok(match correlation.kind {
        CorrelationKind::EventCount => ("count".to_owned(), "event_count"),
        CorrelationKind::ValueCount => (format!("dc({field})"), "value_count"),
        CorrelationKind::Temporal => match correlation.condition {
            Condition::Bounds { .. } => ("dc(event_type)".to_owned(), "event_type_count"),
            Condition::Rules(_) => ("values(event_type)".to_owned(), "event_types"),
        },
        _ if !correlating.strict() => return refuse("the reference's SPL has no such correlation"),
        CorrelationKind::TemporalOrdered => {
            return refuse("a Splunk search over spans of time cannot tell in which order rules matched");
        }
        CorrelationKind::ValueSum => (format!("sum({field})"), "value_sum"),
        CorrelationKind::ValueAvg => (format!("avg({field})"), "value_avg"),
        CorrelationKind::ValueMedian => (format!("median({field})"), "value_median"),
        CorrelationKind::ValuePercentile => (format!("perc{percentile}({field})"), "value_percentile"),
    })
}

fn looked_at(correlation: &Correlation<'_>, name: &str) -> String {
    match &correlation.condition {
        Condition::Bounds { bounds, .. } => {
            let bound = |(bound, number): &(Bound, _)| {
                let sign = if *bound == Bound::Equal { "=" } else { bound.sign() };
                format!("{name} {sign} {number}")
            };
            bounds.iter().map(bound).collect::<Vec<_>>().join(" ")
        }
        Condition::Rules(expression) => rules(correlation, expression),
    }
}

/// An expression over which rules matched.
fn rules(correlation: &Correlation<'_>, expression: &Expression<'_>) -> String {
    let each = |children: &[Expression<'_>], separator: &str| {
        let parts: Vec<String> = children.iter().map(|child| rules(correlation, child)).collect();
        format!("({})", parts.join(separator))
    };
    match expression {
        Expression::Detection(number) => {
            let label = correlation.rules.get(*number).map_or("", |referred| referred.label());
            format!("event_types=\"{}\"", label.replace('\\', "\\\\").replace('"', "\\\""))
        }
        Expression::Not(child) => format!("NOT {}", rules(correlation, child)),
        Expression::And(children) => each(children, " "),
        Expression::Or(children) => each(children, " OR "),
        Expression::In(_, child) => rules(correlation, child),
        Expression::Name(_) | Expression::Of { .. } => String::new(),
    }
}

/// A field in `stats` and `rename`.
fn stats_field(name: &str) -> String {
    if name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.') {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\\\""))
    }
}
