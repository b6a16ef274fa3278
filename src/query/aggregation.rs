//! What stands right of `|` in a 2019 condition: counting matches over time.

/// `count(field) by field > 10`, or `near …`, of which nothing but its presence is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aggregation<'c> {
    /// `near a and b`: other detections near this one in time.
    Near,
    /// A function of the matches compared with a number.
    Count {
        /// `count`, `min`, `max`, `avg` or `sum`.
        function: &'c str,
        /// The field in the parentheses.
        field: Option<&'c str>,
        /// The field after `by`.
        by: Option<&'c str>,
        /// The comparison.
        comparison: Comparison,
        /// What it is compared with, as written.
        value: &'c str,
    },
}

/// The comparisons the 2019 tokenizer can produce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    /// `==`
    Equal,
    /// `<`
    Less,
    /// `>`
    Greater,
}

impl Comparison {
    /// The operator as most query languages write it.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Less => "<",
            Self::Greater => ">",
        }
    }
}
