//! What a value must be: the tests a rule can ask for, after its modifiers.

use super::pattern::Pattern;

/// A number of a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// Whole.
    Int(i64),
    /// Any other.
    Float(f64),
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Int(i) => i.fmt(f),
            Self::Float(x) => x.fmt(f),
        }
    }
}

/// `gt`, `gte`, `lt`, `lte`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    /// `gt`
    Greater,
    /// `gte`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `lte`
    LessOrEqual,
}

impl Comparison {
    /// The operator as most query languages write it.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

/// Flags of a regular expression.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RegexFlags {
    /// `i`
    pub(super) ignore_case: bool,
    /// `m`
    pub(super) multi_line: bool,
    /// `s`
    pub(super) dot_all: bool,
}

impl RegexFlags {
    /// The flags as most engines take them before a pattern: `(?im)`, or nothing.
    pub(super) fn prefix(self) -> String {
        let flags = [(self.ignore_case, 'i'), (self.multi_line, 'm'), (self.dot_all, 's')];
        let set: String = flags.into_iter().filter(|(set, _)| *set).map(|(_, flag)| flag).collect();
        if set.is_empty() { set } else { format!("(?{set})") }
    }
}

/// Another field whose value is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FieldRef {
    /// Its name.
    pub(super) field: String,
    /// Whether the value may go on before it (`contains`, `endswith`).
    pub(super) open_start: bool,
    /// Whether the value may go on after it (`contains`, `startswith`).
    pub(super) open_end: bool,
}

/// A part of the time a value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TimePart {
    /// `minute`, `hour`, `day`, `week`, `month` or `year`.
    pub(super) part: String,
    /// How it is compared (`hour|gte`); whether it is the same where absent.
    pub(super) comparison: Option<Comparison>,
    /// What with.
    pub(super) number: Number,
}

impl TimePart {
    /// The operator, where `equal` is that of the same number.
    pub(super) fn sign(&self, equal: &'static str) -> &'static str {
        self.comparison.map_or(equal, Comparison::sign)
    }
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Test {
    /// A string in any case.
    Match(Pattern),
    /// A string in exactly this case (`cased`).
    Cased(Pattern),
    /// UTF-16 bytes that were not encoded further.
    Bytes(Vec<u8>),
    /// A number.
    Number(Number),
    /// A boolean.
    Bool(bool),
    /// No value.
    Null,
    /// A regular expression found anywhere in the value.
    Regex(String, RegexFlags),
    /// An IP network in canonical form (`10.0.0.0/8`).
    Cidr(String),
    /// A comparison of numbers.
    Compare(Comparison, Number),
    /// The field is there, or is not.
    Exists(bool),
    /// The value of another field.
    FieldRef(FieldRef),
    /// A part of a time (`hour` …).
    TimePart(TimePart),
    /// Text of the target's own language that a pipeline gave, in pieces between which the field
    /// (`None`) stands.
    Expression(Vec<Option<String>>),
    /// Any of these: what one written value became (`windash`, `base64offset`).
    Any(Vec<Test>),
}
