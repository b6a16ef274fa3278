//! Correlations: events are put into spans of time, counted by group, and the counts looked at.

use std::fmt::Write as _;

use crate::query::correlation::{Bound, Condition, CorrelationKind, TimeUnit, Timespan};
use crate::query::reading::{Correlating, Matches, Matching};
use crate::query::refusal::Refusal;

/// The query of a correlation.
pub(super) fn write<'n>(correlating: &Correlating<'n>) -> Result<Vec<String>, Refusal<'n>> {
    let correlation = correlating.correlation;
    let refuse = |spot, reason: &str| Err(Refusal::unsupported(spot, reason));
    if !correlating.strict() {
        return refuse(correlation.kind_spot, "the reference writes no correlations for LogScale");
    }
    if !correlation.aliases.is_empty() {
        return refuse(correlation.kind_spot, "a LogScale query groups all events by the same fields, without aliases");
    }
    let Condition::Bounds { bounds, fields, percentile } = &correlation.condition else {
        return refuse(
            correlation.condition_spot,
            "a LogScale query counts which rules matched, it does not tell them apart",
        );
    };
    let counted = match fields.as_slice() {
        [] => String::new(),
        [one] => field(one),
        _ => return refuse(correlation.condition_spot, "a LogScale query counts the values of one field"),
    };
    let (name, function) = match correlation.kind {
        CorrelationKind::EventCount => ("event_count".to_owned(), "count(as=event_count)".to_owned()),
        CorrelationKind::ValueCount => {
            ("value_count".to_owned(), format!("count({counted}, distinct=true, as=value_count)"))
        }
        CorrelationKind::Temporal => {
            ("event_type_count".to_owned(), "count(event_type, distinct=true, as=event_type_count)".to_owned())
        }
        CorrelationKind::TemporalOrdered => {
            let reason = "a LogScale query over spans of time cannot tell in which order rules matched";
            return refuse(correlation.kind_spot, reason);
        }
        CorrelationKind::ValueSum => ("value_sum".to_owned(), format!("sum({counted}, as=value_sum)")),
        CorrelationKind::ValueAvg => ("value_avg".to_owned(), format!("avg({counted}, as=value_avg)")),
        CorrelationKind::ValueMedian => percentile_of(&counted, 50),
        CorrelationKind::ValuePercentile => percentile_of(&counted, *percentile),
    };
    let Some(span) = milliseconds(correlation.timespan) else {
        return refuse(correlation.kind_spot, "a span of months or years has no fixed length in a LogScale query");
    };
    let each = correlating.each(|matching| one_filter(matching))?;
    let mut text = match each.as_slice() {
        [one] => one.clone(),
        more => more.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" or "),
    };
    if correlation.kind == CorrelationKind::Temporal {
        text.push_str("\n| case {");
        for (one, matching) in each.iter().zip(&correlating.rules) {
            let label = matching.referred.label().replace('\\', "\\\\").replace('"', "\\\"");
            let _ = write!(text, " {one} | event_type := \"{label}\";");
        }
        text.push_str(" }");
    }
    let _ = write!(text, "\n| timebucket := @timestamp - (@timestamp % {span})\n| groupBy([timebucket");
    for group in &correlation.group_by {
        let _ = write!(text, ", {}", field(group));
    }
    let _ = write!(text, "], function={function}, limit=max)\n|");
    for (bound, number) in bounds {
        let sign = if *bound == Bound::Equal { "=" } else { bound.sign() };
        let _ = write!(text, " {name}{sign}{number}");
    }
    Ok(vec![text])
}

/// The name `LogScale` gives a percentile, and how it is asked for.
fn percentile_of(counted: &str, percentile: u8) -> (String, String) {
    (format!("value_{percentile}"), format!("percentile({counted}, percentiles=[{percentile}], as=value)"))
}

fn one_filter<'n>(matching: &Matching<'n>) -> Result<String, Refusal<'n>> {
    let Matches::Events(reading) = &matching.what else {
        let reason = "a LogScale query cannot correlate the matches of a correlation";
        return Err(Refusal::unsupported(matching.referred.spot, reason));
    };
    let mut filters = super::filters(reading, true)?;
    if filters.len() != 1 {
        let reason = "a LogScale query cannot correlate a rule with several conditions";
        return Err(Refusal::unsupported(matching.referred.spot, reason));
    }
    Ok(filters.remove(0))
}

fn field(name: &str) -> String {
    let mut out = String::new();
    super::field(&mut out, name, true);
    out
}

fn milliseconds(span: Timespan) -> Option<u64> {
    let unit: u64 = match span.unit {
        TimeUnit::Second => 1_000,
        TimeUnit::Minute => 60_000,
        TimeUnit::Hour => 3_600_000,
        TimeUnit::Day => 86_400_000,
        TimeUnit::Week => 604_800_000,
        TimeUnit::Month | TimeUnit::Year => return None,
    };
    Some(u64::from(span.count) * unit)
}
