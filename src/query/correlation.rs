//! A correlation rule as values (Sigma correlation rules specification 2.1).

use std::borrow::Cow;

use crate::model::Rule;

use super::detection::{Expression, Sigma, State};
use super::refusal::Spot;
use super::test::{Comparison, Number};

/// A correlation of other rules' matches.
#[derive(Debug, Clone)]
pub(super) struct Correlation<'r> {
    /// The rule it is.
    pub(super) rule: &'r Rule,
    /// What is counted.
    pub(super) kind: CorrelationKind,
    /// Where that was written.
    pub(super) kind_spot: Spot<'r>,
    /// The rules whose matches are correlated, as named; at least one.
    pub(super) rules: Vec<Referred<'r>>,
    /// The fields (or aliases) whose values tell one group from another.
    pub(super) group_by: Vec<Cow<'r, str>>,
    /// The time all matches of a group lie in.
    pub(super) timespan: Timespan,
    /// When it fires.
    pub(super) condition: Condition<'r>,
    /// Where that was written.
    pub(super) condition_spot: Spot<'r>,
    /// Names for fields that are called differently in different rules.
    pub(super) aliases: Vec<Alias<'r>>,
    /// What pipelines tell the target.
    pub(super) state: State,
}

/// What a correlation counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CorrelationKind {
    /// Matches.
    EventCount,
    /// Different values of a field.
    ValueCount,
    /// Whether matches of all rules are there.
    Temporal,
    /// The same, in the order of the rules.
    TemporalOrdered,
    /// The sum of a field.
    ValueSum,
    /// The mean of a field.
    ValueAvg,
    /// A percentile of a field.
    ValuePercentile,
    /// The median of a field.
    ValueMedian,
}

impl CorrelationKind {
    /// All kinds by name.
    pub(super) const ALL: [(&'static str, Self); 8] = [
        ("event_count", Self::EventCount),
        ("value_count", Self::ValueCount),
        ("temporal", Self::Temporal),
        ("temporal_ordered", Self::TemporalOrdered),
        ("value_sum", Self::ValueSum),
        ("value_avg", Self::ValueAvg),
        ("value_percentile", Self::ValuePercentile),
        ("value_median", Self::ValueMedian),
    ];

    /// Its name in a rule.
    pub(super) fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// Whether it asks which rules matched, not how much.
    pub(super) fn is_temporal(self) -> bool {
        matches!(self, Self::Temporal | Self::TemporalOrdered)
    }
}

/// A rule a correlation names.
#[derive(Debug, Clone)]
pub(super) struct Referred<'r> {
    /// Its id or name, as written.
    pub(super) reference: &'r str,
    /// The rule.
    pub(super) rule: &'r Rule,
    /// What it looks for.
    pub(super) what: What<'r>,
    /// Where it was named.
    pub(super) spot: Spot<'r>,
}

impl<'r> Referred<'r> {
    /// What tells its matches from those of others: its name, or its id.
    pub(super) fn label(&self) -> &'r str {
        self.rule.name.as_deref().or(self.rule.id.as_deref()).unwrap_or(self.reference)
    }
}

/// What a rule looks for.
#[derive(Debug, Clone)]
pub(super) enum What<'r> {
    /// Single events.
    Events(Sigma<'r>),
    /// Matches of others.
    Correlation(Box<Correlation<'r>>),
}

/// A time span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Timespan {
    /// How many.
    pub(super) count: u32,
    /// Of what.
    pub(super) unit: TimeUnit,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeUnit {
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `d`
    Day,
    /// `w`
    Week,
    /// `M`
    Month,
    /// `y`
    Year,
}

impl TimeUnit {
    /// Its letter in a rule.
    pub(super) const fn letter(self) -> char {
        match self {
            Self::Second => 's',
            Self::Minute => 'm',
            Self::Hour => 'h',
            Self::Day => 'd',
            Self::Week => 'w',
            Self::Month => 'M',
            Self::Year => 'y',
        }
    }
}

/// When a correlation fires.
#[derive(Debug, Clone)]
pub(super) enum Condition<'r> {
    /// What was counted lies within bounds.
    Bounds {
        /// All of these hold; at least one.
        bounds: Vec<(Bound, Number)>,
        /// The fields whose values are counted; empty for counts of matches.
        fields: Vec<Cow<'r, str>>,
        /// Which percentile, 0 to 100; 50 where none is given.
        percentile: u8,
    },
    /// Which of the rules matched, as an expression over their names.
    Rules(Expression<'r>),
}

/// A bound of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bound {
    /// `gt`, `gte`, `lt`, `lte`
    Comparison(Comparison),
    /// `eq`
    Equal,
    /// `neq`
    NotEqual,
}

impl Bound {
    /// The operator as most query languages write it.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Comparison(comparison) => comparison.sign(),
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }
}

/// A name for fields of several rules.
#[derive(Debug, Clone)]
pub(super) struct Alias<'r> {
    /// The name.
    pub(super) name: &'r str,
    /// For each rule, by its reference: the field.
    pub(super) fields: Vec<(&'r str, Cow<'r, str>)>,
}
