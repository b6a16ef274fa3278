//! The serde visitor that builds a [`Value`], counting against the limits as it goes.
//!
//! Repeated keys and `<<` stay in the tree, with a list of what was seen in reading order, so
//! that the rare documents that have any pay for them and no other does.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::fmt;

use serde::de::{self, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess as _, Visitor};

use crate::model::Value;

use super::YamlLimits;
use super::scalar;

/// Above this many keys a set finds repetitions; below it, comparing is faster.
const LINEAR_KEYS: usize = 16;

/// The state of reading one file.
pub(super) struct Build<'t> {
    text: &'t str,
    limits: &'t YamlLimits,
    nodes: Cell<u32>,
    /// The text might hold `0o17`, a number in YAML 1.2 only.
    new_octal: bool,
    /// Why reading was given up.
    pub(super) limit: Cell<Option<String>>,
    /// The document holds a number whose text must be looked at.
    pub(super) recheck: Cell<bool>,
    /// Tags of the document that are not YAML's own.
    pub(super) tags: RefCell<Vec<String>>,
    /// For each key `<<`, in reading order: whether it is plain, and so merges.
    pub(super) merges: RefCell<Vec<bool>>,
    /// For each repeated key, in reading order: its byte range, where known.
    pub(super) duplicates: RefCell<Vec<Option<(usize, usize)>>>,
}

impl<'t> Build<'t> {
    pub(super) fn new(text: &'t str, limits: &'t YamlLimits) -> Self {
        Self {
            text,
            limits,
            nodes: Cell::new(0),
            new_octal: memchr::memmem::find(text.as_bytes(), b"0o").is_some(),
            limit: Cell::default(),
            recheck: Cell::default(),
            tags: RefCell::default(),
            merges: RefCell::default(),
            duplicates: RefCell::default(),
        }
    }

    fn give_up<E: de::Error>(&self, why: String) -> E {
        self.limit.set(Some(why));
        E::custom("over a limit")
    }

    fn count<E: de::Error>(&self) -> Result<(), E> {
        let nodes = self.nodes.get() + 1;
        self.nodes.set(nodes);
        if nodes > self.limits.nodes {
            return Err(self.give_up(format!("the file holds more than {} YAML nodes", self.limits.nodes)));
        }
        Ok(())
    }

    fn check_len<E: de::Error>(&self, text: &str) -> Result<(), E> {
        if text.len() > self.limits.scalar {
            return Err(self.give_up(format!("a text is longer than {} KiB", self.limits.scalar / 1024)));
        }
        Ok(())
    }

    /// The byte offset of a slice of the text.
    fn offset(&self, slice: &str) -> Option<usize> {
        let offset = (slice.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        (offset + slice.len() <= self.text.len()).then_some(offset)
    }

    /// Whether a slice of the text is a plain scalar without a tag.
    fn is_plain(&self, slice: &str) -> bool {
        let Some(offset) = self.offset(slice) else { return false };
        let before = &self.text[..offset];
        !before.ends_with(['"', '\'']) && !is_tagged(before)
    }
}

/// Whether the node that follows `before` has a tag, with an anchor between them or not.
fn is_tagged(before: &str) -> bool {
    let mut before = before.trim_end();
    loop {
        let start = before.rfind(char::is_whitespace).map_or(0, |i| i + 1);
        match before.as_bytes().get(start) {
            Some(b'!') => return true,
            Some(b'&') => before = before[..start].trim_end(),
            _ => return false,
        }
    }
}

/// Reads one node.
#[derive(Clone, Copy)]
pub(super) struct Node<'b, 't> {
    pub(super) build: &'b Build<'t>,
    pub(super) depth: u32,
}

impl Node<'_, '_> {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth >= self.build.limits.depth {
            return Err(self.build.give_up(format!("nesting is deeper than {} levels", self.build.limits.depth)));
        }
        Ok(Self { depth: self.depth + 1, ..self })
    }

    /// A number whose value does not tell its text.
    fn number_by_text(self, stand_in: f64) -> Value {
        self.build.recheck.set(true);
        Value::Float(stand_in)
    }
}

impl<'de> de::DeserializeSeed<'de> for Node<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.build.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        if self.build.new_octal {
            self.build.recheck.set(true);
        }
        Ok(Value::Int(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => Ok(self.number_by_text(0.0)),
        }
    }

    fn visit_i128<E: de::Error>(self, _: i128) -> Result<Value, E> {
        Ok(self.number_by_text(0.0))
    }

    fn visit_u128<E: de::Error>(self, _: u128) -> Result<Value, E> {
        Ok(self.number_by_text(0.0))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Ok(self.number_by_text(value))
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Value, E> {
        self.build.check_len(text)?;
        if scalar::is_candidate(text) && self.build.is_plain(text) {
            return Ok(scalar::resolve(text));
        }
        Ok(Value::Str(text.to_owned()))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        self.build.check_len(text)?;
        Ok(Value::Str(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let node = self.deeper()?;
        let mut seq = Vec::new();
        while let Some(item) = items.next_element_seed(node)? {
            seq.push(item);
        }
        Ok(Value::Seq(seq))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let node = self.deeper()?;
        let mut map: Vec<(String, Value)> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        while let Some((key, plain)) = entries.next_key_seed(Key(self.build))? {
            if key == "<<" {
                self.build
                    .merges
                    .borrow_mut()
                    .push(plain.is_some_and(|(start, _)| is_plain_at(self.build.text, start)));
            } else if repeats(&map, &mut seen, &key) {
                self.build.duplicates.borrow_mut().push(plain);
            }
            let value = entries.next_value_seed(node)?;
            map.push((key.into_owned(), value));
        }
        Ok(Value::Map(map))
    }

    /// A node with a tag that is not YAML's own.
    fn visit_enum<A: EnumAccess<'de>>(self, tagged: A) -> Result<Value, A::Error> {
        let (tag, content) = tagged.variant::<String>()?;
        self.build.tags.borrow_mut().push(tag);
        content.newtype_variant_seed(self)
    }
}

fn is_plain_at(text: &str, start: usize) -> bool {
    !text[..start].ends_with(['"', '\''])
}

fn repeats(map: &[(String, Value)], seen: &mut HashSet<String>, key: &str) -> bool {
    if map.len() < LINEAR_KEYS {
        return map.iter().any(|(other, _)| other == key);
    }
    if seen.is_empty() {
        seen.extend(map.iter().map(|(other, _)| other.clone()));
    }
    !seen.insert(key.to_owned())
}

/// Reads a key as its text, with its byte range where it was borrowed.
struct Key<'b, 't>(&'b Build<'t>);

type KeyText<'de> = (Cow<'de, str>, Option<(usize, usize)>);

impl<'de> de::DeserializeSeed<'de> for Key<'_, '_> {
    type Value = KeyText<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<KeyText<'de>, D::Error> {
        self.0.count()?;
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key<'_, '_> {
    type Value = KeyText<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text as the key of a mapping")
    }

    fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<KeyText<'de>, E> {
        self.0.check_len(text)?;
        let range = self.0.offset(text).map(|start| (start, start + text.len()));
        Ok((Cow::Borrowed(text), range))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<KeyText<'de>, E> {
        self.0.check_len(text)?;
        Ok((Cow::Owned(text.to_owned()), None))
    }
}
