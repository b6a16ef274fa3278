//! Identifiers of ATT&CK objects: parsed in any case, printed one way.

use std::fmt;
use std::str::FromStr;

/// What an ATT&CK identifier names, by its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttackKind {
    /// `TA0005`
    Tactic,
    /// `T1059` or `T1059.001`
    Technique,
    /// `G0069`
    Group,
    /// `S0002`
    Software,
    /// `M1013`
    Mitigation,
    /// `C0001`
    Campaign,
    /// `DC0001`
    DataComponent,
    /// `DS0001`, all deprecated since ATT&CK 18
    DataSource,
    /// `A0001`, ICS only
    Asset,
    /// `DET0001`
    DetectionStrategy,
    /// `AN0001`
    Analytic,
}

impl AttackKind {
    /// The letters before the number.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Tactic => "TA",
            Self::Technique => "T",
            Self::Group => "G",
            Self::Software => "S",
            Self::Mitigation => "M",
            Self::Campaign => "C",
            Self::DataComponent => "DC",
            Self::DataSource => "DS",
            Self::Asset => "A",
            Self::DetectionStrategy => "DET",
            Self::Analytic => "AN",
        }
    }

    /// The noun used in messages and on pages.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Tactic => "tactic",
            Self::Technique => "technique",
            Self::Group => "group",
            Self::Software => "software",
            Self::Mitigation => "mitigation",
            Self::Campaign => "campaign",
            Self::DataComponent => "data component",
            Self::DataSource => "data source",
            Self::Asset => "asset",
            Self::DetectionStrategy => "detection strategy",
            Self::Analytic => "analytic",
        }
    }

    const ALL: [Self; 11] = [
        Self::Tactic,
        Self::Technique,
        Self::Group,
        Self::Software,
        Self::Mitigation,
        Self::Campaign,
        Self::DataComponent,
        Self::DataSource,
        Self::Asset,
        Self::DetectionStrategy,
        Self::Analytic,
    ];
}

/// An ATT&CK identifier such as `T1059.001`.
///
/// Ordered by kind, number, sub-number, which is the order `T1059`, `T1059.001`, `T1060`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttackId {
    kind: AttackKind,
    number: u32,
    /// 0 for none: ATT&CK numbers sub-techniques from 001.
    sub: u16,
}

impl AttackId {
    /// What the identifier names.
    pub fn kind(self) -> AttackKind {
        self.kind
    }

    /// Whether this is a sub-technique.
    pub fn is_sub(self) -> bool {
        self.sub != 0
    }

    /// The technique a sub-technique belongs to.
    pub fn parent(self) -> Option<Self> {
        self.is_sub().then_some(Self { sub: 0, ..self })
    }

    /// The object's page on attack.mitre.org.
    ///
    /// `None` for kinds that have no page of their own there.
    pub fn url(self) -> Option<String> {
        let folder = match self.kind {
            AttackKind::Tactic => "tactics",
            AttackKind::Technique => "techniques",
            AttackKind::Group => "groups",
            AttackKind::Software => "software",
            AttackKind::Mitigation => "mitigations",
            AttackKind::Campaign => "campaigns",
            AttackKind::DataComponent => "datacomponents",
            AttackKind::DataSource => "datasources",
            AttackKind::Asset => "assets",
            AttackKind::DetectionStrategy => "detectionstrategies",
            AttackKind::Analytic => return None,
        };
        let id = self.to_string().replace('.', "/");
        Some(format!("https://attack.mitre.org/{folder}/{id}"))
    }
}

/// The text is not an ATT&CK identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAnAttackId;

impl FromStr for AttackId {
    type Err = NotAnAttackId;

    /// Reads `T1059`, `t1059.001`, `ta0005`, `G0069` …: a known prefix, exactly four digits, and
    /// for techniques optionally a dot and three digits (not 000).
    fn from_str(text: &str) -> Result<Self, NotAnAttackId> {
        let digits = text.find(|c: char| c.is_ascii_digit()).ok_or(NotAnAttackId)?;
        let (prefix, rest) = text.split_at(digits);
        let kind =
            AttackKind::ALL.into_iter().find(|kind| kind.prefix().eq_ignore_ascii_case(prefix)).ok_or(NotAnAttackId)?;
        let (number, sub) = match rest.split_once('.') {
            Some((number, sub)) if kind == AttackKind::Technique => (number, Some(sub)),
            Some(_) => return Err(NotAnAttackId),
            None => (rest, None),
        };
        let number = digits_of(number, 4).ok_or(NotAnAttackId)?;
        let sub = match sub {
            Some(sub) => digits_of(sub, 3).filter(|sub| *sub != 0).ok_or(NotAnAttackId)?,
            None => 0,
        };
        Ok(Self { kind, number, sub: sub as u16 })
    }
}

fn digits_of(text: &str, count: usize) -> Option<u32> {
    (text.len() == count && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

impl fmt::Display for AttackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:04}", self.kind.prefix(), self.number)?;
        if self.is_sub() { write!(f, ".{:03}", self.sub) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_case_in_one_form_out() {
        for (text, id) in [("t1059.001", "T1059.001"), ("TA0005", "TA0005"), ("g0069", "G0069"), ("det0001", "DET0001")]
        {
            assert_eq!(text.parse::<AttackId>().expect(text).to_string(), id);
        }
    }

    #[test]
    fn near_misses_are_not_identifiers() {
        for text in [
            "",
            "T",
            "T105",
            "T10599",
            "T1059.1",
            "T1059.000",
            "T1059.0011",
            "G0069.001",
            "X1234",
            "T1059 ",
            "1059",
            "T١٠٥٩",
        ] {
            assert_eq!(text.parse::<AttackId>(), Err(NotAnAttackId), "{text:?}");
        }
    }

    #[test]
    fn addresses_use_a_slash_for_sub_techniques() {
        let id: AttackId = "T1059.001".parse().expect("valid");
        assert_eq!(id.url().as_deref(), Some("https://attack.mitre.org/techniques/T1059/001"));
        assert_eq!(id.parent().map(|p| p.to_string()).as_deref(), Some("T1059"));
    }
}
