//! The catalogue of finding codes. A number, once published, keeps its meaning forever.
//!
//! A code is a line of the table below and a file `explain/PBnnn.md` that says what it means, why
//! it matters and how to end it. The hundreds group them: 0 files, 1 references, 2 ATT&CK, its tests
//! and other tags, 3 identity, 4 rules, 5 links, 6 Data Needed, 7 configuration, 8 pipelines,
//! 9 suppressions and known findings.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use crate::text::slug;

use super::Severity;

macro_rules! catalogue {
    ($($code:ident $name:ident $severity:ident $title:literal;)*) => {
        /// What a finding is about.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $title] $name,)*
        }

        impl Code {
            /// All codes, by number.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The number after `PB`.
            pub const fn number(self) -> u16 {
                match self { $(Self::$name => number(stringify!($code)),)* }
            }

            /// The severity unless the user chose another.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// The problem in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What it is, why it matters and how to end it, in Markdown.
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("explain/", stringify!($code), ".md")),)* }
            }
        }
    };
}

/// The number of a code's name, `PBnnn`.
const fn number(name: &str) -> u16 {
    let name = name.as_bytes();
    let (mut i, mut number) = (2, 0);
    while i < name.len() {
        number = number * 10 + (name[i] - b'0') as u16;
        i += 1;
    }
    number
}

catalogue! {
    PB001 MalformedYaml Error "malformed YAML";
    PB002 NotUtf8 Error "not UTF-8";
    PB003 OverLimit Error "over a limit";
    PB004 WrongType Error "wrong type";
    PB005 MissingField Error "missing field";
    PB006 DuplicateKey Warning "duplicate key";
    PB007 UnrecognisedDocument Error "unrecognised document";
    PB008 NotRead Warning "file not read";
    PB009 BadFrontMatter Error "bad front matter";
    PB010 MalformedJson Error "malformed JSON";
    PB101 UnknownDataNeeded Error "unknown Data Needed";
    PB102 UnknownLoggingPolicy Error "unknown Logging Policy";
    PB103 UnknownEnrichment Error "unknown Enrichment";
    PB104 UnknownResponseAction Error "unknown Response Action";
    PB105 UnknownResponsePlaybook Error "unknown Response Playbook";
    PB106 UnknownRelatedRule Note "unknown related rule";
    PB107 UnknownCorrelatedRule Error "unknown correlated rule";
    PB108 UnknownRule Error "unknown rule";
    PB109 UnknownUseCase Error "unknown Use Case";
    PB110 UnknownMitigationPolicy Error "unknown Mitigation Policy";
    PB111 UnknownMitigationSystem Error "unknown Mitigation System";
    PB112 UnknownResponseStage Error "unknown Response Stage";
    PB113 UnknownRecordedRule Warning "recorded event without its rule";
    PB201 UnknownTechnique Error "unknown technique";
    PB202 UnknownTactic Error "unknown tactic";
    PB203 UnknownGroup Error "unknown group";
    PB204 UnknownSoftware Error "unknown software";
    PB205 UnknownAttackObject Error "unknown ATT&CK object";
    PB206 RevokedId Warning "revoked ATT&CK id";
    PB207 DeprecatedId Warning "deprecated ATT&CK id";
    PB208 NewerId Error "ATT&CK id of a newer version";
    PB209 RetiredTactic Warning "retired tactic";
    PB210 TagSpelling Note "tag spelling";
    PB211 TriggerFolder Error "Trigger in the wrong folder";
    PB212 AttackVersion Error "content of a newer ATT&CK";
    PB213 TacticWithoutTechnique Note "tactic without a technique";
    PB214 TechniqueWithoutTactic Note "technique without its tactic";
    PB215 TechniqueBesideSub Note "technique beside its sub-technique";
    PB216 MalformedTag Warning "malformed tag";
    PB217 UnknownNamespace Note "unknown namespace of a tag";
    PB218 OlderAttack Warning "content of an older ATT&CK";
    PB221 UndeclaredInput Warning "undeclared input of a test";
    PB222 UnusedInput Note "unused input of a test";
    PB223 DependencyWithoutCommand Warning "dependency without its command";
    PB224 UnknownExecutor Warning "unknown executor";
    PB301 DuplicateId Error "duplicate id";
    PB302 DuplicateTitle Error "duplicate title";
    PB303 PathCollision Warning "colliding output path";
    PB401 BrokenDetection Error "broken detection";
    PB402 NotConvertible Note "not convertible";
    PB411 BadRuleId Warning "rule id is no UUID";
    PB412 MissingRuleId Note "rule without an id";
    PB413 UnknownRuleValue Warning "unknown value of a rule's field";
    PB414 BadDate Warning "impossible date";
    PB415 DateForm Note "date of an older form";
    PB416 LongTitle Note "title too long";
    PB417 RepeatedTag Note "repeated tag";
    PB418 MisspeltKey Warning "misspelt key of a rule";
    PB419 UnknownLogSource Note "unknown log source";
    PB421 UnusedDetection Warning "search without use";
    PB422 ImpossibleCondition Warning "condition that cannot match";
    PB423 MatchesAnything Warning "value that matches anything";
    PB424 NeedlessModifier Note "modifier without effect";
    PB425 BadRegex Warning "broken regular expression";
    PB426 EscapedWildcard Warning "escaped wildcard in a path";
    PB501 BrokenLink Error "broken link";
    PB502 BrokenAnchor Error "broken anchor";
    PB503 UnsafeUrl Warning "unsafe address";
    PB504 BrokenSiteLink Error "broken link in the written site";
    PB505 BrokenSiteAnchor Error "broken anchor in the written site";
    PB511 DeadAddress Warning "dead external address";
    PB512 UnreachableAddress Note "external address cannot be reached";
    PB513 UncheckedAddress Note "external address could not be checked";
    PB514 MovedAddress Note "external address has moved";
    PB601 NoDataForEvent Note "no Data Needed for the event";
    PB602 NoDataForLogSource Note "no Data Needed for the log source";
    PB603 NoDataForFields Note "no Data Needed has the fields";
    PB611 RuleWithoutTrigger Warning "rule without Trigger";
    PB612 RuleWithoutDataNeeded Warning "rule without Data Needed";
    PB613 TacticBelowMinimum Warning "tactic below its minimum";
    PB614 TechniqueLostRules Warning "technique lost its rules";
    PB615 TechniqueLostTests Warning "technique lost its tests";
    PB616 TechniqueLostData Warning "technique lost its Data Needed";
    PB617 TacticCoverageDropped Warning "tactic covered less";
    PB701 UnknownKey Error "unknown configuration key";
    PB702 BadConfigValue Error "bad configuration value";
    PB703 MalformedConfig Error "malformed configuration";
    PB704 MissingConfiguredPath Error "configured path does not exist";
    PB801 UnknownPipelineKey Error "unknown pipeline key";
    PB802 UnknownPipelineType Error "unknown type in a pipeline";
    PB803 BadPipelineValue Error "bad value in a pipeline";
    PB804 PipelineNeedsMore Error "pipeline needs more than its file";
    PB811 UnknownMappingKey Error "unknown key of a field mapping";
    PB812 BadMappingValue Error "bad value in a field mapping";
    PB901 UnusedSuppression Warning "unused suppression";
    PB902 SuppressionWithoutReason Error "suppression without a reason";
    PB903 UnknownSuppressedCode Error "unknown code in a suppression";
    PB904 MalformedSuppression Warning "malformed suppression";
    PB905 StaleBaseline Note "known finding is gone";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PB{:03}", self.number())
    }
}

