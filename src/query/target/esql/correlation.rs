//! Correlations: events are put into buckets of time, counted by group, and the counts looked at.

use std::fmt::Write as _;

use crate::query::correlation::{Bound, Condition, CorrelationKind, TimeUnit};
use crate::query::reading::{Correlating, Matches, Matching};
use crate::query::refusal::Refusal;

use super::super::elastic::{field as quoted_field, quoted};
use super::{conditions, source, strict};

/// The query of a correlation.
pub(super) fn write<'n>(correlating: &Correlating<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let correlation = correlating.correlation;
    let refuse = |spot, reason: &str| Err(Refusal::unsupported(spot, reason));
    if !correlation.aliases.is_empty() {
        return refuse(correlation.kind_spot, "an ES|QL query groups all events by the same fields, without aliases");
    }
    let Condition::Bounds { bounds, fields, percentile } = &correlation.condition else {
        return refuse(
            correlation.condition_spot,
            "an ES|QL query counts which rules matched, it does not tell them apart",
        );
    };
    let counted = match fields.as_slice() {
        [] => String::new(),
        [one] => field(one),
        _ => return refuse(correlation.condition_spot, "an ES|QL query counts the values of one field"),
    };
    let (name, function) = match correlation.kind {
        CorrelationKind::EventCount => ("event_count", "count()".to_owned()),
        CorrelationKind::ValueCount => ("value_count", format!("count_distinct({counted})")),
        CorrelationKind::Temporal => ("event_type_count", "count_distinct(event_type)".to_owned()),
        _ if !correlating.strict() => {
            return refuse(correlation.kind_spot, "the reference's ES|QL has no such correlation");
        }
        CorrelationKind::TemporalOrdered => {
            let reason = "an ES|QL query over buckets of time cannot tell in which order rules matched";
            return refuse(correlation.kind_spot, reason);
        }
        CorrelationKind::ValueSum => ("value_sum", format!("sum({counted})")),
        CorrelationKind::ValueAvg => ("value_avg", format!("avg({counted})")),
        CorrelationKind::ValueMedian => ("value_median", format!("median({counted})")),
        CorrelationKind::ValuePercentile => ("value_percentile", format!("percentile({counted}, {percentile})")),
    };
    let each = correlating.each(|matching| one_condition(matching))?;
    let mut text = format!("{} | where ", source(correlating.state(), correlating.strict()));
    match each.as_slice() {
        [one] => text.push_str(one),
        more => text.push_str(&more.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" or ")),
    }
    if correlation.kind == CorrelationKind::Temporal {
        text.push_str("\n| eval event_type=case(");
        for (i, (one, matching)) in each.iter().zip(&correlating.rules).enumerate() {
            let _ = write!(text, "{}{one}, ", if i > 0 { ", " } else { "" });
            quoted(&mut text, matching.referred.label());
        }
        text.push(')');
    }
    let (count, unit) = (correlation.timespan.count, unit(correlation.timespan.unit));
    let _ = write!(
        text,
        "\n| eval timebucket=date_trunc({count}{unit}, @timestamp) | stats {name}={function} by timebucket"
    );
    for group in &correlation.group_by {
        let _ = write!(text, ", {}", field(group));
    }
    let bound = |(bound, number): &(Bound, _)| format!("{name} {} {number}", bound.sign());
    let bounds: Vec<String> = bounds.iter().map(bound).collect();
    let _ = write!(text, "\n| where {}", bounds.join(" and "));
    Ok(vec![text])
}

fn one_condition<'n>(matching: &Matching<'n>) -> Result<String, Refusal<'n>> {
    let Matches::Events(reading) = &matching.what else {
        let reason = "an ES|QL query cannot correlate the matches of a correlation";
        return Err(Refusal::unsupported(matching.referred.spot, reason));
    };
    let mut conditions = conditions(reading)?;
    if conditions.len() != 1 {
        let reason = "an ES|QL query cannot correlate a rule with several conditions";
        return Err(Refusal::unsupported(matching.referred.spot, reason));
    }
    Ok(conditions.remove(0))
}

fn field(name: &str) -> String {
    let mut out = String::new();
    quoted_field(&mut out, name, &strict::KEYWORDS);
    out
}

const fn unit(unit: TimeUnit) -> &'static str {
    match unit {
        TimeUnit::Second => "seconds",
        TimeUnit::Minute => "minutes",
        TimeUnit::Hour => "hours",
        TimeUnit::Day => "days",
        TimeUnit::Week => "weeks",
        TimeUnit::Month => "months",
        TimeUnit::Year => "years",
    }
}
