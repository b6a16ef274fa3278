//! The catalogue of finding codes. A number, once published, keeps its meaning forever.

use std::fmt;
use std::str::FromStr;

use super::Severity;

macro_rules! catalogue {
    ($($name:ident = $number:literal, $severity:ident, $title:literal, $why:literal;)*) => {
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
                match self { $(Self::$name => $number,)* }
            }

            /// The severity unless the user chose another.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)* }
            }

            /// The problem in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// Why it is a problem and how to end it, in Markdown.
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => $why,)* }
            }
        }
    };
}

catalogue! {
    MalformedYaml = 1, Error, "malformed YAML",
        "The file is not valid YAML, so nothing in it could be read.";
    NotUtf8 = 2, Error, "not UTF-8",
        "The file is not UTF-8 text.";
    OverLimit = 3, Error, "over a limit",
        "The file is larger, deeper or longer than purplebook reads.";
    WrongType = 4, Error, "wrong type",
        "A field holds another type of value than its format allows.";
    MissingField = 5, Error, "missing field",
        "A field the format requires is absent.";
    DuplicateKey = 6, Warning, "duplicate key",
        "A mapping names the same key twice; the later value wins and the earlier is lost.";
    UnrecognisedDocument = 7, Error, "unrecognised document",
        "The file is YAML, but not of the kind its folder holds.";
    NotRead = 8, Warning, "file not read",
        "A symbolic link or special file lies in a content folder; purplebook does not follow it.";
    BadFrontMatter = 9, Error, "bad front matter",
        "The front matter of a page cannot be read.";
    UnknownDataNeeded = 101, Error, "unknown Data Needed",
        "A Data Needed is referred to that does not exist.";
    UnknownLoggingPolicy = 102, Error, "unknown Logging Policy",
        "A Logging Policy is referred to that does not exist.";
    UnknownEnrichment = 103, Error, "unknown Enrichment",
        "An Enrichment is referred to that does not exist.";
    UnknownResponseAction = 104, Error, "unknown Response Action",
        "A Response Action is referred to that does not exist.";
    UnknownResponsePlaybook = 105, Error, "unknown Response Playbook",
        "A Response Playbook is referred to that does not exist.";
    UnknownRelatedRule = 106, Note, "unknown related rule",
        "`related` names the id of a rule that is not in the content.";
    UnknownCorrelatedRule = 107, Error, "unknown correlated rule",
        "A correlation or filter names a rule that is not in the content.";
    UnknownTechnique = 201, Error, "unknown technique",
        "A technique id is used that ATT&CK never had.";
    UnknownTactic = 202, Error, "unknown tactic",
        "A tag looks like a tactic but is none.";
    UnknownGroup = 203, Error, "unknown group",
        "A group id is used that ATT&CK never had.";
    UnknownSoftware = 204, Error, "unknown software",
        "A software id is used that ATT&CK never had.";
    UnknownAttackObject = 205, Error, "unknown ATT&CK object",
        "A campaign, mitigation or data source id is used that ATT&CK never had.";
    RevokedId = 206, Warning, "revoked ATT&CK id",
        "ATT&CK replaced this object by another.";
    DeprecatedId = 207, Warning, "deprecated ATT&CK id",
        "ATT&CK gave this object up and names nothing in its place.";
    NewerId = 208, Error, "ATT&CK id of a newer version",
        "The id exists only in a newer ATT&CK than the one in use.";
    RetiredTactic = 209, Warning, "retired tactic",
        "ATT&CK no longer has a tactic of this name.";
    TagSpelling = 210, Note, "tag spelling",
        "The tag names a known object in a spelling Sigma's tag appendix does not use.";
    TriggerFolder = 211, Error, "Trigger in the wrong folder",
        "The folder or file name of a Trigger is not its technique.";
    DuplicateId = 301, Error, "duplicate id",
        "Two rules have the same id.";
    DuplicateTitle = 302, Error, "duplicate title",
        "Two entities of one kind have the same title, so a reference cannot tell them apart.";
    PathCollision = 303, Warning, "colliding output path",
        "Two pages would be written to the same file.";
    BrokenDetection = 401, Error, "broken detection",
        "The detection section cannot be understood.";
    NotConvertible = 402, Note, "not convertible",
        "The rule cannot be expressed in a target's language.";
    BrokenLink = 501, Error, "broken link",
        "A link in a Markdown text leads nowhere.";
    BrokenAnchor = 502, Error, "broken anchor",
        "A link names a heading its page does not have.";
    UnsafeUrl = 503, Warning, "unsafe address",
        "An address has a scheme that could run script or leave the site unseen.";
    BrokenSiteLink = 504, Error, "broken link in the written site",
        "A link in a written page leads to no written file.";
    BrokenSiteAnchor = 505, Error, "broken anchor in the written site",
        "A link in a written page names an anchor its target does not have.";
    NoDataForEvent = 601, Note, "no Data Needed for the event",
        "A rule needs an event that no Data Needed describes.";
    NoDataForLogSource = 602, Note, "no Data Needed for the log source",
        "A rule's log source is served by no Data Needed.";
    NoDataForFields = 603, Note, "no Data Needed has the fields",
        "A rule uses fields that no Data Needed of its log source carries.";
    UnknownKey = 701, Error, "unknown configuration key",
        "purplebook.toml has a key purplebook does not know.";
    BadConfigValue = 702, Error, "bad configuration value",
        "purplebook.toml has a value purplebook cannot use.";
    MalformedConfig = 703, Error, "malformed configuration",
        "purplebook.toml is not valid TOML.";
    MissingConfiguredPath = 704, Error, "configured path does not exist",
        "purplebook.toml names a folder or file that is not there.";
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