/// The text is not the code of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownCode;

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        let wanted = text.trim().to_ascii_uppercase();
        Self::ALL.iter().copied().find(|code| code.to_string() == wanted).ok_or(UnknownCode)
    }
}

/// `docs/codes.md`: all codes with their explanations.
pub fn codes_page() -> String {
    let mut page = String::from(
        "# Findings\n\n\
         <!-- Generated from src/report/explain; `PURPLEBOOK_BLESS=1 cargo test --test cli docs` rewrites it. -->\n\n\
         Every finding has a code, which never changes its meaning. `purplebook explain CODE` shows the text below in \
         a terminal.\n\n\
         | code | severity | finding |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        let anchor = slug(&code.to_string());
        let _ = writeln!(page, "| [{code}](#{anchor}) | {} | {} |", code.severity(), code.title());
    }
    // The heading is the code alone, so that its anchor is the same wherever the page is shown.
    for code in Code::ALL {
        let _ = write!(page, "\n## {code}\n\n**{}** ({})\n\n{}", code.title(), code.severity(), code.explanation());
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_ascending_and_parse_back() {
        assert!(Code::ALL.windows(2).all(|pair| pair[0].number() < pair[1].number()));
        for code in Code::ALL {
            assert_eq!(code.to_string().parse(), Ok(*code));
            assert_eq!(code.to_string().to_lowercase().parse(), Ok(*code));
        }
        assert_eq!("PB999".parse::<Code>(), Err(UnknownCode));
    }

    #[test]
    fn every_explanation_says_more_than_the_title() {
        for code in Code::ALL {
            let text = code.explanation();
            assert!(text.len() > 150 && text.ends_with('\n') && !text.starts_with('\n'), "{code}");
            assert!(text.lines().all(|line| line.chars().count() <= 120), "{code}: a line is too long");
            assert_eq!(text.matches("```").count() % 2, 0, "{code}: a code block is not closed");
        }
    }
}
