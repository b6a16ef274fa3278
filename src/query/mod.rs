//! Sigma semantics and SIEM dialects: rule → detections → tree → text.
//!
//! Two languages are read, the Sigma of February 2019 and Sigma 2.x ([`front`] says how they are
//! told apart); each has a front end over the same ordered YAML values. Pipelines change what was
//! read ([`detection`]), then it becomes a tree ([`tree`]), which a target writes. A target is one
//! file in [`target`] and one line in its registry. Nothing here fails but by a
//! [`NotConvertible`] with the exact place of what cannot be said; only what the converter of 2020
//! printed for ATC's pages ([`sigmac2020`]) has that converter's messages instead.

mod aggregation;
mod compile;
mod contradiction;
mod correlation;
mod detection;
mod front;
mod glob;
mod known;
mod library;
mod pattern;
mod pipeline;
mod reading;
mod refusal;
mod resolve;
mod target;
mod test;
mod tree;
mod writer;

pub use compile::{Compiled, Outcome, Request, compile, convert, legacy_stdout};
pub use contradiction::{Because, Contradiction, Vain, contradictions};
pub use known::Known;
pub use library::Context;
pub use pipeline::{BuiltIn, Chain, built_in_pipelines};
pub use reading::Compat;
pub use refusal::{Cause, NotConvertible};
pub use target::{Format, Target, sigmac2020, target, targets};
