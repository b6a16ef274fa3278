//! Foreign formats: one file per format, converted to `model`, with findings for what does not fit.

pub mod attack;
mod locate;
pub mod yaml;

pub use locate::locate;
