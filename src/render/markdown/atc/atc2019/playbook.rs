//! The page of a Response Playbook: its table, its workflow, and the text of every action.

use crate::model::{Attack, Corpus, Stage, Value};

use super::super::document::{Document, items};
use super::super::sheet::{Sheet, page_links};
use super::super::{first, python};
use super::kinds::DASHES;
use super::tags::{self, Tag};

/// The stages a page of that time has, with their heading below the table.
const STAGES: [(Stage, &str); 5] = [
    (Stage::Identification, "Identification"),
    (Stage::Containment, "Containment"),
    (Stage::Eradication, "Eradication"),
    (Stage::Recovery, "Recovery"),
    (Stage::LessonsLearned, "Lessons learned"),
];

pub(super) fn page(corpus: &Corpus, value: &Value) -> Option<String> {
    let document = Document::new(value)?;
    let tags = Tags::read(&corpus.attack, document.get("tags")?)?;

    let mut sheet = Sheet::new("Title         ", &document.text("title"), 102, DASHES);
    sheet.tabbed("Description   ", document.description()?, 40, 1);
    sheet.list_or_none("ATT&amp;CK Tactic   ", &tags.tactics, 2, 0);
    sheet.list_or_none("ATT&amp;CK Technique", &tags.techniques, 29, 0);
    sheet.list_or_none("Tags   ", &tags.others, 4, 1);
    sheet.tabbed("Severity   ", &document.text("severity"), 45, 2);
    sheet.row("TLP   ", &document.text("tlp"), 60);
    sheet.row("PAP   ", &document.text("pap"), 60);
    sheet.tabbed("Author   ", &document.text("author"), 40, 4);
    sheet.tabbed("Creation Date   ", &document.text("creation_date"), 39, 1);
    for (stage, _) in STAGES {
        let actions = page_links("Response_Actions", &document.items(stage.key())?);
        sheet.list_or_none(stage.title(), &actions, 1, 0);
    }
    sheet.out.extend(["\n### Workflow\n\n", &document.text("workflow"), "\n\n"]);
    for (stage, heading) in STAGES {
        sheet.out.extend(["\n\n#### ", heading, "\n"]);
        for name in actions(document.get(stage.key())) {
            let action = Document::new(action(corpus, name)?)?;
            let printed = |key| action.get(key).map_or_else(|| "None".to_owned(), python::text);
            sheet.out.extend(["\n##### ", &printed("description"), "\n\n", &printed("workflow")]);
        }
    }
    Some(sheet.out)
}

/// The file names of a stage's actions, up to the first that is no text.
fn actions(stage: Option<&Value>) -> impl Iterator<Item = &str> {
    let list = stage.and_then(Value::as_seq).unwrap_or_default();
    list.iter().map_while(Value::as_str)
}

/// The first document of the action's file.
fn action<'a>(corpus: &'a Corpus, stem: &str) -> Option<&'a Value> {
    let list = &corpus.response_actions;
    let i = list.iter().position(|action| action.origin.stem == stem)?;
    first(list, i, |action| &action.origin).map(|action| &action.document)
}

/// The tags of a playbook, as they are shown.
#[derive(Default)]
struct Tags {
    tactics: Vec<String>,
    techniques: Vec<String>,
    others: Vec<String>,
}

impl Tags {
    fn read(attack: &Attack, tags: &Value) -> Option<Self> {
        if tags.as_seq().is_some_and(|tags| tags.iter().any(|tag| tag.as_str().is_none())) {
            return None;
        }
        let mut read = Self::default();
        // Techniques led to tactics, too.
        let url = "https://attack.mitre.org/tactics/";
        for tag in items(tags)? {
            match tags::read(attack, &tag) {
                Tag::Tactic(tactic) => read.tactics.push(tactic?.link(url, "")),
                Tag::Technique(technique) => read.techniques.push(technique.link(url, "")),
                Tag::Other => read.others.push(tag),
            }
        }
        Some(read)
    }
}
