//! JSON in the shortest form, its keys in the order they were written.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A query as it was recorded: text, or JSON in the shortest form.
pub(super) enum Query {
    Text(String),
    Json(String),
}

impl Query {
    /// The query as text.
    pub(super) fn into_text(self) -> String {
        let (Self::Text(text) | Self::Json(text)) = self;
        text
    }

    fn into_json(self) -> String {
        match self {
            Self::Text(text) => serde_json::to_string(&text).expect("text"),
            Self::Json(json) => json,
        }
    }
}

impl<'de> Deserialize<'de> for Query {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Shortest;
        impl<'de> Visitor<'de> for Shortest {
            type Value = Query;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_str<E>(self, text: &str) -> Result<Query, E> {
                Ok(Query::Text(text.to_owned()))
            }

            fn visit_bool<E>(self, b: bool) -> Result<Query, E> {
                Ok(Query::Json(b.to_string()))
            }

            fn visit_i64<E>(self, i: i64) -> Result<Query, E> {
                Ok(Query::Json(i.to_string()))
            }

            fn visit_u64<E>(self, i: u64) -> Result<Query, E> {
                Ok(Query::Json(i.to_string()))
            }

            fn visit_f64<E>(self, x: f64) -> Result<Query, E> {
                Ok(Query::Json(x.to_string()))
            }

            fn visit_unit<E>(self) -> Result<Query, E> {
                Ok(Query::Json("null".to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Query, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element::<Query>()? {
                    all.push(item.into_json());
                }
                Ok(Query::Json(format!("[{}]", all.join(","))))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Query, A::Error> {
                let mut all = Vec::new();
                while let Some((key, value)) = entries.next_entry::<String, Query>()? {
                    all.push(format!("{}:{}", Query::Text(key).into_json(), value.into_json()));
                }
                Ok(Query::Json(format!("{{{}}}", all.join(","))))
            }
        }
        deserializer.deserialize_any(Shortest)
    }
}

/// A recorded conversion.
#[derive(serde::Deserialize)]
pub(super) struct Run {
    /// The rule's path.
    pub(super) path: String,
    /// Its queries; none if it could not be converted.
    #[serde(default)]
    pub(super) queries: Option<Vec<Query>>,
    /// Why it could not.
    #[serde(default)]
    pub(super) error: String,
}

/// `query`, which is JSON, in the shortest form.
pub(super) fn shortest(query: &str) -> String {
    serde_json::from_str::<Query>(query).expect("JSON").into_text()
}
