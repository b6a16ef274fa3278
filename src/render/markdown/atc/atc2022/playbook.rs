//! The page of a Response Playbook: its table, its workflow, and the text of every action.

use crate::model::{Corpus, Stage, Value};

use super::super::document::Document;
use super::super::sheet::{Sheet, unordered};
use super::super::{first, python};
use super::react;
use super::tags::{self, Tag};

pub(super) fn page(corpus: &Corpus, document: Document<'_>) -> Option<String> {
    let tags = Tags::read(corpus, document)?;
    let stages: Vec<(String, Vec<Action<'_>>)> = Stage::ALL
        .into_iter()
        .map(|stage| Some((heading(stage), actions(corpus, document.get(stage.key()))?)))
        .collect::<Option<_>>()?;

    let rule = format!("|:{}:|:{}|", "-".repeat(17), "-".repeat(113));
    let title = react::title(document.get("title")?.as_str()?);
    let mut sheet = Sheet::ruled("Title            ", &title, 102, &rule);
    sheet.row("**ID**           ", &document.text("id"), 12);
    sheet.row("**Description**  ", document.description()?, 3);
    sheet.row("**Author**       ", &document.text("author"), 8);
    sheet.row("**Creation Date**", &document.text("creation_date"), 1);
    sheet.row("**Severity**     ", &document.text("severity"), 6);
    sheet.row("**TLP**          ", &document.text("tlp"), 11);
    sheet.row("**PAP**          ", &document.text("pap"), 11);
    sheet.out.pop();
    for (label, list) in [
        ("ATT&amp;CK Tactic", &tags.tactics),
        ("ATT&amp;CK Technique", &tags.techniques),
        ("AM&excl;TT Technique", &tags.amitt),
    ] {
        if !list.is_empty() {
            sheet.out.extend(["\n| **", label, "**  |", &unordered(list), "|"]);
        }
    }
    if !tags.others.is_empty() {
        sheet.out.extend(["\n| **Tags**          | ", &unordered(&tags.others), " |"]);
    }
    for (heading, actions) in stages.iter().filter(|(_, actions)| !actions.is_empty()) {
        let links: Vec<String> = actions.iter().map(|action| action.link.clone()).collect();
        sheet.out.extend(["\n| **", heading, "**  |", &unordered(&links), "|"]);
    }
    sheet.out.extend(["\n\n### Workflow\n \n", &document.text("workflow"), "\n\n"]);
    for (heading, actions) in &stages {
        sheet.out.push('\n');
        if !actions.is_empty() {
            sheet.out.extend(["#### ", heading]);
        }
        sheet.out.push('\n');
        for action in actions {
            let printed = |key| action.document.get(key).map_or_else(|| "None".to_owned(), python::text);
            sheet.out.extend(["\n##### ", &printed("description"), "\n\n", &printed("workflow")]);
        }
    }
    Some(sheet.out)
}

/// `Lessons learned`
fn heading(stage: Stage) -> String {
    python::capitalize(&stage.key().replace('_', " "))
}

/// An action of a stage.
struct Action<'a> {
    link: String,
    document: Document<'a>,
}

/// The actions of a stage up to the first that is no text; one that does not exist was an exception.
fn actions<'a>(corpus: &'a Corpus, stage: Option<&Value>) -> Option<Vec<Action<'a>>> {
    let list = stage.and_then(Value::as_seq).unwrap_or_default();
    let action = |stem: &str| {
        let list = &corpus.response_actions;
        let i = list.iter().position(|action| action.origin.stem == stem)?;
        let document = Document::new(&first(list, i, |action| &action.origin)?.document)?;
        let title = react::full_title(document)?;
        Some(Action { link: format!("[{title}](../Response_Actions/{stem}.md)"), document })
    };
    list.iter().map_while(Value::as_str).map(action).collect()
}

/// The tags of a playbook, as they are shown.
#[derive(Default)]
struct Tags {
    tactics: Vec<String>,
    techniques: Vec<String>,
    amitt: Vec<String>,
    others: Vec<String>,
}

impl Tags {
    fn read(corpus: &Corpus, document: Document<'_>) -> Option<Self> {
        let mut read = Self::default();
        // Without tags ATC looped over nothing at all, which is an exception.
        document.get("tags").filter(|tags| !tags.is_null())?;
        for tag in tags::list(document.get("tags"))? {
            match tags::read(&corpus.attack, &tag) {
                Tag::Tactic(tactic) => read.tactics.push(tactic?.web_link("https://attack.mitre.org/tactics/")),
                Tag::Technique(technique) => {
                    read.techniques.push(technique.web_link("https://attack.mitre.org/techniques/"));
                }
                Tag::AmittTechnique(id) => {
                    read.amitt.push(format!("[{id}: None](https://vvx7.xyz/tactics/{id})"));
                }
                // A name of AM!TT is not to be had, and so there was no page either.
                Tag::AmittTactic => return None,
                Tag::Mitigation(_) | Tag::Other => read.others.push(tag),
            }
        }
        Some(read)
    }
}
