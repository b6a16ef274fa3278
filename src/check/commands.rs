//! The commands of Triggers: the inputs they use, what runs them, and what their dependencies need.
//!
//! A runner puts the value of an input in the place of each `#{name}`, letter by letter, in commands
//! and in the values of other inputs; what it has no value for stays as it is written. The executors are
//! those of Atomic Red Team's own checks.

use std::collections::HashSet;

use crate::config::{list, nearest};
use crate::model::{AtomicTest, Trigger};
use crate::report::{Code, Finding, Findings};
use crate::text::YamlPath;

use super::CheckInput;

const EXECUTORS: [&str; 5] = ["bash", "command_prompt", "manual", "powershell", "sh"];

pub(super) fn check(input: &CheckInput<'_>, findings: &mut Findings) {
    for trigger in &input.graph.corpus().triggers {
        for test in &trigger.tests {
            let at = YamlPath::field("atomic_tests").index(test.position);
            let looked = Looked { trigger, test, at };
            looked.inputs(findings);
            looked.dependencies(findings);
            let at = &looked.at;
            looked.executor(Some(&test.executor.name), at.clone().key("executor").key("name"), findings);
            let of_dependencies = test.dependency_executor.as_deref();
            looked.executor(of_dependencies, at.clone().key("dependency_executor_name"), findings);
        }
    }
}

/// A test and its place in the file.
struct Looked<'t> {
    trigger: &'t Trigger,
    test: &'t AtomicTest,
    at: YamlPath,
}

impl<'t> Looked<'t> {
    fn finding(&self, code: Code, path: YamlPath, message: String) -> Finding {
        Finding::new(code, self.trigger.origin.place(path), message)
    }

    /// What a runner looks for inputs in, with its path.
    fn texts(&self) -> Vec<(&'t str, YamlPath)> {
        let executor = &self.test.executor;
        let parts = [
            ("command", &executor.command),
            ("cleanup_command", &executor.cleanup_command),
            ("steps", &executor.steps),
        ];
        let own = parts.map(|(key, text)| (text, self.at.clone().key("executor").key(key)));
        let needed = self.test.dependencies.iter().flat_map(|dependency| {
            let at = self.at.clone().key("dependencies").index(dependency.position);
            [
                (&dependency.prereq_command, at.clone().key("prereq_command")),
                (&dependency.get_prereq_command, at.key("get_prereq_command")),
            ]
        });
        let defaults = self.test.inputs.iter().map(|input| (&input.default, self.input(&input.name).key("default")));
        let all = own.into_iter().chain(needed).chain(defaults);
        all.filter_map(|(text, path)| Some((text.as_deref()?, path))).collect()
    }

    fn input(&self, name: &str) -> YamlPath {
        self.at.clone().key("input_arguments").key(name.to_owned())
    }

    fn inputs(&self, findings: &mut Findings) {
        let declared: HashSet<&str> = self.test.inputs.iter().map(|input| input.name.as_str()).collect();
        let mut used: HashSet<&str> = HashSet::new();
        for (text, path) in self.texts() {
            for name in names(text) {
                if !used.insert(name) || declared.contains(name) {
                    continue;
                }
                let message = format!("the test has no input `{name}`");
                let help = match nearest(name, declared.iter().copied()) {
                    Some(near) => format!("did you mean `#{{{near}}}`?"),
                    None => format!("declare `{name}` in `input_arguments`"),
                };
                let at = path.clone().part(format!("#{{{name}}}"), 0);
                findings.push(self.finding(Code::UndeclaredInput, at, message).help(help));
            }
        }
        // Without its executor, a test may only look as if it used none.
        if self.test.executor.name.is_empty() {
            return;
        }
        for input in self.test.inputs.iter().filter(|input| !used.contains(input.name.as_str())) {
            let name = &input.name;
            let at = self.at.clone().key("input_arguments").key_of(name.clone());
            let message = format!("no command of the test uses its input `{name}`");
            let help = format!("write `#{{{name}}}` where its value belongs, or remove it");
            findings.push(self.finding(Code::UnusedInput, at, message).help(help));
        }
    }

    fn dependencies(&self, findings: &mut Findings) {
        for dependency in &self.test.dependencies {
            let at = || self.at.clone().key("dependencies").index(dependency.position);
            let is_blank = |command: &Option<String>| command.as_ref().is_none_or(|text| text.trim().is_empty());
            let (key, message) = if is_blank(&dependency.prereq_command) {
                ("prereq_command", "no `prereq_command` tells whether the dependency is there")
            } else if dependency.get_prereq_command.is_none() {
                // An empty one says that nothing can get it.
                ("get_prereq_command", "the dependency has no `get_prereq_command`")
            } else {
                continue;
            };
            let help = match key {
                "prereq_command" => "write a command that succeeds only if it is there",
                _ => "write the command that gets it, or leave its value empty if none can",
            };
            findings.push(self.finding(Code::DependencyWithoutCommand, at().key(key), message.to_owned()).help(help));
        }
    }

    fn executor(&self, name: Option<&str>, at: YamlPath, findings: &mut Findings) {
        let Some(name) = name.filter(|name| !name.is_empty() && !EXECUTORS.contains(name)) else { return };
        let message = format!("Atomic Red Team has no executor `{name}`");
        let help = match nearest(name, EXECUTORS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it has {}", list(EXECUTORS)),
        };
        findings.push(self.finding(Code::UnknownExecutor, at, message).help(help));
    }
}

/// The names in `#{name}`. What is no name is left alone: Ruby writes expressions so.
fn names(text: &str) -> impl Iterator<Item = &str> {
    text.split("#{").skip(1).filter_map(|rest| {
        let (name, _) = rest.split_once('}')?;
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        (!name.is_empty() && name.chars().all(is_name)).then_some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn only_names_are_inputs() {
        let found = |text| names(text).collect::<Vec<_>>();
        assert_eq!(found("a #{x} #{y-z}#{ü_1}"), ["x", "y-z", "ü_1"]);
        assert_eq!(found("#{} #{a b} #{x + 1} ${#x} #{open"), [""; 0]);
        assert_eq!(found("#{#{inner}}"), ["inner"]);
    }
}
