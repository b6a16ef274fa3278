//! The pages of a site, and the links between them.

mod api;
mod atc2019;
mod atc2022;
mod built;
mod corpus;
mod coverage;
mod detection_strategies;
mod example;
mod exports;
mod formats;
mod hostile_markdown;
mod kinds;
mod links;
mod matrix;
mod platforms;
#[path = "../project/mod.rs"]
mod project;
mod readme;
mod recorded_events;
mod retired;
mod rule;
mod search;
mod stix;
mod tables_and_feeds;
mod theme;
