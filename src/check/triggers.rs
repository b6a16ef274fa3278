//! Triggers lie in the folder of their technique, under its name (Atomic Red Team's layout).

use crate::graph::{Node, UnresolvedWhy};
use crate::report::{Code, Finding, Findings};
use crate::text::YamlPath;

use super::CheckInput;

pub(super) fn check(input: &CheckInput<'_>, findings: &mut Findings) {
    let unknown = |i: u32| {
        let lost = input.graph.unresolved().iter();
        lost.filter(|lost| lost.from == Node::Trigger(i)).any(|lost| lost.why == UnresolvedWhy::Unknown)
    };
    for (i, trigger) in (0..).zip(&input.graph.corpus().triggers) {
        let folder = trigger.origin.within.rsplit('/').nth(1).unwrap_or(&trigger.origin.stem);
        let wrong = [folder, trigger.origin.stem.as_str()].into_iter().find(|part| *part != trigger.technique);
        // An unknown id is one mistake, and is told as such.
        if let Some(part) = wrong.filter(|_| !unknown(i)) {
            let message = format!("the Trigger of {} lies under `{part}`", trigger.technique);
            let place = trigger.origin.place(YamlPath::field("attack_technique"));
            let wanted = &trigger.technique;
            let help = format!("Atomic Red Team's layout is `{wanted}/{wanted}.yaml`");
            findings.push(Finding::new(Code::TriggerFolder, place, message).help(help));
        }
    }
}
