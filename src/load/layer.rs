//! Layers of the ATT&CK Navigator: which techniques of which tactics a JSON file marks, and where
//! each of these words stands, so that an edit changes nothing else.
//!
//! All versions of the format are read alike (2.1 to 4.5): `techniques` with `techniqueID` and
//! `tactic`, `domain`, and since 4.0 `versions.attack`. A file without a list of techniques that
//! have a `techniqueID` is no layer, whatever else it is.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::Domain;

/// A layer.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// The domain; Enterprise where the file names none.
    pub domain: Domain,
    /// The release it is of, as `versions.attack` has it.
    pub attack: Option<Word>,
    /// Its entries, in order.
    pub entries: Vec<Entry>,
}

/// A technique that is marked.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The bytes of the whole entry.
    pub span: Range<usize>,
    /// `techniqueID`.
    pub technique: Word,
    /// `tactic`; where it is absent, the technique is marked under all its tactics.
    pub tactic: Option<Word>,
    /// Everything else it says (score, comment, colour).
    pub rest: BTreeMap<String, Value>,
}

/// A word of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What it says.
    pub text: String,
    /// Its bytes, without quotes; `None` if it is written with escapes.
    pub span: Option<Range<usize>>,
}

type Members<'t> = BTreeMap<String, &'t RawValue>;

/// Reads a layer; `None` if the text is none.
pub fn layer(text: &str) -> Option<Layer> {
    let members: Members<'_> = serde_json::from_str(text).ok()?;
    let listed: Vec<&RawValue> = serde_json::from_str(members.get("techniques")?.get()).ok()?;
    let entries: Vec<Entry> = listed.into_iter().filter_map(|raw| entry(text, raw)).collect();
    if entries.is_empty() {
        return None;
    }
    let versions = members.get("versions").and_then(|raw| serde_json::from_str::<Members<'_>>(raw.get()).ok());
    let attack = versions.as_ref().and_then(|versions| word(text, versions.get("attack")?));
    let domain = members.get("domain").and_then(|raw| word(text, raw));
    Some(Layer { domain: domain_of(domain.as_ref().map_or("", |word| &word.text)), attack, entries })
}

/// The domain by its key; before 4.0 the keys were `mitre-enterprise` and `mitre-mobile`.
fn domain_of(key: &str) -> Domain {
    let named = |domain: &Domain| [format!("{}-attack", domain.key()), format!("mitre-{}", domain.key())];
    Domain::ALL.into_iter().find(|domain| named(domain).iter().any(|name| name == key)).unwrap_or(Domain::Enterprise)
}

fn entry(text: &str, raw: &RawValue) -> Option<Entry> {
    let mut members: Members<'_> = serde_json::from_str(raw.get()).ok()?;
    let technique = word(text, members.remove("techniqueID")?)?;
    let tactic = members.remove("tactic").and_then(|raw| word(text, raw));
    let rest = members.into_iter().filter_map(|(key, raw)| Some((key, serde_json::from_str(raw.get()).ok()?)));
    Some(Entry { span: range(text, raw.get())?, technique, tactic, rest: rest.collect() })
}

/// A text, or a number as it is written.
fn word(text: &str, raw: &RawValue) -> Option<Word> {
    let written = range(text, raw.get())?;
    match serde_json::from_str(raw.get()).ok()? {
        Value::String(value) => {
            let inner = written.start + 1..written.end - 1;
            let is_plain = text.get(inner.clone()) == Some(value.as_str());
            Some(Word { text: value, span: is_plain.then_some(inner) })
        }
        Value::Number(_) => Some(Word { text: raw.get().to_owned(), span: Some(written) }),
        _ => None,
    }
}

/// Where a part of `text` lies in it.
fn range(text: &str, part: &str) -> Option<Range<usize>> {
    let start = (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    let range = start..start + part.len();
    (text.get(range.clone()) == Some(part)).then_some(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_where_they_stand() {
        let text = "{ \"versions\": {\"attack\": \"16\", \"layer\": \"4.5\"},\n\t\"domain\": \"mobile-attack\", \"techniques\": [\n{\"score\": 1, \
                    \"techniqueID\": \"T1404\", \"tactic\":\"é\"}, {\"tactic\": \"x\"}, 7, {\"techniqueID\": \"T\\u0031\", \"tactic\": null}]}";
        let layer = layer(text).expect("a layer");
        let at = |word: &Word| word.span.clone().map(|span| &text[span]);
        assert_eq!((layer.domain, layer.attack.as_ref().and_then(at)), (Domain::Mobile, Some("16")));
        let [first, second] = &layer.entries[..] else { panic!("two entries: {layer:?}") };
        assert_eq!((at(&first.technique), first.tactic.as_ref().and_then(at)), (Some("T1404"), Some("é")));
        assert_eq!(&text[first.span.clone()], "{\"score\": 1, \"techniqueID\": \"T1404\", \"tactic\":\"é\"}");
        assert_eq!(first.rest, BTreeMap::from([("score".to_owned(), Value::from(1))]));
        assert_eq!((second.technique.text.as_str(), at(&second.technique), &second.tactic), ("T1", None, &None));
    }

    #[test]
    fn other_files_are_no_layers() {
        for text in [
            "",
            "[]",
            "{}",
            "{\"techniques\": []}",
            "{\"techniques\": [{\"id\": \"T1\"}]}",
            "{\"techniques\": {}}",
            "{",
        ] {
            assert_eq!(layer(text), None, "{text}");
        }
        let old = layer("{\"domain\": \"mitre-mobile\", \"techniques\": [{\"techniqueID\": \"T1\"}]}");
        assert_eq!(old.map(|layer| (layer.domain, layer.attack)), Some((Domain::Mobile, None)));
    }
}
