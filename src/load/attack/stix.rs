//! A STIX bundle as ATT&CK writes them, 2.0 or 2.1, read without judging it.
//!
//! Released bundles name a key twice in one object (ICS 8.2), write `true` as text (PRE 2.0) and
//! lack fields newer ones have; exports of other tools add objects of their own. So every value
//! here may be absent or of another type and then counts as absent, a repeated key's last value
//! wins, and only text that is no JSON object at all is an error. Text borrows from the file
//! wherever it holds no escapes: an Enterprise bundle is 33 MB, most of it never used.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Visitor methods for the types a value should not have: it counts as absent.
macro_rules! absent_if {
    (bool) => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (number) => {
        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (text) => {
        fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (null) => {
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(Default::default())
        }
    };
    (list) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
    (object) => {
        fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
            while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Default::default())
        }
    };
    ($($kind:ident)+) => { $(absent_if!($kind);)+ };
}

macro_rules! expecting {
    ($what:literal) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str($what)
        }
    };
}

/// Text, empty where the value is absent or something else.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Text<'a>(pub(super) Cow<'a, str>);

impl Text<'_> {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text without space around it, if any is left.
    pub(super) fn trimmed(&self) -> Option<String> {
        let text = self.0.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    expecting!("text");
    absent_if!(bool number null list object);

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

/// A yes or no, also as the text `"true"`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flag(pub(super) bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FlagVisitor;
        impl<'de> Visitor<'de> for FlagVisitor {
            type Value = Flag;

            expecting!("a boolean");
            absent_if!(number null list object);

            fn visit_bool<E: Error>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Flag, E> {
                Ok(Flag(text.eq_ignore_ascii_case("true")))
            }
        }
        deserializer.deserialize_any(FlagVisitor)
    }
}

/// A list; a value that is none is an empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List<T>(pub(super) Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ListVisitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
            type Value = List<T>;

            expecting!("a list");
            absent_if!(bool number text null object);

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<List<T>, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(List(list))
            }
        }
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

/// A struct read from an object by its keys: unknown keys are passed over, the last of equal
/// ones wins, and any value that is no object gives the struct's default.
macro_rules! object {
    (
        $(#[$meta:meta])*
        $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty = $($key:literal)|+,)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(super) struct $name<'a> {
            $($(#[$field_meta])* pub(super) $field: $type,)*
        }

        impl<'de: 'a, 'a> Deserialize<'de> for $name<'a> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                #[allow(non_camel_case_types)]
                enum Key { $($field,)* __Other }

                struct KeyVisitor;
                impl Visitor<'_> for KeyVisitor {
                    type Value = Key;

                    expecting!("a key");

                    fn visit_str<E: Error>(self, key: &str) -> Result<Key, E> {
                        Ok(match key { $($($key)|+ => Key::$field,)* _ => Key::__Other })
                    }
                }
                impl<'de> Deserialize<'de> for Key {
                    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                        deserializer.deserialize_identifier(KeyVisitor)
                    }
                }

                struct ObjectVisitor;
                impl<'de> Visitor<'de> for ObjectVisitor {
                    type Value = $name<'de>;

                    expecting!("an object");
                    absent_if!(bool number text null list);

                    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Self::Value, A::Error> {
                        let mut object = $name::default();
                        while let Some(key) = entries.next_key()? {
                            match key {
                                $(Key::$field => object.$field = entries.next_value()?,)*
                                Key::__Other => { entries.next_value::<IgnoredAny>()?; }
                            }
                        }
                        Ok(object)
                    }
                }
                deserializer.deserialize_any(ObjectVisitor)
            }
        }
    };
}

object! {
    /// A bundle, or a page of a TAXII reply, which has `objects` but no `type`.
    Bundle {
        kind: Text<'a> = "type",
        objects: Option<List<Object<'a>>> = "objects",
    }
}

object! {
    /// Any object of a bundle, with the fields ATT&CK's kinds use.
    Object {
        kind: Text<'a> = "type",
        id: Text<'a> = "id",
        name: Text<'a> = "name",
        description: Text<'a> = "description",
        modified: Text<'a> = "modified",
        revoked: Flag = "revoked",
        deprecated: Flag = "x_mitre_deprecated",
        references: List<Reference<'a>> = "external_references",
        domains: List<Text<'a>> = "x_mitre_domains",
        phases: List<Phase<'a>> = "kill_chain_phases",
        platforms: List<Text<'a>> = "x_mitre_platforms",
        /// `aliases` of groups and campaigns, `x_mitre_aliases` of software.
        aliases: List<Text<'a>> = "aliases" | "x_mitre_aliases",
        first_seen: Text<'a> = "first_seen",
        last_seen: Text<'a> = "last_seen",
        short_name: Text<'a> = "x_mitre_shortname",
        /// The tactics of a matrix, in its order.
        tactic_refs: List<Text<'a>> = "tactic_refs",
        /// Of a collection, the ATT&CK version.
        version: Text<'a> = "x_mitre_version",
        relationship: Text<'a> = "relationship_type",
        source: Text<'a> = "source_ref",
        target: Text<'a> = "target_ref",
        /// Of a detection strategy.
        analytics: List<Text<'a>> = "x_mitre_analytic_refs",
        /// Of an analytic.
        log_sources: List<LogSource<'a>> = "x_mitre_log_source_references",
        /// Of a marking, the copyright.
        definition: Definition<'a> = "definition",
    }
}

object! {
    /// A source, or the object's own identifier.
    Reference {
        source: Text<'a> = "source_name",
        id: Text<'a> = "external_id",
        description: Text<'a> = "description",
        url: Text<'a> = "url",
    }
}

object! {
    /// The tactic of a technique.
    Phase {
        chain: Text<'a> = "kill_chain_name",
        name: Text<'a> = "phase_name",
    }
}

object! {
    /// What an analytic reads: a log, what in it, and the data component that is.
    LogSource {
        component: Text<'a> = "x_mitre_data_component_ref",
        name: Text<'a> = "name",
        channel: Text<'a> = "channel",
    }
}

object! {
    /// What a marking says.
    Definition {
        statement: Text<'a> = "statement",
    }
}
