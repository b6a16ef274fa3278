//! purplebook turns a security team's repository into a cross-linked knowledge base.
//!
//! The folders of this crate, in order, are the flow of the data:
//!
//! ```text
//! source → load → graph → (check, query, site) → render, export → write
//! ```
//!
//! `text` and `report` serve all of them, `model` is what they pass on, `config` is what the
//! user chose. Input and output happen at both ends (`source`, `write`) and nowhere else; see
//! `docs/architecture.md`, whose table of who may import whom is checked by `tests/layers.rs`.

pub mod check;
pub mod cli;
pub mod config;
pub mod convert;
pub mod export;
pub mod graph;
pub mod http;
pub mod import;
pub mod load;
pub mod mend;
pub mod model;
pub mod project;
pub mod query;
pub mod release;
pub mod render;
pub mod report;
pub mod requests;
pub mod serve;
pub mod site;
pub mod source;
pub mod text;
pub mod write;

/// What the newest built-in ATT&CK says of a technique id somebody typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Technique {
    /// It is in use.
    Current {
        /// The id in its usual spelling.
        id: String,
        /// Its name; of a sub-technique the technique's and its own (`Scheduled Task/Job: Cron`).
        name: String,
    },
    /// Another technique stands in its place.
    Replaced {
        /// That one's id.
        by: String,
    },
    /// It was never used, or given up.
    Unknown,
}

/// Looks a technique up.
pub fn technique(typed: &str) -> Technique {
    let (Ok(attack), Ok(id)) = (load::attack::embedded(None), typed.parse::<model::AttackId>()) else {
        return Technique::Unknown;
    };
    if id.kind() != model::AttackKind::Technique {
        return Technique::Unknown;
    }
    let object = attack.object(id);
    if let Some(object) = object.filter(|object| object.status == model::Status::Active) {
        let name = match id.parent().and_then(|parent| attack.object(parent)) {
            Some(parent) => format!("{}: {}", parent.name, object.name),
            None => object.name.clone(),
        };
        return Technique::Current { id: id.to_string(), name };
    }
    let old = attack.old_ids.get(&id.to_string()).and_then(|old| old.successor);
    match object.and_then(|object| object.successor).or(old) {
        Some(by) => Technique::Replaced { by: by.to_string() },
        None => Technique::Unknown,
    }
}
