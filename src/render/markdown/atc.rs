//! Pages as Atomic Threat Coverage wrote them, byte for byte: what its layouts of 2019 and 2022
//! have in common. Both take the YAML as written and print it as Python and Jinja print it.

pub mod atc2019;
pub mod atc2022;
mod document;
mod names;
mod python;
mod sheet;

use std::borrow::Cow;
use std::sync::Arc;

use crate::graph::Graph;
use crate::model::{Origin, Rule};
use crate::text::FileId;

/// What pages are made from.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// The entities; rules list the Data Needed it leads them to.
    pub graph: &'a Graph,
    /// The text of a source file, as read.
    pub text: &'a (dyn Fn(FileId) -> &'a str + Sync),
}

/// The entity at `i`, if it is the first of its file: ATC read no further.
fn first<T>(list: &[T], i: usize, origin: fn(&T) -> &Origin) -> Option<&T> {
    let entity = list.get(i)?;
    let before = i.checked_sub(1).and_then(|before| list.get(before));
    before.is_none_or(|before| origin(before).file != origin(entity).file).then_some(entity)
}

/// The rule at `index`, the first of its file, with the documents of all rules of the file: the
/// converter read files.
fn whole_file(rules: &[Arc<Rule>], index: usize) -> Cow<'_, Rule> {
    let rule = &rules[index];
    let siblings = rules[index + 1..].iter().take_while(|other| other.origin.file == rule.origin.file);
    let mut documents = siblings.flat_map(|rule| rule.documents.iter().cloned()).peekable();
    if documents.peek().is_none() {
        return Cow::Borrowed(rule);
    }
    let mut whole = Rule::clone(rule);
    whole.documents.extend(documents);
    Cow::Owned(whole)
}

/// The text with line feeds for the other two kinds of line ends, as Python reads files.
fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}
