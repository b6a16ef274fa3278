//! Layers of the ATT&CK Navigator: their techniques and tactics, and the release they name.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use crate::graph::{Target, Via};
use crate::load::{Entry, Layer, Word, layer};
use crate::mend::Edit;
use crate::model::{Attack, AttackId, Domain};
use crate::source::{FileRole, SourceSet};
use crate::text::{FileId, LineCol, LineIndex, Span};

use super::full_name;
use super::passage::Passage;
use super::tags::lost;
use super::upgrade::{Change, FileChange, Question, Work};

/// Takes all layers among the sources to the release; `known` are releases one may be of.
pub(super) fn follow(passage: &Passage<'_>, known: &[&Attack], work: &mut Work<'_>) {
    let sources: &SourceSet = work.sources;
    for (id, file) in sources.iter().filter(|(_, file)| file.role == FileRole::Layer) {
        let Some(layer) = layer(&file.text) else { continue };
        let of = layer.attack.as_ref().map(|word| numbers(&word.text));
        let stated = of.as_deref().and_then(|of| known.iter().find(|attack| numbers(&attack.version).starts_with(of)));
        let from = match of {
            Some(_) => stated.copied(),
            None => passage.from,
        };
        let lines = LineIndex::new(&file.text);
        let mut follower = Follower {
            passage,
            from,
            layer: &layer,
            file: id,
            text: &file.text,
            lines,
            last: Cell::new((0, LineCol { line: 1, column: 1 })),
            change: FileChange { is_layer: true, ..FileChange::default() },
        };
        follower.entries();
        follower.release();
        if !follower.change.is_empty() {
            work.upgrade.files.insert(id, follower.change);
        }
    }
}

/// A version as numbers.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

struct Follower<'a> {
    passage: &'a Passage<'a>,
    /// The release the layer is of, where it is at hand.
    from: Option<&'a Attack>,
    layer: &'a Layer,
    file: FileId,
    text: &'a str,
    lines: LineIndex,
    /// The last offset that was looked for, and where that is: a layer may be one long line.
    last: Cell<(usize, LineCol)>,
    change: FileChange,
}

/// What becomes of a word of an entry.
struct Becomes {
    to: String,
    why: Option<String>,
}

impl Becomes {
    fn same(word: &Word) -> Self {
        Self { to: word.text.clone(), why: None }
    }
}

