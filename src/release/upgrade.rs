//! What of the content has to follow ATT&CK to another release: edits, moved files, and what
//! only the authors can decide.

use std::collections::BTreeMap;

use crate::load::Nodes;
use crate::mend::{self, Edit};
use crate::model::{Attack, Corpus, Origin};
use crate::source::SourceSet;
use crate::text::{FileId, LineCol, LineIndex, Place, Span};

use super::items::Item;
use super::layers;
use super::passage::Passage;
use super::tags::{Outcome, outcomes};
use super::triggers;

/// A reference that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where it stands.
    pub at: LineCol,
    /// As it was written.
    pub from: String,
    /// What stands there then; nothing if it goes, because it would be there twice or its
    /// technique has left the tactic.
    pub to: Vec<String>,
    /// Why.
    pub why: String,
}

/// A reference only its author can mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Where it stands.
    pub at: LineCol,
    /// As it was written.
    pub written: String,
    /// Why it is a question.
    pub why: String,
    /// What could stand there.
    pub candidates: Vec<String>,
}

/// What becomes of one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileChange {
    /// References that follow, in the order of the text.
    pub changes: Vec<Change>,
    /// Those that are questions, in the order of the text.
    pub questions: Vec<Question>,
    /// All edits; they fit the text and each other.
    pub edits: Vec<Edit>,
    /// Where the file belongs then, as its path is shown.
    pub moved: Option<String>,
    /// Whether it is a layer of the ATT&CK Navigator.
    pub is_layer: bool,
}

impl FileChange {
    /// Whether nothing becomes of it.
    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.questions.is_empty() && self.edits.is_empty() && self.moved.is_none()
    }
}

/// What becomes of all files: those with a change or a question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upgrade {
    /// By file.
    pub files: BTreeMap<FileId, FileChange>,
    /// Folders that get another name: from, to, as their paths are shown.
    pub folders: Vec<(String, String)>,
}

/// What has to change so that `corpus` is right for its own ATT&CK, the release it goes to.
///
/// `from` is the release the content is of, where that is known: then tactics follow techniques
/// that ATT&CK has moved to others since, not only those it has replaced. A layer may state
/// another release; it is looked for among `known`.
pub fn upgrade(corpus: &Corpus, sources: &SourceSet, from: Option<&Attack>, known: &[&Attack]) -> Upgrade {
    let passage = Passage::new(from, &corpus.attack);
    let mut work = Work { sources, open: None, upgrade: Upgrade::default() };
    let rules = corpus.rules.iter().map(|rule| (&rule.origin, &rule.tags));
    let playbooks = corpus.response_playbooks.iter().map(|playbook| (&playbook.origin, &playbook.tags));
    let measures = corpus.mitigation_policies.iter().chain(&corpus.hardening_policies);
    let measures = measures.map(|measure| (&measure.origin, &measure.tags));
    for (origin, tags) in rules.chain(playbooks).chain(measures) {
        work.tags(&passage, origin, tags);
    }
    triggers::follow(&passage.index, corpus, &mut work);
    layers::follow(&passage, known, &mut work);
    for file in work.upgrade.files.values_mut() {
        file.changes.sort_by_key(|change| change.at);
        file.questions.sort_by_key(|question| question.at);
    }
    work.upgrade.files.retain(|_, file| !file.is_empty());
    work.upgrade
}

/// The upgrade while it is made.
pub(super) struct Work<'s> {
    pub(super) sources: &'s SourceSet,
    /// The file that was last looked into.
    open: Option<(FileId, Nodes, LineIndex)>,
    pub(super) upgrade: Upgrade,
}

impl Work<'_> {
    fn tags(&mut self, passage: &Passage<'_>, origin: &Origin, tags: &[String]) {
        for (i, outcome) in outcomes(passage, tags) {
            match outcome {
                Outcome::Change { to, why } => self.change(&origin.item("tags", i), &tags[i], to, why),
                Outcome::Ask { why, candidates } => self.ask(&origin.item("tags", i), &tags[i], why, candidates),
            }
        }
    }

    /// A value that follows; a question if it cannot be edited where it stands.
    pub(super) fn change(&mut self, place: &Place, written: &str, to: Vec<String>, why: String) {
        let text: &str = &self.sources.file(place.file).text;
        let (span, at) = self.locate(place);
        let edits = span.and_then(|span| Item::new(text, span, written)).and_then(|item| match to.as_slice() {
            [] => Some(vec![item.remove()?]),
            some => item.replace_all(some),
        });
        let file = self.upgrade.files.entry(place.file).or_default();
        let together = edits.filter(|edits| {
            let all: Vec<Edit> = file.edits.iter().chain(edits).cloned().collect();
            mend::apply(text, &all).is_ok()
        });
        if let Some(edits) = together {
            file.edits.extend(edits);
            file.changes.push(Change { at, from: written.to_owned(), to, why });
        } else {
            let why = format!("{why}; it is written in a way that is not edited");
            file.questions.push(Question { at, written: written.to_owned(), why, candidates: to });
        }
    }

    pub(super) fn ask(&mut self, place: &Place, written: &str, why: String, candidates: Vec<String>) {
        let (_, at) = self.locate(place);
        let question = Question { at, written: written.to_owned(), why, candidates };
        self.upgrade.files.entry(place.file).or_default().questions.push(question);
    }

    fn locate(&mut self, place: &Place) -> (Option<Span>, LineCol) {
        let text = &self.sources.file(place.file).text;
        let (_, nodes, lines) = match self.open.take() {
            Some(open) if open.0 == place.file => self.open.insert(open),
            _ => self.open.insert((place.file, Nodes::of(self.sources, place.file), LineIndex::new(text))),
        };
        let span = nodes.span(place);
        (span, lines.line_col(text, span.map_or(0, |span| span.start as usize)))
    }

    /// An edit that follows from another file's, such as the name of a folder in a command.
    pub(super) fn edit(&mut self, edit: Edit, from: String, to: String, why: String) {
        let text = &self.sources.file(edit.span.file).text;
        let at = LineIndex::new(text).line_col(text, edit.span.start as usize);
        let file = self.upgrade.files.entry(edit.span.file).or_default();
        file.edits.push(edit);
        file.changes.push(Change { at, from, to: vec![to], why });
    }
}
