//! `[check]`: which findings are told, how grave each is, and which of them fail a check.

use std::path::PathBuf;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::report::{Code, Severity};

use super::suggest::{list, nearest};

/// `[check]`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckConfig {
    /// `allow`, `warn` and `deny`, item by item.
    pub levels: Vec<LevelRule>,
    /// Findings of this severity and graver ones fail a check.
    pub fail_on: Severity,
    /// The file of known findings.
    pub baseline: PathBuf,
    /// Patterns of external addresses that are not asked for.
    pub external_skip: Vec<String>,
    /// The file of answers to external addresses.
    pub external_cache: PathBuf,
}

impl Default for CheckConfig {
    /// All findings as they are; errors and warnings fail a check.
    fn default() -> Self {
        Self {
            levels: Vec::new(),
            fail_on: Severity::Warning,
            baseline: PathBuf::from("purplebook-baseline.json"),
            external_skip: Vec::new(),
            external_cache: PathBuf::from("purplebook-external.json"),
        }
    }
}

/// One item of `allow`, `warn` or `deny`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelRule {
    /// What becomes of the findings.
    pub level: Level,
    /// Their codes.
    pub codes: Vec<Code>,
    /// The files they are in; all where absent.
    pub paths: Option<PathGlobs>,
}

/// What becomes of a finding, the strictest last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It is not told.
    Allow,
    /// It is a warning.
    Warn,
    /// It is an error.
    Deny,
}

impl Level {
    /// The key it is chosen by.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }
}

/// Patterns of paths; a path matches if one of them does.
#[derive(Debug, Clone)]
pub struct PathGlobs {
    patterns: Vec<String>,
    set: GlobSet,
}

impl PathGlobs {
    /// The patterns compiled: `*` and `?` stay within a folder, `**` crosses folders.
    ///
    /// # Errors
    /// The first pattern that is none, by its position, and what is wrong with it.
    pub fn new(patterns: Vec<String>) -> Result<Self, (usize, String)> {
        let mut all = GlobSetBuilder::new();
        for (i, pattern) in patterns.iter().enumerate() {
            let glob = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build();
            let glob = glob.map_err(|error| (i, why(&error)))?;
            // A pattern alone may be too large for the engine, which only shows when it is built.
            GlobSetBuilder::new().add(glob.clone()).build().map_err(|error| (i, why(&error)))?;
            all.add(glob);
        }
        let last = patterns.len().saturating_sub(1);
        let set = all.build().map_err(|error| (last, why(&error)))?;
        Ok(Self { patterns, set })
    }

    /// Whether a path as findings show it, with `/`, matches.
    pub fn matches(&self, path: &str) -> bool {
        self.set.is_match(path)
    }
}

/// What is wrong with a pattern, without the advice in parentheses.
fn why(error: &globset::Error) -> String {
    let text = error.kind().to_string();
    text.split(" (").next().unwrap_or_default().to_owned()
}

impl PartialEq for PathGlobs {
    fn eq(&self, other: &Self) -> bool {
        self.patterns == other.patterns
    }
}

impl Eq for PathGlobs {}

/// Whether findings of this code are about the configuration, without which nothing else is told.
pub const fn is_about_configuration(code: Code) -> bool {
    matches!(code.number(), 701..=799)
}

/// Codes that are named where none is meant for certain.
const MOST_NEAR: usize = 3;

/// What to say to a word that is no code: the one that was meant, or where all are listed.
pub fn code_help(word: &str) -> String {
    let meant = |code: Code| format!("did you mean `{code}` ({})?", code.title());
    let number = word.trim_matches(|c: char| !c.is_ascii_digit()).parse().ok();
    if let Some(code) = Code::ALL.iter().find(|code| Some(code.number()) == number) {
        return meant(*code);
    }
    if let Some(title) = nearest(word, Code::ALL.iter().map(|code| code.title()))
        && let Some(code) = Code::ALL.iter().find(|code| code.title() == title)
    {
        return meant(*code);
    }
    let hundred = |code: &&Code| number.is_some_and(|number: u16| code.number() / 100 == number / 100);
    let mut near: Vec<Code> = Code::ALL.iter().filter(hundred).copied().collect();
    if near.is_empty() {
        return "`purplebook explain` lists all codes".to_owned();
    }
    near.sort_by_key(|code| code.number().abs_diff(number.unwrap_or_default()));
    near.truncate(MOST_NEAR);
    near.sort_by_key(|code| code.number());
    let beside: Vec<String> = near.iter().map(ToString::to_string).collect();
    format!("the codes near it are {}; `purplebook explain` lists all", list(beside.iter().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        PathGlobs::new(vec![pattern.to_owned()]).expect(pattern).matches(path)
    }

    #[test]
    fn a_star_stays_in_its_folder() {
        assert!(matches("content/rules/legacy/**", "content/rules/legacy/a/b.yml"));
        assert!(matches("content/*/a.yml", "content/rules/a.yml"));
        assert!(!matches("content/*/a.yml", "content/rules/x/a.yml"));
        assert!(matches("**/{a,b}.yml", "b.yml"));
        assert!(matches("../sigma/**", "../sigma/rules/a.yml"));
    }

    #[test]
    fn what_is_no_pattern_is_an_error_and_never_a_panic() {
        for pattern in ["[", "{a", "a}", "[z-a]", "\\"] {
            assert!(PathGlobs::new(vec!["**".to_owned(), pattern.to_owned()]).is_err_and(|(i, _)| i == 1), "{pattern}");
        }
        let _ = PathGlobs::new(vec!["{a,b}".repeat(5000)]);
    }

    #[test]
    fn a_word_that_is_no_code_is_answered_with_the_one_that_was_meant() {
        assert_eq!(code_help("402"), "did you mean `PB402` (not convertible)?");
        assert_eq!(code_help("PB0402"), "did you mean `PB402` (not convertible)?");
        assert_eq!(code_help("not-convertible"), "did you mean `PB402` (not convertible)?");
        assert_eq!(
            code_help("PB408"),
            "the codes near it are `PB411`, `PB412` and `PB413`; `purplebook explain` lists all"
        );
        assert_eq!(code_help("E501x"), "did you mean `PB501` (broken link)?");
        assert_eq!(code_help("anything"), "`purplebook explain` lists all codes");
    }
}