impl Follower<'_> {
    fn attack(&self) -> &Attack {
        self.passage.index.attack()
    }

    fn entries(&mut self) {
        let layer = self.layer;
        let mut planned: Vec<Option<(Becomes, Option<Becomes>)>> = Vec::new();
        for entry in &layer.entries {
            let plan = self.plan(entry);
            planned.push(plan);
        }
        // Entries of one technique under one tactic are one mark; which of two holds when ids
        // fall together is for their author to say.
        let mut marks: BTreeMap<(&str, Option<&str>), Vec<usize>> = BTreeMap::new();
        for (i, plan) in planned.iter().enumerate() {
            let Some((technique, tactic)) = plan else { continue };
            marks.entry((&technique.to, tactic.as_ref().map(|tactic| tactic.to.as_str()))).or_default().push(i);
        }
        let mut clash: BTreeMap<usize, usize> = BTreeMap::new();
        let mut repeated: BTreeSet<usize> = BTreeSet::new();
        for group in marks.values().filter(|group| group.len() > 1) {
            let is_changed = |i: &usize| {
                planned[*i].as_ref().is_some_and(|(technique, tactic)| {
                    technique.why.is_some() || tactic.as_ref().is_some_and(|tactic| tactic.why.is_some())
                })
            };
            if !group.iter().any(is_changed) {
                continue;
            }
            let first = group[0];
            if group.iter().all(|i| layer.entries[*i].rest == layer.entries[first].rest) {
                repeated.extend(&group[1..]);
            } else {
                let other = |i: usize| group.iter().copied().find(|other| *other != i).unwrap_or(first);
                clash.extend(group.iter().copied().filter(is_changed).map(|i| (i, other(i))));
            }
        }
        for (i, plan) in planned.into_iter().enumerate() {
            let Some((technique, tactic)) = plan else { continue };
            let entry = &layer.entries[i];
            if repeated.contains(&i) {
                self.remove(i, technique.why.or(tactic.and_then(|tactic| tactic.why)));
                continue;
            }
            if let Some(other) = clash.get(&i) {
                let why = technique.why.or(tactic.as_ref().and_then(|tactic| tactic.why.clone())).unwrap_or_default();
                let line = self.at(&layer.entries[*other].span).line;
                let why = format!("{why}; line {line} is of the same then, so the two have to be put together");
                let candidates = std::iter::once(technique.to).chain(tactic.map(|tactic| tactic.to)).collect();
                self.ask(&entry.technique, entry, why, candidates);
                continue;
            }
            self.become_(&entry.technique, entry, technique);
            if let (Some(word), Some(tactic)) = (&entry.tactic, tactic) {
                self.become_(word, entry, tactic);
            }
        }
    }

    /// What becomes of an entry's technique and tactic; `None` if that was made a question.
    fn plan(&mut self, entry: &Entry) -> Option<(Becomes, Option<Becomes>)> {
        let written = &entry.technique;
        let (id, old, technique) = match self.passage.index.id(&written.text) {
            Target::Found { id, via: Via::Retired { id: old, .. } } => {
                let why = format!("ATT&CK replaced {old} by {id} ({})", full_name(self.attack(), id));
                (id, old.parse().unwrap_or(id), Becomes { to: id.to_string(), why: Some(why) })
            }
            Target::Found { id, .. } => (id, id, Becomes::same(written)),
            Target::Lost { kind, why } => {
                let (why, _) = lost(self.attack(), kind, &why, String::new);
                self.ask(written, entry, why, Vec::new());
                return None;
            }
        };
        let Some(word) = &entry.tactic else { return Some((technique, None)) };
        match self.tactic(word, id, old) {
            Ok(tactic) => Some((technique, Some(tactic))),
            Err((why, candidates)) => {
                self.ask(word, entry, why, candidates);
                // The technique moves all the same: it has one successor.
                Some((technique, Some(Becomes::same(word))))
            }
        }
    }

    /// The tactic under which `id` is marked then, or the question which.
    fn tactic(&self, word: &Word, id: AttackId, old: AttackId) -> Result<Becomes, (String, Vec<String>)> {
        let attack = self.attack();
        let own: Vec<&str> = slugs(attack, attack.object(id).map_or(&[], |object| object.tactics.as_slice()));
        if own.contains(&word.text.as_str()) {
            return Ok(Becomes::same(word));
        }
        let version = &attack.version;
        let is_retired = self.layer.domain == Domain::Enterprise && attack.old_tactics.contains_key(&word.text);
        let was = self.from.and_then(|from| Some(slugs(from, &from.object(old)?.tactics))).unwrap_or_default();
        let has_left = id != old || is_retired || was.contains(&word.text.as_str());
        let why = if is_retired {
            format!("ATT&CK {version} has no tactic `{}` any more", word.text)
        } else {
            format!("{id} is not in this tactic in ATT&CK {version}")
        };
        match own.as_slice() {
            [one] if has_left => {
                Ok(Becomes { to: (*one).to_owned(), why: Some(format!("{why}, {id} is in this one")) })
            }
            several => Err((why, several.iter().map(|slug| (*slug).to_owned()).collect())),
        }
    }

    /// Sets `versions.attack`, with or without the second number as it was written.
    fn release(&mut self) {
        let Some(word) = &self.layer.attack else { return };
        let release = self.attack().releases.get(&self.layer.domain).cloned().unwrap_or_default();
        let (new, old) = (numbers(&release), numbers(&word.text));
        if new.is_empty() || old.is_empty() || new.starts_with(&old) {
            return;
        }
        let at = self.at_word(word, None);
        if old > new {
            let why = format!("the layer is of a later ATT&CK than {release}");
            self.change.questions.push(Question { at, written: word.text.clone(), why, candidates: Vec::new() });
            return;
        }
        let to = if word.text.contains('.') { release } else { new[0].to_string() };
        let why = "the release the layer is of then".to_owned();
        self.edit(word, at, Becomes { to, why: Some(why) });
    }

    fn become_(&mut self, word: &Word, entry: &Entry, becomes: Becomes) {
        if becomes.why.is_some() {
            let at = self.at_word(word, Some(entry));
            self.edit(word, at, becomes);
        }
    }

    fn edit(&mut self, word: &Word, at: LineCol, becomes: Becomes) {
        let (from, to, why) = (word.text.clone(), becomes.to, becomes.why.unwrap_or_default());
        let Some(span) = &word.span else {
            let why = format!("{why}; it is written in a way that is not edited");
            self.change.questions.push(Question { at, written: from, why, candidates: vec![to] });
            return;
        };
        self.change.edits.push(Edit { span: Span::new(self.file, span.start, span.end), text: to.clone() });
        self.change.changes.push(Change { at, from, to: vec![to], why });
    }

    /// The entry away, with the comma before it: it says nothing that an earlier one does not.
    fn remove(&mut self, i: usize, why: Option<String>) {
        let entry = &self.layer.entries[i];
        // Between two entries there may be something that is none.
        let before = self.text[..entry.span.start].trim_end();
        let start = before.strip_suffix(',').map_or(entry.span.start, |before| before.trim_end().len());
        self.change.edits.push(Edit { span: Span::new(self.file, start, entry.span.end), text: String::new() });
        let why = why.unwrap_or_else(|| "an entry before it is the same then".to_owned());
        let at = self.at_word(&entry.technique, Some(entry));
        self.change.changes.push(Change { at, from: entry.technique.text.clone(), to: Vec::new(), why });
    }

    fn ask(&mut self, word: &Word, entry: &Entry, why: String, candidates: Vec<String>) {
        let at = self.at_word(word, Some(entry));
        self.change.questions.push(Question { at, written: word.text.clone(), why, candidates });
    }

    fn at_word(&self, word: &Word, entry: Option<&Entry>) -> LineCol {
        let start = word.span.as_ref().or(entry.map(|entry| &entry.span)).map_or(0, |span| span.start);
        self.line_col(start)
    }

    fn at(&self, span: &std::ops::Range<usize>) -> LineCol {
        self.line_col(span.start)
    }

    fn line_col(&self, offset: usize) -> LineCol {
        let (before, at) = self.last.get();
        let at = match self.text.get(before..offset) {
            Some(between) if !between.contains('\n') => {
                let columns = u32::try_from(between.chars().count()).unwrap_or(u32::MAX);
                LineCol { line: at.line, column: at.column.saturating_add(columns) }
            }
            _ => self.lines.line_col(self.text, offset),
        };
        self.last.set((offset, at));
        at
    }
}

/// The short names of tactics.
fn slugs<'a>(attack: &'a Attack, tactics: &[AttackId]) -> Vec<&'a str> {
    tactics.iter().filter_map(|id| attack.object(*id)?.short_name.as_deref()).collect()
}
