//! The pages of a site, and the links between them.

mod atc2019;
mod corpus;
mod example;
mod hostile_markdown;
mod links;
mod readme;
mod retired;
