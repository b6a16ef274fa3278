//! What `purplebook check` tells, and what it does not.

mod advice;
mod attack;
mod commands;
mod corpora;
mod coverage;
mod external;
mod formats;
mod invalid;
mod known;
mod mutations;
mod places;
#[path = "../project/mod.rs"]
mod project;
mod seeded;
mod sigma;
mod tags;
mod told;
