//! Taking over what another tool kept: which folders of a checkout of Atomic Threat Coverage hold
//! content of which kind, which of their files are content, and what its settings are here.
//!
//! Everything is decided from names and from the text of its settings; nothing is read or written.

mod layout;
mod settings;

pub use layout::{ContentFolder, Verdict, folders, verdict};
pub use settings::{SETTINGS, Settings, project};
