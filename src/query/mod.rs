//! Sigma semantics and SIEM dialects: rule → tree → text.
//!
//! Two languages are read, the Sigma of February 2019 and Sigma 2.x ([`front`] says how they are
//! told apart); each has a front end over the same ordered YAML values. A target is one file in
//! [`target`] and one line in its registry. Nothing here fails but by a [`NotConvertible`] with
//! the exact place of what cannot be said.

mod aggregation;
mod compile;
mod front;
mod refusal;
mod target;
mod tree;
mod value;
mod writer;

pub use compile::{Compiled, Outcome, compile, convert, legacy_stdout};
pub use refusal::NotConvertible;
pub use target::{Target, target, targets};
