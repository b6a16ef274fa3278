//! Triggers lie in the folder of their technique, under its name (Atomic Red Team's layout).

use crate::report::{Code, Finding, Findings};
use crate::text::YamlPath;

use super::CheckInput;

pub(super) fn check(input: &CheckInput<'_>, findings: &mut Findings) {
    for trigger in &input.graph.corpus().triggers {
        let folder = trigger.origin.within.rsplit('/').nth(1).unwrap_or(&trigger.origin.stem);
        let wrong = [folder, trigger.origin.stem.as_str()].into_iter().find(|part| *part != trigger.technique);
        if let Some(part) = wrong {
            let message = format!("the Trigger of {} lies under `{part}`", trigger.technique);
            let place = trigger.origin.place(YamlPath::field("attack_technique"));
            let wanted = &trigger.technique;
            let help = format!("Atomic Red Team's layout is `{wanted}/{wanted}.yaml`");
            findings.push(Finding::new(Code::TriggerFolder, place, message).help(help));
        }
    }
}
