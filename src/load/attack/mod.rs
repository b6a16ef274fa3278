//! ATT&CK: the built-in facts, a user's STIX bundles on top of them, and the table of names.
//!
//! The built-in facts are the tables in `data/attack`, whose `README.md` explains columns and
//! sources. They hold no sentences; prose comes only from a bundle. Everything ends in one
//! [`Attack`](crate::model::Attack), put together by `assemble`, so that a bundle and the tables
//! follow the same rules: one object per identifier, chains of successors followed to the end.

mod assemble;
mod bundle;
mod convert;
mod embedded;
mod facts;
mod history;
mod names;
mod stix;
mod table;

pub use bundle::{BundleError, Import, from_bundles, import};
pub use embedded::{NOTICE, UnknownVersion, VERSIONS, embedded};
pub use names::{NameProblem, names};

#[cfg(test)]
mod tests;
