//! Findings: what is wrong with the content, where, and what to do about it.
//!
//! Every stage reports through [`Findings`]; they are merged, sorted and shown once, at the
//! end. The catalogue in `code` is the only place where a code, its severity and its meaning
//! are written down; `explain` and `docs/codes.md` come from it.

mod code;
mod finding;
mod findings;
mod progress;
pub mod render;
mod severity;

pub use code::{Code, UnknownCode, codes_page};
pub use finding::{Change, Finding, Fix, Note, Replacement};
pub use findings::Findings;
pub use progress::{Progress, Stage};
pub use severity::Severity;
