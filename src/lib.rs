//! purplebook turns a security team's repository into a cross-linked knowledge base.
//!
//! The folders of this crate, in order, are the flow of the data:
//!
//! ```text
//! source → load → graph → (check, query, site) → render → write
//! ```
//!
//! `text` and `report` serve all of them, `model` is what they pass on, `config` is what the
//! user chose. Input and output happen at both ends (`source`, `write`) and nowhere else; see
//! `docs/architecture.md`, whose table of who may import whom is checked by `tests/layers.rs`.

pub mod check;
pub mod cli;
pub mod config;
pub mod graph;
pub mod load;
pub mod model;
pub mod query;
pub mod render;
pub mod report;
pub mod site;
pub mod source;
pub mod text;
pub mod write;
