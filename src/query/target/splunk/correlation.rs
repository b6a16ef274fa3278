//! Correlations: events are put into spans of time, counted by group, and the counts looked at; or,
//! where their order matters, each is told the start of the sequence it may end.

use std::fmt::Write as _;

use crate::query::correlation::{Bound, Condition, Correlation, CorrelationKind, TimeUnit, Timespan};
use crate::query::detection::Expression;
use crate::query::reading::{Correlating, Matches};
use crate::query::refusal::Refusal;
use crate::query::test::{Comparison, Number};

use super::search::Commands;
use super::searches;

const NOT_IN_REFERENCE: &str = "the reference's SPL has no such correlation";

/// The search of a correlation.
pub(super) fn write<'n>(correlating: &Correlating<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let correlation = correlating.correlation;
    let events = events(correlating)?;
    if correlation.kind == CorrelationKind::TemporalOrdered && correlating.strict() {
        return Ok(vec![events + &in_order(correlation)?]);
    }
    let (count, name) = counted(correlating)?;
    let span = span(correlation.timespan);
    let mut text = format!("{events}\n\n| bin _time span={span}\n| stats {count} as {name} by _time");
    for field in &correlation.group_by {
        text.push(' ');
        text.push_str(&stats_field(field));
    }
    text.push_str("\n\n| search ");
    text.push_str(&looked_at(correlation, name));
    Ok(vec![text])
}

fn span(timespan: Timespan) -> String {
    match timespan.unit {
        TimeUnit::Month => format!("{}mon", timespan.count),
        unit => format!("{}{}", timespan.count, unit.letter()),
    }
}

/// Finds the matches of all rules in their order.
///
/// Spans of time that lie side by side would cut sequences in two, so every event carries the
/// start of the latest sequence before it: after the first step the time of the first rule's last
/// match, after the second that of the sequence the second rule's last match belongs to, and so on.
/// The latest start is the best: if it is too long ago, all are.
fn in_order<'n>(correlation: &Correlation<'n>) -> Result<String, Refusal<'n>> {
    let count = correlation.rules.len();
    let all = match &correlation.condition {
        Condition::Bounds { bounds, .. } => {
            let at_least =
                (Bound::Comparison(Comparison::GreaterOrEqual), Number::Int(i64::try_from(count).unwrap_or(i64::MAX)));
            bounds.iter().all(|bound| *bound == at_least)
        }
        Condition::Rules(Expression::And(children)) => (0..count)
            .all(|number| children.iter().any(|child| matches!(child, Expression::Detection(n) if *n == number))),
        Condition::Rules(_) => false,
    };
    if !all {
        let reason = "a Splunk search for rules in an order looks for all of them";
        return Err(Refusal::unsupported(correlation.condition_spot, reason));
    }
    let by = match correlation.group_by.as_slice() {
        [] => String::new(),
        fields => format!(" by {}", fields.iter().map(|field| stats_field(field)).collect::<Vec<_>>().join(" ")),
    };
    let label = |number: usize| label(correlation, number);
    let mut text = String::from("\n\n| sort 0 _time");
    let mut start = "_time";
    for number in 0..count.saturating_sub(1) {
        let _ = write!(
            text,
            "\n| eval sequence_start=if(event_type=\"{}\", {start}, null())\n| streamstats current=f window=0 \
             max(sequence_start) as sequence_start{by}",
            label(number)
        );
        start = "sequence_start";
    }
    let last = label(count.saturating_sub(1));
    let _ = write!(text, "\n\n| where event_type=\"{last}\"");
    if count > 1 {
        let span = span(correlation.timespan);
        let _ = write!(text, " AND _time<=relative_time(sequence_start, \"+{span}\")");
    }
    Ok(text)
}

/// What tells the matches of a rule, inside quotes.
fn label(correlation: &Correlation<'_>, number: usize) -> String {
    let label = correlation.rules.get(number).map_or("", |referred| referred.label());
    label.replace('\\', "\\\\").replace('"', "\\\"")
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
        _ if !correlating.strict() => return refuse(NOT_IN_REFERENCE),
        // In strict text it is not counted.
        CorrelationKind::TemporalOrdered => return refuse(NOT_IN_REFERENCE),
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
            format!("event_types=\"{}\"", label(correlation, *number))
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
