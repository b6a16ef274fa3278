//! A Trigger: the Atomic Red Team tests of one technique.

use std::borrow::Cow;

use crate::text::FileId;

use super::{AttackId, Origin};

/// The tests of one technique (`T1218.003/T1218.003.yaml`).
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// Where it was read.
    pub origin: Origin,
    /// `attack_technique` as written.
    pub technique: String,
    /// The identifier, where [`Self::technique`] is one.
    pub technique_id: Option<AttackId>,
    /// The upstream name; not ATT&CK's own (36 of 341 differ).
    pub display_name: String,
    /// The tests, in file order.
    pub tests: Vec<AtomicTest>,
    /// Upstream's own page of the tests (`T*.md` beside the YAML file), if there.
    pub upstream_page: Option<FileId>,
}

/// One test.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AtomicTest {
    /// Its number in the file's list, from 0.
    pub position: usize,
    /// Its name.
    pub name: String,
    /// `auto_generated_guid`.
    pub guid: Option<String>,
    /// What it does, in Markdown.
    pub description: String,
    /// `windows`, `linux`, `macos`, `azure-ad` …
    pub platforms: Vec<String>,
    /// Inputs, in file order.
    pub inputs: Vec<InputArgument>,
    /// What runs the dependency commands; the executor's own where absent.
    pub dependency_executor: Option<String>,
    /// What must be there first.
    pub dependencies: Vec<Dependency>,
    /// What runs it.
    pub executor: Executor,
}

impl AtomicTest {
    /// A command of the test with the default value in the place of each `#{name}`; an input without
    /// a default stays as it is written. Values are not filled in again.
    pub fn filled<'t>(&self, command: &'t str) -> Cow<'t, str> {
        let mut out = String::new();
        let mut rest = command;
        while let Some((before, after)) = rest.split_once("#{") {
            let filled = after.split_once('}').and_then(|(name, after)| {
                let input = self.inputs.iter().find(|input| input.name == name)?;
                Some((input.default.as_deref()?, after))
            });
            out.push_str(before);
            if let Some((value, after)) = filled {
                out.push_str(value);
                rest = after;
            } else {
                out.push_str("#{");
                rest = after;
            }
        }
        if out.is_empty() {
            return Cow::Borrowed(command);
        }
        out.push_str(rest);
        Cow::Owned(out)
    }
}

/// An input of a test; `#{name}` in its commands stands for it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InputArgument {
    /// The name.
    pub name: String,
    /// What it means.
    pub description: String,
    /// `path`, `string`, `url`, `integer`, `float`.
    pub kind: String,
    /// The value used where none is given.
    pub default: Option<String>,
}

/// Something a test needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dependency {
    /// Its number in the test's list, from 0.
    pub position: usize,
    /// What it is.
    pub description: String,
    /// Succeeds if it is there.
    pub prereq_command: Option<String>,
    /// Gets it.
    pub get_prereq_command: Option<String>,
}

/// How a test is run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Executor {
    /// `command_prompt`, `powershell`, `sh`, `bash`, `manual` …
    pub name: String,
    /// Whether it needs administrator rights.
    pub elevation_required: bool,
    /// The attack command; absent for manual tests.
    pub command: Option<String>,
    /// Undoes the attack.
    pub cleanup_command: Option<String>,
    /// The steps of a manual test.
    pub steps: Option<String>,
}
