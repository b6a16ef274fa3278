//! The second reading of a document that holds a number whose value does not tell its text.
//!
//! `1e3` and `1000.0` arrive as the same float, `0o17` and `15` as the same integer, and
//! integers over 64 bits are text in the model. The tree of the first reading leads; its
//! numbers are asked for as text.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::model::Value;

use super::scalar;

/// Resolves the numbers of `value`, which is document number `index` of `text`, by their text.
pub(super) fn recheck(text: &str, index: usize, value: &mut Value) {
    if let Some(document) = serde_yaml::Deserializer::from_str(text).nth(index) {
        // The same document was read to its end before.
        let _ = Again(value).deserialize(document);
    }
}

struct Again<'v>(&'v mut Value);

impl<'de> DeserializeSeed<'de> for Again<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self.0 {
            Value::Seq(_) => deserializer.deserialize_seq(self),
            Value::Map(_) => deserializer.deserialize_map(self),
            Value::Int(_) | Value::Float(_) => deserializer.deserialize_str(self),
            _ => deserializer.deserialize_ignored_any(IgnoredAny).map(|_| ()),
        }
    }
}

impl<'de> Visitor<'de> for Again<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value read before")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        match (&*self.0, scalar::resolve(text)) {
            // `!!float 3`: the tag has decided.
            (Value::Float(_), Value::Int(_)) => {}
            (_, resolved) => *self.0 = resolved,
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if let Value::Seq(values) = self.0 {
            for value in values {
                items.next_element_seed(Again(value))?;
            }
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        if let Value::Map(values) = self.0 {
            for (_, value) in values {
                entries.next_key::<IgnoredAny>()?;
                entries.next_value_seed(Again(value))?;
            }
        }
        Ok(())
    }
}
