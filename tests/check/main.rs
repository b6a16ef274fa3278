//! What `purplebook check` tells, and what it does not.

mod attack;
mod commands;
mod coverage;
mod external;
mod formats;
mod invalid;
mod known;
mod mutations;
#[path = "../project/mod.rs"]
mod project;
mod seeded;
mod sigma;
mod tags;
mod told;
